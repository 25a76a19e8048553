//! The components of a release held against those of another one: added, changed, removed.
//!
//! A version that is new where another version of the same package is gone counts as a change of that package.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use theriac_auth::Permission;
use theriac_store::tables::components as table;
use theriac_store::tables::releases::Release;
use theriac_store::{Conn, tables};

use super::apply::earlier_releases;
use super::package_of;
use crate::products::find;
use crate::{App, Result, Who};

/// What happened to a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It is in both.
    Same,
    /// Its package came.
    Added,
    /// Another version of its package was there before, or is there now.
    Changed,
    /// Its package is gone.
    Removed,
}

/// How many components are the same, and how many are not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The release compared with.
    pub against: String,
    /// How many components that release has.
    pub before: usize,
    /// In both.
    pub same: usize,
    /// Whose package came.
    pub added: usize,
    /// Whose package was there in another version.
    pub changed: usize,
    /// Whose package is gone.
    pub removed: usize,
}

/// Two lists of components.
pub(super) struct Compared {
    against: String,
    now: BTreeSet<String>,
    before: BTreeSet<String>,
    /// Keys that only one of the lists has, by package: new ones, gone ones.
    moved: BTreeMap<String, (Vec<String>, Vec<String>)>,
}

impl Compared {
    pub(super) async fn read(
        conn: &mut Conn,
        files: &[i64],
        against: &Release,
        others: &[i64],
    ) -> Result<Self> {
        let keys = |rows: Vec<(String, _, _)>| rows.into_iter().map(|(key, _, _)| key).collect();
        let now = keys(table::identities(conn, files).await?);
        let before = keys(table::identities(conn, others).await?);
        Ok(Self::of(against.name.clone(), now, before))
    }

    fn of(against: String, now: BTreeSet<String>, before: BTreeSet<String>) -> Self {
        let mut moved: BTreeMap<String, (Vec<String>, Vec<String>)> = BTreeMap::new();
        for key in now.difference(&before) {
            moved.entry(package_of(key).to_owned()).or_default().0.push(key.clone());
        }
        for key in before.difference(&now) {
            moved.entry(package_of(key).to_owned()).or_default().1.push(key.clone());
        }
        Self { against, now, before, moved }
    }

    /// What happened to a component of either list, and its keys in the other list where it changed.
    pub(super) fn change(&self, key: &str) -> (Change, Vec<String>) {
        let (is, was) = (self.now.contains(key), self.before.contains(key));
        let (new, gone) =
            self.moved.get(package_of(key)).map_or((&[][..], &[][..]), |(new, gone)| (new, gone));
        match (is, was) {
            (true, true) => (Change::Same, Vec::new()),
            (true, false) if gone.is_empty() => (Change::Added, Vec::new()),
            (true, false) => (Change::Changed, gone.to_vec()),
            (false, _) if new.is_empty() => (Change::Removed, Vec::new()),
            (false, _) => (Change::Changed, new.to_vec()),
        }
    }

    pub(super) fn difference(&self) -> Difference {
        let mut difference = Difference {
            against: self.against.clone(),
            before: self.before.len(),
            same: self.now.intersection(&self.before).count(),
            added: 0,
            changed: 0,
            removed: 0,
        };
        for (new, gone) in self.moved.values() {
            match (new.len(), gone.len()) {
                (new, 0) => difference.added += new,
                (0, gone) => difference.removed += gone,
                (new, _) => difference.changed += new,
            }
        }
        difference
    }
}

/// The release that another one is held against unless somebody asks for another: the one it is based on, else the
/// product's release before it. `None` for a product's first release.
///
/// # Errors
/// When there is no such release, or the actor may not read it.
#[crate::boxed]
pub async fn predecessor(app: &App, who: &Who, product: &str, release: &str) -> Result<Option<String>> {
    let found = find(app, who, Permission::Read, "release read", product, release).await?;
    let (_, release, mut read) = found;
    let Some(earlier) = earlier_releases(&mut read, &release).await?.first().copied() else {
        return Ok(None);
    };
    Ok(tables::releases::by_id(&mut read, earlier).await?.map(|earlier| earlier.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_that_takes_the_place_of_another_is_a_change() {
        let set = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
        let now = set(&["pkg:npm/a@2", "pkg:npm/b@1", "pkg:npm/c@1", "pkg:npm/d@1", "pkg:npm/d@2"]);
        let before = set(&["pkg:npm/a@1", "pkg:npm/b@1", "pkg:npm/d@1", "pkg:npm/e@1"]);
        let compared = Compared::of("1".to_owned(), now, before);
        let change = |key: &str| compared.change(key);
        assert_eq!(change("pkg:npm/a@2"), (Change::Changed, vec!["pkg:npm/a@1".to_owned()]));
        assert_eq!(change("pkg:npm/a@1"), (Change::Changed, vec!["pkg:npm/a@2".to_owned()]));
        assert_eq!(change("pkg:npm/b@1").0, Change::Same);
        assert_eq!(change("pkg:npm/c@1").0, Change::Added);
        assert_eq!(change("pkg:npm/d@2").0, Change::Added, "the older version is still there");
        assert_eq!(change("pkg:npm/e@1").0, Change::Removed);
        let found = compared.difference();
        assert_eq!((found.same, found.added, found.changed, found.removed), (2, 2, 1, 1));
    }
}
