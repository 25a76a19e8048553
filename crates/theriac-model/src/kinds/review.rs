//! Reviews with who attended, how independent they were, and which points they raised (5.2.2, 5.3.3, 5.4.4).

use serde_json::json;

use crate::record::{
    Content, Family, FieldError, Kind, Scope, Workflow, boolean, choice, date, markdown, out, person, rows,
    text,
};

/// A review of records.
pub static REVIEW: Kind = Kind {
    id: "review",
    prefix: "REV",
    version: 1,
    scopes: &[Scope::Product, Scope::Release],
    title: "Review",
    plural: "Reviews",
    purpose: "Records who reviewed which revisions, with which independence, and what became of the points raised.",
    clauses: &["5.2.2", "5.3.3", "5.4.4", "5.5.2"],
    family: Family::Development,
    fields: &[
        text("title", "Title").required().listed(),
        choice(
            "subject_type",
            "Subject",
            &["requirements", "architecture", "design", "implementation", "threat-model", "other"],
        )
        .required()
        .listed(),
        date("held_date", "Held on").required().listed(),
        rows(
            "attendees",
            "Attendees",
            &[
                person("person", "Person").required(),
                choice(
                    "discipline",
                    "Discipline",
                    &["architect-developer", "tester", "clinical-customer", "security", "other"],
                )
                .required(),
                boolean("independent", "Independent"),
            ],
        )
        .required(),
        markdown("independence", "Independence of the reviewers").required(),
        rows(
            "points",
            "Review points",
            &[
                text("point", "Point").max(1_000).required(),
                boolean("closed", "Closed"),
                text("resolution", "Resolution").max(1_000),
            ],
        ),
        choice("conclusion", "Conclusion", &["accepted", "accepted-with-points", "rejected"])
            .required()
            .listed(),
        person("owner", "Owner").required(),
    ],
    links: &[out("reviews", &[]).at_least(1).judges()],
    workflow: Workflow { approve: Family::Development, meaning: "Review concluded", clinical_if: None },
    duties: &[],
    validate: closed_points_say_how,
    upcast: &[],
    samples: || {
        vec![json!({
            "title": "Review of the requirements of 2.4", "subject_type": "requirements", "held_date": "2026-10-02",
            "attendees": [
                {"person": "ana", "discipline": "security", "independent": true},
                {"person": "ben", "discipline": "architect-developer", "independent": false}
            ],
            "independence": "Ana wrote none of them.",
            "points": [
                {"point": "Limit of retries is missing", "closed": true, "resolution": "Added to the text."},
                {"point": "Wording of the time-out", "closed": false}
            ],
            "conclusion": "accepted-with-points", "owner": "ana"
        })]
    },
};

fn closed_points_say_how(content: &Content, errors: &mut Vec<FieldError>) {
    let points = content.get("points").and_then(|rows| rows.as_array());
    for (index, point) in points.into_iter().flatten().enumerate() {
        if point["closed"] == true && point["resolution"].is_null() {
            errors.push(FieldError::new(format!("points.{index}.resolution"), "a closed point says how"));
        }
    }
}
