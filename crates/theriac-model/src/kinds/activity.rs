//! Planned security activities of a release: who does what by when, and with which evidence it was done (5.1.1, 5.8.6).

use serde_json::json;

use crate::record::{
    Content, DateDuty, Family, FieldError, Kind, Scope, Workflow, clause, date, evidence, markdown, out,
    person, text,
};

/// What an activity can bring forth; what rules the organisation or permits something shows nothing done.
const RESULTS: &[&str] = &[
    "clause-assessment",
    "document",
    "measure",
    "requirement",
    "review",
    "risk",
    "risk-criteria",
    "software-item",
    "test-campaign",
];

/// A security activity of a release.
pub static ACTIVITY: Kind = Kind {
    id: "activity",
    prefix: "ACT",
    version: 1,
    scopes: &[Scope::Release],
    title: "Activity",
    plural: "Activities",
    purpose: "Plans a security activity of this release and says with which evidence it was done.",
    clauses: &["5.1.1", "5.8.6"],
    family: Family::Plan,
    fields: &[
        text("title", "Title").required().listed(),
        clause("clause", "Clause").required().listed(),
        person("assignee", "Assigned to").required().listed(),
        date("start_date", "Starts").required().listed(),
        date("due_date", "Due").required().listed(),
        date("done_date", "Done on").listed(),
        evidence("evidence", "Evidence"),
        markdown("outcome", "Outcome"),
    ],
    links: &[out("planned-in", &["document"]), out("resulted-in", RESULTS)],
    workflow: Workflow { approve: Family::Development, meaning: "Activity confirmed", clinical_if: None },
    duties: &[DateDuty {
        date: "due_date",
        owner: "assignee",
        todo: "Do this activity and record its outcome",
        unless: Some("done_date"),
    }],
    validate: dates,
    upcast: &[],
    samples: || {
        vec![json!({
            "title": "Threat model of 2.4", "clause": "7.2", "assignee": "ana", "start_date": "2026-09-01",
            "due_date": "2026-09-30", "done_date": "2026-09-28", "evidence": ["EVID-2"],
            "outcome": "Two threats added."
        })]
    },
};

fn dates(content: &Content, errors: &mut Vec<FieldError>) {
    if content.date("due_date") < content.date("start_date") {
        errors.push(FieldError::new("due_date", "must not be earlier than the start"));
    }
    if content.date("done_date").is_some() && content.text("outcome").is_empty() {
        errors.push(FieldError::new("outcome", "an activity that is done says with which outcome"));
    }
}
