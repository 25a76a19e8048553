//! `GET /kinds/{kind}/schema`.

use axum::Json;
use axum::extract::State;
use serde_json::Value;
use theriac_service::ServiceError;

use crate::core::{Api, Caller, Segments, Shown};

/// The JSON Schema of a kind's complete content.
#[utoipa::path(
    get, path = "/kinds/{kind}/schema", tag = "records",
    params(("kind" = String, Path, description = "The kind's id, such as `risk`")),
    responses((status = 200, description = "The schema (draft 2020-12)", body = Object)),
)]
pub(super) async fn kinds_schema(
    State(api): State<Api>,
    _caller: Caller,
    Segments(kind): Segments<String>,
) -> Shown<Json<Value>> {
    let found = api.app().kind(&kind);
    let found = found.ok_or_else(|| ServiceError::not_found("kind of record", &kind))?;
    Ok(Json(found.json_schema()))
}
