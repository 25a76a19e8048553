//! Odd addresses: paths that name nothing, queries that no list takes, paging keys that were forged.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};
use theriac_store::on_both_engines;
use theriac_store::testing::TestStore;

use super::{Knocker, refused};
use crate::client::{COMMIT, Server};
use crate::evidence::RELEASE;
use crate::findings::with_finding;

/// Segments of an address that name nothing.
const NO_NAME: &[&str] = &[
    "%2e%2e%2f%2e%2e%2fetc",
    "a%2Fb",
    "%00",
    "a%00b",
    "%ff",
    "%0d%0aX:1",
    "%F0%9F%92%A5",
    "'%20OR%20'1'='1",
    "-1",
    "99999999999999999999",
    "RISK-99999999999999999999",
    "RISK-0",
    "RISK--1",
    "EVID-%D9%A1",
];
/// What no list takes as its limit.
const NO_LIMIT: &[&str] = &[
    "0",
    "201",
    "-1",
    "4294967295",
    "4294967296",
    "18446744073709551616",
    "1e3",
    "0x10",
    "1.5",
    "",
    "%D9%A1",
];
/// Values that most parameters refuse, and that none may stumble over.
const ODD: &[&str] = &[
    "",
    "%00",
    "%ff",
    "'%20OR%20'1'='1",
    "-1",
    "99999999999999999999",
    "9223372036854775807",
    "99999-01-01",
    "-009999-01-01",
    "9999-12-31",
    "%F0%9F%92%A5",
    "a%2Fb",
    "eyJhIjoxfQ",
];

/// Every operation with one segment of its path that is odd.
/// With `in_query`, a parameter of its query; and whether it must be refused.
fn odd_addresses(in_query: bool) -> Vec<(Method, String, bool)> {
    let document: Value = serde_json::from_str(&theriac_api::openapi()).unwrap();
    let mut found = Vec::new();
    let long = "x".repeat(5000);
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let method: Method = method.to_uppercase().parse().unwrap();
            let path = path.trim_start_matches("/api/v1");
            let empty = Vec::new();
            let parameters = operation["parameters"].as_array().unwrap_or(&empty);
            let named = |place: &str| -> Vec<&str> {
                let there = parameters.iter().filter(|parameter| parameter["in"] == place);
                there.map(|parameter| parameter["name"].as_str().unwrap()).collect()
            };
            for name in named("path").into_iter().filter(|_| !in_query) {
                for odd in NO_NAME.iter().copied().chain([&*long]) {
                    let address = filled(&path.replace(&format!("{{{name}}}"), odd));
                    found.push((method.clone(), address, true));
                }
            }
            for name in named("query").into_iter().filter(|_| in_query && method == Method::GET) {
                let odd = if name == "limit" { NO_LIMIT } else { ODD };
                for value in odd.iter().copied().chain([&*long]) {
                    found.push((method.clone(), format!("{}?{name}={value}", filled(path)), name == "limit"));
                }
            }
        }
    }
    found
}

/// The path with what is there in the place of its parameters.
fn filled(path: &str) -> String {
    let there = [
        ("product", "pump"),
        ("release", "1.0"),
        ("evidence", "EVID-1"),
        ("finding", "FIND-1"),
        ("record", "DOC-1"),
        ("kind", "document"),
        ("person", "ana"),
    ];
    there.iter().fold(path.to_owned(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value))
}

async fn knock_at_odd_addresses(store: &TestStore, in_query: bool) -> usize {
    let server = Server::new(store).await;
    let ana = with_finding(&server).await;
    ana.post(&server, "/records", &json!({ "kind": "document", "content": { "title": "T" } })).await.ok();
    let adam = server.client("adam").await;
    let knocker = Knocker::new(&server).await;
    let before = knocker.stored().await;
    let mut answered = 0;
    for (method, path, refuse) in odd_addresses(in_query) {
        let own = ["/people", "/tokens", "/sessions"].iter().any(|own| path.starts_with(own));
        let who = if own { &adam } else { &ana };
        let answer = who.raw(&server, method.clone(), &path, "", Body::empty()).await;
        if refuse || !answer.status.is_success() {
            refused(&format!("{method} {path}"), &answer, &server);
        } else {
            answered += 1;
        }
    }
    knocker.unchanged(&before, "odd addresses").await;
    answered
}

on_both_engines!(odd_paths_are_refused, |store| {
    assert_eq!(knock_at_odd_addresses(&store, false).await, 0);
});

on_both_engines!(odd_queries_are_refused_or_answered, |store| {
    let answered = knock_at_odd_addresses(&store, true).await;
    assert!(answered > 20, "some parameters take any text");
});

on_both_engines!(forged_paging_keys_are_refused_or_answered, |store| {
    let server = Server::new(&store).await;
    let ana = with_finding(&server).await;
    for key in ["gateway", "monitor"] {
        ana.post(&server, "/products", &json!({ "key": key, "name": key, "route": "full" })).await.ok();
        ana.post(&server, "/records", &json!({ "kind": "document", "content": { "title": key } })).await.ok();
        ana.post(&server, &format!("{RELEASE}/builds"), &json!({ "build": key, "commit": COMMIT }))
            .await
            .ok();
        let path = format!("/products/{key}/releases");
        ana.post(&server, &path, &json!({ "release": "1.0" })).await.ok();
    }
    let lists = [
        "/products?",
        "/releases?",
        "/records?",
        "/records?sort=due&",
        "/records?sort=changed&",
        "/people?",
        "/audit?",
        "/products/pump/releases/1.0/builds?",
        "/products/pump/releases/1.0/components?",
    ];
    let otto = server.client("otto").await;
    let mut forged = 0;
    for list in lists {
        let page = otto.get(&server, &format!("{list}limit=1")).await.ok();
        let Some(next) = page["next"].as_str() else { continue };
        let half = &next[..next.len() / 2];
        let keys = [
            half.to_owned(),
            format!("{next}0"),
            format!("{next}%00"),
            next.replace(['1', 'a'], "%F0%9F%92%A5"),
        ];
        for key in keys {
            let path = format!("{list}limit=1&after={key}");
            let answer = otto.get(&server, &path).await;
            if !answer.status.is_success() {
                refused(&path, &answer, &server);
            }
            forged += 1;
        }
    }
    assert!(forged > 20, "the lists have a second page");
});
