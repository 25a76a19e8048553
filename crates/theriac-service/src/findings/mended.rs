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
    /// By path: in which manifest on the way, and when what it lists there was first known.
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
    /// Reads what the sound manifests say of these paths, and when these vulnerabilities were found.
    pub(super) async fn read(
        conn: &mut Conn,
        release: &Release,
        paths: &[String],
        vulnerabilities: &[String],
    ) -> Result<Self> {
        if paths.is_empty() {
            return Ok(Self::default());
        }
        let manifests = evidence::manifests_of(conn, release.product).await?;
        let commit = commit_of(conn, release).await?;
        let way: HashSet<i64> = way_to(commit.as_deref(), &manifests);
        let known = first_known(&manifests, &evidence::builds_added(conn, release.product).await?);
        let all: Vec<i64> = manifests.iter().map(|step| step.evidence).collect();
        let listed = evidence::changes_around(conn, &all, paths).await?;
        // What was there before, wherever a manifest lists it, is no change, however many builds a manifest spans.
        let mut since: HashMap<(&str, Option<&str>), Timestamp> = HashMap::new();
        for (manifest, name, tree) in &listed {
            let first = since.entry((name, tree.as_deref())).or_insert(known[manifest]);
            *first = known[manifest].min(*first);
        }
        let mut changes: HashMap<String, Vec<(i64, Timestamp)>> = HashMap::new();
        let mut changed = BTreeSet::new();
        for (manifest, name, tree) in listed.iter().filter(|(manifest, ..)| way.contains(manifest)) {
            for path in paths.iter().filter(|path| lies_in(name, path)) {
                let at = since[&(name.as_str(), tree.as_deref())];
                changes.entry(path.clone()).or_default().push((*manifest, at));
                changed.insert(*manifest);
            }
        }
        let mut writers: HashMap<i64, BTreeSet<Option<i64>>> = HashMap::new();
        for (manifest, person) in evidence::writers_of(conn, &changed.into_iter().collect::<Vec<_>>()).await?
        {
            writers.entry(manifest).or_default().insert(person);
        }
        let found = table::first_opened(conn, release.product, vulnerabilities).await?.into_iter().collect();
        Ok(Self { changes, writers, found })
    }

    /// Why nothing shows any more that a finding is mended in these paths.
    pub(super) fn doubt(&self, paths: &[String], finding: &Finding) -> Option<String> {
        if paths.is_empty() {
            return Some("it names no path in which it was mended".to_owned());
        }
        let path = self.lacks(paths, finding)?;
        Some(format!("path {path}: no build manifest says any more that it was mended"))
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

/// When each manifest's commit was first known, by that manifest, by another of the commit or by a build that was added for
/// it: a manifest that is made once more makes no change younger.
fn first_known(manifests: &[HistoryStep], builds: &[(String, Timestamp)]) -> HashMap<i64, Timestamp> {
    let mut known: HashMap<&str, Timestamp> = HashMap::new();
    let made = manifests.iter().map(|step| (step.commit.as_str(), step.made_at));
    for (commit, at) in made.chain(builds.iter().map(|(commit, at)| (commit.as_str(), *at))) {
        let first = known.entry(commit).or_insert(at);
        *first = at.min(*first);
    }
    manifests.iter().map(|step| (step.evidence, known[step.commit.as_str()])).collect()
}

/// The manifests of a commit and of those that it goes on from, but for those that describe a whole history: they list what
/// there is, not what changed.
fn way_to(commit: Option<&str>, manifests: &[HistoryStep]) -> HashSet<i64> {
    let mut of: HashMap<&str, Vec<&HistoryStep>> = HashMap::new();
    for step in manifests.iter().filter(|step| step.predecessor.is_some()) {
        of.entry(&step.commit).or_default().push(step);
    }
    let (mut way, mut seen) = (HashSet::new(), HashSet::new());
    let mut next: Vec<&str> = commit.into_iter().collect();
    while let Some(commit) = next.pop() {
        if seen.insert(commit) {
            for step in of.get(commit).into_iter().flatten() {
                way.insert(step.evidence);
                next.extend(step.predecessor.as_deref());
            }
        }
    }
    way
}
