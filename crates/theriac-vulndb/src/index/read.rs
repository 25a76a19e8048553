//! Reading an index: opening, looking up packages and ids, taking out advisories.

use std::path::Path;

use jiff::Timestamp;
use rayon::prelude::*;
use theriac_model::Digest;

use super::blocks::Blocks;
use super::codec::Decoder;
use super::entries::{Entry, IdEntry, PackageEntry, RecordEntry, VulnerabilityEntry};
use super::format::{Section, bucket};
use super::status::Status;
use crate::error::IndexError;
use crate::osv::{self, MAX_CANONICAL};
use crate::versions::Ecosystem;

/// An open vulnerability index. It may be shared by threads, and stays readable when a new one is swapped in.
#[derive(Debug)]
pub struct Index {
    blocks: Blocks,
    status: Status,
}

/// The canonical content of one OSV record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advisory {
    /// The id of the record.
    pub id: String,
    /// The digest of `content`.
    pub digest: Digest,
    /// Whether the record was withdrawn.
    pub withdrawn: bool,
    /// The record as canonical JSON (RFC 8785); floats stand in it as text.
    pub content: String,
}

impl Index {
    /// Opens an index. Reads its header and status only.
    ///
    /// # Errors
    /// When there is none, or the file is foreign, of another format, truncated or damaged.
    pub fn open(path: &Path) -> Result<Self, IndexError> {
        let blocks = Blocks::open(path)?;
        let status = blocks.read(Section::Status, 0)?;
        let status = serde_json::from_slice(&status).map_err(|_| blocks.damaged("its status"))?;
        Ok(Self { blocks, status })
    }

    /// What the index holds and how fresh it is.
    #[must_use]
    pub const fn status(&self) -> &Status {
        &self.status
    }

    /// The records of the vulnerability with this id or alias, withdrawn ones included, sorted by id; empty
    /// where no record knows it.
    ///
    /// # Errors
    /// When the index cannot be read or is damaged.
    pub fn advisories(&self, id: &str) -> Result<Vec<Advisory>, IndexError> {
        let number = bucket(&[id], self.blocks.count(Section::Ids));
        let ids: Vec<IdEntry> = self.entries(Section::Ids, number)?;
        let Some(entry) = ids.into_iter().find(|entry| entry.id == id) else { return Ok(Vec::new()) };
        self.vulnerability(entry.vulnerability)?.records.iter().map(|record| self.advisory(record)).collect()
    }

    /// Every record, parsed again, with the moment when an import last read it, in no particular order.
    pub(crate) fn all(&self) -> Result<Vec<(osv::Advisory, Timestamp)>, IndexError> {
        let mut records = Vec::new();
        for number in 0..self.blocks.count(Section::Vulnerabilities) {
            records.extend(self.vulnerability(number)?.records);
        }
        records.sort_unstable_by_key(|record| (record.place.block, record.place.offset));
        let blocks: Vec<&[RecordEntry]> = records.chunk_by(|a, b| a.place.block == b.place.block).collect();
        let parsed: Vec<_> = blocks.par_iter().map(|records| self.parse(records)).collect();
        let mut all = Vec::with_capacity(records.len());
        for advisories in parsed {
            all.extend(advisories?);
        }
        Ok(all)
    }

    /// Parses records that stand in the same block.
    fn parse(&self, records: &[RecordEntry]) -> Result<Vec<(osv::Advisory, Timestamp)>, IndexError> {
        let Some(first) = records.first() else { return Ok(Vec::new()) };
        let texts = self.contents(first.place.block)?;
        let parse = |record: &RecordEntry| {
            osv::from_canonical(self.content(record, &texts)?, record.digest)
                .map(|advisory| (advisory, record.read_at))
                .map_err(|error| self.damaged(&format!("the content of {}: {error}", record.id)))
        };
        records.iter().map(parse).collect()
    }

    pub(crate) fn package(
        &self,
        ecosystem: Ecosystem,
        name: &str,
    ) -> Result<Option<PackageEntry>, IndexError> {
        let number = bucket(&[ecosystem.osv_name(), name], self.blocks.count(Section::Packages));
        let packages: Vec<PackageEntry> = self.entries(Section::Packages, number)?;
        Ok(packages
            .into_iter()
            .find(|package| package.ecosystem == ecosystem.osv_name() && package.name == name))
    }

    pub(crate) fn vulnerability(&self, number: u64) -> Result<VulnerabilityEntry, IndexError> {
        let mut entries: Vec<VulnerabilityEntry> = self.entries(Section::Vulnerabilities, number)?;
        entries.pop().ok_or_else(|| self.damaged("a vulnerability is empty"))
    }

    fn advisory(&self, record: &RecordEntry) -> Result<Advisory, IndexError> {
        let content = self.content(record, &self.contents(record.place.block)?)?;
        Ok(Advisory { id: record.id.clone(), digest: record.digest, withdrawn: record.withdrawn, content })
    }

    /// The texts of a block of contents, one after the other.
    fn contents(&self, block: u64) -> Result<Vec<u8>, IndexError> {
        let bytes = self.blocks.read(Section::Contents, block)?;
        zstd::bulk::decompress(&bytes, MAX_CANONICAL).map_err(|_| self.damaged("contents"))
    }

    fn content(&self, record: &RecordEntry, texts: &[u8]) -> Result<String, IndexError> {
        let end = record.place.offset.saturating_add(record.place.length);
        texts
            .get(record.place.offset..end)
            .filter(|bytes| Digest::of(bytes) == record.digest)
            .and_then(|bytes| String::from_utf8(bytes.to_vec()).ok())
            .ok_or_else(|| self.damaged(&format!("the content of {}", record.id)))
    }

    fn entries<T: Entry>(&self, section: Section, number: u64) -> Result<Vec<T>, IndexError> {
        let body = self.blocks.read(section, number)?;
        Decoder(&body).list(T::read).map_err(|_| self.damaged("entries"))
    }

    pub(crate) fn damaged(&self, what: &str) -> IndexError {
        self.blocks.damaged(what)
    }
}
