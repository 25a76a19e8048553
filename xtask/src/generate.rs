//! The files that the program itself writes: their list is in `tests/generated.rs`, which is a test, so that
//! stale ones fail every test run; `cargo xtask generate` runs the same list and writes.

use anyhow::{Result, bail};

use crate::shell;

/// `cargo xtask generate [--check]`.
pub fn run(arguments: &[String]) -> Result<()> {
    let write = match arguments {
        [] => true,
        [flag] if flag == "--check" => false,
        _ => bail!("`cargo xtask generate` takes --check or nothing"),
    };
    // The whole workspace, so that nothing is built with other features than by the tests.
    shell::run(&mut shell::cargo(&["build", "--quiet", "--workspace", "--bins"]))?;
    let mut command = shell::cargo(&["test", "--quiet", "--workspace", "--test", "generated"]);
    if write {
        command.env("THERIAC_GENERATE", "1");
    }
    shell::run(&mut command)
}
