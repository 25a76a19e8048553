//! A running server: the same commands through it, beside it, and how it stops.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::json;
use tempfile::tempdir;

use crate::support::{
    PEOPLE, RELEASE, advisory, bom, library, release, run, stderr, stdout, stdout_json, theriac, write,
};

/// A server on the data folder of a folder; it ends with this.
pub struct Server {
    child: Child,
    /// `http://127.0.0.1:40001`.
    pub address: String,
}

impl Server {
    fn start(folder: &Path, more: &[&str]) -> Self {
        Self::at(folder, &[&["--data", "theriac-data"], more].concat())
    }

    /// A server started in a folder with these options.
    pub fn at(folder: &Path, options: &[&str]) -> Self {
        let mut child = Command::new(assert_cmd::cargo::cargo_bin!("theriac"))
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(options)
            .current_dir(folder)
            .env_remove("RUST_LOG")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address =
            lines.find_map(|line| Some(line.unwrap().strip_prefix("Theriac is at ")?.to_owned())).unwrap();
        // What it says later must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }

    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// A command that talks to this server.
    fn client(&self, folder: &Path, token: &str) -> assert_cmd::Command {
        let mut command = theriac(folder);
        command.env("THERIAC_SERVER", &self.address).env("THERIAC_TOKEN", token);
        command
    }

    /// Asks it to stop, and waits.
    pub fn stop(mut self) -> std::process::ExitStatus {
        let killed = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        self.child.wait().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn token(folder: &Path, permissions: &[&str]) -> String {
    let mut command = theriac(folder);
    command.args(["token", "issue", "CI", "--owner", "maya"]);
    for permission in permissions {
        command.args(["--permission", permission]);
    }
    stdout(&command.assert().success()).trim().to_owned()
}

#[test]
fn a_server_whose_anchor_cannot_be_written_does_not_start() {
    let folder = release();
    let serve = ["serve", "--listen", "127.0.0.1:0", "--anchor", "nowhere/anchor"];
    let error = stderr(&theriac(folder.path()).args(serve).assert().code(2));
    assert!(error.contains("cannot open the anchor file nowhere/anchor: No such file"), "{error}");
    assert_eq!(error.matches("No such file").count(), 1, "{error}");
}

const CI: &[&str] = &["read", "read-gate", "read-audit", "upload-evidence", "add-build", "import-feed"];

#[test]
fn a_feed_goes_to_a_server_whole_or_not_at_all() {
    let folder = release();
    let path = folder.path();
    let token = token(path, CI);
    let server = Server::start(path, &[]);
    let run = |arguments: &[&str]| server.client(path, &token).args(arguments).assert();
    let status = || run(&["feed", "status", "--format", "json"]);
    write(path, "a/one.json", advisory("CVE-2026-0001", "pulse", "2.0.0", None).to_string());
    write(path, "b/one.json", advisory("CVE-2026-0002", "pulse", "2.0.0", None).to_string());
    write(path, "wrong.json", r#"{"id": "CVE-2026-0003", "modified": "never", "affected": []}"#);
    let refused = stderr(&run(&["feed", "import", "a/one.json", "wrong.json"]).code(2));
    assert!(refused.contains("wrong.json"), "{refused}");
    let refused = stderr(&run(&["feed", "import", "wrong.json"]).code(2));
    assert!(refused.contains("wrong.json") && !refused.contains("upload-"), "{refused}");
    assert!(stderr(&status().code(2)).contains("nothing was imported yet"), "nothing of it was taken");
    let both = stdout_json(&run(&["feed", "import", "a", "b/one.json", "--format", "json"]).success());
    assert_eq!(both["added"], 2);
    assert_eq!(stdout_json(&status().success())["records"], 2);
}

#[test]
fn an_import_is_told_alike_by_a_server_and_by_a_folder() {
    let folder = release();
    let path = folder.path();
    write(path, "feed/one.json", advisory("CVE-2026-0001", "pulse", "2.0.0", None).to_string());
    write(path, "feed/readme.txt", "not a record");
    let token = token(path, CI);
    let server = Server::start(path, &[]);
    let import = ["feed", "import", "feed"];
    let there = |more: &[&str]| server.client(path, &token).args(import).args(more).assert().success();
    let here = |more: &[&str]| theriac(path).args(import).args(["--db", "x"]).args(more).assert().success();
    let (remote, local) = (there(&[]), here(&[]));
    for told in [&remote, &local] {
        let text = stdout(told);
        let line = "1 record read: 1 new, 0 changed, 0 older than what was there; 1 file skipped\n";
        assert!(text.starts_with(line) && text.contains("1 record on 1 vulnerability, 0 of them"), "{text}");
        assert!(stderr(told).contains("feed/readme.txt: neither JSON nor YAML"), "{}", stderr(told));
    }
    assert!(!stderr(&remote).contains("upload"), "{}", stderr(&remote));

    let json = ["--format", "json"];
    let (remote, local) = (stdout_json(&there(&json)), stdout_json(&here(&json)));
    let names = |value: &serde_json::Value, own: &str| {
        let members = value.as_object().unwrap().keys();
        members.filter(|name| *name != own).cloned().collect::<BTreeSet<String>>()
    };
    assert_eq!(names(&remote, "job"), names(&local, "releases_matched"));
    assert_eq!(names(&remote["feed"], ""), names(&local["feed"], ""));
    for member in ["records", "withdrawn", "added", "replaced", "older", "skipped"] {
        assert_eq!(remote[member], local[member], "{member}");
    }
    assert_eq!((&remote["feed"]["digest"], &remote["job"].is_string()), (&local["feed"]["digest"], &true));
    let sources = [&remote["feed"]["sources"][0], &local["feed"]["sources"][0]];
    assert_eq!(names(sources[0], ""), names(sources[1], ""));
}

#[test]
fn a_pipeline_hands_in_evidence_and_reads_the_gate() {
    let folder = release();
    let path = folder.path();
    let token = token(path, CI);
    let server = Server::start(path, &[]);
    let run = |arguments: &[&str]| server.client(path, &token).args(arguments).assert();

    write(path, "feed.json", advisory("CVE-2026-0001", "pulse", "2.0.0", None).to_string());
    let imported = stdout_json(&run(&["feed", "import", "feed.json", "--format", "json"]).success());
    assert_eq!(imported["added"], 1);
    assert_eq!(stdout_json(&run(&["feed", "status", "--format", "json"]).success())["records"], 1);

    run(&[&["build", "add"][..], &RELEASE, &["b2", "--commit", crate::support::COMMIT]].concat()).success();
    let mut document: serde_json::Value =
        serde_json::from_str(&bom(&json!([library("pkg:npm/pulse@1.0.0")]))).unwrap();
    document["metadata"] = json!({ "timestamp": "2026-01-31T12:00:00Z" });
    write(path, "bom.json", document.to_string());
    let add = [&["evidence", "add"][..], &RELEASE, &["--build", "b1", "--tool", "cdxgen@11.0", "bom.json"]]
        .concat();
    let answer = stdout_json(&run(&[&add[..], &["--format", "json"]].concat()).success());
    assert_eq!(answer["new"][0]["vulnerability"], "CVE-2026-0001");

    for (format, state) in [("openvex", "\"under_investigation\""), ("cyclonedx", "\"in_triage\"")] {
        let vex = [&["vex", "--format", format][..], &RELEASE].concat();
        let remote = stdout(&run(&vex).success());
        assert!(remote.contains(state) && remote.contains("pkg:generic/pump@1.0"), "{remote}");
        let local = [&vex[..], &["--data", "theriac-data"]].concat();
        assert_eq!(remote, stdout(&run(&local).success()), "beside the server, the folder says the same");
    }

    run(&[&["gate"][..], &RELEASE].concat()).code(1);
    let remote = stdout(&run(&[&["conformity", "--format", "json"][..], &RELEASE].concat()).success());
    let local = [&["conformity", "--format", "json", "--data", "theriac-data"][..], &RELEASE].concat();
    assert_eq!(remote, stdout(&run(&local).success()), "beside the server, the folder says the same");
    run(&["audit", "export", "log.jsonl"]).success();
    theriac(path).args(["audit", "verify", "log.jsonl"]).assert().success();
}

#[test]
fn a_token_is_told_what_it_lacks() {
    let folder = release();
    let token = token(folder.path(), &["read-gate"]);
    let server = Server::start(folder.path(), &[]);
    let error = |arguments: &[&str], token: &str| {
        stderr(&server.client(folder.path(), token).args(arguments).assert().code(2))
    };
    let add = error(&["product", "add", "x", "--name", "X"], &token);
    assert!(add.contains("issued without 'manage-products'"), "{add}");
    let issue = error(&["token", "issue", "another", "--permission", "read"], &token);
    assert!(issue.contains("only a person may"), "{issue}");
    let nothing =
        error(&["evidence", "add", "--product", "pump", "--release", "1.0", "nothing.json"], &token);
    assert!(nothing.contains("cannot open nothing.json") && !nothing.contains("bytes"), "{nothing}");
    let export = error(&["audit", "export", "log.jsonl"], &token);
    assert!(export.contains("issued without 'read-audit'"), "{export}");
    assert!(!folder.path().join("log.jsonl").exists());
    let wrong = error(&["releases"], "thr_1");
    assert!(wrong.contains("not a Theriac token"), "{wrong}");
    let here = error(&["rebuild"], &token);
    assert!(here.contains("stop that server") && here.contains("THERIAC_SERVER"), "{here}");
    let mut without = theriac(folder.path());
    without.env("THERIAC_SERVER", "https://theriac.example.org").arg("rebuild");
    let here = stderr(&without.assert().code(2));
    assert!(here.contains("works on a data folder alone"), "{here}");
}

#[test]
fn a_token_with_the_right_permissions_adds_products_and_releases_and_sees_itself() {
    let folder = release();
    let path = folder.path();
    let token = token(path, &["read", "manage-products", "manage-releases", "add-build"]);
    let server = Server::start(path, &[]);
    let run = |arguments: &[&str]| server.client(path, &token).args(arguments).assert();
    run(&["product", "add", "lamp", "--name", "Lamp"]).success();
    run(&["release", "add", "--product", "lamp", "--release", "1.0"]).success();
    run(&["build", "add", "--product", "lamp", "--release", "1.0", "b1", "--commit", crate::support::COMMIT])
        .success();
    run(&["release", "candidate", "--product", "lamp", "--release", "1.0", "b1"]).success();
    let tokens = stdout_json(&run(&["token", "list", "--format", "json"]).success());
    assert_eq!((tokens.as_array().unwrap().len(), &tokens[0]["name"]), (1, &json!("CI")));
    for (list, word) in [("--kind", "software-item"), ("--state", "withdrawn")] {
        let unknown = stderr(&run(&["records", "export", list, "foo"]).code(2));
        assert!(unknown.contains("'foo' is no") && unknown.contains(word), "{unknown}");
    }
}

#[test]
fn beside_a_server_the_folder_is_read_and_not_written() {
    let folder = release();
    let server = Server::start(folder.path(), &[]);
    assert!(stdout(&run(folder.path(), &["releases"])).contains("pump"));
    run(folder.path(), &["audit", "verify"]);
    let assert = theriac(folder.path()).args(["product", "add", "x", "--name", "X"]).assert().code(2);
    assert!(stderr(&assert).contains("THERIAC_SERVER"), "{}", stderr(&assert));
    let people: Vec<&str> = PEOPLE.iter().flat_map(|person| ["--person", person]).collect();
    let init = [&["init", "--organisation", "Acme", "--zone", "UTC"][..], &people].concat();
    for arguments in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["rebuild"],
        &["audit", "rotate-key"],
        &["token", "issue", "CI", "--permission", "read"],
        &["user", "add", "eve", "--name", "Eve", "--email", "eve@example.org"],
        &init[..],
    ] {
        let error = stderr(&theriac(folder.path()).args(arguments).assert().code(2));
        assert!(error.contains("in use by a running server") && error.contains("stop it first"), "{error}");
    }
    drop(server);
    run(folder.path(), &["product", "add", "x", "--name", "X"]);
}

#[test]
fn it_stops_when_told_and_leaves_the_log_signed_and_anchored() {
    let folder = release();
    let server = Server::start(folder.path(), &["--anchor", "anchor"]);
    assert!(server.stop().success());
    let arguments = ["audit", "verify", "--anchor", "anchor", "--format", "json"];
    let verified = stdout_json(&run(folder.path(), &arguments));
    assert_eq!((&verified["signed_to"], &verified["anchored_to"]), (&verified["seq"], &verified["seq"]));
}

#[test]
fn an_address_that_is_taken_is_said() {
    let folder = release();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let assert = theriac(folder.path()).args(["serve", "--listen", &address]).assert().code(2);
    assert!(stderr(&assert).contains("--listen"), "{}", stderr(&assert));
}

#[test]
fn what_is_no_theriac_server_is_said() {
    let folder = tempdir().unwrap();
    let ask = |address: &str, token: &str| {
        let mut command = theriac(folder.path());
        command.env("THERIAC_SERVER", address).env("THERIAC_TOKEN", token);
        stderr(&command.arg("releases").assert().code(2))
    };
    assert!(ask("theriac.example.org", "thr_x").contains("https://"));
    assert!(ask("https://theriac.example.org", "").contains("THERIAC_TOKEN is not"));
    let page = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>";
    assert!(ask(&answering(page), "thr_x").contains("is THERIAC_SERVER the address of a Theriac server?"));
    let moved = "HTTP/1.1 301 Moved\r\nLocation: https://elsewhere.example\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    assert!(ask(&answering(moved), "thr_x").contains("elsewhere.example"));
}

/// The address of something that gives this answer to every request.
fn answering(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut stream = stream;
            let mut buffer = [0; 4096];
            let _ = stream.read(&mut buffer);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    address
}

#[test]
fn a_server_that_cannot_be_reached_is_said_and_scan_needs_none() {
    let folder = tempdir().unwrap();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut command = theriac(folder.path());
    command.env("THERIAC_SERVER", format!("http://{closed}")).env("THERIAC_TOKEN", "thr_x");
    let error = stderr(&command.arg("releases").assert().code(2));
    assert!(error.contains("cannot be reached") && error.contains("THERIAC_SERVER"), "{error}");

    crate::support::import(folder.path(), &[advisory("CVE-2026-0001", "pulse", "2.0.0", None)]);
    write(folder.path(), "bom.json", bom(&json!([library("pkg:npm/pulse@1.0.0")])));
    let mut command = theriac(folder.path());
    command.env("THERIAC_SERVER", format!("http://{closed}"));
    command.args(["scan", "bom.json", "--db", "advisories.db"]).assert().success();
}
