//! `GET /products/{product}/releases/{release}/baseline/adoption`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use theriac_service::{ServiceError, gate};
use utoipa::{IntoParams, ToSchema};

use super::moved_on::MovedView;
use crate::core::{Api, Caller, Query, Segments, Shown, digest};

/// Which revisions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AdoptionQuery {
    /// Record and digest of each approved revision, with commas between: `REQ-3@9f3c…,REQ-7@04be…`.
    revisions: String,
}

/// Revisions as they are adopted together.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdoptionPreview {
    /// The revisions, in the order of their records.
    items: Vec<MovedView>,
    /// Names release and revisions: what a signature on adopting them covers.
    signed: String,
}

/// What a signature on adopting these revisions covers.
#[utoipa::path(
    get, path = "/products/{product}/releases/{release}/baseline/adoption", tag = "conformity",
    params(
        ("product" = String, Path, description = "The product's key"),
        ("release" = String, Path, description = "The release's name"), AdoptionQuery,
    ),
    responses((status = 200, description = "The revisions", body = AdoptionPreview)),
)]
pub(super) async fn baseline_adoption(
    State(api): State<Api>,
    caller: Caller,
    Segments((product, release)): Segments<(String, String)>,
    Query(query): Query<AdoptionQuery>,
) -> Shown<Json<AdoptionPreview>> {
    let named = query.revisions.split(',').map(str::trim).filter(|one| !one.is_empty()).map(|one| {
        let wrong = || ServiceError::field("revisions", format!("'{one}' is not RECORD@DIGEST"));
        let (record, revision) = one.split_once('@').ok_or_else(wrong)?;
        Ok((record.to_owned(), digest("revisions", revision)?))
    });
    let named = named.collect::<theriac_service::Result<Vec<_>>>()?;
    let (taken, signed) = gate::adoption(api.app(), &caller.who, &product, &release, &named).await?;
    let items = taken.into_iter().map(MovedView::from).collect();
    Ok(Json(AdoptionPreview { items, signed: signed.to_string() }))
}
