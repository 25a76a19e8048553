//! `/records/{number}` and `/records/{number}/{revision}`: one record.

use askama::Template;

use crate::parts::{Action, Diff, Due, Facts, Link, Note, ReasonForm, Shell, Signature, Status, Timeline};

/// One link to or from the record.
#[derive(Debug, Clone)]
pub struct LinkRow {
    /// The verb, such as "mitigated by".
    pub verb: String,
    /// Number of the record at the other end; may be empty.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Where it leads.
    pub href: String,
    /// Current or suspect.
    pub state: Status,
    /// Such as "made against revision 4, now 5"; may be empty.
    pub note: String,
    /// "Compare and confirm", where the link is suspect.
    pub action: Option<Action>,
}

/// A file that belongs to the revision.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// Name, leading to the bytes.
    pub file: Link,
    /// Such as "1.2 MB".
    pub size: String,
    /// First digits of its digest.
    pub digest: String,
}

/// One record.
#[derive(Debug, Clone, Template)]
#[template(path = "record.html")]
pub struct RecordPage {
    /// Surroundings.
    pub shell: Shell,
    /// Number, such as "RISK-12".
    pub number: String,
    /// Title.
    pub title: String,
    /// Kind, such as "Risk".
    pub kind: String,
    /// State, boxed.
    pub state: Status,
    /// Such as "revision 7"; "draft of revision 8".
    pub revision: String,
    /// Suspect links, boxed.
    pub suspect: Option<Status>,
    /// Owner; may be empty.
    pub owner: String,
    /// What is due next, such as "approval due", with the date.
    pub due: Option<(String, Due)>,
    /// Such as "Edit as revision 8", "Sign and approve".
    pub actions: Vec<Action>,
    /// Actions that ask for a reason: send back, retire.
    pub reasons: Vec<ReasonForm>,
    /// A draft waits, an older revision is shown, it was sent back and why.
    pub notes: Vec<Note>,
    /// Its fields.
    pub fields: Facts,
    /// Clauses that use it, such as "Used by clauses 7.3 and 7.4"; may be empty.
    pub used_by: String,
    /// Links that leave from it.
    pub links: Vec<LinkRow>,
    /// Links that arrive at it.
    pub backlinks: Vec<LinkRow>,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// Against the revision before: heading and difference.
    pub changes: Option<(String, Diff)>,
    /// Signatures, newest first.
    pub signatures: Vec<Signature>,
    /// Who may give the signature that is missing; may be empty.
    pub signature_rule: String,
    /// Number, digest, author, times.
    pub facts: Facts,
    /// What happened, newest first.
    pub events: Timeline,
}

impl RecordPage {
    fn history(&self) -> String {
        crate::urls::record_page(&self.number, "history")
    }
}
