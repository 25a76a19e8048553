//! `DELETE /tokens/{token}`.

use axum::http::StatusCode;
use axum::response::Response;
use theriac_service::people;

use crate::core::{Act, Nothing, Segments};

/// Revoke a token. What it handed in stays.
#[utoipa::path(
    delete, path = "/tokens/{token}", tag = "tokens",
    params(("token" = String, Path, description = "The token's name")),
    responses((status = 204, description = "Revoked")),
)]
pub(super) async fn tokens_revoke(Segments(token): Segments<String>, act: Act<Nothing>) -> Response {
    act.run(StatusCode::NO_CONTENT, async move |call, _| {
        people::revoke_token(call.app(), call.who(), &token).await
    })
    .await
}
