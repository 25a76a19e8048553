//! `/products/{product}/releases/{release}/components` and `/components`: what the software is made of.

use askama::Template;

use crate::parts::{
    Action, Due, Empty, Errors, Field, Filters, Link, Pager, Shell, Status, TableHead, Timeline, When,
};

/// One component.
#[derive(Debug, Clone)]
pub struct ComponentRow {
    /// Name and version, leading to the component in the list.
    pub component: Link,
    /// Its purl, CPE or other identity; may be empty.
    pub identity: String,
    /// The software item whose class it inherits.
    pub item: Option<Link>,
    /// Maintained, supported, required; empty when no item covers it.
    pub class: String,
    /// End of support; `None` when not stated.
    pub support_end: Option<Due>,
    /// Licence expression; may be empty.
    pub licence: String,
    /// Findings, leading to them.
    pub findings: Option<Link>,
    /// Against the release compared with: added, changed ("was 2.4.1"); `None` when the same.
    pub change: Option<Status>,
    /// Version before, such as "was 2.4.1"; may be empty.
    pub was: String,
    /// The release it is part of; only on the list over all releases.
    pub release: Option<Link>,
}

/// One component that could not be matched.
#[derive(Debug, Clone)]
pub struct UnmatchedRow {
    /// Value of the checkbox.
    pub key: String,
    /// Name and version.
    pub name: String,
    /// Identity as delivered; may be empty.
    pub identity: String,
    /// Why it could not be matched.
    pub why: String,
    /// Unmatched or disposed of.
    pub state: Status,
    /// The disposal: what was decided, why and by whom; empty when there is none.
    pub disposal: String,
}

/// The components that could not be matched, and the form that disposes of many at once. It sends `csrf`,
/// `expected`, `component` (repeated) or `all=true`, `disposition`, `reason`.
#[derive(Debug, Clone, Default)]
pub struct Unmatched {
    /// How many there are, and how many still await a disposal.
    pub total: u32,
    /// Awaiting a disposal.
    pub open: u32,
    /// Those shown.
    pub rows: Vec<UnmatchedRow>,
    /// Paging of the list.
    pub pager: Pager,
    /// Where the form goes.
    pub action: String,
    /// Digest of the list as shown.
    pub expected: String,
    /// `disposition` and `reason`.
    pub fields: Vec<Field>,
    /// Why the person may not dispose; empty when they may.
    pub blocked: String,
}

impl Unmatched {
    fn errors(&self) -> Errors {
        Errors::of(&self.fields)
    }
}

/// What changed against another release.
#[derive(Debug, Clone)]
pub struct Difference {
    /// The release compared with.
    pub against: String,
    /// Added, removed, changed, the same: status and count.
    pub counts: Vec<(Status, u32)>,
    /// What is worth a look.
    pub notable: Timeline,
}

/// The components of a release, or of all releases.
#[derive(Debug, Clone, Template)]
#[template(path = "components.html")]
pub struct ComponentsPage {
    /// Surroundings.
    pub shell: Shell,
    /// Such as "Components of 2.4.0".
    pub heading: String,
    /// The SBOM they come from.
    pub source: Option<Link>,
    /// Its format, such as "CycloneDX 1.6, from CI".
    pub source_text: String,
    /// When it was received.
    pub received: Option<When>,
    /// Such as "Upload SBOM".
    pub actions: Vec<Action>,
    /// Figures: number and word.
    pub figures: Vec<(String, String)>,
    /// What could not be matched; `None` on the list over all releases.
    pub unmatched: Option<Unmatched>,
    /// Filter form.
    pub filters: Filters,
    /// Head of the table.
    pub head: TableHead,
    /// The components shown.
    pub rows: Vec<ComponentRow>,
    /// Paging.
    pub pager: Pager,
    /// Said instead when there is none.
    pub empty: Empty,
    /// What changed.
    pub difference: Option<Difference>,
}
