//! Facts, verdicts, the gate, decisions and the pack.

use serde_json::{Value, json};
use theriac_conformity::{Conformity, Facts, Gate};
use theriac_model::kinds;
use theriac_service::gate;
use theriac_store::on_both_engines;
use theriac_store::tables::packs;

use crate::client::{Client, PASSWORD, Server};
use crate::records::{approve, make};

const RELEASE: &str = "/products/pump/releases/1.0";

/// A release under the built-in pack.
pub async fn with_release(server: &Server) -> Client {
    gate::ensure_built_in(&server.app).await.unwrap();
    let ana = server.client("ana").await;
    ana.post(server, "/products", &json!({ "key": "pump", "name": "Pump", "route": "full" })).await.ok();
    ana.post(server, "/products/pump/releases", &json!({ "release": "1.0", "manager": "ana" })).await.ok();
    ana
}

on_both_engines!(facts_verdicts_and_gate_are_read_for_any_day, |store| {
    let server = Server::new(&store).await;
    with_release(&server).await;
    let ci = server.machine("ci", &["read-gate"]).await;
    let facts = ci.get(&server, &format!("{RELEASE}/facts")).await;
    let facts: Facts = serde_json::from_value(facts.ok()).unwrap();
    assert_eq!(facts.product.reference, "pump");
    let verdicts = ci.get(&server, &format!("{RELEASE}/conformity")).await.ok();
    let verdicts: Conformity = serde_json::from_value(verdicts).unwrap();
    assert!(verdicts.provisional && verdicts.clauses.len() > 50);
    let gate: Gate = serde_json::from_value(ci.get(&server, &format!("{RELEASE}/gate")).await.ok()).unwrap();
    assert!(!gate.open);
    let today = verdicts.at;
    ci.get(&server, &format!("{RELEASE}/conformity?at={today}")).await.ok();
    for page in ["facts", "conformity", "gate"] {
        assert_eq!(ci.get(&server, &format!("{RELEASE}/{page}?at=2999-01-01")).await.field(), "at");
        ci.get(&server, &format!("{RELEASE}/{page}?at=soon")).await.problem(400, "malformed");
        ci.get(&server, &format!("/products/pump/releases/9/{page}")).await.problem(404, "not-found");
        ci.get(&server, &format!("/products/none/releases/1.0/{page}")).await.problem(404, "not-found");
    }
});

on_both_engines!(a_person_decides_on_what_was_shown_and_machines_never, |store| {
    let server = Server::new(&store).await;
    let ana = with_release(&server).await;
    let (ben, ci) = (server.client("ben").await, server.machine("ci", &["read-gate"]).await);
    let preview = ci.get(&server, &format!("{RELEASE}/gate/preview")).await.ok();
    assert_eq!(preview["gate"]["open"], false);
    let path = format!("{RELEASE}/decisions");
    let decision = |word: &str, shown: &Value, password: &str| json!({ "decision": word, "reason": "Not yet.", "shown": shown, "password": password });
    let shown = &preview["shown"];
    ci.post(&server, &path, &decision("postpone", shown, PASSWORD)).await.problem(403, "denied");
    ben.post(&server, &path, &decision("postpone", shown, PASSWORD)).await.problem(403, "denied");
    ana.post(&server, &path, &decision("postpone", shown, "wrong")).await.problem(403, "not-signed");
    assert_eq!(ana.post(&server, &path, &decision("perhaps", shown, PASSWORD)).await.field(), "decision");
    assert_eq!(ana.post(&server, &path, &decision("postpone", &json!("x"), PASSWORD)).await.field(), "shown");
    let stale = json!("0".repeat(64));
    ana.post(&server, &path, &decision("postpone", &stale, PASSWORD)).await.problem(409, "changed");
    ana.post(&server, &path, &decision("ship", shown, PASSWORD)).await.problem(409, "rule");
    ana.post(&server, &path, &decision("withdraw", shown, PASSWORD)).await.problem(409, "rule");
    assert_eq!(ana.post(&server, &path, &decision("postpone", shown, PASSWORD)).await.status, 204);
    let decisions = ci.get(&server, &path).await.ok();
    assert_eq!(
        (&decisions["items"][0]["decision"], &decisions["items"][0]["person"]),
        (&json!("postpone"), &json!("ana"))
    );
    assert_eq!(ana.get(&server, RELEASE).await.ok()["decided"], false);
    ana.get(&server, "/products/pump/releases/9/decisions").await.problem(404, "not-found");
    ana.post(&server, "/products/pump/releases/9/decisions", &decision("postpone", shown, PASSWORD))
        .await
        .problem(404, "not-found");
});

