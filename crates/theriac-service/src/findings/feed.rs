//! Advisory feeds into the vulnerability index, and what that sets off.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;
use theriac_auth::{Permission, Scope};
use theriac_model::Digest;
use theriac_vulndb::{ImportError, ImportOptions, ImportReport, Index, IndexError, Progress, Status};

use super::jobs;
use crate::app::blocking;
use crate::{App, Result, ServiceError, Who};

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedImported {
    /// What was read.
    pub report: ImportReport,
    /// The job that matches every undecided or fielded release again.
    pub job: i64,
}

/// Who watches an import; called from any thread.
pub type Watcher = Arc<dyn Fn(Progress) + Send + Sync>;

/// Imports advisories into the index and has every undecided or fielded release matched again.
///
/// # Errors
/// When a file cannot be read or holds no advisory: the index is then as it was. When the actor may not.
#[crate::boxed]
pub async fn import_feed(
    app: &App,
    who: &Who,
    paths: Vec<PathBuf>,
    progress: Watcher,
) -> Result<FeedImported> {
    let action = "feed import";
    who.require(app, Permission::ImportFeed, Scope::Organisation, action).await?;
    let (index, now) = (app.index().to_owned(), app.now());
    let imported = blocking(move || {
        let watch = |at: Progress| progress(at);
        let options = ImportOptions { progress: &watch, ..ImportOptions::new(now) };
        theriac_vulndb::import(&paths, &index, &options)
    });
    let report = match imported.await? {
        Ok(report) => report,
        Err(error) => {
            who.refused(app, action, &error.to_string()).await?;
            return Err(of(error));
        }
    };
    let status =
        serde_json::to_vec(&report.status).map_err(|error| ServiceError::Internal(error.to_string()))?;
    let mut write = who.write(app, action).await?;
    let job = jobs::enqueue_all(&mut write).await?;
    let detail = json!({
        "added": report.added,
        "job": job.to_string(),
        "records": report.records,
        "replaced": report.replaced,
        "withdrawn": report.withdrawn,
    });
    write.audit("feed", None, Some(Digest::of(&status)), detail);
    write.commit().await?;
    Ok(FeedImported { report, job })
}

fn of(error: ImportError) -> ServiceError {
    match error {
        ImportError::Record { file, place, reason } => ServiceError::File { file, place, reason },
        ImportError::Archive { file, reason }
        | ImportError::NotOsv { file, reason }
        | ImportError::Limit { file, reason } => {
            ServiceError::File { file, place: "the file".to_owned(), reason }
        }
        other => ServiceError::rule(other.to_string()),
    }
}

/// The state of the index; `None` before the first import.
///
/// # Errors
/// When the index cannot be read, or the actor may not.
#[crate::boxed]
pub async fn feed(app: &App, who: &Who) -> Result<Option<Status>> {
    who.require(app, Permission::Read, Scope::Organisation, "feed read").await?;
    let path = app.index().to_owned();
    match blocking(move || Index::open(&path).map(|index| index.status().clone())).await? {
        Ok(status) => Ok(Some(status)),
        Err(IndexError::Missing { .. }) => Ok(None),
        Err(error) => Err(ServiceError::rule(error.to_string())),
    }
}
