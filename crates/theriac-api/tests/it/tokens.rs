//! Issuing, listing and revoking tokens.

use serde_json::json;
use theriac_store::on_both_engines;

use crate::client::{Client, Server, each, every};

on_both_engines!(a_token_is_issued_used_listed_and_revoked, |store| {
    let server = Server::new(&store).await;
    let adam = server.client("adam").await;
    let machine = server.machine("ci", &["read", "upload-evidence"]).await;
    machine.get(&server, "/products").await.ok();
    let own = machine.get(&server, "/tokens").await.ok();
    assert_eq!((own["items"].as_array().unwrap().len(), &own["items"][0]["name"]), (1, &json!("ci")));
    let denied =
        machine.post(&server, "/products", &json!({ "key": "p", "name": "P", "route": "full" })).await;
    denied.problem(403, "denied");
    server.machine("another", &["read"]).await;
    server.machine("third", &["read"]).await;
    assert_eq!(every(&adam, &server, "/tokens", 2, "name").await, ["another", "ci", "third"]);
    let listed = adam.get(&server, "/tokens").await.ok();
    assert_eq!(listed["items"][1]["permissions"], json!(["read", "upload-evidence"]));
    assert!(!listed.to_string().contains("thr_"));
    assert_eq!(adam.delete(&server, "/tokens/ci").await.status, 204);
    machine.get(&server, "/products").await.problem(401, "unauthenticated");
    adam.delete(&server, "/tokens/ci").await.problem(404, "not-found");
    assert_eq!(each(&adam.get(&server, "/tokens").await.ok(), "name"), ["another", "third"]);
});

on_both_engines!(a_token_that_cannot_be_is_refused, |store| {
    let server = Server::new(&store).await;
    let (adam, ana) = (server.client("adam").await, server.client("ana").await);
    let expires_at = (server.app.now() + jiff::SignedDuration::from_hours(1)).to_string();
    let body = |permissions: &[&str], expires_at: &str| json!({ "name": "x", "permissions": permissions, "expires_at": expires_at });
    let issue = async |client: &Client, permissions: &[&str], expires_at: &str| {
        client.post(&server, "/tokens", &body(permissions, expires_at)).await
    };
    issue(&ana, &["read"], &expires_at).await.problem(403, "denied");
    assert_eq!(issue(&adam, &["fly"], &expires_at).await.field(), "permissions");
    assert_eq!(issue(&adam, &["decide-release"], &expires_at).await.field(), "permissions");
    assert_eq!(issue(&adam, &["read"], "2020-01-01T00:00:00Z").await.field(), "expires_at");
    issue(&adam, &["read"], "soon").await.problem(400, "malformed");
    let product =
        json!({ "name": "x", "permissions": ["read"], "expires_at": expires_at, "product": "none" });
    adam.post(&server, "/tokens", &product).await.problem(404, "not-found");
    issue(&adam, &["read"], &expires_at).await.ok();
    issue(&adam, &["read"], &expires_at).await.problem(409, "exists");
});
