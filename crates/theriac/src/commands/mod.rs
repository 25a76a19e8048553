//! The commands, one file each: its options and what it does with them.
//!
//! To add one: a file with an `Args` struct and a `run` function, a variant of [`Command`] and its line in
//! [`Cli::run`]. The book's page of commands is generated from the help texts.

mod audit;
mod build;
mod check;
mod completions;
mod feed;
mod pack;
mod scan;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::config::Config;

/// Does this release of this medical software conform to IEC 81001-5-1?
#[derive(Debug, Parser)]
#[command(name = "theriac", version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    config: Config,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Look up the known vulnerabilities of a bill of materials; needs no server
    Scan(scan::Args),
    /// Fill the vulnerability index and look at it
    #[command(subcommand)]
    Feed(feed::Command),
    /// Judge a facts file by a pack; needs no server
    Check(check::Args),
    /// Work on a standard written as data
    #[command(subcommand)]
    Pack(pack::Command),
    /// Builds: what was made, and from what
    #[command(subcommand)]
    Build(build::Command),
    /// Export and verify the audit log
    #[command(subcommand)]
    Audit(audit::Command),
    /// Write the completions for a shell
    Completions(completions::Args),
}

impl Cli {
    /// Does what was asked for.
    pub fn run(self) -> Result<ExitCode> {
        let config = self.config;
        match self.command {
            Command::Scan(args) => scan::run(&config, args),
            Command::Feed(command) => feed::run(&config, command),
            Command::Check(args) => check::run(&args),
            Command::Pack(command) => pack::run(command),
            Command::Build(command) => build::run(command),
            Command::Audit(command) => audit::run(&command),
            Command::Completions(args) => completions::run(&args),
        }
    }
}
