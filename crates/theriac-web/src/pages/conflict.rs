//! Status 409: somebody changed it meanwhile. What was typed is kept and can be applied to the new state.

use askama::Template;

use crate::parts::{Diff, Shell};

/// The conflict. "Apply mine" sends all typed values again, with the new `expected`.
#[derive(Debug, Clone, Template)]
#[template(path = "conflict.html")]
pub struct ConflictPage {
    /// Surroundings.
    pub shell: Shell,
    /// Such as "RISK-12 was changed meanwhile".
    pub title: String,
    /// Who changed it and when.
    pub text: String,
    /// From what is stored now to what was typed.
    pub diff: Diff,
    /// Where the typed values go.
    pub action: String,
    /// Digest of what is stored now.
    pub expected: String,
    /// All typed values, as name and value.
    pub values: Vec<(String, String)>,
    /// Where the stored state is shown.
    pub theirs: String,
}
