//! Joins and date arithmetic that no check shows by itself.

use serde_json::json;
use theriac_conformity::Facts;
use theriac_conformity::facts::input::{BuildInput, PastInput, RecordInput};
use theriac_conformity::facts::words::*;

use crate::sample::{Sample, day, digest, evidence, test};

fn external(person: &'static str) -> Sample {
    Sample::met().with(move |input| {
        input.people.iter_mut().find(|row| row.id == person).unwrap().external = true;
    })
}

fn shown(sample: &Sample) -> Independence {
    sample.facts().campaigns[0].shown_independence
}

#[test]
fn independence_is_what_the_chart_and_the_authors_show() {
    let place = |person: &'static str, department: Option<&'static str>, manager: Option<&'static str>| {
        Sample::met().with(move |input| {
            let row = input.people.iter_mut().find(|row| row.id == person).unwrap();
            (row.department, row.manager) = (department.map(str::to_owned), manager.map(str::to_owned));
        })
    };
    assert_eq!(shown(&Sample::met()), Independence::Department);
    assert_eq!(shown(&place("mei", None, None)), Independence::Person);
    assert_eq!(shown(&external("mei")), Independence::Organisation);
    assert_eq!(shown(&place("mei", Some("Development"), Some("tom"))), Independence::Person);
    assert_eq!(shown(&place("mei", Some("Test"), Some("leo"))), Independence::Person);
    assert_eq!(shown(&place("dev", Some("Development"), Some("mei"))), Independence::Person);
    assert_eq!(
        shown(&Sample::met().with(|input| input.people.retain(|row| row.id != "dev"))),
        Independence::Person
    );
    let wrote = |change: fn(&mut RecordInput)| shown(&Sample::met().with_record("REQ-1", change));
    assert_eq!(wrote(|row| row.author = "mei".to_owned()), Independence::None);
    assert_eq!(wrote(|row| row.earlier_authors = vec!["mei".to_owned()]), Independence::None);
}

#[test]
fn whoever_is_not_known_may_have_written_it() {
    let unknown = |sample: Sample, change: fn(&mut BuildInput)| {
        shown(&sample.with(|input| change(&mut input.builds[0])))
    };
    let changes: [fn(&mut BuildInput); 3] =
        [|build| build.unknown_authors = 1, |build| build.manifest = false, |build| build.authors.clear()];
    for change in changes {
        assert_eq!(unknown(Sample::met(), change), Independence::None);
        assert_eq!(unknown(external("mei"), change), Independence::Organisation);
    }
}

#[test]
fn a_link_keeps_the_revision_that_was_read_for_reviews_and_scores() {
    let sample = Sample::met().with_record("CRIT-1", |row| row.digest = digest("a later revision"));
    assert!(!sample.facts().risks[0].criteria_in_force);
    let sample = Sample::met().with_record("REQ-1", |row| row.digest = digest("a later revision"));
    assert_eq!(sample.facts().reviews[0].outdated_subjects, ["REQ-1"]);
}

#[test]
fn a_lowered_class_shows_without_being_declared() {
    let was = |class: &str| {
        Sample::met().with(|input| {
            let mut record = input.records.iter().find(|row| row.id == "ITEM-1").unwrap().clone();
            record.content.insert("class".to_owned(), json!(class));
            let (from, until) = (day("2026-01-01"), day("2026-02-01"));
            input.past.push(PastInput { record, from, until });
        })
    };
    assert!(!Sample::met().facts().software_items[0].downgraded);
    let lowered = was("supported").facts();
    assert!(lowered.software_items[0].downgraded);
    assert_eq!(lowered.software_items[0].previous_class, Some(ItemClass::Supported));
    assert!(!was("required").facts().software_items[0].downgraded);
}

#[test]
fn nobody_is_appointed_for_days_gone_by() {
    let responsible = |approved: &str| {
        let sample = Sample::met().with_record("RESP-1", |row| row.approved_on = Some(day(approved)));
        sample.facts().activities[0].responsible_persons
    };
    assert_eq!(responsible("2026-10-28"), 1, "on the day it was done");
    assert_eq!(responsible("2026-10-29"), 0, "the day after");
}

#[test]
fn the_chart_of_the_days_of_the_test_counts() {
    let moved = |from: &'static str| {
        Sample::met().with(move |input| {
            let row = input.people.iter_mut().find(|row| row.id == "mei").unwrap();
            let mut later = row.clone();
            row.to = Some(day(from));
            later.from = day(from);
            later.department = Some("Development".to_owned());
            input.people.push(later);
        })
    };
    assert_eq!(shown(&moved("2026-10-11")), Independence::Department, "after the last day");
    assert_eq!(shown(&moved("2026-10-02")), Independence::Person, "in between");
    assert_eq!(shown(&moved("2026-10-01")), Independence::Person, "on the first day");
}

