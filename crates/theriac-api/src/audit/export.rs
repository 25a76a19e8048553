//! `GET /audit/export`.

use std::path::PathBuf;

use axum::extract::State;
use axum::response::Response;
use theriac_service::{ServiceError, audit};
use theriac_store::Store;

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
    let failed =
        |error: std::io::Error| ServiceError::Internal(format!("the export cannot be read: {error}"));
    let folder = passing_folder(store);
    theriac_store::make_private(&folder).map_err(failed)?;
    let path = folder.join("log");
    let written = audit::export(api.app(), &caller.who, &path).await;
    let opened = tokio::fs::File::open(&path).await;
    // The open file can be read to its end although its name is gone; nothing is left behind.
    let removed = tokio::fs::remove_dir_all(&folder).await;
    written?;
    let opened = opened.map_err(failed)?;
    removed.map_err(failed)?;
    Ok(file("theriac-audit.jsonl", stream(opened)))
}

/// Where the file is on its way: a process that dies leaves nothing in the data folder, and one that only reads it needs no
/// place there.
fn passing_folder(store: &Store) -> PathBuf {
    match store.writes() {
        true => store.passing_folder(),
        false => std::env::temp_dir().join(format!("theriac-{:016x}", store.id())),
    }
}
