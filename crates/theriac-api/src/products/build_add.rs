//! `POST /products/{product}/releases/{release}/builds`.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use theriac_service::products::{self, NewBuild};
use utoipa::ToSchema;

use super::view::BuildView;
use crate::core::{Act, Segments};

/// A build to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BuildNew {
    /// What people type: `2.4.0-rc.2`.
    build: String,
    /// The commit it was made from.
    commit: String,
}

/// Add a build to a release.
#[utoipa::path(
    post, path = "/products/{product}/releases/{release}/builds", tag = "builds", request_body = BuildNew,
    params(
        ("product" = String, Path, description = "The product's key"),
        ("release" = String, Path, description = "The release's name"),
    ),
    responses((status = 201, description = "Added", body = BuildView)),
)]
pub(super) async fn builds_add(
    Segments((product, release)): Segments<(String, String)>,
    act: Act<BuildNew>,
) -> Response {
    act.run(StatusCode::CREATED, async move |call, input| {
        let new = NewBuild { product, release, name: input.build, commit: input.commit };
        Ok(BuildView::from(products::add_build(call.app(), call.who(), new).await?))
    })
    .await
}
