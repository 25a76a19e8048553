//! `scan`: findings, what was not looked up, formats, exit codes.

use serde_json::json;
use tempfile::tempdir;

use crate::support::{
    HIGH, LOW, advisory, bom, import, library, stderr, stdout, stdout_json, theriac, write,
};

/// A folder with an index of three advisories and a bill of materials that has two of them.
fn prepared() -> tempfile::TempDir {
    let folder = tempdir().unwrap();
    import(
        folder.path(),
        &[
            advisory("CVE-2026-0001", "pulse", "2.0.0", Some(LOW)),
            advisory("CVE-2026-0002", "@ward/dose", "1.5.0", Some(HIGH)),
            advisory("CVE-2026-0003", "other", "9.0.0", None),
        ],
    );
    let components = json!([
        library("pkg:npm/pulse@1.9.0"),
        library("pkg:npm/%40ward/dose@1.4.2"),
        library("pkg:npm/quiet@1.0.0"),
        { "type": "library", "name": "firmware", "version": "3" },
        { "type": "library", "name": "dose", "purl": "pkg:npm/dose" },
        { "type": "library", "name": "zlib", "version": "1.2", "purl": "pkg:generic/zlib@1.2" },
    ]);
    write(folder.path(), "bom.json", bom(&components));
    folder
}

fn scan(folder: &tempfile::TempDir, more: &[&str]) -> assert_cmd::assert::Assert {
    let arguments = [&["scan", "bom.json", "--db", "advisories.db"], more].concat();
    theriac(folder.path()).args(arguments).assert()
}

#[test]
fn json_lists_findings_worst_first_and_what_was_not_looked_up() {
    let folder = prepared();
    let answer = stdout_json(&scan(&folder, &["--format", "json"]).success());
    assert_eq!(
        answer,
        json!({
            "components": 6,
            "unmatched": [
                { "name": "firmware", "reason": "no identity: the component has no purl" },
                { "purl": "pkg:npm/dose", "reason": "no version" },
                { "purl": "pkg:generic/zlib@1.2", "reason": "unknown ecosystem: no version order for pkg:generic" },
            ],
            "findings": [
                {
                    "purl": "pkg:npm/%40ward/dose@1.4.2", "version": "1.4.2",
                    "vulnerability": {
                        "id": "CVE-2026-0002", "aliases": [], "severity": "high", "cvss": HIGH,
                        "published": "2026-01-01T00:00:00Z", "fixed": ["1.5.0"],
                    },
                },
                {
                    "purl": "pkg:npm/pulse@1.9.0", "version": "1.9.0",
                    "vulnerability": {
                        "id": "CVE-2026-0001", "aliases": [], "severity": "low", "cvss": LOW,
                        "published": "2026-01-01T00:00:00Z", "fixed": ["2.0.0"],
                    },
                },
            ],
        })
    );
}

#[test]
fn the_same_scan_gives_the_same_bytes() {
    let folder = prepared();
    for format in ["table", "json", "sarif"] {
        let first = stdout(&scan(&folder, &["--format", format]));
        assert_eq!(first, stdout(&scan(&folder, &["--format", format])), "{format}");
    }
}

#[test]
fn the_table_ends_with_the_count() {
    let text = stdout(&scan(&prepared(), &[]).success());
    assert!(text.contains("high      CVE-2026-0002  pkg:npm/%40ward/dose@1.4.2  1.5.0\n"), "{text}");
    assert!(text.ends_with("6 components, 3 not looked up, 2 findings (1 high, 1 low)\n"), "{text}");
}

#[test]
fn fail_on_ends_with_one_when_something_that_severe_is_found() {
    let folder = prepared();
    scan(&folder, &["--fail-on", "critical"]).code(0);
    scan(&folder, &["--fail-on", "high"]).code(1);
    scan(&folder, &["--fail-on", "low"]).code(1);
    for none in ["none", "unknown", "High", "bad"] {
        let refused = stderr(&scan(&folder, &["--fail-on", none]).code(2));
        assert!(refused.contains("is none of: low, medium, high, critical"), "{refused}");
    }
}

