//! What the blocks of the index hold.

use jiff::Timestamp;
use theriac_model::{Digest, Severity};

use super::codec::{Decoder, Encoder, Nonsense};
use crate::ranges::{End, Interval};
use crate::rating::{Rating, rate_vector};

/// One OSV record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RecordEntry {
    pub id: String,
    pub published: Option<Timestamp>,
    pub modified: Timestamp,
    pub withdrawn: bool,
    pub rating: Option<Rating>,
    pub digest: Digest,
    /// When an import last read it.
    pub read_at: Timestamp,
    pub place: ContentPlace,
}

/// Where the canonical text of a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ContentPlace {
    pub block: u64,
    pub offset: usize,
    pub length: usize,
}

/// All records that speak of one vulnerability.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VulnerabilityEntry {
    pub id: String,
    /// The other ids, sorted.
    pub aliases: Vec<String>,
    /// Sorted by id.
    pub records: Vec<RecordEntry>,
}

/// What the records say about one package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PackageEntry {
    /// The name in OSV of the ecosystem.
    pub ecosystem: String,
    /// The normalised name.
    pub name: String,
    /// The version keys that any record lists, sorted.
    pub versions: Vec<String>,
    pub affected: Vec<AffectedEntry>,
}

/// What one record says about one package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AffectedEntry {
    pub vulnerability: u64,
    /// The record's place in its vulnerability.
    pub record: usize,
    pub rating: Option<Rating>,
    pub intervals: Vec<Interval>,
    /// Places in the package's list of versions, ascending.
    pub versions: Vec<usize>,
}

/// An id and its vulnerability.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IdEntry {
    pub id: String,
    pub vulnerability: u64,
}

/// Something that is written into a block and read back.
pub(super) trait Entry: Sized {
    fn write(&self, out: &mut Encoder);
    fn read(from: &mut Decoder<'_>) -> Result<Self, Nonsense>;
}

impl Entry for VulnerabilityEntry {
    fn write(&self, out: &mut Encoder) {
        out.text(&self.id);
        out.list(&self.aliases, |out, alias| out.text(alias));
        out.list(&self.records, |out, record| record.write(out));
    }

    fn read(from: &mut Decoder<'_>) -> Result<Self, Nonsense> {
        Ok(Self {
            id: from.text()?.to_owned(),
            aliases: from.list(|from| from.text().map(str::to_owned))?,
            records: from.list(RecordEntry::read)?,
        })
    }
}

impl Entry for RecordEntry {
    fn write(&self, out: &mut Encoder) {
        out.text(&self.id);
        out.option(self.published, Encoder::time);
        out.time(self.modified);
        out.number(u64::from(self.withdrawn));
        out.option(self.rating.as_ref(), write_rating);
        out.bytes(self.digest.as_bytes());
        out.time(self.read_at);
        out.number(self.place.block);
        out.number(self.place.offset as u64);
        out.number(self.place.length as u64);
    }

    fn read(from: &mut Decoder<'_>) -> Result<Self, Nonsense> {
        Ok(Self {
            id: from.text()?.to_owned(),
            published: from.option(Decoder::time)?,
            modified: from.time()?,
            withdrawn: from.number()? != 0,
            rating: from.option(read_rating)?,
            digest: Digest::from_bytes(from.bytes()?.try_into().map_err(|_| Nonsense)?),
            read_at: from.time()?,
            place: ContentPlace { block: from.number()?, offset: from.size()?, length: from.size()? },
        })
    }
}

impl Entry for PackageEntry {
    fn write(&self, out: &mut Encoder) {
        out.text(&self.ecosystem);
        out.text(&self.name);
        out.list(&self.versions, |out, version| out.text(version));
        out.list(&self.affected, |out, affected| affected.write(out));
    }

    fn read(from: &mut Decoder<'_>) -> Result<Self, Nonsense> {
        Ok(Self {
            ecosystem: from.text()?.to_owned(),
            name: from.text()?.to_owned(),
            versions: from.list(|from| from.text().map(str::to_owned))?,
            affected: from.list(AffectedEntry::read)?,
        })
    }
}

impl Entry for AffectedEntry {
    fn write(&self, out: &mut Encoder) {
        out.number(self.vulnerability);
        out.number(self.record as u64);
        out.option(self.rating.as_ref(), write_rating);
        out.list(&self.intervals, write_interval);
        out.list(&self.versions, |out, version| out.number(*version as u64));
    }

    fn read(from: &mut Decoder<'_>) -> Result<Self, Nonsense> {
        Ok(Self {
            vulnerability: from.number()?,
            record: from.size()?,
            rating: from.option(read_rating)?,
            intervals: from.list(read_interval)?,
            versions: from.list(Decoder::size)?,
        })
    }
}

impl Entry for IdEntry {
    fn write(&self, out: &mut Encoder) {
        out.text(&self.id);
        out.number(self.vulnerability);
    }

    fn read(from: &mut Decoder<'_>) -> Result<Self, Nonsense> {
        Ok(Self { id: from.text()?.to_owned(), vulnerability: from.number()? })
    }
}

fn write_rating(out: &mut Encoder, rating: &Rating) {
    match rating {
        Rating::Word(severity) => {
            out.number(0);
            out.text(severity.as_str());
        }
        Rating::Cvss { vector, .. } => {
            out.number(1);
            out.text(vector);
        }
    }
}

fn read_rating(from: &mut Decoder<'_>) -> Result<Rating, Nonsense> {
    match from.number()? {
        0 => from.text()?.parse::<Severity>().map(Rating::Word).map_err(|_| Nonsense),
        1 => rate_vector(from.text()?).ok_or(Nonsense),
        _ => Err(Nonsense),
    }
}

fn write_interval(out: &mut Encoder, interval: &Interval) {
    out.option(interval.from.as_deref(), Encoder::text);
    match &interval.to {
        End::Open => out.number(0),
        End::Before(end) => {
            out.number(1);
            out.text(end);
        }
        End::UpTo(end) => {
            out.number(2);
            out.text(end);
        }
    }
    out.option(interval.fix.as_deref(), Encoder::text);
}

fn read_interval(from: &mut Decoder<'_>) -> Result<Interval, Nonsense> {
    let text = |from: &mut Decoder<'_>| from.text().map(str::to_owned);
    Ok(Interval {
        from: from.option(text)?,
        to: match from.number()? {
            0 => End::Open,
            1 => End::Before(text(from)?),
            2 => End::UpTo(text(from)?),
            _ => return Err(Nonsense),
        },
        fix: from.option(text)?,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        // A block's check keeps such bytes away; reading must be sound without it.
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Decoder(&bytes).list(VulnerabilityEntry::read);
            let _ = Decoder(&bytes).list(PackageEntry::read);
            let _ = Decoder(&bytes).list(IdEntry::read);
        }
    }
}
