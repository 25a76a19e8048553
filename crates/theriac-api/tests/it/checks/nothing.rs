//! A release of which nothing is known: what each check says when it has no subject.

use theriac_conformity::facts::words::Verdict::{self, Met, NotApplicable, NotMet};
use theriac_conformity::pack::{ClauseKind, iec_81001_5_1_2021};
use theriac_store::on_both_engines;

use super::site::{ANA, SHIPS};
use super::{Driven, Site};

pub const DRIVEN: Driven = &[
    ("4.1.2-a", &[NotMet]),
    ("4.1.2-c", &[NotApplicable]),
    ("4.3-a", &[NotMet]),
    ("4.3-b", &[NotMet]),
    ("4.3-c", &[NotApplicable]),
    ("4.3-d", &[NotApplicable]),
    ("5.1.1-a", &[NotMet]),
    ("5.1.1-b", &[NotMet]),
    ("5.1.1-c", &[NotApplicable]),
    ("5.1.1-d", &[NotApplicable]),
    ("5.2.1-a", &[NotMet]),
    ("5.2.1-b", &[NotApplicable]),
    ("5.2.1-c", &[NotApplicable]),
    ("5.2.2-a", &[NotMet]),
    ("5.2.2-b", &[NotMet]),
    ("5.2.2-c", &[NotMet]),
    ("5.2.2-d", &[NotMet]),
    ("5.7.5-a", &[NotMet]),
    ("5.7.5-b", &[NotMet]),
    ("5.7.5-c", &[NotMet]),
    ("5.7.5-d", &[NotApplicable]),
    ("5.8.1-a", &[NotMet]),
    ("5.8.1-b", &[Met]),
    ("5.8.1-c", &[Met]),
    ("5.8.1-d", &[Met]),
    ("5.8.1-e", &[NotMet]),
    ("5.8.1-f", &[NotMet]),
    ("5.8.1-g", &[NotMet]),
    ("5.8.3-a", &[NotMet]),
    ("5.8.3-b", &[NotMet]),
    ("5.8.3-c", &[NotMet]),
    ("5.8.3-d", &[NotApplicable]),
    ("5.8.5-a", &[NotMet]),
    ("5.8.5-b", &[Met]),
    ("5.8.5-c", &[Met]),
    ("5.8.5-d", &[Met]),
    ("5.8.5-e", &[Met]),
    ("5.8.5-f", &[Met]),
    ("5.8.5-g", &[NotMet]),
    ("5.8.5-h", &[Met]),
    ("5.8.6-a", &[NotMet]),
    ("5.8.6-b", &[NotApplicable]),
    ("5.8.6-c", &[Met]),
    ("7.1.1-a", &[NotMet]),
    ("7.1.1-b", &[NotMet]),
    ("7.3-a", &[NotMet]),
    ("7.3-b", &[NotMet]),
    ("7.3-c", &[NotApplicable]),
    ("7.3-d", &[NotMet]),
    ("7.4-a", &[NotMet]),
    ("7.4-b", &[NotApplicable]),
    ("7.4-c", &[NotApplicable]),
    ("7.4-d", &[NotApplicable]),
];

on_both_engines!(a_check_without_subject_says_what_to_begin_with, |store| {
    let mut site = Site::bare(&store).await;
    let conformity = site.conformity().await;
    let pack = iec_81001_5_1_2021().unwrap();
    let computed = pack.clauses.iter().filter(|clause| clause.kind == ClauseKind::Computed);
    for check in computed.flat_map(|clause| &clause.checks).filter(|check| check.id != "4.1.2-b") {
        // The manager of the release owes it by the day it ships: nobody answers for a clause yet.
        let missing = (check.id.as_str(), ANA, SHIPS);
        let missing: &[_] = if check.none == Verdict::NotMet { &[missing] } else { &[] };
        site.found(&conformity, &check.id, check.none, missing);
    }
    site.drove(DRIVEN);
});
