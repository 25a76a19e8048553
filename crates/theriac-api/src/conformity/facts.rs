//! `GET /products/{product}/releases/{release}/facts`.

use axum::Json;
use axum::extract::State;
use theriac_conformity::Facts;
use theriac_service::gate;

use super::AtQuery;
use crate::core::{Api, Caller, Query, Segments, Shown};

/// The facts of a release: all that checks read, and nothing else.
#[utoipa::path(
    get, path = "/products/{product}/releases/{release}/facts", tag = "conformity",
    params(
        ("product" = String, Path, description = "The product's key"),
        ("release" = String, Path, description = "The release's name"), AtQuery,
    ),
    responses((status = 200, description = "The facts", body = ref("#/components/schemas/Facts"))),
)]
pub(super) async fn facts_get(
    State(api): State<Api>,
    caller: Caller,
    Segments((product, release)): Segments<(String, String)>,
    Query(query): Query<AtQuery>,
) -> Shown<Json<Facts>> {
    Ok(Json(gate::facts(api.app(), &caller.who, &product, &release, query.at).await?))
}
