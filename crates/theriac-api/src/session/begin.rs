//! `POST /session`: a person signs in.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use theriac_service::people;
use utoipa::ToSchema;

use super::{SessionView, begun};
use crate::core::{Api, Shown, Unsigned};

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    /// The e-mail address.
    email: String,
    /// The password.
    password: String,
}

/// Sign in. The answer sets the session's cookie and says the CSRF token.
#[utoipa::path(
    post, path = "/session", tag = "session", request_body = SignIn,
    responses((status = 200, description = "Signed in", body = SessionView)),
)]
pub(super) async fn session_begin(State(api): State<Api>, body: Unsigned<SignIn>) -> Shown<Response> {
    let Unsigned { input, address } = body;
    let inner = api.clone();
    let id = api.app().to_the_end(async move {
        people::sign_in(inner.app(), &inner.door(address), &input.email, &input.password).await
    });
    begun(&api, address, &id.await?).await
}
