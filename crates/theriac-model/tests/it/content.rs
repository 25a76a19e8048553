use serde_json::{Value, json};
use theriac_model::kinds;
use theriac_model::record::{Completeness, Content, Kind, Link, RevisionSeal};
use theriac_model::{Digest, canonical_json};

fn errors(kind: &Kind, value: &Value, completeness: Completeness) -> Vec<String> {
    Content::check(kind, value, completeness).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn a_draft_may_miss_what_a_revision_may_not() {
    let draft = json!({"title": "  Altered images ", "treatment": "accept"});
    let content = Content::check(&kinds::RISK, &draft, Completeness::Draft).unwrap();
    assert_eq!(content.text("title"), "Altered images");
    let errors = errors(&kinds::RISK, &draft, Completeness::Submitted);
    assert!(errors.contains(&"scenario: Scenario is missing".to_owned()), "{errors:?}");
    assert!(errors.contains(&"reason: Reason is missing".to_owned()), "{errors:?}");
    assert!(!errors.iter().any(|error| error.starts_with("residual_likelihood")), "{errors:?}");
}

#[test]
fn what_is_wrong_is_said_where_it_is() {
    let cases = [
        (json!({"titel": "x"}), "titel: unknown field; the fields are title, clauses, person"),
        (json!({"title": 3}), "title: text is expected"),
        (json!({"title": "a\nb"}), "title: one line is expected"),
        (json!({"title": "a\u{0}b"}), "title: the control character U+0000"),
        (
            json!({"title": "a\u{202e}b"}),
            "title: the character U+202E (right-to-left override) is not allowed",
        ),
        (
            json!({"note": "a\n\u{202d}b"}),
            "note: the character U+202D (left-to-right override) is not allowed",
        ),
        (json!({"title": "x".repeat(201)}), "title: 201 characters are too many: at most 200"),
        (json!({"from": "2026-02-30"}), "from: a day of the form"),
        (json!({"from": "2026-2-3"}), "from: a day of the form"),
        (json!({"clauses": ["5.8.1", "5.8.1"]}), "clauses: \"5.8.1\" stands there twice"),
        (json!({"clauses": ["3.1"]}), "clauses: '3.1' is not a clause number"),
        (json!({"clauses": "5.8.1"}), "clauses: a list of texts"),
    ];
    for (value, expected) in cases {
        let errors = errors(&kinds::RESPONSIBILITY, &value, Completeness::Draft);
        assert!(errors[0].starts_with(expected), "{value}: {errors:?}");
    }
}

#[test]
fn no_text_of_a_record_overrides_its_direction_and_every_script_is_taken() {
    let row = json!({ "points": [{ "point": "a\u{202e}b" }] });
    let expected = "points.0.point: the character U+202E (right-to-left override)";
    assert!(errors(&kinds::REVIEW, &row, Completeness::Draft)[0].starts_with(expected));
    let entry = json!({ "missing": ["FIND-1", "\u{202d}FIND-2"] });
    let expected = "missing: the character U+202D (left-to-right override)";
    assert!(errors(&kinds::DEVIATION, &entry, Completeness::Draft)[0].starts_with(expected));
    // Hebrew with a mark of direction, and a number held apart.
    let hebrew = json!({ "title": "\u{5d0}\u{5d1}\u{200f} \u{2066}2.4\u{2069}" });
    Content::check(&kinds::RISK, &hebrew, Completeness::Draft).unwrap();
}

#[test]
fn errors_in_rows_name_the_row() {
    let value = json!({"attendees": [{"person": "ana"}, {"discipline": "wizard"}], "points": [7]});
    let errors = errors(&kinds::REVIEW, &value, Completeness::Submitted);
    for expected in
        ["attendees.0.discipline: Discipline is missing", "attendees.1.discipline: one of", "points.0: a row"]
    {
        assert!(errors.iter().any(|error| error.starts_with(expected)), "{expected}: {errors:?}");
    }
}

#[test]
fn a_risk_that_is_accepted_or_avoided_says_why_or_how() {
    let sample = (kinds::RISK.samples)().remove(1);
    let with = |treatment: &str, reason: Value| {
        let mut risk = sample.clone();
        risk["treatment"] = json!(treatment);
        risk["reason"] = reason;
        risk
    };
    let avoided = "reason: say in words how the risk is avoided";
    for silent in [Value::Null, json!(" "), json!("-"), json!("1."), json!("…")] {
        let found = errors(&kinds::RISK, &with("avoid", silent.clone()), Completeness::Submitted);
        assert_eq!(found, [avoided], "{silent}");
    }
    let accepted = errors(&kinds::RISK, &with("accept", json!("-")), Completeness::Submitted);
    assert_eq!(accepted, ["reason: say in words why the risk is accepted"]);
    let mut reduced = (kinds::RISK.samples)().remove(0);
    reduced["reason"] = json!("-");
    let reduced = errors(&kinds::RISK, &reduced, Completeness::Submitted);
    assert_eq!(reduced, ["reason: say in words why what remains is accepted, or leave it empty"]);
    for said in ["The interface is taken out.", "除去"] {
        Content::check(&kinds::RISK, &with("avoid", json!(said)), Completeness::Submitted).unwrap();
    }
    Content::check(&kinds::RISK, &with("avoid", json!("-")), Completeness::Draft).unwrap();
}

#[test]
fn a_matrix_with_a_hole_is_refused() {
    let mut criteria = (kinds::RISK_CRITERIA.samples)().remove(0);
    criteria["matrix"].as_array_mut().unwrap().pop();
    criteria["acceptable"] = json!(["tiny"]);
    let errors = errors(&kinds::RISK_CRITERIA, &criteria, Completeness::Submitted);
    assert_eq!(
        errors,
        [
            "acceptable: 'tiny' is not a level of criticality",
            "matrix: needs one row for likely and serious, it has 0"
        ]
    );
}

#[test]
fn a_revision_is_named_by_everything_that_a_signature_covers() {
    let seal = RevisionSeal {
        record: "RISK-1",
        number: 1,
        kind: "risk",
        kind_version: 1,
        predecessor: None,
        content: r#"{"title":"A"}"#,
        links: "[]",
        attachments: &[],
    };
    let first = seal.digest().unwrap();
    assert_eq!(first, seal.digest().unwrap());
    let whole = json!({
        "record": "RISK-1", "number": 1, "kind": "risk", "kind_version": 1, "predecessor": null,
        "content": {"title": "A"}, "links": [], "attachments": [],
    });
    assert_eq!(
        first,
        Digest::of(canonical_json(&whole).unwrap().as_bytes()),
        "of the canonical JSON of all of it"
    );
    let link = [Link { link: "affects".into(), target: "ITEM-1".into(), pinned: first }];
    let link = canonical_json(&link).unwrap();
    let attachment = [("plan.pdf".to_owned(), Digest::of(b"plan"))];
    let others = [
        RevisionSeal { record: "RISK-2", ..seal.clone() },
        RevisionSeal { number: 2, ..seal.clone() },
        RevisionSeal { kind_version: 2, ..seal.clone() },
        RevisionSeal { predecessor: Some(first), ..seal.clone() },
        RevisionSeal { content: r#"{"title":"B"}"#, ..seal.clone() },
        RevisionSeal { links: &link, ..seal.clone() },
        RevisionSeal { attachments: &attachment, ..seal.clone() },
    ];
    for other in others {
        assert_ne!(other.digest().unwrap(), first, "{other:?}");
    }
}
