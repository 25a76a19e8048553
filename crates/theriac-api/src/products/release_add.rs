//! `POST /products/{product}/releases`.

use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;
use theriac_service::products::{self, NewRelease};
use utoipa::ToSchema;

use super::view::ReleaseView;
use crate::core::{Act, Segments};

/// A release to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReleaseNew {
    /// What people type: `2.4.0`.
    release: String,
    /// A decided release of the product, whose baseline it goes on from.
    based_on: Option<String>,
    /// When it is to ship.
    #[schema(value_type = Option<String>, format = Date)]
    planned_ship_date: Option<Date>,
    /// The key or the e-mail address of who manages it.
    manager: Option<String>,
}

/// Add a release.
#[utoipa::path(
    post, path = "/products/{product}/releases", tag = "releases", request_body = ReleaseNew,
    params(("product" = String, Path, description = "The product's key")),
    responses((status = 201, description = "Added", body = ReleaseView)),
)]
pub(super) async fn releases_add(Segments(product): Segments<String>, act: Act<ReleaseNew>) -> Response {
    act.run(StatusCode::CREATED, async move |call, input| {
        let new = NewRelease {
            product,
            name: input.release,
            based_on: input.based_on,
            planned_ship_date: input.planned_ship_date,
            manager: input.manager,
        };
        Ok(ReleaseView::from(products::add_release(call.app(), call.who(), new).await?))
    })
    .await
}
