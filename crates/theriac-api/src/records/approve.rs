//! `POST /records/{record}/approve`.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use theriac_service::records;
use utoipa::ToSchema;

use super::view::ApprovalView;
use crate::core::{Act, Segments, digest};

/// The signature.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordApprove {
    /// The digest of the revision that was read.
    digest: String,
    /// Your own password, once more.
    password: String,
    /// What you add to the signature in your own words, at most 2,000 characters; kept and shown with it.
    #[serde(default)]
    comment: String,
}

/// Approve the revision in review by signature. An author does not approve.
#[utoipa::path(
    post, path = "/records/{record}/approve", tag = "records", request_body = RecordApprove,
    params(("record" = String, Path, description = "The record, such as `RISK-12`")),
    responses((status = 200, description = "Signed", body = ApprovalView)),
)]
pub(super) async fn records_approve(Segments(record): Segments<String>, act: Act<RecordApprove>) -> Response {
    act.run(StatusCode::OK, async move |call, input| {
        let shown = digest("digest", &input.digest)?;
        let proof = call.prove_saying(&input.password, &input.comment).await?;
        Ok(ApprovalView::from(records::approve(call.app(), call.who(), &proof, &record, shown).await?))
    })
    .await
}
