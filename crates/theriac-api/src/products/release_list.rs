//! `GET /releases`.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use theriac_service::products;
use utoipa::IntoParams;

use super::view::ReleaseView;
use crate::core::{Api, Caller, Listed, Query, Shown, paging};

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReleasesQuery {
    /// What the page before gave as `next`.
    after: Option<String>,
    /// How many: 1 to 200, 50 where left out.
    limit: Option<u32>,
}

/// The releases that you may read, the one added last first.
#[utoipa::path(
    get, path = "/releases", tag = "releases", params(ReleasesQuery),
    responses((status = 200, description = "A page of releases", body = Listed<ReleaseView>)),
)]
pub(super) async fn releases_list(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<ReleasesQuery>,
) -> Shown<Json<Listed<ReleaseView>>> {
    let paging = paging(query.after, query.limit)?;
    Ok(Json(products::releases(api.app(), &caller.who, None, &paging).await?.into()))
}
