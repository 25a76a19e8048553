//! The scales and acceptance criteria of security risk management (7.1.1, 7.3).

use serde_json::json;

use crate::record::{
    Content, DateDuty, Family, FieldError, Kind, Scope, Workflow, date, markdown, person, rows, text, words,
};

/// How risks are estimated and which are acceptable.
pub static RISK_CRITERIA: Kind = Kind {
    id: "risk-criteria",
    prefix: "CRIT",
    version: 1,
    scopes: &[Scope::Organisation, Scope::Product],
    title: "Risk criteria",
    plural: "Risk criteria",
    purpose: "Sets the scales, the matrix and what is acceptable, in step with the safety process.",
    clauses: &["7.1.1", "7.3"],
    family: Family::Risk,
    fields: &[
        text("title", "Title").required().listed(),
        markdown("method", "Method").required(),
        words("criticality", "Levels of criticality, mildest first").required(),
        words("likelihood", "Levels of likelihood, least first").required(),
        words("impact", "Levels of impact, mildest first").required(),
        rows(
            "matrix",
            "Matrix",
            &[
                text("likelihood", "Likelihood").required(),
                text("impact", "Impact").required(),
                text("level", "Criticality").required(),
            ],
        )
        .required(),
        words("acceptable", "Levels acceptable without more").required(),
        text("safety_scales", "Scales of the safety process it follows").required(),
        person("owner", "Owner").required().listed(),
        date("effective_date", "Effective from").required().listed(),
        date("next_review", "Next review").required().listed(),
    ],
    links: &[],
    workflow: Workflow { approve: Family::Governance, meaning: "Criteria approved", clinical_if: None },
    duties: &[DateDuty {
        date: "next_review",
        owner: "owner",
        todo: "Review these criteria and set the next date",
        unless: None,
    }],
    validate: consistent,
    upcast: &[],
    samples: || {
        vec![json!({
            "title": "Criteria of 2026", "method": "Likelihood of attack and severity of harm.",
            "criticality": ["low", "medium", "high"], "likelihood": ["rare", "likely"],
            "impact": ["minor", "serious"],
            "matrix": [
                {"likelihood": "rare", "impact": "minor", "level": "low"},
                {"likelihood": "rare", "impact": "serious", "level": "medium"},
                {"likelihood": "likely", "impact": "minor", "level": "medium"},
                {"likelihood": "likely", "impact": "serious", "level": "high"}
            ],
            "acceptable": ["low"], "safety_scales": "Severity scale of the risk management plan, revision 4",
            "owner": "ana", "effective_date": "2026-01-01", "next_review": "2027-01-01"
        })]
    },
};

fn consistent(content: &Content, errors: &mut Vec<FieldError>) {
    let levels = content.list("criticality");
    for level in content.list("acceptable").iter().filter(|level| !levels.contains(level)) {
        errors.push(FieldError::new("acceptable", format!("'{level}' is not a level of criticality")));
    }
    let cells: Vec<_> =
        content.get("matrix").and_then(|rows| rows.as_array()).into_iter().flatten().collect();
    let word = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    for (index, row) in cells.iter().enumerate() {
        for (key, scale) in [("likelihood", "likelihood"), ("impact", "impact"), ("level", "criticality")] {
            let value = word(row, key);
            if !content.list(scale).contains(&value.as_str()) {
                let field = format!("matrix.{index}.{key}");
                errors.push(FieldError::new(field, format!("'{value}' is not a level of {scale}")));
            }
        }
    }
    for likelihood in content.list("likelihood") {
        for impact in content.list("impact") {
            let fits = |row: &&&serde_json::Value| {
                word(row, "likelihood") == likelihood && word(row, "impact") == impact
            };
            let found = cells.iter().filter(fits).count();
            if found != 1 {
                let message = format!("needs one row for {likelihood} and {impact}, it has {found}");
                errors.push(FieldError::new("matrix", message));
            }
        }
    }
}
