//! What a person can do on a page, or why not.

use askama::Template;

/// What happens when an action is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Does {
    /// Leads to another page.
    Opens(String),
    /// Sends a form of hidden values only, the CSRF token among them.
    Sends {
        /// Where the form goes, by POST.
        action: String,
        /// Hidden values as name and value.
        values: Vec<(String, String)>,
    },
    /// May not be used now; the reason stands beside it.
    Blocked(String),
}

/// A button or a link that looks like one. At most one action of a page is the main one.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "macros/action.html")]
pub struct Action {
    /// A verb.
    pub label: String,
    /// What it does.
    pub does: Does,
    /// Class of the button: empty, `main`, `danger` or `sm`.
    pub class: &'static str,
    /// Name for the keyboard shortcut: `edit`, `sign`, `assess`; empty without one.
    pub key: &'static str,
}

impl askama::filters::HtmlSafe for Action {}

impl Action {
    /// Leads to `href`.
    #[must_use]
    pub fn open(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), does: Does::Opens(href.into()), class: "", key: "" }
    }

    /// Sends `csrf` and `values` to `action`.
    #[must_use]
    pub fn send(
        label: impl Into<String>,
        action: impl Into<String>,
        csrf: &str,
        values: &[(&str, &str)],
    ) -> Self {
        let mut all = vec![("csrf".to_owned(), csrf.to_owned())];
        all.extend(values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        Self {
            label: label.into(),
            does: Does::Sends { action: action.into(), values: all },
            class: "",
            key: "",
        }
    }

    /// Shown, but not to be used, with the reason.
    #[must_use]
    pub fn blocked(label: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { label: label.into(), does: Does::Blocked(reason.into()), class: "", key: "" }
    }

    /// As the main action of the page.
    #[must_use]
    pub fn main(mut self) -> Self {
        self.class = "main";
        self
    }

    /// As an action that takes something away.
    #[must_use]
    pub fn danger(mut self) -> Self {
        self.class = "danger";
        self
    }

    /// As a small button in a row.
    #[must_use]
    pub fn small(mut self) -> Self {
        self.class = "sm";
        self
    }

    /// Reached by a single key (see `assets/app.js`).
    #[must_use]
    pub fn key(mut self, key: &'static str) -> Self {
        self.key = key;
        self
    }
}
