//! The gate: every sort of reason, and what a deviation can and cannot do.

use serde_json::json;
use theriac_conformity::facts::input::{AssessmentInput, DecisionInput, RoleInput};
use theriac_conformity::facts::words::*;
use theriac_conformity::{Facts, Missing, Pack, ReasonKind, evaluate, gate};
use theriac_model::Severity;

use crate::sample::{Sample, assessment, component, day, digest, finding, pack, record, test};

fn kinds(sample: &Sample) -> Vec<ReasonKind> {
    let mut kinds: Vec<_> = sample.gate().reasons.iter().map(|reason| reason.kind).collect();
    kinds.dedup();
    kinds
}

fn judged(sample: Sample, row: Option<AssessmentInput>) -> Sample {
    sample.with(|input| input.findings = vec![finding("FIND-1", row)])
}

#[test]
fn each_reason_closes_the_gate_and_says_what_it_is_about() {
    let cases = [
        (
            ReasonKind::PackNotAdopted,
            "iec-81001-5-1-2021@",
            Sample::met().with(|input| input.adoptions.clear()),
        ),
        (ReasonKind::NoCandidate, "2.4", Sample::met().with(|input| input.builds[0].candidate = false)),
        (ReasonKind::Clause, "5.8.3", Sample::met().without("DOC-3")),
        (ReasonKind::FindingNotAssessed, "FIND-1", judged(Sample::met(), None)),
        (
            ReasonKind::FindingUnacceptable,
            "FIND-1",
            judged(Sample::met(), Some(assessment(VexStatus::Affected))),
        ),
        (
            ReasonKind::ComponentUnmatched,
            "pkg:npm/left-pad@1.3.0",
            Sample::met().with(|input| input.components[0].unmatched = Some("no version".to_owned())),
        ),
        (
            ReasonKind::SuspectLink,
            "MEAS-1 implemented-by REQ-1",
            Sample::met().with_record("MEAS-1", |row| row.links[0].suspect = true),
        ),
    ];
    for (kind, reference, sample) in cases {
        let gate = sample.gate();
        assert!(!gate.open, "{kind:?}");
        let found =
            gate.reasons.iter().find(|reason| reason.kind == kind).unwrap_or_else(|| panic!("{kind:?}"));
        assert!(found.reference.starts_with(reference), "{}", found.reference);
        assert!(!found.text.is_empty());
    }
}

/// Each thing to do is one reason, with every clause that waits for it.
#[test]
fn a_finding_and_the_clauses_that_wait_for_it_are_one_reason() {
    let closed = judged(Sample::met(), None).gate();
    let [reason] = closed.reasons.as_slice() else { panic!("{:#?}", closed.reasons) };
    assert_eq!(reason.kind, ReasonKind::FindingNotAssessed);
    assert!(reason.clauses.contains(&"5.8.1".to_owned()), "{:?}", reason.clauses);
    for clause in &reason.clauses {
        let missing = reason.missing.iter().any(|item| item.check.starts_with(clause.as_str()));
        assert!(missing, "{clause}: {:#?}", reason.missing);
    }
    assert!(judged(Sample::met(), Some(assessment(VexStatus::NotAffected))).gate().open);
}

#[test]
fn what_a_clause_misses_besides_a_finding_stays_a_reason() {
    let sample = judged(Sample::met(), None).without("DOC-3");
    let gate = sample.gate();
    let clause = gate.reasons.iter().find(|reason| reason.kind == ReasonKind::Clause).unwrap();
    assert_eq!((clause.reference.as_str(), clause.clauses.as_slice()), ("5.8.3", &["5.8.3".to_owned()][..]));
    assert!(clause.missing.iter().all(|item| !item.reference.starts_with("FIND-1")), "{:#?}", clause.missing);
    assert!(gate.reasons.iter().any(|reason| reason.kind == ReasonKind::FindingNotAssessed));
}

fn deviation(sample: Sample, missing: &str, expires: &str) -> Sample {
    deviation_from("5.8.3", sample, missing, expires)
}