on_both_engines!(a_baseline_is_adopted_by_those_who_decide, |store| {
    let server = Server::new(&store).await;
    let ana = with_release(&server).await;
    let otto = server.client("otto").await;
    let path = format!("{RELEASE}/baseline");
    assert_eq!(otto.get(&server, &path).await.ok(), json!({ "items": [], "next": null }));
    assert_eq!(otto.get(&server, &format!("{path}?after=x")).await.field(), "after");
    otto.get(&server, "/products/pump/releases/9/baseline").await.problem(404, "not-found");
    let named = json!([{ "record": "RISK-1", "revision": "0".repeat(64) }]);
    let adopt = json!({ "revisions": named, "password": PASSWORD });
    otto.post(&server, &path, &adopt).await.problem(403, "denied");
    ana.post(&server, &path, &adopt).await.problem(409, "changed");
    let none = json!({ "revisions": [], "password": PASSWORD });
    assert_eq!(ana.post(&server, &path, &none).await.field(), "revisions");
});

on_both_engines!(the_pack_is_read_and_adopted_by_signature, |store| {
    let server = Server::new(&store).await;
    let ana = with_release(&server).await;
    let otto = server.client("otto").await;
    let pack = otto.get(&server, "/pack").await.ok();
    assert!(pack["clauses"].as_array().unwrap().len() > 50);
    assert_eq!(pack["adoption"], json!(null));
    let adopt = |digest: &Value, copy_of: &str, password: &str| json!({ "digest": digest, "copy_of": copy_of, "password": password });
    let copy = "IEC 81001-5-1:2021, bought 2025-02-03";
    otto.post(&server, "/pack/adopt", &adopt(&pack["digest"], copy, PASSWORD)).await.problem(403, "denied");
    ana.post(&server, "/pack/adopt", &adopt(&pack["digest"], copy, "wrong")).await.problem(403, "not-signed");
    assert_eq!(
        ana.post(&server, "/pack/adopt", &adopt(&pack["digest"], "", PASSWORD)).await.field(),
        "copy_of"
    );
    let other = json!("0".repeat(64));
    ana.post(&server, "/pack/adopt", &adopt(&other, copy, PASSWORD)).await.problem(409, "changed");
    assert_eq!(ana.post(&server, "/pack/adopt", &adopt(&pack["digest"], copy, PASSWORD)).await.status, 204);
    let adopted = otto.get(&server, "/pack").await.ok();
    assert_eq!(
        (&adopted["adoption"]["person"], &adopted["adoption"]["copy_of"]),
        (&json!("ana"), &json!(copy))
    );
    let verdicts = otto.get(&server, &format!("{RELEASE}/conformity")).await.ok();
    assert_eq!(verdicts["provisional"], false);
});

on_both_engines!(duties_are_told_to_those_who_owe_them, |store| {
    let server = Server::new(&store).await;
    let ana = with_release(&server).await;
    let own = ana.get(&server, "/duties?limit=200").await.ok();
    assert_eq!(ana.get(&server, "/duties?person=ana&limit=200").await.ok(), own);
    let ci = server.machine("ci", &["read-gate"]).await;
    ci.get(&server, "/duties").await.problem(400, "malformed");
    assert_eq!(ci.get(&server, "/duties?person=ana&limit=200").await.ok(), own);
    assert_eq!(ci.get(&server, "/duties?person=nobody").await.field(), "person");
    let first = ana.get(&server, "/duties?limit=1").await.ok();
    let next =
        ana.get(&server, &format!("/duties?limit=200&after={}", first["next"].as_str().unwrap())).await.ok();
    let all: Vec<_> =
        [first, next].iter().flat_map(|page| page["items"].as_array().unwrap().clone()).collect();
    assert_eq!(json!(all), own["items"]);
    assert_eq!(ana.get(&server, "/duties?after=nonsense").await.field(), "after");
    assert!(!own["items"].as_array().unwrap().is_empty(), "the release's manager owes what nobody else does");
});

/// Puts a pack in force whose only clause a release without requirements meets.
async fn small_pack(server: &Server) {
    let clauses = r#"
[[clause]]
number = "5.2.1"
title = "Requirements"
level = "product"
confidence = "P"
kind = "computed"
duty = "Approve them."
[[clause.check]]
id = "5.2.1-a"
title = "Each requirement is approved"
over = "requirements"
pass = "r.approved"
none = "met"
todo = "Approve this requirement"
owes = "r.owner"
due = "release.planned_ship_date"
"#;
    let head = "id = \"small\"\ntitle = \"Small\"\n[confidence]\nP = \"x\"\n";
    let files = [("pack.toml", head), ("clauses/all.toml", clauses)];
    let pack = theriac_conformity::Pack::load(&files).unwrap();
    let mut write = server.app.store().write(theriac_store::Act::system("pack activate")).await.unwrap();
    let files = serde_json::to_string(&files).unwrap();
    let stored = packs::StoredPack { digest: pack.digest, id: pack.id.clone(), files };
    packs::activate(&mut write, &stored).await.unwrap();
    write.audit("pack:small".to_owned(), None, Some(pack.digest), json!({}));
    write.commit().await.unwrap();
}

