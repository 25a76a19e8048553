//! `GET /sessions`: a person's own sessions.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use theriac_service::people;
use utoipa::ToSchema;

use crate::core::{Api, Caller, Shown};

/// One of your sessions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnSessionView {
    /// Names it, for ending it; nobody gets in with it.
    session: String,
    /// From where it was begun.
    via: String,
    /// When it was begun.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last used, to about a minute.
    #[schema(value_type = String, format = DateTime)]
    seen_at: Timestamp,
    /// Whether it is the one that asks.
    this: bool,
}

/// Your sessions, last used first; at most 100.
#[utoipa::path(
    get, path = "/sessions", tag = "session",
    responses((status = 200, description = "Your sessions", body = [OwnSessionView])),
)]
pub(super) async fn sessions_list(
    State(api): State<Api>,
    caller: Caller,
) -> Shown<Json<Vec<OwnSessionView>>> {
    let this = caller.person_session()?.id().digest();
    let sessions = people::sessions(api.app(), &caller.who).await?;
    let view = |session: people::OwnSession| OwnSessionView {
        session: session.digest.to_string(),
        via: session.via,
        created_at: session.created_at,
        seen_at: session.seen_at,
        this: session.digest == this,
    };
    Ok(Json(sessions.into_iter().map(view).collect()))
}
