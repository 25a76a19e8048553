//! `POST /records/{record}/retire`.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use theriac_service::records;
use utoipa::ToSchema;

use crate::core::{Act, Segments, digest};

/// The signature, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordRetire {
    /// The digest of the revision that was read.
    digest: String,
    /// Why.
    reason: String,
    /// Your own password, once more.
    password: String,
    /// What you add to the signature in your own words, at most 2,000 characters; kept and shown with it.
    #[serde(default)]
    comment: String,
}

/// Take an approved record out of use by signature; what links to it becomes suspect.
#[utoipa::path(
    post, path = "/records/{record}/retire", tag = "records", request_body = RecordRetire,
    params(("record" = String, Path, description = "The record, such as `RISK-12`")),
    responses((status = 204, description = "Retired")),
)]
pub(super) async fn records_retire(Segments(record): Segments<String>, act: Act<RecordRetire>) -> Response {
    act.run(StatusCode::NO_CONTENT, async move |call, input| {
        let shown = digest("digest", &input.digest)?;
        let proof = call.prove_saying(&input.password, &input.comment).await?;
        records::retire(call.app(), call.who(), &proof, &record, shown, &input.reason).await
    })
    .await
}
