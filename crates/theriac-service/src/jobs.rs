//! Jobs as people see them: what runs, how far it is, what failed.

use theriac_auth::{Permission, Scope};
pub use theriac_store::jobs::JobStatus;

use crate::page::{Page, Paging};
use crate::{App, Result, ServiceError, Who};

/// The jobs, newest first.
///
/// # Errors
/// When the actor may not read.
#[crate::boxed]
pub async fn jobs(app: &App, who: &Who, paging: &Paging) -> Result<Page<JobStatus>> {
    who.require(app, Permission::Read, Scope::Organisation, "jobs read").await?;
    let before = paging.after_id()?;
    let rows = app.store().read().await?.jobs(before, paging.fetch()).await?;
    Ok(paging.page(rows, |job| job.id.to_string()))
}

/// One job.
///
/// # Errors
/// When there is none, or the actor may not read.
#[crate::boxed]
pub async fn job(app: &App, who: &Who, id: &str) -> Result<JobStatus> {
    who.require(app, Permission::Read, Scope::Organisation, "job read").await?;
    let missing = || ServiceError::not_found("job", id);
    let number = id.parse().map_err(|_| missing())?;
    app.store().read().await?.job(number).await?.ok_or_else(missing)
}
