//! Commands on a data folder: products, releases, builds, verdicts, the audit log.

use serde_json::json;
use tempfile::tempdir;

use crate::support::{
    COMMIT, RELEASE, installation, release, run, stderr, stdout, stdout_json, theriac, write,
};

#[test]
fn a_mistyped_folder_is_said_and_not_made() {
    let folder = installation();
    for arguments in
        [&["product", "add", "x", "--name", "X"][..], &["releases"], &["rebuild"], &["audit", "verify"]]
    {
        let assert = theriac(folder.path()).args(arguments).args(["--data", "typo"]).assert().code(2);
        assert!(stderr(&assert).contains("typo holds no database yet"), "{}", stderr(&assert));
        assert!(!folder.path().join("typo").exists());
    }
}

#[test]
fn products_releases_and_builds_are_listed() {
    let folder = release();
    let path = folder.path();
    let releases = stdout_json(&run(path, &["releases", "--format", "json"]));
    let expected = json!([{
        "product": "pump", "release": "1.0", "decided": false, "gate": null, "clauses": null, "as_of": null,
    }]);
    assert_eq!(releases, expected, "nobody has looked at it yet");
    assert!(stdout(&run(path, &["releases"])).contains("pump     1.0      no       not looked at yet"));
    let products = stdout_json(&run(path, &["product", "list", "--format", "json"]));
    assert_eq!((&products[0]["key"], &products[0]["route"]), (&json!("pump"), &json!("full")));
    let list = stdout_json(&run(path, &["release", "list", "--product", "pump", "--format", "json"]));
    assert_eq!(list[0]["candidate"], "b1");
    let builds = stdout_json(&run(path, &[&["build", "list", "--format", "json"][..], &RELEASE].concat()));
    assert_eq!(builds, json!([{ "build": "b1", "commit": COMMIT }]));
    run(path, &[&["release", "fielded"][..], &RELEASE].concat());
    let list = stdout_json(&run(path, &["release", "list", "--format", "json"]));
    assert_eq!(list[0]["fielded"], true);
}

#[test]
fn a_long_list_is_fetched_to_its_end() {
    let folder = installation();
    run(folder.path(), &["product", "add", "pump", "--name", "Pump"]);
    let records: Vec<_> = (1..=230)
        .map(|number| json!({ "ref": format!("RISK-{number}"), "kind": "risk", "product": "pump", "content": {} }))
        .collect();
    let file = json!({ "format": "theriac-records", "version": 1, "records": records });
    write(folder.path(), "records.json", file.to_string());
    let done = stdout_json(&run(folder.path(), &["records", "import", "records.json", "--format", "json"]));
    assert_eq!(done.as_array().unwrap().len(), 230);
    let file = stdout_json(&run(folder.path(), &["records", "export", "--kind", "risk"]));
    assert_eq!(file["records"].as_array().unwrap().len(), 230);
}

#[test]
fn wrong_input_is_named_field_by_field() {
    let folder = release();
    let assert = theriac(folder.path()).args(["product", "add", "Not A Key", "--name", ""]).assert().code(2);
    let error = stderr(&assert);
    assert!(error.contains("\n  key: ") && error.contains("\n  name: "), "{error}");
    let assert = theriac(folder.path()).args(["product", "add", "pump", "--name", "Again"]).assert().code(2);
    assert!(stderr(&assert).contains("there is a product 'pump' already"));
    let assert =
        theriac(folder.path()).args(["gate", "--product", "pump", "--release", "9"]).assert().code(2);
    assert!(stderr(&assert).contains("there is no release"), "{}", stderr(&assert));
    let odd = ["gate", "--product", "../people", "--release", "a?b=c#d"];
    assert!(
        stderr(&theriac(folder.path()).args(odd).assert().code(2))
            .contains("there is no product '../people'")
    );
}

#[test]
fn a_closed_gate_ends_with_one_and_says_every_reason() {
    let folder = release();
    let arguments = [&["gate"][..], &RELEASE].concat();
    let text = stdout(&theriac(folder.path()).args(&arguments).assert().code(1));
    assert!(text.starts_with("The gate of pump 1.0 is closed, for "), "{text}");
    let assert = theriac(folder.path()).args(&arguments).args(["--format", "json"]).assert().code(1);
    let gate = stdout_json(&assert);
    assert_eq!(gate["open"], false);
    assert!(
        text.contains(&format!("closed, for {} reasons", gate["reasons"].as_array().unwrap().len())),
        "{text}"
    );
}

