//! `PUT /products/{product}/releases/{release}`.

use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;
use theriac_service::products::{self, ReleaseChange as Change};
use utoipa::ToSchema;

use super::view::ReleaseView;
use crate::core::{Act, Segments};

/// What a release is from now on; what is left out is nothing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReleaseChange {
    /// When it is to ship.
    #[schema(value_type = Option<String>, format = Date)]
    planned_ship_date: Option<Date>,
    /// The key of who manages it.
    manager: Option<String>,
}

/// Change when a release is to ship and who manages it.
#[utoipa::path(
    put, path = "/products/{product}/releases/{release}", tag = "releases", request_body = ReleaseChange,
    params(
        ("product" = String, Path, description = "The product's key"),
        ("release" = String, Path, description = "The release's name"),
    ),
    responses((status = 200, description = "The release as it is now", body = ReleaseView)),
)]
pub(super) async fn releases_change(
    Segments((product, release)): Segments<(String, String)>,
    act: Act<ReleaseChange>,
) -> Response {
    act.run(StatusCode::OK, async move |call, input| {
        let change = Change { planned_ship_date: input.planned_ship_date, manager: input.manager };
        let changed = products::change_release(call.app(), call.who(), &product, &release, change).await?;
        Ok(ReleaseView::from(changed))
    })
    .await
}
