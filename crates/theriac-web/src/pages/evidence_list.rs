//! `/products/{product}/releases/{release}/evidence`: what machines delivered for a release.

use askama::Template;

use crate::parts::{Action, Empty, Filters, Link, Pager, Shell, Status, TableHead, When};

/// One piece of evidence.
#[derive(Debug, Clone)]
pub struct EvidenceRow {
    /// Number and file name, leading to it.
    pub number: String,
    /// File name.
    pub file: String,
    /// Where it leads.
    pub href: String,
    /// SBOM, test results, build manifest.
    pub kind: String,
    /// The build it speaks of; empty when it is not bound.
    pub build: String,
    /// Tool and version; may be empty.
    pub tool: String,
    /// When it was performed.
    pub performed: Option<When>,
    /// When it was recorded.
    pub recorded: When,
    /// Accepted or disqualified.
    pub state: Status,
}

/// The evidence of a release.
#[derive(Debug, Clone, Template)]
#[template(path = "evidence_list.html")]
pub struct EvidenceListPage {
    /// Surroundings.
    pub shell: Shell,
    /// Such as "Evidence of 2.4.0".
    pub heading: String,
    /// Such as "Upload evidence".
    pub actions: Vec<Action>,
    /// Filter form.
    pub filters: Filters,
    /// Head: evidence, kind, build, tool, performed, recorded, state.
    pub head: TableHead,
    /// Newest first.
    pub rows: Vec<EvidenceRow>,
    /// Paging.
    pub pager: Pager,
    /// Said instead when there is none.
    pub empty: Empty,
    /// Builds of the release, the candidate marked: their names, leading to their evidence.
    pub builds: Vec<(Link, String)>,
}
