//! Why a use case did not happen, in words for the one who asked.

use theriac_auth::{Denied, NotSigned, Throttled, separation::Conflict};
use theriac_model::record::FieldError;
use theriac_model::{CanonicalError, Digest};
use theriac_store::StoreError;

/// The result of a use case.
pub type Result<T, E = ServiceError> = std::result::Result<T, E>;

/// Why a use case did not happen. Nothing has changed when one is returned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// What was named does not exist (or may not be seen).
    #[error("there is no {what} '{name}'")]
    NotFound {
        /// What was looked for, such as `release`.
        what: &'static str,
        /// What it was called.
        name: String,
    },
    /// It exists already.
    #[error("there is a {what} '{name}' already")]
    Exists {
        /// What it is.
        what: &'static str,
        /// What it is called.
        name: String,
    },
    /// The actor may not do it.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// A signature was not given.
    #[error(transparent)]
    NotSigned(#[from] NotSigned),
    /// Two duties may not be one person's.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// Fields do not hold what they must.
    #[error("{}", list(.0))]
    Invalid(Vec<FieldError>),
    /// The thing has changed since it was shown.
    #[error("{what} has changed since it was shown to you: look at what is new and try again")]
    Changed {
        /// What has changed, such as `RISK-12`.
        what: String,
        /// What it is now.
        now: Option<Digest>,
    },
    /// A rule forbids it.
    #[error("{0}")]
    Rule(String),
    /// A file was refused.
    #[error("{file}: {place}: {reason}")]
    File {
        /// The file's name.
        file: String,
        /// JSON pointer, line or member.
        place: String,
        /// What is wrong and what is expected.
        reason: String,
    },
    /// Sign-in failed; the words do not say whether the account exists.
    #[error("{0}")]
    SignIn(String),
    /// Passwords or tokens were tried too often.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// A request with an idempotency key was carried out already.
    #[error("this request was carried out already, under the same idempotency key")]
    Repeated,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A defect of the program.
    #[error("internal error: {0}")]
    Internal(String),
}

impl ServiceError {
    /// An error at one field.
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, message)])
    }

    /// What was named does not exist.
    pub fn not_found(what: &'static str, name: impl Into<String>) -> Self {
        Self::NotFound { what, name: name.into() }
    }

    /// Whether a text was refused for the character NUL, which no database keeps: the fault of whoever sent it.
    #[must_use]
    pub const fn is_nul(&self) -> bool {
        matches!(self, Self::Store(StoreError::Nul))
    }

    /// Whether what was asked for was changed in the database behind the program's back.
    #[must_use]
    pub const fn is_of_a_changed_row(&self) -> bool {
        matches!(self, Self::Store(StoreError::RevisionChanged { .. }))
    }

    /// A rule forbids it.
    pub fn rule(words: impl Into<String>) -> Self {
        Self::Rule(words.into())
    }
}

impl From<CanonicalError> for ServiceError {
    fn from(error: CanonicalError) -> Self {
        Self::Internal(error.to_string())
    }
}

fn list(errors: &[FieldError]) -> String {
    let texts: Vec<_> = errors.iter().map(ToString::to_string).collect();
    texts.join("; ")
}
