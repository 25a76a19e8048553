//! Signing in and out, and what a person does with their own account.

mod begin;
mod end;
mod password;
mod session_end;
mod session_list;
mod show;

use axum::Json;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::net::IpAddr;
use theriac_auth::SessionId;
use theriac_service::ServiceError;
use theriac_service::people::{self, Session};
use utoipa::ToSchema;

use crate::core::{Api, Needs, Route, Shown, route};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        route!(Needs::Nobody("this is where people come in"), begin::session_begin),
        route!(Needs::SignedIn, show::session_show),
        route!(Needs::Oneself, end::session_end),
        route!(Needs::Oneself, password::session_password),
        route!(Needs::Oneself, session_list::sessions_list),
        route!(Needs::Oneself, session_end::sessions_end),
    ]
}

/// A session that has begun. Its secret is in the cookie.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionView {
    /// The person's key.
    person: String,
    /// The person's name.
    name: String,
    /// To be sent as `X-CSRF-Token` with everything that is no GET.
    csrf: String,
    /// Whether the person chose the password; with one that somebody else gave them they cannot sign.
    own_password: bool,
}

impl From<&Session> for SessionView {
    fn from(session: &Session) -> Self {
        Self {
            person: session.person.clone(),
            name: session.name.clone(),
            csrf: session.csrf(),
            own_password: session.own_password,
        }
    }
}

/// The answer that begins a session: its cookie and its CSRF token.
async fn begun(api: &Api, address: IpAddr, id: &SessionId) -> Shown<Response> {
    let session = people::session(api.app(), &id.cookie(), &api.door(address).via()).await?;
    let session = session.ok_or_else(|| ServiceError::Internal("a fresh session is over".to_owned()))?;
    let cookie = [(header::SET_COOKIE, api.cookie().set(id))];
    Ok((cookie, Json(SessionView::from(&session))).into_response())
}
