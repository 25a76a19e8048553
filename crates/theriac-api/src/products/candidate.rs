//! `PUT /products/{product}/releases/{release}/candidate`.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use theriac_service::products;
use utoipa::ToSchema;

use super::view::ReleaseView;
use crate::core::{Act, Segments};

/// The build that is to become the release.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Candidate {
    /// The build's name.
    build: String,
}

/// Name the build that is to become the release. A decided release keeps its own.
#[utoipa::path(
    put, path = "/products/{product}/releases/{release}/candidate", tag = "releases",
    request_body = Candidate,
    params(
        ("product" = String, Path, description = "The product's key"),
        ("release" = String, Path, description = "The release's name"),
    ),
    responses((status = 200, description = "The release as it is now", body = ReleaseView)),
)]
pub(super) async fn releases_candidate(
    Segments((product, release)): Segments<(String, String)>,
    act: Act<Candidate>,
) -> Response {
    act.run(StatusCode::OK, async move |call, input| {
        let changed =
            products::set_candidate(call.app(), call.who(), &product, &release, &input.build).await?;
        Ok(ReleaseView::from(changed))
    })
    .await
}
