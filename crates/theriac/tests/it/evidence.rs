//! J3 on a data folder: evidence in, what it means, and what is refused.

use std::fs::File;

use serde_json::{Value, json};

use crate::support::{
    COMMIT, HIGH, RELEASE, advisory, bom, library, release, run, stderr, stdout, stdout_json, theriac, write,
};

fn add(folder: &std::path::Path, more: &[&str]) -> assert_cmd::assert::Assert {
    theriac(folder).args([&["evidence", "add"][..], &RELEASE, &["--build", "b1"], more].concat()).assert()
}

/// A bill of materials that says by which tool and when it was made.
fn made(components: &Value) -> String {
    let mut document: Value = serde_json::from_str(&bom(components)).unwrap();
    document["metadata"] = json!({
        "timestamp": "2026-01-31T12:00:00Z",
        "tools": { "components": [{ "type": "application", "name": "cdxgen", "version": "11.0" }] },
    });
    document.to_string()
}

#[test]
fn the_answer_is_what_is_new_and_what_blocks() {
    let folder = release();
    let path = folder.path();
    write(path, "feed.json", advisory("CVE-2026-0001", "pulse", "2.0.0", Some(HIGH)).to_string());
    let imported = stdout_json(&run(path, &["feed", "import", "feed.json", "--format", "json"]));
    assert_eq!(imported["records"], 1);
    write(path, "bom.json", made(&json!([library("pkg:npm/pulse@1.0.0"), library("pkg:generic/zlib@1.2")])));
    let answer = stdout_json(&add(path, &["bom.json", "--format", "json"]).success());
    assert_eq!(answer["new"][0]["vulnerability"], "CVE-2026-0001");
    assert_eq!(answer["unmatched"].as_array().unwrap().len(), 1);
    let reasons = answer["blocking"].as_array().unwrap();
    let on = |kind: &str| reasons.iter().filter(|reason| reason["kind"] == kind).count();
    assert_eq!((on("finding-not-assessed"), on("component-unmatched")), (1, 1), "{answer:#}");
    let gate = theriac(path).args([&["gate", "--format", "json"][..], &RELEASE].concat()).assert().code(1);
    let gate = stdout_json(&gate)["reasons"].as_array().unwrap().len();
    assert_eq!((&answer["blocking_total"], reasons.len()), (&json!(gate), gate), "the gate says the same");
    let again = stdout_json(&add(path, &["bom.json", "--format", "json"]).success());
    assert_eq!((&again["evidence"][0]["is_new"], &again["new"]), (&json!(false), &json!([])));
    let text = stdout(&add(path, &["bom.json"]).success());
    assert!(
        text.contains("EVID-1 bom.json: CycloneDX 1.6 JSON, here already")
            && text.contains("  build b1, made by cdxgen 11.0, performed at 2026-01-31T12:00:00Z\n")
            && text.contains(&format!("Blocking: {gate}\n"))
            && text.contains(&format!("… and {} more: theriac gate --product", gate - 10)),
        "{text}"
    );
}

#[test]
fn a_candidate_named_by_command_is_matched_by_that_command() {
    let folder = release();
    let path = folder.path();
    write(path, "feed/1.json", advisory("CVE-2026-0001", "pulse", "2.0.0", Some(HIGH)).to_string());
    write(path, "feed/2.json", advisory("CVE-2026-0002", "other", "2.0.0", Some(HIGH)).to_string());
    run(path, &["feed", "import", "feed"]);
    run(path, &[&["build", "add"][..], &RELEASE, &["b2", "--commit", &"7".repeat(40)]].concat());
    write(path, "b1.json", made(&json!([library("pkg:npm/pulse@1.0.0")])));
    write(path, "b2.json", made(&json!([library("pkg:npm/other@1.0.0")])));
    run(path, &[&["evidence", "add"][..], &RELEASE, &["--build", "b1", "b1.json"]].concat());
    run(path, &[&["evidence", "add"][..], &RELEASE, &["--build", "b2", "b2.json"]].concat());
    let gate = || {
        let gate =
            theriac(path).args([&["gate", "--format", "json"][..], &RELEASE].concat()).assert().code(1);
        stdout(&gate)
    };
    assert!(gate().contains("CVE-2026-0001") && !gate().contains("CVE-2026-0002"), "{}", gate());
    run(path, &[&["release", "candidate"][..], &RELEASE, &["b2"]].concat());
    assert!(gate().contains("CVE-2026-0002") && !gate().contains("CVE-2026-0001"), "{}", gate());
}

#[test]
fn a_file_that_supports_no_verdict_says_how_to_say_the_rest() {
    let folder = release();
    let path = folder.path();
    write(path, "junit.xml", "<testsuite name='t' tests='1'><testcase name='a' classname='b'/></testsuite>");
    let bare = [&["evidence", "add"][..], &RELEASE, &["junit.xml"]].concat();
    let text = stdout(&theriac(path).args(bare).assert().success());
    for words in ["supports no verdict", "--build BUILD", "--tool NAME@VERSION", "--performed-at TIME"] {
        assert!(text.contains(words), "{text}");
    }
    let whole = ["--tool", "nextest@0.9", "--performed-at", "2026-01-31T12:00:00Z", "junit.xml"];
    let text = stdout(&add(path, &whole).success());
    assert!(!text.contains("supports no verdict"), "{text}");
}

