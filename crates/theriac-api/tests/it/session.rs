//! Signing in, CSRF, own sessions and passwords.

use serde_json::json;
use theriac_store::on_both_engines;

use crate::client::{Client, PASSWORD, Server};

on_both_engines!(a_person_signs_in_asks_who_they_are_and_signs_out, |store| {
    let server = Server::new(&store).await;
    let ana = server.client("ana").await;
    let me = ana.get(&server, "/session").await.ok();
    assert_eq!(me["session"]["person"], "ana");
    assert_eq!(me["roles"], json!(["security-officer"]));
    assert!(me["permissions"].as_array().unwrap().contains(&json!("assess-finding")));
    let ended = ana.delete(&server, "/session").await;
    assert_eq!(ended.status, 204);
    assert!(ended.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    ana.get(&server, "/session").await.problem(401, "unauthenticated");

    let machine = server.machine("reader", &["read"]).await;
    let me = machine.get(&server, "/session").await.ok();
    assert_eq!((&me["session"], &me["permissions"]), (&json!(null), &json!(["read"])));
});

on_both_engines!(a_wrong_password_says_nothing_and_slows_down, |store| {
    let server = Server::new(&store).await;
    let sign_in = async |email: &str, password: &str| {
        let body = json!({ "email": email, "password": password });
        Client::nobody().post(&server, "/session", &body).await
    };
    let known = sign_in("ana@lumen.example", "wrong").await.problem(401, "unauthenticated");
    let unknown = sign_in("nobody@lumen.example", "wrong").await.problem(401, "unauthenticated");
    assert_eq!(known, unknown);
    for _ in 0..9 {
        sign_in("ana@lumen.example", "wrong").await.problem(401, "unauthenticated");
    }
    let slowed = sign_in("ana@lumen.example", PASSWORD).await;
    slowed.problem(429, "throttled");
    let seconds: u32 = slowed.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds));
});

on_both_engines!(what_changes_something_needs_the_csrf_token_of_the_session, |store| {
    let server = Server::new(&store).await;
    let (ana, other) = (server.client("ana").await, server.client("ana").await);
    let body = json!({ "key": "pump", "name": "Pump", "route": "full" });
    ana.without("x-csrf-token").post(&server, "/products", &body).await.problem(403, "denied");
    ana.with("x-csrf-token", "x").post(&server, "/products", &body).await.problem(403, "denied");
    let foreign = other.get(&server, "/session").await.ok()["session"]["csrf"].as_str().unwrap().to_owned();
    ana.with("x-csrf-token", &foreign).post(&server, "/products", &body).await.problem(403, "denied");
    ana.without("x-csrf-token").get(&server, "/products").await.ok();
    ana.without("x-csrf-token").delete(&server, "/session").await.problem(403, "denied");
    assert_eq!(ana.post(&server, "/products", &body).await.status, 201);
});

on_both_engines!(a_person_looks_after_their_own_account, |store| {
    let server = Server::new(&store).await;
    let (ben, other) = (server.client("ben").await, server.client("ben").await);
    let sessions = ben.get(&server, "/sessions").await.ok();
    assert_eq!(sessions.as_array().unwrap().len(), 2);
    let foreign = sessions.as_array().unwrap().iter().find(|session| session["this"] == false).unwrap();
    let path = format!("/sessions/{}", foreign["session"].as_str().unwrap());
    assert_eq!(ben.delete(&server, &path).await.status, 204);
    ben.delete(&server, &path).await.problem(404, "not-found");
    assert_eq!(ben.delete(&server, "/sessions/abc").await.field(), "session");
    other.get(&server, "/session").await.problem(401, "unauthenticated");

    let change = async |old: &str, new: &str| {
        ben.post(&server, "/session/password", &json!({ "old": old, "new": new })).await
    };
    assert_eq!(change("wrong", "another long password").await.field(), "old");
    assert_eq!(change(PASSWORD, "short").await.field(), "new");
    let changed = change(PASSWORD, "another long password").await;
    assert_eq!(changed.ok()["own_password"], true);
    ben.get(&server, "/session").await.problem(401, "unauthenticated");
    let cookie = changed.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    Client::nobody().with("cookie", &cookie).get(&server, "/session").await.ok();
});

on_both_engines!(a_bad_way_of_coming_in_is_told_apart, |store| {
    let server = Server::new(&store).await;
    let come =
        async |value: &str| Client::nobody().with("authorization", value).get(&server, "/products").await;
    for value in ["Basic abc", "Bearer", "Bearer nonsense", &format!("Bearer thr_{}", "0".repeat(72))] {
        come(value).await.problem(401, "unauthenticated");
    }
    Client::nobody()
        .with("cookie", "theriac-session=x")
        .get(&server, "/products")
        .await
        .problem(401, "unauthenticated");
});

on_both_engines!(from_inside_the_process_no_session_is_needed_but_nothing_is_signed, |store| {
    let server = Server::new(&store).await.inside(&theriac_service::Who::system("cli"));
    let body = json!({ "key": "pump", "name": "Pump", "route": "full" });
    assert_eq!(Client::nobody().post(&server, "/products", &body).await.status, 201);
    let erase = json!({ "password": PASSWORD });
    Client::nobody().post(&server, "/people/ben/erase", &erase).await.problem(403, "not-signed");
    Client::nobody().get(&server, "/sessions").await.problem(403, "denied");
    let decision =
        json!({ "decision": "ship", "reason": "x", "shown": "0".repeat(64), "password": PASSWORD });
    Client::nobody()
        .post(&server, "/products/pump/releases/1/decisions", &decision)
        .await
        .problem(403, "denied");
});
