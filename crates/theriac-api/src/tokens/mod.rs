//! Tokens: how machines come in.

mod issue;
mod list;
mod revoke;

use jiff::Timestamp;
use serde::Serialize;
use theriac_auth::Permission;
use theriac_service::people::TokenView as Token;
use utoipa::ToSchema;

use crate::core::{Needs, Route, route};

pub(crate) fn routes() -> Vec<Route> {
    let needs = Needs::Permission(Permission::AdministerTokens);
    vec![
        route!(Needs::SignedIn, list::tokens_list),
        route!(needs, issue::tokens_issue),
        route!(needs, revoke::tokens_revoke),
    ]
}

/// A token; its text was shown once, when it was issued.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenView {
    /// What it is for.
    name: String,
    /// What it may do, by key.
    permissions: Vec<String>,
    /// The product; `null` for the organisation with all its products.
    product: Option<String>,
    /// From this moment on it is refused.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Whether that moment is past.
    expired: bool,
    /// The key of who answers for what it hands in; `null` where nobody was named.
    owner: Option<String>,
}

impl From<Token> for TokenView {
    fn from(token: Token) -> Self {
        Self {
            name: token.name,
            permissions: token.permissions,
            product: token.product,
            expires_at: token.expires_at,
            expired: token.expired,
            owner: token.owner,
        }
    }
}