#[test]
fn several_files_of_a_build_come_in_one_call() {
    let folder = release();
    let path = folder.path();
    write(path, "größe \"bom\".json", made(&json!([])));
    let manifest = json!({
        "format": "theriac-build-manifest", "version": 1, "commit": COMMIT, "predecessor": null,
        "authors": [], "changed": [], "artefacts": [],
    });
    write(path, "build.json", manifest.to_string());
    write(
        path,
        "junit.xml",
        "<testsuite name='t' tests='1' timestamp='2026-01-31T12:00:00'><testcase name='a' classname='b'/></testsuite>",
    );
    let files = ["größe \"bom\".json", "build.json", "junit.xml", "--tool", "nextest@0.9"];
    let assert = add(path, &[&files[..], &["--format", "json"]].concat());
    // The bill of materials names another tool than the command line: all or nothing.
    let error = stderr(&assert.code(2).stdout(""));
    assert!(error.contains("cdxgen"), "{error}");
    let rebuilt = stdout_json(&run(path, &["rebuild", "--format", "json"]));
    assert_eq!(rebuilt["evidence"], 0);

    let answer = stdout_json(&add(path, &["größe \"bom\".json", "build.json", "--format", "json"]).success());
    let files: Vec<_> =
        answer["evidence"].as_array().unwrap().iter().map(|file| file["format"].clone()).collect();
    assert_eq!(files, [json!("CycloneDX 1.6 JSON"), json!("build manifest")]);
}

#[test]
fn a_feed_that_comes_later_makes_findings_of_what_is_there() {
    let folder = release();
    let path = folder.path();
    write(path, "bom.json", made(&json!([library("pkg:npm/pulse@1.0.0")])));
    let answer = stdout_json(&add(path, &["bom.json", "--format", "json"]).success());
    assert!(answer["not_matched"].is_string(), "{answer}");
    write(path, "feed/a.json", advisory("CVE-2026-0001", "pulse", "2.0.0", None).to_string());
    let report = stdout_json(&run(path, &["feed", "import", "feed", "--format", "json"]));
    assert_eq!(report["releases_matched"], 1, "{report}");
    let facts = stdout_json(&run(path, &[&["facts"][..], &RELEASE].concat()));
    assert_eq!(facts["findings"][0]["vulnerability"], "CVE-2026-0001");
    let status = stdout_json(&run(path, &["feed", "status", "--format", "json"]));
    assert_eq!(status["records"], 1);
}

#[test]
fn what_was_read_is_made_again_from_the_bytes() {
    let folder = release();
    write(folder.path(), "bom.json", made(&json!([library("pkg:npm/pulse@1.0.0")])));
    add(folder.path(), &["bom.json"]).success();
    let rebuilt = stdout_json(&run(folder.path(), &["rebuild", "--format", "json"]));
    assert_eq!(
        (&rebuilt["evidence"], &rebuilt["components"], &rebuilt["differences"]),
        (&json!(1), &json!(1), &json!([]))
    );
}

#[test]
fn bad_files_are_refused_and_nothing_is_stored() {
    let folder = release();
    let path = folder.path();
    let good = made(&json!([library("pkg:npm/pulse@1.0.0")]));
    write(path, "empty", "");
    write(path, "truncated", &good[..good.len() / 2]);
    write(path, "deep", format!("{{\"bomFormat\":\"CycloneDX\",\"a\":{}", "[".repeat(100_000)));
    write(path, "latin1", [good.as_bytes(), b"\xe9"].concat());
    write(path, "entities", "<?xml version=\"1.0\"?><!DOCTYPE bom [<!ENTITY a \"b\">]><bom>&a;</bom>");
    write(
        path,
        "duplicate",
        good.replacen("{\"bomFormat\"", "{\"bomFormat\":\"CycloneDX\",\"bomFormat\"", 1),
    );
    write(path, "zip", "PK\u{3}\u{4}");
    File::create(path.join("huge")).unwrap().set_len(200 << 20).unwrap();
    write(path, "good", &good);
    for name in [
        "empty",
        "truncated",
        "deep",
        "latin1",
        "entities",
        "duplicate",
        "zip",
        "huge",
        "missing",
        "theriac-data",
    ] {
        let error = stderr(&add(path, &["good", name]).code(2).stdout(""));
        assert!(error.contains(name), "{name}: {error}");
    }
    let rebuilt = stdout_json(&run(path, &["rebuild", "--format", "json"]));
    assert_eq!(rebuilt["evidence"], 0);
}

#[test]
fn evidence_for_a_build_that_is_not_there_is_refused() {
    let folder = release();
    write(folder.path(), "bom.json", made(&json!([])));
    let arguments = [&["evidence", "add"][..], &RELEASE, &["--build", "b9", "bom.json"]].concat();
    let error = stderr(&theriac(folder.path()).args(arguments).assert().code(2));
    assert!(error.contains("b9"), "{error}");
}
