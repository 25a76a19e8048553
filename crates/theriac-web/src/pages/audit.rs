//! `/audit?q=&who=&what=&from=`: the audit log.

use askama::Template;

use crate::parts::{Action, Empty, Facts, Filters, Link, Note, Pager, Shell, TableHead, When};

/// One entry.
#[derive(Debug, Clone)]
pub struct AuditRow {
    /// Its sequence.
    pub sequence: u64,
    /// When it was recorded.
    pub at: When,
    /// Person, token or system.
    pub who: String,
    /// From where: address or "command line"; may be empty.
    pub from: String,
    /// What was done, in words.
    pub what: String,
    /// To what it was done.
    pub object: Option<Link>,
    /// Whether the attempt was refused.
    pub refused: bool,
    /// First digits of the digests before and after; may be empty.
    pub before: String,
    /// After.
    pub after: String,
    /// First digits of the digest of the entry itself.
    pub digest: String,
}

/// The audit log.
#[derive(Debug, Clone, Template)]
#[template(path = "audit.html")]
pub struct AuditPage {
    /// Surroundings.
    pub shell: Shell,
    /// Such as "Export the log".
    pub actions: Vec<Action>,
    /// Whether the chain verifies, and since when it is not anchored.
    pub notes: Vec<Note>,
    /// Head of the chain: sequence, digest, last checkpoint, anchor, key.
    pub facts: Facts,
    /// Filter form.
    pub filters: Filters,
    /// Head of the table: entry, when, who, what, before and after, digest.
    pub head: TableHead,
    /// Newest first.
    pub rows: Vec<AuditRow>,
    /// Paging.
    pub pager: Pager,
    /// Said instead when the filter finds none.
    pub empty: Empty,
}
