//! Evidence: files that machines deliver.

mod add;
mod bytes;
mod disqualify;
mod get;
mod list;

use jiff::Timestamp;
use serde::Serialize;
use theriac_auth::Permission as P;
use theriac_service::evidence::EvidenceRow as Row;
use utoipa::ToSchema;

use crate::core::{Needs, Route, route};

pub(crate) fn routes() -> Vec<Route> {
    let read = Needs::Permission(P::Read);
    vec![
        route!(Needs::Permission(P::UploadEvidence), add::evidence_add),
        route!(read, list::evidence_list),
        route!(read, get::evidence_get),
        route!(read, bytes::evidence_bytes),
        route!(Needs::Permission(P::DisqualifyEvidence), disqualify::evidence_disqualify),
    ]
}

/// A piece of evidence.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EvidenceView {
    /// Its number, such as `EVID-3`.
    evidence: String,
    /// What it is.
    kind: String,
    /// The format with its version.
    format: String,
    /// The name under which it was handed in.
    file: String,
    /// Bytes.
    size: i64,
    /// The digest of its bytes.
    digest: String,
    /// The build it speaks of; `null` where it is not bound to one.
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
    /// When it was handed in.
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Timestamp,
    /// Who handed it in: the key of a person, `token:9` or `system`.
    delivered_by: String,
    /// Defects that the organisation chose to accept.
    defects: Vec<String>,
    /// Whether it was found wrong.
    disqualified: bool,
}

impl From<Row> for EvidenceView {
    fn from(row: Row) -> Self {
        Self {
            evidence: row.reference,
            kind: row.kind.to_string(),
            format: row.format,
            file: row.file,
            size: row.size,
            digest: row.digest.to_string(),
            build: row.build,
            tool: row.tool,
            tool_version: row.tool_version,
            rules: row.rules.map(|rules| rules.to_string()),
            performed_at: row.performed_at,
            recorded_at: row.recorded_at,
            delivered_by: row.delivered_by,
            defects: row.defects,
            disqualified: row.disqualified,
        }
    }
}

/// Something that rests on evidence, and who owes a look at it when the evidence is found wrong.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RelyingView {
    /// The record, or the release.
    #[serde(rename = "ref")]
    reference: String,
    /// The record's title, or the outcome of the release decision.
    title: String,
    /// The key of the record's owner, or of the release's manager.
    owner: Option<String>,
}

impl From<theriac_service::evidence::ReliedOn> for RelyingView {
    fn from(relying: theriac_service::evidence::ReliedOn) -> Self {
        Self { reference: relying.reference, title: relying.title, owner: relying.owner }
    }
}
