//! One story told by the command line on both engines: a release from its first day to a bill of materials that is read
//! again, and a log that verifies.

use std::path::{Path, PathBuf};

use assert_cmd::assert::Assert;
use serde_json::{Value, json};
use theriac_store::Location;
use theriac_store::testing::TestStore;

use crate::support::{
    COMMIT, HIGH, PEOPLE, RELEASE, advisory, bom, library, stderr, stdout, stdout_json, theriac, write,
};

/// A folder to work in, and how the commands reach its data.
pub struct Place {
    folder: PathBuf,
    reach: Vec<String>,
}

impl Place {
    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The options that every command takes here.
    pub fn reach(&self) -> Vec<&str> {
        self.reach.iter().map(String::as_str).collect()
    }

    /// A command.
    pub fn command(&self, arguments: &[&str]) -> assert_cmd::Command {
        let mut command = theriac(&self.folder);
        command.args(arguments).args(&self.reach);
        command
    }

    /// Runs a command that must succeed.
    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> Assert {
        self.command(arguments).assert().success()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        stdout_json(&self.run(&[arguments, &["--format", "json"]].concat()))
    }

    /// Sets up the organisation, the release `1.0` of the product `pump`, and its candidate `b1`.
    pub fn set_up(&self) {
        let people: Vec<&str> = PEOPLE.iter().flat_map(|person| ["--person", person]).collect();
        let init =
            self.run(&[&["init", "--organisation", "Acme Medical", "--zone", "UTC"][..], &people].concat());
        assert!(!stdout(&init).contains("postgres://"), "a URL may hold a password");
        self.run(&["product", "add", "pump", "--name", "Infusion pump"]);
        self.run(&[&["release", "add"][..], &RELEASE].concat());
        self.run(&[&["build", "add", "b1", "--commit", COMMIT][..], &RELEASE].concat());
        self.run(&[&["release", "candidate", "b1"][..], &RELEASE].concat());
    }
}

/// Does this with a place on SQLite.
pub fn on_sqlite(work: impl FnOnce(&Place)) {
    let folder = tempfile::tempdir().unwrap();
    work(&Place {
        folder: folder.path().to_owned(),
        reach: vec!["--data".to_owned(), "theriac-data".to_owned()],
    });
}

/// Does this with a place on PostgreSQL.
pub fn on_postgres(work: impl FnOnce(&Place)) {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (url, data, kept) = runtime.block_on(async {
        let store = TestStore::postgres().await;
        let Location::Postgres { url, folder } = store.location().clone() else {
            unreachable!("it is PostgreSQL")
        };
        (url, folder, store.into_parts().await)
    });
    let data = data.display().to_string();
    work(&Place {
        folder: folder.path().to_owned(),
        reach: ["--data", &data, "--database-url", &url].map(str::to_owned).to_vec(),
    });
    drop(kept);
}

#[test]
fn a_release_is_told_of_on_sqlite() {
    on_sqlite(story);
}

#[test]
fn a_release_is_told_of_on_postgresql() {
    on_postgres(|place| {
        story(place);
        let mut elsewhere = place.reach();
        elsewhere[1] = "elsewhere";
        let add = ["product", "add", "other", "--name", "Other"];
        let refused = theriac(place.folder()).args(add).args(elsewhere).assert().code(2);
        assert!(
            stderr(&refused).contains("elsewhere is not the data folder of this database"),
            "{}",
            stderr(&refused)
        );
        assert!(!place.folder().join("elsewhere").exists());
    });
}

fn story(place: &Place) {
    place.set_up();
    let path = place.folder();
    write(path, "feed.json", advisory("CVE-2026-0001", "pulse", "2.0.0", Some(HIGH)).to_string());
    assert_eq!(place.json(&["feed", "import", "feed.json"])["records"], 1);
    let mut document: Value =
        serde_json::from_str(&bom(&json!([library("pkg:npm/pulse@1.0.0"), library("pkg:npm/sound@1.0.0")])))
            .unwrap();
    document["metadata"] = json!({ "timestamp": "2026-01-31T12:00:00Z" });
    write(path, "bom.json", document.to_string());
    let add =
        [&["evidence", "add", "bom.json", "--build", "b1", "--tool", "cdxgen@11.0"][..], &RELEASE].concat();
    let answer = place.json(&add);
    assert_eq!(answer["new"][0]["vulnerability"], "CVE-2026-0001");
    assert_eq!(place.json(&add)["evidence"][0]["is_new"], false);
    write(path, "broken.json", "{\"bomFormat\": \"CycloneDX\"");
    let broken = [&["evidence", "add", "broken.json", "--tool", "cdxgen@11.0"][..], &RELEASE].concat();
    assert!(stderr(&place.command(&broken).assert().code(2)).contains("broken.json"));

    let records = json!({ "format": "theriac-records", "version": 1, "records": [
        { "ref": "RISK-1", "kind": "risk", "product": "pump", "content": { "title": "A forged dose" } },
    ]});
    write(path, "records.json", records.to_string());
    assert_eq!(place.json(&["records", "import", "records.json"])[0]["record"], "RISK-1");
    let exported = stdout_json(&place.run(&["records", "export", "--product", "pump"]));
    assert_eq!(exported["records"][0]["content"]["title"], "A forged dose");

    write(path, "facts.json", stdout(&place.run(&[&["facts"][..], &RELEASE].concat())));
    let judged = stdout(&place.run(&["check", "facts.json", "--format", "json"]));
    let verdicts = stdout(&place.run(&[&["conformity", "--format", "json"][..], &RELEASE].concat()));
    assert_eq!(judged, verdicts, "facts say all that verdicts rest on");
    let gate = [&["gate", "--format", "json"][..], &RELEASE].concat();
    let gate = stdout_json(&place.command(&gate).assert().code(1));
    assert!(gate["reasons"].to_string().contains("FIND-1"), "{gate}");
    let vex = stdout(&place.run(&[&["vex", "--format", "openvex"][..], &RELEASE].concat()));
    assert!(vex.contains("CVE-2026-0001"), "{vex}");
    let token = stdout(&place.run(&["token", "issue", "CI", "--permission", "read-gate"]));
    assert!(token.starts_with("thr_"), "{token}");

    place.run(&["audit", "export", "log.jsonl"]);
    let of_file = place.json(&["audit", "verify", "log.jsonl"]);
    let of_rows = place.json(&["audit", "verify"]);
    assert_eq!((&of_rows["holds"], &of_rows["head"]), (&json!(true), &of_file["head"]));
    let rebuilt = place.json(&["rebuild"]);
    assert_eq!(
        (&rebuilt["evidence"], &rebuilt["components"], &rebuilt["records"]),
        (&json!(1), &json!(2), &json!(1))
    );
    place.run(&["audit", "rotate-key"]);
    place.run(&["audit", "export", "log.jsonl"]);
    place.run(&["audit", "verify", "log.jsonl"]);
}
