//! All operations at once: who gets in, and that the description says the same.

use axum::http::Method;
use serde_json::{Map, Value, json};
use theriac_api::Needs;
use theriac_store::on_both_engines;

use crate::client::{Client, PASSWORD, Server};

/// The path with its parameters filled in.
fn filled(path: &str) -> String {
    let path = path.strip_prefix("/api/v1").unwrap();
    let segment = |segment: &str| if segment.starts_with('{') { "x".to_owned() } else { segment.to_owned() };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

on_both_engines!(nobody_gets_in_where_something_is_needed, |store| {
    let server = Server::new(&store).await;
    for (method, path, needs) in theriac_api::operations() {
        let method: Method = method.parse().unwrap();
        let answer =
            Client::nobody().raw(&server, method.clone(), &filled(&path), "application/json", "{}").await;
        match needs {
            Needs::Nobody(why) => assert!(!why.is_empty() && answer.status != 401, "{method} {path}"),
            _ => {
                answer.problem(401, "unauthenticated");
                assert_eq!(answer.headers["www-authenticate"], "Bearer", "{method} {path}");
            }
        }
    }
});

on_both_engines!(a_person_without_a_role_gets_nowhere, |store| {
    let server = Server::new(&store).await;
    let nemo = server.client("nemo").await;
    for (method, path, needs) in theriac_api::operations() {
        if matches!(needs, Needs::Permission(_) | Needs::AnyOf(_)) {
            let method: Method = method.parse().unwrap();
            let answer = nemo.raw(&server, method.clone(), &filled(&path), "application/json", "{}").await;
            answer.problem(403, "denied");
        }
    }
});

on_both_engines!(a_machine_gets_nowhere_where_only_people_do, |store| {
    let server = Server::new(&store).await;
    let all: Vec<&str> = theriac_auth::Permission::ALL
        .iter()
        .filter(|permission| permission.hands() == theriac_auth::Hands::Anyone)
        .map(|permission| permission.as_str())
        .collect();
    let machine = server.machine("all that machines may", &all).await;
    let mut people_only = 0;
    for (method, path, needs) in theriac_api::operations() {
        let only = match needs {
            Needs::Oneself => true,
            Needs::Permission(permission) => permission.hands() != theriac_auth::Hands::Anyone,
            Needs::AnyOf(permissions) => {
                permissions.iter().all(|permission| permission.hands() != theriac_auth::Hands::Anyone)
            }
            Needs::Nobody(_) | Needs::SignedIn => false,
        };
        if only {
            let method: Method = method.parse().unwrap();
            let answer = machine.raw(&server, method, &filled(&path), "application/json", "{}").await;
            answer.problem(403, "denied");
            people_only += 1;
        }
    }
    assert!(people_only > 10);
});

/// Every operation that takes a signature, as method and path.
const SIGNING: [&str; 11] = [
    "post /assessments/{set}/sign",
    "post /assessments/{set}/sign-clinical",
    "post /evidence/{evidence}/disqualify",
    "post /pack/adopt",
    "post /people/{person}/erase",
    "post /products/{product}/releases/{release}/baseline",
    "post /products/{product}/releases/{release}/carried",
    "post /products/{product}/releases/{release}/decisions",
    "post /records/{record}/approve",
    "post /records/{record}/retire",
    "post /records/{record}/sign-clinical",
];

/// The operations that take one's own password once more, by which alone a signature is made: method and path, security,
/// and a body with every member that must be there.
fn signing(document: &Value) -> Vec<(String, Value, Value)> {
    let mut found = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let mut schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            if let Some(reference) = schema["$ref"].as_str() {
                schema = document.pointer(reference.strip_prefix('#').unwrap()).unwrap();
            }
            let password = schema["properties"]["password"]["description"].as_str().unwrap_or_default();
            if !password.contains("once more") {
                continue;
            }
            let filled = |name: &Value| {
                let name = name.as_str().unwrap();
                let value = match schema["properties"][name]["type"].as_str() {
                    _ if name == "password" => json!(PASSWORD),
                    Some("array") => json!([]),
                    _ => json!("0".repeat(64)),
                };
                (name.to_owned(), value)
            };
            let body = schema["required"].as_array().unwrap().iter().map(filled).collect::<Map<_, _>>();
            let name = format!("{method} {}", path.strip_prefix("/api/v1").unwrap());
            found.push((name, operation["security"].clone(), body.into()));
        }
    }
    found
}

async fn signatures(server: &Server) -> i64 {
    let mut read = server.app.store().read().await.unwrap();
    let row =
        read.fetch_one("SELECT COUNT(*) AS number FROM signature", theriac_store::args![]).await.unwrap();
    row.get("number").unwrap()
}

