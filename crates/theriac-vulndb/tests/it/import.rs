//! Feeds in: formats, merging, and what an import says about itself.

use std::fs;
use std::io::{Cursor, Write as _};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;
use theriac_vulndb::{ImportError, ImportOptions, Index};

use crate::desk::{Desk, also, find, left, now, record};

pub fn text() -> String {
    left("X-1", "introduced 0, fixed 2.0.0").to_string()
}

pub fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

pub fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut out = liblzma::write::XzEncoder::new(Vec::new(), 6);
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

pub fn zst(bytes: &[u8]) -> Vec<u8> {
    let mut out = zstd::Encoder::new(Vec::new(), 3).unwrap();
    out.include_checksum(true).unwrap();
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

pub fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        out.append_data(&mut header, name, *bytes).unwrap();
    }
    out.into_inner().unwrap()
}

/// As tar wrote before POSIX, without a magic word.
fn old_tar(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut out = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_old();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    out.append_data(&mut header, name, bytes).unwrap();
    out.into_inner().unwrap()
}

pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        out.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(bytes).unwrap();
    }
    out.finish().unwrap().into_inner()
}

const YAML: &str = "id: X-1
modified: \"2024-05-06T07:08:09Z\"
affected:
- package:
    name: left
    ecosystem: npm
  ranges:
  - type: ECOSYSTEM
    events:
    - introduced: \"0\"
    - fixed: 2.0.0
  versions: [\"1.0\", 1.10.0]
";

#[test]
fn every_form_is_read() {
    let json = text();
    let json = json.as_bytes();
    let in_tar = tar(&[("a/X-1.json", json)]);
    let forms: Vec<(&str, Vec<u8>)> = vec![
        ("X-1.json", json.to_vec()),
        ("with-bom.json", [b"\xef\xbb\xbf", json].concat()),
        ("without-a-name", json.to_vec()),
        ("X-1.yaml", YAML.as_bytes().to_vec()),
        ("X-1.yml", YAML.as_bytes().to_vec()),
        ("yaml-without-a-name", YAML.as_bytes().to_vec()),
        ("X-1.json.gz", gz(json)),
        ("two-members.gz", [gz(&json[..20]), gz(&json[20..])].concat()),
        ("X-1.json.xz", xz(json)),
        ("X-1.json.zst", zst(json)),
        ("all.tar", in_tar.clone()),
        ("old.tar", old_tar("X-1.json", json)),
        ("all.tar.gz", gz(&in_tar)),
        ("all.tar.xz", xz(&in_tar)),
        ("all.tar.zst", zst(&in_tar)),
        ("all.zip", zip(&[("X-1.json", json)])),
        ("all.zip.gz", gz(&zip(&[("X-1.json", json)]))),
        ("zip-in-tar.tar", tar(&[("all.zip", &zip(&[("X-1.json", json)]))])),
        ("tar-in-zip.zip", zip(&[("all.tar", &in_tar)])),
        ("wrong-name.zip", gz(json)),
        ("long-names.tar", tar(&[(&format!("{}/X-1.json", "long/".repeat(60)), json)])),
    ];
    for (name, bytes) in forms {
        let desk = Desk::new();
        let path = desk.file(name, bytes);
        let report = desk.import(&[&path]).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((report.records, report.added), (1, 1), "{name}");
        assert_eq!(desk.ids("pkg:npm/left@1.0.0"), ["X-1"], "{name}");
        let source = desk.index().status().sources[0].name.clone();
        assert!(source.ends_with(&format!("/{name}")), "{source}");
    }
}

#[test]
fn a_folder_is_read_whole_and_what_is_no_record_is_named() {
    let desk = Desk::new();
    desk.file("feed/a/1.json", text());
    desk.file("feed/a/2.json.gz", gz(left("X-2", "introduced 0").to_string().as_bytes()));
    desk.file("feed/b/all.zip", zip(&[("3.json", left("X-3", "introduced 0").to_string().as_bytes())]));
    desk.file("feed/README.md", "# Read me");
    desk.file("feed/package.json", r#"{"name": "tools"}"#);
    desk.file("feed/picture.png", [0, 1, 2]);
    desk.file("feed/.git/objects/00/x.json", "{");
    let report = desk.import(&[&desk.path("feed")]).unwrap();
    assert_eq!((report.records, report.skipped), (3, 4));
    let skipped: Vec<&str> =
        report.skipped_examples.iter().map(|skipped| skipped.file.rsplit('/').next().unwrap()).collect();
    assert_eq!(skipped, [".git", "picture.png", "README.md", "package.json"]);
    assert_eq!(desk.ids("pkg:npm/left@1.0.0"), ["X-1", "X-2", "X-3"]);
}

#[test]
fn json_and_yaml_of_one_record_have_one_content() {
    let of = |name: &str, bytes: &[u8]| {
        let desk = Desk::new();
        let path = desk.file(name, bytes);
        desk.import(&[&path]).unwrap();
        desk.index().advisories("X-1").unwrap().remove(0)
    };
    let mut record = left("X-1", "introduced 0, fixed 2.0.0");
    record["affected"][0]["versions"] = json!(["1.0", "1.10.0"]);
    assert_eq!(of("a.json", record.to_string().as_bytes()), of("a.yaml", YAML.as_bytes()));
}

#[test]
fn a_later_record_replaces_an_earlier_one_and_never_the_other_way_round() {
    let desk = Desk::with(&[left("X-1", "introduced 0, fixed 2.0.0")]);
    let newer = also(left("X-1", "introduced 0, fixed 1.0.0"), json!({ "modified": "2025-01-01T00:00:00Z" }));
    let report = desk.import_records(std::slice::from_ref(&newer)).unwrap();
    assert_eq!((report.added, report.replaced, report.older), (0, 1, 0));
    assert!(desk.ids("pkg:npm/left@1.5.0").is_empty());
    let report = desk.import_records(&[left("X-1", "introduced 0, fixed 2.0.0")]).unwrap();
    assert_eq!((report.added, report.replaced, report.older), (0, 0, 1));
    assert!(desk.ids("pkg:npm/left@1.5.0").is_empty());
    let report = desk.import_records(&[newer]).unwrap();
    assert_eq!((report.added, report.replaced, report.older), (0, 0, 0));
}

#[test]
fn feeds_add_up() {
    let desk = Desk::new();
    for (file, name) in [("npm.json", "npm"), ("go.json", "Go"), ("deb.json", "Debian:12")] {
        let text = record(&format!("{name}-1"), name, "left", json!({ "versions": ["1.0.0"] })).to_string();
        let path = desk.file(file, text);
        desk.import(&[&path]).unwrap();
    }
    let index = desk.index();
    let status = index.status();
    assert_eq!((status.records, status.vulnerabilities, status.packages), (3, 3, 2));
    let known: Vec<_> =
        status.ecosystems.iter().map(|ecosystem| (ecosystem.name.as_str(), ecosystem.matched)).collect();
    assert_eq!(known, [("Debian:12", false), ("Go", true), ("npm", true)]);
    let file = |name: &str| name.rsplit('/').next().unwrap().to_owned();
    let sources: Vec<_> = status.sources.iter().map(|source| (file(&source.name), source.records)).collect();
    assert_eq!(
        sources,
        [("deb.json", 1), ("go.json", 1), ("npm.json", 1)].map(|(name, n)| (name.to_owned(), n))
    );
}

#[test]
fn a_feed_of_one_ecosystem_does_not_make_the_others_younger() {
    let desk = Desk::new();
    let at = |day: &str| ImportOptions::new(format!("{day}T00:00:00Z").parse().unwrap());
    let file = |ecosystem: &str| {
        let text = record(&format!("{ecosystem}-1"), ecosystem, "left", json!({ "versions": ["1.0.0"] }));
        desk.file(&format!("{ecosystem}/all.json"), text.to_string())
    };
    let (npm, go) = (file("npm"), file("Go"));
    desk.import_with(&[&npm, &go], &at("2026-10-01")).unwrap();
    desk.import_with(&[&npm], &at("2026-11-01")).unwrap();
    let index = desk.index();
    let imported = |name: &str| {
        let found = index.status().ecosystems.iter().find(|one| one.name == name).unwrap();
        found.imported_at.unwrap().to_string()
    };
    assert_eq!((&*imported("Go"), &*imported("npm")), ("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z"));
    let sources: Vec<_> = index.status().sources.iter().map(|source| source.name.as_str()).collect();
    assert_eq!(sources, ["Go/all.json", "npm/all.json"], "files of one name are two sources");
}

#[test]
fn records_that_are_dropped_for_their_age_make_no_feed_younger() {
    let desk = Desk::new();
    let at = |day: &str| ImportOptions::new(format!("{day}T00:00:00Z").parse().unwrap());
    let imported = || desk.index().status().ecosystems[0].imported_at.unwrap().to_string();
    let old = left("X-1", "introduced 0, fixed 2.0.0");
    let newer = also(old.clone(), json!({ "modified": "2025-01-01T00:00:00Z" }));
    desk.import_with(&[&desk.feed(std::slice::from_ref(&newer))], &at("2026-10-01")).unwrap();
    desk.import_with(&[&desk.feed(&[old])], &at("2026-11-01")).unwrap();
    assert_eq!(imported(), "2026-10-01T00:00:00Z");
    desk.import_with(&[&desk.feed(&[newer])], &at("2026-11-02")).unwrap();
    assert_eq!(imported(), "2026-11-02T00:00:00Z", "the same record once more was read that day");
}

#[test]
fn a_feed_is_as_old_as_most_of_its_records() {
    let desk = Desk::new();
    let at = |day: &str| ImportOptions::new(format!("{day}T00:00:00Z").parse().unwrap());
    let imported = || desk.index().status().ecosystems[0].imported_at.unwrap().strftime("%m-%d").to_string();
    let numbered = |n: usize| left(&format!("X-{n}"), "introduced 0, fixed 2.0.0");
    let records: Vec<_> = (0..20).map(numbered).collect();
    desk.import_with(&[&desk.feed(&records)], &at("2026-10-01")).unwrap();
    desk.import_with(&[&desk.feed(&[numbered(20), numbered(21)])], &at("2026-11-01")).unwrap();
    assert_eq!(imported(), "10-01", "two new records say nothing of the other twenty");
    desk.import_with(&[&desk.feed(&records[..15])], &at("2026-11-02")).unwrap();
    assert_eq!(imported(), "10-01", "five of them were read in October only");
    desk.import_with(&[&desk.feed(&records[15..])], &at("2026-11-03")).unwrap();
    assert_eq!(imported(), "11-02", "in two imports as well as in one");

    // An old copy of the feed: one of its records has been replaced since.
    let newer = also(numbered(0), json!({ "modified": "2025-01-01T00:00:00Z" }));
    desk.import_with(&[&desk.feed(&[newer])], &at("2026-11-04")).unwrap();
    let old: Vec<_> = (0..22).map(numbered).collect();
    desk.import_with(&[&desk.feed(&old)], &at("2026-11-05")).unwrap();
    assert_eq!(imported(), "11-02");
}

#[test]
fn what_folders_hold_beside_records_is_skipped() {
    let desk = Desk::new();
    let json = text();
    let archive = zip(&[
        ("ID/GO-1.json", json.as_bytes()),
        ("index/modules.json", b"[{\"path\": \"left\"}]"),
        ("index/db.json", b"{\"modified\": \"2026-01-01T00:00:00Z\"}"),
        ("tsconfig.json", b"{ // of the folder\n \"strict\": true }"),
        (".pre-commit-config.yaml", b"repos: []\n---\nmore: 1\n"),
    ]);
    let report = desk.import(&[&desk.file("vulndb.zip", archive)]).unwrap();
    assert_eq!((report.records, report.skipped), (1, 4), "{:?}", report.skipped_examples);
    let cut = zip(&[("GO-1.json", json.as_bytes()), ("GO-2.json", &json.as_bytes()[..40])]);
    let error = desk.import(&[&desk.file("cut.zip", cut)]).unwrap_err();
    assert!(error.to_string().contains("GO-2.json"), "a record that is cut off is none of these: {error}");
}

#[test]
fn a_date_to_come_withdraws_nothing_yet() {
    let withdrawn = |at: &str| also(left("X-1", "introduced 0"), json!({ "withdrawn": at }));
    let desk = Desk::with(&[withdrawn("2999-01-01T00:00:00Z")]);
    assert_eq!(desk.ids("pkg:npm/left@1.0.0"), ["X-1"]);
    let desk = Desk::with(&[withdrawn("2026-11-23T00:00:00Z")]);
    assert!(desk.ids("pkg:npm/left@1.0.0").is_empty());
}

#[test]
fn the_digest_names_the_records_and_nothing_else() {
    let digest = |desk: &Desk| desk.index().status().digest;
    let (one, two) = (left("X-1", "introduced 0"), left("X-2", "introduced 0"));
    let desk = Desk::with(&[one.clone(), two.clone()]);
    let other = Desk::with(std::slice::from_ref(&two));
    assert_ne!(digest(&desk), digest(&other));
    let feed = other.feed(&[one]);
    let later = ImportOptions::new("2027-01-01T00:00:00Z".parse().unwrap());
    other.import_with(&[&feed], &later).unwrap();
    assert_eq!(digest(&desk), digest(&other));
    assert_eq!(desk.index().status().imported_at, now());
    assert_eq!(desk.index().status().newest_modified, Some("2024-05-06T07:08:09Z".parse().unwrap()));
}

#[test]
fn numbers_that_are_not_whole_are_kept_as_text() {
    let desk =
        Desk::with(&[also(left("X-1", "introduced 0"), json!({ "database_specific": { "epss": 0.25 } }))]);
    let content = desk.index().advisories("X-1").unwrap().remove(0).content;
    assert!(content.contains(r#""epss":"0.25""#), "{content}");
}

#[test]
fn progress_ends_where_everything_is_read() {
    let (desk, seen) = (Desk::new(), Mutex::new(Vec::new()));
    let feed = desk.feed(&[left("X-1", "introduced 0"), left("X-2", "introduced 0")]);
    let progress = |at| seen.lock().unwrap().push(at);
    desk.import_with(&[&feed], &ImportOptions { progress: &progress, ..ImportOptions::new(now()) }).unwrap();
    let last = *seen.lock().unwrap().last().unwrap();
    assert_eq!((last.files_done, last.files_total, last.records), (2, 2, 2));
}

#[test]
fn an_open_index_stays_what_it_was_while_a_new_one_is_swapped_in() {
    let desk = Desk::with(&[left("X-1", "introduced 0")]);
    let before = desk.index();
    desk.import_records(&[left("X-2", "introduced 0")]).unwrap();
    assert_eq!(find(&before, "pkg:npm/left@1.0.0").matches.len(), 1);
    assert_eq!(desk.ids("pkg:npm/left@1.0.0"), ["X-1", "X-2"]);
}

#[test]
fn readers_never_see_half_an_index() {
    let desk = Desk::with(&[left("X-0", "introduced 0")]);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut most = 0;
            while !done.load(Ordering::SeqCst) {
                let found = find(&Index::open(&desk.db()).unwrap(), "pkg:npm/left@1.0.0").matches.len();
                assert!(found >= most, "{found} after {most}");
                most = found;
            }
        });
        for number in 1..20 {
            desk.import_records(&[left(&format!("X-{number}"), "introduced 0")]).unwrap();
        }
        done.store(true, Ordering::SeqCst);
        reader.join().unwrap();
    });
    assert_eq!(desk.ids("pkg:npm/left@1.0.0").len(), 20);
}

