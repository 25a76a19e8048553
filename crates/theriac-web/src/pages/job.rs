//! `/jobs/{job}`: long work that can be left and cancelled.

use askama::Template;

use crate::parts::{Action, Facts, Link, Note, Shell};

/// Long work. While it runs script asks again every two seconds; without script there is a link.
#[derive(Debug, Clone, Template)]
#[template(path = "job.html")]
pub struct JobPage {
    /// Surroundings.
    pub shell: Shell,
    /// Such as "Matching releases against the feed of 2026-11-24".
    pub title: String,
    /// Address of this page.
    pub url: String,
    /// How much is done.
    pub done: u32,
    /// How much there is; at least 1.
    pub total: u32,
    /// What is counted, such as "releases".
    pub unit: String,
    /// Whether it still runs.
    pub running: bool,
    /// How it ended, once it has.
    pub outcome: Option<Note>,
    /// Started, by, attempt.
    pub facts: Facts,
    /// Cancels it.
    pub cancel: Option<Action>,
    /// What came of it.
    pub results: Vec<Link>,
}
