//! `cargo xtask test`: everything that has to hold before a change goes in.
//!
//! A step is one line in [`STEPS`]. All steps run even when one fails, so that one run tells everything; the
//! last line says passed or FAILED.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::postgres::{self, Postgres};
use crate::shell::{self, cargo};
use crate::{deny, licences, tools};

/// A step: its name and its work, given what `--` leaves for nextest.
type Step = (&'static str, fn(&[String]) -> Result<()>);

const STEPS: &[Step] = &[
    ("format", |_| shell::run(&mut cargo(&["fmt", "--all", "--check"]))),
    ("lints", lints),
    ("dependencies", dependencies),
    ("tests", tests),
    ("examples", |_| shell::run(&mut cargo_ci(&["test", "--locked", "--workspace", "--doc", "--quiet"]))),
];

/// `cargo xtask test [--only STEP]… [-- NEXTEST ARGUMENTS]`.
pub fn run(arguments: &[String]) -> Result<()> {
    let (steps, rest) = chosen(arguments)?;
    let results: Vec<_> = steps
        .into_iter()
        .map(|&(name, work)| {
            println!("\n── {name} ──");
            let (result, time) = shell::timed(|| work(rest));
            if let Err(error) = &result {
                eprintln!("{name}: {error:#}");
            }
            (name, time, result.is_ok())
        })
        .collect();
    summary(&results)
}

fn chosen(arguments: &[String]) -> Result<(Vec<&'static Step>, &[String])> {
    let mut steps = Vec::new();
    let mut rest = arguments;
    loop {
        match rest {
            [] => break,
            [dashes, for_nextest @ ..] if dashes == "--" => {
                rest = for_nextest;
                break;
            }
            [only, name, more @ ..] if only == "--only" => {
                match STEPS.iter().find(|(step, _)| step == name) {
                    Some(step) => steps.push(step),
                    None => bail!("there is no step '{name}'; the steps are {}", step_names()),
                }
                rest = more;
            }
            [other, ..] => bail!(
                "'{other}' is unknown here; `cargo xtask test [--only STEP]… [-- NEXTEST ARGUMENTS]`, \
                 where the steps are {}",
                step_names()
            ),
        }
    }
    Ok((if steps.is_empty() { STEPS.iter().collect() } else { steps }, rest))
}

fn step_names() -> String {
    STEPS.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

fn summary(results: &[(&str, Duration, bool)]) -> Result<()> {
    println!();
    for (name, time, passed) in results {
        println!("{:<6} {name:<12} {:>5} s", if *passed { "passed" } else { "FAILED" }, time.as_secs());
    }
    let failed: Vec<_> = results.iter().filter(|(.., passed)| !passed).map(|(name, ..)| *name).collect();
    if !failed.is_empty() {
        bail!("FAILED: {}", failed.join(", "));
    }
    println!("cargo xtask: passed");
    Ok(())
}

/// Cargo without the incremental cache where it is used once.
fn cargo_ci(arguments: &[&str]) -> Command {
    let mut command = cargo(arguments);
    if std::env::var_os("CI").is_some() {
        command.env("CARGO_INCREMENTAL", "0");
    }
    command
}

fn lints(_: &[String]) -> Result<()> {
    let clippy = ["clippy", "--locked", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"];
    shell::run(&mut cargo_ci(&clippy))
}

fn dependencies(_: &[String]) -> Result<()> {
    if tools::has_cargo_command("deny") {
        return deny::check(&[]);
    }
    println!(
        "left out: advisories and licence texts, because cargo-deny is not installed; `cargo xtask deny` installs it"
    );
    licences::check()
}

fn tests(rest: &[String]) -> Result<()> {
    let tools = tools::all()?;
    if std::env::var_os("THERIAC_DATA").is_none_or(|folder| !Path::new(&folder).is_dir()) {
        println!(
            "left out: tests on public suites and real advisories, because THERIAC_DATA names no folder"
        );
    }
    let mut nextest = cargo_ci(&["nextest", "run", "--locked", "--workspace", "--profile", "ci"]);
    nextest
        .args(rest)
        .env("THERIAC_CHROMIUM", tools.chromium)
        .env("THERIAC_CHROMEDRIVER", tools.chromedriver);
    if std::env::var_os(postgres::VARIABLE).is_some() {
        println!("using the PostgreSQL that {} names", postgres::VARIABLE);
        return shell::run(&mut nextest);
    }
    // The binary is built first, so that the server does not wait through a long build.
    shell::run(&mut cargo_ci(&["build", "--locked", "--workspace", "--bins", "--quiet"]))?;
    let server = Postgres::start(&tools.postgres_bin)?;
    shell::run(nextest.env(postgres::VARIABLE, server.url()))
}
