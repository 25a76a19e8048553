//! `GET /session`: who calls.

use axum::Json;
use serde::Serialize;
use theriac_auth::{Permission, Role};
use utoipa::ToSchema;

use super::SessionView;
use crate::core::{Caller, holds};

/// Who calls, and what they may do somewhere.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CallerView {
    /// The session, when a person calls; `null` for a token.
    session: Option<SessionView>,
    /// The roles that the person holds somewhere.
    roles: Vec<&'static str>,
    /// What the caller may do somewhere, by key.
    permissions: Vec<&'static str>,
}

/// Who am I? Also gives the CSRF token of a session.
#[utoipa::path(
    get, path = "/session", tag = "session",
    responses((status = 200, description = "Who calls", body = CallerView)),
)]
pub(super) async fn session_show(caller: Caller) -> Json<CallerView> {
    let access = caller.who.access();
    let held = Permission::ALL.iter().filter(|permission| holds(access, **permission));
    Json(CallerView {
        session: caller.session.as_ref().map(SessionView::from),
        roles: access.roles().into_iter().map(Role::as_str).collect(),
        permissions: held.map(|permission| permission.as_str()).collect(),
    })
}