on_both_engines!(no_token_signs_by_any_operation, |store| {
    let server = Server::new(&store).await;
    let document: Value = serde_json::from_str(&theriac_api::openapi()).unwrap();
    let found = signing(&document);
    let mut names: Vec<_> = found.iter().map(|(name, ..)| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, SIGNING, "an operation that signs is listed here");

    let (machines, people): (Vec<theriac_auth::Permission>, Vec<_>) = theriac_auth::Permission::ALL
        .iter()
        .partition(|permission| permission.hands() == theriac_auth::Hands::Anyone);
    let machines: Vec<&str> = machines.iter().map(|permission| permission.as_str()).collect();
    let machine = server.machine("all that machines may", &machines).await;
    let ana = server.client("ana").await;
    let document = json!({ "kind": "document", "content": {
        "title": "Reports", "type": "procedure", "clauses": ["6.2.1"], "body": "How.", "owner": "ana",
        "effective_date": "2026-01-01", "next_review": "2027-01-01"
    } });
    let begun = ana.post(&server, "/records", &document).await.ok();
    let submit = format!("/records/{}/submit", begun["record"].as_str().unwrap());
    let digest = ana.post(&server, &submit, &json!({ "expected": begun["expected"] })).await.ok();

    for (name, security, mut body) in found {
        assert!(security.as_array().unwrap().iter().all(|one| one["token"].is_null()), "{name}: {security}");
        let path = name.split_once(' ').unwrap().1;
        let path = match path.strip_prefix("/records/{record}") {
            None => filled(&format!("/api/v1{path}")),
            Some(rest) => {
                // Something that a person could sign now.
                body["digest"] = digest["digest"].clone();
                format!("/records/{}{rest}", begun["record"].as_str().unwrap())
            }
        };
        machine.post(&server, &path, &body).await.problem(403, "denied");
    }
    assert_eq!(signatures(&server).await, 0);

    // Nor is a token issued for what only people do, however it is asked for.
    let expires_at = server.app.now() + jiff::SignedDuration::from_hours(24);
    let adam = server.client("adam").await;
    for permission in people {
        let body = json!({ "name": "x", "permissions": [permission.as_str()], "expires_at": expires_at });
        assert_eq!(adam.post(&server, "/tokens", &body).await.field(), "permissions", "{permission:?}");
    }

    // The same request signs in a person's hands.
    let approve = format!("/records/{}/approve", begun["record"].as_str().unwrap());
    let body = json!({ "digest": digest["digest"], "password": PASSWORD });
    server.client("cleo").await.post(&server, &approve, &body).await.ok();
    assert_eq!(signatures(&server).await, 1);
});

#[test]
fn the_description_names_every_operation_with_what_it_needs() {
    let text = theriac_api::openapi();
    assert_eq!(text, theriac_api::openapi(), "the same bytes every time");
    let document: Value = serde_json::from_str(&text).unwrap();
    let operations = theriac_api::operations();
    let mut ids = Vec::new();
    for (method, path, needs) in &operations {
        let operation = &document["paths"][path][method.to_lowercase()];
        assert!(operation.is_object(), "{method} {path}");
        assert!(operation["summary"].is_string(), "{method} {path} has no summary");
        assert!(operation["x-permission"].is_string(), "{method} {path}");
        if let Needs::Permission(permission) = needs {
            assert_eq!(operation["x-permission"], permission.as_str());
        }
        assert!(operation["responses"]["default"]["content"]["application/problem+json"].is_object());
        ids.push(operation["operationId"].as_str().unwrap().to_owned());
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), operations.len(), "every operation has an id of its own");
    let described: usize =
        document["paths"].as_object().unwrap().values().map(|path| path.as_object().unwrap().len()).sum();
    assert_eq!(described, operations.len());
}

#[test]
fn every_reference_of_the_description_leads_somewhere() {
    let document: Value = serde_json::from_str(&theriac_api::openapi()).unwrap();
    fn walk(value: &Value, document: &Value, seen: &mut usize) {
        match value {
            Value::Object(members) => {
                if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                    let pointer = reference.strip_prefix('#').unwrap();
                    assert!(document.pointer(pointer).is_some(), "{reference}");
                    *seen += 1;
                }
                members.values().for_each(|value| walk(value, document, seen));
            }
            Value::Array(items) => items.iter().for_each(|value| walk(value, document, seen)),
            _ => {}
        }
    }
    let mut seen = 0;
    walk(&document, &document, &mut seen);
    assert!(seen > 50);
}

on_both_engines!(what_is_not_there_is_a_problem_too, |store| {
    let server = Server::new(&store).await;
    let ana = server.client("ana").await;
    for path in ["/nothing", "/products/x/nothing", "/", ""] {
        let problem = ana.get(&server, path).await.problem(404, "not-found");
        assert!(problem["detail"].as_str().unwrap().contains("openapi.json"), "{problem}");
    }
    ana.delete(&server, "/products").await.problem(405, "method");
    let answer = ana.get(&server, "/products").await;
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    let answer = Client::nobody().get(&server, "/openapi.json").await;
    assert_eq!(answer.text, theriac_api::openapi());
});

#[test]
fn the_description_speaks_of_theriac() {
    let document: Value = serde_json::from_str(&theriac_api::openapi()).unwrap();
    let info = &document["info"];
    assert_eq!((&info["title"], &info["license"]["identifier"]), (&json!("Theriac"), &json!("Apache-2.0")));
    assert_eq!(info["version"], env!("CARGO_PKG_VERSION"));
    assert!(info["contact"].is_null(), "{info}");
}

on_both_engines!(what_is_asked_for_and_not_known_is_refused, |store| {
    let server = Server::new(&store).await;
    let document: Value = serde_json::from_str(&theriac_api::openapi()).unwrap();
    let adam = server.client("adam").await;
    for (method, path, needs) in theriac_api::operations().into_iter().filter(|(method, ..)| method == "GET")
    {
        let parameters = document["paths"][&path][method.to_lowercase()]["parameters"].as_array();
        let asks = parameters.into_iter().flatten().any(|parameter| parameter["in"] == "query");
        if asks || !matches!(needs, Needs::SignedIn | Needs::Oneself | Needs::Permission(_)) {
            continue;
        }
        let answer = adam.get(&server, &format!("{}?at=2026-01-01", filled(&path))).await;
        if answer.status != 403 {
            answer.problem(400, "malformed");
        }
    }
});
