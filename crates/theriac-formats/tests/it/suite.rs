//! The official CycloneDX suite and real products.

use theriac_formats::{ErrorKind, Limits, Place, Purl, read_bom};

use crate::data;

/// Cases whose verdict is not the suite's, with the reason. A listed case that agrees is an error too.
const DIFFERENT: &[(&str, &str)] = &[];

#[test]
fn valid_documents_are_read_and_invalid_ones_refused_with_place_and_reason() {
    let Some(files) = data::archive("suites/cyclonedx.tar.xz") else { return };
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (path, bytes) in &files {
        let (folder, name) = path.rsplit_once('/').unwrap();
        let version = folder.rsplit_once('/').unwrap().1;
        let in_scope = ["1.2", "1.3", "1.4", "1.5", "1.6", "1.7"].contains(&version)
            && (name.ends_with(".json") || name.ends_with(".xml"));
        let valid = name.starts_with("valid");
        if !in_scope || !(valid || name.starts_with("invalid")) {
            continue;
        }
        seen += 1;
        let case = format!("{version}/{name}");
        let read = read_bom(bytes, &Limits::default());
        let listed = DIFFERENT.iter().any(|(listed, _)| *listed == case);
        let agrees = match &read {
            Ok(_) => valid,
            Err(error) => !valid && error.place != Place::Whole && !error.reason.is_empty(),
        };
        if agrees == listed {
            wrong.push(format!("{case}: {}", read.map_or_else(|e| e.to_string(), |_| "read".to_owned())));
        }
    }
    assert!(seen > 300, "only {seen} cases in scope");
    assert!(wrong.is_empty(), "{} of {seen} cases differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn versions_before_1_2_are_refused_by_name() {
    let Some(files) = data::archive("suites/cyclonedx.tar.xz") else { return };
    let old: Vec<_> = files
        .iter()
        .filter(|(path, _)| path.contains("/1.0/valid") || path.contains("/1.1/valid"))
        .filter(|(path, _)| path.ends_with(".xml"))
        .collect();
    assert!(!old.is_empty());
    for (path, bytes) in old {
        let error = read_bom(bytes, &Limits::default()).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unsupported, "{path}: {error}");
        assert!(error.reason.contains("1.2 to 1.7"), "{path}: {error}");
    }
}

#[test]
fn real_products_are_read_whole() {
    let products = [
        ("nightscout-13.0.1", 0),
        ("nightscout-14.2.6", 0),
        ("nightscout-15.0.7", 983),
        ("tidepool-platform", 129),
        ("monai", 83),
        ("dicom-rs", 450),
        ("medical-device-extended", 0),
    ];
    for (name, components) in products {
        let Some(path) = data::path(&format!("products/{name}.cdx.json")) else { return };
        let bom = read_bom(&std::fs::read(path).unwrap(), &Limits::default()).unwrap();
        assert!(!bom.components.is_empty(), "{name}");
        if components > 0 {
            assert_eq!(bom.components.len(), components, "{name}");
            let unread = |purl: &&Purl| purl.parsed.is_err();
            let purls = bom.components.iter().filter_map(|component| component.purl.as_ref());
            assert_eq!(purls.filter(unread).collect::<Vec<_>>(), Vec::<&Purl>::new(), "{name}");
        }
    }
}

#[test]
fn published_examples_are_read_or_refused_with_a_reason() {
    for archive in ["suites/cyclonedx-examples.tar.xz", "suites/spdx-examples.tar.xz"] {
        let Some(files) = data::archive(archive) else { return };
        let read = files.values().filter(|bytes| read_bom(bytes, &Limits::default()).is_ok()).count();
        println!("{archive}: {read} of {} read", files.len());
        for (path, bytes) in &files {
            if let Err(error) = read_bom(bytes, &Limits::default()) {
                println!("  {path}: {error}");
                assert!(!error.reason.is_empty());
            }
        }
        assert!(read > 5, "{archive}: only {read} read");
    }
}
