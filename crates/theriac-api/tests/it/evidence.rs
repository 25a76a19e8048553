//! Evidence and components: handed in, listed, fetched, found wrong.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use theriac_store::on_both_engines;

use crate::client::{Answer, Client, PASSWORD, Server, each, every};

pub const RELEASE: &str = "/products/pump/releases/1.0";

/// A release with a candidate build, and the security officer.
pub async fn with_build(server: &Server) -> Client {
    let ana = server.client("ana").await;
    ana.post(server, "/products", &json!({ "key": "pump", "name": "Pump", "route": "full" })).await.ok();
    ana.post(server, "/products/pump/releases", &json!({ "release": "1.0", "manager": "ana" })).await.ok();
    let build = json!({ "build": "rc.1", "commit": "0123456789abcdef0123456789abcdef01234567" });
    ana.post(server, &format!("{RELEASE}/builds"), &build).await.ok();
    ana.put(server, &format!("{RELEASE}/candidate"), &json!({ "build": "rc.1" })).await.ok();
    ana
}

/// A bill of materials of an npm package in a version, and of something without identity.
pub fn bom(version: &str) -> Value {
    json!({
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "components": [
            { "type": "library", "name": "left-pad", "version": version, "purl": format!("pkg:npm/left-pad@{version}") },
            { "type": "library", "name": "right-pad", "version": "1.0.0", "purl": "pkg:npm/right-pad@1.0.0" },
            { "type": "application", "name": "own-part" },
        ],
    })
}

/// Hands in one file as the body.
pub async fn hand_in(client: &Client, server: &Server, query: &str, bytes: impl Into<Vec<u8>>) -> Answer {
    let path = format!("{RELEASE}/evidence?{query}");
    client.raw(server, Method::POST, &path, "application/octet-stream", bytes.into()).await
}

const JUNIT: &str = r#"<testsuite name="unit" tests="3" failures="1">
    <testcase classname="a" name="one"/><testcase classname="a" name="two"/>
    <testcase classname="a" name="three"><failure message="no"/></testcase></testsuite>"#;

on_both_engines!(a_machine_hands_in_a_file_and_the_same_file_is_one_evidence, |store| {
    let server = Server::new(&store).await;
    let ana = with_build(&server).await;
    let ci = server.machine("ci", &["upload-evidence"]).await;
    let bytes = bom("1.2.0").to_string();
    let first = hand_in(&ci, &server, "name=pump.cdx.json&build=rc.1&tool=syft@1.0", bytes.clone()).await;
    assert_eq!(first.status, StatusCode::CREATED, "{first:?}");
    let taken = &first.ok()["evidence"][0];
    assert_eq!((&taken["number"], &taken["is_new"]), (&json!("EVID-1"), &json!(true)));
    assert_eq!(taken["kind"], "sbom");
    let again = hand_in(&ci, &server, "name=other.json&build=rc.1&tool=syft@1.0", bytes).await.ok();
    assert_eq!(again["evidence"][0]["is_new"], false);
    let listed = ana.get(&server, &format!("{RELEASE}/evidence")).await.ok();
    assert_eq!(each(&listed, "file"), ["pump.cdx.json"]);
    assert_eq!(listed["items"][0]["tool"], "syft");
    ci.get(&server, &format!("{RELEASE}/evidence")).await.problem(403, "denied");
    server.client("otto").await.get(&server, "/evidence/EVID-1").await.ok();
});

on_both_engines!(several_files_are_taken_together_or_not_at_all, |store| {
    let server = Server::new(&store).await;
    let ana = with_build(&server).await;
    let multipart = |parts: &[(&str, String)]| {
        let mut body = String::new();
        for (name, text) in parts {
            body.push_str("--frontier\r\nContent-Disposition: form-data; name=\"file\"");
            if !name.is_empty() {
                body.push_str(&format!("; filename=\"{name}\""));
            }
            body.push_str(&format!("\r\n\r\n{text}\r\n"));
        }
        body + "--frontier--\r\n"
    };
    let path = format!("{RELEASE}/evidence?build=rc.1");
    let kind = "multipart/form-data; boundary=frontier";
    let send =
        async |parts: &[(&str, String)]| ana.raw(&server, Method::POST, &path, kind, multipart(parts)).await;
    let bad =
        send(&[("a.json", bom("1.0.0").to_string()), ("b.json", "{}".to_owned())]).await.problem(422, "file");
    assert!(bad["detail"].as_str().unwrap().contains("b.json"), "{bad}");
    assert_eq!(ana.get(&server, &format!("{RELEASE}/evidence")).await.ok()["items"], json!([]));
    send(&[("", "said".to_owned())]).await.problem(400, "malformed");
    ana.raw(&server, Method::POST, &path, kind, "--frontier\r\nbroken").await.problem(400, "malformed");
    let taken = send(&[("a.json", bom("1.0.0").to_string()), ("unit.xml", JUNIT.to_owned())]).await.ok();
    assert_eq!(taken["evidence"].as_array().unwrap().len(), 2);
    let kinds = ana.get(&server, &format!("{RELEASE}/evidence?kind=test-results")).await.ok();
    assert_eq!(each(&kinds, "file"), ["unit.xml"]);
});

