//! J3: a developer's pipeline hands in its builds and asks the gate, on an installation that began empty.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;
use theriac_demo::PASSWORD;

use crate::session::{Browser, PANE, Server, theriac};

const RELEASE: [&str; 4] = ["--product", "pump", "--release", "1.0"];
const PEOPLE: [&str; 3] = [
    "ada: Ada Berg <ada@example.org> administrator",
    "maya: Maya Okafor <maya@example.org> security-officer",
    "ben: Ben Ahn <ben@example.org> approver",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pipeline_hands_in_its_builds_and_people_see_what_it_saw() {
    let (folder, token) = installation();
    checkout(folder.path());
    let server = Server::on(folder);
    let browser = Browser::start(&server).await;
    browser.sign_in("maya@example.org").await;
    an_empty_release_says_how_to_begin(&browser).await;

    // The first build brings one finding that closes the gate.
    let first = hand_in(&server, &token, "b1", &["pkg:npm/pulse@1.0.0", "pkg:npm/quiet@1.0.0"]);
    let new = first["new"].as_array().unwrap();
    assert!(new.len() == 1 && new[0]["vulnerability"] == "CVE-2026-0001", "{first:#}");
    assert!(first["blocking"].to_string().contains("CVE-2026-0001"), "{first:#}");
    let formats: Vec<_> = first["evidence"].as_array().unwrap().iter().map(|file| &file["format"]).collect();
    assert_eq!(formats, ["build manifest", "CycloneDX 1.6 JSON", "JUnit XML"]);

    // People see the same: the files, the failed test, the finding, and why the gate is closed.
    browser.open("/products/pump/releases/1.0/evidence").await;
    for file in ["build.json", "sbom.cdx.json", "junit.xml"] {
        browser.see("tbody tr", file).await;
    }
    browser.see("section[aria-labelledby=builds]", "b1").await;
    browser.follow_in("Table of evidence", "EVID-3").await;
    browser.see("h1", "junit.xml").await;
    browser.see("section[aria-labelledby=results] tr", "dose").await;
    browser.open("/products/pump/releases/1.0/findings").await;
    browser.see("tr", "FIND-1, CVE-2026-0001 7.5 high New").await;
    the_gate_is_closed_for_both(&server, &token, &browser).await;

    // The same build again changes nothing; the next one brings what is new since.
    let again = hand_in(&server, &token, "b1", &["pkg:npm/pulse@1.0.0", "pkg:npm/quiet@1.0.0"]);
    assert!(again["new"] == json!([]) && again["evidence"][1]["is_new"] == false, "{again:#}");
    let second = hand_in(&server, &token, "b2", &["pkg:npm/pulse@1.0.0", "pkg:npm/loud@1.0.0"]);
    let new = second["new"].as_array().unwrap();
    assert!(new.len() == 1 && new[0]["vulnerability"] == "CVE-2026-0002", "{second:#}");
    browser.open("/products/pump/releases/1.0/findings").await;
    browser.see("tr", "CVE-2026-0002").await;

    a_change_under_a_judgement_is_worse(&server, &token, &browser).await;
    a_build_beside_the_candidate_is_told_what_it_would_change(&server, &token, &browser).await;
    what_a_token_may_not(&server, &token);
    browser.quit().await;
}

/// An installation with a product, a release, advisories, and a token for the pipeline.
fn installation() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let run = |arguments: &[&str]| {
        let mut command = theriac(path);
        command.args(arguments).args(["--data", "data"]);
        command
    };
    let people: Vec<_> = PEOPLE.iter().flat_map(|person| ["--person", person]).collect();
    run(&[&["init", "--organisation", "Acme Medical", "--zone", "UTC"], &people[..]].concat())
        .assert()
        .success();
    run(&["user", "password", "maya", "--password-stdin"]).write_stdin(PASSWORD).assert().success();
    run(&["product", "add", "pump", "--name", "Infusion pump"]).assert().success();
    run(&[&["release", "add"], &RELEASE[..]].concat()).assert().success();
    std::fs::create_dir(path.join("feed")).unwrap();
    for (id, package) in [("CVE-2026-0001", "pulse"), ("CVE-2026-0002", "loud")] {
        std::fs::write(path.join(format!("feed/{id}.json")), advisory(id, package).to_string()).unwrap();
    }
    run(&["feed", "import", "feed"]).assert().success();
    let permissions = ["read", "read-gate", "add-build", "upload-evidence"];
    let permissions: Vec<_> = permissions.iter().flat_map(|one| ["--permission", one]).collect();
    let issued =
        run(&[&["token", "issue", "CI", "--product", "pump"], &permissions[..]].concat()).assert().success();
    let token = String::from_utf8_lossy(&issued.get_output().stdout).trim().to_owned();
    (folder, token)
}

