//! What is shown instead of a page: not allowed, not there, too large, refused, failed.

use askama::Template;

use crate::parts::{Link, Shell};

/// An error page.
#[derive(Debug, Clone, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// Surroundings.
    pub shell: Shell,
    /// HTTP status, such as 403.
    pub status: u16,
    /// What is the matter, such as "You may not sign this record".
    pub title: String,
    /// Why, and what to do.
    pub text: String,
    /// Particulars: fields and reasons, places in a file.
    pub details: Vec<String>,
    /// Id of the incident in the log; empty when there is nothing to look up.
    pub incident: String,
    /// Where to go from here.
    pub links: Vec<Link>,
}
