//! What the tests share: the program, small feeds and bills of materials.

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use serde_json::{Value, json};

/// The program in a folder of its own, without the variables that could lead it elsewhere.
pub fn theriac(folder: &Path) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("theriac"));
    command.current_dir(folder);
    for name in ["THERIAC_DATA_DIR", "THERIAC_SERVER", "THERIAC_TOKEN", "THERIAC_DATABASE_URL"] {
        command.env_remove(name);
    }
    command
}

pub fn stdout(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stdout.clone()).unwrap()
}

pub fn stderr(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stderr.clone()).unwrap()
}

pub fn stdout_json(assert: &Assert) -> Value {
    serde_json::from_slice(&assert.get_output().stdout).unwrap()
}

pub fn write(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, bytes).unwrap();
    path
}

/// An OSV record for an npm package, affected from 0 up to a fix.
pub fn advisory(id: &str, package: &str, fixed: &str, cvss: Option<&str>) -> Value {
    let severity = cvss.map_or_else(|| json!([]), |vector| json!([{ "type": "CVSS_V3", "score": vector }]));
    json!({
        "id": id, "modified": "2026-01-02T00:00:00Z", "published": "2026-01-01T00:00:00Z", "severity": severity,
        "affected": [{
            "package": { "ecosystem": "npm", "name": package },
            "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "0" }, { "fixed": fixed }] }],
        }],
    })
}

/// A `CycloneDX` bill of materials of these components.
pub fn bom(components: &Value) -> String {
    json!({ "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components })
        .to_string()
}

pub fn library(purl: &str) -> Value {
    let (name, version) = purl.rsplit('/').next().unwrap().split_once('@').unwrap();
    json!({ "type": "library", "name": name, "version": version, "purl": purl })
}

pub const HIGH: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N";
pub const LOW: &str = "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N";

/// Imports these advisories into `advisories.db` of the folder.
pub fn import(folder: &Path, advisories: &[Value]) {
    for (number, advisory) in advisories.iter().enumerate() {
        write(folder, &format!("feed/{number}.json"), advisory.to_string());
    }
    theriac(folder).args(["feed", "import", "feed", "--db", "advisories.db"]).assert().success();
}

pub const PEOPLE: [&str; 3] = [
    "ada: Ada Berg <ada@example.org> administrator",
    "maya: Maya Okafor <maya@example.org> security-officer",
    "ben: Ben Ahn <ben@example.org> approver",
];

/// A folder with an installation of three people in `theriac-data`.
pub fn installation() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut command = theriac(folder.path());
    command.args(["init", "--organisation", "Acme Medical", "--zone", "Europe/Vienna"]);
    for person in PEOPLE {
        command.args(["--person", person]);
    }
    command.assert().success();
    folder
}

/// Runs a command that must succeed.
#[track_caller]
pub fn run(folder: &Path, arguments: &[&str]) -> Assert {
    theriac(folder).args(arguments).assert().success()
}

/// An installation with the release `1.0` of the product `pump`, its build `b1` as candidate.
pub fn release() -> tempfile::TempDir {
    let folder = installation();
    let path = folder.path();
    run(path, &["product", "add", "pump", "--name", "Infusion pump"]);
    run(path, &["release", "add", "--product", "pump", "--release", "1.0"]);
    run(path, &["build", "add", "--product", "pump", "--release", "1.0", "b1", "--commit", COMMIT]);
    run(path, &["release", "candidate", "--product", "pump", "--release", "1.0", "b1"]);
    folder
}

pub const COMMIT: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
pub const RELEASE: [&str; 4] = ["--product", "pump", "--release", "1.0"];
