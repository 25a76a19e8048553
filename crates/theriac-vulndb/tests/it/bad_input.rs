//! Bad input at every door: a clear error, nothing written.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value, json};
use theriac_vulndb::{ImportError, Limits};

use crate::desk::{Desk, also, left, record};
use crate::import::{gz, tar, text, xz, zip, zst};

/// Refuses the file, names it, writes nothing; gives the message.
fn refused(name: &str, bytes: impl AsRef<[u8]>) -> String {
    refused_limited(name, bytes, Limits::default())
}

fn refused_limited(name: &str, bytes: impl AsRef<[u8]>, limits: Limits) -> String {
    let desk = Desk::new();
    let path = desk.file(name, bytes);
    let message = match desk.import_limited(&[&path], limits) {
        Ok(report) => panic!("{name} was taken: {report:?}"),
        Err(error) => error.to_string(),
    };
    assert!(message.contains(name), "{message}");
    assert!(desk.state().is_empty(), "{name} left something behind");
    message
}

fn assert_says(message: &str, words: &[&str]) {
    for word in words {
        assert!(message.contains(word), "'{word}' is not in: {message}");
    }
}

fn changed(pointer: &str, value: Value) -> String {
    let mut changed = also(
        left("X-1", "introduced 0, fixed 2.0.0"),
        json!({ "aliases": ["CVE-1"], "published": "2024-01-01T00:00:00Z" }),
    );
    *changed.pointer_mut(pointer).unwrap() = value;
    changed.to_string()
}

#[test]
fn wrong_records_are_refused_with_their_place() {
    for (pointer, value, place) in [
        ("/id", json!(""), "id"),
        ("/id", json!("two words"), "id"),
        ("/id", json!("x".repeat(300)), "id"),
        ("/id", json!(7), "id"),
        ("/modified", json!("yesterday"), "modified"),
        ("/modified", json!(null), "modified"),
        ("/published", json!("2024-13-01T00:00:00Z"), "published"),
        ("/aliases", json!(["CVE-1", ""]), "aliases[1]"),
        ("/aliases", json!("CVE-1"), "aliases"),
        ("/affected", json!({}), "affected"),
        ("/affected/0/package/name", json!(" "), "affected[0].package.name"),
        ("/affected/0/package", json!({ "name": "left" }), "affected[0].package"),
        ("/affected/0/ranges/0/type", json!("MOON"), "affected[0].ranges[0].type"),
        ("/affected/0/ranges/0/events", json!([]), "affected[0].ranges[0].events"),
        ("/affected/0/ranges/0/events", json!([{ "fixed": "1.0.0" }]), "affected[0].ranges[0].events"),
        (
            "/affected/0/ranges/0/events/1",
            json!({ "fixed": "1", "limit": "2" }),
            "affected[0].ranges[0].events[1]",
        ),
        ("/affected/0/ranges/0/events/1", json!({ "mended": "1" }), "affected[0].ranges[0].events[1]"),
        ("/affected/0/ranges/0/events/1/fixed", json!("soon"), "affected[0].ranges[0].events"),
        ("/affected/0/ranges/0/events/1/fixed", json!(2), "affected[0].ranges[0].events[1].fixed"),
    ] {
        assert_says(&refused("bad.json", changed(pointer, value)), &[place, "nothing was imported"]);
    }
    let mut without = left("X-1", "introduced 0");
    without.as_object_mut().unwrap().remove("modified");
    assert_says(&refused("bad.json", without.to_string()), &["modified"]);
    let versioned = also(left("X-1", "introduced 0"), json!({ "schema_version": "2.0.0" }));
    assert_says(&refused("bad.json", versioned.to_string()), &["schema_version", "2.0.0"]);
}

#[test]
fn values_are_limited_not_bytes_alone() {
    let desk = Desk::new();
    let record = |number: u32| {
        also(left(&format!("X-{number}"), "introduced 0"), json!({ "versions": ["1", "2", "3"] }))
    };
    let limits = Limits { values: 8, ..Limits::default() };
    let feed = desk.feed(&[record(1), record(2)]);
    desk.import_limited(&[&feed], limits).unwrap();
    let feed = desk.feed(&[record(3)]);
    let error = desk.import_limited(&[&feed], limits).unwrap_err();
    assert_says(&error.to_string(), &["X-3", "more than 8 versions, events and packages"]);
    assert_eq!(desk.index().status().records, 2, "nothing of it was taken");
    let feed = desk.feed(&[record(1), record(2)]);
    desk.import_limited(&[&feed], limits).expect("a record that takes the place of itself adds nothing");
}

