//! All operations at once: who gets in, and that the description says the same.

use axum::http::Method;
use serde_json::Value;
use theriac_api::Needs;
use theriac_store::on_both_engines;

use crate::client::{Client, Server};

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
