//! Same rows, same bytes, in whatever order the rows come.

use proptest::prelude::*;
use theriac_conformity::facts::input::{AdoptionInput, PersonInput};
use theriac_conformity::facts::words::*;
use theriac_conformity::{Facts, evaluate, gate};

use crate::sample::{Sample, assessment, component, day, digest, evidence, finding, link, pack, test};

/// More rows than any list of [`large`] has.
const ROWS: usize = 200;

/// Many rows, and wherever two rows could speak of one thing, two that do.
fn large() -> Sample {
    let mut sample = Sample::met()
        .copy("RISK-1", "RISK-2")
        .copy("RISK-1", "RISK-10")
        .copy("REQ-1", "REQ-2")
        .copy("CAMP-1", "CAMP-2")
        .copy("CLA-5.3.1", "CLA-5.3.1-again")
        .copy("LIM-1", "LIM-2")
        .copy("RESP-1", "RESP-2")
        .with_record("RISK-2", |row| {
            row.links.push(link("scored-under", "CRIT-9"));
            let mut older = link("scored-under", "CRIT-1");
            older.pinned = digest("older");
            row.links.push(older);
        });
    let input = &mut sample.0;
    for number in 0..12 {
        input.components.push(component(&format!("pkg:npm/part@{number}")));
        input.findings.push(finding(&format!("FIND-{}", number + 2), None));
        input.tests.push(test(&format!("case.{number}"), Outcome::Failed));
        input.tests.push(test(&format!("case.{number}"), Outcome::Skipped));
    }
    let mut twice = component("pkg:npm/part@3");
    (twice.item, twice.unmatched) = (None, Some("no version".to_owned()));
    input.components.push(twice);
    let mut judged = assessment(VexStatus::Affected);
    judged.changed = ["src/tls", "configuration", "src/tls"].map(str::to_owned).to_vec();
    input.findings.push(finding("FIND-99", Some(judged)));
    input.evidence.push(evidence("EVID-10", EvidenceKind::BuildManifest));
    input.evidence.push(evidence("EVID-9", EvidenceKind::TestResults));
    let mut again = test("case.1", Outcome::Passed);
    again.evidence = "EVID-9".to_owned();
    input.tests.push(again);
    let mut build = input.builds[0].clone();
    (build.name, build.candidate) = ("rc.1".to_owned(), false);
    input.builds.push(build);
    input.builds[0].authors = ["dev", "kim", "dev"].map(str::to_owned).to_vec();
    for (bytes, manifest) in [("other bytes", "EVID-10"), ("gateway.deb", "EVID-10")] {
        let mut artefact = input.builds[0].artefacts[0].clone();
        (artefact.digest, artefact.evidence) = (digest(bytes), manifest.to_owned());
        input.builds[0].artefacts.push(artefact);
    }
    for manager in ["tom", "leo"] {
        input.people.push(PersonInput {
            id: "mei".to_owned(),
            department: None,
            manager: Some(manager.to_owned()),
            external: false,
            from: day("2020-01-01"),
            to: None,
        });
        let (pack, by) = (pack().digest, manager.to_owned());
        input.adoptions.push(AdoptionInput { pack, by, on: day("2026-01-10") });
    }
    sample
}

fn bytes(sample: &Sample) -> String {
    let facts = sample.facts();
    let conformity = evaluate(&facts, &pack()).unwrap();
    serde_json::to_string(&(&facts, &conformity, gate(&facts, &conformity))).unwrap()
}

/// Puts a list into the order of the numbers given.
fn shuffle<T>(list: &mut Vec<T>, order: &[usize]) {
    assert!(list.len() <= order.len());
    let mut numbered: Vec<_> = list.drain(..).zip(order).collect();
    numbered.sort_by_key(|(_, number)| **number);
    list.extend(numbered.into_iter().map(|(row, _)| row));
}

/// Everything in a document that holds nothing else.
fn leaves_of<'v>(value: &'v mut serde_json::Value, leaves: &mut Vec<&'v mut serde_json::Value>) {
    if value.as_array().is_none_or(Vec::is_empty) && value.as_object().is_none_or(serde_json::Map::is_empty) {
        leaves.push(value);
        return;
    }
    match value {
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| leaves_of(item, leaves)),
        serde_json::Value::Object(members) => {
            members.values_mut().for_each(|member| leaves_of(member, leaves));
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn facts_with_anything_in_any_place_are_judged_or_refused(
        place in any::<usize>(),
        put in prop::sample::select(vec![
            "null", "true", "0", "-1", "9223372036854775807", "1e300", "\"\"", "\"9999-12-31\"", "\"-009999-01-01\"",
            "\"9999-12-31T23:59:59Z\"", "\"EVID-18446744073709551616\"", "\"\u{202e}\"", "[]", "{}",
        ]),
    ) {
        let mut facts = serde_json::to_value(large().facts()).unwrap();
        let mut leaves = Vec::new();
        leaves_of(&mut facts, &mut leaves);
        let at = place % leaves.len();
        *leaves.swap_remove(at) = serde_json::from_str(put).unwrap();
        let Ok(facts) = serde_json::from_value::<Facts>(facts) else { return Ok(()) };
        if facts.sound().is_err() {
            return Ok(());
        }
        let conformity = evaluate(&facts, &pack());
        prop_assert!(conformity.is_ok_and(|conformity| !conformity.clauses.is_empty()));
    }

    #[test]
    fn the_order_of_rows_does_not_show(order in Just((0..ROWS).collect::<Vec<_>>()).prop_shuffle()) {
        let mut shuffled = large();
        let input = &mut shuffled.0;
        shuffle(&mut input.adoptions, &order);
        shuffle(&mut input.people, &order);
        shuffle(&mut input.records, &order);
        shuffle(&mut input.builds, &order);
        shuffle(&mut input.evidence, &order);
        shuffle(&mut input.tests, &order);
        shuffle(&mut input.components, &order);
        shuffle(&mut input.findings, &order);
        for record in &mut input.records {
            shuffle(&mut record.links, &order);
            shuffle(&mut record.signatures, &order);
        }
        for build in &mut input.builds {
            shuffle(&mut build.authors, &order);
            shuffle(&mut build.artefacts, &order);
        }
        for row in input.findings.iter_mut().filter_map(|finding| finding.assessment.as_mut()) {
            shuffle(&mut row.changed, &order);
        }
        prop_assert_eq!(bytes(&shuffled), bytes(&large()));
    }
}

#[test]
fn facts_read_back_from_their_text_come_to_the_same_verdicts() {
    let facts = large().facts();
    let again: Facts = serde_json::from_str(&serde_json::to_string(&facts).unwrap()).unwrap();
    assert_eq!(evaluate(&again, &pack()).unwrap(), evaluate(&facts, &pack()).unwrap());
}

#[test]
fn lists_are_sorted_by_ref() {
    let facts = serde_json::to_value(large().facts()).unwrap();
    for (name, list) in facts.as_object().unwrap().iter().filter(|(_, list)| list.is_array()) {
        if name == "test_kinds" {
            continue; // in the order of the kinds
        }
        let refs: Vec<_> = list.as_array().unwrap().iter().map(|row| row["ref"].as_str().unwrap()).collect();
        assert!(refs.is_sorted(), "{name}: {refs:?}");
    }
}
