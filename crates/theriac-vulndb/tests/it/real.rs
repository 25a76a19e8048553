//! Real feeds and real products, where `THERIAC_DATA` has them.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde_json::Value;
use theriac_vulndb::{Index, Package, Unmatched, bare_purl};

use crate::desk::Desk;
use crate::suites::path;

/// An index of all real records.
fn real() -> Option<&'static Desk> {
    static DESK: OnceLock<Option<Desk>> = OnceLock::new();
    let desk = DESK.get_or_init(|| {
        let feeds: Option<Vec<_>> =
            ["npm", "go", "rustsec", "pypi"].iter().map(|name| path(&format!("osv/{name}.tar.xz"))).collect();
        let (feeds, desk) = (feeds?, Desk::new());
        let feeds: Vec<_> = feeds.iter().map(std::path::PathBuf::as_path).collect();
        desk.import(&feeds).unwrap();
        Some(desk)
    });
    desk.as_ref()
}

/// How many components of a product have which vulnerability, and the reasons of those that were not matched.
fn scan(index: &Index, product: &str) -> (usize, Vec<Unmatched>) {
    let bom = std::fs::read(path(&format!("products/{product}.cdx.json")).unwrap()).unwrap();
    let bom: Value = serde_json::from_slice(&bom).unwrap();
    let (mut findings, mut unmatched) = (BTreeSet::new(), Vec::new());
    for component in bom["components"].as_array().unwrap() {
        let Some(purl) = component["purl"].as_str() else {
            unmatched.push(Unmatched::NoIdentity);
            continue;
        };
        match Package::from_purl(purl, component["version"].as_str()) {
            Err(reason) => unmatched.push(reason),
            Ok(package) => {
                let lookup = index.find(&package).unwrap();
                unmatched.extend(lookup.unmatched);
                for found in lookup.matches {
                    findings.insert((bare_purl(purl).unwrap(), found.vulnerability));
                }
            }
        }
    }
    (findings.len(), unmatched)
}

#[test]
fn all_records_are_read() {
    let Some(desk) = real() else { return };
    let index = desk.index();
    let status = index.status();
    assert_eq!((status.records, status.withdrawn), (8617, 40));
    assert!(status.ecosystems.iter().all(|ecosystem| ecosystem.matched), "{:?}", status.ecosystems);
    assert!(status.newest_modified > Some("2026-01-01T00:00:00Z".parse().unwrap()));
}

#[test]
fn products_have_the_findings_that_are_known() {
    let Some(desk) = real() else { return };
    let index = desk.index();
    for (product, expected) in [
        ("nightscout-13.0.1", 2),
        ("nightscout-14.2.6", 0),
        ("nightscout-15.0.7", 0),
        ("tidepool-platform", 38),
    ] {
        assert_eq!(scan(&index, product).0, expected, "{product}");
    }
}

#[test]
fn a_product_of_unknown_ecosystems_is_unmatched_as_a_whole() {
    let Some(desk) = real() else { return };
    let (findings, unmatched) = scan(&desk.index(), "medical-device-extended");
    assert_eq!(findings, 0);
    assert_eq!(unmatched.len(), 65);
}