/// As it is permitted: what the clause misses now under that name.
fn deviation_from(clause: &str, sample: Sample, missing: &str, expires: &str) -> Sample {
    let conformity = sample.conformity();
    let judged = conformity.clauses.iter().find(|row| row.clause == clause).unwrap();
    let mut entries: Vec<_> =
        judged.missing.iter().filter(|item| item.is_named(missing)).map(Missing::entry).collect();
    if entries.is_empty() {
        entries.push(missing.to_owned());
    }
    let content = json!({
        "clause": clause, "missing": entries, "reason": "The guide is at the printer's.",
        "compensating": "Service technicians verify.", "expires": expires, "owner": "ana"
    });
    sample.with(|input| input.records.push(record("DEV-1", "deviation", Scope::Release, content)))
}

#[test]
fn components_that_wait_to_be_looked_up_are_one_reason() {
    let sample = Sample::met().with(|input| {
        input.components.push(component("pkg:npm/right-pad@2.0.0"));
        for component in &mut input.components {
            (component.unmatched, component.waiting) = (Some("not matched yet".to_owned()), true);
        }
    });
    let gate = sample.gate();
    let [reason] = gate.reasons.as_slice() else { panic!("{:#?}", gate.reasons) };
    assert_eq!((reason.kind, reason.reference.as_str()), (ReasonKind::ComponentUnmatched, "2.4"));
    assert!(reason.text.contains(": 2 (not matched yet)"), "{}", reason.text);
    assert_eq!(reason.clauses, ["5.8.1", "5.8.5"], "the clauses wait for the same");
}

#[test]
fn a_deviation_opens_the_gate_and_never_turns_the_clause() {
    let sample = deviation(Sample::met().without("DOC-3"), "5.8.3-c", "2026-11-02");
    let gate = sample.gate();
    assert!(gate.open, "{:#?}", gate.reasons);
    assert_eq!(gate.deviations[0].missing, ["5.8.3-c"]);
    let conformity = sample.conformity();
    let clause = conformity.clauses.iter().find(|clause| clause.clause == "5.8.3").unwrap();
    assert_eq!(clause.verdict, Verdict::PartlyMet);
}

#[test]
fn a_deviation_that_expired_names_something_else_or_is_not_approved_opens_nothing() {
    let broken = || Sample::met().without("DOC-3");
    assert_eq!(kinds(&deviation(broken(), "5.8.3-c", "2026-11-01")), [ReasonKind::Clause]);
    assert_eq!(kinds(&deviation(broken(), "5.8.3-a", "2026-12-01")), [ReasonKind::Clause]);
    let unapproved =
        deviation(broken(), "5.8.3-c", "2026-12-01").with_record("DEV-1", |row| row.state = State::InReview);
    assert_eq!(kinds(&unapproved), [ReasonKind::Clause]);
}

#[test]
fn a_deviation_names_a_revision_and_none_that_comes_after() {
    let broken = || Sample::met().with_record("DOC-3", |row| row.state = State::InReview);
    let permitted = deviation(broken(), "DOC-3", "2026-12-01");
    assert!(permitted.gate().open, "{:#?}", permitted.gate().reasons);
    let anew = permitted.with_record("DOC-3", |row| row.digest = digest("another DOC-3"));
    let gate = anew.gate();
    let [reason] = gate.reasons.as_slice() else { panic!("{:#?}", gate.reasons) };
    assert!(reason.text.ends_with("1 missing; what DEV-1 permitted has changed since"), "{}", reason.text);
    assert_eq!(gate.lapsed[0].missing, [format!("DOC-3@{}", digest("another DOC-3"))]);
    assert!(gate.deviations.is_empty());
}

#[test]
fn a_deviation_covers_the_cause_that_its_signer_saw_and_no_other() {
    let reason = |sample: &Sample| {
        let gate = sample.gate();
        gate.reasons.into_iter().find(|reason| reason.reference == "5.2.1")
    };
    let untested = Sample::met().with(|input| input.tests.clear());
    assert!(reason(&untested).is_some());
    let permitted = deviation_from("5.2.1", untested, "REQ-1", "2026-12-01");
    assert_eq!(reason(&permitted), None);
    let failed = permitted.with(|input| input.tests.push(test("tls.expired", Outcome::Failed)));
    assert!(reason(&failed).is_some(), "nobody permitted that it fails");
    let permitted = deviation_from("5.2.1", failed.without("DEV-1"), "REQ-1", "2026-12-01");
    assert_eq!(reason(&permitted), None);
    let two = permitted.with(|input| input.tests.push(test("tls.unknown_ca", Outcome::Failed)));
    assert!(reason(&two).is_some(), "nobody permitted that another one fails");
}

