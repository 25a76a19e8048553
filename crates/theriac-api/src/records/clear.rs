//! `POST /records/{record}/clear`.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use theriac_service::records::{self, ClearSuspect};
use utoipa::ToSchema;

use crate::core::{Act, Segments, digest};

/// Which link still holds, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinkClear {
    /// The link's type.
    #[serde(rename = "type")]
    link: String,
    /// The record it leads to.
    target: String,
    /// The digest of the target's approved revision that was looked at.
    to: String,
    /// Why the link still holds.
    reason: String,
}

/// Clear a suspect link: somebody compared the target's revisions, and the link still holds.
#[utoipa::path(
    post, path = "/records/{record}/clear", tag = "records", request_body = LinkClear,
    params(("record" = String, Path, description = "The record, such as `RISK-12`")),
    responses((status = 204, description = "Cleared")),
)]
pub(super) async fn records_clear(Segments(record): Segments<String>, act: Act<LinkClear>) -> Response {
    act.run(StatusCode::NO_CONTENT, async move |call, input| {
        let to = digest("to", &input.to)?;
        let clear =
            ClearSuspect { source: record, link: input.link, target: input.target, to, reason: input.reason };
        records::clear_suspect(call.app(), call.who(), clear).await
    })
    .await
}
