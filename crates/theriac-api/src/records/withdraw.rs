//! `POST /records/{record}/withdraw`.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use theriac_service::records;
use utoipa::ToSchema;

use crate::core::{Act, Segments, digest};

/// Which revision, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordWithdraw {
    /// The digest of the revision that was read.
    digest: String,
    /// Why.
    reason: String,
}

/// Take back the latest revision while it is in review or sent back: what was last approved stands again, or nothing.
#[utoipa::path(
    post, path = "/records/{record}/withdraw", tag = "records", request_body = RecordWithdraw,
    params(("record" = String, Path, description = "The record, such as `RISK-12`")),
    responses((status = 204, description = "Withdrawn")),
)]
pub(super) async fn records_withdraw(
    Segments(record): Segments<String>,
    act: Act<RecordWithdraw>,
) -> Response {
    act.run(StatusCode::NO_CONTENT, async move |call, input| {
        let shown = digest("digest", &input.digest)?;
        records::withdraw(call.app(), call.who(), &record, shown, &input.reason).await
    })
    .await
}
