//! What shows that a finding is *fixed* although the SBOM lists its component: a path that changed in the history of the
//! release's build after the vulnerability had been found. Who wrote that change does not sign that it mends.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::Timestamp;
use theriac_auth::PersonId;
use theriac_store::Conn;
use theriac_store::tables::evidence::{self, HistoryStep};
use theriac_store::tables::findings::{self as table, Finding};
use theriac_store::tables::releases::Release;

use super::carry::commit_of;
use crate::Result;

/// The changes of some paths on the way to a release's build.
#[derive(Default)]
pub(super) struct Mending {
    /// By path: in which manifest, and when the commit that it describes was first known.
    changes: HashMap<String, Vec<(i64, Timestamp)>>,
    /// Who wrote what the manifests describe; `None` for somebody whom nobody knows.
    writers: HashMap<i64, BTreeSet<Option<i64>>>,
    /// When the vulnerabilities were first found in the product, by id.
    found: HashMap<String, Timestamp>,
}

/// Who wrote what is said to mend a finding.
#[derive(Debug, Clone, Default)]
pub(super) struct Menders {
    pub known: Vec<PersonId>,
    /// Whether somebody else did whom nobody knows: it may have been anybody.
    pub unknown: bool,
}

impl Mending {
    /// Reads what the sound manifests say of these paths, for these findings.
    pub(super) async fn read(
        conn: &mut Conn,
        release: &Release,
        paths: &[String],
        findings: &[Finding],
    ) -> Result<Self> {
        if paths.is_empty() {
            return Ok(Self::default());
        }
        let manifests = evidence::manifests_of(conn, release.product).await?;
        let commit = commit_of(conn, release).await?;
        let way = way_to(commit.as_deref(), &manifests);
        let known = first_known(&manifests);
        let known: HashMap<i64, Timestamp> =
            way.iter().map(|step| (step.evidence, known[step.commit.as_str()])).collect();
        let ids: Vec<i64> = known.keys().copied().collect();
        let mut changes: HashMap<String, Vec<(i64, Timestamp)>> = HashMap::new();
        let mut changed = BTreeSet::new();
        for (manifest, name, _) in evidence::changes_around(conn, &ids, paths).await? {
            for path in paths.iter().filter(|path| lies_in(&name, path)) {
                changes.entry(path.clone()).or_default().push((manifest, known[&manifest]));
                changed.insert(manifest);
            }
        }
        let mut writers: HashMap<i64, BTreeSet<Option<i64>>> = HashMap::new();
        for (manifest, person) in evidence::writers_of(conn, &changed.into_iter().collect::<Vec<_>>()).await?
        {
            writers.entry(manifest).or_default().insert(person);
        }
        let ids: BTreeSet<&str> = findings.iter().flat_map(Finding::ids).collect();
        let ids: Vec<String> = ids.into_iter().map(str::to_owned).collect();
        let found = table::first_opened(conn, release.product, &ids).await?.into_iter().collect();
        Ok(Self { changes, writers, found })
    }

    /// The first of these paths of which nothing says that it changed since the finding's vulnerability was found.
    pub(super) fn lacks<'a>(&self, paths: &'a [String], finding: &Finding) -> Option<&'a str> {
        let unchanged = |path: &&String| self.after(path, finding).next().is_none();
        paths.iter().find(unchanged).map(String::as_str)
    }

    /// Who wrote what was changed in these paths since a finding's vulnerability was found.
    pub(super) fn menders(&self, paths: &[String], finding: &Finding) -> Menders {
        let manifests: BTreeSet<i64> = paths.iter().flat_map(|path| self.after(path, finding)).collect();
        let mut menders = Menders::default();
        for manifest in manifests {
            match self.writers.get(&manifest) {
                // Where no manifest says who wrote it, anybody may have.
                None => menders.unknown = true,
                Some(writers) => {
                    menders.unknown |= writers.contains(&None);
                    menders.known.extend(writers.iter().flatten().copied().map(PersonId));
                }
            }
        }
        menders
    }

    fn after(&self, path: &str, finding: &Finding) -> impl Iterator<Item = i64> {
        let first = finding.ids().filter_map(|id| self.found.get(id)).copied().min();
        let since = first.unwrap_or(finding.opened_at);
        let changes = self.changes.get(path).into_iter().flatten();
        changes.filter(move |(_, known)| *known > since).map(|(manifest, _)| *manifest)
    }
}

fn lies_in(name: &str, path: &str) -> bool {
    name == path || name.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))
}

/// When each commit was first known: a manifest that is made once more of an old commit makes no change younger.
fn first_known(manifests: &[HistoryStep]) -> HashMap<&str, Timestamp> {
    let mut known: HashMap<&str, Timestamp> = HashMap::new();
    for step in manifests {
        let first = known.entry(&step.commit).or_insert(step.known_at);
        *first = step.known_at.min(*first);
    }
    known
}

/// The manifests of a commit and of those that it goes on from, but for those that describe a whole history: they list what
/// there is, not what changed.
fn way_to<'a>(commit: Option<&'a str>, manifests: &'a [HistoryStep]) -> Vec<&'a HistoryStep> {
    let mut of: HashMap<&str, Vec<&HistoryStep>> = HashMap::new();
    for step in manifests.iter().filter(|step| step.predecessor.is_some()) {
        of.entry(&step.commit).or_default().push(step);
    }
    let (mut way, mut seen) = (Vec::new(), HashSet::new());
    let mut next: Vec<&str> = commit.into_iter().collect();
    while let Some(commit) = next.pop() {
        if seen.insert(commit) {
            for step in of.get(commit).into_iter().flatten() {
                way.push(*step);
                next.extend(step.predecessor.as_deref());
            }
        }
    }
    way
}
