//! Findings and components as an answer to a machine tells them: what is new, what is worse, what cannot be matched.

use serde::Serialize;
use theriac_model::Severity;
use theriac_store::Conn;
use theriac_store::tables::components;
use theriac_store::tables::findings::Finding;
use theriac_store::tables::releases::Release;

use crate::Result;

/// A finding in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingLine {
    /// `FIND-7`.
    pub finding: String,
    /// The component's key.
    pub component: String,
    /// The id of the vulnerability.
    pub vulnerability: String,
    /// How bad it is said to be.
    pub severity: Severity,
    /// Why it is worse than before, or closed; `None` when it is new.
    pub because: Option<String>,
}

impl FindingLine {
    pub(crate) fn of(finding: &Finding) -> Self {
        Self {
            finding: finding.reference(),
            component: finding.component.clone(),
            vulnerability: finding.known.vulnerability.clone(),
            severity: finding.known.severity,
            because: finding.known.resolved.clone(),
        }
    }

    pub(crate) fn because(finding: &Finding, why: &str) -> Self {
        Self { because: Some(why.to_owned()), ..Self::of(finding) }
    }
}

/// A component that could not be matched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnmatchedLine {
    /// The component's key.
    pub component: String,
    /// Why.
    pub reason: String,
}

/// The components of a release that cannot be matched and that nobody has disposed of.
pub(crate) async fn awaiting(conn: &mut Conn, release: &Release) -> Result<Vec<UnmatchedLine>> {
    let rows = components::unmatched(conn, release.id).await?;
    let waiting = rows.into_iter().filter(|row| row.disposition.is_none());
    Ok(waiting.map(|row| UnmatchedLine { component: row.component, reason: row.reason }).collect())
}
