//! The shape of a pack's files. An unknown key, a missing one or a wrong type is an error with its line.

use serde::Deserialize;
use toml::Spanned;

use super::{ClauseKind, Judges, Level};
use crate::facts::words::{Route, Verdict};

/// `pack.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PackFile {
    pub(super) id: String,
    pub(super) title: String,
    /// What the letters of a clause's confidence mean.
    pub(super) confidence: std::collections::BTreeMap<String, String>,
}

/// Any other file: clauses.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClauseFile {
    pub(super) clause: Vec<ClauseSource>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClauseSource {
    pub(super) number: Spanned<String>,
    pub(super) title: String,
    pub(super) level: Level,
    pub(super) confidence: Spanned<String>,
    #[serde(default = "full")]
    pub(super) routes: Vec<Route>,
    pub(super) kind: ClauseKind,
    #[serde(default = "both")]
    pub(super) judges: Vec<Judges>,
    pub(super) duty: String,
    /// The most days that an assessment of an attested clause holds, where the standard itself says so.
    pub(super) max_age_days: Option<Spanned<u16>>,
    pub(super) condition: Option<ConditionSource>,
    #[serde(default)]
    pub(super) check: Vec<CheckSource>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConditionSource {
    pub(super) words: String,
    pub(super) applies: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckSource {
    pub(super) id: Spanned<String>,
    pub(super) title: String,
    pub(super) over: Spanned<String>,
    #[serde(rename = "where")]
    pub(super) filter: Option<Spanned<String>>,
    pub(super) pass: Spanned<String>,
    pub(super) none: Spanned<Verdict>,
    pub(super) todo: Spanned<String>,
    #[serde(default)]
    pub(super) todos: Vec<TodoSource>,
    pub(super) todo_none: Option<Spanned<String>>,
    pub(super) owes: Option<Spanned<String>>,
    pub(super) due: Option<Spanned<String>>,
    pub(super) judges: Option<Vec<Judges>>,
    #[serde(default)]
    pub(super) rests: Vec<Spanned<String>>,
}

/// What to do in a case of its own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TodoSource {
    pub(super) when: Spanned<String>,
    pub(super) todo: Spanned<String>,
}

fn full() -> Vec<Route> {
    vec![Route::Full]
}

fn both() -> Vec<Judges> {
    vec![Judges::AtRelease, Judges::Standing]
}
