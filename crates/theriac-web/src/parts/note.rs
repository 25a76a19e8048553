//! Notices and empty states.

use askama::Template;

use super::{Action, Icon, Link, Shape};

/// How a notice is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteKind {
    /// It worked.
    Good,
    /// Look before you go on.
    Warn,
    /// It did not work, or must not stay so.
    Bad,
    /// Good to know.
    Info,
    /// Something no longer fits together.
    Doubt,
}

/// A notice in the page.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "macros/note.html")]
pub struct Note {
    /// How it is meant.
    pub kind: NoteKind,
    /// What it says first, in bold; may be empty.
    pub title: String,
    /// What it says then.
    pub text: String,
    /// Plain lines below.
    pub items: Vec<String>,
    /// Links below.
    pub links: Vec<Link>,
    /// Whether it is announced at once: errors only.
    pub alert: bool,
}

impl askama::filters::HtmlSafe for Note {}

impl Note {
    /// A notice.
    #[must_use]
    pub fn new(kind: NoteKind, title: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            kind,
            title: title.into(),
            text: text.into(),
            items: Vec::new(),
            links: Vec::new(),
            alert: false,
        }
    }

    /// With a link.
    #[must_use]
    pub fn link(mut self, text: impl Into<String>, href: impl Into<String>) -> Self {
        self.links.push(Link::new(text, href));
        self
    }

    /// Announced at once.
    #[must_use]
    pub fn alert(mut self) -> Self {
        self.alert = true;
        self
    }

    fn class(&self) -> &'static str {
        match self.kind {
            NoteKind::Good => "good",
            NoteKind::Warn => "warn",
            NoteKind::Bad => "bad",
            NoteKind::Info => "info",
            NoteKind::Doubt => "doubt",
        }
    }

    fn icon(&self) -> Icon {
        match self.kind {
            NoteKind::Good => Shape::Tick,
            NoteKind::Warn => Shape::Half,
            NoteKind::Bad => Shape::Diamond,
            NoteKind::Info => Shape::Info,
            NoteKind::Doubt => Shape::BrokenChain,
        }
        .into()
    }
}

/// What an empty place says: what belongs here, which clause asks for it, how to begin.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "macros/empty.html")]
pub struct Empty {
    /// What is not there.
    pub title: String,
    /// What belongs here and which clause asks for it.
    pub text: String,
    /// How to begin; may be empty.
    pub actions: Vec<Action>,
}

impl askama::filters::HtmlSafe for Empty {}

impl Empty {
    /// An empty state.
    #[must_use]
    pub fn new(title: impl Into<String>, text: impl Into<String>, actions: Vec<Action>) -> Self {
        Self { title: title.into(), text: text.into(), actions }
    }
}
