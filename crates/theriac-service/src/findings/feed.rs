//! Advisory feeds into the vulnerability index, and what that sets off.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;
use theriac_auth::{Permission, Scope};
use theriac_model::Digest;
use theriac_store::Conn;
use theriac_store::tables::audit::{self, Filter};
use theriac_vulndb::{ImportError, ImportOptions, ImportReport, Index, IndexError, Progress, Status};

use super::jobs;
use crate::app::blocking;
use crate::{App, Result, ServiceError, Who};

/// What entries of the log speak of.
const SUBJECT: &str = "feed";

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
    let mut write = who.write(app, action).await?;
    let job = jobs::enqueue_all(&mut write).await?;
    let detail = json!({
        "added": report.added,
        "job": job.to_string(),
        "records": report.records,
        "replaced": report.replaced,
        "withdrawn": report.withdrawn,
    });
    write.audit(SUBJECT, None, Some(digest_of(&report.status)?), detail);
    write.commit().await?;
    Ok(FeedImported { report, job })
}

/// Says in the log what feed is there, and has the releases matched against it, where the last entry tells of another: an
/// import was killed after it had swapped the index, or swapped it from outside. Gives whether that was so.
///
/// # Errors
/// What the store says.
#[crate::boxed]
pub async fn catch_up_with_feed(app: &App) -> Result<bool> {
    let index = app.index().to_owned();
    let opened = blocking(move || Index::open(&index).map(|index| index.status().clone())).await?;
    // None, or a damaged one: whoever matches with it is told so.
    let Ok(status) = opened else { return Ok(false) };
    let there = digest_of(&status)?;
    if last_told(&mut *app.store().read().await?).await? == Some(there) {
        return Ok(false);
    }
    let mut write = Who::system("start").write(app, "feed import").await?;
    let job = jobs::enqueue_all(&mut write).await?;
    write.audit(SUBJECT, None, Some(there), json!({ "found": true, "job": job.to_string() }));
    write.commit().await?;
    Ok(true)
}

/// The feed that the log tells of last.
async fn last_told(conn: &mut Conn) -> Result<Option<Digest>> {
    let filter = Filter { subject: Some(SUBJECT.to_owned()), limit: 1, ..Filter::default() };
    let entries = audit::list(conn, &filter).await?;
    let last = entries.first().and_then(|(entry, _)| entry.changes.first());
    Ok(last.and_then(|change| change.after))
}

fn digest_of(status: &Status) -> Result<Digest> {
    let text = serde_json::to_vec(status).map_err(|error| ServiceError::Internal(error.to_string()))?;
    Ok(Digest::of(&text))
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
