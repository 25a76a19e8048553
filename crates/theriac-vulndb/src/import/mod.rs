//! Feeds in: from files, folders and archives to a new index, all or nothing.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use jiff::Timestamp;
use rayon::prelude::*;

mod limits;
mod source;

pub use limits::Limits;

use crate::error::{ImportError, IndexError};
use crate::index::{self, Index, Origin, SourceStatus, Status};
use crate::osv::{self, Advisory, Flaw, Reading};
use crate::ranges::intervals;
use crate::versions::Ecosystem;
use limits::Budget;
use source::{Entry, Sink, Unpacker};

/// How an import is done.
pub struct ImportOptions<'a> {
    /// The present time, noted in the index.
    pub now: Timestamp,
    /// How much may be read.
    pub limits: Limits,
    /// Whether wrong records are skipped and reported instead of failing the import.
    pub skip_wrong_records: bool,
    /// Called as the import goes on.
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
}

/// Reads OSV records from files, folders and archives and merges them into the index at `db`: records are known
/// by their id, the one modified later wins, and among equally old ones the one imported last.
///
/// Files are read one after the other, so that the first wrong one ends the import; what is read is parsed on all
/// cores. Memory holds every record that the new index will have.
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
    let Existing { advisories, values, mut sources, read_at } = existing(db)?;
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        files.push(source::files(path, &budget, &mut skips)?);
    }
    let files_total = files.iter().map(|files| files.len() as u64).sum();
    let mut batch = Batch {
        options,
        progress: Progress { files_done: 0, files_total, records: 0 },
        pending: Vec::new(),
        bytes: 0,
        counts: Counts::default(),
        skips,
        values,
        read_at,
        unchanged: Vec::new(),
        advisories,
    };
    for (path, files) in paths.iter().zip(&files) {
        let (before, older) = (batch.counts.records, batch.counts.older);
        for file in files {
            Unpacker { budget: &budget, sink: &mut batch }.file(file)?;
            batch.progress.files_done += 1;
        }
        batch.flush()?;
        batch.source_read(batch.counts.older > older);
        let (name, records) = (source_name(path), batch.counts.records - before);
        sources.insert(name.clone(), SourceStatus { name, imported_at: options.now, records });
    }
    let Batch { counts, skips, mut advisories, read_at, .. } = batch;
    if counts.records == 0 {
        return Err(nothing_found(files_total, &skips));
    }
    // A date to come withdraws nothing yet; every import looks again. What the record itself looks back on has come.
    for Advisory { record, .. } in advisories.values_mut() {
        record.withdrawn = record.withdrawn.filter(|at| *at <= options.now.max(record.modified));
    }
    let origin = Origin { sources: sources.into_values().collect(), read_at };
    let status = index::write(db, &advisories, origin, options.now)
        .map_err(|source| ImportError::Write { path: db.to_owned(), source })?;
    Ok(ImportReport {
        records: counts.records,
        withdrawn: counts.withdrawn,
        added: counts.added,
        replaced: counts.replaced,
        older: counts.older,
        skipped: skips.count,
        skipped_examples: skips.examples,
        status,
    })
}

fn nothing_found(files: u64, skips: &Skips) -> ImportError {
    let example = skips.examples.first().map_or_else(
        || "no files at all".to_owned(),
        |skipped| format!("{}: {}", skipped.file, skipped.reason),
    );
    ImportError::Empty { files, example }
}

#[derive(Default)]
struct Counts {
    records: u64,
    withdrawn: u64,
    added: u64,
    replaced: u64,
    older: u64,
}

impl Counts {
    /// Counts what was read, which stands beside `held`, the record of the same id.
    fn add(&mut self, held: Option<&Advisory>, new: &Advisory) {
        self.records += 1;
        self.withdrawn += u64::from(new.record.withdrawn.is_some());
        match held {
            Some(held) if is_older(new, held) => self.older += 1,
            Some(held) => self.replaced += u64::from(held.digest != new.digest),
            None => self.added += 1,
        }
    }
}

fn is_older(new: &Advisory, held: &Advisory) -> bool {
    held.record.modified > new.record.modified
}

type Advisories = BTreeMap<String, Advisory>;

/// What the index holds already.
#[derive(Default)]
struct Existing {
    advisories: Advisories,
    values: u64,
    sources: BTreeMap<String, SourceStatus>,
    read_at: BTreeMap<String, Timestamp>,
}