#[test]
fn an_unknown_severity_fails_every_threshold() {
    let folder = prepared();
    write(folder.path(), "bom.json", bom(&json!([library("pkg:npm/other@1.0.0")])));
    for threshold in ["low", "medium", "high", "critical"] {
        scan(&folder, &["--fail-on", threshold]).code(1);
    }
}

#[test]
fn the_same_package_twice_is_one_finding() {
    let folder = prepared();
    let twice = json!([library("pkg:npm/pulse@1.9.0?arch=arm64"), library("pkg:npm/pulse@1.9.0")]);
    write(folder.path(), "bom.json", bom(&twice));
    let answer = stdout_json(&scan(&folder, &["--format", "json"]));
    assert_eq!(answer["components"], 2);
    assert_eq!(answer["findings"].as_array().unwrap().len(), 1);
    assert_eq!(answer["findings"][0]["purl"], "pkg:npm/pulse@1.9.0");
}

#[test]
fn two_spellings_of_a_package_are_one_finding_under_the_first() {
    let folder = prepared();
    let components = json!([library("pkg:npm/%40Ward/dose@1.4.2"), library("pkg:npm/@ward/Dose@1.4.2")]);
    write(folder.path(), "bom.json", bom(&components));
    let answer = stdout_json(&scan(&folder, &["--format", "json"]).success());
    assert_eq!(answer["components"], 2);
    assert_eq!(answer["findings"].as_array().unwrap().len(), 1);
    assert_eq!(answer["findings"][0]["purl"], "pkg:npm/%40Ward/dose@1.4.2");
}

#[test]
fn a_name_of_pypi_has_the_one_spelling_that_evidence_gives_it() {
    let folder = tempdir().unwrap();
    let mut record = advisory("CVE-2026-0001", "my-pkg-name", "2.0", None);
    record["affected"][0]["package"]["ecosystem"] = json!("PyPI");
    record["affected"][0]["ranges"][0]["type"] = json!("ECOSYSTEM");
    import(folder.path(), &[record]);
    write(folder.path(), "bom.json", bom(&json!([library("pkg:pypi/My_Pkg.name@1.0")])));
    let answer = stdout_json(&scan(&folder, &["--format", "json"]).success());
    let found = &answer["findings"][0];
    assert_eq!(
        (&found["purl"], &found["version"]),
        (&json!("pkg:pypi/my-pkg-name@1.0"), &json!("1.0")),
        "{answer}"
    );
}

#[test]
fn a_version_that_stands_beside_the_purl_is_shown_with_it() {
    let folder = prepared();
    let mut component = library("pkg:npm/pulse@1.9.0");
    component["purl"] = json!("pkg:npm/pulse");
    write(folder.path(), "bom.json", bom(&json!([component])));
    let answer = stdout_json(&scan(&folder, &["--format", "json"]).success());
    let found = &answer["findings"][0];
    assert_eq!((&found["purl"], &found["version"]), (&json!("pkg:npm/pulse"), &json!("1.9.0")));
    let table = stdout(&scan(&folder, &[]).success());
    assert!(table.contains("CVE-2026-0001  pkg:npm/pulse@1.9.0  2.0.0\n"), "{table}");
    let log = stdout_json(&scan(&folder, &["--format", "sarif"]).success());
    let message = log["runs"][0]["results"][0]["message"]["text"].as_str().unwrap();
    assert!(message.starts_with("pkg:npm/pulse@1.9.0 has CVE-2026-0001"), "{message}");
}

#[test]
fn what_is_nested_in_the_product_is_looked_up_and_counted_apart() {
    let folder = prepared();
    let mut document: serde_json::Value =
        serde_json::from_str(&bom(&json!([library("pkg:npm/quiet@1.0.0")]))).unwrap();
    document["metadata"] = json!({ "component": {
        "type": "application", "name": "ward", "components": [
            library("pkg:npm/pulse@1.9.0"), library("pkg:npm/quiet@1.0.0"),
            { "type": "library", "name": "own", "purl": "pkg:npm/own" },
        ],
    } });
    write(folder.path(), "bom.json", document.to_string());
    let answer = stdout_json(&scan(&folder, &["--format", "json"]).success());
    assert_eq!((answer["components"].as_u64(), answer["findings"].as_array().unwrap().len()), (Some(1), 1));
    assert_eq!(answer["findings"][0]["purl"], "pkg:npm/pulse@1.9.0");
    assert_eq!(answer["unmatched"], json!([{ "purl": "pkg:npm/own", "reason": "no version" }]));
    let table = stdout(&scan(&folder, &[]).success());
    assert!(
        table.contains("1 component and 2 more within the product, 1 not looked up, 1 finding"),
        "{table}"
    );
}

