//! What shows that a finding is *fixed* although the SBOM lists its component: a path that changed in the history of the
//! release's build after the vulnerability had been found. Who wrote that change does not sign that it mends.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::Timestamp;
use theriac_auth::PersonId;
use theriac_store::Conn;
use theriac_store::tables::findings::{self as table, Finding};
use theriac_store::tables::history::{self, HistoryStep};
use theriac_store::tables::releases::Release;

use super::carry::commit_of;
use crate::Result;

/// What the manifests on the way to a release's build say of some paths.
#[derive(Default)]
pub(super) struct Mending {
    /// By path.
    listed: HashMap<String, Vec<Listed>>,
    /// Who wrote what the manifests describe; `None` for somebody whom nobody knows.
    writers: HashMap<i64, BTreeSet<Option<i64>>>,
    /// When the vulnerabilities were first found in the product, by id.
    found: HashMap<String, Timestamp>,
}

/// An entry of a manifest.
struct Listed {
    manifest: i64,
    /// When the commit that the manifest describes was first known.
    known: Timestamp,
    name: String,
    tree: Option<String>,
    /// Whether the manifest is of the release's build or of one that it goes on from.
    on_way: bool,
    /// Whether it is sound and says what changed. What another one lists was there all the same.
    says: bool,
    /// Whether sound manifests that say what changed lead to it from the release's build.
    leads: bool,
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
        let manifests = history::manifests_of(conn, release.product).await?;
        let commit = commit_of(conn, release).await?;
        let says: HashSet<i64> =
            manifests.iter().filter(|step| says_what_changed(step)).map(|step| step.evidence).collect();
        let leads = way_to(commit.as_deref(), manifests.iter().filter(|step| says.contains(&step.evidence)));
        let way = way_to(commit.as_deref(), manifests.iter());
        let known = first_known(&manifests, &history::builds_added(conn, release.product).await?);
        let ids: Vec<i64> = manifests.iter().map(|step| step.evidence).collect();
        let mut listed: HashMap<String, Vec<Listed>> = HashMap::new();
        let mut changed = BTreeSet::new();
        for (manifest, name, tree) in history::changes_around(conn, &ids, paths).await? {
            let (on_way, says) = (way.contains(&manifest), says.contains(&manifest));
            changed.extend((on_way && says).then_some(manifest));
            for path in paths.iter().filter(|path| lies_in(&name, path)) {
                listed.entry(path.clone()).or_default().push(Listed {
                    manifest,
                    known: known[&manifest],
                    name: name.clone(),
                    tree: tree.clone(),
                    on_way,
                    says,
                    leads: leads.contains(&manifest),
                });
            }
        }
        let mut writers: HashMap<i64, BTreeSet<Option<i64>>> = HashMap::new();
        for (manifest, person) in history::writers_of(conn, &changed.into_iter().collect::<Vec<_>>()).await? {
            writers.entry(manifest).or_default().insert(person);
        }
        let found = table::first_opened(conn, release.product, vulnerabilities).await?.into_iter().collect();
        Ok(Self { listed, writers, found })
    }

    /// Why nothing shows any more that a finding is mended in these paths.
    pub(super) fn doubt(&self, paths: &[String], finding: &Finding) -> Option<String> {
        if paths.is_empty() {
            return Some("it names no path in which it was mended".to_owned());
        }
        let path = self.lacks(paths, finding)?;
        Some(format!("path {path}: no build manifest says any more that it was mended"))
    }

    /// The first of these paths of which nothing says that it is another since the finding's vulnerability was found: on the
    /// way to the build, and anywhere in the product. What a manifest lists that was the same then is no change, however many
    /// builds it spans, and what was taken back again is none either.
    pub(super) fn lacks<'a>(&self, paths: &'a [String], finding: &Finding) -> Option<&'a str> {
        let unchanged = |path: &&String| {
            let mut last: HashMap<&str, &Listed> = HashMap::new();
            for entry in self.since(path, finding).filter(|entry| entry.leads) {
                let newest = last.entry(&entry.name).or_insert(entry);
                if (newest.known, newest.manifest) < (entry.known, entry.manifest) {
                    *newest = entry;
                }
            }
            last.values().all(|entry| {
                let same = |then: Option<&Listed>| then.is_some_and(|then| then.tree == entry.tree);
                same(self.then(path, entry, finding, |other| other.on_way))
                    || same(self.then(path, entry, finding, |_| true))
            })
        };
        paths.iter().find(unchanged).map(String::as_str)
    }

    /// What was last listed of an entry's name, among some manifests, when the finding's vulnerability was found.
    fn then(
        &self,
        path: &str,
        entry: &Listed,
        finding: &Finding,
        among: impl Fn(&Listed) -> bool,
    ) -> Option<&Listed> {
        let found = self.found_at(finding);
        let before = self.listed.get(path).into_iter().flatten();
        let before = before.filter(|other| other.name == entry.name && other.known <= found && among(other));
        before.max_by_key(|other| (other.known, other.manifest))
    }

    /// Who wrote what was changed in these paths since a finding's vulnerability was found.
    pub(super) fn menders(&self, paths: &[String], finding: &Finding) -> Menders {
        let since = paths.iter().flat_map(|path| self.since(path, finding));
        let manifests: BTreeSet<i64> = since.map(|entry| entry.manifest).collect();
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

    /// What sound manifests on the way list of a path since a finding's vulnerability was found.
    fn since(&self, path: &str, finding: &Finding) -> impl Iterator<Item = &Listed> {
        let found = self.found_at(finding);
        let listed = self.listed.get(path).into_iter().flatten();
        listed.filter(move |entry| entry.on_way && entry.says && entry.known > found)
    }

    fn found_at(&self, finding: &Finding) -> Timestamp {
        let first = finding.ids().filter_map(|id| self.found.get(id)).copied().min();
        first.unwrap_or(finding.opened_at)
    }
}

/// One that describes a whole history lists what there is, not what changed.
const fn says_what_changed(step: &HistoryStep) -> bool {
    step.sound && step.predecessor.is_some()
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

/// Those manifests that are of a commit and of those that it goes on from.
fn way_to<'a>(commit: Option<&'a str>, manifests: impl Iterator<Item = &'a HistoryStep>) -> HashSet<i64> {
    let mut of: HashMap<&str, Vec<&HistoryStep>> = HashMap::new();
    for step in manifests {
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
