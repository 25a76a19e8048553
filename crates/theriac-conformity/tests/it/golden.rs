//! A release that meets everything, seen whole.

use serde_json::Value;
use theriac_conformity::facts::words::Verdict;
use theriac_conformity::{Facts, facts_schema};

use crate::sample::{Sample, pack};

#[test]
fn the_sample_meets_every_clause_that_applies_and_opens_the_gate() {
    let sample = Sample::met();
    let conformity = sample.conformity();
    let wrong: Vec<_> = conformity
        .clauses
        .iter()
        .filter(|clause| !matches!(clause.verdict, Verdict::Met | Verdict::NotApplicable))
        .map(|clause| (&clause.clause, clause.verdict, &clause.missing))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let left_out: Vec<_> = conformity
        .clauses
        .iter()
        .filter(|clause| clause.verdict == Verdict::NotApplicable)
        .map(|clause| clause.clause.as_str())
        .collect();
    assert_eq!(left_out, ["F.2", "F.3", "F.4"]);
    assert!(!conformity.provisional);
    let gate = sample.gate();
    assert!(gate.open, "{:#?}", gate.reasons);
}

#[test]
fn the_printed_verdicts_have_the_promised_shape() {
    let conformity = serde_json::to_value(Sample::met().conformity()).unwrap();
    for key in ["at", "seq", "pack", "provisional", "clauses"] {
        assert!(conformity.get(key).is_some(), "{key}");
    }
    let clauses = conformity["clauses"].as_array().unwrap();
    assert_eq!(clauses.len(), 59);
    for key in ["clause", "title", "verdict", "standing", "kind", "checks", "missing"] {
        assert!(clauses.iter().all(|clause| clause.get(key).is_some()), "{key}");
    }
    assert_eq!(conformity["pack"], format!("iec-81001-5-1-2021@{}", pack().digest));
    let broken = Sample::met().without("DOC-3").conformity();
    let missing = serde_json::to_value(&broken.clauses).unwrap();
    let clause = missing.as_array().unwrap().iter().find(|clause| clause["clause"] == "5.8.3").unwrap();
    let item = &clause["missing"][0];
    assert_eq!(item["ref"], "5.8.3-c");
    assert_eq!(item["owner"], "ana");
    assert_eq!(item["due"], "2026-12-01");
    assert!(item["todo"].as_str().unwrap().contains("guideline"));
}

#[test]
fn the_explanation_reaches_revisions_and_evidence() {
    let conformity = Sample::met().conformity();
    let clause = conformity.clauses.iter().find(|clause| clause.clause == "5.2.1").unwrap();
    let check = clause.checks.iter().find(|check| check.check == "5.2.1-c").unwrap();
    let facts = Sample::met().facts();
    assert_eq!(check.passing[0].reference, facts.requirements[0].reference);
    assert_eq!(check.passing[0].rests_on, [facts.evidence[1].reference.clone()]);
    assert!(check.passing[0].rests_on[0].starts_with("EVID-2@"));
}

#[test]
fn facts_survive_writing_and_reading_and_refuse_unknown_fields() {
    let facts = Sample::met().facts();
    let text = serde_json::to_string(&facts).unwrap();
    assert_eq!(serde_json::from_str::<Facts>(&text).unwrap(), facts);
    let mut json: Value = serde_json::from_str(&text).unwrap();
    json["risks"][0]["mood"] = Value::from("good");
    assert!(serde_json::from_value::<Facts>(json).unwrap_err().to_string().contains("mood"));
}

#[test]
fn the_schema_knows_every_list_and_forbids_what_it_does_not() {
    let schema = facts_schema();
    let facts = serde_json::to_value(Sample::met().facts()).unwrap();
    for key in facts.as_object().unwrap().keys() {
        assert!(schema["properties"].get(key).is_some(), "{key}");
    }
    assert_eq!(schema["additionalProperties"], false);
}
