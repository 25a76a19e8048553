//! Which versions a record affects, and which fix it.

use proptest::prelude::*;
use serde_json::{Value, json};
use theriac_model::Severity;
use theriac_vulndb::{Package, Unmatched, bare_purl};

use crate::desk::{Desk, also, events, left, record};

/// The versions of npm's `left`, of these, that the ranges affect.
fn affected<'a>(ranges: &str, versions: &[&'a str]) -> Vec<&'a str> {
    let desk = Desk::with(&[left("X-1", ranges)]);
    versions
        .iter()
        .copied()
        .filter(|version| !desk.ids(&format!("pkg:npm/left@{version}")).is_empty())
        .collect()
}

const VERSIONS: [&str; 6] = ["0.0.0-a", "1.0.0", "1.5.0", "2.0.0-rc.1", "2.0.0", "3.0.0"];

#[test]
fn introduced_zero_begins_before_every_version() {
    assert_eq!(affected("introduced 0", &VERSIONS), VERSIONS);
}

#[test]
fn a_fixed_version_is_not_affected_but_its_candidates_are() {
    assert_eq!(affected("introduced 1.0.0, fixed 2.0.0", &VERSIONS), ["1.0.0", "1.5.0", "2.0.0-rc.1"]);
}

#[test]
fn the_last_affected_version_is_affected() {
    assert_eq!(
        affected("introduced 1.5.0, last_affected 2.0.0", &VERSIONS),
        ["1.5.0", "2.0.0-rc.1", "2.0.0"]
    );
}

#[test]
fn runs_follow_one_another_whatever_the_order_of_the_events() {
    let ranges = "fixed 3.0.0, introduced 2.0.0, fixed 1.5.0, introduced 0";
    assert_eq!(affected(ranges, &VERSIONS), ["0.0.0-a", "1.0.0", "2.0.0"]);
}

#[test]
fn a_fix_beyond_the_last_affected_version_ends_nothing() {
    assert_eq!(affected("introduced 0, last_affected 1.0.0, fixed 3.0.0", &VERSIONS), ["0.0.0-a", "1.0.0"]);
}

#[test]
fn introduced_and_last_affected_at_once_is_one_version() {
    assert_eq!(affected("introduced 1.5.0, last_affected 1.5.0", &VERSIONS), ["1.5.0"]);
}

#[test]
fn fixed_and_introduced_again_at_once_goes_on() {
    assert_eq!(
        affected("introduced 1.0.0, fixed 1.5.0, introduced 1.5.0, fixed 2.0.0", &VERSIONS),
        ["1.0.0", "1.5.0", "2.0.0-rc.1"]
    );
}

#[test]
fn nothing_at_or_beyond_a_limit_is_affected() {
    assert_eq!(affected("introduced 1.0.0, limit 2.0.0", &VERSIONS), ["1.0.0", "1.5.0", "2.0.0-rc.1"]);
    assert_eq!(affected("introduced 2.0.0, limit *", &VERSIONS), ["2.0.0", "3.0.0"]);
}

#[test]
fn commits_are_no_versions() {
    let git = json!({ "ranges": [{ "type": "GIT", "repo": "https://example.org/r", "events": [{ "introduced": "0" }] }] });
    let desk = Desk::with(&[record("X-1", "npm", "left", git)]);
    assert!(desk.ids("pkg:npm/left@1.0.0").is_empty());
}

#[test]
fn listed_versions_count_beside_ranges() {
    let mut both = events("introduced 2.0.0, fixed 2.1.0");
    both["versions"] = json!(["1.0.0", "not a version"]);
    let desk = Desk::with(&[record("X-1", "npm", "left", both)]);
    for (version, expected) in
        [("1.0.0", true), ("v1.0.0", true), ("1.0.1", false), ("2.0.5", true), ("2.1.0", false)]
    {
        assert_eq!(!desk.ids(&format!("pkg:npm/left@{version}")).is_empty(), expected, "{version}");
    }
    let odd = desk.find("pkg:npm/left@not%20a%20version");
    assert_eq!(odd.matches.len(), 1);
    assert!(matches!(odd.unmatched, Some(Unmatched::UnreadableVersion(..))));
}

#[test]
fn equal_versions_written_differently_meet_in_the_list() {
    let desk =
        Desk::with(&[record("X-1", "PyPI", "zope.interface", json!({ "versions": ["1.0", "2.0rc1"] }))]);
    for version in ["1.0", "1", "1.0.0", "v1.0", "1.0%2Bcu121", "2.0.RC1", "2.0-c1"] {
        assert_eq!(desk.ids(&format!("pkg:pypi/Zope_Interface@{version}")), ["X-1"], "{version}");
    }
    for version in ["1.0.1", "1.0.post1", "2.0"] {
        assert!(desk.ids(&format!("pkg:pypi/zope-interface@{version}")).is_empty(), "{version}");
    }
}

