//! Matching releases again: in the background after a new feed and after anything else that findings of other releases may
//! rest on. Judgements that lapse by the many are `moved.rs`'s.

use serde::{Deserialize, Serialize};
use serde_json::json;
use theriac_store::jobs::{Effect, Failure, Handlers, Running};
use theriac_store::tables::{findings as table, releases};
use theriac_store::{JobSpec, Unique, Write};

use super::apply::apply;
use super::matching;
use super::moved::{self, RENEW};
use super::told::FindingLine;
use crate::{App, Result, ServiceError, Who};

/// The name of the job.
pub const REMATCH: &str = "rematch";
/// How often a matching begins anew because others changed the release under it.
const ATTEMPTS: u32 = 5;

/// What a job is to match.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    /// One release; every undecided or fielded one where it is absent.
    release: Option<i64>,
}

/// Has a release matched again once the transaction has committed: its candidate changed, or evidence fell away.
///
/// # Errors
/// What the store says.
#[crate::boxed]
pub async fn enqueue(write: &mut Write, release: i64) -> Result<i64> {
    queue(write, Payload { release: Some(release) }, format!("release:{release}")).await
}

/// Has every undecided or fielded release matched again, by one job, whose id this gives.
///
/// # Errors
/// What the store says.
#[crate::boxed]
pub async fn enqueue_all(write: &mut Write) -> Result<i64> {
    queue(write, Payload { release: None }, "all".to_owned()).await
}

async fn queue(write: &mut Write, payload: Payload, key: String) -> Result<i64> {
    let job = JobSpec::new(REMATCH, json!(payload));
    Ok(write.enqueue(job.unique(Unique::WhileQueued(key))).await?)
}

/// The handlers of the jobs that findings need.
#[must_use]
pub fn handlers(app: &App) -> Handlers {
    let (matching, renewing) = (app.clone(), app.clone());
    Handlers::new()
        .on(REMATCH, move |running| run(matching.clone(), running))
        .on(RENEW, move |running| moved::run(renewing.clone(), running))
}

/// Each release has a transaction of its own; doing one twice changes nothing more.
async fn run(app: App, running: Running) -> std::result::Result<Effect, Failure> {
    let payload: Payload = serde_json::from_value(running.payload.clone())?;
    let releases = match payload.release {
        Some(release) => vec![release],
        None => table::releases_to_match(&mut *app.store().read().await?).await?,
    };
    let total = u32::try_from(releases.len())?;
    let (mut new, mut worse, mut resolved) = (0, 0, 0);
    for (done, release) in (0..).zip(releases) {
        running.progress(done, total, &format!("{new} new, {worse} worse, {resolved} resolved")).await?;
        let Some(changed) = rematch(&app, release).await? else { continue };
        new += changed.new.len();
        worse += changed.worse.len();
        resolved += changed.resolved.len();
    }
    running.progress(total, total, &format!("{new} new, {worse} worse, {resolved} resolved")).await?;
    Ok(Effect::Nothing)
}

/// What a matching changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rematched {
    /// Findings that were opened, worst first.
    pub new: Vec<FindingLine>,
    /// Findings that are worse than before, open again, or to be assessed again.
    pub worse: Vec<FindingLine>,
    /// Findings that were closed.
    pub resolved: Vec<FindingLine>,
    /// Why components were not matched; `None` when they were.
    pub not_matched: Option<String>,
}

/// Matches a release with the present state of the index; `None` while it has no components.
///
/// # Errors
/// When there is no such release, or the index cannot be read.
#[crate::boxed]
pub async fn rematch(app: &App, release: i64) -> Result<Option<Rematched>> {
    let missing = || ServiceError::not_found("release", release.to_string());
    for _ in 0..ATTEMPTS {
        let mut read = app.store().read().await?;
        let before = releases::by_id(&mut read, release).await?.ok_or_else(missing)?;
        drop(read);
        let Some(plan) = matching::prepare(app, &before, Vec::new()).await? else { return Ok(None) };
        let not_matched = plan.feed.as_ref().err().cloned();
        let mut write = Who::system("job").write(app, "release match").await?;
        let now = releases::by_id(&mut write, release).await?.ok_or_else(missing)?;
        if now != before || !plan.still_holds(&mut write, &now).await? {
            continue;
        }
        let applied = apply(&mut write, &now, plan).await?;
        write.commit().await?;
        return Ok(Some(Rematched {
            new: applied.new.iter().map(FindingLine::of).collect(),
            worse: applied.worse.iter().map(|(finding, why)| FindingLine::because(finding, why)).collect(),
            resolved: applied.resolved.iter().map(FindingLine::of).collect(),
            not_matched,
        }));
    }
    Err(ServiceError::rule("The release is being changed by others at the moment; match it again."))
}