#[test]
fn a_release_without_a_finding_has_nothing_to_tell_customers() {
    let folder = release();
    let vex = [&["vex"][..], &RELEASE].concat();
    let error = stderr(&theriac(folder.path()).args(&vex).assert().code(2));
    assert!(error.contains("pump 1.0 has no open finding"), "{error}");
    let error = stderr(&theriac(folder.path()).args(&vex).args(["--format", "csaf"]).assert().code(2));
    assert!(error.contains("openvex, cyclonedx"), "{error}");
}

#[test]
fn verdicts_are_the_same_bytes_from_the_release_and_from_its_facts() {
    let folder = release();
    let facts = run(folder.path(), &[&["facts"][..], &RELEASE].concat());
    write(folder.path(), "facts.json", &facts.get_output().stdout);
    let verdicts = stdout(&run(folder.path(), &[&["conformity", "--format", "json"][..], &RELEASE].concat()));
    let judged = stdout(&run(folder.path(), &["check", "facts.json", "--format", "json"]));
    assert_eq!(verdicts, judged);
    let text = stdout(&run(folder.path(), &[&["conformity"][..], &RELEASE].concat()));
    assert!(text.contains("provisional") && text.contains("CLAUSE"), "{text}");
}

#[test]
fn nothing_is_known_of_the_future() {
    let folder = release();
    for command in ["facts", "conformity", "gate"] {
        let arguments = [&[command, "--at", "2999-01-01"][..], &RELEASE].concat();
        let error = stderr(&theriac(folder.path()).args(arguments).assert().code(2));
        assert!(error.contains("2999-01-01 has not begun"), "{error}");
    }
}

#[test]
fn the_audit_log_is_exported_and_verified() {
    let folder = release();
    run(folder.path(), &["audit", "export", "log.jsonl"]);
    let of_file = stdout_json(&run(folder.path(), &["audit", "verify", "log.jsonl", "--format", "json"]));
    let of_folder = stdout_json(&run(folder.path(), &["audit", "verify", "--format", "json"]));
    assert_eq!((&of_file["holds"], &of_file["head"]), (&json!(true), &of_folder["head"]));
    let log = std::fs::read_to_string(folder.path().join("log.jsonl")).unwrap();
    assert!(log.contains("\"via\":\"cli\""), "{log}");
    let names: Vec<_> = std::fs::read_dir(folder.path().join("theriac-data")).unwrap().flatten().collect();
    assert!(!names.iter().any(|entry| entry.file_name().to_string_lossy().starts_with("audit-export")));
}

#[test]
fn a_lost_key_is_replaced_and_what_it_signed_still_verifies() {
    let folder = release();
    let path = folder.path();
    run(path, &["audit", "export", "old.jsonl"]);
    let verified = stdout_json(&run(path, &["audit", "verify", "old.jsonl", "--format", "json"]));
    assert_eq!(verified["signed_to"], verified["seq"], "an export signs the head of the log first");
    std::fs::remove_dir_all(path.join("theriac-data/keys")).unwrap();
    run(path, &["product", "add", "pump2", "--name", "Second pump"]);
    let error = stderr(&theriac(path).args(["audit", "export", "new.jsonl"]).assert().code(2));
    assert!(error.contains("No such file") && error.contains("theriac audit rotate-key"), "{error}");
    assert!(!error.contains("server") && error.matches("No such file").count() == 1, "{error}");
    assert!(!path.join("new.jsonl").exists());

    let key = stdout(&run(path, &["audit", "rotate-key"])).lines().last().unwrap().to_owned();
    run(path, &["audit", "export", "new.jsonl"]);
    run(path, &["audit", "verify", "new.jsonl", "--key", &key]);
    run(path, &["audit", "verify", "old.jsonl", "--key", verified["key"].as_str().unwrap()]);
    let log = std::fs::read_to_string(path.join("new.jsonl")).unwrap();
    assert!(log.contains("\"action\":\"audit key rotate\"") && log.contains("\"via\":\"cli\""), "{log}");
    run(path, &["audit", "verify"]);
}

#[test]
fn rows_that_were_changed_by_hand_are_named_with_one() {
    let folder = installation();
    let path = folder.path();
    run(path, &["product", "add", "pump", "--name", "Infusion pump"]);
    run(path, &["release", "add", "--product", "pump", "--release", "1.0"]);
    write(path, "bom.json", crate::support::bom(&json!([])));
    run(path, &[&["evidence", "add", "bom.json", "--tool", "maker@1.0"][..], &RELEASE].concat());
    by_hand(&path.join("theriac-data"), "UPDATE evidence SET tool = 'forged'");
    let why = "EVID-1: the log tells of another tool of it";
    let text = stdout(&theriac(path).args(["audit", "verify"]).assert().code(1));
    assert!(text.starts_with("The log holds together") && text.contains(why), "{text}");
    let answer = stdout_json(&theriac(path).args(["audit", "verify", "--format", "json"]).assert().code(1));
    let changed = json!([{ "place": "EVID-1", "why": "the log tells of another tool of it" }]);
    assert_eq!((&answer["holds"], &answer["changed"]), (&json!(false), &changed));
    let text = stdout(&theriac(path).args(["rebuild"]).assert().code(1));
    assert!(text.contains(why) && !text.contains("Everything was"), "{text}");
}

