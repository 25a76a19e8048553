//! What long work draws on a terminal, and that it draws nothing elsewhere.

use std::path::Path;
use std::process::Command;

use crate::support::{RELEASE, advisory, bom, library, release, run, stderr, write};

/// What a command writes to a terminal. `script`, which every Debian has, makes one.
fn on_a_terminal(folder: &Path, arguments: &[&str]) -> String {
    let program = assert_cmd::cargo::cargo_bin!("theriac").display().to_string();
    let words: Vec<&str> = [program.as_str()].iter().chain(arguments).copied().collect();
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command", &words.join(" "), "/dev/null"]).current_dir(folder);
    for name in ["THERIAC_DATA_DIR", "THERIAC_SERVER", "THERIAC_TOKEN", "THERIAC_DATABASE_URL"] {
        script.env_remove(name);
    }
    let output = script.env("TERM", "xterm").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{arguments:?}: {text}");
    text
}

#[test]
fn long_work_is_drawn_on_a_terminal_and_nowhere_else() {
    let folder = release();
    let path = folder.path();
    write(path, "bom.json", bom(&serde_json::json!([library("pkg:npm/left-pad@1.3.0")])));
    write(path, "feed/1.json", advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", "2.0.0", None).to_string());
    write(
        path,
        "records.json",
        r#"{"format":"theriac-records","version":1,"records":[
            {"ref":"RISK-1","kind":"risk","product":"pump","content":{"title":"A forged dose"}}]}"#,
    );
    let add = [&["evidence", "add"], &RELEASE[..], &["bom.json"]].concat();
    for (arguments, drawn) in [
        (&add[..], "handing in 1 file"),
        (&["feed", "import", "feed"][..], "matching the releases again"),
        (&["records", "import", "records.json"][..], "importing records"),
        (&["records", "export", "--out", "out.json"][..], "exporting records"),
        (&["audit", "export", "log"][..], "exporting the audit log"),
        (&["audit", "verify", "log"][..], "verified"),
        (&["audit", "verify"][..], "verifying the audit log"),
        (&["rebuild"][..], "read again"),
    ] {
        let seen = on_a_terminal(path, arguments);
        assert!(seen.contains(drawn), "{arguments:?}: {seen}");
        let elsewhere = stderr(&run(path, arguments));
        assert!(!elsewhere.contains(drawn), "{arguments:?}: {elsewhere}");
        assert!(!elsewhere.contains('\u{1b}'), "{arguments:?}: {elsewhere}");
    }
}
