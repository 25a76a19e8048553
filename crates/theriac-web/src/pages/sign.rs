//! `…/sign`: giving a signature on a revision, a set of assessments, a carried set, or a pack's adoption.

use askama::Template;

use crate::parts::{Diff, Shell, SignForm};

/// The page that signs. Script shows its form in a dialog; without script it is this page.
#[derive(Debug, Clone, Template)]
#[template(path = "sign.html")]
pub struct SignPage {
    /// Surroundings.
    pub shell: Shell,
    /// Such as "Sign and approve RISK-12 revision 7".
    pub heading: String,
    /// The form.
    pub form: SignForm,
    /// What is signed, line by line: for a set of assessments each finding with its judgement.
    pub content: Vec<(String, String)>,
    /// What changed since the page was opened; then nothing was signed.
    pub changed: Option<Diff>,
}
