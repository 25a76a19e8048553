//! `GET /products/{product}/releases/{release}/gate`.

use axum::Json;
use axum::extract::State;
use theriac_conformity::Gate;
use theriac_service::gate;

use super::AtQuery;
use crate::core::{Api, Caller, Query, Segments, Shown};

/// May this release ship? Every reason why not. That of the decision where it was decided.
#[utoipa::path(
    get, path = "/products/{product}/releases/{release}/gate", tag = "conformity",
    params(
        ("product" = String, Path, description = "The product's key"),
        ("release" = String, Path, description = "The release's name"), AtQuery,
    ),
    responses((status = 200, description = "The gate", body = ref("#/components/schemas/Gate"))),
)]
pub(super) async fn gate_get(
    State(api): State<Api>,
    caller: Caller,
    Segments((product, release)): Segments<(String, String)>,
    Query(query): Query<AtQuery>,
) -> Shown<Json<Gate>> {
    Ok(Json(gate::gate(api.app(), &caller.who, &product, &release, query.at).await?))
}
