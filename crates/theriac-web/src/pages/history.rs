//! `/records/{number}/history`: all revisions of a record.

use askama::Template;

use crate::parts::{Link, Shell, Status, When};

/// One revision.
#[derive(Debug, Clone)]
pub struct RevisionRow {
    /// Its number, as sent by `from` and `to`.
    pub revision: u32,
    /// Where it leads.
    pub href: String,
    /// State.
    pub state: Status,
    /// Author.
    pub author: String,
    /// When it was submitted.
    pub at: When,
    /// Who signed and with which meaning; may be empty.
    pub signed: Vec<String>,
    /// First digits of its digest.
    pub digest: String,
    /// Difference with the revision before; `None` for the first.
    pub difference: Option<Link>,
}

/// The revisions, newest first. Comparing two sends `from` and `to` by GET to `/records/{number}/compare`.
#[derive(Debug, Clone, Template)]
#[template(path = "history.html")]
pub struct HistoryPage {
    /// Surroundings.
    pub shell: Shell,
    /// Number.
    pub number: String,
    /// Title.
    pub title: String,
    /// Newest first.
    pub revisions: Vec<RevisionRow>,
}

impl HistoryPage {
    fn compare(&self) -> String {
        crate::urls::record_page(&self.number, "compare")
    }
}
