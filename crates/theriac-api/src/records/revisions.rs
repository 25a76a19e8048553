//! `GET /records/{record}/revisions`.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use theriac_service::{ServiceError, people, records};
use utoipa::IntoParams;

use super::view::{RevisionView, people_of};
use crate::core::{Api, Caller, Listed, Query, Segments, Shown};

/// The service gives so many at a time.
const PAGE: usize = 200;

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RevisionsQuery {
    /// What the page before gave as `next`.
    after: Option<String>,
}

/// The revisions of a record with their signatures, newest first, 200 to a page.
#[utoipa::path(
    get, path = "/records/{record}/revisions", tag = "records",
    params(("record" = String, Path, description = "The record, such as `RISK-12`"), RevisionsQuery),
    responses((status = 200, description = "A page of revisions", body = Listed<RevisionView>)),
)]
pub(super) async fn records_revisions(
    State(api): State<Api>,
    caller: Caller,
    Segments(record): Segments<String>,
    Query(query): Query<RevisionsQuery>,
) -> Shown<Json<Listed<RevisionView>>> {
    let wrong =
        |_| ServiceError::field("after", "give what the page before gave as its next, or leave it out");
    let before = query.after.map(|text| text.parse().map_err(wrong)).transpose()?;
    let revisions = records::history(api.app(), &caller.who, &record, before).await?;
    let keys = people::keys(api.app(), revisions.iter().flat_map(people_of).collect::<Vec<_>>()).await?;
    let more = revisions.len() >= PAGE;
    let next = revisions.last().filter(|_| more).map(|last| last.revision.number.to_string());
    let items = revisions.into_iter().map(|revision| RevisionView::new(revision, &keys)).collect();
    Ok(Json(Listed { items, next }))
}
