//! `POST /products`.

use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;
use theriac_service::products::{self, NewProduct};
use utoipa::ToSchema;

use super::view::{ProductView, route_of};
use crate::core::Act;

/// A product to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProductNew {
    /// What people type: lower-case words joined by hyphens.
    key: String,
    /// What people read.
    name: String,
    /// `full` or `transitional` (annex F).
    route: String,
    /// Until when the manufacturer supports it; left out where that is not said.
    #[schema(value_type = Option<String>, format = Date)]
    support_end: Option<Date>,
}

/// Add a product.
#[utoipa::path(
    post, path = "/products", tag = "products", request_body = ProductNew,
    responses((status = 201, description = "Added", body = ProductView)),
)]
pub(super) async fn products_add(act: Act<ProductNew>) -> Response {
    act.run(StatusCode::CREATED, async |call, input| {
        let new = NewProduct {
            route: route_of(&input.route)?,
            key: input.key,
            name: input.name,
            support_end: input.support_end,
        };
        Ok(ProductView::from(products::add_product(call.app(), call.who(), new).await?))
    })
    .await
}
