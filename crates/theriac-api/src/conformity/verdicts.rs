//! `GET /products/{product}/releases/{release}/conformity`.

use axum::Json;
use axum::extract::State;
use theriac_conformity::Conformity;
use theriac_service::gate;

use super::AtQuery;
use crate::core::{Api, Caller, Query, Segments, Shown};

/// The verdicts of a release, clause by clause: those of the decision where it was decided, and how it stands.
#[utoipa::path(
    get, path = "/products/{product}/releases/{release}/conformity", tag = "conformity",
    params(
        ("product" = String, Path, description = "The product's key"),
        ("release" = String, Path, description = "The release's name"), AtQuery,
    ),
    responses((status = 200, description = "The verdicts", body = ref("#/components/schemas/Conformity"))),
)]
pub(super) async fn conformity_get(
    State(api): State<Api>,
    caller: Caller,
    Segments((product, release)): Segments<(String, String)>,
    Query(query): Query<AtQuery>,
) -> Shown<Json<Conformity>> {
    Ok(Json(gate::conformity(api.app(), &caller.who, &product, &release, query.at).await?))
}
