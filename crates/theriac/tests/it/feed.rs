//! `feed import` and `feed status`.

use tempfile::tempdir;

use crate::support::{HIGH, advisory, import, stderr, stdout, stdout_json, theriac, write};

#[test]
fn an_import_says_what_it_did_and_status_what_is_there() {
    let folder = tempdir().unwrap();
    write(folder.path(), "feed/a.json", advisory("CVE-2026-0001", "pulse", "2.0.0", Some(HIGH)).to_string());
    write(folder.path(), "feed/readme.txt", "not a record");
    let arguments = ["feed", "import", "feed", "--db", "new/folder/advisories.db", "--format", "json"];
    let report = stdout_json(&theriac(folder.path()).args(arguments).assert().success());
    assert_eq!((&report["records"], &report["added"], &report["skipped"]), (&1.into(), &1.into(), &1.into()));
    let again = stdout_json(&theriac(folder.path()).args(arguments).assert().success());
    assert_eq!((&again["records"], &again["added"], &again["replaced"]), (&1.into(), &0.into(), &0.into()));

    let arguments = ["feed", "status", "--db", "new/folder/advisories.db"];
    let text = stdout(&theriac(folder.path()).args(arguments).assert().success());
    assert!(text.contains("1 record on 1 vulnerability, 0 of them withdrawn"), "{text}");
    let status =
        stdout_json(&theriac(folder.path()).args(arguments).args(["--format", "json"]).assert().success());
    assert_eq!(status["ecosystems"][0]["name"], "npm");
}

#[test]
fn a_wrong_record_is_named_and_nothing_is_imported() {
    let folder = tempdir().unwrap();
    import(folder.path(), &[advisory("CVE-2026-0001", "pulse", "2.0.0", None)]);
    let before = std::fs::read(folder.path().join("advisories.db")).unwrap();
    write(folder.path(), "next/good.json", advisory("CVE-2026-0002", "dose", "2.0.0", None).to_string());
    let mut wrong = advisory("CVE-2026-0003", "dose", "2.0.0", None);
    wrong["modified"] = "yesterday".into();
    write(folder.path(), "next/wrong.json", wrong.to_string());
    let arguments = ["feed", "import", "next", "--db", "advisories.db"];
    let error = stderr(&theriac(folder.path()).args(arguments).assert().code(2));
    assert!(error.contains("wrong.json") && error.contains("modified"), "{error}");
    assert_eq!(before, std::fs::read(folder.path().join("advisories.db")).unwrap());

    let text = theriac(folder.path()).args(arguments).arg("--skip-wrong").assert().success();
    assert!(stderr(&text).contains("skipped") && stderr(&text).contains("wrong.json"));
    assert!(stdout(&text).contains("1 record read: 1 new"), "{}", stdout(&text));
}

#[test]
fn no_progress_is_drawn_where_nobody_watches() {
    let folder = tempdir().unwrap();
    write(folder.path(), "a.json", advisory("CVE-2026-0001", "pulse", "2.0.0", None).to_string());
    let assert = theriac(folder.path()).args(["feed", "import", "a.json", "--db", "x.db"]).assert().success();
    assert_eq!(stderr(&assert), "");
}

#[test]
fn status_of_an_index_that_is_named_needs_no_server() {
    let folder = tempdir().unwrap();
    import(folder.path(), &[advisory("CVE-2026-0001", "pulse", "2.0.0", None)]);
    let mut command = theriac(folder.path());
    command.env("THERIAC_SERVER", "https://theriac.example.org");
    command.args(["feed", "status", "--db", "advisories.db"]).assert().success();
    let mut command = theriac(folder.path());
    command.env("THERIAC_SERVER", "https://theriac.example.org");
    let error = stderr(&command.args(["feed", "status"]).assert().code(2));
    assert!(error.contains("THERIAC_TOKEN is not"), "{error}");
}

#[test]
fn status_without_an_index_says_how_to_make_one() {
    let folder = tempdir().unwrap();
    let error = stderr(&theriac(folder.path()).args(["feed", "status"]).assert().code(2));
    assert!(error.contains("theriac-data/advisories.db") && error.contains("theriac feed import"), "{error}");
}
