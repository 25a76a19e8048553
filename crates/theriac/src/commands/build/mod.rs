//! `build`: what was made, and from what.

mod describe;
mod git;

use std::process::ExitCode;

use anyhow::Result;

/// Builds: what was made, and from what.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Write the build manifest of the present commit: who changed what since the build before, and what came out
    Describe(describe::Args),
}

/// Does what was asked for.
pub fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Describe(args) => describe::run(&args),
    }
}
