//! What happened, newest first.

use askama::Template;

use super::{Link, When};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What happened, in one phrase.
    pub title: String,
    /// What it happened to.
    pub link: Option<Link>,
    /// When.
    pub at: When,
    /// Who, and what else is worth knowing.
    pub text: String,
    /// Whether it is a missed duty (a square red mark beside its words).
    pub gap: bool,
}

/// A list of events.
#[derive(Debug, Clone, PartialEq, Eq, Default, Template)]
#[template(path = "macros/timeline.html")]
pub struct Timeline {
    /// Newest first.
    pub events: Vec<Event>,
}

impl askama::filters::HtmlSafe for Timeline {}
