//! `GET /tokens`.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use theriac_service::people;
use utoipa::IntoParams;

use super::TokenView;
use crate::core::{Api, Caller, Listed, Query, Shown, paging};

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TokensQuery {
    /// What the page before gave as `next`.
    after: Option<String>,
    /// How many: 1 to 200, 50 where left out.
    limit: Option<u32>,
}

/// The tokens that are not revoked and that you administer, by name; a token sees itself.
#[utoipa::path(
    get, path = "/tokens", tag = "tokens", params(TokensQuery),
    responses((status = 200, description = "A page of tokens", body = Listed<TokenView>)),
)]
pub(super) async fn tokens_list(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<TokensQuery>,
) -> Shown<Json<Listed<TokenView>>> {
    let paging = paging(query.after, query.limit)?;
    Ok(Json(people::tokens(api.app(), &caller.who, &paging).await?.into()))
}
