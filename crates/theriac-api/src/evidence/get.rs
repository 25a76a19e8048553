//! `GET /evidence/{evidence}`.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use theriac_service::evidence;
use theriac_store::tables::evidence::{Artefact, Manifest, TestResult};
use utoipa::{IntoParams, ToSchema};

use super::{EvidenceView, RelyingView};
use crate::core::{Api, Caller, Listed, Query, Segments, Shown, paging};

/// Which page of its test results.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ResultsQuery {
    /// What the page before gave as `next` of the results.
    after: Option<String>,
    /// How many results: 1 to 200, 50 where left out.
    limit: Option<u32>,
}

/// A test result.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TestResultView {
    /// The case.
    case: String,
    /// `passed`, `failed`, `error` or `skipped`.
    outcome: String,
    /// Why; may be empty.
    message: String,
}

impl From<TestResult> for TestResultView {
    fn from(result: TestResult) -> Self {
        Self { case: result.case, outcome: result.outcome, message: result.message }
    }
}

/// How many test results ended how.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OutcomeCount {
    /// How they ended.
    outcome: String,
    /// How many.
    count: i64,
}

/// A file that came out of a build.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ArtefactView {
    /// Its name.
    name: String,
    /// The digest of its bytes.
    digest: String,
    /// How it was signed, where the manifest says so.
    signature: Option<ArtefactSignatureView>,
}

/// What a file was signed with, and when.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ArtefactSignatureView {
    /// The key or certificate, by its fingerprint or id.
    key: String,
    /// When the file was signed.
    #[schema(value_type = String, format = DateTime)]
    signed_at: Timestamp,
    /// From when the key was valid.
    #[schema(value_type = String, format = DateTime)]
    valid_from: Timestamp,
    /// Until when the key was valid; none where it has no end.
    #[schema(value_type = Option<String>, format = DateTime)]
    valid_to: Option<Timestamp>,
}

impl From<Artefact> for ArtefactView {
    fn from(artefact: Artefact) -> Self {
        let signature = artefact.signature.map(|signature| ArtefactSignatureView {
            key: signature.key,
            signed_at: signature.signed_at,
            valid_from: signature.valid_from,
            valid_to: signature.valid_to,
        });
        Self { name: artefact.name, digest: artefact.digest.to_string(), signature }
    }
}

/// What a build manifest says.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ManifestView {
    /// The commit that was built.
    commit: String,
    /// The commit of the build before.
    predecessor: Option<String>,
    /// How many authors it names.
    authors: usize,
    /// How many paths it says have changed.
    changed_paths: usize,
    /// Files that came out.
    artefacts: Vec<ArtefactView>,
}

impl From<Manifest> for ManifestView {
    fn from(manifest: Manifest) -> Self {
        Self {
            commit: manifest.commit,
            predecessor: manifest.predecessor,
            authors: manifest.authors.len(),
            changed_paths: manifest.paths.len(),
            artefacts: manifest.artefacts.into_iter().map(Into::into).collect(),
        }
    }
}

/// That evidence was found wrong.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DisqualificationView {
    /// Why.
    reason: String,
    /// The key of who signed.
    person: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

/// One piece of evidence with what came of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EvidenceWhole {
    /// The evidence.
    evidence: EvidenceView,
    /// The product's key.
    product: String,
    /// The release's name.
    release: String,
    /// What a bill of materials calls itself.
    serial: Option<String>,
    /// That it was found wrong.
    disqualification: Option<DisqualificationView>,
    /// How many components it names.
    components: i64,
    /// How many test results ended how.
    outcomes: Vec<OutcomeCount>,
    /// A page of its test results.
    results: Listed<TestResultView>,
    /// What the build manifest says.
    manifest: Option<ManifestView>,
    /// The clauses whose verdict at release rests on it: as the release was decided, or as it would be today.
    clauses: Vec<String>,
    /// The decision and the records that rest on it.
    relied_on_by: Vec<RelyingView>,
}

/// One piece of evidence, with a page of its test results.
#[utoipa::path(
    get, path = "/evidence/{evidence}", tag = "evidence",
    params(("evidence" = String, Path, description = "The evidence, such as `EVID-3`"), ResultsQuery),
    responses((status = 200, description = "The evidence", body = EvidenceWhole)),
)]
pub(super) async fn evidence_get(
    State(api): State<Api>,
    caller: Caller,
    Segments(evidence): Segments<String>,
    Query(query): Query<ResultsQuery>,
) -> Shown<Json<EvidenceWhole>> {
    let results = paging(query.after, query.limit)?;
    let found = evidence::page(api.app(), &caller.who, &evidence, &results).await?;
    let wrong = |(reason, person, at)| DisqualificationView { reason, person, at };
    Ok(Json(EvidenceWhole {
        evidence: found.row.into(),
        product: found.product,
        release: found.release,
        serial: found.serial,
        disqualification: found.disqualified.map(wrong),
        components: found.components,
        outcomes: found
            .outcomes
            .into_iter()
            .map(|(outcome, count)| OutcomeCount { outcome, count })
            .collect(),
        results: found.results.into(),
        manifest: found.manifest.map(ManifestView::from),
        clauses: found.clauses,
        relied_on_by: found.relied_on_by.into_iter().map(RelyingView::from).collect(),
    }))
}
