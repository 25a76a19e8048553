//! Writing an index: records in, one file out, swapped in atomically.
//!
//! Blocks are written as they are made, so that contents and packages never stand in memory as a whole.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

use jiff::Timestamp;
use rayon::prelude::*;
use theriac_model::Digest;

use super::codec::Encoder;
use super::entries::{
    AffectedEntry, ContentPlace, Entry, IdEntry, PackageEntry, RecordEntry, VulnerabilityEntry,
};
use super::format::{CHECK_LENGTH, Extent, HEADER_LENGTH, Header, Section, bucket, check};
use super::status::{EcosystemStatus, SourceStatus, Status};
use crate::groups::{Group, groups};
use crate::osv::{Advisory, Affected};
use crate::ranges::intervals;
use crate::rating::rate;
use crate::versions::Ecosystem;

/// Contents are compressed together until they reach this size.
const CONTENTS_BLOCK: usize = 64 << 10;

/// How many blocks of contents are compressed at once.
const CONTENTS_BLOCKS: usize = 64;

type Advisories = BTreeMap<String, Advisory>;

/// Where the records come from.
pub(crate) struct Origin {
    /// Files and folders.
    pub sources: Vec<SourceStatus>,
    /// When an import last read each record, by its id.
    pub read_at: BTreeMap<String, Timestamp>,
}

/// Writes the index of these advisories beside `path`, makes it durable, and puts it in place.
pub(crate) fn write(
    path: &Path,
    advisories: &Advisories,
    origin: Origin,
    now: Timestamp,
) -> io::Result<Status> {
    let mut file = NewFile::create(path)?;
    let places = write_contents(&mut file, advisories)?;
    let groups = groups(advisories.values().map(|advisory| &advisory.record));
    let vulnerabilities: Vec<_> =
        groups.iter().map(|group| vulnerability(group, advisories, &places, &origin.read_at)).collect();
    file.section(Section::Vulnerabilities, vulnerabilities.iter().map(|entry| list(1, &encode(entry))))?;
    file.section(Section::Ids, ids(&vulnerabilities))?;
    let packages = packages(&vulnerabilities, advisories);
    file.section(Section::Packages, package_buckets(&packages))?;
    let status = status(advisories, &packages, groups.len() as u64, origin, now);
    file.section(Section::Status, [serde_json::to_vec(&status)?])?;
    file.finish(path)?;
    Ok(status)
}

type Places = HashMap<String, ContentPlace>;

fn write_contents(file: &mut NewFile, advisories: &Advisories) -> io::Result<Places> {
    let mut places = HashMap::with_capacity(advisories.len());
    let mut section = file.begin(Section::Contents);
    let mut waiting: Vec<Vec<u8>> = Vec::new();
    for (id, advisory) in advisories {
        let text = advisory.canonical.as_bytes();
        if waiting.last().is_none_or(|block| block.len() + text.len() > CONTENTS_BLOCK) {
            if waiting.len() == CONTENTS_BLOCKS {
                section.blocks(&compress(&waiting)?)?;
                waiting.clear();
            }
            waiting.push(Vec::new());
        }
        let number = section.count() + waiting.len() as u64 - 1;
        if let Some(block) = waiting.last_mut() {
            let place = ContentPlace { block: number, offset: block.len(), length: text.len() };
            places.insert(id.clone(), place);
            block.extend_from_slice(text);
        }
    }
    section.blocks(&compress(&waiting)?)?;
    section.end()?;
    Ok(places)
}

fn compress(blocks: &[Vec<u8>]) -> io::Result<Vec<Vec<u8>>> {
    blocks.par_iter().map(|block| zstd::bulk::compress(block, 3)).collect()
}

fn vulnerability(
    group: &Group,
    advisories: &Advisories,
    places: &Places,
    read_at: &BTreeMap<String, Timestamp>,
) -> VulnerabilityEntry {
    let records = group.records.iter().filter_map(|id| {
        let (advisory, place, read_at) = (advisories.get(id)?, places.get(id)?, read_at.get(id)?);
        let record = &advisory.record;
        Some(RecordEntry {
            id: record.id.clone(),
            published: record.published,
            modified: record.modified,
            withdrawn: record.withdrawn.is_some(),
            rating: rate(&record.severity, record.word.as_deref()),
            digest: advisory.digest,
            read_at: *read_at,
            place: *place,
        })
    });
    VulnerabilityEntry { id: group.id.clone(), aliases: group.aliases.clone(), records: records.collect() }
}

/// A package and all that says something about it.
struct PackageSources<'a> {
    ecosystem: Ecosystem,
    name: String,
    sources: Vec<Source<'a>>,
}

