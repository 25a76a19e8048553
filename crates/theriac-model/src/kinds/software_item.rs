//! Software items with their class of risk transfer (4.3).

use serde_json::json;

use crate::record::{
    Content, DateDuty, Family, FieldError, Kind, Scope, Workflow, choice, date, markdown, person, text, words,
};

const CLASSES: &[&str] = &["maintained", "supported", "required"];

/// A part of the product, own or bought, and its class.
pub static SOFTWARE_ITEM: Kind = Kind {
    id: "software-item",
    prefix: "ITEM",
    version: 1,
    scopes: &[Scope::Product],
    title: "Software item",
    plural: "Software items",
    purpose: "Classes a part of the product as maintained, supported or required; components follow by purl pattern.",
    clauses: &["4.3", "5.2.3"],
    family: Family::Development,
    fields: &[
        text("title", "Title").required().listed(),
        choice("origin", "Origin", &["own", "bought", "made-to-order"]).required().listed(),
        choice("class", "Class", CLASSES).required().listed(),
        words("purls", "Purl patterns")
            .required()
            .help("One a line; * stands for anything: pkg:npm/*. A component without a purl: name:fastcodec, or its CPE."),
        date("support_end", "Support ends").listed(),
        markdown("rationale", "Why this class").required(),
        choice("previous_class", "Class before", CLASSES).help("When the class was lowered."),
        markdown("user_information", "Information for users").help("Needed when the class was lowered."),
        person("owner", "Owner").required().listed(),
    ],
    links: &[],
    workflow: Workflow {
        approve: Family::Development,
        meaning: "Classification approved",
        clinical_if: None,
    },
    duties: &[DateDuty {
        date: "support_end",
        owner: "owner",
        todo: "Support of this item ends: replace it, extend the support, or tell the users",
        unless: None,
    }],
    validate: patterns,
    upcast: &[],
    samples: || {
        vec![json!({
            "title": "JavaScript libraries", "origin": "bought", "class": "required", "purls": ["pkg:npm/*"],
            "support_end": "2029-12-31", "rationale": "Taken as they are from the public registry.",
            "previous_class": "supported", "user_information": "Updates come with the product.", "owner": "ana"
        })]
    },
};

fn patterns(content: &Content, errors: &mut Vec<FieldError>) {
    for pattern in content.list("purls") {
        let begins = ["pkg:", "name:", "cpe:"].iter().any(|word| pattern.starts_with(word));
        if !begins && pattern != "*" {
            let words = format!("'{pattern}' does not begin with pkg:, name: or cpe:");
            errors.push(FieldError::new("purls", words));
        }
    }
}
