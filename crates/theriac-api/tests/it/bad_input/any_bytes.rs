//! No bytes that somebody sends bring an operation down.

use axum::http::Method;
use proptest::prelude::*;
use proptest::string::string_regex;
use proptest::test_runner::{Config, TestRunner};
use theriac_store::testing::TestStore;

use super::JSON;
use crate::client::Server;

/// What bodies are made of, so that some of what is sent gets far.
const PIECES: &str = "([{}\\[\\],:]|\"(key|name|route|format|version|records|kind|content)\":|\"theriac-records\"|\"\\PC{0,6}\"|-?[0-9]{1,20}(\\.[0-9]{0,3})?([eE][0-9]{1,3})?|null|true|\\\\u[dD]8[0-9]{2}){0,24}";

#[test]
fn any_bytes_are_refused_as_a_body() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let store = runtime.block_on(TestStore::sqlite());
    let server = runtime.block_on(Server::new(&store));
    let ana = runtime.block_on(server.client("ana"));
    let any = proptest::collection::vec(any::<u8>(), 1..400);
    let pieces = string_regex(&format!("\\{{?{PIECES}\\}}?.")).unwrap();
    let body = prop_oneof![any, pieces.prop_map(String::into_bytes)];
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(200) });
    let ran = runner.run(&body, |bytes| {
        for path in ["/products", "/records", "/records/import"] {
            let answer = runtime.block_on(ana.raw(&server, Method::POST, path, JSON, bytes.clone()));
            let status = answer.status;
            prop_assert!(status.is_client_error(), "{}: {} {}", path, status, answer.text);
            prop_assert!(answer.json()["title"].is_string(), "{}: {}", path, answer.text);
        }
        Ok(())
    });
    ran.unwrap();
}
