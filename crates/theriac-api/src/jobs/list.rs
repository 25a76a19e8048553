//! `GET /jobs`.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use theriac_service::jobs;
use utoipa::IntoParams;

use super::JobView;
use crate::core::{Api, Caller, Listed, Query, Shown, paging};

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct JobsQuery {
    /// What the page before gave as `next`.
    after: Option<String>,
    /// How many: 1 to 200, 50 where left out.
    limit: Option<u32>,
}

/// The jobs, newest first.
#[utoipa::path(
    get, path = "/jobs", tag = "jobs", params(JobsQuery),
    responses((status = 200, description = "A page of jobs", body = Listed<JobView>)),
)]
pub(super) async fn jobs_list(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<JobsQuery>,
) -> Shown<Json<Listed<JobView>>> {
    let paging = paging(query.after, query.limit)?;
    Ok(Json(jobs::jobs(api.app(), &caller.who, &paging).await?.into()))
}
