//! Records: from draft to signature, files, import and export.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use theriac_model::kinds;
use theriac_store::{args, on_both_engines};

use crate::client::{Client, PASSWORD, Server, each, every};

fn document(title: &str) -> Value {
    json!({
        "title": title, "type": "procedure", "clauses": ["6.2.1"], "body": "How reports are received.",
        "owner": "ana", "effective_date": "2026-01-01", "next_review": "2027-01-01",
    })
}

async fn begin(client: &Client, server: &Server, kind: &str, content: Value) -> (String, String) {
    let begun = client.post(server, "/records", &json!({ "kind": kind, "content": content })).await;
    assert_eq!(begun.status, StatusCode::CREATED, "{begun:?}");
    let begun = begun.ok();
    (text(&begun["record"]), text(&begun["expected"]))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

async fn submitted(client: &Client, server: &Server, title: &str) -> (String, String) {
    let (record, expected) = begin(client, server, "document", document(title)).await;
    let submitted =
        client.post(server, &format!("/records/{record}/submit"), &json!({ "expected": expected })).await;
    (record, text(&submitted.ok()["digest"]))
}

fn signature(digest: &str) -> Value {
    json!({ "digest": digest, "password": PASSWORD })
}

/// The path of a record of a kind that ana owns, with the digest of the revision that she submitted.
pub async fn make(
    ana: &Client,
    server: &Server,
    kind: &theriac_model::record::Kind,
    product: Option<&str>,
    links: Value,
) -> (String, String) {
    let mut content = (kind.samples)()[0].clone();
    for person in ["owner", "person"] {
        if !content[person].is_null() {
            content[person] = json!("ana");
        }
    }
    let new = json!({ "kind": kind.id, "product": product, "content": content, "links": links });
    let begun = ana.post(server, "/records", &new).await.ok();
    let path = format!("/records/{}", text(&begun["record"]));
    let submit = json!({ "expected": begun["expected"] });
    let submitted = ana.post(server, &format!("{path}/submit"), &submit).await.ok();
    (path, text(&submitted["digest"]))
}

/// Approves a revision.
pub async fn approve(client: &Client, server: &Server, path: &str, digest: &str) {
    client.post(server, &format!("{path}/approve"), &signature(digest)).await.ok();
}

/// The number in a record's path.
pub fn number(path: &str) -> &str {
    path.trim_start_matches("/records/")
}

/// Submits a record once more, with another title, and gives the digest.
pub async fn revise(ana: &Client, server: &Server, path: &str) -> String {
    let draft = ana.get(server, &format!("{path}/draft")).await.ok();
    let mut content = draft["content"].clone();
    content["title"] = json!("Said more exactly");
    let save = json!({ "expected": draft["expected"], "content": content });
    let saved = ana.put(server, &format!("{path}/draft"), &save).await.ok();
    let submit = json!({ "expected": saved["expected"] });
    text(&ana.post(server, &format!("{path}/submit"), &submit).await.ok()["digest"])
}

/// A risk of the product `pump`, submitted: its path and digest.
pub async fn risk(ana: &Client, cleo: &Client, server: &Server) -> (String, String) {
    let (item, digest) = make(ana, server, &kinds::SOFTWARE_ITEM, Some("pump"), json!([])).await;
    approve(cleo, server, &item, &digest).await;
    let (criteria, digest) = make(ana, server, &kinds::RISK_CRITERIA, None, json!([])).await;
    approve(cleo, server, &criteria, &digest).await;
    let links = json!([
        { "type": "affects", "target": number(&item) }, { "type": "scored-under", "target": number(&criteria) }
    ]);
    make(ana, server, &kinds::RISK, Some("pump"), links).await
}

/// How many rows and files of bytes there are, kept or not.
async fn blobs(server: &Server) -> usize {
    let store = server.app.store();
    let rows = store.read().await.unwrap().fetch_all("SELECT digest FROM blob", args![]).await.unwrap();
    let folders = std::fs::read_dir(store.folder().join("blobs")).unwrap();
    let files = folders.map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap().count());
    rows.len() + files.sum::<usize>()
}

on_both_engines!(kinds_and_their_schemas_are_told, |store| {
    let server = Server::new(&store).await;
    let otto = server.client("otto").await;
    let kinds = otto.get(&server, "/kinds").await.ok();
    let risk = kinds.as_array().unwrap().iter().find(|kind| kind["kind"] == "risk").unwrap();
    assert_eq!((&risk["prefix"], &risk["write"]), (&json!("RISK"), &json!("write-risk")));
    let schema = otto.get(&server, "/kinds/risk/schema").await.ok();
    assert_eq!(schema["additionalProperties"], false);
    otto.get(&server, "/kinds/nothing/schema").await.problem(404, "not-found");
});

