//! `GET /audit/export`.

use axum::extract::State;
use axum::response::Response;
use theriac_service::{ServiceError, audit};

use crate::core::{Api, Caller, Shown, file, stream};

/// The whole audit log as a file that verifies without this server; its last line is signed.
#[utoipa::path(
    get, path = "/audit/export", tag = "audit",
    responses(
        (
            status = 200, description = "JSON lines", body = String,
            content_type = "application/octet-stream",
        ),
    ),
)]
pub(super) async fn audit_export(State(api): State<Api>, caller: Caller) -> Shown<Response> {
    let store = api.app().store();
    let path = store.folder().join(format!("audit-export-{:016x}", store.id()));
    let written = audit::export(api.app(), &caller.who, &path).await;
    let opened = tokio::fs::File::open(&path).await;
    // The open file can be read to its end although its name is gone; nothing is left behind.
    let removed = tokio::fs::remove_file(&path).await;
    written?;
    let failed =
        |error: std::io::Error| ServiceError::Internal(format!("the export cannot be read: {error}"));
    let opened = opened.map_err(failed)?;
    removed.map_err(failed)?;
    Ok(file("theriac-audit.jsonl", stream(opened)))
}
