//! Bad bodies and bad addresses: a clear problem that names the place, and nothing changed.

use axum::body::Body;
use axum::http::Method;
use serde_json::json;
use theriac_store::on_both_engines;

use crate::client::Server;

const JSON: &str = "application/json";

on_both_engines!(what_is_no_json_is_refused_with_its_place, |store| {
    let server = Server::new(&store).await;
    let ana = server.client("ana").await;
    let before = server.seq().await;
    let deep = format!("{}1{}", "[".repeat(40), "]".repeat(40));
    let endless = "[".repeat(200_000);
    let cases: &[(&str, &str)] = &[
        ("", "at /: missing"),
        ("{", "line 1, column"),
        ("{}x", "line 1, column 3"),
        ("{\"key\": \"pump\",\n \"key\": \"two\"}", "line 2"),
        ("{\"key\": 1e999}", "line 1, column 13"),
        ("{\"key\": 99999999999999999999999}", "key"),
        ("{\"key\": 18446744073709551615}", "larger than any field"),
        (&deep, "levels deep"),
        (&endless, "levels deep"),
        ("{\"key\": \"\\ud800\"}", "line 1"),
        ("[]", "invalid"),
        ("\"text\"", "invalid"),
        ("null", "invalid"),
        ("{\"key\": 5, \"name\": \"x\", \"route\": \"full\"}", "/key"),
        ("{\"key\": \"p\", \"name\": \"x\", \"route\": \"full\", \"colour\": 1}", "colour"),
        ("{\"key\": \"p\", \"name\": \"x\"}", "route"),
        (
            "{\"key\": \"p\", \"name\": \"x\", \"route\": \"full\", \"support_end\": \"2026-02-30\"}",
            "support_end",
        ),
    ];
    for (body, words) in cases {
        let answer = ana.raw(&server, Method::POST, "/products", JSON, (*body).to_owned()).await;
        let problem = answer.problem(400, "malformed");
        let all = problem.to_string();
        let words = words.strip_prefix("at /: ").unwrap_or(words);
        assert!(all.contains(words), "{body:.60}: {words}: {all}");
        assert!(problem["place"].is_string(), "{all}");
    }
    let answer = ana.raw(&server, Method::POST, "/products", JSON, vec![b'"', 0xff, 0xfe, b'"']).await;
    assert!(answer.problem(400, "malformed")["detail"].as_str().unwrap().contains("UTF-8"));
    assert_eq!(server.seq().await, before, "nothing was written");
});

on_both_engines!(a_body_of_another_type_or_size_is_refused, |store| {
    let server = Server::new(&store).await;
    let ana = server.client("ana").await;
    let body = json!({ "key": "pump", "name": "Pump", "route": "full" }).to_string();
    for kind in ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"] {
        ana.raw(&server, Method::POST, "/products", kind, body.clone()).await.problem(415, "media-type");
    }
    let big = "x".repeat(3 << 20);
    ana.raw(&server, Method::POST, "/products", JSON, big.clone()).await.problem(413, "too-large");
    let stream = Body::new(axum::body::Body::from(big));
    ana.with("content-length", "999999999")
        .raw(&server, Method::POST, "/products", JSON, stream)
        .await
        .problem(413, "too-large");
    let charset = "Application/JSON; charset=utf-8";
    assert_eq!(ana.raw(&server, Method::POST, "/products", charset, body).await.status, 201);
});

on_both_engines!(a_bad_address_is_refused_with_its_place, |store| {
    let server = Server::new(&store).await;
    let ana = server.client("ana").await;
    for query in [
        "limit=0",
        "limit=201",
        "limit=-1",
        "limit=abc",
        "limit=99999999999999",
        "colour=red",
        "limit=1&limit=2",
    ] {
        ana.get(&server, &format!("/products?{query}")).await.problem(400, "malformed");
    }
    ana.get(&server, "/products/%ff").await.problem(400, "malformed");
    assert_eq!(ana.get(&server, "/releases?after=abc").await.field(), "after");
    ana.get(&server, "/products?after=zzz").await.ok();
    ana.get(&server, "/products/%2e%2e%2f").await.problem(404, "not-found");
    ana.get(&server, &format!("/products/{}", "x".repeat(5000))).await.problem(404, "not-found");
});
