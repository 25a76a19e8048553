//! Reading folders, archives and compressed files, recognised by their content.
//!
//! To add an archive or compression: a variant of [`Kind`], its first bytes in [`Kind::of`], its reader in
//! [`Unpacker::unpack`].

use std::fs::{self, File};
use std::io::{self, Cursor, Read, Seek};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use liblzma::read::XzDecoder;
use liblzma::stream::{CONCATENATED, Stream};

use super::limits::{Budget, Counted, Guarded};
use super::{Skipped, Skips};
use crate::error::ImportError;

/// A file on disk that is to be read.
#[derive(Debug)]
pub(super) struct SourceFile {
    pub path: PathBuf,
    /// The name in messages.
    pub name: String,
    /// Whether the caller named this very file, so that skipping it would go against their word.
    pub named: bool,
}

/// One text out of a file or archive.
pub(super) struct Entry {
    pub name: String,
    pub bytes: Vec<u8>,
    pub named: bool,
}

/// All files below a path, sorted; symbolic links inside of folders are not followed.
pub(super) fn files(path: &Path, budget: &Budget, skips: &mut Skips) -> Result<Vec<SourceFile>, ImportError> {
    let meta = fs::metadata(path).map_err(|source| ImportError::Read { path: path.to_owned(), source })?;
    let mut found = Vec::new();
    if meta.is_dir() {
        walk(path, 0, budget, skips, &mut found)?;
    } else {
        found.push(SourceFile { path: path.to_owned(), name: path.display().to_string(), named: true });
    }
    Ok(found)
}

fn walk(
    folder: &Path,
    depth: usize,
    budget: &Budget,
    skips: &mut Skips,
    found: &mut Vec<SourceFile>,
) -> Result<(), ImportError> {
    let name = folder.display().to_string();
    if depth > budget.limits.folder_depth {
        let reason = format!("folders are nested deeper than {}", budget.limits.folder_depth);
        return Err(ImportError::Limit { file: name, reason });
    }
    let fail = |source| ImportError::Read { path: folder.to_owned(), source };
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(fail)? {
        budget.count_entry().map_err(|reason| ImportError::Limit { file: name.clone(), reason })?;
        entries.push(entry.map_err(fail)?);
    }
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let kind = entry.file_type().map_err(|source| ImportError::Read { path: path.clone(), source })?;
        let name = path.display().to_string();
        if kind.is_dir() && entry.file_name() == ".git" {
            skips.add(Skipped { file: name, reason: "the history of a git checkout".to_owned() });
        } else if kind.is_dir() {
            walk(&path, depth + 1, budget, skips, found)?;
        } else if kind.is_file() {
            found.push(SourceFile { path, name, named: false });
        } else {
            skips.add(Skipped { file: name, reason: "a symbolic link or special file".to_owned() });
        }
    }
    Ok(())
}

/// What the first bytes say a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Gzip,
    Xz,
    Zstd,
    Zip,
    Tar,
    Text,
    Binary,
}

/// Bytes of a file's name in an archive, and what else stands in a header.
const LONG_NAME: u64 = 64 << 10;

/// As far into a file as [`Kind::of`] looks: one block of a tar archive.
const HEAD: u64 = 512;

impl Kind {
    fn of(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Xz,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Self::Zip,
            head if head.get(257..262) == Some(b"ustar") || is_tar(head) => Self::Tar,
            head if head.contains(&0) => Self::Binary,
            _ => Self::Text,
        }
    }
}

/// Whether a block is the header of a tar archive of before POSIX, which only its checksum tells: the sum of its bytes, where
/// the checksum's own eight count as blanks.
fn is_tar(block: &[u8]) -> bool {
    let Ok(block) = <&[u8; HEAD as usize]>::try_from(block) else { return false };
    let sum: u32 = block
        .iter()
        .enumerate()
        .map(|(at, byte)| match at {
            148..156 => u32::from(b' '),
            _ => u32::from(*byte),
        })
        .sum();
    let header = tar::Header::from_byte_slice(block);
    block[0] != 0 && header.cksum().is_ok_and(|said| said == sum)
}

/// Takes what is unpacked.
pub(super) trait Sink {
    fn entry(&mut self, entry: Entry) -> Result<(), ImportError>;
    fn skip(&mut self, skipped: Skipped);
}

