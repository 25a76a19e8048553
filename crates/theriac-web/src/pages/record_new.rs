//! `/records/new`: which kind of record to write.

use askama::Template;

use crate::parts::{Field, Shell};

/// One kind, as offered.
#[derive(Debug, Clone)]
pub struct KindRow {
    /// Its title, such as "Risk".
    pub title: String,
    /// Its prefix, such as "RISK".
    pub prefix: String,
    /// What it is for.
    pub about: String,
    /// Where its form is.
    pub href: String,
    /// Why this person may not write one; empty when they may.
    pub blocked: String,
}

/// The kinds of record. Where a kind needs a scope that is not known yet, its address asks for it: the
/// form sends `kind` and `scope` by GET to `/records/new`.
#[derive(Debug, Clone, Template)]
#[template(path = "record_new.html")]
pub struct RecordNewPage {
    /// Surroundings.
    pub shell: Shell,
    /// The kind already chosen: its id and title; then only the scope is asked.
    pub chosen: Option<(String, String)>,
    /// The field `scope`.
    pub scope: Field,
    /// Kinds, in the order of the standard's processes.
    pub kinds: Vec<KindRow>,
}
