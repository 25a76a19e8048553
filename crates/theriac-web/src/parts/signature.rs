//! Signatures as shown, and the form that gives one (21 CFR 11.50, 11.200: name, time, meaning, two parts).

use askama::Template;

use super::{Choice, Errors, Facts, Field, Input, Note, Status, StatusKind, When};

/// A signature that was given.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "macros/signature.html")]
pub struct Signature {
    /// Who signed.
    pub who: String,
    /// What it was given on, such as "approved revision 6".
    pub on: String,
    /// What it says, in the signer's words of the workflow.
    pub meaning: String,
    /// When, as set by the server.
    pub at: When,
    /// Authentication used, such as "password".
    pub authentication: String,
    /// Digest of what was signed.
    pub digest: String,
    /// Whether it covers what the page shows.
    pub covers: bool,
    /// Comment of the signer; may be empty.
    pub comment: String,
    /// Reason of what was signed, where it is not part of the content; may be empty.
    pub reason: String,
}

impl askama::filters::HtmlSafe for Signature {}

impl Signature {
    fn status(&self) -> Status {
        if self.covers { StatusKind::Covers } else { StatusKind::NoLongerCovers }.into()
    }
}

/// The form that gives a signature. Its fields: `csrf`, `digest`, `meaning`, `password`, `comment` and those
/// of [`SignForm::hidden`] and [`SignForm::fields`].
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "macros/sign_form.html")]
pub struct SignForm {
    /// Where it goes, by POST.
    pub action: String,
    /// CSRF token.
    pub csrf: String,
    /// Digest of what is shown and signed; when it changed meanwhile, nothing is signed.
    pub digest: String,
    /// Further hidden values.
    pub hidden: Vec<(String, String)>,
    /// What is signed: number, revision, title.
    pub subject: Facts,
    /// Fields before the signature, such as a decision and its reason.
    pub fields: Vec<Field>,
    /// Who signs: the name of the person signed in.
    pub signer: String,
    /// What they are, such as "product security engineer"; may be empty.
    pub signer_title: String,
    /// The meanings that can be given; a single one is shown as text.
    pub meanings: Vec<Choice>,
    /// What the signer should know first.
    pub warnings: Vec<Note>,
    /// Why this person may not sign; `None` when they may.
    pub blocked: Option<String>,
    /// What is wrong with the password; empty when nothing is.
    pub password_error: String,
    /// The comment, where the signature is shown with it; [`SignForm::comment`] makes it.
    pub comment: Option<Field>,
    /// Label of the button, a verb.
    pub submit: String,
    /// Where Cancel leads.
    pub cancel: String,
}

impl askama::filters::HtmlSafe for SignForm {}

impl SignForm {
    /// What needs a change, over all fields; nothing while the form may not be used.
    #[must_use]
    pub fn errors(&self) -> Errors {
        if self.blocked.is_some() {
            return Errors::default();
        }
        let password = self.password();
        Errors::of(self.fields.iter().chain([&password]).chain(&self.comment))
    }

    fn password(&self) -> Field {
        Field::new("password", "Password", Input::Password("current-password"))
            .hint("You sign again with your password; the signature counts as your handwritten one.")
            .error(self.password_error.clone())
            .required()
    }

    /// The field for what the signer adds in their own words: as typed, and what is wrong with it.
    #[must_use]
    pub fn comment(typed: &str, error: &str) -> Field {
        Field::new("comment", "Comment", Input::Area(typed.to_owned(), 2))
            .hint("Kept and shown with the signature")
            .error(error)
    }

    fn meaning_field(&self) -> Field {
        Field::new("meaning", "Meaning", Input::Radios(self.meanings.clone())).required()
    }
}
