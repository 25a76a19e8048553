//! `conformity`: the verdicts of a release, clause by clause.

use std::process::ExitCode;

use anyhow::Result;
use jiff::civil::Date;
use theriac_conformity::Conformity;

use crate::config::Config;
use crate::connect::{self, Aim};
use crate::output::{self, Format};

/// Options of `conformity`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    release: super::Release,
    /// As it was known at the end of this day
    #[arg(long, value_name = "DATE")]
    at: Option<Date>,
    /// How to write the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Prints the verdicts.
pub fn run(config: &Config, args: &Args) -> Result<ExitCode> {
    let address = args.release.address_at("conformity", args.at);
    let conformity: Conformity =
        connect::with(config, Aim::Read, async |client| client.get_as(&address).await)?;
    match args.format {
        Format::Json => output::json(&conformity)?,
        Format::Table => output::print(&output::verdicts(&conformity))?,
    }
    Ok(ExitCode::SUCCESS)
}