on_both_engines!(bad_files_are_refused_with_their_place_and_nothing_is_stored, |store| {
    let server = Server::new(&store).await;
    let ana = with_build(&server).await;
    let cases: Vec<Vec<u8>> = vec![
        b"nothing that is known".to_vec(),
        b"{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.5\"".to_vec(),
        b"{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"9.9\", \"version\": 1}".to_vec(),
        vec![0xff, 0xfe, 0x00, 0x41],
        "[".repeat(100_000).into_bytes(),
        b"<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"c\">]><testsuite>&b;</testsuite>".to_vec(),
    ];
    for bytes in cases {
        let start = String::from_utf8_lossy(&bytes[..bytes.len().min(30)]).into_owned();
        let problem = hand_in(&ana, &server, "name=bad.bin&build=rc.1", bytes).await.problem(422, "file");
        assert!(problem["detail"].as_str().unwrap().starts_with("bad.bin: "), "{start}: {problem}");
    }
    hand_in(&ana, &server, "name=empty", Vec::new()).await.problem(400, "malformed");
    let huge = ana.with("content-length", "9999999999");
    hand_in(&huge, &server, "name=huge", b"x".to_vec()).await.problem(413, "too-large");
    let good = || bom("1.2.0").to_string();
    assert_eq!(hand_in(&ana, &server, "tool=syft", good()).await.field(), "tool");
    assert_eq!(hand_in(&ana, &server, "rules=short", good()).await.field(), "rules");
    hand_in(&ana, &server, "build=rc.9", good()).await.problem(404, "not-found");
    hand_in(&ana, &server, "colour=red", good()).await.problem(400, "malformed");
    hand_in(&ana, &server, "performed_at=soon", good()).await.problem(400, "malformed");
    for at in ["-000001-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "9999-01-01T00:00:00Z"] {
        assert_eq!(
            hand_in(&ana, &server, &format!("performed_at={at}"), good()).await.field(),
            "performed_at"
        );
    }
    let mut old = bom("1.2.0");
    old["metadata"] = json!({ "timestamp": "0001-01-01T00:00:00Z" });
    let problem = hand_in(&ana, &server, "name=old", old.to_string()).await.problem(422, "file");
    assert!(problem["detail"].as_str().unwrap().contains("in the years 1900 to 2999"), "{problem}");
    hand_in(&server.client("otto").await, &server, "name=x", good()).await.problem(403, "denied");
    let path = "/products/pump/releases/9/evidence";
    ana.raw(&server, Method::POST, path, "application/octet-stream", good()).await.problem(404, "not-found");
    assert_eq!(ana.get(&server, &format!("{RELEASE}/evidence")).await.ok()["items"], json!([]));
});

on_both_engines!(evidence_is_shown_with_its_results_and_fetched_byte_for_byte, |store| {
    let server = Server::new(&store).await;
    let ana = with_build(&server).await;
    hand_in(&ana, &server, "name=unit.xml&build=rc.1&tool=unit@1", JUNIT).await.ok();
    let seen = ana.get(&server, "/evidence/EVID-1?limit=2").await.ok();
    assert_eq!((&seen["product"], &seen["release"]), (&json!("pump"), &json!("1.0")));
    assert_eq!(seen["results"]["items"].as_array().unwrap().len(), 2);
    let next = seen["results"]["next"].as_str().unwrap();
    let rest = ana.get(&server, &format!("/evidence/EVID-1?after={next}")).await.ok();
    assert_eq!(rest["results"]["items"][0]["outcome"], "failed");
    let bytes = ana.get(&server, "/evidence/EVID-1/bytes").await;
    assert_eq!(bytes.text, JUNIT);
    assert!(bytes.headers["content-disposition"].to_str().unwrap().contains("unit.xml"));
    assert_eq!(bytes.headers["content-security-policy"], "default-src 'none'; sandbox");
    let signature = json!({
        "key": "SHA256:8a5f", "signed_at": "2026-01-02T09:30:00Z", "valid_from": "2025-01-01T00:00:00Z"
    });
    let manifest = json!({
        "format": "theriac-build-manifest", "version": 1, "commit": "0123456789abcdef0123456789abcdef01234567", "predecessor": null,
        "authors": [], "changed": [],
        "artefacts": [{ "name": "pump.bin", "sha256": "0".repeat(64), "signature": signature }]
    });
    hand_in(&ana, &server, "name=build.json&build=rc.1&tool=make@4", manifest.to_string()).await.ok();
    let artefact = &ana.get(&server, "/evidence/EVID-2").await.ok()["manifest"]["artefacts"][0];
    assert_eq!((&artefact["name"], &artefact["signature"]["valid_to"]), (&json!("pump.bin"), &json!(null)));
    for member in ["key", "signed_at", "valid_from"] {
        assert_eq!(artefact["signature"][member], signature[member], "{member}");
    }
    for path in ["/evidence/EVID-9", "/evidence/nonsense", "/evidence/EVID-9/bytes"] {
        ana.get(&server, path).await.problem(404, "not-found");
    }
    ana.get(&server, "/products/pump/releases/9/evidence").await.problem(404, "not-found");
    assert_eq!(ana.get(&server, &format!("{RELEASE}/evidence?kind=poem")).await.field(), "kind");
    assert_eq!(ana.get(&server, &format!("{RELEASE}/evidence?after=x")).await.field(), "after");
});

