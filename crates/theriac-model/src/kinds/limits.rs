//! The organisation's limits: days by severity, intervals, maximum ages, levels of independence.

use serde_json::json;

use crate::record::{Family, Field, Kind, Scope, Workflow, choice, integer, text};

const INDEPENDENCE: &[&str] = &["none", "person", "department", "organisation"];

const fn days(id: &'static str, label: &'static str) -> Field {
    integer(id, label, 0, 3_650).required()
}

const fn independence(id: &'static str, label: &'static str) -> Field {
    choice(id, label, INDEPENDENCE).required()
}

/// The limits that the organisation sets itself.
pub static LIMITS: Kind = Kind {
    id: "limits",
    prefix: "LIM",
    version: 1,
    scopes: &[Scope::Organisation],
    title: "Limits",
    plural: "Limits",
    purpose: "Sets how many days things may take, how old they may grow, and how independent testers must be.",
    clauses: &["6.1.1", "5.7.5", "9.3"],
    family: Family::Governance,
    fields: &[
        text("title", "Title").required().listed(),
        days("assess_days_critical", "Days to assess a critical finding").listed(),
        days("assess_days_high", "Days to assess a high finding").listed(),
        days("assess_days_medium", "Days to assess a medium finding"),
        days("assess_days_low", "Days to assess a low finding"),
        days("fix_days_critical", "Days to fix a critical finding").listed(),
        days("fix_days_high", "Days to fix a high finding").listed(),
        days("fix_days_medium", "Days to fix a medium finding"),
        days("fix_days_low", "Days to fix a low finding"),
        days("max_age_carried_assessment", "Greatest age of a carried assessment, in days"),
        days("max_age_clause_assessment", "Greatest age of a clause assessment, in days"),
        days("max_age_feed", "Greatest age of the advisory feed, in days"),
        integer("max_term_deviation", "Greatest term of a deviation, in days", 1, 3_650)
            .help("No deviation is submitted that expires later; left empty, 3,650 days."),
        days("interval_document_review", "Days between reviews of a document"),
        days("interval_criteria_review", "Days between reviews of the risk criteria"),
        independence("independence_requirements_tests", "Independence: security requirements tests"),
        independence("independence_threat_mitigation", "Independence: threat mitigation tests"),
        independence("independence_abuse_case", "Independence: abuse case tests"),
        independence("independence_attack_surface", "Independence: attack surface analysis"),
        independence("independence_vulnerability_scan", "Independence: known vulnerability scan"),
        independence("independence_composition_analysis", "Independence: composition analysis"),
        independence("independence_penetration", "Independence: penetration test"),
    ],
    links: &[],
    workflow: Workflow { approve: Family::Governance, meaning: "Limits approved", clinical_if: None },
    duties: &[],
    validate: crate::record::no_further_rules,
    upcast: &[],
    samples: || {
        vec![json!({
            "title": "Limits of 2026",
            "assess_days_critical": 2, "assess_days_high": 7, "assess_days_medium": 30, "assess_days_low": 90,
            "fix_days_critical": 14, "fix_days_high": 30, "fix_days_medium": 90, "fix_days_low": 365,
            "max_age_carried_assessment": 365, "max_age_clause_assessment": 365, "max_age_feed": 30, "max_term_deviation": 365,
            "interval_document_review": 365, "interval_criteria_review": 365,
            "independence_requirements_tests": "department", "independence_threat_mitigation": "department",
            "independence_abuse_case": "person", "independence_attack_surface": "person",
            "independence_vulnerability_scan": "person", "independence_composition_analysis": "none",
            "independence_penetration": "department"
        })]
    },
};
