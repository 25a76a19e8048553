//! `/search?q=`: what matches, grouped by kind. An exact number leads straight to its page.

use askama::Template;

use crate::parts::{Link, Shell, Status};

/// One match.
#[derive(Debug, Clone)]
pub struct Hit {
    /// What matched, leading to it.
    pub link: Link,
    /// Where it belongs and what else identifies it.
    pub about: String,
    /// Its state.
    pub state: Option<Status>,
}

/// The matches of one kind.
#[derive(Debug, Clone)]
pub struct HitGroup {
    /// Kind in the plural, such as "Findings".
    pub label: String,
    /// How many there are in all.
    pub total: u32,
    /// The first of them.
    pub hits: Vec<Hit>,
    /// All of them.
    pub all: Option<Link>,
}

/// The results.
#[derive(Debug, Clone, Template)]
#[template(path = "search.html")]
pub struct SearchPage {
    /// Surroundings.
    pub shell: Shell,
    /// What was searched.
    pub q: String,
    /// Groups that have matches.
    pub groups: Vec<HitGroup>,
}
