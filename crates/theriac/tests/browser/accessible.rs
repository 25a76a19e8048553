//! axe finds nothing on any page: wide and light, narrow and dark. `axe.min.js` is axe-core 4.14.1 as its makers give it out
//! (MPL-2.0). A new page is a line in the list.

use crate::session::{Browser, Server};

/// Everybody's pages.
const PAGES: [&str; 18] = [
    "/",
    "/account",
    "/audit",
    "/components",
    "/findings",
    "/jobs",
    "/organisation",
    "/people",
    "/people/mei",
    "/products",
    "/products/gateway",
    "/records",
    "/records/new",
    "/records/new?kind=risk&product=gateway",
    "/records/MEAS-3",
    "/records/RISK-1/edit",
    "/records/RISK-1/history",
    "/search?q=tls",
];
/// Of the release that is not decided.
const OF_RELEASE: [&str; 14] = [
    "baseline",
    "components",
    "conformity",
    "conformity/5.8.1",
    "evidence",
    "evidence/new",
    "findings",
    "findings/FIND-8",
    "findings/assess?finding=FIND-8&finding=FIND-3",
    "findings/confirm",
    "findings/sign?finding=FIND-3",
    "gate",
    "plan",
    "findings?awaits=signature",
];
const SIGNED: [&str; 4] =
    ["/evidence/EVID-1", "/evidence/EVID-1/disqualify", "/records/RISK-1", "/records/RISK-1/sign"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn axe_finds_nothing() {
    let server = Server::demo();
    let browser = Browser::start(&server).await;
    browser.open("/sign-in").await;
    let mut breaches = found(&browser, "/sign-in").await;
    browser.sign_in("ana@lumen.example").await;
    breaches.extend(of_all(&browser).await);
    browser.narrow().await;
    browser.open("/account").await;
    browser.choose("Theme", "Dark").await;
    browser.press("Save display").await;
    browser.see("html[data-theme=dark] h1", "Account").await;
    breaches.extend(of_all(&browser).await);
    assert!(breaches.is_empty(), "{breaches:#?}");
    browser.quit().await;
}

async fn of_all(browser: &Browser) -> Vec<String> {
    let release = OF_RELEASE.map(|page| format!("/products/gateway/releases/2.4.0/{page}"));
    let mut breaches = Vec::new();
    for path in PAGES.iter().chain(&SIGNED).map(|path| (*path).to_owned()).chain(release) {
        browser.open(&path).await;
        breaches.extend(found(browser, &path).await);
    }
    breaches
}

async fn found(browser: &Browser, path: &str) -> Vec<String> {
    browser.breaches().await.into_iter().map(|breach| format!("{path}: {breach}")).collect()
}
