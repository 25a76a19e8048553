//! `releases`: all releases with whether they are decided.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::{Value, json};

use crate::config::Config;
use crate::connect::{self, Aim};
use crate::output::{self, Format};

/// Options of `releases`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How to write the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Prints the list.
pub fn run(config: &Config, args: &Args) -> Result<ExitCode> {
    let releases = connect::with(config, Aim::Read, async |client| client.all("/releases").await)?;
    let short = |release: &Value| json!({ "product": release["product"], "release": release["release"], "decided": release["decided"] });
    let releases: Vec<Value> = releases.iter().map(short).collect();
    match args.format {
        Format::Json => output::json(&releases)?,
        Format::Table => {
            let columns = [("product", "product"), ("release", "release"), ("decided", "decided")];
            output::print(&output::list(&releases, &columns))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