/// One statement about a package: the number of the vulnerability, the record's place in it, the statement.
type Source<'a> = (u64, usize, &'a Affected);

/// What the records that were not withdrawn speak of, sorted by package.
fn packages<'a>(
    vulnerabilities: &[VulnerabilityEntry],
    advisories: &'a Advisories,
) -> Vec<PackageSources<'a>> {
    let mut packages: BTreeMap<(Ecosystem, String), Vec<Source<'a>>> = BTreeMap::new();
    for (number, vulnerability) in vulnerabilities.iter().enumerate() {
        for (place, entry) in vulnerability.records.iter().enumerate().filter(|(_, entry)| !entry.withdrawn) {
            let Some(advisory) = advisories.get(&entry.id) else { continue };
            for affected in &advisory.record.affected {
                let Some(package) = &affected.package else { continue };
                let Some(ecosystem) = Ecosystem::from_osv(&package.ecosystem) else { continue };
                let key = (ecosystem, ecosystem.normalise(&package.name));
                packages.entry(key).or_default().push((number as u64, place, affected));
            }
        }
    }
    let packages = packages.into_iter();
    packages.map(|((ecosystem, name), sources)| PackageSources { ecosystem, name, sources }).collect()
}

impl PackageSources<'_> {
    fn entry(&self) -> PackageEntry {
        let keys = |affected: &Affected| -> BTreeSet<String> {
            affected.versions.iter().map(|version| self.ecosystem.version_key(version)).collect()
        };
        let versions: BTreeSet<String> =
            self.sources.iter().flat_map(|(_, _, affected)| keys(affected)).collect();
        let versions: Vec<String> = versions.into_iter().collect();
        let place = |key: String| versions.binary_search(&key).ok();
        let affected = self.sources.iter().map(|(vulnerability, record, affected)| AffectedEntry {
            vulnerability: *vulnerability,
            record: *record,
            rating: rate(&affected.severity, affected.word.as_deref()),
            // Import has refused records with versions that cannot be read.
            intervals: affected
                .ranges
                .iter()
                .filter_map(|range| intervals(self.ecosystem, range).ok())
                .flatten()
                .collect(),
            versions: keys(affected).into_iter().filter_map(place).collect(),
        });
        let affected = affected.collect();
        let ecosystem = self.ecosystem.osv_name().to_owned();
        PackageEntry { ecosystem, name: self.name.clone(), versions, affected }
    }
}

