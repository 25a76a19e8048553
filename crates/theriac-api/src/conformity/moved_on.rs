//! `GET /products/{product}/releases/{release}/baseline`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use theriac_service::gate;
use theriac_store::tables::baseline::Moved;
use utoipa::{IntoParams, ToSchema};

use crate::core::{Api, Caller, Listed, Query, Segments, Shown, paging};

/// A record that has moved on since the baseline.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MovedView {
    /// The record.
    record: String,
    /// Its title.
    title: String,
    /// The number of the revision that the release rests on; `null` where it knows none.
    from: Option<i64>,
    /// The number of its approved revision.
    to: i64,
    /// The digest of that revision, by which it is adopted.
    revision: String,
}

impl From<Moved> for MovedView {
    fn from(moved: Moved) -> Self {
        Self {
            record: moved.reference,
            title: moved.title,
            from: moved.from,
            to: moved.number,
            revision: moved.revision.to_string(),
        }
    }
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MovedQuery {
    /// What the page before gave as `next`.
    after: Option<String>,
    /// How many: 1 to 200, 50 where left out.
    limit: Option<u32>,
}

/// The records that have moved on since the baseline that a release reads, or came later.
#[utoipa::path(
    get, path = "/products/{product}/releases/{release}/baseline", tag = "conformity",
    params(
        ("product" = String, Path, description = "The product's key"),
        ("release" = String, Path, description = "The release's name"),
        MovedQuery,
    ),
    responses((status = 200, description = "A page of what has moved on", body = Listed<MovedView>)),
)]
pub(super) async fn baseline_moved(
    State(api): State<Api>,
    caller: Caller,
    Segments((product, release)): Segments<(String, String)>,
    Query(query): Query<MovedQuery>,
) -> Shown<Json<Listed<MovedView>>> {
    let paging = paging(query.after, query.limit)?;
    Ok(Json(gate::moved_on(api.app(), &caller.who, &product, &release, &paging).await?.into()))
}
