//! Every answer of every test is what the OpenAPI description says it is.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use axum::http::header;
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::client::Answer;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(&theriac_api::openapi()).unwrap());
static VALIDATORS: Mutex<Option<HashMap<String, Arc<Validator>>>> = Mutex::new(None);

/// Checks an answer against the description of its operation.
#[track_caller]
pub fn check(method: &str, path: &str, answer: &Answer) {
    let path = format!("/api/v1{}", path.split('?').next().unwrap_or_default());
    let Some((template, operation)) = operation(method, &path) else { return };
    let status = answer.status.as_str();
    let responses = &operation["responses"];
    let described = if responses[status].is_object() { status } else { "default" };
    if described == "default" {
        assert!(!answer.status.is_success(), "{method} {template} answers {status}, which is not described");
    }
    let kind =
        answer.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let content = &responses[described]["content"];
    if kind.is_empty() {
        assert!(content.is_null() && answer.text.is_empty(), "{method} {template} {status} answers nothing");
        return;
    }
    let schema = &content[kind]["schema"];
    assert!(content[kind].is_object(), "{method} {template} {status} answers {kind}, which is not described");
    if kind.ends_with("json") && schema.is_object() {
        let name = format!("{method} {template} {described}");
        let found = validator(&name, schema);
        let errors: Vec<String> =
            found.iter_errors(&answer.json()).map(|error| error.to_string()).take(3).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}\n{}", answer.text);
    }
}

/// The operation that a path leads to; the template with the fewest parameters where several fit.
pub fn operation(method: &str, path: &str) -> Option<(&'static str, &'static Value)> {
    let fits = |template: &str| {
        let (wanted, found) = (template.split('/'), path.split('/'));
        wanted.clone().count() == found.clone().count()
            && wanted.zip(found).all(|(wanted, found)| wanted.starts_with('{') || wanted == found)
    };
    let paths = DOCUMENT["paths"].as_object()?;
    let fitting = paths.iter().filter(|(template, item)| fits(template) && item[method].is_object());
    let best = fitting.min_by_key(|(template, _)| template.matches('{').count())?;
    Some((best.0, &best.1[method]))
}

fn validator(name: &str, schema: &Value) -> Arc<Validator> {
    let mut kept = VALIDATORS.lock().unwrap_or_else(PoisonError::into_inner);
    let kept = kept.get_or_insert_default();
    if let Some(found) = kept.get(name) {
        return Arc::clone(found);
    }
    let whole = json!({ "allOf": [schema], "components": DOCUMENT["components"] });
    let made =
        Arc::new(jsonschema::draft202012::new(&whole).unwrap_or_else(|error| panic!("{name}: {error}")));
    kept.insert(name.to_owned(), Arc::clone(&made));
    made
}
