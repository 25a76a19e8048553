//! `GET /products/{product}/releases/{release}/carried`.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use theriac_service::findings;
use utoipa::ToSchema;

use super::view::{JudgedView, judged};
use crate::core::{Api, Caller, Segments, Shown};

/// Judgements that a release takes over from earlier ones and has not confirmed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CarriedView {
    /// Names them: to be sent with the confirmation.
    set: String,
    /// The findings with the judgements.
    items: Vec<JudgedView>,
}

/// The judgements that a release takes over from earlier ones and that wait for its confirmation.
#[utoipa::path(
    get, path = "/products/{product}/releases/{release}/carried", tag = "findings",
    params(
        ("product" = String, Path, description = "The product's key"),
        ("release" = String, Path, description = "The release's name"),
    ),
    responses((status = 200, description = "The judgements", body = CarriedView)),
)]
pub(super) async fn carried_get(
    State(api): State<Api>,
    caller: Caller,
    Segments((product, release)): Segments<(String, String)>,
) -> Shown<Json<CarriedView>> {
    let found = findings::carried(api.app(), &caller.who, &product, &release).await?;
    let rows = found.rows.into_iter().map(|(finding, row)| (finding, Some(row))).collect();
    Ok(Json(CarriedView { set: found.set.to_string(), items: judged(api.app(), rows).await? }))
}
