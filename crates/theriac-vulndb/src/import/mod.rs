//! Feeds in: from files, folders and archives to a new index, all or nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use rayon::prelude::*;

mod limits;
mod source;

pub use limits::Limits;

use crate::error::{ImportError, IndexError};
use crate::index::{self, Index, SourceStatus, Status};
use crate::osv::{self, Advisory, Flaw, Reading};
use crate::ranges::intervals;
use crate::versions::Ecosystem;
use limits::Budget;
use source::{Entry, Sink, SourceFile, Unpacker};

/// How an import is done.
pub struct ImportOptions<'a> {
    /// The present time, noted in the index.
    pub now: Timestamp,
    /// How much may be read.
    pub limits: Limits,
    /// Whether wrong records are skipped and reported instead of failing the import.
    pub skip_wrong_records: bool,
    /// Called from any thread as the import goes on.
    pub progress: &'a (dyn Fn(Progress) + Sync),
}

impl ImportOptions<'_> {
    /// Everything as usual: default limits, all or nothing, nobody watching.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self { now, limits: Limits::default(), skip_wrong_records: false, progress: &|_| {} }
    }
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Files on disk that have been read; an archive is one.
    pub files_done: u64,
    /// Files on disk in all.
    pub files_total: u64,
    /// Records read so far.
    pub records: u64,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportReport {
    /// OSV records read.
    pub records: u64,
    /// Of these, withdrawn ones.
    pub withdrawn: u64,
    /// Records that the index did not have.
    pub added: u64,
    /// Records that replaced another content under the same id.
    pub replaced: u64,
    /// Records left out because the index has a newer one.
    pub older: u64,
    /// Files that hold no OSV record, and wrong records where these are skipped.
    pub skipped: u64,
    /// The first of them.
    pub skipped_examples: Vec<Skipped>,
    /// What the index holds now.
    pub status: Status,
}

/// Something that was not imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The file, inside of archives with `/` between.
    pub file: String,
    /// Why.
    pub reason: String,
}

/// What was skipped: all counted, the first kept.
#[derive(Default)]
struct Skips {
    count: u64,
    examples: Vec<Skipped>,
}

impl Skips {
    const KEPT: usize = 1000;

    fn add(&mut self, skipped: Skipped) {
        self.count += 1;
        if self.examples.len() < Self::KEPT {
            self.examples.push(skipped);
        }
    }

    fn append(&mut self, other: Self) {
        self.count += other.count;
        let room = Self::KEPT.saturating_sub(self.examples.len());
        self.examples.extend(other.examples.into_iter().take(room));
    }
}

/// Reads OSV records from files, folders and archives and merges them into the index at `db`: records are known
/// by their id, the one modified later wins, and among equally old ones the one imported last.
///
/// # Errors
/// When anything is wrong; the index is then as it was.
pub fn import(
    paths: &[PathBuf],
    db: &Path,
    options: &ImportOptions<'_>,
) -> Result<ImportReport, ImportError> {
    let _lock = lock(db)?;
    let budget = Budget::new(options.limits);
    let mut skips = Skips::default();
    let (mut advisories, mut sources) = existing(db)?;
    let mut records = 0;
    let mut report_counts = Counts::default();
    let mut files = Vec::new();
    for (number, path) in paths.iter().enumerate() {
        let found = source::files(std::slice::from_ref(path), &budget, &mut skips)?;
        files.extend(found.into_iter().map(|file| (number, file)));
    }
    let reader = Reader::new(options, &budget, files.len() as u64);
    let results: Vec<_> = files.par_iter().map(|(number, file)| (*number, reader.read(file))).collect();
    let mut by_path = vec![0_u64; paths.len()];
    for (number, found) in results {
        let found = found?;
        skips.append(found.skips);
        records += found.advisories.len() as u64;
        if let Some(count) = by_path.get_mut(number) {
            *count += found.advisories.len() as u64;
        }
        for advisory in found.advisories {
            report_counts.merge(&mut advisories, advisory);
        }
    }
    if records == 0 {
        let example = skips.examples.first().map_or_else(
            || "no files at all".to_owned(),
            |skipped| format!("{}: {}", skipped.file, skipped.reason),
        );
        return Err(ImportError::Empty { files: files.len() as u64, example });
    }
    for (path, records) in paths.iter().zip(by_path) {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        sources.insert(name.clone(), SourceStatus { name, imported_at: options.now, records });
    }
    let status = index::write(db, &advisories, sources.into_values().collect(), options.now)
        .map_err(|source| ImportError::Write { path: db.to_owned(), source })?;
    Ok(ImportReport {
        records,
        withdrawn: report_counts.withdrawn,
        added: report_counts.added,
        replaced: report_counts.replaced,
        older: report_counts.older,
        skipped: skips.count,
        skipped_examples: skips.examples,
        status,
    })
}

#[derive(Default)]
struct Counts {
    withdrawn: u64,
    added: u64,
    replaced: u64,
    older: u64,
}

impl Counts {
    fn merge(&mut self, advisories: &mut BTreeMap<String, Advisory>, new: Advisory) {
        self.withdrawn += u64::from(new.record.withdrawn.is_some());
        match advisories.get(&new.record.id) {
            Some(old) if old.record.modified > new.record.modified => {
                self.older += 1;
                return;
            }
            Some(old) => self.replaced += u64::from(old.digest != new.digest),
            None => self.added += 1,
        }
        advisories.insert(new.record.id.clone(), new);
    }
}

type Existing = (BTreeMap<String, Advisory>, BTreeMap<String, SourceStatus>);