#[test]
fn several_ranges_and_statements_of_one_record_are_one_match() {
    let mut twice = left("X-1", "introduced 0, fixed 1.0.0");
    let again = left("X-1", "introduced 0, fixed 2.0.0")["affected"][0].clone();
    twice["affected"].as_array_mut().unwrap().push(again);
    let found = Desk::with(&[twice]).only("pkg:npm/left@0.5.0");
    assert_eq!(found.fixed, ["1.0.0", "2.0.0"]);
    assert_eq!(found.records.len(), 1);
}

#[test]
fn the_fix_is_the_one_of_the_run_the_version_is_in() {
    let desk = Desk::with(&[left(
        "X-1",
        "introduced 0, fixed 1.2.0, introduced 2.0.0, fixed 2.0.4, introduced 3.0.0",
    )]);
    assert_eq!(desk.only("pkg:npm/left@1.0.0").fixed, ["1.2.0"]);
    assert_eq!(desk.only("pkg:npm/left@2.0.0").fixed, ["2.0.4"]);
    assert_eq!(desk.only("pkg:npm/left@3.1.0").fixed, [""; 0]);
}

#[test]
fn a_later_fix_helps_after_the_last_affected_version() {
    let desk = Desk::with(&[left("X-1", "introduced 0, last_affected 1.2.0, fixed 1.4.0")]);
    assert_eq!(desk.only("pkg:npm/left@1.0.0").fixed, ["1.4.0"]);
}

#[test]
fn withdrawn_records_do_not_match_but_are_known() {
    let withdrawn = also(left("X-1", "introduced 0"), json!({ "withdrawn": "2024-06-01T00:00:00Z" }));
    let desk = Desk::with(&[withdrawn, left("X-2", "introduced 0, fixed 1.0.0")]);
    assert_eq!(desk.ids("pkg:npm/left@0.1.0"), ["X-2"]);
    let known = desk.index().advisories("X-1").unwrap();
    assert_eq!(known.len(), 1);
    assert!(known[0].withdrawn);
    assert_eq!(desk.index().status().withdrawn, 1);
}

