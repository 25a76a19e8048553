//! `GET /products/{product}/releases`.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use theriac_service::products;
use utoipa::IntoParams;

use super::view::ReleaseView;
use crate::core::{Api, Caller, Listed, Query, Segments, Shown, paging};

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProductReleasesQuery {
    /// What the page before gave as `next`.
    after: Option<String>,
    /// How many: 1 to 200, 50 where left out.
    limit: Option<u32>,
}

/// The releases of a product, the one added last first.
#[utoipa::path(
    get, path = "/products/{product}/releases", tag = "releases",
    params(("product" = String, Path, description = "The product's key"), ProductReleasesQuery),
    responses((status = 200, description = "A page of releases", body = Listed<ReleaseView>)),
)]
pub(super) async fn product_releases(
    State(api): State<Api>,
    caller: Caller,
    Segments(product): Segments<String>,
    Query(query): Query<ProductReleasesQuery>,
) -> Shown<Json<Listed<ReleaseView>>> {
    let paging = paging(query.after, query.limit)?;
    Ok(Json(products::releases(api.app(), &caller.who, Some(&product), &paging).await?.into()))
}
