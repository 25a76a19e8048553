//! `facts`: the facts of a release, for `check` and for the curious.

use std::process::ExitCode;

use anyhow::Result;
use jiff::civil::Date;
use theriac_conformity::Facts;

use crate::config::Config;
use crate::connect::{self, Aim};
use crate::output;

/// Options of `facts`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    release: super::Release,
    /// As they were known at the end of this day
    #[arg(long, value_name = "DATE")]
    at: Option<Date>,
}

/// Prints them as JSON.
pub fn run(config: &Config, args: &Args) -> Result<ExitCode> {
    let address = args.release.address_at("facts", args.at);
    let facts: Facts = connect::with(config, Aim::Read, async |client| client.get_as(&address).await)?;
    output::json(&facts)?;
    Ok(ExitCode::SUCCESS)
}
