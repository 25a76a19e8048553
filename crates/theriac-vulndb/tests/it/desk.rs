//! A folder with feeds and an index, and short words for what tests do with it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;
use theriac_vulndb::{
    ImportError, ImportOptions, ImportReport, Index, Limits, Lookup, Match, Package, import,
};

/// The time of every import in tests.
pub fn now() -> Timestamp {
    "2026-11-24T03:04:05Z".parse().unwrap()
}

/// A place to work in; gone with its value.
pub struct Desk {
    folder: TempDir,
}

impl Desk {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A desk whose index holds these records.
    pub fn with(records: &[Value]) -> Self {
        let desk = Self::new();
        desk.import_records(records).unwrap();
        desk
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn db(&self) -> PathBuf {
        self.path("index.db")
    }

    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Writes records as files `feed/0.json` and so on, and gives the folder.
    pub fn feed(&self, records: &[Value]) -> PathBuf {
        let folder = self.path("feed");
        let _ = fs::remove_dir_all(&folder);
        for (number, record) in records.iter().enumerate() {
            self.file(&format!("feed/{number}.json"), record.to_string());
        }
        folder
    }

    pub fn import_records(&self, records: &[Value]) -> Result<ImportReport, ImportError> {
        let feed = self.feed(records);
        self.import(&[&feed])
    }

    pub fn import(&self, paths: &[&Path]) -> Result<ImportReport, ImportError> {
        self.import_with(paths, &ImportOptions::new(now()))
    }

    pub fn import_limited(&self, paths: &[&Path], limits: Limits) -> Result<ImportReport, ImportError> {
        self.import_with(paths, &ImportOptions { limits, ..ImportOptions::new(now()) })
    }

    pub fn import_with(
        &self,
        paths: &[&Path],
        options: &ImportOptions<'_>,
    ) -> Result<ImportReport, ImportError> {
        let paths: Vec<PathBuf> = paths.iter().map(|path| (*path).to_owned()).collect();
        import(&paths, &self.db(), options)
    }

    pub fn index(&self) -> Index {
        Index::open(&self.db()).unwrap()
    }

    pub fn find(&self, purl: &str) -> Lookup {
        find(&self.index(), purl)
    }

    /// The only vulnerability of a package.
    pub fn only(&self, purl: &str) -> Match {
        let mut matches = self.find(purl).matches;
        assert_eq!(matches.len(), 1, "{purl}: {matches:?}");
        matches.remove(0)
    }

    /// The ids of the vulnerabilities of a package.
    pub fn ids(&self, purl: &str) -> Vec<String> {
        self.find(purl).matches.into_iter().map(|found| found.vulnerability).collect()
    }

    /// Every file in the folder with its bytes, but for the feeds and the lock.
    pub fn state(&self) -> BTreeMap<String, Vec<u8>> {
        let entries = fs::read_dir(self.folder.path()).unwrap().map(Result::unwrap);
        let names = entries.map(|entry| entry.file_name().into_string().unwrap());
        names
            .filter(|name| name.contains("index.db") && !name.contains(".lock"))
            .map(|name| (name.clone(), fs::read(self.path(&name)).unwrap()))
            .collect()
    }
}

pub fn find(index: &Index, purl: &str) -> Lookup {
    index.find(&Package::from_purl(purl, None).unwrap()).unwrap()
}

/// A record that says which versions of a package are affected: members of `affected[0]` beside its package.
pub fn record(id: &str, ecosystem: &str, name: &str, affected: Value) -> Value {
    let mut statement = json!({ "package": { "ecosystem": ecosystem, "name": name } });
    statement.as_object_mut().unwrap().extend(affected.as_object().unwrap().clone());
    json!({ "id": id, "modified": "2024-05-06T07:08:09Z", "affected": [statement] })
}

/// A range of these events: `events("introduced 0, fixed 1.2")`.
pub fn events(text: &str) -> Value {
    let event = |event: &str| {
        let (kind, version) = event.trim().split_once(' ').unwrap();
        json!({ kind: version })
    };
    json!({ "ranges": [{ "type": "ECOSYSTEM", "events": text.split(',').map(event).collect::<Vec<_>>() }] })
}

/// A record about the npm package `left`.
pub fn left(id: &str, text: &str) -> Value {
    record(id, "npm", "left", events(text))
}

/// The same record with other members.
pub fn also(mut record: Value, members: Value) -> Value {
    record.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    record
}
