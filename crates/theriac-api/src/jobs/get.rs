//! `GET /jobs/{job}`.

use axum::Json;
use axum::extract::State;
use theriac_service::jobs;

use super::JobView;
use crate::core::{Api, Caller, Segments, Shown};

/// One job.
#[utoipa::path(
    get, path = "/jobs/{job}", tag = "jobs",
    params(("job" = String, Path, description = "The job, as the list names it")),
    responses((status = 200, description = "The job", body = JobView)),
)]
pub(super) async fn jobs_get(
    State(api): State<Api>,
    caller: Caller,
    Segments(job): Segments<String>,
) -> Shown<Json<JobView>> {
    Ok(Json(jobs::job(api.app(), &caller.who, &job).await?.into()))
}