/// What the index holds already.
fn existing(db: &Path) -> Result<Existing, ImportError> {
    let index = match Index::open(db) {
        Ok(index) => index,
        Err(IndexError::Missing { .. }) => return Ok(Existing::default()),
        Err(error) => return Err(error.into()),
    };
    let contents = index.all_contents()?;
    let advisories: Result<Vec<_>, Flaw> =
        contents.par_iter().map(|content| osv::from_canonical(content)).collect();
    let advisories = advisories.map_err(|flaw| index.damaged(&format!("{}: {}", flaw.place, flaw.reason)))?;
    let advisories = advisories.into_iter().map(|advisory| (advisory.record.id.clone(), advisory)).collect();
    let sources = index.status().sources.iter().map(|source| (source.name.clone(), source.clone())).collect();
    Ok((advisories, sources))
}

/// Holds off other imports into the same index until it is dropped.
fn lock(db: &Path) -> Result<std::fs::File, ImportError> {
    let mut name = db.as_os_str().to_owned();
    name.push(".lock");
    let path = PathBuf::from(name);
    let write = |source| ImportError::Write { path: path.clone(), source };
    let file = std::fs::OpenOptions::new().create(true).append(true).open(&path).map_err(write)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(ImportError::Busy { path }),
        Err(std::fs::TryLockError::Error(source)) => Err(ImportError::Write { path, source }),
    }
}

/// Reads files on several threads.
struct Reader<'a> {
    options: &'a ImportOptions<'a>,
    budget: &'a Budget,
    files_total: u64,
    files_done: AtomicU64,
    records: AtomicU64,
}

#[derive(Default)]
struct Found {
    advisories: Vec<Advisory>,
    skips: Skips,
}

impl<'a> Reader<'a> {
    fn new(options: &'a ImportOptions<'a>, budget: &'a Budget, files_total: u64) -> Self {
        Self { options, budget, files_total, files_done: AtomicU64::new(0), records: AtomicU64::new(0) }
    }

    fn read(&self, file: &SourceFile) -> Result<Found, ImportError> {
        let mut batch = Batch { reader: self, pending: Vec::new(), bytes: 0, found: Found::default() };
        Unpacker { budget: self.budget, sink: &mut batch }.file(file)?;
        batch.flush()?;
        let found = batch.found;
        self.files_done.fetch_add(1, Ordering::Relaxed);
        self.report();
        Ok(found)
    }

    fn report(&self) {
        (self.options.progress)(Progress {
            files_done: self.files_done.load(Ordering::Relaxed),
            files_total: self.files_total,
            records: self.records.load(Ordering::Relaxed),
        });
    }

    /// An advisory, or why there is none.
    fn parse(&self, entry: &Entry) -> Result<Result<Advisory, Skipped>, ImportError> {
        let skipped = |reason: String| Ok(Err(Skipped { file: entry.name.clone(), reason }));
        let file = entry.name.clone();
        match osv::read(&entry.name, &entry.bytes).and_then(check_versions) {
            Ok(Reading::Advisory(advisory)) => Ok(Ok(*advisory)),
            Ok(Reading::Other(reason)) if entry.named => {
                Err(ImportError::NotOsv { file, reason: reason.to_owned() })
            }
            Ok(Reading::Other(reason)) => skipped(reason.to_owned()),
            Err(flaw) if self.options.skip_wrong_records => {
                skipped(format!("{}: {}", flaw.place, flaw.reason))
            }
            Err(flaw) => Err(ImportError::Record { file, place: flaw.place, reason: flaw.reason }),
        }
    }
}

/// Every version in a range must have a place in its ecosystem's order.
fn check_versions(reading: Reading) -> Result<Reading, Flaw> {
    let Reading::Advisory(advisory) = &reading else { return Ok(reading) };
    for (a, affected) in advisory.record.affected.iter().enumerate() {
        let name = affected.package.as_ref().map(|package| package.ecosystem.as_str());
        let Some(ecosystem) = name.and_then(Ecosystem::from_osv) else { continue };
        for (r, range) in affected.ranges.iter().enumerate() {
            intervals(ecosystem, range).map_err(|text| {
                let place = format!("affected[{a}].ranges[{r}].events");
                Flaw::at(place, format!("'{}' is no version of {ecosystem}", text.0))
            })?;
        }
    }
    Ok(reading)
}

/// Texts of one file that wait to be parsed together.
struct Batch<'a> {
    reader: &'a Reader<'a>,
    pending: Vec<Entry>,
    bytes: usize,
    found: Found,
}

impl Batch<'_> {
    const BYTES: usize = 4 << 20;
    const ENTRIES: usize = 1024;

    fn flush(&mut self) -> Result<(), ImportError> {
        let entries = std::mem::take(&mut self.pending);
        self.bytes = 0;
        let parsed: Vec<_> = entries.par_iter().map(|entry| self.reader.parse(entry)).collect();
        for result in parsed {
            match result? {
                Ok(advisory) => self.found.advisories.push(advisory),
                Err(skipped) => self.found.skips.add(skipped),
            }
            self.reader.records.fetch_add(1, Ordering::Relaxed);
        }
        self.reader.report();
        Ok(())
    }
}

impl Sink for Batch<'_> {
    fn entry(&mut self, entry: Entry) -> Result<(), ImportError> {
        self.bytes += entry.bytes.len();
        self.pending.push(entry);
        if self.bytes >= Self::BYTES || self.pending.len() >= Self::ENTRIES { self.flush() } else { Ok(()) }
    }

    fn skip(&mut self, skipped: Skipped) {
        self.found.skips.add(skipped);
    }
}
