//! The doors of the organisation: people, their roles, sessions and tokens.

use axum::http::Method;
use serde_json::json;
use theriac_store::on_both_engines;

use super::Knocker;
use crate::client::{Client, PASSWORD, Server};

/// The doors that are tried here.
pub const DOORS: &[&str] = &[
    "PATCH /organisation",
    "POST /people",
    "POST /people/{person}/addresses",
    "POST /people/{person}/addresses/withdraw",
    "POST /people/{person}/erase",
    "POST /people/{person}/grants",
    "POST /people/{person}/grants/withdraw",
    "POST /people/{person}/leave",
    "POST /people/{person}/password",
    "PUT /people/{person}/place",
    "POST /session",
    "POST /session/password",
    "POST /tokens",
];

on_both_engines!(the_doors_of_the_organisation_refuse_bad_bodies, |store| {
    let server = Server::new(&store).await;
    let (adam, ana, ben) =
        (server.client("adam").await, server.client("ana").await, server.client("ben").await);
    ana.post(&server, "/products", &json!({ "key": "pump", "name": "Pump", "route": "full" })).await.ok();
    let mut door = Knocker::new(&server).await;
    door.knock(&adam, Method::PATCH, "/organisation", &json!({ "accept_defects": true })).await;
    let person = json!({
        "key": "pia", "name": "Pia Example", "email": "pia@lumen.example", "department": "quality", "manager": "otto",
        "external": true, "roles": ["tester"], "password": PASSWORD, "from": "2025-12-01",
    });
    door.post(&adam, "/people", person).await;
    let place =
        json!({ "department": "research", "manager": "ana", "external": false, "from": "2026-03-01" });
    door.put(&adam, "/people/pia/place", place).await;
    let grant = json!({ "role": "developer", "product": "pump" });
    door.post(&adam, "/people/pia/grants", grant.clone()).await;
    door.post(&adam, "/people/pia/grants/withdraw", grant).await;
    let address = json!({ "address": "pia@home.example" });
    door.post(&adam, "/people/pia/addresses", address.clone()).await;
    door.post(&adam, "/people/pia/addresses/withdraw", address).await;
    door.post(&adam, "/people/pia/password", json!({ "password": "quite another one" })).await;
    door.post(&adam, "/people/pia/leave", json!({ "from": "2026-01-05" })).await;
    door.post(&adam, "/people/pia/erase", json!({ "password": PASSWORD })).await;
    let expires_at = server.app.now() + jiff::SignedDuration::from_hours(24);
    let token = json!({ "name": "ci", "permissions": ["read"], "product": "pump", "expires_at": expires_at });
    door.post(&adam, "/tokens", token).await;
    door.post(&ben, "/session/password", json!({ "old": PASSWORD, "new": "another long password" })).await;
    let sign_in = json!({ "email": "mei@lumen.example", "password": PASSWORD });
    door.post(&Client::nobody(), "/session", sign_in).await;
    door.all_of(DOORS);
});
