//! Judging with the list beside the finding: nothing typed is lost, keys and buttons act on what they say.

use crate::session::{Browser, PANE, Server};

const HERE: &str = "/products/gateway/releases/2.4.0/findings";
const NEW: &str = "pkg:golang/golang.org/x/crypto@v0.31.0";
const OTHER: &str = "pkg:pypi/urllib3@1.26.16";
const UNSAVED: &str = "Not saved yet: what you typed before.";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_typed_into_an_assessment_stays_until_it_is_saved() {
    let server = Server::demo();
    let browser = Browser::start(&server).await;
    browser.sign_in("ana@lumen.example").await;
    browser.open(HERE).await;
    browser.see(PANE, "FIND-8").await;
    browser.choose("VEX status", "Not affected").await;
    browser.fill("Why", "It is left out of the package.").await;
    // Another row, and back to it.
    browser.follow(OTHER).await;
    browser.see(PANE, "FIND-3").await;
    assert!(!browser.text().await.contains(UNSAVED), "the other finding holds nothing typed");
    browser.see("tr", "FIND-8").await;
    browser.see("tr:has(input[value=FIND-8])", "what you typed is not saved yet").await;
    browser.follow(NEW).await;
    browser.see(PANE, "FIND-8").await;
    still_there(&browser).await;
    // Another list beside it, with a filter that leaves the finding out.
    browser.select("Severity", "medium").await;
    browser.see(".pager", "1 shown").await;
    browser.see(PANE, "FIND-8").await;
    still_there(&browser).await;
    // Another page and back.
    browser.open("/products").await;
    browser.open(HERE).await;
    still_there(&browser).await;
    browser.press("Drop it").await;
    browser.see("tr:has(input[value=FIND-8])", "New").await;
    assert_eq!(why(&browser).await, "");
    assert!(!browser.text().await.contains("not saved yet"), "{}", browser.text().await);
    // What was refused is kept, too, and what was saved is not.
    browser.choose("VEX status", "Not affected").await;
    browser.choose("Patient-safety impact", "None").await;
    browser.fill("Why", "It is left out of the package.").await;
    browser.press("Save draft").await;
    browser.see("[role=alert]", "1 answer needs a change").await;
    browser.open(HERE).await;
    still_there(&browser).await;
    browser.select("Justification", "Vulnerable code not present").await;
    browser.press("Save draft").await;
    browser.see(".toast", "Saved; it waits for its signature").await;
    browser.open(HERE).await;
    browser.see("#list", "FIND-8").await;
    assert!(!browser.text().await.contains("ot saved yet"), "{}", browser.text().await);
    browser.quit().await;
}

async fn why(browser: &Browser) -> String {
    browser.field("Why").await.value().await.unwrap().unwrap_or_default()
}

async fn still_there(browser: &Browser) {
    browser.see("#assessment .note", UNSAVED).await;
    assert_eq!(why(browser).await, "It is left out of the package.");
}
