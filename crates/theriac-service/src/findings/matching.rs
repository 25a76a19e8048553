//! What the vulnerability index says about the components of a release. Only reads; `apply.rs` writes.
//!
//! Matching takes no lock: it happens before the transaction, which then checks that the release still has the bills of
//! materials that were matched ([`Plan::still_holds`]).

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

use jiff::Timestamp;
use theriac_model::Digest;
use theriac_store::tables::evidence as table;
use theriac_store::tables::releases::Release;
use theriac_store::{Conn, tables};
use theriac_vulndb::{Index, IndexError, Lookup, Match, Package, Status, Unmatched};

use crate::app::blocking;
use crate::{App, Result, ServiceError};

/// The word for a component that was never looked up.
pub const NOT_MATCHED: &str = "not-matched";

/// What identifies a component: its key, its purl as written, its version.
pub(crate) type Identity = (String, Option<String>, Option<String>);

/// A bill of materials that is about to be added.
pub(crate) struct Coming {
    pub id: i64,
    pub build: Option<i64>,
    pub components: Vec<Identity>,
}

/// The state of the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Feed {
    pub digest: Digest,
    pub at: Option<Timestamp>,
    pub imported_at: Timestamp,
}

/// What is known of one component.
#[derive(Debug)]
pub(crate) enum Seen {
    /// It was looked up: why it could not be matched (word and reason), and what was found.
    LookedUp { unmatched: Option<(String, String)>, matches: Vec<Match> },
    /// It was not, now; what an earlier matching said stands.
    Before,
}

/// What a matching will change.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The bills of materials whose components count, oldest first.
    pub files: Vec<i64>,
    /// Whether all bills of materials of the candidate (of the release, while it has none) were found wrong: nothing says
    /// then that a component has gone.
    pub silent: bool,
    /// The index, or why there is none.
    pub feed: std::result::Result<Feed, String>,
    /// By the component's key.
    pub seen: BTreeMap<String, Seen>,
    /// Ids all of whose advisories were withdrawn.
    pub withdrawn: HashSet<String>,
    /// Digest, id and content of advisories that are not stored yet.
    pub advisories: Vec<(Digest, String, String)>,
}

impl Plan {
    /// Whether the release still has the bills of materials that were matched.
    pub(crate) async fn still_holds(&self, conn: &mut Conn, release: &Release) -> Result<bool> {
        Ok(table::counting_sboms(conn, release.id, release.candidate).await? == self.files)
    }
}

/// Matches the components of a release's bills of materials, with those that are coming; `None` while it never had any.
pub(crate) async fn prepare(app: &App, release: &Release, coming: Vec<Coming>) -> Result<Option<Plan>> {
    let mut read = app.store().read().await?;
    let mut files = table::sboms(&mut read, release.id).await?;
    files.extend(coming.iter().map(|file| (file.id, file.build)));
    let wrong = table::sboms_found_wrong(&mut read, release.id).await?;
    let is_of_candidate = |build: &Option<i64>| build.is_some() && *build == release.candidate;
    let of_candidate = files.iter().any(|(_, build)| is_of_candidate(build));
    let files = table::counting(&files, release.candidate);
    let silent = files.is_empty() || (!of_candidate && wrong.iter().any(is_of_candidate));
    let stored = tables::components::identities(&mut read, &files).await?;
    let findings = tables::findings::of_release(&mut read, release.id).await?;
    let matched_before = tables::findings::matching(&mut read, release.id).await?.is_some();
    drop(read);
    if files.is_empty() && !matched_before {
        return Ok(None);
    }

    let mut identities: BTreeMap<String, (Identity, bool)> = BTreeMap::new();
    for identity in stored {
        identities.entry(identity.0.clone()).or_insert((identity, matched_before));
    }
    for file in coming.into_iter().filter(|file| files.contains(&file.id)) {
        for identity in file.components {
            identities.entry(identity.0.clone()).or_insert((identity, false));
        }
    }
    let open: BTreeSet<String> = findings
        .iter()
        .filter(|finding| finding.known.resolved.is_none())
        .map(|finding| finding.known.vulnerability.clone())
        .collect();
    let path = app.index().to_owned();
    let looked_up = blocking(move || look_up(&path, identities, open)).await??;
    let LookedUp { index, feed, seen, withdrawn } = looked_up;
    let advisories = match index {
        Some(index) => missing_advisories(app, index, &seen).await?,
        None => Vec::new(),
    };
    Ok(Some(Plan { files, silent, feed, seen, withdrawn, advisories }))
}

pub(super) struct LookedUp {
    index: Option<Index>,
    pub feed: std::result::Result<Feed, String>,
    pub seen: BTreeMap<String, Seen>,
    withdrawn: HashSet<String>,
}

