//! Writing an index: records in, one file out, swapped in atomically.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use jiff::Timestamp;
use rayon::prelude::*;

use super::codec::Encoder;
use super::entries::{
    AffectedEntry, ContentPlace, Entry, IdEntry, PackageEntry, RecordEntry, VulnerabilityEntry,
};
use super::format::{Extent, HEADER_LENGTH, Header, Section, bucket, check};
use super::status::{EcosystemStatus, SourceStatus, Status};
use crate::groups::{Group, groups};
use crate::osv::Advisory;
use crate::ranges::intervals;
use crate::rating::rate;
use crate::versions::Ecosystem;

/// Contents are compressed together until they reach this size.
const CONTENTS_BLOCK: usize = 64 << 10;

/// Writes the index of these advisories beside `path`, makes it durable, and puts it in place.
pub(crate) fn write(
    path: &Path,
    advisories: &BTreeMap<String, Advisory>,
    sources: Vec<SourceStatus>,
    now: Timestamp,
) -> io::Result<Status> {
    let (places, contents) = contents(advisories)?;
    let groups = groups(advisories.values().map(|advisory| &advisory.record));
    let vulnerabilities: Vec<_> =
        groups.iter().map(|group| vulnerability(group, advisories, &places)).collect();
    let packages = packages(&vulnerabilities, advisories);
    let status = status(advisories, &packages, groups.len() as u64, sources, now);
    let ids = ids(&vulnerabilities);
    let blocks = [
        vec![serde_json::to_vec(&status)?],
        buckets(&packages, |package| vec![&package.ecosystem, &package.name]),
        buckets(&ids, |id| vec![&id.id]),
        vulnerabilities.iter().map(|entry| encode(&[entry])).collect(),
        contents,
    ];
    write_file(path, &blocks)?;
    Ok(status)
}

type Places = HashMap<String, ContentPlace>;

fn contents(advisories: &BTreeMap<String, Advisory>) -> io::Result<(Places, Vec<Vec<u8>>)> {
    let mut places = HashMap::with_capacity(advisories.len());
    let mut blocks: Vec<Vec<u8>> = Vec::new();
    for (id, advisory) in advisories {
        let text = advisory.canonical.as_bytes();
        match blocks.last() {
            Some(block) if block.len() + text.len() <= CONTENTS_BLOCK => {}
            _ => blocks.push(Vec::new()),
        }
        let number = blocks.len() as u64 - 1;
        if let Some(block) = blocks.last_mut() {
            places
                .insert(id.clone(), ContentPlace { block: number, offset: block.len(), length: text.len() });
            block.extend_from_slice(text);
        }
    }
    let blocks: io::Result<Vec<_>> = blocks.par_iter().map(|block| zstd::bulk::compress(block, 3)).collect();
    Ok((places, blocks?))
}

fn vulnerability(
    group: &Group,
    advisories: &BTreeMap<String, Advisory>,
    places: &Places,
) -> VulnerabilityEntry {
    let records = group.records.iter().filter_map(|id| {
        let (advisory, place) = (advisories.get(id)?, places.get(id)?);
        let record = &advisory.record;
        Some(RecordEntry {
            id: record.id.clone(),
            published: record.published,
            modified: record.modified,
            withdrawn: record.withdrawn.is_some(),
            rating: rate(&record.severity, &record.database_specific),
            digest: advisory.digest,
            place: *place,
        })
    });
    VulnerabilityEntry { id: group.id.clone(), aliases: group.aliases.clone(), records: records.collect() }
}

#[derive(Default)]
struct Collected {
    versions: BTreeSet<String>,
    affected: Vec<(AffectedEntry, BTreeSet<String>)>,
}

/// What the records that were not withdrawn say about each package, sorted by package.
fn packages(
    vulnerabilities: &[VulnerabilityEntry],
    advisories: &BTreeMap<String, Advisory>,
) -> Vec<PackageEntry> {
    let mut packages: BTreeMap<(Ecosystem, String), Collected> = BTreeMap::new();
    for (number, vulnerability) in vulnerabilities.iter().enumerate() {
        for (place, entry) in vulnerability.records.iter().enumerate().filter(|(_, entry)| !entry.withdrawn) {
            let Some(advisory) = advisories.get(&entry.id) else { continue };
            for affected in &advisory.record.affected {
                let Some(package) = &affected.package else { continue };
                let Some(ecosystem) = Ecosystem::from_osv(&package.ecosystem) else { continue };
                let intervals = affected
                    .ranges
                    .iter()
                    // Import has refused records with versions that cannot be read.
                    .filter_map(|range| intervals(ecosystem, range).ok())
                    .flatten()
                    .collect();
                let listed: BTreeSet<_> =
                    affected.versions.iter().map(|version| ecosystem.version_key(version)).collect();
                let collected = packages.entry((ecosystem, ecosystem.normalise(&package.name))).or_default();
                collected.versions.extend(listed.iter().cloned());
                let affected = AffectedEntry {
                    vulnerability: number as u64,
                    record: place,
                    rating: rate(&affected.severity, &affected.database_specific),
                    intervals,
                    versions: Vec::new(),
                };
                collected.affected.push((affected, listed));
            }
        }
    }
    packages.into_iter().map(|((ecosystem, name), collected)| collected.entry(ecosystem, name)).collect()
}

