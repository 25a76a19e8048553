//! `GET /products/{product}/releases/{release}/builds`.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use theriac_service::products;
use utoipa::IntoParams;

use super::view::BuildView;
use crate::core::{Api, Caller, Listed, Query, Segments, Shown, paging};

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct BuildsQuery {
    /// What the page before gave as `next`.
    after: Option<String>,
    /// How many: 1 to 200, 50 where left out.
    limit: Option<u32>,
}

/// The builds of a release, newest first.
#[utoipa::path(
    get, path = "/products/{product}/releases/{release}/builds", tag = "builds",
    params(
        ("product" = String, Path, description = "The product's key"),
        ("release" = String, Path, description = "The release's name"), BuildsQuery,
    ),
    responses((status = 200, description = "A page of builds", body = Listed<BuildView>)),
)]
pub(super) async fn builds_list(
    State(api): State<Api>,
    caller: Caller,
    Segments((product, release)): Segments<(String, String)>,
    Query(query): Query<BuildsQuery>,
) -> Shown<Json<Listed<BuildView>>> {
    let paging = paging(query.after, query.limit)?;
    Ok(Json(products::builds(api.app(), &caller.who, &product, &release, &paging).await?.into()))
}
