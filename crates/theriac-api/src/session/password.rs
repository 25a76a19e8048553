//! `POST /session/password`: a person changes their password.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use theriac_auth::NotSigned;
use theriac_service::{ServiceError, people};
use utoipa::ToSchema;

use super::{SessionView, begun};
use crate::core::{Act, Api, Shown};

/// The old password and the new one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordChange {
    /// The password so far.
    old: String,
    /// The password from now on: at least 12 characters.
    new: String,
}

/// Change your password. All your sessions end; the answer sets the cookie of a new one.
#[utoipa::path(
    post, path = "/session/password", tag = "session", request_body = PasswordChange,
    responses((status = 200, description = "Changed", body = SessionView)),
)]
pub(super) async fn session_password(State(api): State<Api>, act: Act<PasswordChange>) -> Shown<Response> {
    let (call, input) = act.into_call();
    let (address, inner) = (call.address(), api.clone());
    let id = api.app().to_the_end(async move {
        people::change_password(inner.app(), &inner.door(address), call.who(), &input.old, &input.new).await
    });
    let id = id.await.map_err(|error| match error {
        ServiceError::NotSigned(NotSigned::WrongPassword) => {
            ServiceError::field("old", "this is not your password so far")
        }
        other => other,
    })?;
    begun(&api, address, &id).await
}