fn advisory(id: &str, package: &str) -> Value {
    json!({
        "id": id, "modified": "2026-01-02T00:00:00Z", "published": "2026-01-01T00:00:00Z",
        "severity": [{ "type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N" }],
        "affected": [{
            "package": { "ecosystem": "npm", "name": package },
            "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "0" }, { "fixed": "2.0.0" }] }],
        }],
    })
}

/// A git checkout with one commit, in the folder `source`.
fn checkout(folder: &Path) {
    let source = folder.join("source");
    std::fs::create_dir(&source).unwrap();
    std::fs::write(source.join("dose.c"), "1").unwrap();
    git(&source, &["init", "--quiet"]);
    git(&source, &["add", "."]);
    git(&source, &["commit", "--quiet", "-m", "Begin"]);
}

/// Runs git with a fixed identity and no settings of the machine.
fn git(folder: &Path, arguments: &[&str]) {
    let status = Command::new("git")
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .envs([("GIT_AUTHOR_NAME", "Ben"), ("GIT_AUTHOR_EMAIL", "ben@example.org")])
        .envs([("GIT_COMMITTER_NAME", "CI"), ("GIT_COMMITTER_EMAIL", "ci@example.org")])
        .status()
        .unwrap();
    assert!(status.success());
}

/// What the pipeline does for each build, as the book says: make it known, describe it, hand everything in.
fn hand_in(server: &Server, token: &str, build: &str, components: &[&str]) -> Value {
    let source = server.folder().join("source");
    let run = |arguments: &[&str]| {
        let mut command = server.client(token, arguments);
        command.current_dir(&source);
        command.assert().success().get_output().stdout.clone()
    };
    if !server.folder().join(build).exists() {
        std::fs::write(server.folder().join(build), "").unwrap();
        run(&[&["build", "add", build], &RELEASE[..]].concat());
    }
    std::fs::write(server.folder().join("build.json"), run(&["build", "describe"])).unwrap();
    std::fs::write(server.folder().join("sbom.cdx.json"), bom(components)).unwrap();
    let results = "<testsuite name='dose' tests='1' timestamp='2026-01-31T12:00:00'>\
                   <testcase name='limit' classname='dose'/></testsuite>";
    std::fs::write(server.folder().join("junit.xml"), results).unwrap();
    let files = ["../build.json", "../sbom.cdx.json", "../junit.xml"];
    let more = ["--build", build, "--format", "json"];
    serde_json::from_slice(&run(&[&["evidence", "add"], &RELEASE[..], &more, &files].concat())).unwrap()
}

fn bom(components: &[&str]) -> String {
    let components: Vec<_> = components
        .iter()
        .map(|purl| {
            let (name, version) = purl.rsplit('/').next().unwrap().split_once('@').unwrap();
            json!({ "type": "library", "name": name, "version": version, "purl": purl })
        })
        .collect();
    let tools = json!({ "components": [{ "type": "application", "name": "cdxgen", "version": "11.0" }] });
    json!({
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components,
        "metadata": { "timestamp": "2026-01-31T12:00:00Z", "tools": tools },
    })
    .to_string()
}

async fn an_empty_release_says_how_to_begin(browser: &Browser) {
    browser.open("/products").await;
    browser.follow("Infusion pump").await;
    browser.follow("1.0").await;
    browser.see("h1", "Conformity of Infusion pump 1.0").await;
    browser.see("main", "provisional").await;
    browser.follow_in("Product and release", "Evidence").await;
    browser.see("#list", "No evidence for 1.0 yet").await;
    browser.follow_in("Product and release", "Findings").await;
    browser.see("h1", "Findings of 1.0").await;
}