/// Decides that 1.0 ships: with the small pack, which is adopted, and a build with an artefact.
async fn shipped(server: &Server) -> Client {
    let ana = crate::evidence::with_build(server).await;
    small_pack(server).await;
    let digest = &ana.get(server, "/pack").await.ok()["digest"];
    let adopt = json!({ "digest": digest, "copy_of": "Copy 17", "password": PASSWORD });
    ana.post(server, "/pack/adopt", &adopt).await.ok();
    let manifest = json!({
        "format": "theriac-build-manifest", "version": 1, "commit": "0123456789abcdef0123456789abcdef01234567",
        "predecessor": null, "authors": [{ "name": "ben Example", "email": "ben@lumen.example" }], "changed": [],
        "artefacts": [{ "name": "pump.bin", "sha256": "1".repeat(64) }],
    });
    crate::evidence::hand_in(&ana, server, "name=build.json&build=rc.1", manifest.to_string()).await.ok();
    let shown = &ana.get(server, &format!("{RELEASE}/gate/preview")).await.ok()["shown"];
    let ship = json!({ "decision": "ship", "reason": "Well.", "shown": shown, "password": PASSWORD });
    ana.post(server, &format!("{RELEASE}/decisions"), &ship).await.ok();
    ana
}

on_both_engines!(what_a_signature_on_newer_revisions_covers_is_shown_before, |store| {
    let server = Server::new(&store).await;
    let ana = shipped(&server).await;
    ana.post(&server, "/products/pump/releases", &json!({ "release": "1.1", "based_on": "1.0" })).await.ok();
    let (record, digest) = make(&ana, &server, &kinds::REQUIREMENT, Some("pump"), json!([])).await;
    approve(&server.client("cleo").await, &server, &record, &digest).await;
    let base = "/products/pump/releases/1.1/baseline";
    let moved = ana.get(&server, base).await.ok();
    let moved = &moved["items"];
    assert_eq!((&moved[0]["record"], &moved[0]["revision"]), (&json!("REQ-1"), &json!(digest)));
    let beyond = ana.get(&server, &format!("{base}?after=requirement~1&limit=1")).await.ok();
    assert_eq!(beyond["items"], json!([]));

    let otto = server.client("otto").await;
    let preview =
        async |revisions: &str| otto.get(&server, &format!("{base}/adoption?revisions={revisions}")).await;
    let shown = preview(&format!("REQ-1@{digest}")).await.ok();
    assert_eq!(&shown["items"], moved);
    assert_eq!(preview("REQ-1").await.field(), "revisions");
    assert_eq!(preview("REQ-1@short").await.field(), "revisions");
    assert_eq!(preview("").await.field(), "revisions");
    preview(&format!("REQ-1@{}", "0".repeat(64))).await.problem(409, "changed");
    otto.get(&server, &format!("{base}/adoption")).await.problem(400, "malformed");
    let ghost = "/products/pump/releases/9/baseline/adoption?revisions=REQ-1@x";
    assert_eq!(otto.get(&server, ghost).await.field(), "revisions");

    let named = json!([{ "record": "REQ-1", "revision": digest }]);
    let adopt = json!({ "revisions": named, "password": PASSWORD });
    assert_eq!(ana.post(&server, base, &adopt).await.status, 204);
    let log = otto.get(&server, "/audit?action=revisions+adopt").await.ok();
    assert_eq!(log["items"][0]["changes"][0]["after"], shown["signed"], "what was shown was signed");
    preview(&format!("REQ-1@{digest}")).await.problem(409, "changed");
});

on_both_engines!(what_others_let_pass_is_told_to_who_looks_after_them, |store| {
    let server = Server::new(&store).await;
    let ana = shipped(&server).await;
    let new = json!({ "release": "1.1", "manager": "ana", "planned_ship_date": "2026-03-01" });
    ana.post(&server, "/products/pump/releases", &new).await.ok();
    make(&ana, &server, &kinds::REQUIREMENT, Some("pump"), json!([])).await;
    let of = async |client: &Client| client.get(&server, "/duties/overdue").await.ok()["items"].clone();
    assert_eq!(of(&server.client("otto").await).await, json!([]), "nothing is overdue yet");
    let adam = server.client("adam").await;
    let place = json!({ "manager": "mei", "from": "2026-02-01" });
    adam.put(&server, "/people/ana/place", &place).await.ok();

    store.clock.advance_days(100);
    let (otto, mei, ben) =
        (server.client("otto").await, server.client("mei").await, server.client("ben").await);
    let all = of(&otto).await;
    let requirement = all.as_array().unwrap().iter().find(|owed| owed["clause"] == "5.2.1").unwrap();
    assert_eq!((&requirement["owner"], &requirement["due"]), (&json!("ana"), &json!("2026-03-01")));
    assert!(requirement["ref"].as_str().unwrap().starts_with("REQ-1"), "{requirement}");
    assert_eq!(of(&mei).await, all, "Ana reports to her");
    assert_eq!(of(&ben).await, json!([]), "he looks after nobody");
    assert_eq!(of(&server.client("ana").await).await, json!([]), "her own are no others'");
    let reader = server.machine("reader", &["read-gate", "read-audit"]).await;
    assert_eq!(of(&reader).await, all);
    assert_eq!(of(&server.machine("ci", &["read-gate"]).await).await, json!([]));
});
