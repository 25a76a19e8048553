//! What an index says about itself, for `feed status`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use theriac_model::Digest;

/// What the index holds and how fresh it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The digest of all its records: the same records give the same digest, whenever they were imported.
    pub digest: Digest,
    /// When it was written.
    pub imported_at: Timestamp,
    /// The newest `modified` of its records.
    pub newest_modified: Option<Timestamp>,
    /// OSV records, withdrawn ones included.
    pub records: u64,
    /// Withdrawn records; they never match.
    pub withdrawn: u64,
    /// Vulnerabilities: records that are aliases of one another are one.
    pub vulnerabilities: u64,
    /// Packages that can be matched.
    pub packages: u64,
    /// The ecosystems the records speak of, sorted by name.
    pub ecosystems: Vec<EcosystemStatus>,
    /// What was imported, sorted by name.
    pub sources: Vec<SourceStatus>,
}

/// What the index holds of one ecosystem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EcosystemStatus {
    /// Its name in OSV.
    pub name: String,
    /// Records that speak of it, without withdrawn ones.
    pub records: u64,
    /// Its packages.
    pub packages: u64,
    /// Whether its version order is known, so that its packages can be matched.
    pub matched: bool,
    /// Since when nine tenths of its records have been read by an import.
    pub imported_at: Option<Timestamp>,
}

/// A file or folder that was imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceStatus {
    /// Its name with the folder that it lies in, as it was given.
    pub name: String,
    /// When it was last imported.
    pub imported_at: Timestamp,
    /// Records read from it then.
    pub records: u64,
}