#[test]
fn a_version_that_contradicts_its_purl_is_said_beside_the_answer() {
    let folder = prepared();
    let component =
        json!({ "type": "library", "name": "pulse", "version": "2.0.0", "purl": "pkg:npm/pulse@1.9.0" });
    write(folder.path(), "bom.json", bom(&json!([component])));
    let answer = scan(&folder, &["--format", "json"]).success();
    let said = stderr(&answer);
    assert!(said.contains("bom.json, /components/0: the version '2.0.0' contradicts"), "{said}");
    assert_eq!(stdout_json(&answer)["findings"][0]["version"], "1.9.0");
}

#[test]
fn sarif_has_a_rule_per_vulnerability_and_a_result_per_finding() {
    let folder = prepared();
    let log = stdout_json(&scan(&folder, &["--format", "sarif"]).success());
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 2);
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "bom.json");
    }
    assert_eq!((&results[0]["level"], &results[1]["level"]), (&json!("error"), &json!("note")));
    let notes = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    assert_eq!(notes.len(), 3);
}

#[test]
fn what_is_no_bill_of_materials_is_offered_nothing_else() {
    let folder = prepared();
    for text in ["", "[]", "hello", "<a/>", "{\"a\": 1}"] {
        write(folder.path(), "bom.json", text);
        let error = stderr(&scan(&folder, &[]).code(2));
        assert!(error.contains("Accepted are: CycloneDX") && error.contains("SPDX 2.2"), "{error}");
        assert!(!error.contains("JUnit") && !error.contains("manifest"), "{error}");
    }
}

#[test]
fn standard_input_is_read_too() {
    let folder = prepared();
    let text = std::fs::read(folder.path().join("bom.json")).unwrap();
    let mut command = theriac(folder.path());
    let assert =
        command.args(["scan", "-", "--db", "advisories.db", "--format", "json"]).write_stdin(text).assert();
    assert_eq!(stdout_json(&assert.success())["components"], 6);
}

#[test]
fn without_an_index_the_error_says_how_to_make_one() {
    let folder = tempdir().unwrap();
    write(folder.path(), "bom.json", bom(&json!([])));
    let error = stderr(&theriac(folder.path()).args(["scan", "bom.json"]).assert().code(2));
    assert!(error.contains("theriac feed import"), "{error}");
}

#[test]
fn the_data_folder_holds_the_index_where_none_is_named() {
    let folder = prepared();
    let index = folder.path().join("advisories.db");
    let data = folder.path().join("here");
    std::fs::create_dir(&data).unwrap();
    std::fs::rename(index, data.join("advisories.db")).unwrap();
    theriac(folder.path()).args(["scan", "bom.json", "--data", "here"]).assert().success();
    theriac(folder.path()).args(["scan", "bom.json"]).env("THERIAC_DATA_DIR", &data).assert().success();
}

#[test]
fn names_in_the_file_do_not_steer_the_terminal() {
    let folder = prepared();
    write(folder.path(), "bom.json", bom(&json!([{ "type": "library", "name": "a\u{1b}[2Jb" }])));
    let text = stdout(&scan(&folder, &[]));
    assert!(text.contains("a\u{fffd}[2Jb") && !text.contains('\u{1b}'), "{text:?}");
    write(
        folder.path(),
        "bom.json",
        bom(&json!([{ "type": "library", "name": "a\u{202e}dap-tfel\u{200b}" }])),
    );
    let text = stdout(&scan(&folder, &[]));
    assert!(text.contains("a\u{fffd}dap-tfel\u{fffd}"), "{text:?}");
}
