//! `GET /products/{product}/releases/{release}/gate/preview`.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use theriac_conformity::Gate;
use theriac_service::gate;
use utoipa::ToSchema;

use crate::core::{Api, Caller, Segments, Shown, schemas};

/// The gate as it is now, for a decision.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PreviewView {
    /// The gate.
    #[schema(schema_with = schemas::gate)]
    gate: Gate,
    /// Names verdicts, gate and artefacts as they are now: to be sent as `shown` with the decision.
    shown: String,
}

/// The gate as it is now, with what a decision on it must name.
#[utoipa::path(
    get, path = "/products/{product}/releases/{release}/gate/preview", tag = "conformity",
    params(
        ("product" = String, Path, description = "The product's key"),
        ("release" = String, Path, description = "The release's name"),
    ),
    responses((status = 200, description = "The gate", body = PreviewView)),
)]
pub(super) async fn gate_preview(
    State(api): State<Api>,
    caller: Caller,
    Segments((product, release)): Segments<(String, String)>,
) -> Shown<Json<PreviewView>> {
    let (gate, shown) = gate::preview(api.app(), &caller.who, &product, &release).await?;
    Ok(Json(PreviewView { gate, shown: shown.to_string() }))
}
