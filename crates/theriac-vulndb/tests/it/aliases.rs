//! Ids that are aliases of one another are one vulnerability.

use serde_json::{Value, json};

use crate::desk::{Desk, also, left};

fn known_as(id: &str, aliases: &[&str]) -> Value {
    also(left(id, "introduced 0, fixed 2.0.0"), json!({ "aliases": aliases }))
}

fn withdrawn(record: Value) -> Value {
    also(record, json!({ "withdrawn": "2024-06-01T00:00:00Z" }))
}

#[test]
fn records_that_name_one_another_are_one_vulnerability() {
    let desk = Desk::with(&[known_as("GHSA-1", &["CVE-2020-1"]), known_as("PYSEC-1", &["CVE-2020-1"])]);
    let found = desk.only("pkg:npm/left@1.0.0");
    assert_eq!(found.vulnerability, "CVE-2020-1");
    assert_eq!(found.aliases, ["GHSA-1", "PYSEC-1"]);
    let records: Vec<&str> = found.records.iter().map(|record| record.id.as_str()).collect();
    assert_eq!(records, ["GHSA-1", "PYSEC-1"]);
}

#[test]
fn aliases_of_aliases_count() {
    let desk =
        Desk::with(&[known_as("A-1", &["B-1"]), known_as("C-1", &["B-1", "D-1"]), known_as("E-1", &["D-1"])]);
    let found = desk.only("pkg:npm/left@1.0.0");
    assert_eq!((found.vulnerability.as_str(), found.aliases.len()), ("A-1", 4));
}

#[test]
fn a_cve_is_preferred_then_a_ghsa_then_the_lowest() {
    for (aliases, expected) in [
        (vec!["GHSA-9", "CVE-2021-2", "CVE-2021-1"], "CVE-2021-1"),
        (vec!["GHSA-9", "A-1"], "GHSA-9"),
        (vec!["A-1"], "A-1"),
        (vec![], "X-1"),
    ] {
        let desk = Desk::with(&[known_as("X-1", &aliases)]);
        assert_eq!(desk.only("pkg:npm/left@1.0.0").vulnerability, expected);
    }
}

#[test]
fn every_id_leads_to_all_records() {
    let desk = Desk::with(&[known_as("GHSA-1", &["CVE-2020-1"]), known_as("PYSEC-1", &["CVE-2020-1"])]);
    for id in ["GHSA-1", "CVE-2020-1", "PYSEC-1"] {
        let ids: Vec<String> =
            desk.index().advisories(id).unwrap().into_iter().map(|advisory| advisory.id).collect();
        assert_eq!(ids, ["GHSA-1", "PYSEC-1"], "{id}");
    }
    assert!(desk.index().advisories("CVE-1999-1").unwrap().is_empty());
}

#[test]
fn a_withdrawn_record_no_longer_ties_others_together() {
    let desk = Desk::with(&[
        known_as("A-1", &["CVE-2020-1"]),
        known_as("B-1", &["CVE-2020-2"]),
        withdrawn(known_as("C-1", &["CVE-2020-1", "CVE-2020-2"])),
    ]);
    assert_eq!(desk.ids("pkg:npm/left@1.0.0"), ["CVE-2020-1", "CVE-2020-2"]);
}

#[test]
fn a_vulnerability_that_was_withdrawn_is_still_known_by_its_alias() {
    let desk = Desk::with(&[
        withdrawn(known_as("A-1", &["CVE-2020-1"])),
        withdrawn(known_as("B-1", &["CVE-2020-1"])),
    ]);
    assert!(desk.ids("pkg:npm/left@1.0.0").is_empty());
    let known = desk.index().advisories("CVE-2020-1").unwrap();
    assert_eq!(known.len(), 2);
    assert!(known.iter().all(|advisory| advisory.withdrawn));
}

#[test]
fn a_record_that_still_stands_keeps_its_alias_from_a_withdrawn_one() {
    let desk = Desk::with(&[known_as("A-1", &["CVE-2020-1"]), withdrawn(known_as("B-1", &["CVE-2020-1"]))]);
    let found = desk.only("pkg:npm/left@1.0.0");
    assert_eq!((found.vulnerability.as_str(), found.aliases), ("CVE-2020-1", vec!["A-1".to_owned()]));
    assert!(desk.index().advisories("B-1").unwrap()[0].withdrawn);
}

#[test]
fn the_worst_well_founded_rating_and_the_earliest_day_of_all_records_count() {
    let rated = |record: Value, vector: &str, published: &str| {
        also(record, json!({ "severity": [{ "type": "CVSS_V3", "score": vector }], "published": published }))
    };
    let desk = Desk::with(&[
        rated(
            known_as("A-1", &["CVE-2020-1"]),
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N",
            "2020-02-01T00:00:00Z",
        ),
        rated(
            known_as("B-1", &["CVE-2020-1"]),
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
            "2020-03-01T00:00:00Z",
        ),
    ]);
    let found = desk.only("pkg:npm/left@1.0.0");
    assert_eq!(found.score_tenths, Some(75));
    assert_eq!(found.published, Some("2020-02-01T00:00:00Z".parse().unwrap()));
}
