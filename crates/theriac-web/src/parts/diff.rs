//! What changed between two revisions, field by field.

use askama::Template;

/// What happened to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiffKind {
    /// Name of the field that the next lines belong to.
    Field,
    /// Unchanged.
    Same,
    /// Only in the newer revision.
    Added,
    /// Only in the older revision.
    Removed,
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The text.
    pub text: String,
    /// Whether just these words changed.
    pub changed: bool,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffLine {
    /// What happened to it.
    pub kind: DiffKind,
    /// Its pieces.
    pub spans: Vec<Span>,
}

impl DiffLine {
    /// A line in one piece.
    #[must_use]
    pub fn new(kind: DiffKind, text: impl Into<String>) -> Self {
        Self { kind, spans: vec![Span { text: text.into(), changed: false }] }
    }
}

/// A difference. Signs and hidden words say what is added and removed; colour is extra.
#[derive(Debug, Clone, PartialEq, Eq, Default, Template)]
#[template(path = "macros/diff.html")]
pub struct Diff {
    /// In the order of the fields.
    pub lines: Vec<DiffLine>,
}

impl askama::filters::HtmlSafe for Diff {}
