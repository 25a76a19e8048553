//! `POST /products/{product}/releases/{release}/evidence`.

use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use theriac_conformity::ReasonKind;
use theriac_service::evidence::{self, AddEvidence, Added, AddedFile, BlockingReason, FileInput};
use theriac_service::findings::{Beside, FindingLine, UnmatchedLine, VulnerabilityLine};
use theriac_service::{Result, ServiceError};
use utoipa::{IntoParams, ToSchema};

use crate::core::{Call, FilePart, Files, Parcel, Query, Segments};

/// What is said of the files. What a file says itself need not be said; what contradicts it is refused.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EvidenceQuery {
    /// The name of the file, where it is the body itself; only shown.
    name: Option<String>,
    /// The name of the build that they speak of.
    build: Option<String>,
    /// Name and version of the tool that made them: `grype@0.90.0`.
    tool: Option<String>,
    /// The digest of the rules used.
    rules: Option<String>,
    /// When they were made.
    #[param(value_type = Option<String>, format = DateTime)]
    performed_at: Option<Timestamp>,
}

/// A file that was taken.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EvidenceAddedFile {
    /// Its number, such as `EVID-3`.
    number: String,
    /// The file's name.
    file: String,
    /// What it is.
    kind: String,
    /// The format with its version.
    format: String,
    /// Whether it was not there before.
    is_new: bool,
    /// The name of the build that it speaks of.
    build: Option<String>,
    /// The tool that made it.
    tool: Option<String>,
    /// The tool's version.
    tool_version: Option<String>,
    /// The digest of the rules used.
    rules: Option<String>,
    /// When it was made.
    #[schema(value_type = Option<String>, format = DateTime)]
    performed_at: Option<Timestamp>,
    /// What is not said of it: `build`, `tool` (name and version), `performed_at`. While anything is missing it supports no
    /// verdict; handed in again with what was missing, the same file is another piece of evidence.
    missing: Vec<String>,
    /// What is wrong with it, and was no reason to refuse it.
    defects: Vec<String>,
}

impl From<AddedFile> for EvidenceAddedFile {
    fn from(file: AddedFile) -> Self {
        Self {
            number: file.number,
            file: file.file,
            kind: file.kind.to_string(),
            format: file.format,
            is_new: file.is_new,
            build: file.build,
            tool: file.tool,
            tool_version: file.tool_version,
            rules: file.rules.map(|digest| digest.to_string()),
            performed_at: file.performed_at,
            missing: file.missing.into_iter().map(str::to_owned).collect(),
            defects: file.defects,
        }
    }
}

/// A finding in one line.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FindingLineView {
    /// Its number, such as `FIND-7`.
    finding: String,
    /// The component.
    component: String,
    /// The vulnerability.
    vulnerability: String,
    /// How bad it is said to be.
    severity: String,
    /// Why it is worse than before, or closed.
    because: Option<String>,
}

impl From<FindingLine> for FindingLineView {
    fn from(line: FindingLine) -> Self {
        Self {
            finding: line.finding,
            component: line.component,
            vulnerability: line.vulnerability,
            severity: line.severity.to_string(),
            because: line.because,
        }
    }
}

/// A component that cannot be matched.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnmatchedLineView {
    /// The component.
    component: String,
    /// Why.
    reason: String,
}

impl From<UnmatchedLine> for UnmatchedLineView {
    fn from(line: UnmatchedLine) -> Self {
        Self { component: line.component, reason: line.reason }
    }
}

/// What would change if the components of another build than the candidate became those of the release.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BesideView {
    /// The build whose components count.
    candidate: String,
    /// What the release has no finding for, worst first.
    new: Vec<VulnerabilityLineView>,
    /// Findings that would be closed, worst first.
    resolved: Vec<FindingLineView>,
    /// Components that could not be matched, and that the release does not have.
    unmatched: Vec<UnmatchedLineView>,
}

impl From<Beside> for BesideView {
    fn from(beside: Beside) -> Self {
        Self {
            candidate: beside.candidate,
            new: beside.new.into_iter().map(VulnerabilityLineView::from).collect(),
            resolved: beside.resolved.into_iter().map(FindingLineView::from).collect(),
            unmatched: beside.unmatched.into_iter().map(UnmatchedLineView::from).collect(),
        }
    }
}

/// A vulnerability in a component.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VulnerabilityLineView {
    /// The component.
    component: String,
    /// The vulnerability.
    vulnerability: String,
    /// How bad it is said to be.
    severity: String,
}

impl From<VulnerabilityLine> for VulnerabilityLineView {
    fn from(line: VulnerabilityLine) -> Self {
        let severity = line.severity.to_string();
        Self { component: line.component, vulnerability: line.vulnerability, severity }
    }
}

