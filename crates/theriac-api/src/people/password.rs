//! `POST /people/{person}/password`.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use theriac_service::people;
use utoipa::ToSchema;

use crate::core::{Act, Segments};

/// A new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordReset {
    /// At least 12 characters. The person changes it before signing anything.
    password: String,
}

/// Give a person a new password, and with it an account, or open a closed one. Their sessions end.
#[utoipa::path(
    post, path = "/people/{person}/password", tag = "people", request_body = PasswordReset,
    params(("person" = String, Path, description = "The person's key")),
    responses((status = 204, description = "Given")),
)]
pub(super) async fn people_password(Segments(person): Segments<String>, act: Act<PasswordReset>) -> Response {
    act.run(StatusCode::NO_CONTENT, async move |call, input| {
        people::reset_password(call.app(), call.who(), &person, &input.password).await
    })
    .await
}
