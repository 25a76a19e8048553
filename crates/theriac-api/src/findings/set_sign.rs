//! `POST /assessments/{set}/sign`.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use theriac_service::findings;
use utoipa::ToSchema;

use super::view::SignedView;
use crate::core::{Act, Segments, digest};

/// The signature.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AssessmentSign {
    /// Your own password, once more.
    password: String,
    /// What you add to the signature in your own words, at most 2,000 characters; kept and shown with it.
    #[serde(default)]
    comment: String,
}

/// Sign what was judged at once. Where the product stays vulnerable the signature accepts the risk.
#[utoipa::path(
    post, path = "/assessments/{set}/sign", tag = "findings", request_body = AssessmentSign,
    params(("set" = String, Path, description = "Names the judgements: `set` of an answer")),
    responses((status = 200, description = "Signed", body = SignedView)),
)]
pub(super) async fn assessments_sign(Segments(set): Segments<String>, act: Act<AssessmentSign>) -> Response {
    act.run(StatusCode::OK, async move |call, input| {
        let set = digest("set", &set)?;
        let proof = call.prove_saying(&input.password, &input.comment).await?;
        Ok(SignedView::from(findings::sign(call.app(), call.who(), &proof, &[set]).await?))
    })
    .await
}
