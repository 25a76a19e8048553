//! `GET /records/{record}/files/{file}`.

use axum::extract::State;
use axum::response::Response;
use theriac_service::records;

use crate::core::{Api, Caller, Segments, Shown, digest, file};

/// The bytes of a file that belongs to a revision or to your draft.
#[utoipa::path(
    get, path = "/records/{record}/files/{file}", tag = "records",
    params(
        ("record" = String, Path, description = "The record, such as `RISK-12`"),
        ("file" = String, Path, description = "The digest of the file"),
    ),
    responses(
        (status = 200, description = "The bytes", body = String, content_type = "application/octet-stream"),
    ),
)]
pub(super) async fn records_file_get(
    State(api): State<Api>,
    caller: Caller,
    Segments((record, wanted)): Segments<(String, String)>,
) -> Shown<Response> {
    let wanted = digest("file", &wanted)?;
    let (name, bytes) = records::attachment(api.app(), &caller.who, &record, wanted).await?;
    Ok(file(&name, bytes))
}