#[test]
fn an_import_that_fails_changes_nothing() {
    let desk = Desk::with(&[left("X-1", "introduced 0")]);
    let before = desk.state();
    let good = desk.file("good.json", left("X-2", "introduced 0").to_string());
    let bad = desk.file("bad.json", "{");
    desk.import(&[&good, &bad]).unwrap_err();
    assert_eq!(desk.state(), before);
}

#[test]
fn what_a_killed_import_left_behind_is_cleared_away() {
    let desk = Desk::with(&[left("X-1", "introduced 0")]);
    let (left_over, other) = (desk.file(".index.db.new-abc", "half"), desk.file(".other.db.new-abc", "half"));
    desk.import_records(&[left("X-2", "introduced 0")]).unwrap();
    assert!(!left_over.exists());
    assert!(other.exists());
}

#[test]
fn two_imports_at_once_are_refused() {
    let desk = Desk::new();
    let feed = desk.feed(&[left("X-1", "introduced 0")]);
    let inner = Mutex::new(None);
    let progress = |_| {
        *inner.lock().unwrap() = Some(desk.import(&[&feed]));
    };
    desk.import_with(&[&feed], &ImportOptions { progress: &progress, ..ImportOptions::new(now()) }).unwrap();
    let refused = inner.into_inner().unwrap().unwrap().unwrap_err();
    assert!(matches!(refused, ImportError::Busy { .. }), "{refused}");
}

#[test]
fn wrong_records_may_be_left_out() {
    let desk = Desk::new();
    desk.file("feed/1.json", text());
    desk.file("feed/2.json", r#"{"id": "X-2", "modified": "yesterday"}"#);
    let options = ImportOptions { skip_wrong_records: true, ..ImportOptions::new(now()) };
    let report = desk.import_with(&[&desk.path("feed")], &options).unwrap();
    assert_eq!((report.records, report.skipped), (1, 1));
    assert!(report.skipped_examples[0].reason.contains("modified"), "{report:?}");
}

#[test]
fn symbolic_links_in_folders_are_not_followed() {
    let desk = Desk::new();
    desk.file("feed/1.json", text());
    #[cfg(unix)]
    std::os::unix::fs::symlink(desk.path("feed"), desk.path("feed/loop")).unwrap();
    let report = desk.import(&[&desk.path("feed")]).unwrap();
    assert_eq!(report.records, 1);
    assert!(fs::exists(desk.db()).unwrap());
}
