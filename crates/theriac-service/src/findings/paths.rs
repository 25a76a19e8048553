//! Whether a path of the product is the same in two builds, by what the build manifests say. What they do not say
//! counts as changed.
//!
//! A manifest lists the paths that changed since the commit of the build before. So a path is the same when a chain of
//! manifests leads from one commit to the other and none of them lists it, or when both ends know one tree id of it.

use std::collections::{HashMap, HashSet, VecDeque};

/// Most manifests that are followed.
const CHAIN_MAX: usize = 10_000;

/// The builds of a product, by commit.
#[derive(Debug, Clone, Default)]
pub struct History {
    builds: HashMap<String, Vec<Step>>,
}

/// What one manifest says.
#[derive(Debug, Clone, Default)]
pub struct Step {
    /// The commit of the build before.
    pub predecessor: Option<String>,
    /// Paths that changed since, with the id of their content; none where the path was removed.
    pub changed: Vec<(String, Option<String>)>,
}

impl History {
    /// Adds a manifest.
    pub fn add(&mut self, commit: &str, step: Step) {
        self.builds.entry(commit.to_owned()).or_default().push(step);
    }

    /// Whether a path is the same at two commits.
    ///
    /// # Errors
    /// Why it is not, or why nobody knows, in words that follow the path.
    pub fn is_same(&self, path: &str, from: Option<&str>, to: Option<&str>) -> Result<(), String> {
        let (Some(from), Some(to)) = (from, to) else {
            return Err("no build says what it is now".to_owned());
        };
        if from == to {
            return Ok(());
        }
        let touched = self.chain(from, to).map(|chain| {
            chain.into_iter().find(|commit| self.steps(commit).iter().any(|step| step.touches(path)))
        });
        if touched == Some(None) {
            return Ok(());
        }
        match (self.tree_at(from, path), self.tree_at(to, path)) {
            (Some(before), Some(after)) if before == after => return Ok(()),
            _ => {}
        }
        match touched.flatten() {
            Some(commit) => Err(format!("changed in commit {}", short(commit))),
            None => Err(format!("nothing says whether it changed since commit {}", short(from))),
        }
    }

    fn steps(&self, commit: &str) -> &[Step] {
        self.builds.get(commit).map_or(&[], Vec::as_slice)
    }

    /// The commits from `to` back to the one after `from`, newest first; `None` when no chain leads there.
    fn chain<'a>(&'a self, from: &str, to: &'a str) -> Option<Vec<&'a str>> {
        let mut reached: HashMap<&str, Option<&str>> = HashMap::from([(to, None)]);
        let mut next = VecDeque::from([to]);
        while let Some(commit) = next.pop_front() {
            for step in self.steps(commit) {
                let Some(before) = step.predecessor.as_deref() else { continue };
                if before == from {
                    return Some(back(&reached, commit));
                }
                if reached.len() < CHAIN_MAX && !reached.contains_key(before) {
                    reached.insert(before, Some(commit));
                    next.push_back(before);
                }
            }
        }
        None
    }

    /// The id of a path's content at a commit, where the manifests up to it say so.
    fn tree_at(&self, commit: &str, path: &str) -> Option<Option<&str>> {
        let (mut commit, mut seen) = (commit, HashSet::new());
        while seen.len() < CHAIN_MAX && seen.insert(commit) {
            let steps = self.steps(commit);
            if let Some(tree) = steps.iter().find_map(|step| step.tree(path)) {
                return Some(tree);
            }
            if steps.iter().any(|step| step.touches(path)) {
                return None;
            }
            commit = steps.iter().find_map(|step| step.predecessor.as_deref())?;
        }
        None
    }
}

/// The way from a commit to the newest, newest first.
fn back<'a>(reached: &HashMap<&'a str, Option<&'a str>>, oldest: &'a str) -> Vec<&'a str> {
    let mut way = vec![oldest];
    let mut commit = oldest;
    while let Some(Some(newer)) = reached.get(commit) {
        way.push(newer);
        commit = newer;
    }
    way.reverse();
    way
}

impl Step {
    /// Whether it says that something in or around the path changed.
    fn touches(&self, path: &str) -> bool {
        let lies_in =
            |inner: &str, outer: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'));
        self.changed.iter().any(|(listed, _)| {
            // A folder above it counts where the manifest does not go into that folder's detail.
            let detailed = || self.changed.iter().any(|(other, _)| lies_in(other, listed));
            listed == path || lies_in(listed, path) || (lies_in(path, listed) && !detailed())
        })
    }

    fn tree(&self, path: &str) -> Option<Option<&str>> {
        self.changed.iter().find(|(listed, _)| listed == path).map(|(_, tree)| tree.as_deref())
    }
}

fn short(commit: &str) -> &str {
    commit.get(..12).unwrap_or(commit)
}
