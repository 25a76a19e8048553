//! The explanation of a verdict: clause, checks, records or findings, evidence.

use askama::Template;

use super::{Due, Link, Status};

/// One step of an explanation and what lies below it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Template)]
#[template(path = "macros/node.html")]
pub struct Node {
    /// Verdict or state.
    pub status: Option<Status>,
    /// The record, finding or evidence it is about.
    pub link: Option<Link>,
    /// What it says.
    pub text: String,
    /// A count such as "35 of 37", or what else is said in passing.
    pub note: String,
    /// Who owes it; empty when nobody does.
    pub owner: String,
    /// By when.
    pub due: Option<Due>,
    /// The evidence it rests on.
    pub evidence: Vec<Link>,
    /// What lies below.
    pub children: Vec<Node>,
    /// Folded until opened; met branches are.
    pub folded: bool,
}

impl askama::filters::HtmlSafe for Node {}
