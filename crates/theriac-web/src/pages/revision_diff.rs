//! `/records/{number}/{from}..{to}`: two revisions compared; also where a suspect link is confirmed.

use askama::Template;

use crate::parts::{Diff, Facts, ReasonForm, Shell};

/// Two revisions compared.
#[derive(Debug, Clone, Template)]
#[template(path = "revision_diff.html")]
pub struct RevisionDiffPage {
    /// Surroundings.
    pub shell: Shell,
    /// Number.
    pub number: String,
    /// Title.
    pub title: String,
    /// Such as "Revision 7 against 6".
    pub heading: String,
    /// The older revision: author, time, digest.
    pub older: Facts,
    /// The newer revision.
    pub newer: Facts,
    /// The difference; empty when there is none.
    pub diff: Diff,
    /// Confirms the suspect link that led here, with a reason; hidden values `link-type`, `source`.
    pub confirm: Option<ReasonForm>,
    /// What confirming means, such as "RISK-12 is mitigated by this measure".
    pub confirm_text: String,
}
