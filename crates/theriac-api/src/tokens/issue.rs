//! `POST /tokens`.

use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use serde::Serialize;
use theriac_auth::{Permission, UnknownPermission};
use theriac_service::ServiceError;
use theriac_service::people::{self, NewToken};
use utoipa::ToSchema;

use crate::core::Act;

/// A token to be issued.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenNew {
    /// What it is for; no two live tokens have the same name.
    name: String,
    /// What it may do, by key, such as `upload-evidence` and `read-gate`.
    permissions: Vec<String>,
    /// The product; left out for the organisation with all its products.
    product: Option<String>,
    /// From this moment on it is refused; at most two years ahead.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// The key of who answers for what it hands in, and approves none of it; you where it is left out.
    owner: Option<String>,
}

/// A token that was issued.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenIssued {
    /// What it is for.
    name: String,
    /// The token itself. It is shown this once and kept nowhere.
    token: String,
}

/// Issue a token. Its text is shown this once, also under an idempotency key.
#[utoipa::path(
    post, path = "/tokens", tag = "tokens", request_body = TokenNew,
    responses((status = 201, description = "Issued", body = TokenIssued)),
)]
pub(super) async fn tokens_issue(act: Act<TokenNew>) -> Response {
    act.run_secret(StatusCode::CREATED, async |call, input| {
        let wrong = |error: UnknownPermission| ServiceError::field("permissions", error.to_string());
        let permissions = input.permissions.iter().map(|key| key.parse::<Permission>().map_err(wrong));
        let new = NewToken {
            name: input.name,
            permissions: permissions.collect::<Result<_, _>>()?,
            product: input.product,
            expires_at: input.expires_at,
            owner: input.owner,
        };
        let issued = people::issue_token(call.app(), call.who(), new).await?;
        Ok(TokenIssued { name: issued.name, token: issued.text })
    })
    .await
}
