//! `cargo xtask`: everything a developer and the continuous integration do with this repository.
//!
//! One file per task, one line per task in [`TASKS`]. It builds in seconds, because it starts programs and
//! links nothing of Theriac.

mod bench;
mod deny;
mod generate;
mod licences;
mod postgres;
mod shell;
mod test;
mod timings;
mod tools;

use std::process::ExitCode;

use anyhow::{Result, bail};

/// A task: its name, what it does in one line, and the function that takes the rest of the command line.
type Task = (&'static str, &'static str, fn(&[String]) -> Result<()>);

const TASKS: &[Task] = &[
    (
        "test",
        "everything: format, lints, tests on both databases and in a browser, generated files",
        test::run,
    ),
    ("generate", "make the generated files again; --check only compares them", generate::run),
    (
        "postgres",
        "start a throw-away PostgreSQL, print its address, stop it at the end of input",
        postgres::run,
    ),
    ("deny", "check licences and advisories of the dependencies (installs cargo-deny)", deny::run),
    (
        "bench",
        "measure time and memory against what is promised, in one table; names of groups choose",
        bench::run,
    ),
    (
        "timings",
        "time a fresh release build and a debug build after a one-line change in a page",
        timings::run,
    ),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cargo xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<()> {
    let Some((name, rest)) = arguments.split_first() else {
        print_help();
        return Ok(());
    };
    if matches!(name.as_str(), "help" | "--help" | "-h") {
        print_help();
        return Ok(());
    }
    shell::enter_repository()?;
    match TASKS.iter().find(|(task, ..)| task == name) {
        Some((.., run)) => run(rest),
        None => bail!("there is no task '{name}'; `cargo xtask help` lists them"),
    }
}

fn print_help() {
    println!("cargo xtask TASK\n");
    for (name, help, _) in TASKS {
        println!("  {name:<10} {help}");
    }
}
