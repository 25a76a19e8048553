//! `PUT /products/{product}`.

use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;
use theriac_service::products::{self, ProductChange as Change};
use utoipa::ToSchema;

use super::view::{ProductView, route_of};
use crate::core::{Act, Segments, digest};

/// What a product is from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProductChange {
    /// What people read.
    name: String,
    /// `full` or `transitional` (annex F).
    route: String,
    /// Until when the manufacturer supports it; left out where that is not said.
    #[schema(value_type = Option<String>, format = Date)]
    support_end: Option<Date>,
    /// What `state` of the product was when you read it; where it has changed since, nothing is done. Left out, whatever is there
    /// is replaced.
    #[serde(default)]
    expected: Option<String>,
}

/// Change a product. Its key stays.
#[utoipa::path(
    put, path = "/products/{product}", tag = "products", request_body = ProductChange,
    params(("product" = String, Path, description = "The product's key")),
    responses((status = 200, description = "The product as it is now", body = ProductView)),
)]
pub(super) async fn products_change(
    Segments(product): Segments<String>,
    act: Act<ProductChange>,
) -> Response {
    act.run(StatusCode::OK, async move |call, input| {
        let change = Change {
            route: route_of(&input.route)?,
            name: input.name,
            support_end: input.support_end,
            expected: input.expected.map(|text| digest("expected", &text)).transpose()?,
        };
        Ok(ProductView::from(products::change_product(call.app(), call.who(), &product, change).await?))
    })
    .await
}
