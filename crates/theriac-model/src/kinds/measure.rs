//! Risk control measures (7.4).

use serde_json::json;

use crate::record::{Family, Kind, Scope, Workflow, markdown, out, person, text};

/// What reduces a risk.
pub static MEASURE: Kind = Kind {
    id: "measure",
    prefix: "MEAS",
    version: 1,
    scopes: &[Scope::Product],
    title: "Risk control measure",
    plural: "Risk control measures",
    purpose: "Says what reduces a risk, and that it does no harm to safety and effectiveness itself.",
    clauses: &["7.4"],
    family: Family::Risk,
    fields: &[
        text("title", "Title").required().listed(),
        markdown("description", "Description").required(),
        markdown("side_effects", "Effects on safety and effectiveness").required(),
        person("owner", "Owner").required().listed(),
    ],
    links: &[out("implemented-by", &["requirement"])],
    workflow: Workflow { approve: Family::Development, meaning: "Measure approved", clinical_if: None },
    duties: &[],
    validate: crate::record::no_further_rules,
    upcast: &[],
    samples: || {
        vec![json!({
            "title": "Mutual TLS to the archive", "description": "Both ends show a certificate.",
            "side_effects": "An expired certificate stops the transfer; images stay on the device.",
            "owner": "ana"
        })]
    },
};
