//! `/people/{person}`: one person, their place in the organisation and their access.

use askama::Template;

use crate::parts::{Action, Errors, Facts, Field, Note, Shell, Timeline, When};

/// One grant of a role.
#[derive(Debug, Clone)]
pub struct GrantRow {
    /// The role.
    pub role: String,
    /// Organisation, product or release it holds for.
    pub scope: String,
    /// From when.
    pub from: When,
    /// Who gave it.
    pub by: String,
    /// Ends it; blocked with a reason where it may not be.
    pub end: Option<Action>,
}

/// One person. Forms: change sends `csrf`, `expected`, `department`, `manager`, `from`, `to` to the person's
/// address; a grant sends `csrf`, `role`, `scope` to `…/grants`.
#[derive(Debug, Clone, Template)]
#[template(path = "person.html")]
pub struct PersonPage {
    /// Surroundings.
    pub shell: Shell,
    /// Name.
    pub name: String,
    /// Address of this page.
    pub url: String,
    /// Digest of the person's row as shown.
    pub expected: String,
    /// Such as that the address was erased.
    pub notes: Vec<Note>,
    /// E-mail, department, manager, since, id.
    pub facts: Facts,
    /// Access now.
    pub grants: Vec<GrantRow>,
    /// Fields of the change; empty when the person signed in may not.
    pub change: Vec<Field>,
    /// Fields of a new grant.
    pub grant: Vec<Field>,
    /// Why the person signed in may not change anything; empty when they may.
    pub blocked: String,
    /// A new password, a sign-out everywhere.
    pub actions: Vec<Action>,
    /// What happened, newest first.
    pub events: Timeline,
}

impl PersonPage {
    fn errors(&self) -> Errors {
        Errors::of(self.change.iter().chain(&self.grant))
    }
}
