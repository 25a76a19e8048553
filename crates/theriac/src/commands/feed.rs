//! `feed`: advisories in, and what the vulnerability index holds.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use serde_json::json;
use theriac_model::Clock as _;
use theriac_vulndb::{ImportOptions, ImportReport, Index, Status, import};

use crate::clock::SystemClock;
use crate::config::Config;
use crate::output::{self, Format, Table, count};

/// How many of the files that were skipped are named.
const NAMED: usize = 10;

/// Fill the vulnerability index and look at it.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Import OSV records: files, folders and archives (zip, tar, gz, xz, zst), all or nothing
    Import {
        /// What to import
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// The vulnerability index [default: that of the data folder]
        #[arg(long, value_name = "FILE")]
        db: Option<PathBuf>,
        /// Leave out wrong records and name them, instead of importing nothing
        #[arg(long)]
        skip_wrong: bool,
        /// How to write the answer
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Say what the index holds and how fresh it is
    Status {
        /// The vulnerability index [default: that of the data folder]
        #[arg(long, value_name = "FILE")]
        db: Option<PathBuf>,
        /// How to write the answer
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
}

/// Does what was asked for.
pub fn run(config: &Config, command: Command) -> Result<ExitCode> {
    match command {
        Command::Import { paths, db, skip_wrong, format } => {
            let db = config.index(db);
            let report = import_into(&db, &paths, skip_wrong)?;
            print_report(&report, &db, format)?;
        }
        Command::Status { db, format } => {
            let db = config.index(db);
            print_status(Index::open(&db)?.status(), &db, format)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn import_into(db: &Path, paths: &[PathBuf], skip_wrong: bool) -> Result<ImportReport> {
    if let Some(folder) = db.parent() {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot create the folder {}", folder.display()))?;
    }
    let bar = output::progress(0, "{bar:30} {pos}/{len} files, {msg}");
    let options = ImportOptions {
        skip_wrong_records: skip_wrong,
        progress: &|now| {
            bar.set_length(now.files_total);
            bar.set_position(now.files_done);
            bar.set_message(format!("{} records", now.records));
        },
        ..ImportOptions::new(SystemClock.now())
    };
    let report = import(paths, db, &options);
    bar.finish_and_clear();
    Ok(report?)
}

fn print_report(report: &ImportReport, db: &Path, format: Format) -> Result<()> {
    let skipped: Vec<_> = report
        .skipped_examples
        .iter()
        .map(|skipped| json!({ "file": skipped.file, "reason": skipped.reason }))
        .collect();
    if format == Format::Json {
        return output::json(&json!({
            "records": report.records, "withdrawn": report.withdrawn, "added": report.added,
            "replaced": report.replaced, "older": report.older, "skipped": report.skipped,
            "skipped_examples": skipped, "status": report.status,
        }));
    }
    for skipped in report.skipped_examples.iter().take(NAMED) {
        output::note(&format!("skipped {}: {}", skipped.file, skipped.reason));
    }
    output::print(&format!(
        "{} records read: {} new, {} changed, {} older than what was there; {} files skipped\n",
        report.records, report.added, report.replaced, report.older, report.skipped
    ))?;
    print_status(&report.status, db, format)
}

fn print_status(status: &Status, db: &Path, format: Format) -> Result<()> {
    if format == Format::Json {
        return output::json(status);
    }
    let mut ecosystems = Table::new(["ecosystem", "records", "packages", "matched"]);
    for ecosystem in &status.ecosystems {
        let matched = if ecosystem.matched { "yes" } else { "no: its version order is not known" };
        let (records, packages) = (ecosystem.records.to_string(), ecosystem.packages.to_string());
        ecosystems.row([&ecosystem.name, &records, &packages, matched]);
    }
    let mut sources = Table::new(["source", "records", "imported"]);
    for source in &status.sources {
        sources.row([&source.name, &source.records.to_string(), &moment(source.imported_at)]);
    }
    let newest = status.newest_modified.map_or_else(|| "none".to_owned(), moment);
    output::print(&format!(
        "{}\nimported {}, newest record {newest}\n{} on {}, {} of them withdrawn\n\n{}\n{}",
        db.display(),
        moment(status.imported_at),
        count(status.records, "record", "records"),
        count(status.vulnerabilities, "vulnerability", "vulnerabilities"),
        status.withdrawn,
        ecosystems.text(),
        sources.text()
    ))
}

fn moment(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
