//! A request sent twice under one key is carried out once.

use serde_json::json;
use theriac_store::on_both_engines;

use crate::client::{COMMIT, Server};

on_both_engines!(the_same_request_is_answered_the_same_and_carried_out_once, |store| {
    let server = Server::new(&store).await;
    let ana = server.client("ana").await;
    let body = json!({ "key": "pump", "name": "Pump", "route": "full" });
    let keyed = ana.with("idempotency-key", "one");
    let first = keyed.post(&server, "/products", &body).await;
    assert_eq!(first.status, 201, "{first:?}");
    let seq = server.seq().await;
    let second = keyed.post(&server, "/products", &body).await;
    assert_eq!((second.status, &second.text), (first.status, &first.text));
    assert_eq!(second.headers["idempotency-replayed"], "true");
    assert!(!first.headers.contains_key("idempotency-replayed"));
    assert_eq!(server.seq().await, seq);

    let other = json!({ "key": "gateway", "name": "Gateway", "route": "full" });
    keyed.post(&server, "/products", &other).await.problem(422, "idempotency-key");
    let ana_two = server.client("ana").await.with("idempotency-key", "one");
    assert_eq!(ana_two.post(&server, "/products", &body).await.text, first.text, "the key is the person's");
    let long = ana.with("idempotency-key", &"x".repeat(201));
    long.post(&server, "/products", &other).await.problem(400, "malformed");
});

on_both_engines!(a_request_that_failed_may_be_sent_again_under_its_key, |store| {
    let server = Server::new(&store).await;
    let ana = server.client("ana").await.with("idempotency-key", "retry");
    let build = json!({ "build": "rc.1", "commit": COMMIT });
    ana.post(&server, "/products/pump/releases/1.0/builds", &build).await.problem(404, "not-found");
    let without = server.client("ana").await;
    without.post(&server, "/products", &json!({ "key": "pump", "name": "Pump", "route": "full" })).await.ok();
    without.post(&server, "/products/pump/releases", &json!({ "release": "1.0" })).await.ok();
    assert_eq!(ana.post(&server, "/products/pump/releases/1.0/builds", &build).await.status, 201);
    assert_eq!(ana.post(&server, "/products/pump/releases/1.0/builds", &build).await.status, 201);
    let builds = without.get(&server, "/products/pump/releases/1.0/builds").await.ok();
    assert_eq!(builds["items"].as_array().unwrap().len(), 1);
});

on_both_engines!(two_at_once_are_carried_out_once, |store| {
    let server = Server::new(&store).await;
    let ana = server.client("ana").await.with("idempotency-key", "race");
    ana.without("idempotency-key")
        .post(&server, "/products", &json!({ "key": "pump", "name": "Pump", "route": "full" }))
        .await
        .ok();
    let body = json!({ "release": "1.0" });
    let send = || ana.post(&server, "/products/pump/releases", &body);
    let answers = tokio::join!(send(), send(), send(), send());
    for answer in [answers.0, answers.1, answers.2, answers.3] {
        if answer.status != 201 {
            answer.problem(409, "repeated");
        }
    }
    let releases = ana.get(&server, "/products/pump/releases").await.ok();
    assert_eq!(releases["items"].as_array().unwrap().len(), 1);
    assert_eq!(send().await.status, 201, "its answer is there now");
});

on_both_engines!(a_secret_is_not_kept_for_a_second_answer, |store| {
    let server = Server::new(&store).await;
    let adam = server.client("adam").await.with("idempotency-key", "token");
    let expires_at = server.app.now() + jiff::SignedDuration::from_hours(1);
    let body = json!({ "name": "ci", "permissions": ["read"], "expires_at": expires_at });
    assert_eq!(adam.post(&server, "/tokens", &body).await.status, 201);
    adam.post(&server, "/tokens", &body).await.problem(409, "repeated");
    let listed = adam.get(&server, "/tokens").await.ok();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
});

on_both_engines!(answers_are_kept_for_two_days, |store| {
    let server = Server::new(&store).await;
    let machine = server.machine("builds", &["add-build", "read"]).await;
    let ana = server.client("ana").await;
    ana.post(&server, "/products", &json!({ "key": "pump", "name": "Pump", "route": "full" })).await.ok();
    ana.post(&server, "/products/pump/releases", &json!({ "release": "1.0" })).await.ok();
    let path = "/products/pump/releases/1.0/builds";
    let first = json!({ "build": "rc.1", "commit": COMMIT });
    machine.with("idempotency-key", "first").post(&server, path, &first).await.ok();
    store.clock.advance_days(3);
    let adam = server.client("adam").await;
    let expires_at = server.app.now() + jiff::SignedDuration::from_hours(1);
    let token = json!({ "name": "later", "permissions": ["add-build"], "expires_at": expires_at });
    adam.post(&server, "/tokens", &token).await.ok();
    let ana = server.client("ana").await;
    let second = json!({ "build": "rc.2", "commit": COMMIT });
    ana.with("idempotency-key", "second").post(&server, path, &second).await.ok();
    let mut read = server.app.store().read().await.unwrap();
    let count = "SELECT COUNT(*) AS n FROM idempotency";
    let kept: i64 = read.fetch_one(count, theriac_store::args![]).await.unwrap().get("n").unwrap();
    assert_eq!(kept, 1, "the older one is forgotten");
});

on_both_engines!(no_digest_of_a_password_is_kept, |store| {
    let server = Server::new(&store).await;
    let adam = server.client("adam").await.with("idempotency-key", "person");
    let body = |password: &str| json!({ "key": "lea", "name": "Lea", "email": "lea@lumen.example", "from": "2026-01-05", "password": password });
    adam.post(&server, "/people", &body("a long enough password")).await.ok();
    // The same request but for the password is the same: nothing that is kept hangs on it.
    let again = adam.post(&server, "/people", &body("another long password")).await;
    assert_eq!(again.headers["idempotency-replayed"], "true");
});
