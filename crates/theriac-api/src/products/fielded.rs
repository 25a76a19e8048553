//! `PUT /products/{product}/releases/{release}/fielded`.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use theriac_service::products;
use utoipa::ToSchema;

use super::view::ReleaseView;
use crate::core::{Act, Segments};

/// Whether customers have it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fielded {
    /// Whether customers have it.
    fielded: bool,
}

/// Say whether customers have a release: what must go on for it is judged from then on.
#[utoipa::path(
    put, path = "/products/{product}/releases/{release}/fielded", tag = "releases", request_body = Fielded,
    params(
        ("product" = String, Path, description = "The product's key"),
        ("release" = String, Path, description = "The release's name"),
    ),
    responses((status = 200, description = "The release as it is now", body = ReleaseView)),
)]
pub(super) async fn releases_fielded(
    Segments((product, release)): Segments<(String, String)>,
    act: Act<Fielded>,
) -> Response {
    act.run(StatusCode::OK, async move |call, input| {
        let changed =
            products::set_fielded(call.app(), call.who(), &product, &release, input.fielded).await?;
        Ok(ReleaseView::from(changed))
    })
    .await
}
