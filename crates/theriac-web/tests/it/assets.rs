//! Assets are found under the address that the pages name, and nowhere else.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use axum::routing::get;
use theriac_web::{assets, security};
use tower::ServiceExt;

async fn ask(router: Router, address: &str) -> axum::response::Response {
    router.oneshot(Request::get(address).body(Body::empty()).unwrap()).await.unwrap()
}

#[tokio::test]
async fn every_asset_is_served_for_a_year_under_its_digest() {
    for (address, bytes) in assets::all() {
        let answer = ask(assets::router(), address).await;
        assert_eq!(answer.status(), StatusCode::OK, "{address}");
        assert!(answer.headers()[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
        assert_eq!(&to_bytes(answer.into_body(), 1 << 20).await.unwrap()[..], bytes);
    }
}

#[tokio::test]
async fn another_digest_is_not_found() {
    let answer = ask(assets::router(), "/assets/0123456789abcdef/theriac.css").await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_page_is_sent_with_the_policy() {
    let router = security::protect(Router::new().route("/", get(|| async { "page" })));
    let answer = ask(router, "/").await;
    let policy = answer.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.contains("default-src 'self'") && !policy.contains("unsafe"));
    assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
}

#[test]
fn scripts_of_our_own_evaluate_nothing() {
    let own = |address: &str| address.ends_with(".js") && !address.ends_with("/htmx.min.js");
    for (address, bytes) in assets::all().filter(|(address, _)| own(address)) {
        let text = String::from_utf8_lossy(bytes);
        for forbidden in ["eval(", "new Function", "innerHTML", ".style"] {
            assert!(!text.contains(forbidden), "{address} uses {forbidden}");
        }
    }
}
