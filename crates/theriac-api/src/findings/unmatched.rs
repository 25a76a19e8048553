//! `GET /products/{product}/releases/{release}/components/unmatched`.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use theriac_service::findings;
use utoipa::ToSchema;

use crate::core::{Api, Caller, Segments, Shown};

/// The components of a release that could not be matched.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnmatchedView {
    /// How many there are.
    total: usize,
    /// How many of them await a disposition.
    open: usize,
    /// Names the list as it is now: to be sent as `expected` with a disposition.
    expected: String,
}

/// How many components of a release could not be matched.
#[utoipa::path(
    get, path = "/products/{product}/releases/{release}/components/unmatched", tag = "components",
    params(
        ("product" = String, Path, description = "The product's key"),
        ("release" = String, Path, description = "The release's name"),
    ),
    responses((status = 200, description = "How many", body = UnmatchedView)),
)]
pub(super) async fn unmatched_get(
    State(api): State<Api>,
    caller: Caller,
    Segments((product, release)): Segments<(String, String)>,
) -> Shown<Json<UnmatchedView>> {
    let found = findings::unmatched(api.app(), &caller.who, &product, &release).await?;
    Ok(Json(UnmatchedView { total: found.total, open: found.open, expected: found.expected.to_string() }))
}
