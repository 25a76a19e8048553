//! `…/evidence/new`: handing in files by hand.

use askama::Template;

use crate::parts::{Errors, Facts, Field, Note, Shell};

/// The upload. Sends by multipart POST: `csrf`, `file` (repeated), `build`, `tool`, `rules`, `performed_at`.
#[derive(Debug, Clone, Template)]
#[template(path = "evidence_upload.html")]
pub struct EvidenceUploadPage {
    /// Surroundings.
    pub shell: Shell,
    /// Such as "Upload evidence for 2.4.0".
    pub heading: String,
    /// Where the form goes.
    pub action: String,
    /// What each file came to: stored as, new, worse, blocking; or not stored, where and why.
    pub results: Vec<Note>,
    /// Summary of what is new, worse and blocking after an upload; empty before.
    pub summary: Facts,
    /// `file` and what the file itself does not say.
    pub fields: Vec<Field>,
    /// What is accepted: formats, sizes.
    pub accepted: Facts,
    /// Why the person may not upload; empty when they may.
    pub blocked: String,
    /// Where Cancel leads.
    pub cancel: String,
}

impl EvidenceUploadPage {
    fn errors(&self) -> Errors {
        Errors::of(&self.fields)
    }
}
