//! The file of an index as checked blocks: header, tables, bytes.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::format::{CHECK_LENGTH, FORMAT, HEADER_LENGTH, Header, MAGIC, PREFIX_LENGTH, Section, check};
use crate::error::IndexError;

/// An open index file. Reading it moves no cursor, so threads may share it.
#[derive(Debug)]
pub(super) struct Blocks {
    path: PathBuf,
    file: File,
    header: Header,
}

impl Blocks {
    pub(super) fn open(path: &Path) -> Result<Self, IndexError> {
        let file = File::open(path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => IndexError::Missing { path: path.to_owned() },
            _ => IndexError::Read { path: path.to_owned(), source },
        })?;
        let header = read_header(path, &file)?;
        Ok(Self { path: path.to_owned(), file, header })
    }

    /// How many blocks a section has.
    pub(super) fn count(&self, section: Section) -> u64 {
        self.header.sections[section as usize].blocks
    }

    /// The body of a block, checked.
    pub(super) fn read(&self, section: Section, number: u64) -> Result<Vec<u8>, IndexError> {
        let damaged = || self.damaged(&format!("block {number} of {section:?}"));
        if number >= self.count(section) {
            return Err(damaged());
        }
        let table = self.header.sections[section as usize].table;
        let mut offsets = [0; 16];
        self.read_at(&mut offsets, table.saturating_add(number.saturating_mul(8)))?;
        let offsets = u128::from_be_bytes(offsets);
        let (start, end) = ((offsets >> 64) as u64, offsets as u64);
        // The length of the file was checked when it was opened, so this bounds what is allocated.
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

    pub(super) fn damaged(&self, what: &str) -> IndexError {
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
