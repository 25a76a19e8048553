//! `/products/{product}/releases/{release}/conformity/{clause}`: one clause and why it stands as it does.

use askama::Template;

use crate::parts::{Action, Duty, Facts, Link, Node, Note, Shell, Status};

/// One clause of a release.
#[derive(Debug, Clone, Template)]
#[template(path = "clause.html")]
pub struct ClausePage {
    /// Surroundings.
    pub shell: Shell,
    /// Number, such as "5.8.1".
    pub number: String,
    /// Short title.
    pub title: String,
    /// Verdict at release.
    pub verdict: Status,
    /// Verdict standing today, when the clause is judged so.
    pub standing: Option<Status>,
    /// What the clause asks for, in our own words.
    pub asks: String,
    /// Provisional, covered by a deviation, an applicability justification that does not hold.
    pub notes: Vec<Note>,
    /// Computed or attested, confidence, condition, pack, sequence.
    pub facts: Facts,
    /// Its checks at release with what lies below them.
    pub checks: Vec<Node>,
    /// Its standing checks; empty when it has none.
    pub standing_checks: Vec<Node>,
    /// What is missing, soonest first.
    pub missing: Vec<Duty>,
    /// Records about this clause: responsibilities, clause assessments, deviations.
    pub records: Vec<Link>,
    /// Such as "Write a clause assessment", "Ask for a deviation".
    pub actions: Vec<Action>,
    /// The clause before.
    pub previous: Option<Link>,
    /// The clause after.
    pub next: Option<Link>,
}