/// Changes a database behind the program's back.
fn by_hand(folder: &std::path::Path, sql: &'static str) {
    let location = theriac_store::Location::Sqlite { folder: folder.to_owned() };
    let clock = std::sync::Arc::new(theriac_store::testing::TestClock::default());
    let ids = std::sync::Arc::new(theriac_store::testing::TestIds::default());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let open = theriac_store::Store::open(location, theriac_store::Access::ReadWrite, clock, ids);
        let store = open.await.unwrap();
        let mut work = store.maintain().await.unwrap();
        work.execute(sql, theriac_store::args![]).await.unwrap();
        work.commit().await.unwrap();
        store.close().await;
    });
}

#[test]
fn a_cause_is_told_once() {
    let folder = installation();
    let error = stderr(&theriac(folder.path()).args(["feed", "import", "none"]).assert().code(2));
    assert_eq!(error.matches("No such file").count(), 1, "{error}");
}

#[test]
fn a_log_goes_through_standard_streams() {
    let folder = release();
    let path = folder.path();
    let log = run(path, &["audit", "export", "-"]).get_output().stdout.clone();
    assert!(log.starts_with(b"{\"format\":\"theriac audit export\""), "{}", String::from_utf8_lossy(&log));
    theriac(path).args(["audit", "verify", "-"]).write_stdin(log).assert().success();
    assert!(!path.join("-").exists());
    let records = stdout_json(&run(path, &["records", "export", "--out", "-"]));
    assert!(records["records"].is_array());
}

/// A log takes the place of a file alone: a link goes on leading there, and what is no file is written through.
#[cfg(unix)]
#[test]
fn a_log_destroys_nothing_that_is_no_file() {
    use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _, symlink};
    let folder = release();
    let path = folder.path();
    write(path, "elsewhere/old.jsonl", "old");
    let mode = std::fs::Permissions::from_mode(0o640);
    std::fs::set_permissions(path.join("elsewhere/old.jsonl"), mode).unwrap();
    write(path, "link.jsonl.part", "somebody's");
    for (link, target) in [("link.jsonl", "elsewhere/old.jsonl"), ("loose.jsonl", "elsewhere/new.jsonl")] {
        symlink(target, path.join(link)).unwrap();
        run(path, &["audit", "export", link]);
        assert!(path.join(link).is_symlink(), "{link}");
        run(path, &["audit", "verify", target]);
    }
    let kept = std::fs::metadata(path.join("elsewhere/old.jsonl")).unwrap().permissions().mode();
    assert_eq!(kept & 0o777, 0o640, "whom it is for stays");
    assert_eq!(std::fs::read_to_string(path.join("link.jsonl.part")).unwrap(), "somebody's");

    let pipe = path.join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::read(pipe).unwrap()
    });
    run(path, &["audit", "export", "pipe"]);
    write(path, "read.jsonl", reader.join().unwrap());
    assert!(std::fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
    run(path, &["audit", "verify", "read.jsonl"]);

    let error = stderr(&theriac(path).args(["audit", "export", "elsewhere"]).assert().code(2));
    assert!(error.contains("elsewhere is a folder; name a file"), "{error}");
    let left: Vec<_> = std::fs::read_dir(path).unwrap().flatten().map(|entry| entry.file_name()).collect();
    let part = |name: &&std::ffi::OsString| name.to_string_lossy().ends_with(".part");
    assert_eq!(left.iter().filter(part).count(), 1, "nothing unfinished is left behind: {left:?}");
}

#[test]
fn a_description_of_the_interface_is_printed_without_a_folder() {
    let folder = tempdir().unwrap();
    let description = stdout_json(&run(folder.path(), &["openapi"]));
    assert!(description["paths"]["/api/v1/releases"].is_object());
}

#[test]
fn a_database_url_that_is_none_is_refused() {
    let folder = tempdir().unwrap();
    let assert = theriac(folder.path()).args(["releases", "--database-url", "mysql://x"]).assert().code(2);
    assert!(stderr(&assert).contains("postgres://"));
}