pub(super) struct Unpacker<'a> {
    pub budget: &'a Budget,
    pub sink: &'a mut dyn Sink,
}

impl Unpacker<'_> {
    /// Reads a file on disk.
    pub(super) fn file(&mut self, source: &SourceFile) -> Result<(), ImportError> {
        let fail = |error| ImportError::Read { path: source.path.clone(), source: error };
        let mut file = File::open(&source.path).map_err(fail)?;
        let mut head = Vec::new();
        file.by_ref().take(HEAD).read_to_end(&mut head).map_err(fail)?;
        file.rewind().map_err(fail)?;
        if Kind::of(&head) == Kind::Zip {
            return self.zip(&source.name, file, 0);
        }
        self.unpack(&source.name, &mut Guarded::plain(file, self.budget), 0, source.named)
    }

    fn unpack(
        &mut self,
        name: &str,
        input: &mut dyn Read,
        depth: usize,
        named: bool,
    ) -> Result<(), ImportError> {
        let mut head = Vec::new();
        input.take(HEAD).read_to_end(&mut head).map_err(|error| self.broken(name, &error))?;
        let kind = Kind::of(&head);
        let whole = Cursor::new(head).chain(input);
        if matches!(kind, Kind::Gzip | Kind::Xz | Kind::Zstd | Kind::Zip | Kind::Tar) {
            self.check_depth(name, depth)?;
        }
        let budget = self.budget;
        match kind {
            Kind::Gzip => {
                let (counted, count) = Counted::new(whole);
                let mut out = Guarded::new(MultiGzDecoder::new(counted), count, budget);
                self.unpack(name, &mut out, depth + 1, named)
            }
            Kind::Xz => {
                const MEMORY: u64 = 256 << 20;
                let (counted, count) = Counted::new(whole);
                let stream = Stream::new_stream_decoder(MEMORY, CONCATENATED)
                    .map_err(|error| self.broken(name, &error.into()))?;
                let mut out = Guarded::new(XzDecoder::new_stream(counted, stream), count, budget);
                self.unpack(name, &mut out, depth + 1, named)
            }
            Kind::Zstd => {
                let (counted, count) = Counted::new(whole);
                let decoder = zstd::Decoder::new(counted).map_err(|error| self.broken(name, &error))?;
                self.unpack(name, &mut Guarded::new(decoder, count, budget), depth + 1, named)
            }
            Kind::Tar => self.tar(name, whole, depth + 1),
            Kind::Zip => {
                let bytes = self.read(name, whole, budget.limits.nested_bytes)?;
                self.zip(name, Cursor::new(bytes), depth)
            }
            Kind::Text => {
                let bytes = self.read(name, whole, budget.limits.record_bytes)?;
                self.sink.entry(Entry { name: name.to_owned(), bytes, named })
            }
            Kind::Binary if named => {
                Err(ImportError::NotOsv { file: name.to_owned(), reason: "it is a binary file".to_owned() })
            }
            Kind::Binary => {
                self.sink.skip(Skipped { file: name.to_owned(), reason: "a binary file".to_owned() });
                Ok(())
            }
        }
    }

    fn tar(&mut self, name: &str, input: impl Read, depth: usize) -> Result<(), ImportError> {
        // Headers are read in blocks of 512 bytes.
        let mut input = Zeros::new(io::BufReader::with_capacity(1 << 16, input));
        let mut archive = tar::Archive::new(&mut input);
        // Raw, because the crate reads long names whatever their length.
        let entries = archive.entries().map_err(|error| self.broken(name, &error))?.raw(true);
        let mut long_name = None;
        for entry in entries {
            let mut entry = entry.map_err(|error| self.broken(name, &error))?;
            let kind = entry.header().entry_type();
            match kind {
                tar::EntryType::GNULongName => {
                    let bytes = self.read(name, entry, LONG_NAME)?;
                    long_name = Some(bytes.strip_suffix(&[0]).unwrap_or(&bytes).to_vec());
                    continue;
                }
                tar::EntryType::XHeader => {
                    let bytes = self.read(name, entry, LONG_NAME)?;
                    long_name = pax_path(&bytes).or(long_name);
                    continue;
                }
                tar::EntryType::GNULongLink | tar::EntryType::XGlobalHeader => continue,
                _ => {}
            }
            let path = long_name.take().unwrap_or_else(|| entry.path_bytes().into_owned());
            let inner = format!("{name}/{}", String::from_utf8_lossy(&path));
            match kind {
                tar::EntryType::Regular | tar::EntryType::Continuous => {
                    self.member(&inner, &mut entry, depth)?;
                }
                tar::EntryType::Directory => {}
                _ => self.skip_special(inner),
            }
        }
        if input.trailing < 512 {
            return Err(self.broken(name, &io::Error::other("it ends too early")));
        }
        // To the very end, so that a compression around it compares its checksum.
        io::copy(&mut input, &mut io::sink()).map_err(|error| self.broken(name, &error))?;
        Ok(())
    }

    fn zip(&mut self, name: &str, input: impl Read + Seek, depth: usize) -> Result<(), ImportError> {
        self.check_depth(name, depth)?;
        let broken = |error: zip::result::ZipError| ImportError::Archive {
            file: name.to_owned(),
            reason: error.to_string(),
        };
        let mut archive = zip::ZipArchive::new(input).map_err(broken)?;
        for index in 0..archive.len() {
            let entry = archive.by_index(index).map_err(broken)?;
            let inner = format!("{name}/{}", entry.name().map_err(broken)?);
            if entry.is_symlink() {
                self.skip_special(inner);
            } else if entry.is_file() {
                let size = std::rc::Rc::new(std::cell::Cell::new(entry.compressed_size()));
                let budget = self.budget;
                self.member(&inner, &mut Guarded::new(entry, size, budget), depth + 1)?;
            }
        }
        Ok(())
    }

    fn member(&mut self, name: &str, input: &mut dyn Read, depth: usize) -> Result<(), ImportError> {
        self.budget.count_entry().map_err(|reason| ImportError::Limit { file: name.to_owned(), reason })?;
        self.unpack(name, input, depth, false)
    }

    fn skip_special(&mut self, file: String) {
        self.sink.skip(Skipped { file, reason: "a symbolic link or special file".to_owned() });
    }

    fn check_depth(&self, name: &str, depth: usize) -> Result<(), ImportError> {
        let limit = self.budget.limits.archive_depth;
        if depth < limit {
            return Ok(());
        }
        let reason = format!("archives are nested deeper than {limit}");
        Err(ImportError::Limit { file: name.to_owned(), reason })
    }

    fn read(&self, name: &str, input: impl Read, limit: u64) -> Result<Vec<u8>, ImportError> {
        let mut bytes = Vec::new();
        input.take(limit + 1).read_to_end(&mut bytes).map_err(|error| self.broken(name, &error))?;
        if bytes.len() as u64 > limit {
            let reason = format!("it is larger than {limit} bytes");
            return Err(ImportError::Limit { file: name.to_owned(), reason });
        }
        Ok(bytes)
    }

    fn broken(&self, name: &str, error: &io::Error) -> ImportError {
        let file = name.to_owned();
        match self.budget.exceeded() {
            Some(reason) => ImportError::Limit { file, reason: reason.to_owned() },
            None => ImportError::Archive { file, reason: error.to_string() },
        }
    }
}

/// A tar archive ends with a block of zeros, so one that was cut off between two files is known by its last bytes.
struct Zeros<R> {
    inner: R,
    /// How many of the bytes read last are zero.
    trailing: usize,
}

impl<R> Zeros<R> {
    const fn new(inner: R) -> Self {
        Self { inner, trailing: 0 }
    }
}

impl<R: Read> Read for Zeros<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let zeros = buffer[..count].iter().rev().take_while(|byte| **byte == 0).count();
        self.trailing = if zeros == count { self.trailing.saturating_add(count) } else { zeros };
        Ok(count)
    }
}

/// The path in an extended header, which stands there for names that are too long or not ASCII.
fn pax_path(header: &[u8]) -> Option<Vec<u8>> {
    let found = tar::PaxExtensions::new(header).filter_map(Result::ok);
    found
        .filter(|extension| extension.key_bytes() == b"path")
        .map(|extension| extension.value_bytes().to_vec())
        .last()
}
