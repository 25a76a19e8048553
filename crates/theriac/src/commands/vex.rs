//! `vex`: what customers are told about the known vulnerabilities of a release.

use std::process::ExitCode;

use anyhow::Result;

use crate::config::Config;
use crate::connect::{self, Aim};
use crate::output;

/// Options of `vex`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    release: super::Release,
    /// In which format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Formats of VEX.
#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
enum Format {
    /// OpenVEX 0.2
    #[default]
    Openvex,
    /// CycloneDX 1.6 as JSON
    Cyclonedx,
}

/// Prints the document: the same bytes as a download.
pub fn run(config: &Config, args: &Args) -> Result<ExitCode> {
    let format = match args.format {
        Format::Openvex => "openvex",
        Format::Cyclonedx => "cyclonedx",
    };
    let address =
        connect::with_query(&args.release.address(&["vex"]), &[("format", Some(format.to_owned()))]);
    let document = connect::with(config, Aim::Read, async |client| client.text(&address).await)?;
    output::print(&document)?;
    Ok(ExitCode::SUCCESS)
}
