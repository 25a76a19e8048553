//! `completions`: what a shell needs to complete commands and options.

use std::process::ExitCode;

use anyhow::Result;
use clap::CommandFactory as _;
use clap_complete::Shell;

/// Options of `completions`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell to write for
    shell: Shell,
}

/// Writes the script.
pub fn run(args: &Args) -> Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::Cli::command(), "theriac", &mut script);
    crate::output::print(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}
