//! Test campaigns: a kind of test on a build, by whom, how independent, with which results (5.7).

use serde_json::json;

use crate::record::{
    Content, Family, FieldError, Kind, Scope, Workflow, build, choice, date, evidence, markdown, out, person,
    text,
};

/// A campaign of security tests on a build of a release.
pub static TEST_CAMPAIGN: Kind = Kind {
    id: "test-campaign",
    prefix: "CAMP",
    version: 1,
    scopes: &[Scope::Release],
    title: "Test campaign",
    plural: "Test campaigns",
    purpose: "Says who tested which build for what, how independent they were, and cites the results.",
    clauses: &["5.7.1", "5.7.2", "5.7.3", "5.7.4", "5.7.5"],
    family: Family::Testing,
    fields: &[
        text("title", "Title").required().listed(),
        choice(
            "test_kind",
            "Kind of test",
            &[
                "requirements-tests",
                "threat-mitigation",
                "abuse-case",
                "attack-surface",
                "vulnerability-scan",
                "composition-analysis",
                "penetration",
            ],
        )
        .required()
        .listed(),
        build("build", "Build").required().listed(),
        person("tester", "Tester").required().listed(),
        choice("independence", "Independence", &["none", "person", "department", "organisation"])
            .required()
            .listed(),
        markdown("scope", "Scope").required(),
        date("from_date", "From").required(),
        date("to_date", "To").required().listed(),
        evidence("evidence", "Results").required().help("Evidence ids, such as EVID-3."),
    ],
    links: &[out("verifies", &["requirement", "measure"])],
    workflow: Workflow { approve: Family::Development, meaning: "Campaign concluded", clinical_if: None },
    duties: &[],
    validate: from_before_to,
    upcast: &[],
    samples: || {
        vec![json!({
            "title": "Requirements tests of rc.2", "test_kind": "requirements-tests", "build": "2.4.0-rc.2",
            "tester": "mei", "independence": "department", "scope": "All security requirements.",
            "from_date": "2026-10-01", "to_date": "2026-10-09", "evidence": ["EVID-3"]
        })]
    },
};

fn from_before_to(content: &Content, errors: &mut Vec<FieldError>) {
    if content.date("to_date") < content.date("from_date") {
        errors.push(FieldError::new("to_date", "must not be earlier than the first day"));
    }
}
