//! `POST /records/{record}/sign-clinical`.

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
pub(crate) struct RecordSignClinical {
    /// The digest of the revision that was read.
    digest: String,
    /// Your own password, once more.
    password: String,
    /// What you add to the signature in your own words, at most 2,000 characters; kept and shown with it.
    #[serde(default)]
    comment: String,
}

/// Sign that the harm to patients in the revision in review has been judged.
#[utoipa::path(
    post, path = "/records/{record}/sign-clinical", tag = "records", request_body = RecordSignClinical,
    params(("record" = String, Path, description = "The record, such as `RISK-12`")),
    responses((status = 200, description = "Signed", body = ApprovalView)),
)]
pub(super) async fn records_clinical(
    Segments(record): Segments<String>,
    act: Act<RecordSignClinical>,
) -> Response {
    act.run(StatusCode::OK, async move |call, input| {
        let shown = digest("digest", &input.digest)?;
        let proof = call.prove_saying(&input.password, &input.comment).await?;
        Ok(ApprovalView::from(records::sign_clinical(call.app(), call.who(), &proof, &record, shown).await?))
    })
    .await
}
