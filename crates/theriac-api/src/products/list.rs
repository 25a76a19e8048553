//! `GET /products`.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use theriac_service::products;
use utoipa::IntoParams;

use super::view::ProductView;
use crate::core::{Api, Caller, Listed, Query, Shown, paging};

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProductsQuery {
    /// What the page before gave as `next`.
    after: Option<String>,
    /// How many: 1 to 200, 50 where left out.
    limit: Option<u32>,
}

/// The products that you may read, by key.
#[utoipa::path(
    get, path = "/products", tag = "products", params(ProductsQuery),
    responses((status = 200, description = "A page of products", body = Listed<ProductView>)),
)]
pub(super) async fn products_list(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<ProductsQuery>,
) -> Shown<Json<Listed<ProductView>>> {
    let paging = paging(query.after, query.limit)?;
    Ok(Json(products::products(api.app(), &caller.who, &paging).await?.into()))
}
