//! Facts, verdicts, the gate, decisions and the pack.

use serde_json::{Value, json};
use theriac_conformity::{Conformity, Facts, Gate};
use theriac_service::gate;
use theriac_store::on_both_engines;

use crate::client::{Client, PASSWORD, Server};

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
    assert_eq!((&decisions[0]["decision"], &decisions[0]["person"]), (&json!("postpone"), &json!("ana")));
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
    assert_eq!(otto.get(&server, &path).await.ok(), json!([]));
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
        "comment"
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
    let own = ana.get(&server, "/duties").await.ok();
    assert_eq!(ana.get(&server, "/duties?person=ana").await.ok(), own);
    let ci = server.machine("ci", &["read-gate"]).await;
    ci.get(&server, "/duties").await.problem(400, "malformed");
    assert_eq!(ci.get(&server, "/duties?person=ana").await.ok(), own);
    assert!(!own.as_array().unwrap().is_empty(), "the release's manager owes what nobody else does");
});
