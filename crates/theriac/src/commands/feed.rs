//! `feed`: advisories in, and what the vulnerability index holds.
//!
//! With `--db`, or without a database, only the index is written. In a data folder every undecided or fielded release is
//! matched again; a server does the same.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use indicatif::ProgressBar;
use serde_json::{Value, json};
use theriac_model::Clock as _;
use theriac_service::findings::FeedImported;
use theriac_service::{App, Who, findings};
use theriac_store::Location;
use theriac_store::jobs::JobStatus;
use theriac_vulndb::{ImportOptions, ImportReport, Index, Progress, import};

use crate::clock::SystemClock;
use crate::config::{Config, Place};
use crate::connect::{self, Aim, with_query};
use crate::input;
use crate::output::{self, Format, count};

/// How many of the files that were skipped are named.
const NAMED: usize = 10;
/// Most bytes that are sent to a server.
const SENT: usize = 512 << 20;
/// What errors of a server call several files, or a folder.
const ARCHIVE: &str = "the archive of what was sent";

/// Fill the vulnerability index and look at it.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Import OSV records: files, folders and archives (zip, tar, gz, xz, zst), all or nothing
    ///
    /// In a data folder, and on a server, every undecided or fielded release is then matched again.
    Import {
        /// What to import; several of them, or a folder, go to a server as one archive
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// Only write this vulnerability index
        #[arg(long, value_name = "FILE")]
        db: Option<PathBuf>,
        /// Leave out wrong records and name them, instead of importing nothing; a file that holds no record stops the import
        #[arg(long, requires = "db")]
        skip_wrong: bool,
        /// How to write the answer
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Say what the index holds and how fresh it is
    Status {
        /// The vulnerability index [default: that of the data folder or the server]
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
        Command::Import { paths, db: Some(db), skip_wrong, format } => {
            print_imported(&imported(&import_alone(&db, &paths, skip_wrong)?, None)?, format)?;
        }
        Command::Import { paths, db: None, format, .. } => match config.place()? {
            Place::Server { .. } => {
                print_imported(&import_on_server(config, &paths)?, format)?;
                if format == Format::Table {
                    output::note("the server now matches every undecided or fielded release again");
                }
            }
            Place::Folder(location) if has_database(&location) => {
                let (report, matched) = import_and_match(config, location, paths)?;
                print_imported(&imported(&report, Some(matched))?, format)?;
            }
            Place::Folder(_) => {
                let report = import_alone(&config.index(None), &paths, false)?;
                print_imported(&imported(&report, None)?, format)?;
            }
        },
        Command::Status { db, format } => {
            let status = status(config, db)?;
            match format {
                Format::Json => output::json(&status)?,
                Format::Table => output::print(&status_text(&status))?,
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What the index that is named holds, else that of the server or the data folder.
fn status(config: &Config, db: Option<PathBuf>) -> Result<Value> {
    if db.is_none() && matches!(config.place()?, Place::Server { .. }) {
        return connect::with(config, Aim::Read, async |client| client.get("/feed").await);
    }
    Ok(serde_json::to_value(Index::open(&config.index(db))?.status())?)
}

fn has_database(location: &Location) -> bool {
    match location {
        Location::Sqlite { folder } => folder.join("theriac.db").exists(),
        Location::Postgres { .. } => true,
    }
}

fn bar() -> ProgressBar {
    output::progress(0, "{bar:30} {pos}/{len} files, {msg}")
}

fn show(bar: &ProgressBar, now: Progress) {
    bar.set_length(now.files_total);
    bar.set_position(now.files_done);
    bar.set_message(count(now.records, "record", "records"));
}

fn import_alone(db: &Path, paths: &[PathBuf], skip_wrong: bool) -> Result<ImportReport> {
    if let Some(folder) = db.parent() {
        theriac_store::make_private(folder)
            .with_context(|| format!("cannot create the folder {}", folder.display()))?;
    }
    let bar = bar();
    let options = ImportOptions {
        skip_wrong_records: skip_wrong,
        progress: &|now| show(&bar, now),
        ..ImportOptions::new(SystemClock.now())
    };
    let report = import(paths, db, &options);
    bar.finish_and_clear();
    Ok(report?)
}

/// Imports, and runs the jobs that this sets off: nobody else would, here. Gives how many releases were matched again.
fn import_and_match(config: &Config, location: Location, paths: Vec<PathBuf>) -> Result<(ImportReport, u64)> {
    connect::run(async {
        let store = connect::open_writing(location).await?;
        let app = App::new(store.clone(), config.index(None));
        let bar = bar();
        let watch = {
            let bar = bar.clone();
            move |now| show(&bar, now)
        };
        let imported = findings::import_feed(&app, &Who::system(connect::VIA), paths, Arc::new(watch)).await;
        bar.finish_and_clear();
        let FeedImported { report, job } = imported?;
        let busy = output::busy("matching the releases again");
        let ran = connect::run_jobs(&app).await;
        drop(busy);
        let job = store.read().await?.job(job).await?;
        store.close().await;
        ran?;
        Ok((report, matched(job)?))
    })
}

/// How many releases a job has matched.
fn matched(job: Option<JobStatus>) -> Result<u64> {
    let Some(job) = job else { return Ok(0) };
    if job.state != "done" {
        let why = job.error.unwrap_or_else(|| "it did not come to its end".to_owned());
        bail!(
            "the advisories were imported, but the releases could not be matched again: {why}. It is tried again by the \
             next command that changes something, and by the server"
        );
    }
    Ok(u64::from(job.total))
}

/// Sends everything in one request, so that all of it is imported or nothing. Gives the server's answer.
fn import_on_server(config: &Config, paths: &[PathBuf]) -> Result<Value> {
    let (name, bytes) = match paths {
        [file] if !file.is_dir() => (input::name(file)?.to_owned(), input::read(file, SENT)?),
        several => (ARCHIVE.to_owned(), archive(several)?),
    };
    let address = with_query("/feed", &[("name", Some(name))]);
    let _busy = output::busy("sending, and waiting for the import");
    connect::with(config, Aim::Write, async |client| client.upload_one(&address, bytes).await)
}

/// Files and folders as one tar archive.
fn archive(paths: &[PathBuf]) -> Result<Vec<u8>> {
    let mut tar = tar::Builder::new(Limited(Vec::new()));
    // As on this side of the wire: links within folders are not followed.
    tar.follow_symlinks(false);
    for (number, path) in paths.iter().enumerate() {
        // A number before each name: two folders may hold files of one name.
        let name = format!("{}/{}", number + 1, input::name(&std::path::absolute(path)?)?);
        let added = match path.is_dir() {
            true => tar.append_dir_all(name, path),
            false => input::open(path).map(|(mut file, _)| tar.append_file(name, &mut file))?,
        };
        added.with_context(|| format!("{} cannot be sent", path.display()))?;
    }
    let Limited(bytes) = tar.into_inner().context("the files cannot be packed")?;
    Ok(bytes)
}

/// Bytes in memory, at most [`SENT`].
struct Limited(Vec<u8>);

impl Write for Limited {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        if self.0.len() + more.len() > SENT {
            let words =
                format!("more than {SENT} bytes, the limit of one request; send a compressed archive");
            return Err(io::Error::other(words));
        }
        self.0.extend_from_slice(more);
        Ok(more.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What an import did, in the words of a server, which has a job where there is a number of releases here.
fn imported(report: &ImportReport, matched: Option<u64>) -> Result<Value> {
    let skipped: Vec<_> = report
        .skipped_examples
        .iter()
        .map(|skipped| json!({ "file": skipped.file, "reason": skipped.reason }))
        .collect();
    let feed = serde_json::to_value(&report.status)?;
    Ok(json!({
        "records": report.records, "withdrawn": report.withdrawn, "added": report.added,
        "replaced": report.replaced, "older": report.older, "skipped": report.skipped,
        "skipped_examples": skipped, "feed": feed, "releases_matched": matched,
    }))
}

fn print_imported(answer: &Value, format: Format) -> Result<()> {
    if format == Format::Json {
        return output::json(answer);
    }
    for skipped in answer["skipped_examples"].as_array().into_iter().flatten().take(NAMED) {
        let word = |name: &str| output::cell(&skipped[name]);
        output::note(&format!("skipped {}: {}", word("file"), word("reason")));
    }
    let number = |name: &str| answer[name].as_u64().unwrap_or(0);
    let matched = answer["releases_matched"].as_u64().map_or_else(String::new, |number| {
        format!("; {} matched again", count(number, "release", "releases"))
    });
    output::print(&format!(
        "{} read: {} new, {} changed, {} older than what was there; {} skipped{matched}\n\n{}",
        count(number("records"), "record", "records"),
        number("added"),
        number("replaced"),
        number("older"),
        count(number("skipped"), "file", "files"),
        status_text(&answer["feed"])
    ))
}

fn status_text(status: &Value) -> String {
    let word = |name: &str| output::cell(&status[name]);
    let list = |name: &str, columns: &[(&str, &str)]| match status[name].as_array() {
        Some(items) if !items.is_empty() => format!("\n{}", output::list(items, columns)),
        _ => String::new(),
    };
    let ecosystems = [
        ("ecosystem", "name"),
        ("records", "records"),
        ("packages", "packages"),
        ("looked up", "matched"),
        ("imported", "imported_at"),
    ];
    let sources = [("source", "name"), ("records", "records"), ("imported", "imported_at")];
    let counted = |name: &str, one: &str, many: &str| count(status[name].as_u64().unwrap_or(0), one, many);
    format!(
        "imported {}, newest record {}\n{} on {}, {} of them withdrawn\n{}{}",
        word("imported_at"),
        word("newest_modified"),
        counted("records", "record", "records"),
        counted("vulnerabilities", "vulnerability", "vulnerabilities"),
        word("withdrawn"),
        list("ecosystems", &ecosystems),
        list("sources", &sources)
    )
}