impl Collected {
    fn entry(self, ecosystem: Ecosystem, name: String) -> PackageEntry {
        let versions: Vec<String> = self.versions.into_iter().collect();
        let affected = self.affected.into_iter().map(|(mut affected, listed)| {
            affected.versions =
                listed.iter().filter_map(|version| versions.binary_search(version).ok()).collect();
            affected
        });
        let affected = affected.collect();
        PackageEntry { ecosystem: ecosystem.osv_name().to_owned(), name, versions, affected }
    }
}

fn ids(vulnerabilities: &[VulnerabilityEntry]) -> Vec<IdEntry> {
    let mut ids = Vec::new();
    for (number, vulnerability) in vulnerabilities.iter().enumerate() {
        for id in std::iter::once(&vulnerability.id).chain(&vulnerability.aliases) {
            ids.push(IdEntry { id: id.clone(), vulnerability: number as u64 });
        }
    }
    ids
}

fn status(
    advisories: &BTreeMap<String, Advisory>,
    packages: &[PackageEntry],
    vulnerabilities: u64,
    sources: Vec<SourceStatus>,
    now: Timestamp,
) -> Status {
    let mut records: BTreeMap<&str, u64> = BTreeMap::new();
    let current = advisories.values().filter(|advisory| advisory.record.withdrawn.is_none());
    for advisory in current.clone() {
        let affected = &advisory.record.affected;
        let names: BTreeSet<&str> = affected
            .iter()
            .filter_map(|affected| Some(affected.package.as_ref()?.ecosystem.as_str()))
            .collect();
        for name in names {
            *records.entry(name).or_default() += 1;
        }
    }
    let mut named: BTreeMap<&str, u64> = BTreeMap::new();
    for package in packages {
        *named.entry(&package.ecosystem).or_default() += 1;
    }
    let ecosystems = records.into_iter().map(|(name, records)| EcosystemStatus {
        name: name.to_owned(),
        records,
        packages: named.get(name).copied().unwrap_or_default(),
        matched: Ecosystem::from_osv(name).is_some(),
    });
    Status {
        imported_at: now,
        newest_modified: advisories.values().map(|advisory| advisory.record.modified).max(),
        records: advisories.len() as u64,
        withdrawn: (advisories.len() - current.count()) as u64,
        vulnerabilities,
        packages: packages.len() as u64,
        ecosystems: ecosystems.collect(),
        sources,
    }
}

fn encode<T: Entry>(entries: &[&T]) -> Vec<u8> {
    let mut out = Encoder::default();
    out.list(entries, |out, entry| entry.write(out));
    out.0
}

/// As many buckets as entries, so that one holds about one.
fn buckets<'a, T: Entry>(entries: &'a [T], key: impl Fn(&'a T) -> Vec<&'a String>) -> Vec<Vec<u8>> {
    let count = entries.len().max(1);
    let mut buckets: Vec<Vec<&T>> = vec![Vec::new(); count];
    for entry in entries {
        let parts: Vec<&str> = key(entry).into_iter().map(String::as_str).collect();
        let number = bucket(&parts, count as u64);
        if let Some(bucket) = usize::try_from(number).ok().and_then(|number| buckets.get_mut(number)) {
            bucket.push(entry);
        }
    }
    buckets.iter().map(|entries| encode(entries)).collect()
}

fn write_file(path: &Path, sections: &[Vec<Vec<u8>>; Section::ALL.len()]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".theriac-index-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let file = builder.tempfile_in(folder)?;
    let mut out = BufWriter::new(file.as_file());
    let mut extents = [Extent::default(); Section::ALL.len()];
    let mut at = HEADER_LENGTH as u64;
    for (extent, blocks) in extents.iter_mut().zip(sections) {
        *extent = Extent { table: at, blocks: blocks.len() as u64 };
        at += (blocks.len() as u64 + 1) * 8;
        at += blocks.iter().map(|block| block.len() as u64 + 8).sum::<u64>();
    }
    out.write_all(&Header { file_length: at, sections: extents }.to_bytes())?;
    for ((section, extent), blocks) in Section::ALL.into_iter().zip(extents).zip(sections) {
        let mut offset = extent.table + (blocks.len() as u64 + 1) * 8;
        out.write_all(&offset.to_be_bytes())?;
        for block in blocks {
            offset += block.len() as u64 + 8;
            out.write_all(&offset.to_be_bytes())?;
        }
        for (number, block) in blocks.iter().enumerate() {
            out.write_all(&check(section, number as u64, block))?;
            out.write_all(block)?;
        }
    }
    out.flush()?;
    drop(out);
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    sync_folder(folder)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
