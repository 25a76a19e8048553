//! `POST /records/{record}/send-back`.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use theriac_service::records;
use utoipa::ToSchema;

use crate::core::{Act, Segments, digest};

/// Which revision, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordSendBack {
    /// The digest of the revision that was read.
    digest: String,
    /// Why.
    reason: String,
}

/// Send the revision in review back to its author.
#[utoipa::path(
    post, path = "/records/{record}/send-back", tag = "records", request_body = RecordSendBack,
    params(("record" = String, Path, description = "The record, such as `RISK-12`")),
    responses((status = 204, description = "Sent back")),
)]
pub(super) async fn records_send_back(
    Segments(record): Segments<String>,
    act: Act<RecordSendBack>,
) -> Response {
    act.run(StatusCode::NO_CONTENT, async move |call, input| {
        let shown = digest("digest", &input.digest)?;
        records::send_back(call.app(), call.who(), &record, shown, &input.reason).await
    })
    .await
}
