//! `/records?kind=&product=&release=&state=&q=&sort=&after=`: records of one kind or of all.

use askama::Template;

use crate::parts::{Action, Due, Empty, Filters, Pager, Shell, Status, TableHead, When};

/// One record.
#[derive(Debug, Clone)]
pub struct RecordRow {
    /// Number, such as "RISK-12".
    pub number: String,
    /// Title.
    pub title: String,
    /// Where it leads.
    pub href: String,
    /// Kind, such as "Risk".
    pub kind: String,
    /// State of the latest revision, or draft.
    pub state: Status,
    /// Suspect links; none when there are none.
    pub suspect: Option<Status>,
    /// Organisation, product or release.
    pub scope: String,
    /// Owner; may be empty.
    pub owner: String,
    /// Its next date.
    pub due: Option<Due>,
    /// When the latest revision or draft was written.
    pub changed: When,
}

/// A list of records.
#[derive(Debug, Clone, Template)]
#[template(path = "records.html")]
pub struct RecordsPage {
    /// Surroundings.
    pub shell: Shell,
    /// Such as "Risks of Lumen Gateway".
    pub heading: String,
    /// What the kind is for and which clauses ask for it; may be empty.
    pub about: String,
    /// Such as "New risk".
    pub actions: Vec<Action>,
    /// Filter form.
    pub filters: Filters,
    /// Head: record, kind, state, scope, owner, due, changed.
    pub head: TableHead,
    /// The records shown.
    pub rows: Vec<RecordRow>,
    /// Paging.
    pub pager: Pager,
    /// Said instead when there is none.
    pub empty: Empty,
}
