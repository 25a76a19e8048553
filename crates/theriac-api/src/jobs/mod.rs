//! Jobs: work that goes on in the background.

mod get;
mod list;

use jiff::Timestamp;
use serde::Serialize;
use theriac_auth::Permission;
use theriac_store::jobs::JobStatus;
use utoipa::ToSchema;

use crate::core::{Needs, Route, route};

pub(crate) fn routes() -> Vec<Route> {
    let read = Needs::Permission(Permission::Read);
    vec![route!(read, list::jobs_list), route!(read, get::jobs_get)]
}

/// A job.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobView {
    /// Names it.
    job: String,
    /// What it does.
    name: String,
    /// `queued`, `running`, `done` or `failed`.
    state: String,
    /// When it is, or was, due.
    #[schema(value_type = String, format = DateTime)]
    due: Timestamp,
    /// How often it was begun.
    attempt: i64,
    /// Steps done.
    done: u32,
    /// Steps in all; 0 when not known.
    total: u32,
    /// What it is doing.
    words: String,
    /// Why the last attempt failed.
    error: Option<String>,
    /// When it was queued.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was done or given up.
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Timestamp>,
}

impl From<JobStatus> for JobView {
    fn from(job: JobStatus) -> Self {
        Self {
            job: job.id.to_string(),
            name: job.name,
            state: job.state,
            due: job.due,
            attempt: job.attempt,
            done: job.done,
            total: job.total,
            words: job.words,
            error: job.error,
            created_at: job.created_at,
            ended_at: job.ended_at,
        }
    }
}
