//! `GET /assessments/{set}`.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use theriac_service::{findings, people};
use utoipa::ToSchema;

use super::view::{JudgedView, JudgementSignature, judged};
use crate::core::{Api, Caller, Segments, Shown, digest};

/// What was judged at once: what is signed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AssessmentsView {
    /// Names it.
    set: String,
    /// The product's key.
    product: String,
    /// The release's name.
    release: String,
    /// The findings with this judgement.
    items: Vec<JudgedView>,
    /// The signatures on it.
    signatures: Vec<JudgementSignature>,
    /// Whether the signature accepts a risk, which takes a risk acceptor.
    accepts_risk: bool,
    /// Whether harm to a patient is possible, which takes a clinical signature as well.
    needs_clinical: bool,
    /// The first finding that was judged anew since; then it cannot be signed any more.
    replaced: Option<String>,
}

/// What was judged at once, to be read before it is signed.
#[utoipa::path(
    get, path = "/assessments/{set}", tag = "findings",
    params(("set" = String, Path, description = "Names the judgements: `set` of an answer")),
    responses((status = 200, description = "The judgements", body = AssessmentsView)),
)]
pub(super) async fn assessments_get(
    State(api): State<Api>,
    caller: Caller,
    Segments(set): Segments<String>,
) -> Shown<Json<AssessmentsView>> {
    let found = findings::set(api.app(), &caller.who, digest("set", &set)?).await?;
    let signers: Vec<i64> = found.signatures.iter().map(|signature| signature.person).collect();
    let keys = people::keys(api.app(), signers).await?;
    let rows = found.rows.into_iter().map(|(finding, row)| (finding, Some(row))).collect();
    Ok(Json(AssessmentsView {
        set: found.set.to_string(),
        product: found.product,
        release: found.release,
        items: judged(api.app(), rows).await?,
        signatures: found.signatures.into_iter().map(|one| JudgementSignature::new(one, &keys)).collect(),
        accepts_risk: found.accepts_risk,
        needs_clinical: found.needs_clinical,
        replaced: found.replaced,
    }))
}