fn existing(db: &Path) -> Result<Existing, ImportError> {
    let index = match Index::open(db) {
        Ok(index) => index,
        Err(IndexError::Missing { .. }) => return Ok(Existing::default()),
        Err(error) => return Err(error.into()),
    };
    let (mut advisories, mut read_at) = (Advisories::new(), BTreeMap::new());
    for (advisory, at) in index.all()? {
        read_at.insert(advisory.record.id.clone(), at);
        advisories.insert(advisory.record.id.clone(), advisory);
    }
    let sources = index.status().sources.iter();
    Ok(Existing {
        values: advisories.values().map(|advisory| advisory.record.values()).sum(),
        advisories,
        sources: sources.map(|source| (source.name.clone(), source.clone())).collect(),
        read_at,
    })
}

/// The last two parts of a path: feeds of several ecosystems come as files of one name (`npm/all.zip`).
fn source_name(path: &Path) -> String {
    let parts: Vec<_> = path
        .components()
        .filter_map(|part| match part {
            Component::Normal(part) => Some(part.to_string_lossy()),
            _ => None,
        })
        .collect();
    match parts.len() {
        0 => path.display().to_string(),
        count => parts[count.saturating_sub(2)..].join("/"),
    }
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

/// Texts that wait to be parsed together, and what came of those before.
struct Batch<'a> {
    options: &'a ImportOptions<'a>,
    progress: Progress,
    pending: Vec<Entry>,
    bytes: usize,
    counts: Counts,
    skips: Skips,
    /// Texts in lists of all records so far.
    values: u64,
    /// When an import last read each record.
    read_at: BTreeMap<String, Timestamp>,
    /// Records of the present source that are as the index has them.
    unchanged: Vec<String>,
    advisories: Advisories,
}

impl Batch<'_> {
    const BYTES: usize = 4 << 20;
    const ENTRIES: usize = 1024;

    fn flush(&mut self) -> Result<(), ImportError> {
        let entries = std::mem::take(&mut self.pending);
        self.bytes = 0;
        let skip_wrong = self.options.skip_wrong_records;
        let parsed: Vec<_> = entries.par_iter().map(|entry| parse(entry, skip_wrong)).collect();
        for result in parsed {
            match result? {
                Ok(advisory) => self.take(advisory)?,
                Err(skipped) => self.skips.add(skipped),
            }
        }
        self.progress.records = self.counts.records;
        (self.options.progress)(self.progress);
        Ok(())
    }
}

impl Batch<'_> {
    /// Ends a source. One with an older record than the index has is an old copy: that the others are as they were says
    /// nothing of today.
    fn source_read(&mut self, old_copy: bool) {
        for id in std::mem::take(&mut self.unchanged) {
            if !old_copy {
                self.read_at.insert(id, self.options.now);
            }
        }
    }

    fn take(&mut self, advisory: Advisory) -> Result<(), ImportError> {
        let held = self.advisories.get(&advisory.record.id);
        self.counts.add(held, &advisory);
        if held.is_some_and(|held| is_older(&advisory, held)) {
            return Ok(());
        }
        self.values -= held.map_or(0, |held| held.record.values());
        self.values += advisory.record.values();
        if self.values > self.options.limits.values {
            return Err(ImportError::Limit {
                file: advisory.record.id,
                reason: format!(
                    "with this record there are more than {} versions, events and packages in all; import the ecosystems \
                     that you need",
                    self.options.limits.values
                ),
            });
        }
        let id = &advisory.record.id;
        if held.is_some_and(|held| held.digest == advisory.digest) {
            self.unchanged.push(id.clone());
        } else {
            self.read_at.insert(id.clone(), self.options.now);
        }
        self.advisories.insert(advisory.record.id.clone(), advisory);
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
        self.skips.add(skipped);
    }
}

/// An advisory, or why there is none.
fn parse(entry: &Entry, skip_wrong: bool) -> Result<Result<Advisory, Skipped>, ImportError> {
    let file = entry.name.clone();
    match osv::read(&entry.name, &entry.bytes).and_then(check_versions) {
        Ok(Reading::Advisory(advisory)) => Ok(Ok(*advisory)),
        Ok(Reading::Other(reason)) if entry.named => {
            Err(ImportError::NotOsv { file, reason: reason.to_owned() })
        }
        Ok(Reading::Other(reason)) => Ok(Err(Skipped { file, reason: reason.to_owned() })),
        // Folders hold other JSON and YAML, in dialects of their own.
        Err(flaw) if skip_wrong || !(entry.named || osv::seems_record(&entry.bytes)) => {
            Ok(Err(Skipped { file, reason: format!("{}: {}", flaw.place, flaw.reason) }))
        }
        Err(flaw) => Err(ImportError::Record { file, place: flaw.place, reason: flaw.reason }),
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
                Flaw::at(place, format!("'{}' is no version of {ecosystem}", osv::shortened(&text.0, 100)))
            })?;
        }
    }
    Ok(reading)
}
