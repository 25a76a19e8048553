//! `/people`: people, their departments and managers, their access.

use askama::Template;

use crate::parts::{Empty, Errors, Field, Filters, Link, Pager, Shell, TableHead};

/// One person.
#[derive(Debug, Clone)]
pub struct PersonRow {
    /// Name, leading to the person.
    pub person: Link,
    /// E-mail address.
    pub email: String,
    /// Department.
    pub department: String,
    /// Line manager; may be empty.
    pub manager: String,
    /// Roles with their scopes, such as "approver (Lumen Gateway)".
    pub access: Vec<String>,
    /// Such as "since 2026-01-05", "left 2026-09-30".
    pub state: String,
}

/// The people. The form sends `csrf`, `name`, `email`, `department`, `manager`, `from`, `role`, `scope` to
/// `/people`.
#[derive(Debug, Clone, Template)]
#[template(path = "people.html")]
pub struct PeoplePage {
    /// Surroundings.
    pub shell: Shell,
    /// Filter form.
    pub filters: Filters,
    /// Head: person, department, manager, access, state.
    pub head: TableHead,
    /// By name.
    pub rows: Vec<PersonRow>,
    /// Paging.
    pub pager: Pager,
    /// Said instead when there is none.
    pub empty: Empty,
    /// Fields of "Add a person".
    pub add: Vec<Field>,
    /// Why the person signed in may not add one; empty when they may.
    pub add_blocked: String,
}

impl PeoplePage {
    fn errors(&self) -> Errors {
        Errors::of(&self.add)
    }
}
