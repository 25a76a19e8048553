//! `releases`: all releases with whether they are decided.

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::Config;
use crate::connect::{self, Aim};
use crate::output::{self, Format, Table};

/// Options of `releases`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How to write the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// A release as this list shows it.
#[derive(Debug, Serialize, Deserialize)]
struct Release {
    product: String,
    release: String,
    decided: bool,
}

/// Prints the list.
pub fn run(config: &Config, args: &Args) -> Result<ExitCode> {
    let releases = connect::with(config, Aim::Read, async |client| client.all("/releases").await)?;
    let releases: Vec<Release> =
        serde_json::from_value(Value::Array(releases)).context("the answer is no list of releases")?;
    match args.format {
        Format::Json => output::json(&releases)?,
        Format::Table => {
            let mut table = Table::new(["product", "release", "decided"]);
            for release in &releases {
                table.row([&release.product, &release.release, if release.decided { "yes" } else { "no" }]);
            }
            output::print(&table.text())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
