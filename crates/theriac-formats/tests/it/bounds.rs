//! Any bytes give an answer, and limits hold.

use proptest::prelude::*;
use theriac_formats::{BuildManifest, ErrorKind, Limits, Place, Strictness, read_bom, read_junit, recognise};

/// One of each format. The first three are bills of materials that end with their last character.
const DOCUMENTS: [&str; 6] = [
    include_str!("../../testdata/small.cdx.json"),
    include_str!("../../testdata/small.cdx.xml"),
    include_str!("../../testdata/small.spdx.json"),
    include_str!("../../testdata/small.spdx"),
    include_str!("../../testdata/small.junit.xml"),
    include_str!("../../testdata/small.build.json"),
];

#[test]
fn every_document_that_is_mutated_is_one_that_is_read() {
    let limits = Limits::default();
    let (boms, others) = DOCUMENTS.split_at(4);
    assert!(boms.iter().all(|document| read_bom(document.as_bytes(), &limits).is_ok()));
    assert_eq!(read_junit(others[0].as_bytes(), &limits).unwrap().cases.len(), 4);
    assert_eq!(BuildManifest::read(others[1].as_bytes(), &limits).unwrap().changed.len(), 2);
}

/// Every reader on the same bytes. What is read strictly is read leniently too, without a defect.
fn all_readers(bytes: &[u8]) {
    let lenient = Limits { strictness: Strictness::AcceptListedDefects, ..Limits::default() };
    let strict = read_bom(bytes, &Limits::default());
    let tolerant = read_bom(bytes, &lenient);
    match strict {
        Ok(bom) => assert_eq!(tolerant.unwrap(), bom),
        Err(error) if error.kind == ErrorKind::Structure => {
            assert!(tolerant.map_or_else(|e| e.kind != ErrorKind::Syntax, |bom| !bom.defects.is_empty()));
        }
        Err(error) => assert!(!error.reason.is_empty()),
    }
    let is_known = recognise(bytes).is_ok();
    let (junit, manifest) = (read_junit(bytes, &lenient), BuildManifest::read(bytes, &lenient));
    assert!(is_known || (junit.is_err() && manifest.is_err()));
    if let Ok(manifest) = manifest {
        let written = manifest.write().unwrap();
        assert_eq!(BuildManifest::read(written.as_bytes(), &lenient).unwrap(), manifest);
    }
}

proptest! {
    #[test]
    fn any_bytes_give_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        all_readers(&bytes);
    }

    #[test]
    fn a_mutated_document_gives_an_answer(
        which in 0..DOCUMENTS.len(),
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), 0_usize..12, "[\\PC]{0,6}"), 1..5),
    ) {
        let mut bytes = DOCUMENTS[which].as_bytes().to_vec();
        for (index, length, insert) in cuts {
            let start = index.index(bytes.len().max(1));
            let end = (start + length).min(bytes.len());
            bytes.splice(start.min(end)..end, insert.bytes());
        }
        all_readers(&bytes);
    }
}

#[test]
fn a_truncated_document_is_never_read() {
    for document in &DOCUMENTS[..3] {
        for end in 0..document.trim_end().len() {
            if document.is_char_boundary(end) {
                assert!(read_bom(&document.as_bytes()[..end], &Limits::default()).is_err(), "at {end}");
            }
        }
    }
}

/// A document that is not well-formed is never accepted, whatever else is wrong before that place.
#[test]
fn an_open_text_is_said_before_a_line_that_is_no_statement() {
    let document = "SPDXVersion: SPDX-2.3\nno statement\nPackageComment: <text>open\n";
    for strictness in [Strictness::Refuse, Strictness::AcceptListedDefects] {
        let error = read_bom(document.as_bytes(), &Limits { strictness, ..Limits::default() }).unwrap_err();
        assert_eq!(
            (error.kind, error.place),
            (ErrorKind::Syntax, Place::Position { line: 3, column: 1 }),
            "{strictness:?}"
        );
    }
}

#[test]
fn deep_nesting_and_absurd_numbers_are_errors() {
    let head = r#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "version": "#;
    let deep_json = "{\"a\":".repeat(100_000);
    let deep_lists = format!("{head}{}", "[".repeat(100_000));
    let deep_xml = "<a>".repeat(100_000);
    for text in [deep_json, deep_lists, deep_xml] {
        let error = read_bom(text.as_bytes(), &Limits::default()).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Limit, "{error}");
    }
    for number in ["1e999", "99999999999999999999999999", "-1", "1.5"] {
        let text = format!("{head}{number}, \"components\": []}}");
        let read = read_bom(text.as_bytes(), &Limits::default());
        assert!(read.is_err(), "{number}");
    }
}

#[test]
fn a_bill_of_materials_has_at_most_a_hundred_thousand_components() {
    let head = "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"version\":1,\"components\":[";
    let bom = |count: usize| {
        let component = |number: usize| format!("{{\"type\":\"library\",\"name\":\"{number}\"}}");
        format!("{head}{}]}}", (0..count).map(component).collect::<Vec<_>>().join(","))
    };
    let read = |count| read_bom(bom(count).as_bytes(), &Limits::default());
    assert_eq!(read(100_000).unwrap().components.len(), 100_000);
    let error = read(100_001).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Limit);
    assert!(error.reason.contains("more than 100000 components"), "{error}");
}

#[test]
fn every_limit_is_an_error_of_its_own_kind() {
    let bytes = DOCUMENTS[0].as_bytes();
    let all = Limits::default();
    for limits in [
        Limits { bytes: 10, ..all },
        Limits { depth: 2, ..all },
        Limits { values: 5, ..all },
        Limits { components: 1, ..all },
        Limits { text: 4, ..all },
    ] {
        assert_eq!(read_bom(bytes, &limits).unwrap_err().kind, ErrorKind::Limit, "{limits:?}");
    }
    let many = format!("<a {}/>", (0..5_000).map(|n| format!("a{n}='' ")).collect::<String>());
    assert_eq!(read_bom(many.as_bytes(), &all).unwrap_err().kind, ErrorKind::Limit);
}
