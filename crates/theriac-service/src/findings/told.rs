//! Findings and components as an answer to a machine tells them: what is new, what is worse, what blocks.

use serde::Serialize;
use theriac_model::Severity;
use theriac_store::Conn;
use theriac_store::tables::components;
use theriac_store::tables::findings::{self as table, Finding};
use theriac_store::tables::releases::Release;

use super::select::Selected;
use crate::Result;

/// Most lines of a list in an answer; the last one says how many more there are.
const LINES_MAX: usize = 100;

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

/// What keeps a release from shipping as far as findings and components go, worst first.
pub(crate) async fn blocking(conn: &mut Conn, release: &Release) -> Result<Vec<String>> {
    let mut findings = table::of_release(conn, release.id).await?;
    findings.retain(|finding| finding.known.resolved.is_none());
    findings.sort_by_key(|finding| (std::cmp::Reverse(finding.known.severity), finding.number));
    let selected = Selected::read(conn, findings).await?;
    let mut lines: Vec<String> = selected
        .findings
        .iter()
        .filter_map(|finding| {
            let why = selected.standing(finding).blocks()?;
            let (known, component) = (&finding.known, &finding.component);
            let number = finding.reference();
            Some(format!("{number} {} ({}) in {component}: {why}", known.vulnerability, known.severity))
        })
        .collect();
    if lines.len() > LINES_MAX {
        let more = lines.len() - LINES_MAX;
        lines.truncate(LINES_MAX);
        lines.push(format!("and {more} more findings"));
    }
    match components::unmatched_counts(conn, release.id).await?.1 {
        0 => {}
        1 => lines.push("1 component could not be matched and awaits a disposition".to_owned()),
        more => lines.push(format!("{more} components could not be matched and await a disposition")),
    }
    Ok(lines)
}
