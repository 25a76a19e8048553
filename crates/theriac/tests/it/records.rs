//! `records export` and `records import`.

use serde_json::json;

use crate::support::{release, run, stderr, stdout_json, theriac, write};

fn file() -> serde_json::Value {
    json!({ "format": "theriac-records", "version": 1, "records": [
        { "ref": "RISK-1", "kind": "risk", "product": "pump", "content": { "title": "A forged dose" } },
    ]})
}

#[test]
fn a_dry_run_says_what_would_happen_and_changes_nothing() {
    let folder = release();
    write(folder.path(), "records.json", file().to_string());
    let import = ["records", "import", "records.json", "--format", "json"];
    let would = stdout_json(&run(folder.path(), &[&import[..], &["--dry-run"]].concat()));
    assert_eq!(would, json!([{ "from": "RISK-1", "record": null, "outcome": "new", "left_out": [] }]));
    assert_eq!(stdout_json(&run(folder.path(), &["records", "export"]))["records"], json!([]));
    let done = stdout_json(&run(folder.path(), &import));
    assert_eq!(done, json!([{ "from": "RISK-1", "record": "RISK-1", "outcome": "new", "left_out": [] }]));
}

#[test]
fn what_was_exported_imports_as_unchanged() {
    let folder = release();
    write(folder.path(), "records.json", file().to_string());
    run(folder.path(), &["records", "import", "records.json"]);
    let exported = run(folder.path(), &["records", "export", "--product", "pump", "--out", "again.json"]);
    assert_eq!(stderr(&exported), "1 record written to again.json\n");
    let done = stdout_json(&run(folder.path(), &["records", "import", "again.json", "--format", "json"]));
    assert_eq!(done[0]["outcome"], "unchanged");
}

#[test]
fn the_file_that_the_guide_shows_is_imported_with_its_links() {
    let guide = include_str!("../../../../docs/user/records.md");
    let (_, rest) = guide.split_once("```json\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    let folder = release();
    write(folder.path(), "records.json", example);
    run(folder.path(), &["records", "import", "records.json"]);
    let file = stdout_json(&run(folder.path(), &["records", "export", "--product", "pump"]));
    let risk = file["records"].as_array().unwrap().iter().find(|record| record["kind"] == "risk").unwrap();
    let (link, target) = (&risk["links"][0]["type"], &risk["links"][0]["target"]);
    assert_eq!((link, target), (&json!("mitigated-by"), &json!("MEAS-1")));
}

#[test]
fn a_wrong_file_is_refused_with_its_places() {
    let folder = release();
    let mut wrong = file();
    wrong["records"][0]["kind"] = json!("wish");
    for (text, word) in [
        (wrong.to_string(), "records.0.kind"),
        ("{}".to_owned(), "missing field"),
        ("[1".to_owned(), "records.json"),
        (String::new(), "records.json"),
        (r#"{"format":"a","format":"b"}"#.to_owned(), "format"),
    ] {
        write(folder.path(), "records.json", text);
        let error =
            stderr(&theriac(folder.path()).args(["records", "import", "records.json"]).assert().code(2));
        assert!(error.contains(word), "{error}");
    }
}
