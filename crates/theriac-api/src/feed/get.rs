//! `GET /feed`.

use axum::Json;
use axum::extract::State;
use theriac_service::{ServiceError, findings};

use super::FeedView;
use crate::core::{Api, Caller, Shown};

/// What the index of advisories holds.
#[utoipa::path(
    get, path = "/feed", tag = "feed",
    responses((status = 200, description = "The index", body = FeedView)),
)]
pub(super) async fn feed_get(State(api): State<Api>, caller: Caller) -> Shown<Json<FeedView>> {
    let status = findings::feed(api.app(), &caller.who).await?;
    let missing = || ServiceError::not_found("advisory feed", "nothing was imported yet");
    Ok(Json(status.ok_or_else(missing)?.into()))
}
