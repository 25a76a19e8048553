//! Why a conditional clause does not apply.

use serde_json::json;

use crate::record::{Family, Kind, Scope, Workflow, clause, markdown, out, person, text};

/// The justification that a conditional clause does not apply. It holds only while the facts support it.
pub static APPLICABILITY: Kind = Kind {
    id: "applicability",
    prefix: "APPL",
    version: 1,
    scopes: &[Scope::Product, Scope::Release],
    title: "Applicability justification",
    plural: "Applicability justifications",
    purpose: "Says why a conditional clause does not apply; unconditional clauses refuse it.",
    clauses: &["4.1.3"],
    family: Family::Conformity,
    fields: &[
        text("title", "Title").required().listed(),
        clause("clause", "Clause").required().listed(),
        markdown("reason", "Reason").required(),
        person("owner", "Owner").required().listed(),
    ],
    links: &[out("cites", &[])],
    workflow: Workflow { approve: Family::Conformity, meaning: "Justification approved", clinical_if: None },
    duties: &[],
    validate: crate::record::no_further_rules,
    upcast: &[],
    samples: || {
        vec![json!({
            "title": "No items made to order", "clause": "4.1.5",
            "reason": "Every item is own or taken as it is.", "owner": "ana"
        })]
    },
};