/// The pipeline gets exit code 1 and as many reasons as people see.
async fn the_gate_is_closed_for_both(server: &Server, token: &str, browser: &Browser) {
    let gate = server.client(token, &[&["gate", "--format", "json"], &RELEASE[..]].concat()).assert().code(1);
    let gate: Value = serde_json::from_slice(&gate.get_output().stdout).unwrap();
    browser.open("/products/pump/releases/1.0/gate").await;
    browser.see("section[aria-labelledby=reasons]", "CVE-2026-0001").await;
    let shown = browser.all("section[aria-labelledby=reasons] tbody a").await;
    let told: Vec<_> =
        gate["reasons"].as_array().unwrap().iter().map(|reason| reason["text"].clone()).collect();
    assert_eq!(json!(shown), json!(told));
    browser.follow("The pack has not been adopted").await;
    browser.see("h1", "Adopt IEC 81001-5-1").await;
}

/// Once a candidate is named, another build's components are not the release's; the answer says what they would change.
async fn a_build_beside_the_candidate_is_told_what_it_would_change(
    server: &Server,
    token: &str,
    browser: &Browser,
) {
    browser.open("/products/pump/releases/1.0/evidence").await;
    browser.press("Name b2 as the candidate").await;
    browser.see(".toast", "b2 is the candidate").await;
    browser.see("section[aria-labelledby=builds] li", "b2 candidate").await;
    let third = hand_in(server, token, "b4", &["pkg:npm/pulse@1.1.0"]);
    assert!(third["new"] == json!([]) && third["beside"]["candidate"] == "b2", "{third:#}");
    let would_be_new = &third["beside"]["new"][0];
    assert!(would_be_new["component"] == "pkg:npm/pulse@1.1.0", "{third:#}");
    assert!(third["beside"]["resolved"].to_string().contains("CVE-2026-0002"), "{third:#}");
    browser.open("/products/pump/releases/1.0/evidence/new").await;
    let file = server.folder().join("sbom.cdx.json");
    browser.field("Files").await.send_keys(file.to_str().unwrap()).await.unwrap();
    browser.select("Build", "b4").await;
    browser.press("Upload").await;
    browser.see("main", "The candidate is b2").await;
    browser.see("main", "Would be new as the candidate: 1").await;
    browser.see("main", "CVE-2026-0001 (high) in pkg:npm/pulse@1.1.0").await;
}

/// A judgement on a path holds until a build changes that path; the pipeline is told so.
async fn a_change_under_a_judgement_is_worse(server: &Server, token: &str, browser: &Browser) {
    browser.open("/products/pump/releases/1.0/findings").await;
    browser.follow("pkg:npm/pulse@1.0.0").await;
    browser.see(PANE, "FIND-1").await;
    browser.choose("VEX status", "Not affected").await;
    browser.select("Justification", "Vulnerable code not in execute path").await;
    browser.fill("Why", "The dose loop never calls it.").await;
    browser.fill("What it rests on", "path:dose.c").await;
    browser.choose("Patient-safety impact", "None").await;
    browser.press("Save and sign").await;
    browser.fill("Password", PASSWORD).await;
    browser.press("Sign 1 assessment").await;
    browser.see("tr", "FIND-1, CVE-2026-0001 7.5 high Not affected").await;

    let source = server.folder().join("source");
    std::fs::write(source.join("dose.c"), "2").unwrap();
    git(&source, &["commit", "--quiet", "--all", "-m", "Change the dose"]);
    let changed = hand_in(server, token, "b3", &["pkg:npm/pulse@1.0.0", "pkg:npm/loud@1.0.0"]);
    let worse = changed["worse"][0]["because"].as_str().unwrap_or_default();
    assert!(worse.contains("no longer holds: path dose.c"), "{changed:#}");
    browser.open("/products/pump/releases/1.0/findings").await;
    browser.see("tr", "what it rested on has changed, judge again").await;
}

/// Machines hand in and read; people answer. What is not there is an error, never an open gate.
fn what_a_token_may_not(server: &Server, token: &str) {
    let refused = |arguments: &[&str]| {
        let assert = server.client(token, arguments).assert().code(2);
        String::from_utf8_lossy(&assert.get_output().stderr).into_owned()
    };
    let product = refused(&["product", "add", "other", "--name", "Other"]);
    assert!(product.contains("it was issued without 'manage-products'"), "{product}");
    let missing = refused(&["gate", "--product", "pump", "--release", "2.0"]);
    assert!(missing.contains("there is no release 'pump 2.0'"), "{missing}");
}
