//! Every computed check, driven to each verdict that it can reach by changing records and evidence through the interface.
//!
//! One file per clause: a release that meets everything ([`Site`]) is changed step by step, and each step says which
//! verdict a check has then and what is missing. Every test lists what it drives; [`all_is_driven`] compares the lists
//! with the pack, so that a check without a test is found. For a new check: a list entry and a step in its clause's file.

mod c4_1_2;
mod c4_3;
mod c5_1_1;
mod c5_2_1;
mod c5_2_2;
mod c5_7_5;
mod c5_8_1;
mod c5_8_3;
mod c5_8_5;
mod c5_8_6;
mod c7_1_1;
mod c7_3;
mod c7_4;
mod decided;
mod disqualified;
mod nothing;
pub mod site;

use std::collections::{BTreeMap, BTreeSet};

use theriac_conformity::facts::words::Verdict;
use theriac_conformity::pack::{ClauseKind, iec_81001_5_1_2021};

use site::Site;

/// What a test drives: a check and the verdicts that it is seen with.
type Driven = &'static [(&'static str, &'static [Verdict])];

const LISTS: &[Driven] = &[
    c4_1_2::DRIVEN,
    c4_3::CLASSED,
    c4_3::TOLD,
    c5_1_1::DRIVEN,
    c5_2_1::DRIVEN,
    c5_2_2::DRIVEN,
    c5_7_5::INDEPENDENT,
    c5_7_5::KINDS,
    c5_7_5::KNOWN,
    c5_8_1::KNOWN,
    c5_8_1::JUDGED,
    c5_8_1::FED,
    c5_8_3::DRIVEN,
    c5_8_3::SIGNED,
    c5_8_5::CLOSED,
    c5_8_5::IN_TIME,
    c5_8_5::SETTLED,
    c5_8_6::DRIVEN,
    c5_8_6::LATER,
    c7_1_1::DRIVEN,
    c7_3::SCORED,
    c7_3::REVIEWED,
    c7_4::TREATED,
    c7_4::VERIFIED,
    nothing::DRIVEN,
];

/// A check whose subjects fail one and all, or that has one subject at most, is never partly met.
const NEVER_PARTLY: &[&str] = &["5.8.1-f", "5.8.1-g", "5.8.5-b"];

#[test]
fn all_is_driven() {
    let mut driven: BTreeMap<&str, BTreeSet<Verdict>> = BTreeMap::new();
    for (check, verdicts) in LISTS.iter().copied().flatten() {
        driven.entry(check).or_default().extend(*verdicts);
    }
    let pack = iec_81001_5_1_2021().unwrap();
    for clause in pack.clauses.iter().filter(|clause| clause.kind == ClauseKind::Computed) {
        for check in &clause.checks {
            let mut expected = BTreeSet::from([Verdict::Met, Verdict::NotMet, check.none]);
            if !NEVER_PARTLY.contains(&check.id.as_str()) {
                expected.insert(Verdict::PartlyMet);
            }
            let found = driven.remove(check.id.as_str()).unwrap_or_default();
            assert_eq!(found, expected, "{}", check.id);
        }
    }
    assert!(driven.is_empty(), "no such checks: {driven:?}");
}
