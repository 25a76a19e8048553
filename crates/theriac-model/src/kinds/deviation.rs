//! Signed, expiring permissions to ship although a clause is not met.

use serde_json::json;

use crate::record::{
    DateDuty, Family, Kind, Scope, Workflow, clause, date, markdown, out, person, refs, text,
};

/// A permission to ship with a clause that is not met. It may open the gate; it never turns the clause.
pub static DEVIATION: Kind = Kind {
    id: "deviation",
    prefix: "DEV",
    version: 1,
    scopes: &[Scope::Release],
    title: "Deviation",
    plural: "Deviations",
    purpose: "Permits shipping with named items missing, for a reason and until a day.",
    clauses: &["5.8.5"],
    family: Family::Conformity,
    fields: &[
        text("title", "Title").required().listed(),
        clause("clause", "Clause").required().listed(),
        refs("missing", "Missing items")
            .required()
            .help(
                "As the verdict names them, such as RISK-12, or 7.3-a RISK-12 for one check alone. Each is permitted as it is \
                 when this is submitted, and not as it may become.",
            ),
        markdown("reason", "Reason").required(),
        markdown("compensating", "What protects meanwhile").required(),
        date("expires", "Expires").required().listed(),
        person("owner", "Owner").required().listed(),
    ],
    links: &[out("cites", &[])],
    workflow: Workflow { approve: Family::Conformity, meaning: "Deviation permitted", clinical_if: None },
    duties: &[DateDuty {
        date: "expires",
        owner: "owner",
        todo: "This deviation expires: close its missing items",
        unless: None,
    }],
    validate: crate::record::no_further_rules,
    upcast: &[],
    samples: || {
        vec![json!({
            "title": "Retest after shipping", "clause": "5.7.4", "missing": ["CAMP-4"],
            "reason": "The laboratory is booked until spring.", "compensating": "The interface is off by default.",
            "expires": "2027-01-31", "owner": "ana"
        })]
    },
};
