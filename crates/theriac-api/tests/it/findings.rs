//! The feed, and findings: listed, judged, signed, taken over.

use axum::http::Method;
use serde_json::{Value, json};
use theriac_store::on_both_engines;

use crate::client::{Answer, COMMIT, Client, PASSWORD, Server, each, every};
use crate::evidence::{RELEASE, bom, hand_in, with_build};

/// An advisory that concerns `left-pad` before 1.3.0.
fn advisory() -> Value {
    json!({
        "schema_version": "1.6.0", "id": "GHSA-aaaa-bbbb-cccc", "aliases": ["CVE-2026-0001"],
        "modified": "2026-01-02T00:00:00Z", "published": "2026-01-01T00:00:00Z", "summary": "Pads too far",
        "severity": [{ "type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }],
        "affected": [{
            "package": { "ecosystem": "npm", "name": "left-pad" },
            "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "0" }, { "fixed": "1.3.0" }] }],
        }],
    })
}

/// Imports the advisory.
pub async fn import(client: &Client, server: &Server) -> Answer {
    let record = advisory().to_string();
    client.raw(server, Method::POST, "/feed", "application/octet-stream", record).await
}

/// A release with one finding.
pub async fn with_finding(server: &Server) -> Client {
    let ana = with_build(server).await;
    import(&ana, server).await.ok();
    hand_in(&ana, server, "name=pump.cdx.json&build=rc.1", bom("1.2.0").to_string()).await.ok();
    ana
}

/// A judgement of the finding.
pub fn judgement(expected: &Value) -> Value {
    json!({
        "findings": ["FIND-1"], "expected": expected, "status": "not affected",
        "justification": "vulnerable code not in execute path", "explanation": "It is never called.",
        "patient_safety_impact": "none",
    })
}

on_both_engines!(a_feed_is_imported_by_those_who_may_and_its_state_is_told, |store| {
    let server = Server::new(&store).await;
    let (ana, ben) = (server.client("ana").await, server.client("ben").await);
    ana.get(&server, "/feed").await.problem(404, "not-found");
    import(&ben, &server).await.problem(403, "denied");
    let done = import(&ana, &server).await.ok();
    assert_eq!((&done["added"], &done["feed"]["vulnerabilities"]), (&json!(1), &json!(1)));
    let job = ana.get(&server, &format!("/jobs/{}", done["job"].as_str().unwrap())).await.ok();
    assert_eq!(job["state"], "queued");
    assert_eq!(ben.get(&server, "/feed").await.ok()["ecosystems"][0]["name"], "npm");
    let bad = ana.raw(&server, Method::POST, "/feed", "application/octet-stream", "no advisory").await;
    let detail = bad.json()["detail"].as_str().unwrap().to_owned();
    assert!(bad.status.is_client_error() && !detail.contains(&*store.folder().to_string_lossy()), "{detail}");
    ana.raw(&server, Method::POST, "/feed", "application/octet-stream", "").await.problem(400, "malformed");
    let left = std::fs::read_dir(store.folder()).unwrap().filter_map(Result::ok);
    assert!(!left.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with("upload-")));
});

on_both_engines!(findings_are_listed_by_filter_and_shown, |store| {
    let server = Server::new(&store).await;
    let ana = with_finding(&server).await;
    let otto = server.client("otto").await;
    assert_eq!(every(&otto, &server, "/findings", 1, "finding").await, ["FIND-1"]);
    let listed =
        otto.get(&server, "/findings?product=pump&release=1.0&state=new&open=true&q=left").await.ok();
    assert_eq!(listed["items"][0]["severity"], "critical");
    assert_eq!(listed["counts"], json!([{ "state": "new", "count": 1 }]));
    assert_eq!(each(&otto.get(&server, "/findings?severity=low").await.ok(), "finding").len(), 0);
    for (since, number) in
        [("yesterday", 1), ("2020-01-01", 1), ("2020-01-01T00:00:00Z", 1), ("2099-01-01", 0)]
    {
        let some = otto.get(&server, &format!("/findings?since={since}")).await.ok();
        assert_eq!(each(&some, "finding").len(), number, "{since}");
    }
    assert_eq!(otto.get(&server, "/findings?since=once").await.field(), "since");
    assert_eq!(otto.get(&server, "/findings?severity=dire").await.field(), "severity");
    assert_eq!(otto.get(&server, "/findings?state=odd").await.field(), "state");
    assert_eq!(otto.get(&server, "/findings?awaits=rain").await.field(), "awaits");
    otto.get(&server, "/findings?product=none").await.problem(404, "not-found");
    let seen = otto.get(&server, "/findings/FIND-1").await.ok();
    assert_eq!(seen["advisories"][0]["summary"], "Pads too far");
    assert_eq!((&seen["evidence"][0], &seen["judgements"]), (&json!("EVID-1"), &json!([])));
    otto.get(&server, "/findings/FIND-9").await.problem(404, "not-found");
    let chosen = ana.get(&server, &format!("{RELEASE}/findings/selection?findings=FIND-1")).await.ok();
    assert_eq!(chosen["items"][0]["judgement"], json!(null));
    ana.get(&server, &format!("{RELEASE}/findings/selection?findings=FIND-9"))
        .await
        .problem(404, "not-found");
    assert_eq!(
        ana.get(&server, &format!("{RELEASE}/findings/selection?findings=")).await.field(),
        "findings"
    );
});

on_both_engines!(a_finding_is_judged_and_signed_by_a_person, |store| {
    let server = Server::new(&store).await;
    let ana = with_finding(&server).await;
    let ben = server.client("ben").await;
    let expected = ana.get(&server, "/findings/FIND-1").await.ok()["expected"].clone();
    let url = format!("{RELEASE}/assessments");
    ben.post(&server, &url, &judgement(&expected)).await.problem(403, "denied");
    let mut odd = judgement(&expected);
    odd["status"] = json!("maybe");
    assert_eq!(ana.post(&server, &url, &odd).await.field(), "status");
    odd = judgement(&expected);
    odd["justification"] = json!(null);
    assert_eq!(ana.post(&server, &url, &odd).await.field(), "justification");
    odd = judgement(&expected);
    odd["rests_on"] = json!(["hope"]);
    assert_eq!(ana.post(&server, &url, &odd).await.field(), "rests_on");
    ana.post(&server, &url, &judgement(&json!("0".repeat(64)))).await.problem(409, "changed");
    odd = judgement(&expected);
    odd["findings"] = json!(["FIND-9"]);
    ana.post(&server, &url, &odd).await.problem(404, "not-found");
    let done = ana.post(&server, &url, &judgement(&expected)).await;
    assert_eq!(done.status, 201, "{done:?}");
    let done = done.ok();
    assert_eq!((&done["accepts_risk"], &done["needs_clinical"]), (&json!(false), &json!(false)));
    let set = done["set"].as_str().unwrap();

    let sign = format!("/assessments/{set}/sign");
    ben.post(&server, &sign, &json!({ "password": PASSWORD })).await.problem(403, "denied");
    ana.post(&server, &sign, &json!({ "password": "wrong" })).await.problem(403, "not-signed");
    let unknown = format!("/assessments/{}/sign", "0".repeat(64));
    ana.post(&server, &unknown, &json!({ "password": PASSWORD })).await.problem(404, "not-found");
    assert_eq!(
        ana.post(&server, "/assessments/x/sign", &json!({ "password": PASSWORD })).await.field(),
        "set"
    );
    let read = ben.get(&server, &format!("/assessments/{set}")).await.ok();
    assert_eq!(read["items"][0]["judgement"]["assessor"], "ana");
    ben.get(&server, &format!("/assessments/{}", "0".repeat(64))).await.problem(404, "not-found");
    let signed = ana.post(&server, &sign, &json!({ "password": PASSWORD })).await.ok();
    assert_eq!(signed["findings"], json!(["FIND-1"]));
    ana.post(&server, &sign, &json!({ "password": PASSWORD })).await.problem(409, "rule");
    let dan = server.client("dan").await;
    let clinical = format!("/assessments/{set}/sign-clinical");
    ana.post(&server, &clinical, &json!({ "password": PASSWORD })).await.problem(403, "denied");
    dan.post(&server, &clinical, &json!({ "password": PASSWORD })).await.problem(409, "rule");
    let seen = ana.get(&server, "/findings/FIND-1").await.ok();
    assert_eq!(seen["finding"]["state"], "not affected");
    assert_eq!(seen["judgements"][0]["signatures"][0]["person"], "ana");
    assert_eq!(seen["judgements"][0]["judgement"]["rests_on"], json!(["component"]));
});

on_both_engines!(judgements_of_an_earlier_release_are_confirmed_for_the_next, |store| {
    let server = Server::new(&store).await;
    let ana = with_finding(&server).await;
    let expected = ana.get(&server, "/findings/FIND-1").await.ok()["expected"].clone();
    let done = ana.post(&server, &format!("{RELEASE}/assessments"), &judgement(&expected)).await.ok();
    let sign = format!("/assessments/{}/sign", done["set"].as_str().unwrap());
    ana.post(&server, &sign, &json!({ "password": PASSWORD })).await.ok();

    ana.post(&server, "/products/pump/releases", &json!({ "release": "1.1" })).await.ok();
    let next = "/products/pump/releases/1.1";
    ana.post(&server, &format!("{next}/builds"), &json!({ "build": "rc.1", "commit": COMMIT })).await.ok();
    ana.put(&server, &format!("{next}/candidate"), &json!({ "build": "rc.1" })).await.ok();
    let body = bom("1.2.0").to_string();
    let path = format!("{next}/evidence?name=b.json&build=rc.1");
    ana.raw(&server, Method::POST, &path, "application/octet-stream", body).await.ok();
    let carried = ana.get(&server, &format!("{next}/carried")).await.ok();
    assert_eq!(carried["items"][0]["judgement"]["status"], "not affected");
    let confirm = |set: &Value, password: &str| json!({ "set": set, "password": password });
    let url = format!("{next}/carried");
    let ben = server.client("ben").await;
    ben.post(&server, &url, &confirm(&carried["set"], PASSWORD)).await.problem(403, "denied");
    ana.post(&server, &url, &confirm(&carried["set"], "wrong")).await.problem(403, "not-signed");
    ana.post(&server, &url, &confirm(&json!("0".repeat(64)), PASSWORD)).await.problem(409, "changed");
    assert_eq!(
        ana.post(&server, &url, &confirm(&carried["set"], PASSWORD)).await.ok(),
        json!({ "confirmed": 1 })
    );
    ana.post(&server, &url, &confirm(&carried["set"], PASSWORD)).await.problem(409, "rule");
    ana.get(&server, "/products/pump/releases/9/carried").await.problem(404, "not-found");
});

on_both_engines!(customers_are_told_in_the_format_they_read, |store| {
    let server = Server::new(&store).await;
    let ana = with_finding(&server).await;
    let otto = server.client("otto").await;
    let told = otto.get(&server, &format!("{RELEASE}/vex")).await;
    let name = told.headers[axum::http::header::CONTENT_DISPOSITION].to_str().unwrap().to_owned();
    assert!(name.contains("filename=\"pump-1.0.openvex.json\""), "{name}");
    assert_eq!(told.ok()["statements"][0]["status"], "under_investigation");
    let expected = ana.get(&server, "/findings/FIND-1").await.ok()["expected"].clone();
    let judged = ana.post(&server, &format!("{RELEASE}/assessments"), &judgement(&expected)).await.ok();
    let sign = format!("/assessments/{}/sign", judged["set"].as_str().unwrap());
    ana.post(&server, &sign, &json!({ "password": PASSWORD })).await.ok();
    let told = otto.get(&server, &format!("{RELEASE}/vex?format=openvex")).await.ok();
    assert_eq!(told["statements"][0]["status"], "not_affected");
    let told = otto.get(&server, &format!("{RELEASE}/vex?format=cyclonedx")).await.ok();
    assert_eq!(told["vulnerabilities"][0]["analysis"]["state"], "not_affected");
    let machine = server.machine("portal", &["read"]).await;
    machine.get(&server, &format!("{RELEASE}/vex")).await.ok();
    assert_eq!(otto.get(&server, &format!("{RELEASE}/vex?format=csaf")).await.field(), "format");
    otto.get(&server, "/products/pump/releases/9/vex").await.problem(404, "not-found");
    let narrow = server.machine("pipeline", &["read-gate"]).await;
    narrow.get(&server, &format!("{RELEASE}/vex")).await.problem(403, "denied");
});
