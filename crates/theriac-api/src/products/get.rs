//! `GET /products/{product}`.

use axum::Json;
use axum::extract::State;
use theriac_service::products;

use super::view::ProductView;
use crate::core::{Api, Caller, Segments, Shown};

/// One product.
#[utoipa::path(
    get, path = "/products/{product}", tag = "products",
    params(("product" = String, Path, description = "The product's key")),
    responses((status = 200, description = "The product", body = ProductView)),
)]
pub(super) async fn products_get(
    State(api): State<Api>,
    caller: Caller,
    Segments(product): Segments<String>,
) -> Shown<Json<ProductView>> {
    Ok(Json(products::product(api.app(), &caller.who, &product).await?.into()))
}
