//! Same rows, same bytes, in whatever order the rows come.

use proptest::prelude::*;
use theriac_conformity::facts::words::*;
use theriac_conformity::{Facts, evaluate, gate};

use crate::sample::{Sample, component, finding, pack, test};

fn large() -> Sample {
    let mut sample = Sample::met()
        .copy("RISK-1", "RISK-2")
        .copy("RISK-1", "RISK-10")
        .copy("REQ-1", "REQ-2")
        .copy("CAMP-1", "CAMP-2");
    for number in 0..12 {
        sample.0.components.push(component(&format!("pkg:npm/part@{number}")));
        sample.0.findings.push(finding(&format!("FIND-{}", number + 2), None));
        sample.0.tests.push(test(&format!("case.{number}"), Outcome::Failed));
    }
    sample
}

fn bytes(sample: &Sample) -> String {
    let facts = sample.facts();
    let conformity = evaluate(&facts, &pack()).unwrap();
    serde_json::to_string(&(&facts, &conformity, gate(&facts, &conformity))).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_rows_does_not_show(
        records in Just((0..large().0.records.len()).collect::<Vec<_>>()).prop_shuffle(),
        turn in 0_usize..12,
    ) {
        let mut shuffled = large();
        let rows = std::mem::take(&mut shuffled.0.records);
        shuffled.0.records = records.iter().map(|index| rows[*index].clone()).collect();
        for record in &mut shuffled.0.records {
            record.links.reverse();
            record.signatures.reverse();
        }
        shuffled.0.components.rotate_left(turn);
        shuffled.0.findings.rotate_right(turn);
        shuffled.0.tests.rotate_left(turn);
        shuffled.0.evidence.reverse();
        shuffled.0.people.reverse();
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
