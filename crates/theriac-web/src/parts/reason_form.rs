//! A small form that asks for a reason before it does something: send back, retire, confirm a link.

use askama::Template;

use super::{Field, Input};

/// A folded form. Sends `csrf`, `expected`, [`ReasonForm::hidden`] and `reason`.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "macros/reason_form.html")]
pub struct ReasonForm {
    /// A verb: label of the fold and of the button.
    pub label: String,
    /// Name that makes the ids unique on the page.
    pub name: String,
    /// Where it goes, by POST.
    pub action: String,
    /// CSRF token.
    pub csrf: String,
    /// Digest that the page shows; refused when it is no longer the latest.
    pub expected: String,
    /// Further hidden values.
    pub hidden: Vec<(String, String)>,
    /// What to write.
    pub hint: String,
    /// What was typed, where it was refused.
    pub typed: String,
    /// What is wrong with the reason; empty when nothing is.
    pub error: String,
    /// Why it may not be used; empty when it may.
    pub blocked: String,
    /// Whether it takes something away.
    pub danger: bool,
}

impl askama::filters::HtmlSafe for ReasonForm {}

impl ReasonForm {
    /// The field for the reason.
    #[must_use]
    pub fn field(&self) -> Field {
        Field::new("reason", "Reason", Input::Area(self.typed.clone(), 3))
            .hint(self.hint.clone())
            .error(self.error.clone())
            .required()
            .within(&self.name)
    }
}
