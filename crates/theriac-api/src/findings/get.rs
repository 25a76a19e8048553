//! `GET /findings/{finding}`.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use theriac_service::findings::{self, AdvisoryView as Advisory, AssessmentView as Assessment};
use utoipa::ToSchema;

use super::view::{FindingView, JudgementSignature, JudgementView};
use crate::core::{Api, Caller, Segments, Shown};

/// An advisory that a finding rests on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdvisoryView {
    /// Its OSV id.
    id: String,
    /// The digest of its content.
    digest: String,
    /// One sentence; may be empty.
    summary: String,
    /// More; may be empty. Written by strangers.
    details: String,
    /// When it was published, as written.
    published: Option<String>,
    /// Links to more, as written.
    references: Vec<String>,
}

impl From<Advisory> for AdvisoryView {
    fn from(advisory: Advisory) -> Self {
        Self {
            id: advisory.id,
            digest: advisory.digest.to_string(),
            summary: advisory.summary,
            details: advisory.details,
            published: advisory.published,
            references: advisory.references,
        }
    }
}

/// Against what a release was last matched.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MatchingView {
    /// Names the state of the index.
    feed: String,
    /// When the newest advisory in it was changed.
    #[schema(value_type = Option<String>, format = DateTime)]
    feed_at: Option<Timestamp>,
    /// When the release was matched.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

/// A judgement with its signatures.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JudgementOfFinding {
    /// What was judged.
    judgement: JudgementView,
    /// The finding that it was taken over from.
    carried_from: Option<String>,
    /// That finding's release.
    carried_from_release: Option<String>,
    /// The signatures on it, or on what it was taken over from.
    signatures: Vec<JudgementSignature>,
}

/// One finding with its history.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FindingWhole {
    /// As lists show it.
    finding: FindingView,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    opened_at: Timestamp,
    /// The CVSS vector.
    cvss: Option<String>,
    /// What it rests on.
    advisories: Vec<AdvisoryView>,
    /// The bills of materials that name the component.
    evidence: Vec<String>,
    /// How the component gets into the product: what the product needs itself first, the component last, at most a hundred;
    /// empty where no bill of materials says so.
    way: Vec<String>,
    /// Against what its release was last matched.
    matching: Option<MatchingView>,
    /// Its judgements, newest first.
    judgements: Vec<JudgementOfFinding>,
    /// Names finding and judgement as they are now: to be sent as `expected` with a new judgement of it alone.
    expected: String,
    /// What its judgement belongs to, for signing; `null` while it has none of its own.
    set: Option<String>,
}

/// One finding, with everything that was ever judged of it.
#[utoipa::path(
    get, path = "/findings/{finding}", tag = "findings",
    params(("finding" = String, Path, description = "The finding, such as `FIND-7`")),
    responses((status = 200, description = "The finding", body = FindingWhole)),
)]
pub(super) async fn findings_get(
    State(api): State<Api>,
    caller: Caller,
    Segments(finding): Segments<String>,
) -> Shown<Json<FindingWhole>> {
    let found = findings::page(api.app(), &caller.who, &finding).await?;
    let matching = found.matching.map(|matching| MatchingView {
        feed: matching.feed.to_string(),
        feed_at: matching.feed_at,
        at: matching.at,
    });
    Ok(Json(FindingWhole {
        finding: found.row.into(),
        opened_at: found.opened_at,
        cvss: found.cvss,
        advisories: found.advisories.into_iter().map(AdvisoryView::from).collect(),
        evidence: found.evidence,
        way: found.way,
        matching,
        judgements: found.assessments.into_iter().map(judgement).collect(),
        expected: found.expected.to_string(),
        set: found.set.map(|set| set.to_string()),
    }))
}

fn judgement(view: Assessment) -> JudgementOfFinding {
    let fixer = view.assessment.fixer.zip(view.fixer);
    let keys: BTreeMap<i64, String> =
        fixer.into_iter().chain([(view.assessment.assessor, view.assessor)]).collect();
    let signature = |signature: findings::SignatureView| JudgementSignature {
        person: signature.person,
        meaning: signature.meaning,
        method: signature.method,
        at: signature.at,
        set: signature.set.to_string(),
        comment: signature.comment,
    };
    let (carried_from, carried_from_release) = view.carried_from.unzip();
    JudgementOfFinding {
        judgement: JudgementView::new(view.assessment, &view.rests_on, &keys),
        carried_from,
        carried_from_release,
        signatures: view.signatures.into_iter().map(signature).collect(),
    }
}
