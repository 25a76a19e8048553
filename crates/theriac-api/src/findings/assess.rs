//! `POST /products/{product}/releases/{release}/assessments`.

use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;
use serde::Serialize;
use std::str::FromStr;
use theriac_service::findings::{self, AssessFindings};
use theriac_service::{Result, ServiceError};
use utoipa::ToSchema;

use crate::core::{Act, Segments, digest};

/// A judgement.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AssessmentNew {
    /// The findings: `FIND-7`.
    findings: Vec<String>,
    /// Names findings and judgements as they were read: `expected` of the finding or of the selection.
    expected: String,
    /// The VEX status: `affected`, `not affected`, `fixed` or `under investigation`.
    status: String,
    /// Why it is not affected, as VEX says it.
    justification: Option<String>,
    /// What it rests on: `component`, `path:src/decode`, `configuration:DOC-4`, `context:DOC-2`, `measure:MEAS-3`; the
    /// component in its version where nothing is named.
    #[serde(default)]
    rests_on: Vec<String>,
    /// Why, in words: the impact statement of VEX.
    #[serde(default)]
    explanation: String,
    /// How exploitable it is in the product's context: `not exploitable`, `hard`, `likely` or `exploited`.
    exploitability: Option<String>,
    /// Why that.
    #[serde(default)]
    exploitability_reason: String,
    /// What it can do to a patient.
    patient_safety_impact: String,
    /// What is done, for what is affected.
    decision: Option<String>,
    /// Why that.
    #[serde(default)]
    decision_reason: String,
    /// The key of who mends it.
    fixer: Option<String>,
    /// By when; the organisation's limit where it is left out.
    #[schema(value_type = Option<String>, format = Date)]
    due: Option<Date>,
}

/// A judgement that was written.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AssessmentAdded {
    /// The findings.
    findings: Vec<String>,
    /// Names what was judged at once: what is signed.
    set: String,
    /// Whether the signature accepts a risk, which takes a risk acceptor.
    accepts_risk: bool,
    /// Whether harm to a patient is possible, which takes a clinical signature as well.
    needs_clinical: bool,
}

/// The value of a word.
fn of<T: FromStr<Err = String>>(field: &str, text: &str) -> Result<T> {
    text.parse().map_err(|words| ServiceError::field(field, words))
}

/// Judge findings of a release: the same judgement for each of them. It counts when it is signed.
#[utoipa::path(
    post, path = "/products/{product}/releases/{release}/assessments", tag = "findings",
    request_body = AssessmentNew,
    params(
        ("product" = String, Path, description = "The product's key"),
        ("release" = String, Path, description = "The release's name"),
    ),
    responses((status = 201, description = "Judged", body = AssessmentAdded)),
)]
pub(super) async fn assessments_add(
    Segments((product, release)): Segments<(String, String)>,
    act: Act<AssessmentNew>,
) -> Response {
    act.run(StatusCode::CREATED, async move |call, input| {
        let assess = AssessFindings {
            product,
            release,
            expected: digest("expected", &input.expected)?,
            status: of("status", &input.status)?,
            patient_safety_impact: of("patient_safety_impact", &input.patient_safety_impact)?,
            decision: input.decision.as_deref().map(|text| of("decision", text)).transpose()?,
            rests_on: input.rests_on.iter().map(|text| of("rests_on", text)).collect::<Result<_>>()?,
            findings: input.findings,
            justification: input.justification,
            explanation: input.explanation,
            exploitability: input.exploitability,
            exploitability_reason: input.exploitability_reason,
            decision_reason: input.decision_reason,
            fixer: input.fixer,
            due: input.due,
        };
        let assessed = findings::assess(call.app(), call.who(), assess).await?;
        Ok(AssessmentAdded {
            findings: assessed.findings,
            set: assessed.set.to_string(),
            accepts_risk: assessed.accepts_risk,
            needs_clinical: assessed.needs_clinical,
        })
    })
    .await
}
