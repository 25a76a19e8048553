//! The advisory feed: what is known of published vulnerabilities.

mod get;
mod import;

use jiff::Timestamp;
use serde::Serialize;
use theriac_auth::Permission as P;
use theriac_vulndb::Status;
use utoipa::ToSchema;

use crate::core::{Needs, Route, route};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        route!(Needs::Permission(P::Read), get::feed_get),
        route!(Needs::Permission(P::ImportFeed), import::feed_import),
    ]
}

/// What the index holds of one ecosystem.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EcosystemView {
    /// Its name in OSV.
    name: String,
    /// Records that speak of it, without withdrawn ones.
    records: u64,
    /// Its packages.
    packages: u64,
    /// Whether its version order is known, so that its packages can be matched.
    matched: bool,
    /// When an import last read a record of it.
    #[schema(value_type = Option<String>, format = DateTime)]
    imported_at: Option<Timestamp>,
}

/// A file that was imported.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SourceView {
    /// Its name with the folder that it lay in.
    name: String,
    /// When it was last imported.
    #[schema(value_type = String, format = DateTime)]
    imported_at: Timestamp,
    /// Records read from it then.
    records: u64,
}

/// What the index of advisories holds.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FeedView {
    /// The digest of all its records, whenever they were imported.
    digest: String,
    /// When it was written.
    #[schema(value_type = String, format = DateTime)]
    imported_at: Timestamp,
    /// When the newest of its records was changed.
    #[schema(value_type = Option<String>, format = DateTime)]
    newest_modified: Option<Timestamp>,
    /// Records, withdrawn ones included.
    records: u64,
    /// Withdrawn records; they never match.
    withdrawn: u64,
    /// Vulnerabilities: records that are aliases of one another are one.
    vulnerabilities: u64,
    /// Packages that can be matched.
    packages: u64,
    /// The ecosystems the records speak of, by name.
    ecosystems: Vec<EcosystemView>,
    /// What was imported, by name.
    sources: Vec<SourceView>,
}

impl From<Status> for FeedView {
    fn from(status: Status) -> Self {
        let ecosystems = status.ecosystems.into_iter().map(|one| EcosystemView {
            name: one.name,
            records: one.records,
            packages: one.packages,
            matched: one.matched,
            imported_at: one.imported_at,
        });
        let sources = status.sources.into_iter().map(|one| SourceView {
            name: one.name,
            imported_at: one.imported_at,
            records: one.records,
        });
        Self {
            digest: status.digest.to_string(),
            imported_at: status.imported_at,
            newest_modified: status.newest_modified,
            records: status.records,
            withdrawn: status.withdrawn,
            vulnerabilities: status.vulnerabilities,
            packages: status.packages,
            ecosystems: ecosystems.collect(),
            sources: sources.collect(),
        }
    }
}
