//! What the tests need from the machine: found, or installed through the system's package manager where that
//! may be done without asking, or named in the one line to type.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::shell;

/// The version that is installed when there is none; any version that knows `.config/nextest.toml` will do.
const NEXTEST: &str = "0.9.143";
/// The oldest PostgreSQL that the store supports.
const POSTGRES_MAJOR: u32 = 15;

/// Where the tools are.
pub struct Tools {
    /// The folder of initdb, pg_ctl and postgres.
    pub postgres_bin: PathBuf,
    /// The browser.
    pub chromium: PathBuf,
    /// Its driver.
    pub chromedriver: PathBuf,
}

/// Finds every tool, installing what is missing.
pub fn all() -> Result<Tools> {
    nextest()?;
    let missing: Vec<&str> = [
        (postgres_bin().is_none(), &["postgresql"][..]),
        (chromium().is_none(), &["chromium"][..]),
        (chromedriver().is_none(), &["chromium-driver"][..]),
    ]
    .into_iter()
    .filter(|(missing, _)| *missing)
    .flat_map(|(_, packages)| packages.iter().copied())
    .collect();
    if !missing.is_empty() {
        apt_install(&missing)?;
    }
    Ok(Tools {
        postgres_bin: postgres()?,
        chromium: chromium().context("Chromium is still missing; set THERIAC_CHROMIUM to the program")?,
        chromedriver: chromedriver()
            .context("chromedriver is still missing; set THERIAC_CHROMEDRIVER to the program")?,
    })
}

/// PostgreSQL alone, installing it when it is missing.
pub fn postgres() -> Result<PathBuf> {
    if postgres_bin().is_none() {
        apt_install(&["postgresql"])?;
    }
    postgres_bin().with_context(|| {
        format!("no PostgreSQL {POSTGRES_MAJOR} or newer was found in /usr/lib/postgresql or on the PATH")
    })
}

/// GNU time, which tells how much memory a program took.
pub fn time() -> Result<PathBuf> {
    if on_path("time").is_none() {
        apt_install(&["time"])?;
    }
    on_path("time").context("the program 'time' is still missing")
}

fn nextest() -> Result<()> {
    if has_cargo_command("nextest") {
        return Ok(());
    }
    println!("cargo-nextest is missing and is now built and installed; this takes some minutes, once");
    cargo_install("cargo-nextest", Some(NEXTEST))
}

/// Whether `cargo NAME` works.
pub fn has_cargo_command(name: &str) -> bool {
    let mut command = shell::cargo(&[name, "--version"]);
    command.output().is_ok_and(|output| output.status.success())
}

/// `cargo install`, in sight of the user.
pub fn cargo_install(name: &str, version: Option<&str>) -> Result<()> {
    let mut command = shell::cargo(&["install", "--locked", name]);
    if let Some(version) = version {
        command.args(["--version", version]);
    }
    shell::run(&mut command)
}

/// The newest PostgreSQL that is new enough: Debian's folders first, for they are not on the PATH.
fn postgres_bin() -> Option<PathBuf> {
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = debian
        .map(|version| version.path().join("bin"))
        .chain(on_path("postgres").and_then(|program| program.parent().map(PathBuf::from)))
        .filter(|bin| bin.join("initdb").exists() && bin.join("pg_ctl").exists())
        .filter_map(|bin| Some((postgres_major(&bin)?, bin)))
        .filter(|(major, _)| *major >= POSTGRES_MAJOR)
        .collect();
    found.sort();
    found.pop().map(|(_, bin)| bin)
}

/// 15 from "postgres (PostgreSQL) 15.8 (Debian …)".
fn postgres_major(bin: &std::path::Path) -> Option<u32> {
    let version = shell::output(bin.join("postgres"), &["--version"])?;
    let number =
        version.split_whitespace().find(|word| word.starts_with(|char: char| char.is_ascii_digit()))?;
    number.split(|char: char| !char.is_ascii_digit()).next()?.parse().ok()
}

fn chromium() -> Option<PathBuf> {
    from_environment("THERIAC_CHROMIUM")
        .or_else(|| ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(on_path))
}

fn chromedriver() -> Option<PathBuf> {
    from_environment("THERIAC_CHROMEDRIVER").or_else(|| on_path("chromedriver"))
}

fn from_environment(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from).filter(|path| path.exists())
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Installs packages as root or through sudo without a password; else says what to type.
fn apt_install(packages: &[&str]) -> Result<()> {
    let line = format!("apt-get install --yes --no-install-recommends {}", packages.join(" "));
    if on_path("apt-get").is_none() {
        bail!("missing: {}. Install them with this system's package manager", packages.join(", "));
    }
    let root = shell::user_id()? == 0;
    if !root && shell::output("sudo", &["-n", "true"]).is_none() {
        bail!("missing: {}. Type this, then start again:\n\n    sudo {line}\n", packages.join(", "));
    }
    println!("missing: {}; installing with apt-get", packages.join(", "));
    let apt = |arguments: &[&str]| {
        let mut command = Command::new(if root { "env" } else { "sudo" });
        command.args(if root { &[][..] } else { &["-n", "env"][..] });
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet", "--yes"]).args(arguments);
        shell::run(&mut command)
    };
    if let Err(error) = apt(&["update"]) {
        eprintln!("{error:#}; going on with the package lists as they are");
    }
    let mut arguments = vec!["install", "--no-install-recommends"];
    arguments.extend(packages);
    apt(&arguments).with_context(|| format!("try by hand: sudo {line}"))
}
