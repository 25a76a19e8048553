//! Licences and advisories of the dependencies: `cargo deny check`, with `deny.toml`.

use anyhow::Result;

use crate::{shell, tools};

/// `cargo xtask deny`.
pub fn run(arguments: &[String]) -> Result<()> {
    if !tools::has_cargo_command("deny") {
        println!("cargo-deny is missing and is now built and installed; this takes some minutes, once");
        tools::cargo_install("cargo-deny", None)?;
    }
    check(arguments)
}

/// The check itself, where cargo-deny is there.
pub fn check(arguments: &[String]) -> Result<()> {
    shell::run(shell::cargo(&["deny", "--locked", "check"]).args(arguments))
}
