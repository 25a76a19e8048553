//! Which vulnerabilities a package in its version has.

use std::collections::BTreeMap;

use jiff::Timestamp;
use theriac_model::{Digest, Severity};

use crate::error::IndexError;
use crate::index::{AffectedEntry, Index, PackageEntry, RecordEntry};
use crate::package::{Package, Unmatched};
use crate::ranges::{Interval, Unreadable};
use crate::rating::Rating;
use crate::versions::{Ecosystem, Version};

/// What the index says about one package.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lookup {
    /// One per vulnerability, sorted by its id.
    pub matches: Vec<Match>,
    /// Why the package could not, or not fully, be matched. A version that the order cannot place may still
    /// be listed by name in an advisory, so matches may stand beside this.
    pub unmatched: Option<Unmatched>,
}

/// A vulnerability that the package has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Its id: a CVE where there is one, else a GHSA, else the lowest id.
    pub vulnerability: String,
    /// Its other ids, sorted.
    pub aliases: Vec<String>,
    /// How bad it is said to be.
    pub severity: Severity,
    /// The CVSS vector of the newest CVSS version that any of its records gives, with the highest score.
    pub cvss: Option<String>,
    /// The score of that vector in tenths (75 is 7.5).
    pub score_tenths: Option<u8>,
    /// When the first of its records was published.
    pub published: Option<Timestamp>,
    /// When the last of its records was modified.
    pub modified: Timestamp,
    /// The versions that fix it for the version looked up, ascending; empty when none is known.
    pub fixed: Vec<String>,
    /// The records that matched, sorted by id; [`Index::advisories`] has their content.
    pub records: Vec<MatchedRecord>,
}

/// An OSV record that matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchedRecord {
    /// Its OSV id.
    pub id: String,
    /// The digest of its canonical content.
    pub digest: Digest,
}

#[derive(Default)]
struct Hit {
    records: Vec<usize>,
    rating: Option<Rating>,
    fixed: BTreeMap<Version, String>,
}

/// A package that is looked up.
struct Wanted {
    ecosystem: Ecosystem,
    /// `None` when the order cannot place it.
    version: Option<Version>,
    /// What an advisory's list of versions may call it.
    keys: Vec<String>,
}

impl Wanted {
    fn new(package: &Package) -> Self {
        let version = package.ecosystem.version(&package.version);
        // A local build of a listed version is that version, too.
        let mut keys = vec![package.ecosystem.version_key(&package.version)];
        keys.extend(version.as_ref().map(Version::to_string));
        Self { ecosystem: package.ecosystem, version, keys }
    }

    /// Whether one statement of an advisory affects it: then the versions that fix it.
    fn affected_by(
        &self,
        affected: &AffectedEntry,
        listed: &[usize],
    ) -> Result<Option<BTreeMap<Version, String>>, Unreadable> {
        let mut inside = Vec::new();
        if let Some(version) = &self.version {
            for interval in &affected.intervals {
                if interval.contains(self.ecosystem, version)? {
                    inside.push(interval);
                }
            }
        }
        if !inside.is_empty() {
            return Ok(Some(self.fixes(inside.into_iter())));
        }
        if !affected.versions.iter().any(|number| listed.contains(number)) {
            return Ok(None);
        }
        // Listed outside of every range: the next fix that the advisory knows.
        let next = self.fixes(affected.intervals.iter()).pop_first();
        Ok(Some(next.into_iter().collect()))
    }

    fn fixes<'a>(&self, intervals: impl Iterator<Item = &'a Interval>) -> BTreeMap<Version, String> {
        let fixes = intervals.filter_map(|interval| interval.fix.as_ref());
        let fixes = fixes.filter_map(|fix| Some((self.ecosystem.advisory_version(fix)?, fix.clone())));
        fixes.filter(|(fix, _)| self.version.as_ref().is_none_or(|version| fix > version)).collect()
    }
}

impl Index {
    /// The vulnerabilities of a package in its version.
    ///
    /// # Errors
    /// When the index cannot be read or is damaged; never because of the package.
    pub fn find(&self, package: &Package) -> Result<Lookup, IndexError> {
        let ecosystem = package.ecosystem;
        if !self.status().ecosystems.iter().any(|fed| fed.name == ecosystem.osv_name()) {
            return Ok(Lookup { matches: Vec::new(), unmatched: Some(Unmatched::NoFeed(ecosystem)) });
        }
        let wanted = Wanted::new(package);
        let unreadable = || Unmatched::UnreadableVersion(ecosystem, package.version.clone());
        let unmatched = wanted.version.is_none().then(unreadable);
        let Some(entry) = self.package(ecosystem, &ecosystem.normalise(&package.name))? else {
            return Ok(Lookup { matches: Vec::new(), unmatched });
        };
        let hits = hits(&wanted, entry).map_err(|text| self.damaged(&format!("the version '{}'", text.0)))?;
        let mut matches = Vec::with_capacity(hits.len());
        for (number, hit) in hits {
            matches.push(self.matched(number, hit)?);
        }
        matches.sort_by(|a, b| a.vulnerability.cmp(&b.vulnerability));
        Ok(Lookup { matches, unmatched })
    }

    fn matched(&self, number: u64, mut hit: Hit) -> Result<Match, IndexError> {
        let vulnerability = self.vulnerability(number)?;
        let current = || vulnerability.records.iter().filter(|record| !record.withdrawn);
        let rating = current().filter_map(|record| record.rating.clone()).max().max(hit.rating);
        let modified = current().map(|record| record.modified).max();
        hit.records.sort_unstable();
        hit.records.dedup();
        let record = |place: &usize| -> Option<&RecordEntry> { vulnerability.records.get(*place) };
        let records: Option<Vec<MatchedRecord>> = hit
            .records
            .iter()
            .map(|place| {
                record(place).map(|found| MatchedRecord { id: found.id.clone(), digest: found.digest })
            })
            .collect();
        let (cvss, score_tenths) = match &rating {
            Some(Rating::Cvss { vector, score_tenths, .. }) => (Some(vector.clone()), Some(*score_tenths)),
            _ => (None, None),
        };
        Ok(Match {
            published: current().filter_map(|record| record.published).min(),
            modified: modified.ok_or_else(|| self.damaged("a match without a record"))?,
            records: records.ok_or_else(|| self.damaged("a match without its record"))?,
            vulnerability: vulnerability.id,
            aliases: vulnerability.aliases,
            severity: rating.as_ref().map_or(Severity::Unknown, Rating::severity),
            cvss,
            score_tenths,
            fixed: hit.fixed.into_values().collect(),
        })
    }
}

/// What affects the package, by the number of the vulnerability.
fn hits(wanted: &Wanted, entry: PackageEntry) -> Result<BTreeMap<u64, Hit>, Unreadable> {
    let listed: Vec<usize> =
        wanted.keys.iter().filter_map(|key| entry.versions.binary_search(key).ok()).collect();
    let mut hits: BTreeMap<u64, Hit> = BTreeMap::new();
    for affected in entry.affected {
        let Some(fixed) = wanted.affected_by(&affected, &listed)? else { continue };
        let hit = hits.entry(affected.vulnerability).or_default();
        hit.records.push(affected.record);
        hit.rating = hit.rating.take().max(affected.rating);
        hit.fixed.extend(fixed);
    }
    Ok(hits)
}
