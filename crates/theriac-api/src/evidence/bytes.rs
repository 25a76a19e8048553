//! `GET /evidence/{evidence}/bytes`.

use axum::extract::State;
use axum::response::Response;
use theriac_service::evidence;

use crate::core::{Api, Caller, Segments, Shown, file};

/// The bytes of evidence as they were handed in, checked against their digest.
#[utoipa::path(
    get, path = "/evidence/{evidence}/bytes", tag = "evidence",
    params(("evidence" = String, Path, description = "The evidence, such as `EVID-3`")),
    responses(
        (status = 200, description = "The bytes", body = String, content_type = "application/octet-stream"),
    ),
)]
pub(super) async fn evidence_bytes(
    State(api): State<Api>,
    caller: Caller,
    Segments(evidence): Segments<String>,
) -> Shown<Response> {
    let found = evidence::bytes(api.app(), &caller.who, &evidence).await?;
    Ok(file(&found.file, found.bytes))
}
