//! Security risks: a threat scenario with criticality, likelihood, impact and what is done (7.2 to 7.4).

use serde_json::json;

use crate::record::{
    Content, DateDuty, Family, FieldError, Kind, Scope, Workflow, choice, date, markdown, out, person, scale,
    text,
};

/// A security risk of a product.
pub static RISK: Kind = Kind {
    id: "risk",
    prefix: "RISK",
    version: 1,
    scopes: &[Scope::Product],
    title: "Risk",
    plural: "Risks",
    purpose: "Says who could do what to which asset, how bad that is, and how it is treated.",
    clauses: &["7.2", "7.3", "7.4"],
    family: Family::Risk,
    fields: &[
        text("title", "Title").required().listed(),
        markdown("scenario", "Scenario").required().help("Who does what to which asset?"),
        scale("likelihood", "Likelihood of attack", "likelihood").required().listed(),
        scale("impact", "Impact", "impact").required().listed(),
        scale("criticality", "Criticality", "criticality").required().listed(),
        text("cvss", "CVSS vector")
            .help("Such as CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N; versions 2.0 to 4.0."),
        choice("patient_harm", "Harm to a patient", &["none", "possible"]).required().listed(),
        choice("treatment", "Treatment", &["reduce", "accept", "avoid"]).required().listed(),
        markdown("reason", "Reason")
            .required_if("treatment", "accept")
            .help("Why the risk, or what remains of it, is accepted, or how it is avoided."),
        scale("residual_likelihood", "Residual likelihood", "likelihood").required_if("treatment", "reduce"),
        scale("residual_impact", "Residual impact", "impact").required_if("treatment", "reduce"),
        person("owner", "Owner").required().listed(),
        date("next_review", "Next review").required().listed(),
    ],
    links: &[
        out("mitigated-by", &["measure"]),
        out("affects", &["software-item"]).at_least(1),
        out("scored-under", &["risk-criteria"]).at_least(1).judges(),
    ],
    workflow: Workflow {
        approve: Family::Risk,
        meaning: "Residual risk accepted",
        clinical_if: Some(("patient_harm", "possible")),
    },
    duties: &[DateDuty {
        date: "next_review",
        owner: "owner",
        todo: "Review this risk and set the next date",
        unless: None,
    }],
    validate: treated,
    upcast: &[],
    samples: || {
        vec![
            json!({
                "title": "Altered images", "scenario": "Someone on the ward network alters images on their way.",
                "likelihood": "likely", "impact": "serious", "criticality": "high",
                "cvss": "CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N", "patient_harm": "possible",
                "treatment": "reduce", "residual_likelihood": "rare", "residual_impact": "serious",
                "owner": "ana", "next_review": "2027-01-01"
            }),
            json!({
                "title": "Log file read", "scenario": "A technician reads a log that holds no names.",
                "likelihood": "rare", "impact": "minor", "criticality": "low", "patient_harm": "none",
                "treatment": "accept", "reason": "Nothing of worth is in it.", "owner": "ana",
                "next_review": "2027-01-01"
            }),
        ]
    },
};

/// What no measure reduces needs words, and a reason that is given has letters: a dash says nothing.
fn treated(content: &Content, errors: &mut Vec<FieldError>) {
    let reason = content.text("reason");
    if reason.contains(char::is_alphabetic) {
        return;
    }
    let message = match content.text("treatment") {
        "reduce" if reason.is_empty() => return,
        "reduce" => "say in words why what remains is accepted, or leave it empty",
        "accept" => "say in words why the risk is accepted",
        _ => "say in words how the risk is avoided",
    };
    errors.push(FieldError::new("reason", message));
}
