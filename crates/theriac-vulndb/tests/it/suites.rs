//! The official suites, where `THERIAC_DATA` has them.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::PathBuf;

use serde_json::Value;
use theriac_vulndb::{Ecosystem, Package};

use crate::desk::Desk;

/// A path below `THERIAC_DATA`; prints one line and gives nothing when that is unset.
pub fn path(relative: &str) -> Option<PathBuf> {
    let found = std::env::var_os("THERIAC_DATA").map(|root| PathBuf::from(root).join(relative));
    if found.is_none() {
        println!("left out: {relative} (set THERIAC_DATA)");
    }
    found
}

/// The JSON files of a suite whose paths end so, by their path.
fn suite(relative: &str, end: &str) -> BTreeMap<String, Value> {
    let Some(path) = path(relative) else { return BTreeMap::new() };
    let unpacked = liblzma::read::XzDecoder::new(std::fs::File::open(path).unwrap());
    let mut files = BTreeMap::new();
    for entry in tar::Archive::new(unpacked).entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().display().to_string();
        if name.ends_with(end) {
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            files.insert(name, serde_json::from_str(&text).unwrap());
        }
    }
    assert!(!files.is_empty(), "{relative} is empty");
    files
}

/// The tests of a vers suite file.
fn tests<'a>(suite: &'a BTreeMap<String, Value>, name: &str) -> Vec<&'a Value> {
    let found = suite.iter().filter(|(path, _)| path.ends_with(name));
    found.flat_map(|(_, file)| file["tests"].as_array().unwrap()).collect()
}

/// The scheme and the constraints of a vers range: comparator and version.
fn constraints(vers: &str) -> Option<(Ecosystem, Vec<(&str, &str)>)> {
    let (scheme, rest) = vers.strip_prefix("vers:")?.split_once('/')?;
    let ecosystem = Ecosystem::from_purl_type(scheme)?;
    let constraint = |text: &'static str, whole: &str| whole.starts_with(text).then_some(text.len());
    let constraints = rest.split('|').map(|text| {
        let length = ["<=", ">=", "!=", "<", ">", "="].into_iter().find_map(|word| constraint(word, text));
        text.split_at(length.unwrap_or_default())
    });
    Some((ecosystem, constraints.collect()))
}

/// The containment algorithm of vers, on our order.
fn contains(vers: &str, version: &str) -> bool {
    let (ecosystem, constraints) = constraints(vers).unwrap();
    if constraints == [("", "*")] {
        return true;
    }
    let order = |other: &str| ecosystem.compare(version, other).unwrap();
    let equal = |wanted: &[&str]| {
        constraints.iter().any(|(word, other)| wanted.contains(word) && order(other) == Ordering::Equal)
    };
    if equal(&["", "=", "<=", ">="]) || equal(&["!="]) {
        return !equal(&["!="]);
    }
    let mut bounds: Vec<_> = constraints.iter().filter(|(word, _)| word.contains(['<', '>'])).collect();
    bounds.sort_by(|a, b| ecosystem.compare(a.1, b.1).unwrap());
    let below = bounds.iter().rev().find(|(_, other)| order(other) == Ordering::Greater);
    let above = bounds.iter().find(|(_, other)| order(other) == Ordering::Less);
    match (below, above) {
        (Some((word, _)), None) => word.starts_with('>'),
        (None, Some((word, _))) => word.starts_with('<'),
        (Some((low, _)), Some((high, _))) => low.starts_with('>') && high.starts_with('<'),
        (None, None) => false,
    }
}

#[test]
fn versions_are_contained_as_the_vers_suite_says() {
    let suite = suite("suites/vers.tar.xz", "_test.json");
    let mut done = 0;
    for name in ["pypi_range_containment_test.json", "npm_range_containment_test.json"] {
        for test in tests(&suite, name) {
            let (vers, version) = (&test["input"]["vers"], &test["input"]["version"]);
            let found = contains(vers.as_str().unwrap(), version.as_str().unwrap());
            assert_eq!(Some(found), test["expected_output"].as_bool(), "{test}");
            done += 1;
        }
    }
    assert!(suite.is_empty() || done >= 11, "{done} tests");
}

#[test]
fn versions_ascend_in_every_range_of_the_vers_suite() {
    let suite = suite("suites/vers.tar.xz", "_test.json");
    let mut pairs = 0;
    for name in ["npm_range_from_native_test.json", "pypi_range_validate_test.json"] {
        for test in tests(&suite, name) {
            let Some((ecosystem, constraints)) = test["expected_output"].as_str().and_then(constraints)
            else {
                continue;
            };
            for pair in constraints.windows(2) {
                let [(_, first), (_, second)] = pair else { unreachable!() };
                let order = ecosystem.compare(first, second);
                assert!(matches!(order, Some(Ordering::Less | Ordering::Equal)), "{first} {second}: {test}");
                pairs += 1;
            }
        }
    }
    assert!(suite.is_empty() || pairs > 200, "{pairs} pairs");
}

#[test]
fn purls_of_the_official_suite_name_their_packages() {
    let suite = suite("suites/purl.tar.xz", "-test.json");
    let mut done = 0;
    for ecosystem in ["npm", "pypi", "golang", "cargo"] {
        for test in tests(&suite, &format!("{ecosystem}-test.json")) {
            if test["test_type"] != "parse" || test["expected_failure"].as_bool() == Some(true) {
                continue;
            }
            let (parts, purl) = (&test["expected_output"], test["input"].as_str().unwrap());
            let package = Package::from_purl(purl, Some("1")).unwrap();
            let name = parts["name"].as_str().unwrap();
            let name = parts["namespace"].as_str().map_or(name.to_owned(), |space| format!("{space}/{name}"));
            assert_eq!(
                (package.name.as_str(), package.ecosystem),
                (name.as_str(), Ecosystem::from_purl_type(ecosystem).unwrap()),
                "{purl}"
            );
            assert_eq!(package.version, parts["version"].as_str().unwrap_or("1"));
            done += 1;
        }
    }
    assert!(suite.is_empty() || done >= 8, "{done} tests");
}

#[test]
fn records_of_the_schema_s_own_tools_are_read() {
    let suite = suite("suites/osv-schema.tar.xz", ".osv.json");
    let records: Vec<Value> = suite
        .iter()
        .filter(|(name, _)| name.ends_with(".osv.json"))
        .map(|(_, record)| record.clone())
        .collect();
    if !suite.is_empty() {
        let report = Desk::new().import_records(&records).unwrap();
        assert!(report.records >= 10, "{report:?}");
    }
}
