//! The program: command line, configuration, wiring. What it does is done by the other crates.
//!
//! Every command is one file in [`commands`]. Exit codes: 0 done, 1 the answer is no (`scan --fail-on`, `gate`,
//! `audit verify`, `rebuild`), 2 an error.

mod clock;
mod commands;
mod config;
mod connect;
mod input;
mod output;
mod password;
mod server;
mod target;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match commands::Cli::parse().run() {
        Ok(code) => code,
        Err(error) => {
            output::note(&format!("error: {}", output::causes(&error)));
            ExitCode::from(2)
        }
    }
}