#[test]
fn a_deviation_covers_the_part_of_a_check_that_failed_and_no_other() {
    let unclear = |sample: Sample| sample.set("CRIT-1", "safety_scales", json!(null));
    let late = Sample::met().set("CRIT-1", "next_review", json!("2026-10-31"));
    let reason = |sample: &Sample| {
        let gate = sample.gate();
        gate.reasons.into_iter().find(|reason| reason.reference == "7.1.1")
    };
    assert!(reason(&late).is_some());
    let permitted = deviation_from("7.1.1", late, "CRIT-1", "2026-12-01");
    assert_eq!(reason(&permitted), None);
    assert!(reason(&unclear(permitted)).is_some(), "of one revision, though of another part of it");
}

#[test]
fn a_deviation_covers_the_check_that_its_signer_saw_and_no_other() {
    let broken = Sample::met().set("DOC-3", "next_review", json!("2026-10-31"));
    let missing = |sample: &Sample| {
        let reasons = sample.gate().reasons;
        reasons.into_iter().flat_map(|reason| reason.missing).map(|item| item.name()).collect::<Vec<_>>()
    };
    assert_eq!(missing(&broken), ["5.8.3-c DOC-3"]);
    let permitted = deviation(broken, "5.8.3-c DOC-3", "2026-12-01");
    assert!(missing(&permitted).is_empty());
    let other = deviation(Sample::met().set("DOC-3", "body", json!("")), "5.8.3-a DOC-3", "2026-12-01");
    assert_eq!(missing(&other), ["5.8.3-c DOC-3"]);
}

#[test]
fn a_deviation_names_a_component_with_its_version() {
    let loose = || Sample::met().with(|input| input.components[0].item = None);
    let named = |name| deviation_from("4.3", loose(), name, "2026-12-01").gate();
    assert!(named("pkg:npm/left-pad@1.3.0").open);
    for other in ["pkg:npm/left-pad", "pkg:npm/left-pad@1.3.1", "4.3-b"] {
        assert!(!named(other).open, "{other}");
    }
}

#[test]
fn a_check_that_cannot_be_evaluated_is_not_met_shows_the_error_and_no_deviation_covers_it() {
    let pack = Pack::load(&[
        ("pack.toml", "id = \"p\"\ntitle = \"P\"\n[confidence]\nP = \"x\"\n"),
        (
            "clauses.toml",
            "[[clause]]\nnumber = \"5.8.3\"\ntitle = \"T\"\nlevel = \"release\"\nconfidence = \"P\"\n\
             kind = \"computed\"\nduty = \"D\"\n[[clause.check]]\nid = \"5.8.3-a\"\ntitle = \"T\"\nover = \"once\"\n\
             pass = \"9223372036854775807 + seq > 0\"\nnone = \"not met\"\ntodo = \"T\"\n",
        ),
    ])
    .unwrap();
    let facts = deviation(Sample::met(), "5.8.3-a", "2026-12-01").facts();
    let conformity = evaluate(&facts, &pack).unwrap();
    let check = &conformity.clauses[0].checks[0];
    assert_eq!(check.verdict, Verdict::NotMet);
    assert!(check.error.as_deref().unwrap().contains("Overflow"), "{:?}", check.error);
    let gate = gate(&facts, &conformity);
    assert!(gate.reasons.iter().any(|reason| reason.kind == ReasonKind::PackError));
}

#[test]
fn what_comes_up_once_a_release_was_decided_was_not_owed_before() {
    let due = |sample: Sample| {
        let conformity = sample.conformity();
        let missing = conformity.clauses.into_iter().flat_map(|clause| clause.missing);
        missing.into_iter().find(|item| item.name() == "5.8.3-c").unwrap().due
    };
    let shipped = |ship: &str| {
        let ship = Some(day(ship));
        Sample::met().without("DOC-3").with(|input| {
            input.release.planned_ship_date = ship;
            input.release.decision = Some(DecisionInput {
                on: day("2026-10-01"),
                at: "2026-10-01T12:00:00Z".parse().unwrap(),
                by: "ben".to_owned(),
                artefacts: Vec::new(),
            });
        })
    };
    assert_eq!(due(shipped("2026-09-20")).as_deref(), Some("2026-10-01"), "the day of the decision");
    assert_eq!(due(shipped("2026-12-24")).as_deref(), Some("2026-12-24"));
}

