//! Explanations go down to revisions, judgements and evidence, and what is missing is said for each cause.

use serde_json::json;
use theriac_conformity::facts::words::VexStatus;
use theriac_conformity::{CheckVerdict, Conformity};

use crate::sample::{Sample, day};

fn check<'c>(conformity: &'c Conformity, id: &str) -> &'c CheckVerdict {
    let checks = conformity.clauses.iter().flat_map(|clause| &clause.checks);
    checks.into_iter().find(|check| check.check == id).unwrap_or_else(|| panic!("{id}"))
}

#[test]
fn what_subjects_rest_on_is_named_by_digest() {
    let affected = |sample: Sample| {
        sample.with(|input| input.findings[0].assessment.as_mut().unwrap().status = VexStatus::Affected)
    };
    let met = Sample::met().conformity();
    let judged = affected(Sample::met()).conformity();
    for (conformity, id, kinds) in [
        (&met, "4.1.2-b", &["RESP-"][..]),
        (&met, "4.3-b", &["ITEM-", "EVID-"]),
        (&met, "5.1.1-c", &["DOC-"]),
        (&met, "5.2.1-b", &["REQ-"]),
        (&met, "5.2.1-c", &["EVID-"]),
        (&met, "5.2.2-d", &["REV-"]),
        (&met, "5.7.5-b", &["EVID-"]),
        (&met, "5.7.5-d", &["CAMP-"]),
        (&met, "5.8.1-b", &["FIND-", "CVE-2026-1@"]),
        (&judged, "5.8.1-c", &["FIND-", "CVE-2026-1@"]),
        (&met, "5.8.1-d", &["FIND-"]),
        (&met, "5.8.1-f", &["LIM-"]),
        (&met, "5.8.1-g", &["LIM-"]),
        (&met, "5.8.3-a", &["EVID-"]),
        (&met, "5.8.5-d", &["FIND-"]),
        (&judged, "5.8.5-e", &["FIND-"]),
        (&met, "5.8.5-f", &["FIND-"]),
        (&met, "5.8.6-b", &["EVID-"]),
        (&met, "7.3-b", &["CRIT-"]),
        (&met, "7.4-b", &["MEAS-"]),
        (&met, "7.4-d", &["REQ-", "EVID-"]),
        (&met, "5.3.1-attested", &["DOC-"]),
    ] {
        let check = check(conformity, id);
        let subjects: Vec<_> = check.passing.iter().chain(&check.failing).collect();
        assert!(!subjects.is_empty(), "{id} has no subject");
        for kind in kinds {
            let named = subjects.iter().flat_map(|subject| &subject.rests_on);
            let found = named.filter(|name| name.starts_with(kind)).collect::<Vec<_>>();
            assert!(!found.is_empty(), "{id} names no {kind}: {subjects:?}");
            let digests = found.iter().filter_map(|name| name.split_once('@'));
            assert!(
                digests.clone().count() == found.len()
                    && digests.clone().all(|(_, digest)| digest.len() == 64),
                "{id}: {found:?}"
            );
        }
    }
}

#[test]
fn what_is_to_be_done_is_said_for_each_cause() {
    let todo = |id: &str, sample: Sample| {
        let conformity = sample.conformity();
        let missing = conformity.clauses.into_iter().flat_map(|clause| clause.missing);
        missing
            .filter(|item| item.check == id)
            .map(|item| item.todo)
            .next()
            .unwrap_or_else(|| panic!("{id} is met"))
    };
    let judgement = |change: fn(&mut theriac_conformity::facts::input::AssessmentInput)| {
        Sample::met().with(|input| change(input.findings[0].assessment.as_mut().unwrap()))
    };
    for (id, sample, words) in [
        (
            "4.1.2-b",
            Sample::met().copy("RESP-1", "RESP-9").set("RESP-9", "person", json!("dev")),
            "(ana, dev): end all",
        ),
        ("4.1.2-b", Sample::met().without_kind("responsibility"), "Appoint exactly one"),
        ("5.1.1-a", Sample::met().set("DOC-1", "next_review", json!("2026-10-01")), "due for 32 days"),
        ("5.1.1-a", Sample::met().set("DOC-1", "effective_date", json!("2027-01-01")), "does not hold yet"),
        (
            "5.8.1-b",
            Sample::met().with(|input| input.findings[0].assessment = None),
            "Assess this finding, say why",
        ),
        ("5.8.1-b", judgement(|judged| judged.signer = None), "Have the assessment of this finding signed"),
        (
            "5.8.1-b",
            judgement(|judged| judged.changed = vec!["component".to_owned()]),
            "has changed (component)",
        ),
        ("5.8.1-b", judgement(|judged| judged.carried = true), "Confirm for this release"),
        (
            "5.8.1-b",
            judgement(|judged| judged.status = VexStatus::UnderInvestigation),
            "End the investigation",
        ),
        (
            "5.8.6-b",
            Sample::met().with(|input| input.evidence.iter_mut().for_each(|row| row.disqualified = true)),
            "is disqualified",
        ),
        (
            "5.8.6-b",
            Sample::met().with(|input| {
                input.evidence.iter_mut().for_each(|row| row.performed_on = Some(day("2026-01-01")))
            }),
            "was made before the first day",
        ),
        (
            "5.7.5-b",
            Sample::met()
                .with(|input| input.people.iter_mut().for_each(|row| row.manager = Some("leo".to_owned()))),
            "shares the line manager of dev",
        ),
        ("5.7.5-b", Sample::met().with(|input| input.builds[0].follows = false), "hand in the manifests"),
        ("7.3-a", Sample::met().set("RISK-1", "patient_harm", json!(null)), "can harm a patient"),
        (
            "7.3-a",
            Sample::met().set("RISK-1", "likelihood", json!("never heard of")),
            "likelihood and impact of its criteria",
        ),
    ] {
        let said = todo(id, sample);
        assert!(said.contains(words), "{id}: {said:?} does not say {words:?}");
    }
}
