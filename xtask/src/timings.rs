//! `cargo xtask timings`: the two build times that are promised, measured on a copy of the sources.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::shell;

const TEMPLATES: &str = "crates/theriac-web/templates";

/// `cargo xtask timings`.
pub fn run(arguments: &[String]) -> Result<()> {
    if !arguments.is_empty() {
        bail!("`cargo xtask timings` takes no arguments");
    }
    let folder = std::env::current_dir()?.join("target/timings");
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    let sources = folder.join("sources");
    copy_sources(&sources)?;
    shell::run(shell::cargo(&["fetch", "--locked"]).current_dir(&sources))?;

    let release = build(&sources, &["--release"])?;
    build(&sources, &[])?;
    change_a_page(&sources)?;
    let page = build(&sources, &[])?;

    println!("\n{:<44} {:>8} {:>8}", "", "measured", "promised");
    println!("{:<44} {:>6} s {:>6} s", "fresh release build", seconds(release), 600);
    println!("{:<44} {:>6} s {:>6} s", "debug build after a one-line change in a page", seconds(page), 30);
    fs::remove_dir_all(&folder)?;
    Ok(())
}

fn seconds(time: Duration) -> u64 {
    time.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX)
}

fn build(sources: &Path, arguments: &[&str]) -> Result<Duration> {
    let mut command = shell::cargo(&["build", "--locked", "--package", "theriac", "--target-dir", "target"]);
    command.args(arguments).current_dir(sources);
    let (result, time) = shell::timed(|| shell::run(&mut command));
    result.map(|()| time)
}

/// Copies what git knows or would know, as it stands in the working folder.
fn copy_sources(to: &Path) -> Result<()> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .output()
        .context("cannot start git")?;
    let files = String::from_utf8(output.stdout).context("a file name is not UTF-8")?;
    for file in files.split_terminator('\0').map(Path::new).filter(|file| file.is_file()) {
        let copy = to.join(file);
        fs::create_dir_all(copy.parent().unwrap_or(to))?;
        fs::copy(file, copy).with_context(|| format!("cannot copy {}", file.display()))?;
    }
    Ok(())
}

fn change_a_page(sources: &Path) -> Result<()> {
    let templates = fs::read_dir(sources.join(TEMPLATES)).with_context(|| format!("no {TEMPLATES}"))?;
    let mut pages: Vec<_> =
        templates.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    pages.sort();
    let page = pages.first().with_context(|| format!("{TEMPLATES} has no page"))?;
    writeln!(OpenOptions::new().append(true).open(page)?, "<!-- one line more -->")?;
    Ok(())
}
