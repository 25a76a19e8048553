//! `GET /products/{product}/releases/{release}`.

use axum::Json;
use axum::extract::State;
use theriac_service::products;

use super::view::ReleaseView;
use crate::core::{Api, Caller, Segments, Shown};

/// One release.
#[utoipa::path(
    get, path = "/products/{product}/releases/{release}", tag = "releases",
    params(
        ("product" = String, Path, description = "The product's key"),
        ("release" = String, Path, description = "The release's name"),
    ),
    responses((status = 200, description = "The release", body = ReleaseView)),
)]
pub(super) async fn releases_get(
    State(api): State<Api>,
    caller: Caller,
    Segments((product, release)): Segments<(String, String)>,
) -> Shown<Json<ReleaseView>> {
    Ok(Json(products::release(api.app(), &caller.who, &product, &release).await?.into()))
}