on_both_engines!(evidence_found_wrong_is_disqualified_by_signature, |store| {
    let server = Server::new(&store).await;
    let ana = with_build(&server).await;
    hand_in(&ana, &server, "name=unit.xml&build=rc.1", JUNIT).await.ok();
    let path = "/evidence/EVID-1/disqualify";
    let body = |reason: &str, password: &str| json!({ "reason": reason, "password": password });
    server
        .client("ben")
        .await
        .post(&server, path, &body("Wrong build.", PASSWORD))
        .await
        .problem(403, "denied");
    ana.post(&server, path, &body("Wrong build.", "wrong")).await.problem(403, "not-signed");
    assert_eq!(ana.post(&server, path, &body(" ", PASSWORD)).await.field(), "reason");
    let other = "/evidence/EVID-9/disqualify";
    ana.post(&server, other, &body("Wrong build.", PASSWORD)).await.problem(404, "not-found");
    let done = ana.post(&server, path, &body("Wrong build.", PASSWORD)).await.ok();
    assert_eq!(done["relied_on_by"], json!([]));
    let seen = ana.get(&server, "/evidence/EVID-1").await.ok();
    assert_eq!(
        (&seen["evidence"]["disqualified"], &seen["disqualification"]["person"]),
        (&json!(true), &json!("ana"))
    );
    ana.post(&server, path, &body("Again.", PASSWORD)).await.problem(409, "rule");
});

on_both_engines!(components_are_listed_and_what_cannot_be_matched_is_disposed_of, |store| {
    let server = Server::new(&store).await;
    let ana = with_build(&server).await;
    crate::findings::import(&ana, &server).await.ok();
    let taken = hand_in(&ana, &server, "name=pump.cdx.json&build=rc.1", bom("1.2.0").to_string()).await.ok();
    assert_eq!(taken["unmatched"][0]["component"], "own-part");
    assert_eq!(taken["new"][0]["vulnerability"], "CVE-2026-0001");
    let path = format!("{RELEASE}/components");
    let names = every(&ana, &server, &path, 2, "name").await;
    assert_eq!(names, ["own-part", "left-pad", "right-pad"]);
    let first = ana.get(&server, &format!("{path}?awaiting=true")).await.ok();
    assert_eq!((&first["total"], &first["unmatched"], &first["awaiting"]), (&json!(3), &json!(1), &json!(1)));
    assert_eq!(each(&ana.get(&server, &format!("{path}?matched=true")).await.ok(), "name").len(), 2);
    assert_eq!(
        each(&ana.get(&server, &format!("{path}?with_findings=true")).await.ok(), "name"),
        ["left-pad"]
    );
    assert_eq!(each(&ana.get(&server, &format!("{path}?q=right")).await.ok(), "name"), ["right-pad"]);
    assert_eq!(ana.get(&server, &format!("{path}?after=x")).await.field(), "after");
    ana.get(&server, "/products/pump/releases/9/components").await.problem(404, "not-found");

    let unmatched = ana.get(&server, &format!("{path}/unmatched")).await.ok();
    assert_eq!((&unmatched["total"], &unmatched["open"]), (&json!(1), &json!(1)));
    let dispose = |components: Value, expected: &Value, word: &str| json!({ "components": components, "expected": expected, "disposition": word, "reason": "Ours." });
    let url = format!("{path}/dispose");
    let expected = &unmatched["expected"];
    server
        .client("otto")
        .await
        .post(&server, &url, &dispose(json!(null), expected, "own"))
        .await
        .problem(403, "denied");
    assert_eq!(ana.post(&server, &url, &dispose(json!(null), expected, "gone")).await.field(), "disposition");
    let stale = json!("0".repeat(64));
    ana.post(&server, &url, &dispose(json!(null), &stale, "own")).await.problem(409, "changed");
    ana.post(&server, &url, &dispose(json!(["ghost"]), expected, "own")).await.problem(404, "not-found");
    let done = ana.post(&server, &url, &dispose(json!(null), expected, "own")).await.ok();
    assert_eq!(done, json!({ "disposed": 1 }));
    ana.post(&server, &url, &dispose(json!(null), &json!(null), "own")).await.problem(409, "rule");
    let listed = ana.get(&server, &format!("{path}?matched=false")).await.ok();
    assert_eq!(listed["items"][0]["disposition"]["person"], "ana");
});