fn role(person: &str, role: &str) -> RoleInput {
    RoleInput { person: person.to_owned(), role: role.to_owned() }
}

/// Nothing is owed by nobody: the release manager stands in for who is not appointed, and a security officer for both.
#[test]
fn what_nobody_is_named_for_falls_to_the_manager_and_then_to_a_security_officer() {
    let bare = || {
        Sample::met().with(|input| {
            input.records.clear();
            input.components.clear();
            input.findings.clear();
            input.adoptions.clear();
            input.builds.clear();
            input.roles = vec![role("ben", "developer"), role("cleo", "security-officer")];
        })
    };
    let officer_only = || bare().with(|input| input.release.manager = None);
    for (sample, owner, stand_in) in
        [(bare(), "rita", StandIn::ReleaseManager), (officer_only(), "cleo", StandIn::SecurityOfficer)]
    {
        let (conformity, gate) = (sample.conformity(), sample.gate());
        let owned = Some((owner, stand_in));
        for item in conformity.clauses.iter().flat_map(|clause| &clause.missing) {
            assert_eq!(item.owner.as_deref().zip(item.stand_in), owned, "{item:?}");
            assert_eq!(item.due.as_deref(), Some("2026-12-01"));
        }
        assert!(gate.reasons.len() > 20);
        for reason in &gate.reasons {
            assert_eq!(reason.owner.as_deref().zip(reason.stand_in), owned, "{reason:?}");
            assert!(!reason.todo.is_empty(), "{reason:?}");
        }
        assert_eq!(gate.undated, None);
        // The facts say who holds which role: a facts file alone gives the same answer.
        let text = serde_json::to_string(&sample.facts()).unwrap();
        let read: Facts = serde_json::from_str(&text).unwrap();
        let (again, kept) = (evaluate(&read, &pack()).unwrap(), serde_json::to_string(&conformity).unwrap());
        assert_eq!(serde_json::to_string(&again).unwrap(), kept);
    }
    let nobody = officer_only().with(|input| input.roles.clear()).gate();
    assert!(nobody.reasons.iter().all(|reason| reason.owner.is_none() && reason.stand_in.is_none()));
}

#[test]
fn who_is_named_owes_it_without_a_word_of_standing_in() {
    let broken = Sample::met().with_record("DOC-3", |row| row.state = State::InReview);
    let gate = broken.gate();
    let reason = gate.reasons.iter().find(|reason| reason.reference == "5.8.3").unwrap();
    assert_eq!((reason.owner.as_deref(), reason.stand_in), (Some("ana"), None));
}

#[test]
fn what_has_no_day_asks_for_a_planned_ship_date() {
    let undated = Sample::met().without("DOC-3").with(|input| input.release.planned_ship_date = None).gate();
    let asked = undated.undated.unwrap();
    assert_eq!((asked.items, asked.todo.as_str()), (1, "No date: set a planned ship date"));
    assert_eq!(asked.owner.as_deref(), Some("rita"));
    let met = Sample::met().with(|input| input.release.planned_ship_date = None).gate();
    assert!(met.open && met.undated.is_none());
}

#[test]
fn a_suspect_link_asks_to_be_cleared_unless_its_record_judges() {
    let todo = |id: &str| {
        let gate = Sample::met().with_record(id, |row| row.links[0].suspect = true).gate();
        let reason = gate.reasons.into_iter().find(|reason| reason.kind == ReasonKind::SuspectLink);
        reason.unwrap().todo
    };
    assert!(todo("MEAS-1").contains("clear the link"), "{}", todo("MEAS-1"));
    let review = todo("REV-1");
    assert!(review.contains("judge what REQ-1 says now") && !review.contains("clear"), "{review}");
}

#[test]
fn findings_that_close_the_gate_come_by_day_and_number() {
    let gate = Sample::met()
        .with(|input| {
            input.findings = ["FIND-10", "FIND-3", "FIND-2"].map(|id| finding(id, None)).into();
            input.findings[1].severity = Severity::Critical;
        })
        .gate();
    let names: Vec<_> = gate.reasons.iter().map(|reason| reason.reference.as_str()).collect();
    let found: Vec<_> = names.into_iter().filter(|name| name.starts_with("FIND-")).collect();
    assert_eq!(found, ["FIND-3", "FIND-2", "FIND-10"], "what is worse is due sooner");
}
