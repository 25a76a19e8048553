//! Lists of terms and values: the fields of a record, the origin of evidence, what is signed.

use askama::Template;
use jiff::civil::Date;

use super::{Due, Link, Status, When};
use crate::markdown::Html;

/// One value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Words.
    Text(String),
    /// Words that matter less.
    Muted(String),
    /// A digest, purl, vector, path.
    Code(String),
    /// Rendered Markdown.
    Html(Html),
    /// A link.
    Link(Link),
    /// A point in time.
    When(When),
    /// A date to keep.
    Due(Due),
    /// A status.
    Status(Status),
    /// Lines one below the other; those without an address are plain.
    Lines(Vec<Link>),
    /// Rows of sub-fields: headings and cells. A cell that is a day does not break.
    Table(Vec<String>, Vec<Vec<String>>),
}

/// A term and its values, written one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The term.
    pub term: String,
    /// The values; none means "not stated".
    pub values: Vec<Value>,
}

impl Fact {
    /// A term with one value.
    #[must_use]
    pub fn new(term: impl Into<String>, value: Value) -> Self {
        Self { term: term.into(), values: vec![value] }
    }

    /// A term with words; without any it is not stated.
    #[must_use]
    pub fn text(term: impl Into<String>, text: impl Into<String>) -> Self {
        match text.into() {
            words if words.is_empty() => Self::none(term),
            words => Self::new(term, Value::Text(words)),
        }
    }

    /// A term with a code.
    #[must_use]
    pub fn code(term: impl Into<String>, code: impl Into<String>) -> Self {
        Self::new(term, Value::Code(code.into()))
    }

    /// A term with links.
    #[must_use]
    pub fn links(term: impl Into<String>, links: Vec<Link>) -> Self {
        Self { term: term.into(), values: links.into_iter().map(Value::Link).collect() }
    }

    /// A term without a value.
    #[must_use]
    pub fn none(term: impl Into<String>) -> Self {
        Self { term: term.into(), values: Vec::new() }
    }
}

/// A list of terms and values.
#[derive(Debug, Clone, PartialEq, Eq, Default, Template)]
#[template(path = "macros/facts.html")]
pub struct Facts {
    /// In the order shown.
    pub facts: Vec<Fact>,
}

impl askama::filters::HtmlSafe for Facts {}

impl Facts {
    fn is_day(&self, cell: &str) -> bool {
        cell.len() == 10 && cell.parse::<Date>().is_ok()
    }
}

impl From<Vec<Fact>> for Facts {
    fn from(facts: Vec<Fact>) -> Self {
        Self { facts }
    }
}
