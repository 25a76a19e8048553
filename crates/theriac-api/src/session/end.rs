//! `DELETE /session`: sign out.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use theriac_service::people;

use crate::core::{Api, Caller, Shown};

/// Sign out.
#[utoipa::path(
    delete, path = "/session", tag = "session", responses((status = 204, description = "Signed out")),
)]
pub(super) async fn session_end(State(api): State<Api>, caller: Caller) -> Shown<Response> {
    people::sign_out(api.app(), caller.person_session()?).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, api.cookie().clear())]).into_response())
}