on_both_engines!(a_record_goes_from_draft_to_approved, |store| {
    let server = Server::new(&store).await;
    let (ana, cleo, otto) =
        (server.client("ana").await, server.client("cleo").await, server.client("otto").await);
    let (record, expected) = begin(&ana, &server, "document", json!({ "title": "Reports" })).await;
    assert_eq!(record, "DOC-1");
    let path = format!("/records/{record}");
    let early = ana.post(&server, &format!("{path}/submit"), &json!({ "expected": expected })).await;
    let errors = early.problem(422, "invalid");
    assert!(errors["errors"].as_array().unwrap().iter().any(|error| error["field"] == "owner"), "{errors}");
    let draft = ana.get(&server, &format!("{path}/draft")).await.ok();
    assert_eq!((&draft["expected"], &draft["next"]), (&json!(expected), &json!(1)));
    otto.get(&server, &format!("{path}/draft")).await.problem(403, "denied");

    let save = json!({ "expected": expected, "content": document("Reports") });
    otto.put(&server, &format!("{path}/draft"), &save).await.problem(403, "denied");
    let saved = ana.put(&server, &format!("{path}/draft"), &save).await.ok();
    let stale = ana.put(&server, &format!("{path}/draft"), &save).await.problem(409, "changed");
    assert_eq!(stale["now"], saved["expected"]);
    let odd = json!({ "expected": saved["expected"], "content": { "title": 5 } });
    assert_eq!(ana.put(&server, &format!("{path}/draft"), &odd).await.field(), "title");
    let odd = json!({ "expected": "x", "content": {} });
    assert_eq!(ana.put(&server, &format!("{path}/draft"), &odd).await.field(), "expected");

    let machine = server.machine("writer", &["read", "write-governance"]).await;
    let submit = json!({ "expected": saved["expected"] });
    machine.post(&server, &format!("{path}/submit"), &submit).await.problem(403, "denied");
    let done = ana.post(&server, &format!("{path}/submit"), &submit).await;
    assert_eq!(done.status, StatusCode::CREATED);
    let digest = text(&done.ok()["digest"]);

    let mut sign = signature(&digest);
    sign["comment"] = json!("x".repeat(2_001));
    assert_eq!(cleo.post(&server, &format!("{path}/approve"), &sign).await.field(), "comment");
    sign["comment"] = json!(" Read with Mei. ");
    ana.post(&server, &format!("{path}/approve"), &sign).await.problem(403, "denied");
    machine.post(&server, &format!("{path}/approve"), &sign).await.problem(403, "denied");
    let wrong = json!({ "digest": digest, "password": "wrong" });
    cleo.post(&server, &format!("{path}/approve"), &wrong).await.problem(403, "not-signed");
    let other = signature(&"0".repeat(64));
    cleo.post(&server, &format!("{path}/approve"), &other).await.problem(409, "changed");
    let approved = cleo.post(&server, &format!("{path}/approve"), &sign).await.ok();
    assert_eq!(approved, json!({ "approved": true, "waiting_for": null }));
    cleo.post(&server, &format!("{path}/approve"), &sign).await.problem(409, "rule");

    let seen = otto.get(&server, &path).await.ok();
    assert_eq!((&seen["state"], &seen["approved"]), (&json!("approved"), &json!(digest)));
    assert_eq!(seen["revision"]["signatures"][0]["person"], "cleo");
    assert_eq!(seen["revision"]["signatures"][0]["comment"], "Read with Mei.");
    assert_eq!(seen["revision"]["author"], "ana");
    assert_eq!(seen["owner"], "ana");
    otto.get(&server, "/records/DOC-99").await.problem(404, "not-found");
    otto.get(&server, &format!("{path}?revision=9")).await.problem(404, "not-found");
});

