//! Reading an index: opening, looking up packages and ids, taking out advisories.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use theriac_model::Digest;

use super::codec::Decoder;
use super::entries::{Entry, IdEntry, PackageEntry, RecordEntry, VulnerabilityEntry};
use super::format::{
    CHECK_LENGTH, FORMAT, HEADER_LENGTH, Header, MAGIC, PREFIX_LENGTH, Section, bucket, check,
};
use super::status::Status;
use crate::error::IndexError;
use crate::versions::Ecosystem;

/// No decompressed block of contents is larger; one is closed at 64 KiB and holds one record at least.
const MAX_CONTENTS: usize = 64 << 20;

/// An open vulnerability index. It may be shared by threads, and stays readable when a new one is swapped in.
#[derive(Debug)]
pub struct Index {
    path: PathBuf,
    file: File,
    header: Header,
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
        let file = File::open(path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => IndexError::Missing { path: path.to_owned() },
            _ => IndexError::Read { path: path.to_owned(), source },
        })?;
        let header = read_header(path, &file)?;
        let mut index = Self { path: path.to_owned(), file, header, status: Status::default() };
        let status = index.block(Section::Status, 0)?;
        index.status = serde_json::from_slice(&status).map_err(|_| index.damaged("its status"))?;
        Ok(index)
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
        let number = bucket(&[id], self.blocks(Section::Ids));
        let ids: Vec<IdEntry> = self.entries(Section::Ids, number)?;
        let Some(entry) = ids.into_iter().find(|entry| entry.id == id) else { return Ok(Vec::new()) };
        self.vulnerability(entry.vulnerability)?.records.iter().map(|record| self.content(record)).collect()
    }

    /// The canonical content of every record, in no particular order.
    pub(crate) fn all_contents(&self) -> Result<Vec<String>, IndexError> {
        let mut contents = Vec::new();
        for number in 0..self.blocks(Section::Vulnerabilities) {
            for record in &self.vulnerability(number)?.records {
                contents.push(self.content(record)?.content);
            }
        }
        Ok(contents)
    }

    pub(crate) fn package(
        &self,
        ecosystem: Ecosystem,
        name: &str,
    ) -> Result<Option<PackageEntry>, IndexError> {
        let number = bucket(&[ecosystem.osv_name(), name], self.blocks(Section::Packages));
        let packages: Vec<PackageEntry> = self.entries(Section::Packages, number)?;
        Ok(packages
            .into_iter()
            .find(|package| package.ecosystem == ecosystem.osv_name() && package.name == name))
    }

    pub(crate) fn vulnerability(&self, number: u64) -> Result<VulnerabilityEntry, IndexError> {
        let mut entries: Vec<VulnerabilityEntry> = self.entries(Section::Vulnerabilities, number)?;
        entries.pop().ok_or_else(|| self.damaged("a vulnerability is empty"))
    }

    fn content(&self, record: &RecordEntry) -> Result<Advisory, IndexError> {
        let block = self.block(Section::Contents, record.place.block)?;
        let texts = zstd::bulk::decompress(&block, MAX_CONTENTS).map_err(|_| self.damaged("contents"))?;
        let end = record.place.offset.saturating_add(record.place.length);
        let content = texts
            .get(record.place.offset..end)
            .filter(|bytes| Digest::of(bytes) == record.digest)
            .and_then(|bytes| String::from_utf8(bytes.to_vec()).ok())
            .ok_or_else(|| self.damaged(&format!("the content of {}", record.id)))?;
        Ok(Advisory { id: record.id.clone(), digest: record.digest, withdrawn: record.withdrawn, content })
    }

    fn blocks(&self, section: Section) -> u64 {
        self.header.sections[section as usize].blocks
    }

    fn entries<T: Entry>(&self, section: Section, number: u64) -> Result<Vec<T>, IndexError> {
        let body = self.block(section, number)?;
        Decoder(&body).list(T::read).map_err(|_| self.damaged("entries"))
    }

    /// The body of a block, checked.
    fn block(&self, section: Section, number: u64) -> Result<Vec<u8>, IndexError> {
        let damaged = || self.damaged(&format!("block {number} of {section:?}"));
        let extent = self.header.sections[section as usize];
        if number >= extent.blocks {
            return Err(damaged());
        }
        let mut offsets = [0; 16];
        self.read_at(&mut offsets, extent.table.saturating_add(number.saturating_mul(8)))?;
        let offsets = u128::from_be_bytes(offsets);
        let (start, end) = ((offsets >> 64) as u64, offsets as u64);
        let length = end.checked_sub(start).filter(|_| end <= self.header.file_length).ok_or_else(damaged)?;
        let mut bytes = vec![0; usize::try_from(length).map_err(|_| damaged())?];
        self.read_at(&mut bytes, start)?;
        let (found, body) = bytes.split_at_checked(CHECK_LENGTH).ok_or_else(damaged)?;
        if found != check(section, number, body) {
            return Err(damaged());
        }
        bytes.drain(..CHECK_LENGTH);
        Ok(bytes)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<(), IndexError> {
        read_exact_at(&self.file, buffer, offset).map_err(|source| match source.kind() {
            io::ErrorKind::UnexpectedEof => self.damaged("it ends too early"),
            _ => IndexError::Read { path: self.path.clone(), source },
        })
    }

    pub(crate) fn damaged(&self, what: &str) -> IndexError {
        IndexError::Damaged { path: self.path.clone(), what: what.to_owned() }
    }
}

fn read_header(path: &Path, file: &File) -> Result<Header, IndexError> {
    let fail = |source| IndexError::Read { path: path.to_owned(), source };
    let damaged = |what: String| IndexError::Damaged { path: path.to_owned(), what };
    let length = file.metadata().map_err(fail)?.len();
    let mut bytes = [0; HEADER_LENGTH];
    let known = bytes.len().min(usize::try_from(length).unwrap_or(usize::MAX));
    read_exact_at(file, &mut bytes[..known], 0).map_err(fail)?;
    if known < PREFIX_LENGTH || bytes[..MAGIC.len()] != MAGIC {
        return Err(IndexError::Foreign { path: path.to_owned() });
    }
    let found = u32::from_be_bytes([bytes[8], bytes[9], bytes[10], bytes[11]]);
    if found != FORMAT {
        return Err(IndexError::Format { path: path.to_owned(), found, expected: FORMAT });
    }
    let header = Header::from_bytes(&bytes).ok_or_else(|| damaged("its header".to_owned()))?;
    if header.file_length != length {
        return Err(damaged(format!("it has {length} bytes instead of {}", header.file_length)));
    }
    Ok(header)
}

#[cfg(unix)]
fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, buffer, offset)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        buffer = &mut buffer[read..];
        offset += read as u64;
    }
    Ok(())
}
