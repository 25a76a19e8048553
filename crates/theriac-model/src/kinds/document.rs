//! Policies, procedures, plans, guidelines and reports: written here, attached, or kept in another system.

use serde_json::json;

use crate::record::{
    Content, DateDuty, Family, FieldError, Kind, Scope, Workflow, choice, clauses, date, markdown, out,
    person, text,
};

/// A document of the manufacturer.
pub static DOCUMENT: Kind = Kind {
    id: "document",
    prefix: "DOC",
    version: 1,
    scopes: &[Scope::Organisation, Scope::Product, Scope::Release],
    title: "Document",
    plural: "Documents",
    purpose: "Holds a policy, procedure, plan, guideline or report, or points to it with its digest.",
    clauses: &["4.1.1", "5.1.1", "5.8.2", "6.1.1", "7.1.1"],
    family: Family::Governance,
    fields: &[
        text("title", "Title").required().listed(),
        choice("type", "Type", &["policy", "procedure", "plan", "guideline", "report"]).required().listed(),
        clauses("clauses", "Clauses served").required().listed(),
        markdown("body", "Text").help("Leave empty when the document is attached or kept elsewhere."),
        text("reference_system", "Kept in").help("The system that holds it, when it is kept elsewhere."),
        text("reference_id", "Its id there"),
        text("reference_revision", "Its revision there"),
        text("reference_digest", "Digest of the file there")
            .max(64)
            .help("SHA-256, 64 hexadecimal characters."),
        person("owner", "Owner").required().listed(),
        date("effective_date", "Effective from").required().listed(),
        date("next_review", "Next review").required().listed(),
    ],
    links: &[out("replaces", &["document"]), out("belongs-to", &[])],
    workflow: Workflow {
        approve: Family::Governance,
        meaning: "Document approved for use",
        clinical_if: None,
    },
    duties: &[DateDuty {
        date: "next_review",
        owner: "owner",
        todo: "Review this document and set the next date",
        unless: None,
    }],
    validate: whole,
    upcast: &[],
    samples: || {
        vec![
            json!({
                "title": "Vulnerability handling", "type": "procedure", "clauses": ["6.2.1", "9.2"],
                "body": "# Purpose\n\nHow reports are *received*.", "owner": "ana",
                "effective_date": "2026-02-01", "next_review": "2027-02-01"
            }),
            json!({
                "title": "Development plan", "type": "plan", "clauses": ["5.1.1"],
                "reference_system": "Document server", "reference_id": "SDP-7", "reference_revision": "3",
                "reference_digest": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                "owner": "ana", "effective_date": "2026-02-01", "next_review": "2027-02-01"
            }),
        ]
    },
};

fn whole(content: &Content, errors: &mut Vec<FieldError>) {
    if content.date("next_review") <= content.date("effective_date") {
        errors.push(FieldError::new("next_review", "must be later than the effective date"));
    }
    let given = ["reference_system", "reference_id", "reference_revision", "reference_digest"]
        .map(|field| !content.text(field).is_empty());
    if given.contains(&true) && given.contains(&false) {
        errors.push(FieldError::new(
            "reference_system",
            "a document kept elsewhere needs all four: system, id, revision and digest",
        ));
    }
    let digest = content.text("reference_digest");
    if !digest.is_empty() && digest.parse::<crate::Digest>().is_err() {
        errors.push(FieldError::new("reference_digest", "64 hexadecimal characters are expected"));
    }
}
