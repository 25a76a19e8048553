//! Signed judgements of clauses that the program cannot compute: what makes a clause *attested*.

use serde_json::json;

use crate::record::{
    Family, Kind, Scope, Workflow, choice, clause, date, evidence, markdown, out, person, text,
};

/// A person's judgement of a clause; it lapses when what it cites changes or its greatest age passes.
pub static CLAUSE_ASSESSMENT: Kind = Kind {
    id: "clause-assessment",
    prefix: "CLA",
    version: 1,
    scopes: &[Scope::Organisation, Scope::Product, Scope::Release],
    title: "Clause assessment",
    plural: "Clause assessments",
    purpose: "Judges a clause that no check can compute, citing what was read.",
    clauses: &[],
    family: Family::Conformity,
    fields: &[
        text("title", "Title").required().listed(),
        clause("clause", "Clause").required().listed(),
        choice("verdict", "Verdict", &["met", "partly met", "not met"]).required().listed(),
        markdown("rationale", "Why").required(),
        markdown("samples", "What was read").required().help("The samples taken and how they were chosen."),
        date("assessed_date", "Assessed on").required().listed(),
        evidence("evidence", "Evidence"),
        person("owner", "Owner").required().listed(),
    ],
    links: &[out("cites", &[]).judges()],
    workflow: Workflow {
        approve: Family::Conformity,
        meaning: "Clause assessment approved",
        clinical_if: None,
    },
    duties: &[],
    validate: crate::record::no_further_rules,
    upcast: &[],
    samples: || {
        vec![json!({
            "title": "Quality management system", "clause": "4.1.1", "verdict": "met",
            "rationale": "Procedures for all activities are in force.",
            "samples": "Three of eleven procedures, drawn by lot.", "assessed_date": "2026-06-01",
            "evidence": ["EVID-1"], "owner": "ana"
        })]
    },
};
