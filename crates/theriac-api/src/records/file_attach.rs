//! `POST /records/{record}/draft/files`.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use theriac_service::records;
use utoipa::IntoParams;

use super::view::DraftSaved;
use crate::core::{Query, Segments, Upload, digest};

/// Which file of which draft.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AttachQuery {
    /// The file's name.
    name: String,
    /// Names the draft as it was read: `expected` of the last answer.
    expected: String,
}

/// Attach a file to your draft; one of the same name is replaced. The body is the file's bytes.
#[utoipa::path(
    post, path = "/records/{record}/draft/files", tag = "records",
    request_body(
        content = String, content_type = "application/octet-stream", description = "The bytes of the file",
    ),
    params(("record" = String, Path, description = "The record, such as `RISK-12`"), AttachQuery),
    responses((status = 201, description = "Attached", body = DraftSaved)),
)]
pub(super) async fn records_file_attach(
    Segments(record): Segments<String>,
    Query(query): Query<AttachQuery>,
    upload: Upload,
) -> Response {
    let attach = async move |call: crate::core::Call, file| {
        let expected = digest("expected", &query.expected)?;
        let saved = records::attach(call.app(), call.who(), &record, expected, &query.name, file).await?;
        Ok(DraftSaved::from(saved))
    };
    upload.run(StatusCode::CREATED, attach).await
}
