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
    gate: Option<Gate>,
    clauses: Option<Clauses>,
    as_of: Option<AsOf>,
}

/// Its gate, by the verdicts kept last.
#[derive(Debug, Serialize, Deserialize)]
struct Gate {
    open: bool,
    reasons: u32,
}

/// How many clauses stand how.
#[derive(Debug, Serialize, Deserialize)]
struct Clauses {
    met: u32,
    partly_met: u32,
    not_met: u32,
    not_applicable: u32,
}

/// Of when these verdicts are.
#[derive(Debug, Serialize, Deserialize)]
struct AsOf {
    day: String,
    seq: i64,
    current: bool,
}

/// Prints the list.
pub fn run(config: &Config, args: &Args) -> Result<ExitCode> {
    let releases = connect::with(config, Aim::Read, async |client| client.all("/releases").await)?;
    let releases: Vec<Release> =
        serde_json::from_value(Value::Array(releases)).context("the answer is no list of releases")?;
    match args.format {
        Format::Json => output::json(&releases)?,
        Format::Table => {
            let mut table =
                Table::new(["product", "release", "decided", "gate", "met", "partly", "not met", "as of"]);
            for release in &releases {
                let decided = if release.decided { "yes" } else { "no" };
                let [met, partly, not_met] = counts(release);
                let (gate, as_of) = (gate(release), as_of(release));
                table.row([
                    &release.product,
                    &release.release,
                    decided,
                    &gate,
                    &met,
                    &partly,
                    &not_met,
                    &as_of,
                ]);
            }
            output::print(&table.text())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// How many clauses are met, partly met and not met.
fn counts(release: &Release) -> [String; 3] {
    match &release.clauses {
        None => ["-", "-", "-"].map(str::to_owned),
        Some(sums) => [sums.met, sums.partly_met, sums.not_met].map(|number| number.to_string()),
    }
}

fn gate(release: &Release) -> String {
    match &release.gate {
        None => "not looked at yet".to_owned(),
        Some(Gate { open: true, .. }) => "open".to_owned(),
        Some(gate) => format!("closed, for {}", output::count(gate.reasons, "reason", "reasons")),
    }
}

/// Of when the verdicts are, and whether something happened since.
fn as_of(release: &Release) -> String {
    release.as_of.as_ref().map_or_else(
        || "-".to_owned(),
        |as_of| {
            let since = if as_of.current { "" } else { ", changed since" };
            format!("{} (sequence {}{since})", as_of.day, as_of.seq)
        },
    )
}
