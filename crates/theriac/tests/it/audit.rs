//! `audit verify` on an exported copy.

use std::sync::Arc;

use tempfile::tempdir;
use theriac_model::Digest;
use theriac_store::testing::{TestClock, TestIds};
use theriac_store::{Access, Act, Location, Store};

use crate::support::{stderr, stdout, stdout_json, theriac, write};

/// Exports the log of a fresh store with two entries more than its beginning.
fn export(folder: &std::path::Path) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let location = Location::Sqlite { folder: folder.join("data") };
        let (clock, ids) = (Arc::new(TestClock::default()), Arc::new(TestIds::default()));
        let store = Store::open(location, Access::ReadWrite, clock, ids).await.unwrap();
        for number in 0..2 {
            let mut write = store.write(Act::system("test")).await.unwrap();
            write.audit("thing:1", None, Some(Digest::of(&[number])), serde_json::json!({}));
            write.commit().await.unwrap();
        }
        store.export_audit(&folder.join("log.jsonl")).await.unwrap();
        store.close().await;
    });
}

#[test]
fn a_sound_export_verifies_and_names_its_key() {
    let folder = tempdir().unwrap();
    export(folder.path());
    let arguments = ["audit", "verify", "log.jsonl"];
    let answer =
        stdout_json(&theriac(folder.path()).args(arguments).args(["--format", "json"]).assert().success());
    assert_eq!((&answer["holds"], &answer["entries"]), (&true.into(), &3.into()));
    let key = answer["key"].as_str().unwrap();
    theriac(folder.path()).args(arguments).args(["--key", key]).assert().success();
    let text = stdout(&theriac(folder.path()).args(arguments).assert().success());
    assert!(text.contains(key), "{text}");

    let other = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let text = stdout(&theriac(folder.path()).args(arguments).args(["--key", other]).assert().code(1));
    assert!(text.contains("not by d75a98"), "{text}");
}

#[test]
fn a_changed_entry_is_named_and_ends_with_one() {
    let folder = tempdir().unwrap();
    export(folder.path());
    let log = std::fs::read_to_string(folder.path().join("log.jsonl")).unwrap();
    write(folder.path(), "changed.jsonl", log.replacen("thing:1", "thing:2", 1));
    let text = stdout(&theriac(folder.path()).args(["audit", "verify", "changed.jsonl"]).assert().code(1));
    assert!(text.contains("entry 1:"), "{text}");
    write(folder.path(), "cut.jsonl", &log[..log.len() - 1]);
    theriac(folder.path()).args(["audit", "verify", "cut.jsonl"]).assert().code(1);
    let empty = theriac(folder.path()).args(["audit", "verify", "none.jsonl"]).assert().code(2);
    assert!(stderr(&empty).contains("none.jsonl"));
}

#[test]
fn what_could_not_be_verified_ends_with_two() {
    let folder = tempdir().unwrap();
    export(folder.path());
    write(folder.path(), "text", "no key\n");
    write(folder.path(), "binary", [0xff, 0xfe]);
    write(folder.path(), "empty", "");
    let key = "0".repeat(64);
    let cases: &[(&[&str], &str)] = &[
        (&["none.jsonl"], "cannot open none.jsonl"),
        (&["data"], "data is a folder"),
        (&["log.jsonl", "--key", "text"], "--key"),
        (&["log.jsonl", "--key", "ab12"], "--key"),
        (&["log.jsonl", "--anchor", "none"], "cannot open none"),
        (&["log.jsonl", "--anchor", "data"], "data is a folder"),
        (&["log.jsonl", "--anchor", "text"], "anchor file, line 1"),
        (&["log.jsonl", "--anchor", "empty"], "vouches for nothing"),
        (&["log.jsonl", "--anchor", "binary"], "binary is not UTF-8"),
        (&["--key", &key], "--key"),
        (&["--data", "nothing"], "nothing holds no database yet"),
        (&["log.jsonl", "--colour"], "--colour"),
    ];
    for (arguments, words) in cases {
        let verify = theriac(folder.path()).args(["audit", "verify"]).args(*arguments).assert().code(2);
        assert!(stderr(&verify).contains(words), "{arguments:?}: {}", stderr(&verify));
        assert_eq!(stdout(&verify), "", "{arguments:?}");
    }
    write(folder.path(), "damaged/theriac.db", [7; 9000]);
    theriac(folder.path()).args(["audit", "verify", "--data", "damaged"]).assert().code(2);
    let mut server = theriac(folder.path());
    server.env("THERIAC_SERVER", "http://127.0.0.1:9").env("THERIAC_TOKEN", "thr_x");
    let error = stderr(&server.args(["audit", "verify"]).assert().code(2));
    assert!(error.contains("theriac audit export FILE"), "{error}");
}

/// On Linux the memory of a process is a file that opens and whose beginning cannot be read.
#[cfg(target_os = "linux")]
#[test]
fn a_log_whose_reading_fails_is_not_called_broken() {
    let folder = tempdir().unwrap();
    let verify = theriac(folder.path()).args(["audit", "verify", "/proc/self/mem"]).assert().code(2);
    assert!(stderr(&verify).contains("cannot read /proc/self/mem"), "{}", stderr(&verify));
}

#[test]
fn what_is_no_log_does_not_hold_together() {
    let folder = tempdir().unwrap();
    for bytes in [&b""[..], b"hello\n", b"{}\n", &[0xff, 0xfe, b'\n']] {
        write(folder.path(), "log", bytes);
        theriac(folder.path()).args(["audit", "verify", "log"]).assert().code(1);
    }
    export(folder.path());
    theriac(folder.path()).args(["audit", "verify", "--data", "data"]).assert().code(0);
}

#[test]
fn an_anchor_file_that_is_none_is_an_error() {
    let folder = tempdir().unwrap();
    export(folder.path());
    write(folder.path(), "anchor", "hello\n");
    let arguments = ["audit", "verify", "log.jsonl", "--anchor", "anchor"];
    let error = stderr(&theriac(folder.path()).args(arguments).assert().code(2));
    assert!(error.contains("anchor file, line 1"), "{error}");
}