#[test]
fn the_last_result_of_a_case_counts_and_the_worst_within_one_file() {
    let rerun = |outcome| {
        Sample::met().with(|input| {
            let mut later = evidence("EVID-4", EvidenceKind::TestResults);
            later.performed_on = Some(day("2026-10-12"));
            input.evidence.push(later);
            input.tests[0].outcome = Outcome::Failed;
            let mut again = test("tls.unknown_ca", outcome);
            again.evidence = "EVID-4".to_owned();
            input.tests.insert(0, again);
        })
    };
    assert!(rerun(Outcome::Passed).facts().failed_tests.is_empty());
    assert_eq!(rerun(Outcome::Skipped).facts().failed_tests[0].outcome, Outcome::Skipped);
    // Of one day the later hour counts, whatever the numbers; of one moment the worse.
    let same_day = |first: Option<&str>, second: Option<&str>| {
        let runs = Sample::met().with(|input| {
            for (id, at, outcome) in
                [("EVID-10", first, Outcome::Failed), ("EVID-9", second, Outcome::Passed)]
            {
                let mut run = evidence(id, EvidenceKind::TestResults);
                (run.performed_on, run.performed_at) =
                    (Some(day("2026-10-12")), at.map(|at| at.parse().unwrap()));
                input.evidence.push(run);
                input.tests.push(test("tls.expired", outcome));
                input.tests.last_mut().unwrap().evidence = id.to_owned();
            }
        });
        runs.facts().failed_tests.len()
    };
    let (nine, six) = (Some("2026-10-12T09:00:00Z"), Some("2026-10-12T18:00:00Z"));
    assert_eq!(same_day(nine, six), 0, "mended in the evening");
    assert_eq!(same_day(six, nine), 1, "failed in the evening");
    assert_eq!(same_day(six, six), 1);
    assert_eq!(same_day(None, None), 1);
    let twice = Sample::met().with(|input| input.tests.insert(0, test("tls.expired", Outcome::Error)));
    assert_eq!(twice.facts().failed_tests[0].outcome, Outcome::Error);
    assert_eq!(twice.facts().failed_tests[0].requirements, ["REQ-1"]);
}

#[test]
fn limits_give_the_days_by_severity_and_unknown_counts_as_high() {
    let due = |severity| {
        let facts = Sample::met().with(|input| input.findings[0].severity = severity).facts();
        facts.findings[0].assess_due.clone().unwrap()
    };
    assert_eq!(due(theriac_model::Severity::Critical), "2026-10-17");
    assert_eq!(due(theriac_model::Severity::High), "2026-10-22");
    assert_eq!(due(theriac_model::Severity::Unknown), "2026-10-22");
    assert_eq!(due(theriac_model::Severity::None), "2027-01-13");
}

#[test]
fn content_that_does_not_fit_its_kind_names_record_and_field() {
    let error = |sample: Sample| Facts::build(sample.0).unwrap_err().to_string();
    let wrong = error(Sample::met().set("RISK-1", "next_review", json!("soon")));
    assert!(wrong.contains("RISK-1") && wrong.contains("next_review"), "{wrong}");
    let wrong = error(Sample::met().set("ITEM-1", "class", json!("loved")));
    assert!(wrong.contains("ITEM-1") && wrong.contains("maintained"), "{wrong}");
    let twice = Sample::met().with(|input| input.records.push(input.records[0].clone()));
    assert_eq!(error(twice), "the record RESP-1 comes twice");
    let twice = Sample::met().with(|input| input.findings.push(input.findings[0].clone()));
    assert_eq!(error(twice), "the finding FIND-1 comes twice");
    let twice = Sample::met().with(|input| input.builds.push(input.builds[0].clone()));
    assert_eq!(error(twice), "the build rc.2 comes twice");
    let twice = Sample::met().with(|input| input.evidence.push(input.evidence[0].clone()));
    assert_eq!(error(twice), "the evidence EVID-1 comes twice");
}

#[test]
fn a_document_has_its_text_in_itself_in_a_file_or_elsewhere() {
    let form = |sample: Sample| sample.facts().documents[0].form;
    let bare = || Sample::met().set("DOC-1", "body", json!(" "));
    assert_eq!(form(Sample::met()), DocumentForm::Markdown);
    assert_eq!(form(bare()), DocumentForm::Empty);
    assert_eq!(form(bare().with_record("DOC-1", |row| row.attachments = 1)), DocumentForm::File);
    assert_eq!(form(bare().set("DOC-1", "reference_digest", json!("ab"))), DocumentForm::Reference);
}

#[test]
fn a_component_in_two_sboms_is_one() {
    let facts = Sample::met()
        .with(|input| {
            let mut again = input.components[0].clone();
            again.evidence = "EVID-2".to_owned();
            input.components.push(again);
        })
        .facts();
    assert_eq!(facts.components.len(), 1);
    assert_eq!(facts.software_items[0].components, 1);
}

#[test]
fn a_review_of_what_is_retired_reviews_nothing() {
    let facts = Sample::met().with_record("REQ-1", |row| row.state = State::Retired).facts();
    assert_eq!((facts.reviews[0].current_subjects, facts.reviews[0].reviewed_current), (0, false));
}

#[test]
fn retired_records_are_no_facts() {
    let facts = Sample::met().with_record("REQ-1", |row| row.state = State::Retired).facts();
    assert!(facts.requirements.is_empty());
    assert_eq!(facts.measures[0].requirements, 0);
}
