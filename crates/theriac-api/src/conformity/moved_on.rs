//! `GET /products/{product}/releases/{release}/baseline`.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use theriac_service::gate;
use theriac_store::tables::baseline::Moved;
use utoipa::ToSchema;

use crate::core::{Api, Caller, Segments, Shown};

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

/// The records that have moved on since the baseline that a release reads, or came later.
#[utoipa::path(
    get, path = "/products/{product}/releases/{release}/baseline", tag = "conformity",
    params(
        ("product" = String, Path, description = "The product's key"),
        ("release" = String, Path, description = "The release's name"),
    ),
    responses((status = 200, description = "What has moved on", body = [MovedView])),
)]
pub(super) async fn baseline_moved(
    State(api): State<Api>,
    caller: Caller,
    Segments((product, release)): Segments<(String, String)>,
) -> Shown<Json<Vec<MovedView>>> {
    let moved = gate::moved_on(api.app(), &caller.who, &product, &release).await?;
    Ok(Json(moved.into_iter().map(MovedView::from).collect()))
}
