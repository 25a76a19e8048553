//! `POST /evidence/{evidence}/disqualify`.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde::Serialize;
use theriac_service::evidence;
use utoipa::ToSchema;

use super::RelyingView;
use crate::core::{Act, Segments};

/// The signature, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EvidenceDisqualify {
    /// Why.
    reason: String,
    /// Your own password, once more.
    password: String,
}

/// What that led to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EvidenceDisqualified {
    /// What relied on it, and who owes a look at it.
    relied_on_by: Vec<RelyingView>,
    /// Whether the release is matched again, as a job.
    rematched: bool,
}

/// Say by signature that evidence is wrong. It stays, and counts for nothing from then on.
#[utoipa::path(
    post, path = "/evidence/{evidence}/disqualify", tag = "evidence", request_body = EvidenceDisqualify,
    params(("evidence" = String, Path, description = "The evidence, such as `EVID-3`")),
    responses((status = 200, description = "Disqualified", body = EvidenceDisqualified)),
)]
pub(super) async fn evidence_disqualify(
    Segments(evidence): Segments<String>,
    act: Act<EvidenceDisqualify>,
) -> Response {
    act.run(StatusCode::OK, async move |call, input| {
        let proof = call.prove(&input.password).await?;
        let done = evidence::disqualify(call.app(), call.who(), &proof, &evidence, &input.reason).await?;
        Ok(EvidenceDisqualified {
            relied_on_by: done.relied_on_by.into_iter().map(RelyingView::from).collect(),
            rematched: done.rematched,
        })
    })
    .await
}
