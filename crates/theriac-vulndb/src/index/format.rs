//! The outermost layer of the file: header, sections, blocks.
//!
//! ```text
//! header    magic 8 | format u32 | file length u64 | 5 × (table offset u64, blocks u64) | SHA-256 of all that
//! section   blocks | table of (blocks + 1) × offset u64
//! block     check 8 | body; the check is the start of SHA-256 over section, number and body
//! ```
//! Numbers are big-endian. Change [`FORMAT`] whenever the meaning of a byte changes.

use theriac_model::Digest;

pub(super) const MAGIC: [u8; 8] = *b"THERIAVI";
pub(super) const FORMAT: u32 = 3;
pub(super) const CHECK_LENGTH: usize = 8;
/// Magic and format: what every version of the format begins with.
pub(super) const PREFIX_LENGTH: usize = 12;
pub(super) const HEADER_LENGTH: usize = PREFIX_LENGTH + 8 + Section::ALL.len() * 16 + 32;

/// The sections, in the order of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    /// One block: the status as JSON.
    Status,
    /// Buckets of packages by the hash of ecosystem and name.
    Packages,
    /// Buckets of ids by their hash.
    Ids,
    /// One block per vulnerability.
    Vulnerabilities,
    /// Canonical texts, compressed, many in one block.
    Contents,
}

impl Section {
    pub const ALL: [Self; 5] =
        [Self::Status, Self::Packages, Self::Ids, Self::Vulnerabilities, Self::Contents];
}

/// Where a section's table stands and how many blocks it has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Extent {
    pub table: u64,
    pub blocks: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub file_length: u64,
    pub sections: [Extent; Section::ALL.len()],
}

impl Header {
    pub fn to_bytes(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER_LENGTH);
        bytes.extend(MAGIC);
        bytes.extend(FORMAT.to_be_bytes());
        bytes.extend(self.file_length.to_be_bytes());
        for section in self.sections {
            bytes.extend(section.table.to_be_bytes());
            bytes.extend(section.blocks.to_be_bytes());
        }
        let digest = Digest::of(&bytes);
        bytes.extend(digest.as_bytes());
        bytes
    }

    /// Reads what follows magic and format; `None` when the digest does not fit.
    pub fn from_bytes(bytes: &[u8; HEADER_LENGTH]) -> Option<Self> {
        let (content, digest) = bytes.split_at(HEADER_LENGTH - 32);
        if Digest::of(content).as_bytes() != digest {
            return None;
        }
        let mut numbers = content
            .get(PREFIX_LENGTH..)?
            .chunks_exact(8)
            .filter_map(|chunk| chunk.try_into().ok().map(u64::from_be_bytes));
        let file_length = numbers.next()?;
        let mut sections = [Extent::default(); Section::ALL.len()];
        for section in &mut sections {
            *section = Extent { table: numbers.next()?, blocks: numbers.next()? };
        }
        Some(Self { file_length, sections })
    }
}

/// The check of a block.
pub(super) fn check(section: Section, number: u64, body: &[u8]) -> [u8; CHECK_LENGTH] {
    first_eight(&Digest::of_parts([[section as u8].as_slice(), number.to_be_bytes().as_slice(), body]))
}

/// The bucket of a name among so many.
pub(super) fn bucket(parts: &[&str], buckets: u64) -> u64 {
    let digest = Digest::of_parts(parts.iter().map(|part| part.as_bytes()));
    u64::from_be_bytes(first_eight(&digest)) % buckets.max(1)
}

fn first_eight(digest: &Digest) -> [u8; CHECK_LENGTH] {
    let [a, b, c, d, e, f, g, h, ..] = *digest.as_bytes();
    [a, b, c, d, e, f, g, h]
}
