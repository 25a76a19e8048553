//! Who answers for which clauses, from when to when (4.1.2).

use serde_json::json;

use crate::record::{
    Content, Family, FieldError, Kind, Scope, Workflow, clauses, date, markdown, person, text,
};

/// The record of who answers for which clauses. Access rights are grants, another thing.
pub static RESPONSIBILITY: Kind = Kind {
    id: "responsibility",
    prefix: "RESP",
    version: 1,
    scopes: &[Scope::Organisation, Scope::Product],
    title: "Responsibility",
    plural: "Responsibilities",
    purpose: "Says which one person answers for the security activities of some clauses.",
    clauses: &["4.1.2"],
    family: Family::Governance,
    fields: &[
        text("title", "Title").required().listed(),
        clauses("clauses", "Clauses").required().listed().help("Clause numbers, such as 5.8.1 or 7."),
        person("person", "Accountable person").required().listed(),
        date("from", "From").required().listed(),
        date("to", "To").listed().help("Empty while it goes on."),
        markdown("note", "Note"),
    ],
    links: &[],
    workflow: Workflow { approve: Family::Governance, meaning: "Appointment approved", clinical_if: None },
    duties: &[],
    validate: from_before_to,
    upcast: &[],
    samples: || {
        vec![json!({
            "title": "Release of the gateway", "clauses": ["5.8.1", "5.8.5", "5.8.6"],
            "person": "ana", "from": "2026-01-01", "to": "2027-01-01", "note": "Deputy: the quality manager."
        })]
    },
};

fn from_before_to(content: &Content, errors: &mut Vec<FieldError>) {
    if content.date("to").is_some() && content.date("to") <= content.date("from") {
        errors.push(FieldError::new("to", "must be later than the first day"));
    }
}