/// A reason why the gate is closed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BlockingView {
    /// What sort of reason, as in the gate: `clause`, `finding-not-assessed`, `component-unmatched` …
    #[schema(value_type = String)]
    kind: ReasonKind,
    /// The clause, finding, component or link.
    #[serde(rename = "ref")]
    reference: String,
    /// What is wrong.
    what: String,
    /// The first thing to do about it.
    todo: String,
    /// The key of who owes it.
    owner: Option<String>,
    /// As whom, where nobody is named for it: `release manager`, `security officer`.
    stand_in: Option<String>,
    /// By when.
    due: Option<String>,
}

impl From<BlockingReason> for BlockingView {
    fn from(reason: BlockingReason) -> Self {
        let BlockingReason { kind, reference, what, todo, owner, stand_in, due } = reason;
        let stand_in = stand_in.map(|role| role.to_string());
        Self { kind, reference, what, todo, owner, stand_in, due }
    }
}

/// What came of handing in files.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EvidenceAdded {
    /// The files, in the order in which they were given.
    evidence: Vec<EvidenceAddedFile>,
    /// Findings that were opened, worst first.
    new: Vec<FindingLineView>,
    /// Findings that are worse than before, open again, or to be assessed again.
    worse: Vec<FindingLineView>,
    /// Findings that were closed.
    resolved: Vec<FindingLineView>,
    /// Components of the release that cannot be matched and that nobody has disposed of.
    unmatched: Vec<UnmatchedLineView>,
    /// What now closes the gate: its first reasons, at most a hundred. `GET …/gate` lists all.
    blocking: Vec<BlockingView>,
    /// How many reasons there are in all; `null` when `blocking_unknown` says why that is not known.
    blocking_total: Option<u64>,
    /// Why the gate was not read; `null` when it was. The files are kept all the same.
    blocking_unknown: Option<String>,
    /// What would change if these files' components counted; `null` when they do, or when there are none.
    beside: Option<BesideView>,
    /// Why components were not matched; `null` when they were, or when there was nothing to match.
    not_matched: Option<String>,
}

impl From<Added> for EvidenceAdded {
    fn from(added: Added) -> Self {
        let lines = |lines: Vec<FindingLine>| lines.into_iter().map(FindingLineView::from).collect();
        Self {
            evidence: added.evidence.into_iter().map(EvidenceAddedFile::from).collect(),
            new: lines(added.new),
            worse: lines(added.worse),
            resolved: lines(added.resolved),
            unmatched: added.unmatched.into_iter().map(UnmatchedLineView::from).collect(),
            blocking: added.blocking.reasons.into_iter().map(BlockingView::from).collect(),
            blocking_total: added.blocking.total.and_then(|total| u64::try_from(total).ok()),
            blocking_unknown: added.blocking.unknown,
            beside: added.beside.map(BesideView::from),
            not_matched: added.not_matched,
        }
    }
}

/// Several files, each a part with its file name.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes the parts for OpenAPI; they are read as they come")]
struct Parts {
    /// The bytes of the files.
    #[schema(value_type = Vec<String>, content_media_type = "application/octet-stream")]
    file: Vec<Vec<u8>>,
}

/// Hand in files for a release: one as the body, or several as `multipart/form-data`. All of them are taken, or none.
/// A file that is there already is the same evidence; a bill of materials makes findings in the same call.
#[utoipa::path(
    post, path = "/products/{product}/releases/{release}/evidence", tag = "evidence",
    request_body(
        content((String = "application/octet-stream"), (Parts = "multipart/form-data")),
        description = "The bytes of one file, or several files, each a part with its file name",
    ),
    params(
        ("product" = String, Path, description = "The product's key"),
        ("release" = String, Path, description = "The release's name"), EvidenceQuery,
    ),
    responses((status = 201, description = "Taken", body = EvidenceAdded)),
)]
pub(super) async fn evidence_add(
    Segments((product, release)): Segments<(String, String)>,
    Query(query): Query<EvidenceQuery>,
    files: Files,
) -> Response {
    let add = async move |call: Call, parcel: Parcel| {
        let Parcel { files, .. } = parcel;
        let named = |part: FilePart| FileInput {
            name: part.name.or_else(|| query.name.clone()).unwrap_or_else(|| "file".to_owned()),
            bytes: part.bytes,
        };
        let input = AddEvidence {
            product,
            release,
            files: files.into_iter().map(named).collect(),
            tool: query.tool.as_deref().map(tool).transpose()?,
            build: query.build,
            rules: query.rules,
            performed_at: query.performed_at,
        };
        Ok(EvidenceAdded::from(evidence::add(call.app(), call.who(), input).await?))
    };
    files.0.run(StatusCode::CREATED, add).await
}

/// Name and version in `grype@0.90.0`.
fn tool(text: &str) -> Result<(String, String)> {
    let pair = text.rsplit_once('@').filter(|(name, version)| !name.is_empty() && !version.is_empty());
    let pair = pair
        .ok_or_else(|| ServiceError::field("tool", "name and version are expected, such as grype@0.90.0"))?;
    Ok((pair.0.to_owned(), pair.1.to_owned()))
}