fn broken(error: &IndexError) -> ServiceError {
    ServiceError::rule(error.to_string())
}

/// Looks each component up; the flag says whether it was looked up before. `open` are ids that may be withdrawn.
pub(super) fn look_up(
    path: &Path,
    identities: BTreeMap<String, (Identity, bool)>,
    open: BTreeSet<String>,
) -> Result<LookedUp> {
    let index = match Index::open(path) {
        Ok(index) => index,
        Err(error) => {
            let reason = match error {
                IndexError::Missing { .. } => "no advisory feed was imported yet".to_owned(),
                other => other.to_string(),
            };
            let seen = identities.into_iter().map(|(key, (_, before))| (key, unseen(before, &reason)));
            let seen = seen.collect();
            return Ok(LookedUp { index: None, feed: Err(reason), seen, withdrawn: HashSet::new() });
        }
    };
    let status = index.status();
    let text = serde_json::to_string(status).map_err(|error| ServiceError::Internal(error.to_string()))?;
    let feed = Feed {
        digest: Digest::of(text.as_bytes()),
        at: status.newest_modified,
        imported_at: oldest_import(status, &identities),
    };
    let mut seen = BTreeMap::new();
    let mut matched: HashSet<String> = HashSet::new();
    for (key, ((_, purl, version), _)) in identities {
        let lookup = match find(&index, purl.as_deref(), version.as_deref()) {
            Ok(lookup) => lookup,
            Err(error) => return Err(broken(&error)),
        };
        let unmatched = lookup.unmatched.map(|reason| (reason.code().to_owned(), reason.to_string()));
        matched.extend(lookup.matches.iter().map(|found| found.vulnerability.clone()));
        seen.insert(key, Seen::LookedUp { unmatched, matches: lookup.matches });
    }
    let mut withdrawn = HashSet::new();
    for id in open.into_iter().filter(|id| !matched.contains(id)) {
        let advisories = index.advisories(&id).map_err(|error| broken(&error))?;
        if !advisories.is_empty() && advisories.iter().all(|advisory| advisory.withdrawn) {
            withdrawn.insert(id);
        }
    }
    Ok(LookedUp { index: Some(index), feed: Ok(feed), seen, withdrawn })
}

/// When the feed was imported as far as it bears on these components: that of the ecosystem which waits the longest.
fn oldest_import(status: &Status, identities: &BTreeMap<String, (Identity, bool)>) -> Timestamp {
    let packages = identities
        .values()
        .filter_map(|((_, purl, version), _)| Package::from_purl(purl.as_deref()?, version.as_deref()).ok());
    let needed: BTreeSet<&str> = packages.map(|package| package.ecosystem.osv_name()).collect();
    let known = status.ecosystems.iter().filter(|one| needed.contains(one.name.as_str()));
    known.filter_map(|one| one.imported_at).min().unwrap_or(status.imported_at)
}

fn unseen(before: bool, reason: &str) -> Seen {
    if before {
        return Seen::Before;
    }
    let reason = format!("not looked up: {reason}");
    Seen::LookedUp { unmatched: Some((NOT_MATCHED.to_owned(), reason)), matches: Vec::new() }
}

fn find(index: &Index, purl: Option<&str>, version: Option<&str>) -> std::result::Result<Lookup, IndexError> {
    let package = match purl {
        None => Err(Unmatched::NoIdentity),
        Some(purl) => Package::from_purl(purl, version),
    };
    match package {
        Ok(package) => index.find(&package),
        Err(reason) => Ok(Lookup { matches: Vec::new(), unmatched: Some(reason) }),
    }
}

/// The content of the advisories that matched and are not stored yet.
async fn missing_advisories(
    app: &App,
    index: Index,
    seen: &BTreeMap<String, Seen>,
) -> Result<Vec<(Digest, String, String)>> {
    let mut needed: BTreeMap<Digest, String> = BTreeMap::new();
    for known in seen.values() {
        let Seen::LookedUp { matches, .. } = known else { continue };
        for found in matches {
            needed.extend(found.records.iter().map(|record| (record.digest, found.vulnerability.clone())));
        }
    }
    let digests: Vec<Digest> = needed.keys().copied().collect();
    let mut read = app.store().read().await?;
    let stored = tables::findings::advisories_stored(&mut read, &digests).await?;
    drop(read);
    for digest in stored {
        needed.remove(&digest);
    }
    let contents = blocking(move || {
        let ids: BTreeSet<&String> = needed.values().collect();
        let mut contents = Vec::new();
        for id in ids {
            let found = index.advisories(id).map_err(|error| broken(&error))?;
            let found = found.into_iter().filter(|advisory| needed.contains_key(&advisory.digest));
            contents.extend(found.map(|advisory| (advisory.digest, advisory.id, advisory.content)));
        }
        Ok(contents)
    });
    contents.await?
}
