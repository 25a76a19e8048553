//! `scan`: the known vulnerabilities of a bill of materials, without server or database.

mod report;
mod sarif;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, anyhow};
use clap::ValueEnum;
use theriac_formats::{Limits, read_bom};
use theriac_model::Severity;
use theriac_vulndb::Index;

use crate::config::Config;
use crate::output::count;
use crate::{input, output};
use report::Report;

/// How many contradictions within the file are told one by one.
const NOTES: usize = 10;

/// Options of `scan`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The bill of materials: CycloneDX 1.2 to 1.7 (JSON, XML), SPDX 2.2 or 2.3 (JSON, tag-value); - is standard input
    bom: PathBuf,
    /// The vulnerability index, as `theriac feed import` makes it [default: that of the data folder]
    #[arg(long, value_name = "FILE")]
    db: Option<PathBuf>,
    /// How to write the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// End with exit code 1 when a finding is this severe (low, medium, high, critical) or of unknown severity
    #[arg(long, value_name = "SEVERITY", value_parser = threshold)]
    fail_on: Option<Severity>,
}

/// A severity from which on a finding fails.
fn threshold(text: &str) -> Result<Severity, String> {
    let known = [Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
    let found = known.into_iter().find(|severity| severity.as_str() == text);
    found.ok_or_else(|| format!("'{text}' is none of: low, medium, high, critical"))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Table,
    /// For programs
    Json,
    /// For code-scanning services (SARIF 2.1.0)
    Sarif,
}

/// Scans and prints.
pub fn run(config: &Config, args: Args) -> Result<ExitCode> {
    let limits = Limits::default();
    let bytes = input::read(&args.bom, limits.bytes)?;
    let name = args.bom.display();
    let bom = read_bom(&bytes, &limits).map_err(|error| anyhow!("{name}: {}", error.for_boms()))?;
    drop(bytes);
    let index = Index::open(&config.index(args.db))?;
    let report = Report::new(&bom, &index).context("the scan was not finished")?;
    for line in report.notes.iter().take(NOTES) {
        output::note(&format!("{name}, {line}"));
    }
    if report.notes.len() > NOTES {
        let more = count(
            report.notes.len() - NOTES,
            "more component contradicts itself so",
            "more components contradict themselves so",
        );
        output::note(&format!("{name}: {more}"));
    }
    match args.format {
        Format::Table => output::print(&report.text())?,
        Format::Json => output::json(&report)?,
        Format::Sarif => output::json(&sarif::write(&report, &args.bom))?,
    }
    let fails =
        |threshold| report.findings.iter().any(|finding| finding.vulnerability.severity.fails_on(threshold));
    Ok(if args.fail_on.is_some_and(fails) { ExitCode::from(1) } else { ExitCode::SUCCESS })
}
