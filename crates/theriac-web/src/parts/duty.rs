//! Something owed by someone by a date.

use askama::Template;

use super::{Due, Link};

/// A duty as one row of "who owes what, by when".
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "macros/duty.html")]
pub struct Duty {
    /// What to do, leading to where it is done.
    pub todo: Link,
    /// What it is about; may be empty.
    pub about: String,
    /// The clause that asks for it; its page.
    pub clause: Option<Link>,
    /// Who owes it; "nobody yet" when no one is responsible.
    pub owner: String,
    /// By when.
    pub due: Option<Due>,
}

impl askama::filters::HtmlSafe for Duty {}