#[test]
fn a_vector_is_preferred_to_a_word_and_a_newer_cvss_to_an_older() {
    let v2 = json!({ "type": "CVSS_V2", "score": "AV:N/AC:L/Au:N/C:C/I:C/A:C" });
    let v3 = json!({ "type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L" });
    let v4 = json!({ "type": "CVSS_V4", "score": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N" });
    let word = json!({ "severity": "CRITICAL" });
    let half = json!({ "type": "CVSS_V3", "score": "CVSS:3.1/AV:N" });
    let cases: [(Value, Severity, Option<u8>); 8] = [
        (json!([half]), Severity::Critical, None),
        (json!([half, v2]), Severity::Critical, Some(100)),
        (json!([]), Severity::Critical, None),
        (json!([{ "type": "CVSS_V3", "score": "nonsense" }]), Severity::Critical, None),
        (json!([v2]), Severity::Critical, Some(100)),
        (json!([v2, v3]), Severity::Medium, Some(53)),
        (json!([v4, v2, v3]), Severity::Critical, Some(93)),
        (json!(null), Severity::Critical, None),
    ];
    for (severity, expected, score) in cases {
        let rated =
            also(left("X-1", "introduced 0"), json!({ "severity": severity, "database_specific": word }));
        let found = Desk::with(&[rated]).only("pkg:npm/left@1.0.0");
        assert_eq!((found.severity, found.score_tenths), (expected, score), "{severity}");
        assert_eq!(found.cvss.is_some(), score.is_some());
    }
    let unrated = Desk::with(&[left("X-1", "introduced 0")]).only("pkg:npm/left@1.0.0");
    assert_eq!((unrated.severity, unrated.cvss), (Severity::Unknown, None));
}

#[test]
fn a_statement_may_carry_its_own_severity() {
    let mut rated = events("introduced 0");
    rated["severity"] =
        json!([{ "type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }]);
    assert_eq!(
        Desk::with(&[record("X-1", "npm", "left", rated)]).only("pkg:npm/left@1.0.0").score_tenths,
        Some(98)
    );
}

#[test]
fn a_match_says_what_it_rests_on() {
    let full = also(
        left("X-1", "introduced 0, fixed 2.0.0"),
        json!({ "published": "2023-01-01T00:00:00Z", "summary": "It breaks" }),
    );
    let desk = Desk::with(&[full]);
    let found = desk.only("pkg:npm/left@1.0.0");
    let advisories = desk.index().advisories(&found.vulnerability).unwrap();
    assert_eq!(found.published, Some("2023-01-01T00:00:00Z".parse().unwrap()));
    assert_eq!(found.modified, "2024-05-06T07:08:09Z".parse().unwrap());
    assert_eq!(found.records[0].digest, advisories[0].digest);
    assert_eq!(theriac_model::Digest::of(advisories[0].content.as_bytes()), advisories[0].digest);
    let content: Value = serde_json::from_str(&advisories[0].content).unwrap();
    assert_eq!(content["summary"], "It breaks");
    assert_eq!(theriac_model::canonical_json(&content).unwrap(), advisories[0].content);
}

#[test]
fn names_are_matched_as_their_ecosystem_compares_them() {
    let desk = Desk::with(&[
        record("N-1", "npm", "@scope/name", events("introduced 0")),
        record("G-1", "Go", "github.com/Owner/module/v2", events("introduced 0")),
        record("G-2", "Go", "stdlib", events("introduced 0, fixed 1.21.4")),
        record("C-1", "crates.io", "serde_thing", events("introduced 0")),
        record("P-1", "PyPI", "Flask.Ext", events("introduced 0")),
    ]);
    for (purl, id) in [
        ("pkg:npm/%40scope/name@1.0.0", "N-1"),
        ("pkg:golang/github.com/owner/module/v2@v2.1.0", "G-1"),
        ("pkg:golang/github.com/Owner/module/v2@v2.1.0?type=module#cmd/x", "G-1"),
        ("pkg:golang/stdlib@1.21.3", "G-2"),
        ("pkg:golang/std@go1.21.3", "G-2"),
        ("pkg:cargo/serde-thing@1.0.0", "C-1"),
        ("pkg:pypi/flask_ext@1.0", "P-1"),
    ] {
        assert_eq!(desk.ids(purl), [id], "{purl}");
    }
    assert!(desk.ids("pkg:golang/stdlib@1.21.4").is_empty());
    assert!(desk.ids("pkg:npm/name@1.0.0").is_empty());
}

#[test]
fn what_cannot_be_matched_says_why() {
    let desk = Desk::with(&[left("X-1", "introduced 0")]);
    let of = |purl: &str, version: Option<&str>| match Package::from_purl(purl, version) {
        Ok(package) => desk.index().find(&package).unwrap().unmatched.map(|reason| reason.code()),
        Err(reason) => Some(reason.code()),
    };
    assert_eq!(of("pkg:npm/left@1.0.0", None), None);
    assert_eq!(of("pkg:npm/left", Some("1.0.0")), None);
    assert_eq!(of("pkg:npm/unheard-of@1.0.0", None), None);
    assert_eq!(of("pkg:npm/left", None), Some("no-version"));
    assert_eq!(of("pkg:npm/left", Some(" ")), Some("no-version"));
    assert_eq!(of("left@1.0.0", None), Some("bad-purl"));
    assert_eq!(of("pkg:deb/debian/left@1.0.0", None), Some("unknown-ecosystem"));
    assert_eq!(of("pkg:pypi/left@1.0.0", None), Some("no-feed"));
    assert_eq!(of("pkg:npm/left@latest", None), Some("unreadable-version"));
    assert_eq!(of("pkg:npm/unheard-of@latest", None), Some("unreadable-version"));
}

#[test]
fn a_finding_is_named_by_the_purl_without_its_qualifiers() {
    let purl = "pkg:golang/github.com/Owner/module@v1.0.0?goos=linux#cmd";
    assert_eq!(bare_purl(purl).unwrap(), bare_purl("pkg:golang/github.com/owner/module@v1.0.0").unwrap());
    assert!(bare_purl("nonsense").is_err());
}

/// Whether the schema's own algorithm calls the version affected; versions are whole numbers here.
fn expected(events: &[(usize, u8)], version: u8) -> bool {
    let mut sorted: Vec<_> = events.iter().filter(|(kind, _)| *kind < 3).collect();
    sorted.sort_by_key(|(_, at)| *at);
    let mut is_affected = false;
    for (kind, at) in sorted {
        match kind {
            0 if version >= *at => is_affected = true,
            1 if version >= *at => is_affected = false,
            2 if version > *at => is_affected = false,
            _ => {}
        }
    }
    let mut limits = events.iter().filter(|(kind, _)| *kind == 3).peekable();
    is_affected && (limits.peek().is_none() || limits.any(|(_, limit)| version < *limit))
}

const KINDS: [&str; 4] = ["introduced", "fixed", "last_affected", "limit"];

/// Events about different versions, since the schema leaves open what two about the same one mean.
fn some_events() -> impl Strategy<Value = Vec<(usize, u8)>> {
    let event = (0..KINDS.len(), 1..12_u8);
    proptest::collection::vec(event, 0..8).prop_map(|mut events| {
        events.push((0, 6));
        let mut seen = std::collections::BTreeSet::new();
        events.reverse();
        events.retain(|(_, at)| seen.insert(*at));
        events
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn ranges_mean_what_the_schema_says(records in proptest::collection::vec(some_events(), 20)) {
        let written = records.iter().enumerate().map(|(number, events)| {
            let events: Vec<_> =
                events.iter().map(|(kind, at)| json!({ KINDS[*kind]: format!("{at}.0.0") })).collect();
            let ranges = json!({ "ranges": [{ "type": "SEMVER", "events": events }] });
            record(&format!("X-{number}"), "npm", &format!("p{number}"), ranges)
        });
        let desk = Desk::with(&written.collect::<Vec<_>>());
        for (number, events) in records.iter().enumerate() {
            for version in 0..13 {
                let found = desk.ids(&format!("pkg:npm/p{number}@{version}.0.0"));
                prop_assert_eq!(!found.is_empty(), expected(events, version), "{:?} {}", events, version);
            }
        }
    }
}
