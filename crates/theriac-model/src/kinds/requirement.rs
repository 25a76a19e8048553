//! Security requirements (5.2.1).

use serde_json::json;

use crate::record::{Family, Kind, Scope, Workflow, choice, markdown, out, person, text, words};

/// A security requirement of a product.
pub static REQUIREMENT: Kind = Kind {
    id: "requirement",
    prefix: "REQ",
    version: 1,
    scopes: &[Scope::Product],
    title: "Requirement",
    plural: "Requirements",
    purpose: "Says what the software must do for security, so that a test can tell whether it does.",
    clauses: &["5.2.1"],
    family: Family::Development,
    fields: &[
        text("title", "Title").required().listed(),
        markdown("text", "Requirement").required(),
        choice(
            "stage",
            "Stage",
            &["software", "installation", "operation", "maintenance", "decommissioning"],
        )
        .required()
        .listed(),
        words("tests", "Test cases that verify it")
            .help("One a line, as the test report names them: class.name."),
        person("owner", "Owner").required().listed(),
    ],
    links: &[out("refines", &["requirement"])],
    workflow: Workflow { approve: Family::Development, meaning: "Requirement approved", clinical_if: None },
    duties: &[],
    validate: crate::record::no_further_rules,
    upcast: &[],
    samples: || {
        vec![json!({
            "title": "Refuse unknown peers", "text": "The gateway ends a connection whose certificate it cannot verify.",
            "stage": "software", "tests": ["tls.PeerTest.unknown_ca", "tls.PeerTest.expired"], "owner": "ana"
        })]
    },
};
