//! `POST /assessments/{set}/sign-clinical`.

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
pub(crate) struct AssessmentSignClinical {
    /// Your own password, once more.
    password: String,
    /// What you add to the signature in your own words, at most 2,000 characters; kept and shown with it.
    #[serde(default)]
    comment: String,
}

/// Sign that what the findings can do to patients has been judged.
#[utoipa::path(
    post, path = "/assessments/{set}/sign-clinical", tag = "findings",
    request_body = AssessmentSignClinical,
    params(("set" = String, Path, description = "Names the judgements: `set` of an answer")),
    responses((status = 200, description = "Signed", body = SignedView)),
)]
pub(super) async fn assessments_clinical(
    Segments(set): Segments<String>,
    act: Act<AssessmentSignClinical>,
) -> Response {
    act.run(StatusCode::OK, async move |call, input| {
        let set = digest("set", &set)?;
        let proof = call.prove_saying(&input.password, &input.comment).await?;
        Ok(SignedView::from(findings::sign_clinical(call.app(), call.who(), &proof, &[set]).await?))
    })
    .await
}
