//! The index file: whatever is wrong with it is an error, never a missed vulnerability.

use std::fs;
use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::json;
use theriac_vulndb::{
    Advisory, Index, IndexError, Lookup, Package, bare_purl, cvss_score_tenths, is_cvss_vector,
};

use crate::desk::{Desk, also, left};

fn small() -> Desk {
    Desk::with(&[
        also(left("GHSA-1", "introduced 0, fixed 2.0.0"), json!({ "aliases": ["CVE-2020-1"] })),
        left("X-2", "introduced 1.0.0"),
    ])
}

/// Everything that a scan reads of the index.
fn look(desk: &Desk) -> Result<(Lookup, Vec<Advisory>), IndexError> {
    let index = Index::open(&desk.db())?;
    let lookup = index.find(&Package::from_purl("pkg:npm/left@1.0.0", None).unwrap())?;
    Ok((lookup, index.advisories("CVE-2020-1")?))
}

#[test]
fn no_index_says_how_to_make_one() {
    let error = Index::open(&Desk::new().db()).unwrap_err();
    assert!(matches!(error, IndexError::Missing { .. }));
    assert!(error.to_string().contains("feed import"), "{error}");
}

#[test]
fn other_files_are_no_index() {
    let desk = Desk::new();
    for bytes in [&b""[..], b"x", b"SQLite format 3\0", &[0; 4096]] {
        fs::write(desk.db(), bytes).unwrap();
        assert!(matches!(Index::open(&desk.db()), Err(IndexError::Foreign { .. })));
    }
    assert!(Index::open(&std::env::temp_dir()).is_err());
}

#[test]
fn another_format_says_what_to_do() {
    let desk = small();
    let mut bytes = fs::read(desk.db()).unwrap();
    bytes[11] = 1;
    fs::write(desk.db(), bytes).unwrap();
    let error = Index::open(&desk.db()).unwrap_err();
    assert!(matches!(error, IndexError::Format { found: 1, .. }), "{error}");
    assert!(error.to_string().contains("import the feeds again"), "{error}");
}

#[test]
fn an_index_cut_off_anywhere_is_refused() {
    let desk = small();
    let bytes = fs::read(desk.db()).unwrap();
    for length in 0..bytes.len() {
        fs::write(desk.db(), &bytes[..length]).unwrap();
        let error = Index::open(&desk.db()).unwrap_err();
        let is_known = matches!(error, IndexError::Damaged { .. } | IndexError::Foreign { .. });
        assert!(is_known, "{length} bytes: {error}");
    }
    fs::write(desk.db(), [&bytes[..], b"x"].concat()).unwrap();
    assert!(matches!(Index::open(&desk.db()), Err(IndexError::Damaged { .. })));
}

#[test]
fn any_changed_byte_is_found_or_changes_nothing() {
    let desk = small();
    let bytes = fs::read(desk.db()).unwrap();
    let whole = look(&desk).unwrap();
    assert_eq!((whole.0.matches.len(), whole.1.len()), (2, 1));
    let mut found = 0;
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x41;
        fs::write(desk.db(), &changed).unwrap();
        match look(&desk) {
            Ok(seen) => assert_eq!(seen, whole, "byte {at}"),
            Err(_) => found += 1,
        }
    }
    // What was not read need not be found: the other advisory and the buckets of other names.
    assert!(found * 2 > bytes.len(), "{found} of {}", bytes.len());
}

#[test]
fn blocks_that_changed_places_are_found() {
    let desk = small();
    let bytes = fs::read(desk.db()).unwrap();
    let whole = look(&desk).unwrap();
    for (from, to) in (12..bytes.len() - 64).step_by(8).zip((20..).step_by(16)) {
        let (from, to) = (from, 12 + to % (bytes.len() - 80));
        let mut changed = bytes.clone();
        changed[to..to + 32].copy_from_slice(&bytes[from..from + 32]);
        fs::write(desk.db(), &changed).unwrap();
        if let Ok(seen) = look(&desk) {
            assert_eq!(seen, whole, "{from} to {to}");
        }
    }
}

/// How an index of this program begins: its mark and its format.
static START: LazyLock<[u8; 12]> = LazyLock::new(|| {
    let desk = Desk::with(&[left("X-1", "introduced 0")]);
    fs::read(desk.db()).unwrap()[..12].try_into().unwrap()
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_text_is_a_vector_or_none(text in any::<String>(), vector in "(CVSS:[234]\\.[01]/)?([A-Za-z]{1,3}:[A-Za-z]{1,2}/?){0,14}") {
        for text in [text, vector] {
            let score = cvss_score_tenths(&text);
            prop_assert!(score.is_none_or(|score| score <= 100));
            prop_assert!(!is_cvss_vector(&text) || score.is_some());
        }
    }

    #[test]
    fn any_text_is_a_purl_or_none(text in any::<String>(), purl in "pkg:[a-z]{1,8}/[!-~]{0,20}@[!-~]{0,10}") {
        for text in [text, purl] {
            if let Ok(bare) = bare_purl(&text) {
                let again = bare_purl(&bare);
                prop_assert!(again.is_ok_and(|again| again == bare), "{}", text);
            }
        }
    }

    #[test]
    fn any_bytes_are_no_index(bytes in proptest::collection::vec(any::<u8>(), 0..2000), has_prefix in any::<bool>()) {
        let desk = Desk::new();
        fs::write(desk.db(), [if has_prefix { &START[..] } else { b"" }, &bytes].concat()).unwrap();
        prop_assert!(Index::open(&desk.db()).is_err());
    }
}