#[test]
fn texts_that_are_no_record_are_refused() {
    let utf16: Vec<u8> = text().encode_utf16().flat_map(u16::to_be_bytes).collect();
    for (name, bytes, word) in [
        ("empty.json", b"".to_vec(), "a JSON object was expected"),
        ("empty", b"".to_vec(), "neither JSON nor YAML"),
        ("list.json", b"[]".to_vec(), "a JSON list, not one record"),
        ("null.json", b"null".to_vec(), "a JSON object was expected"),
        ("other.json", b"{}".to_vec(), "no OSV record"),
        ("other.yaml", b"a: b\n".to_vec(), "no OSV record"),
        ("prose.txt", b"Dear reader".to_vec(), "neither JSON nor YAML"),
        ("utf16.json", utf16, "binary"),
        ("latin.json", text().replace("left", "l\u{e9}ft").chars().map(|c| c as u8).collect(), "UTF-8"),
        ("picture.png", b"\x89PNG\r\n\x1a\n\0\0\0".to_vec(), "binary"),
        ("twice.json", br#"{"id": "X-1", "id": "X-2", "modified": "2024-01-01T00:00:00Z"}"#.to_vec(), "'id'"),
        ("twice.yaml", b"id: X-1\nid: X-2\nmodified: \"2024-01-01T00:00:00Z\"\n".to_vec(), "line 2"),
        ("number.json", br#"{"id": "X-1", "modified": 1e999}"#.to_vec(), "out of range"),
        ("more.json", format!("{} {{}}", text()).into_bytes(), "trailing"),
        ("many.yaml", b"id: X-1\n---\nid: X-2\n".to_vec(), "many.yaml"),
    ] {
        assert_says(&refused(name, bytes), &[word]);
    }
}

#[test]
fn a_version_without_quotes_is_no_text() {
    let yaml = "id: X-1
modified: \"2024-05-06T07:08:09Z\"
affected:
- package: {name: left, ecosystem: PyPI}
  versions: [1.10]
";
    assert_says(&refused("bad.yaml", yaml), &["affected[0].versions[0]", "expected a string"]);
}

#[test]
fn deep_nesting_is_refused() {
    for depth in [200, 1_000_000] {
        let deep = format!("{{\"a\": {}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert_says(&refused("deep.json", deep), &["recursion"]);
        refused("unclosed.json", format!("{{\"a\": {}", "{\"a\":".repeat(depth)));
        refused("deep.yaml", format!("id: {}", "[".repeat(depth)));
    }
    let indented: String = (0..2000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    refused("indented.yaml", indented);
}

#[test]
fn yaml_that_multiplies_itself_is_refused() {
    let mut laughs = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let before = vec![format!("*a{}", level - 1); 9].join(", ");
        laughs.push_str(&format!("a{level}: &a{level} [{before}]\n"));
    }
    refused("laughs.yaml", laughs);
}

#[test]
fn archives_that_are_cut_off_anywhere_are_refused() {
    let records: Vec<String> =
        (0..3).map(|number| left(&format!("X-{number}"), "introduced 0").to_string()).collect();
    let names = ["0.json", "1.json", "2.json"];
    let files: Vec<(&str, &[u8])> = names.iter().copied().zip(records.iter().map(String::as_bytes)).collect();
    let plain = tar(&files);
    let yaml = tar(&[
        ("a.yaml", b"id: X-1\nmodified: \"2024-05-06T07:08:09Z\"\n"),
        ("b.json", records[0].as_bytes()),
    ]);
    // A tar archive ends with two blocks of zeros, of which one is enough.
    let tars = [(&plain, plain.len() - 1024), (&yaml, yaml.len() - 1024)];
    for (archive, end) in tars {
        for cut in (0..end).step_by(64) {
            refused("cut.tar", &archive[..cut]);
        }
        for cut in [end, end + 1, end + 511] {
            refused("cut.tar", &archive[..cut]);
        }
    }
    for (name, whole) in [
        ("cut.tar.gz", gz(&plain)),
        ("cut.tar.xz", xz(&plain)),
        ("cut.tar.zst", zst(&plain)),
        ("cut.zip", zip(&files)),
        ("cut.json.gz", gz(records[0].as_bytes())),
        ("cut.json.xz", xz(records[0].as_bytes())),
        ("cut.json.zst", zst(records[0].as_bytes())),
    ] {
        for cut in (0..whole.len()).step_by(7).chain([whole.len() - 1]) {
            refused(name, &whole[..cut]);
        }
    }
}

#[test]
fn bytes_changed_in_compressed_files_are_found() {
    let json = text();
    for (name, whole) in
        [("x.gz", gz(json.as_bytes())), ("x.xz", xz(json.as_bytes())), ("x.zst", zst(json.as_bytes()))]
    {
        // The first bytes say what it is, the last ones are the checksum.
        for at in [whole.len() / 2, whole.len() - 2] {
            let mut changed = whole.clone();
            changed[at] ^= 0x55;
            refused(name, changed);
        }
    }
}

#[test]
fn bombs_are_refused() {
    let spaces = vec![b' '; 64 << 20];
    assert_says(&refused("bomb.json.gz", gz(&spaces)), &["larger than 8388608 bytes"]);
    assert_says(&refused("bomb.zip", zip(&[("a.json", &spaces)])), &["a.json", "larger than 8388608 bytes"]);
    let archive = tar(&[("skipped.bin", &vec![0; 64 << 20]), ("a.json", text().as_bytes())]);
    for bomb in [gz(&archive), xz(&archive), zst(&archive)] {
        assert_says(&refused("bomb.tar", bomb), &["times its size"]);
    }
}

#[test]
fn limits_hold() {
    let small = Limits {
        record_bytes: 1000,
        nested_bytes: 2000,
        total_bytes: 50_000,
        entries: 5,
        folder_depth: 2,
        archive_depth: 2,
        ..Limits::default()
    };
    let json = text();
    let json = json.as_bytes();
    let padded = format!("{}{}", text(), " ".repeat(1000));
    let many: Vec<(String, &[u8])> = (0..6).map(|number| (format!("{number}.json"), json)).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    let noise: Vec<u8> =
        (0..3000_u32).flat_map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes()).collect();
    for (name, bytes, words) in [
        ("big.json", padded.clone().into_bytes(), vec!["larger than 1000 bytes"]),
        ("big.zip", zip(&[("in.json", padded.as_bytes())]), vec!["in.json", "larger than 1000 bytes"]),
        ("many.zip", zip(&many), vec!["more than 5 files"]),
        ("many.tar", tar(&many), vec!["more than 5 files"]),
        ("nested.gz", gz(&gz(&gz(json))), vec!["nested deeper than 2"]),
        ("inner.tar", tar(&[("a.zip", &zip(&[("n", &noise)]))]), vec!["a.zip", "larger than 2000 bytes"]),
        ("long.tar", tar(&[("noise.bin", &noise.repeat(5))]), vec!["50000 bytes"]),
    ] {
        let message = refused_limited(name, bytes, small);
        assert_says(&message, &words);
    }
    let desk = Desk::new();
    desk.file("a/b/c/d/e.json", json);
    let error = desk.import_limited(&[&desk.path("a")], small).unwrap_err().to_string();
    assert_says(&error, &["folders", "deeper than 2"]);
}

#[test]
fn long_names_in_archives_are_limited() {
    let mut archive = tar::Builder::new(Vec::new());
    let name = vec![b'n'; 1 << 20];
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::GNULongName);
    header.set_size(name.len() as u64);
    header.set_path("././@LongLink").unwrap();
    header.set_cksum();
    archive.append(&header, name.as_slice()).unwrap();
    assert_says(&refused("names.tar", archive.into_inner().unwrap()), &["larger than"]);
}

#[test]
fn two_hundred_megabytes_are_refused_at_once() {
    let desk = Desk::new();
    let path = desk.path("large.json");
    let mut file = fs::File::create(&path).unwrap();
    file.write_all(b"{\"id\": \"").unwrap();
    let chunk = vec![b'x'; 1 << 20];
    (0..200).for_each(|_| file.write_all(&chunk).unwrap());
    let error = desk.import(&[&path]).unwrap_err().to_string();
    assert_says(&error, &["large.json", "larger than 8388608 bytes"]);
}

#[test]
fn a_record_that_only_grows_when_it_is_kept_is_refused() {
    let numbers = vec!["1e9"; 2_000_000].join(",");
    let grown = text().replacen('{', &format!("{{\"database_specific\": {{\"n\": [{numbers}]}},"), 1);
    assert_says(&refused("grown.json", grown), &["larger than"]);
}

#[test]
fn places_that_are_not_there_are_named() {
    let desk = Desk::new();
    let error = desk.import(&[Path::new("/nowhere/at/all")]).unwrap_err();
    assert_says(&error.to_string(), &["/nowhere/at/all", "cannot be read"]);
    fs::create_dir(desk.path("empty")).unwrap();
    let error = desk.import(&[&desk.path("empty")]).unwrap_err();
    assert!(matches!(error, ImportError::Empty { .. }), "{error}");
    let error = desk.import(&[]).unwrap_err();
    assert!(matches!(error, ImportError::Empty { .. }), "{error}");
    assert!(desk.state().is_empty());
}

#[test]
fn an_index_that_cannot_be_written_is_said_so() {
    let desk = Desk::new();
    let feed = desk.feed(&[left("X-1", "introduced 0")]);
    let options = theriac_vulndb::ImportOptions::new(crate::desk::now());
    let error = theriac_vulndb::import(std::slice::from_ref(&feed), &desk.path("no/such/index.db"), &options)
        .unwrap_err();
    assert!(matches!(error, ImportError::Write { .. }), "{error}");
    let error = theriac_vulndb::import(&[feed], &desk.path("feed"), &options).unwrap_err();
    assert_says(&error.to_string(), &["feed"]);
}

#[test]
fn a_damaged_index_is_not_merged_into() {
    let desk = Desk::with(&[left("X-1", "introduced 0")]);
    let mut bytes = fs::read(desk.db()).unwrap();
    let middle = bytes.len() / 3;
    bytes[middle] ^= 1;
    fs::write(desk.db(), &bytes).unwrap();
    let error = desk.import_records(&[left("X-2", "introduced 0")]).unwrap_err();
    assert!(matches!(error, ImportError::Index(_)), "{error}");
    assert_eq!(fs::read(desk.db()).unwrap(), bytes);
}

/// How the forms that are read begin.
const STARTS: [&[u8]; 6] = [b"", b"\x1f\x8b\x08", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"PK\x03\x04", b"{"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_are_read_or_refused(
        bytes in proptest::collection::vec(any::<u8>(), 0..600),
        start in proptest::sample::select(STARTS.to_vec()),
        end in prop_oneof![Just(".json"), Just(".yaml"), Just("")],
    ) {
        refused(&format!("any{end}"), [start, &bytes].concat());
    }

    #[test]
    fn any_json_is_read_or_refused(text in "\\{(\"(id|modified|affected)\": ?[\\[\\]{}\":,0-9a-z ]{0,20},?){0,3}\\}?") {
        refused("any.json", &text);
        refused("any.yaml", &text);
    }
}

#[test]
fn absurd_versions_are_placed_or_refused() {
    let absurd = "9".repeat(200);
    let desk = Desk::with(&[left("X-1", &format!("introduced 0, fixed {absurd}.0.0"))]);
    assert_eq!(desk.ids(&format!("pkg:npm/left@{}.0.0", "8".repeat(200))), ["X-1"]);
    let ranges =
        json!({ "ranges": [{ "type": "ECOSYSTEM", "events": [{ "introduced": "1".repeat(100_000) }] }] });
    let message = refused("long.json", record("X-1", "npm", "left", ranges).to_string());
    assert_says(&message, &["no version of npm"]);
    assert!(message.len() < 2000, "the whole version stands in the message");
}

/// Every major version of npm's `left` below `count` is affected until its minor version 5.
fn pairs(count: usize) -> Value {
    let pair =
        |n: usize| [json!({ "introduced": format!("{n}.0.0") }), json!({ "fixed": format!("{n}.5.0") })];
    let events: Vec<Value> = (0..count).flat_map(pair).collect();
    record("X-1", "npm", "left", json!({ "ranges": [{ "type": "SEMVER", "events": events }] }))
}

#[test]
fn a_range_of_very_many_events_is_read_right_and_without_walking_it_again_for_each_of_them() {
    let desk = Desk::with(&[pairs(50_000)]);
    for major in [0, 1, 24_999, 49_999] {
        let found = desk.only(&format!("pkg:npm/left@{major}.4.9"));
        assert_eq!(found.fixed, [format!("{major}.5.0")]);
        assert!(desk.ids(&format!("pkg:npm/left@{major}.5.0")).is_empty());
    }
    assert!(desk.ids("pkg:npm/left@50000.0.0").is_empty());
}

#[test]
fn more_events_than_any_advisory_has_are_refused() {
    let message = refused("events.json", pairs(50_001).to_string());
    assert_says(&message, &["affected[0].ranges[0].events", "more than 100000 events"]);
    // Ranges are counted together: many small ones are as much work as a large one.
    let mut spread = pairs(30_000);
    let ranges = spread.pointer_mut("/affected/0/ranges").unwrap().as_array_mut().unwrap();
    ranges.push(ranges[0].clone());
    assert_says(&refused("spread.json", spread.to_string()), &["affected[0].ranges[1].events"]);
}
