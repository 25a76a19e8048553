//! `/evidence/{number}`: one piece of evidence.

use askama::Template;

use crate::parts::{Action, Empty, Facts, Link, Note, Pager, ReasonForm, Shell, Status, TableHead};

/// One row derived from it: a test case, or a defect of the document.
#[derive(Debug, Clone)]
pub struct ResultRow {
    /// Test case, or place in the document.
    pub what: String,
    /// Outcome, or what is wrong.
    pub outcome: Status,
    /// More about it; may be empty.
    pub about: String,
}

/// One piece of evidence.
#[derive(Debug, Clone, Template)]
#[template(path = "evidence.html")]
pub struct EvidencePage {
    /// Surroundings.
    pub shell: Shell,
    /// Number.
    pub number: String,
    /// File name.
    pub file: String,
    /// Accepted or disqualified, boxed.
    pub state: Status,
    /// Such as "SBOM".
    pub kind: String,
    /// Such as "Download the file".
    pub actions: Vec<Action>,
    /// Disqualifies it, with a reason.
    pub disqualify: Option<ReasonForm>,
    /// Disqualified and why, defects, not bound.
    pub notes: Vec<Note>,
    /// Format, digest, size, build, tool, rules, performed, recorded, delivered by.
    pub facts: Facts,
    /// What came of it: such as "214 components", leading there.
    pub derived: Vec<Link>,
    /// Heading of the results, such as "Test results"; empty when it has none.
    pub results_heading: String,
    /// Head of the results.
    pub head: TableHead,
    /// Results.
    pub results: Vec<ResultRow>,
    /// Paging.
    pub pager: Pager,
    /// Said instead when there is none.
    pub empty: Empty,
    /// Verdicts, records and decisions that rest on it.
    pub relied_on_by: Vec<Link>,
}