on_both_engines!(a_revision_is_sent_back_changed_compared_and_retired, |store| {
    let server = Server::new(&store).await;
    let (ana, cleo) = (server.client("ana").await, server.client("cleo").await);
    let (record, first) = submitted(&ana, &server, "Reports").await;
    let path = format!("/records/{record}");
    let back = json!({ "digest": first, "reason": "Say who receives them." });
    ana.post(&server, &format!("{path}/send-back"), &json!({ "digest": first, "reason": "x" }))
        .await
        .problem(403, "denied");
    let empty = json!({ "digest": first, "reason": " " });
    assert_eq!(cleo.post(&server, &format!("{path}/send-back"), &empty).await.field(), "reason");
    assert_eq!(cleo.post(&server, &format!("{path}/send-back"), &back).await.status, StatusCode::NO_CONTENT);
    let draft = ana.get(&server, &format!("{path}/draft")).await.ok();
    assert_eq!(draft["sent_back"], "Say who receives them.");
    let save = json!({ "expected": draft["expected"], "content": document("Reports, received by the team") });
    let saved = ana.put(&server, &format!("{path}/draft"), &save).await.ok();
    let submit = json!({ "expected": saved["expected"] });
    let second = text(&ana.post(&server, &format!("{path}/submit"), &submit).await.ok()["digest"]);
    cleo.post(&server, &format!("{path}/approve"), &signature(&second)).await.ok();

    let diff = ana.get(&server, &format!("{path}/diff?from=2&to=1")).await.ok();
    assert_eq!((&diff["from"], &diff["fields"][0]["field"]), (&json!(1), &json!("title")));
    ana.get(&server, &format!("{path}/diff?from=1&to=7")).await.problem(404, "not-found");
    ana.get(&server, &format!("{path}/diff?from=1")).await.problem(400, "malformed");
    let revisions = ana.get(&server, &format!("{path}/revisions")).await.ok();
    assert_eq!(revisions["items"][1]["state"], "sent back");
    assert_eq!(revisions["items"][0]["signatures"][0]["meaning"], "Document approved for use");
    assert_eq!(
        ana.get(&server, &format!("{path}/revisions?after=2")).await.ok()["items"].as_array().unwrap().len(),
        1
    );
    assert_eq!(ana.get(&server, &format!("{path}/revisions?after=x")).await.field(), "after");
    ana.get(&server, "/records/DOC-9/revisions").await.problem(404, "not-found");

    let retire = json!({ "digest": second, "reason": "Merged into another.", "password": PASSWORD });
    ana.post(&server, &format!("{path}/retire"), &retire).await.problem(403, "denied");
    assert_eq!(cleo.post(&server, &format!("{path}/retire"), &retire).await.status, StatusCode::NO_CONTENT);
    assert_eq!(ana.get(&server, &path).await.ok()["state"], "retired");
    cleo.post(&server, &format!("{path}/retire"), &retire).await.problem(409, "rule");

    let (mistake, digest) = submitted(&ana, &server, "By mistake").await;
    let path = format!("/records/{mistake}");
    let withdraw = json!({ "digest": digest, "reason": "Written twice." });
    let otto = server.client("otto").await;
    otto.post(&server, &format!("{path}/withdraw"), &withdraw).await.problem(403, "denied");
    assert_eq!(
        ana.post(&server, &format!("{path}/withdraw"), &withdraw).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(ana.get(&server, &path).await.ok()["state"], "withdrawn");
    assert_eq!(each(&ana.get(&server, "/records?state=withdrawn").await.ok(), "record"), [mistake]);
    ana.post(&server, &format!("{path}/withdraw"), &withdraw).await.problem(409, "rule");
});

on_both_engines!(records_are_listed_by_filter_and_page, |store| {
    let server = Server::new(&store).await;
    let (ana, otto) = (server.client("ana").await, server.client("otto").await);
    for title in ["Reports", "Updates", "Größen"] {
        submitted(&ana, &server, title).await;
    }
    begin(&ana, &server, "document", json!({ "title": "Draft only" })).await;
    assert_eq!(every(&otto, &server, "/records", 3, "record").await, ["DOC-1", "DOC-2", "DOC-3", "DOC-4"]);
    let found =
        async |query: &str| each(&otto.get(&server, &format!("/records?{query}")).await.ok(), "record");
    assert_eq!(found("state=draft").await, ["DOC-4"]);
    assert_eq!(found("state=in%20review&limit=1").await, ["DOC-1"]);
    assert_eq!(found("q=grossen").await, ["DOC-3"]);
    assert_eq!(found("owner=ana").await.len(), 3);
    assert_eq!(found("kind=risk").await.len(), 0);
    assert_eq!(found("suspect=true").await.len(), 0);
    assert_eq!(found("sort=due").await.len(), 3);
    assert_eq!(otto.get(&server, "/records?sort=colour").await.field(), "sort");
    for address in ["/records", "/records/export"] {
        assert_eq!(otto.get(&server, &format!("{address}?kind=foo")).await.field(), "kind");
        assert_eq!(otto.get(&server, &format!("{address}?state=foo")).await.field(), "state");
    }
    otto.get(&server, "/records?owner=ghost").await.problem(404, "not-found");
    otto.get(&server, "/records?product=ghost").await.problem(404, "not-found");
    otto.get(&server, "/records?suspect=perhaps").await.problem(400, "malformed");
    assert_eq!(otto.get(&server, "/records?after=x").await.field(), "after");
});

on_both_engines!(beginning_takes_a_known_kind_place_and_right, |store| {
    let server = Server::new(&store).await;
    let (ana, otto) = (server.client("ana").await, server.client("otto").await);
    let new = |kind: &str, product: Option<&str>| json!({ "kind": kind, "product": product });
    ana.post(&server, "/records", &new("nothing", None)).await.problem(404, "not-found");
    ana.post(&server, "/records", &new("risk", Some("none"))).await.problem(404, "not-found");
    assert_eq!(ana.post(&server, "/records", &new("risk", None)).await.field(), "scope");
    otto.post(&server, "/records", &new("document", None)).await.problem(403, "denied");
    let keyed = ana.with("idempotency-key", "begin");
    let first = keyed.post(&server, "/records", &new("document", None)).await;
    let second = keyed.post(&server, "/records", &new("document", None)).await;
    assert_eq!((first.text, second.status), (second.text.clone(), StatusCode::CREATED));
    assert_eq!(ana.get(&server, "/records").await.ok()["items"].as_array().unwrap().len(), 1);
});

on_both_engines!(files_are_attached_fetched_and_taken_away, |store| {
    let server = Server::new(&store).await;
    let (ana, otto) = (server.client("ana").await, server.client("otto").await);
    let (record, expected) = begin(&ana, &server, "document", document("Reports")).await;
    let bytes = vec![7_u8; 300_000];
    let path = format!("/records/{record}/files");
    let attach = async |client: &Client, name: &str, expected: &str, bytes: Vec<u8>| {
        let path = format!("/records/{record}/draft/files?name={name}&expected={expected}");
        client.raw(&server, Method::POST, &path, "application/octet-stream", bytes).await
    };
    attach(&otto, "a.bin", &expected, bytes.clone()).await.problem(403, "denied");
    attach(&ana, "a.bin", &expected, Vec::new()).await.problem(400, "malformed");
    attach(&ana, "a.bin", &"0".repeat(64), bytes.clone()).await.problem(409, "changed");
    assert_eq!(attach(&ana, "a%2Fb", &expected, bytes.clone()).await.field(), "file");
    assert_eq!(attach(&ana, "a.bin", "short", bytes.clone()).await.field(), "expected");
    let keyed = ana.with("idempotency-key", "");
    attach(&keyed, "a.bin", &expected, bytes.clone()).await.problem(400, "malformed");
    assert_eq!(blobs(&server).await, 0, "nothing that was refused is left");
    let attached = attach(&ana, "bericht%20%C3%BC.bin", &expected, bytes.clone()).await;
    assert_eq!(attached.status, StatusCode::CREATED, "{attached:?}");
    let draft = ana.get(&server, &format!("/records/{record}/draft")).await.ok();
    assert_eq!(draft["expected"], attached.ok()["expected"]);
    let digest = text(&draft["files"][0]["digest"]);
    let fetched = ana.get(&server, &format!("{path}/{digest}")).await;
    assert_eq!(fetched.text.len(), bytes.len());
    let disposition = fetched.headers["content-disposition"].to_str().unwrap();
    assert!(
        disposition.starts_with("attachment;") && disposition.ends_with("bericht%20%C3%BC.bin"),
        "{disposition}"
    );
    ana.get(&server, &format!("{path}/{}", "0".repeat(64))).await.problem(404, "not-found");
    assert_eq!(ana.get(&server, &format!("{path}/x")).await.field(), "file");
    let expected = text(&draft["expected"]);
    let name = format!("/records/{record}/draft/files/bericht%20%C3%BC.bin?expected={expected}");
    otto.delete(&server, &name).await.problem(403, "denied");
    let after = ana.delete(&server, &name).await.ok();
    let discard = format!("/records/{record}/draft?expected={}", text(&after["expected"]));
    otto.delete(&server, &discard).await.problem(403, "denied");
    assert_eq!(ana.delete(&server, &discard).await.status, StatusCode::NO_CONTENT);
    ana.delete(&server, &format!("/records/{record}/draft")).await.problem(400, "malformed");
});

on_both_engines!(an_export_comes_in_again_as_drafts, |store| {
    let server = Server::new(&store).await;
    let (ana, otto) = (server.client("ana").await, server.client("otto").await);
    submitted(&ana, &server, "Reports").await;
    let mut file = otto.get(&server, "/records/export?kind=document").await.ok();
    assert_eq!(file["records"][0]["state"], "in review");
    otto.post(&server, "/records/import", &file).await.problem(403, "denied");
    let same = ana.post(&server, "/records/import?dry_run=true", &file).await.ok();
    assert_eq!(same[0]["outcome"], "unchanged");
    file["records"][0]["ref"] = json!("DOC-77");
    file["records"][0]["digest"] = json!("short");
    assert_eq!(ana.post(&server, "/records/import", &file).await.field(), "records.0.digest");
    file["records"][0]["digest"] = json!(null);
    let dry = ana.post(&server, "/records/import?dry_run=true", &file).await.ok();
    assert_eq!(dry[0], json!({ "from": "DOC-77", "record": null, "outcome": "new", "left_out": [] }));
    let done = ana.post(&server, "/records/import", &file).await.ok();
    assert_eq!(done[0], json!({ "from": "DOC-77", "record": "DOC-2", "outcome": "new", "left_out": [] }));
    assert_eq!(ana.get(&server, "/records/DOC-2").await.ok()["state"], "draft");
    file["records"][0]["content"]["colour"] = json!("red");
    assert_eq!(ana.post(&server, "/records/import", &file).await.field(), "records.0.content.colour");
    file["version"] = json!(9);
    assert_eq!(ana.post(&server, "/records/import", &file).await.field(), "format");
});

on_both_engines!(a_suspect_link_is_cleared_with_a_reason, |store| {
    let server = Server::new(&store).await;
    let (ana, cleo, otto) =
        (server.client("ana").await, server.client("cleo").await, server.client("otto").await);
    ana.post(&server, "/products", &json!({ "key": "pump", "name": "Pump", "route": "full" })).await.ok();
    let (requirement, first) = make(&ana, &server, &kinds::REQUIREMENT, Some("pump"), json!([])).await;
    approve(&cleo, &server, &requirement, &first).await;
    let target = number(&requirement);
    let links = json!([{ "type": "implemented-by", "target": target }]);
    let (measure, digest) = make(&ana, &server, &kinds::MEASURE, Some("pump"), links).await;
    approve(&cleo, &server, &measure, &digest).await;
    let second = revise(&ana, &server, &requirement).await;
    let clear = |to: &str, reason: &str| json!({ "type": "implemented-by", "target": target, "to": to, "reason": reason });
    let path = format!("{measure}/clear");
    ana.post(&server, &path, &clear(&second, "Same meaning.")).await.problem(409, "rule");
    approve(&cleo, &server, &requirement, &second).await;
    let seen = otto.get(&server, &measure).await.ok();
    assert_eq!(seen["links"][0]["suspect"], true);
    assert_eq!(seen["links"][0]["approved"]["revision"], 2);
    let backlink = &otto.get(&server, &requirement).await.ok()["backlinks"][0];
    assert_eq!(backlink["record"], number(&measure));
    assert_eq!(each(&otto.get(&server, "/records?suspect=true").await.ok(), "record"), [number(&measure)]);
    otto.post(&server, &path, &clear(&second, "Same meaning.")).await.problem(403, "denied");
    ana.post(&server, &path, &clear(&first, "x")).await.problem(409, "changed");
    assert_eq!(ana.post(&server, &path, &clear(&second, "")).await.field(), "reason");
    let cleared = ana.post(&server, &path, &clear(&second, "Same meaning.")).await;
    assert_eq!(cleared.status, StatusCode::NO_CONTENT);
    assert_eq!(otto.get(&server, &measure).await.ok()["links"][0]["suspect"], false);
});

on_both_engines!(possible_harm_takes_a_clinical_signature_besides, |store| {
    let server = Server::new(&store).await;
    let (ana, dan, eve, cleo) = (
        server.client("ana").await,
        server.client("dan").await,
        server.client("eve").await,
        server.client("cleo").await,
    );
    ana.post(&server, "/products", &json!({ "key": "pump", "name": "Pump", "route": "full" })).await.ok();
    let (risk, digest) = risk(&ana, &cleo, &server).await;
    let approved = eve.post(&server, &format!("{risk}/approve"), &signature(&digest)).await.ok();
    assert_eq!(approved["approved"], false);
    assert!(approved["waiting_for"].is_string());
    eve.post(&server, &format!("{risk}/sign-clinical"), &signature(&digest)).await.problem(403, "denied");
    let signed = dan.post(&server, &format!("{risk}/sign-clinical"), &signature(&digest)).await.ok();
    assert_eq!(signed["approved"], true);
    let meanings = ana.get(&server, &risk).await.ok()["meanings"].clone();
    assert_eq!(meanings.as_array().unwrap().len(), 2);
});