fn package_buckets(packages: &[PackageSources<'_>]) -> Vec<Vec<u8>> {
    let encoded: Vec<Vec<u8>> = packages.par_iter().map(|package| encode(&package.entry())).collect();
    buckets(packages.iter().zip(encoded).map(|(package, bytes)| {
        let key = [package.ecosystem.osv_name(), &package.name];
        (bucket(&key, packages.len() as u64), bytes)
    }))
}

fn ids(vulnerabilities: &[VulnerabilityEntry]) -> Vec<Vec<u8>> {
    let known = vulnerabilities.iter().enumerate().flat_map(|(number, vulnerability)| {
        let ids = std::iter::once(&vulnerability.id).chain(&vulnerability.aliases);
        ids.map(move |id| IdEntry { id: id.clone(), vulnerability: number as u64 })
    });
    let known: Vec<IdEntry> = known.collect();
    let count = known.len() as u64;
    buckets(known.iter().map(|entry| (bucket(&[&entry.id], count), encode(entry))))
}

/// Blocks of entries by their buckets; as many buckets as entries, so that one holds about one.
fn buckets(entries: impl ExactSizeIterator<Item = (u64, Vec<u8>)>) -> Vec<Vec<u8>> {
    let mut buckets: Vec<(u64, Vec<u8>)> = vec![(0, Vec::new()); entries.len().max(1)];
    for (number, bytes) in entries {
        if let Some((count, bucket)) = usize::try_from(number).ok().and_then(|number| buckets.get_mut(number))
        {
            *count += 1;
            bucket.extend(bytes);
        }
    }
    buckets.into_iter().map(|(count, bytes)| list(count, &bytes)).collect()
}

fn encode(entry: &impl Entry) -> Vec<u8> {
    let mut out = Encoder::default();
    entry.write(&mut out);
    out.0
}

/// A list of so many encoded entries.
fn list(count: u64, entries: &[u8]) -> Vec<u8> {
    let mut out = Encoder::default();
    out.number(count);
    out.0.extend_from_slice(entries);
    out.0
}

fn status(
    advisories: &Advisories,
    packages: &[PackageSources<'_>],
    vulnerabilities: u64,
    origin: Origin,
    now: Timestamp,
) -> Status {
    let mut records: BTreeMap<&str, Vec<Timestamp>> = BTreeMap::new();
    let current = advisories.values().filter(|advisory| advisory.record.withdrawn.is_none());
    for advisory in current.clone() {
        let read_at = origin.read_at.get(&advisory.record.id).copied().unwrap_or(now);
        let packages = advisory.record.affected.iter().filter_map(|affected| affected.package.as_ref());
        let names: BTreeSet<&str> = packages.map(|package| package.ecosystem.as_str()).collect();
        for name in names {
            records.entry(name).or_default().push(read_at);
        }
    }
    let mut named: BTreeMap<&str, u64> = BTreeMap::new();
    for package in packages {
        *named.entry(package.ecosystem.osv_name()).or_default() += 1;
    }
    let ecosystems = records.into_iter().map(|(name, read)| EcosystemStatus {
        name: name.to_owned(),
        records: read.len() as u64,
        packages: named.get(name).copied().unwrap_or_default(),
        matched: Ecosystem::from_osv(name).is_some(),
        imported_at: mostly_read_since(read),
    });
    let ecosystems = ecosystems.collect();
    Status {
        digest: Digest::of_parts(advisories.values().map(|advisory| advisory.digest.as_bytes().as_slice())),
        imported_at: now,
        newest_modified: advisories.values().map(|advisory| advisory.record.modified).max(),
        records: advisories.len() as u64,
        withdrawn: (advisories.len() - current.count()) as u64,
        vulnerabilities,
        packages: packages.len() as u64,
        ecosystems,
        sources: origin.sources,
    }
}

/// The moment since which nine tenths of some records were read: a few new ones make no feed younger.
fn mostly_read_since(mut read: Vec<Timestamp>) -> Option<Timestamp> {
    read.sort_unstable();
    read.get(read.len() / 10).copied()
}

/// The file under way: a temporary one in the same folder, gone again if anything fails.
struct NewFile {
    out: BufWriter<tempfile::NamedTempFile>,
    at: u64,
    extents: [Extent; Section::ALL.len()],
}

impl NewFile {
    fn create(path: &Path) -> io::Result<Self> {
        let prefix = leftover_prefix(path);
        remove_leftovers(folder(path), &prefix)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(&prefix);
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
        let mut out = BufWriter::new(builder.tempfile_in(folder(path))?);
        out.write_all(&[0; HEADER_LENGTH])?;
        Ok(Self { out, at: HEADER_LENGTH as u64, extents: Default::default() })
    }

    fn section(&mut self, section: Section, blocks: impl IntoIterator<Item = Vec<u8>>) -> io::Result<()> {
        let mut open = self.begin(section);
        for block in blocks {
            open.block(&block)?;
        }
        open.end()
    }

    fn begin(&mut self, section: Section) -> OpenSection<'_> {
        let offsets = vec![self.at];
        OpenSection { file: self, section, offsets }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.at += bytes.len() as u64;
        self.out.write_all(bytes)
    }

    /// Header last: a file without one is no index.
    fn finish(mut self, path: &Path) -> io::Result<()> {
        self.out.seek(SeekFrom::Start(0))?;
        self.out.write_all(&Header { file_length: self.at, sections: self.extents }.to_bytes())?;
        let file = self.out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        sync_folder(folder(path))
    }
}

/// A section whose blocks are being written; its table follows them.
struct OpenSection<'a> {
    file: &'a mut NewFile,
    section: Section,
    offsets: Vec<u64>,
}

impl OpenSection<'_> {
    fn count(&self) -> u64 {
        self.offsets.len() as u64 - 1
    }

    fn block(&mut self, body: &[u8]) -> io::Result<()> {
        let check: [u8; CHECK_LENGTH] = check(self.section, self.count(), body);
        self.file.write(&check)?;
        self.file.write(body)?;
        self.offsets.push(self.file.at);
        Ok(())
    }

    fn blocks(&mut self, blocks: &[Vec<u8>]) -> io::Result<()> {
        blocks.iter().try_for_each(|block| self.block(block))
    }

    fn end(self) -> io::Result<()> {
        let extent = Extent { table: self.file.at, blocks: self.count() };
        self.file.extents[self.section as usize] = extent;
        self.offsets.iter().try_for_each(|offset| self.file.write(&offset.to_be_bytes()))
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn leftover_prefix(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    format!(".{name}.new-")
}

/// Removes what imports left behind that were killed; the caller holds the lock, so nobody is writing now.
fn remove_leftovers(folder: &Path, prefix: &str) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(prefix) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
