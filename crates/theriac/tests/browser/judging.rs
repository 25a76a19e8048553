//! Judging with the list beside the finding: nothing typed is lost, keys and buttons act on what they say.

use thirtyfour::Key;

use crate::session::{Browser, PANE, Server};

const OLD: &str = "/products/gateway/releases/2.3.0/findings";
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_act_on_what_is_ticked_or_focused() {
    let server = Server::demo();
    let browser = Browser::start(&server).await;
    browser.sign_in("ana@lumen.example").await;
    for (finding, why) in [("FIND-5", "It offers no such cipher."), ("FIND-6", "Nor this one.")] {
        browser.open(&format!("{OLD}/{finding}")).await;
        browser.choose("VEX status", "Under investigation").await;
        browser.choose("Patient-safety impact", "None").await;
        browser.fill("Why", why).await;
        browser.press("Save draft").await;
        browser.see(".toast", "Saved; it waits for its signature").await;
    }
    // The row that is marked, right after the page has loaded.
    browser.open(OLD).await;
    let current = browser.all("tr[aria-current] .sub").await.remove(0);
    let marked = current.split(',').next().unwrap();
    browser.see("body", "Findings of 2.3.0").await.send_keys("x").await.unwrap();
    assert!(browser.field(&format!("Select {marked}")).await.is_selected().await.unwrap());
    // What is ticked comes first.
    browser.tick(&format!("Select {marked}")).await;
    browser.tick("Select FIND-5").await;
    browser.tick("Select FIND-6").await;
    browser.see("body", "Findings of 2.3.0").await.send_keys("s").await.unwrap();
    browser.see("h1", "Sign 2 assessments of 2.3.0").await;
    // Then the row that has the focus.
    browser.open(OLD).await;
    let row = browser.see("tr:not([aria-current]):has(input[value=FIND-6]) .rowlink", "pkg:").await;
    row.send_keys("s").await.unwrap();
    browser.see("dialog[open] h2", "Sign 1 assessment of 2.3.0").await;
    browser.see("dialog[open] section", "FIND-6").await;
    browser.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_focus_stays_where_one_works() {
    let server = Server::demo();
    let browser = Browser::start(&server).await;
    browser.sign_in("ana@lumen.example").await;
    browser.open(HERE).await;
    let filter = browser.field("Filter findings by text").await;
    filter.send_keys("urllib3" + Key::Enter).await.unwrap();
    browser.see(".pager", "2 shown").await;
    browser.see("#filter-q:focus", "").await;
    assert!(browser.path().await.contains("q=urllib3"));
    // The address of a finding shows the list beside it, with what has the row.
    browser.open(&format!("{HERE}/FIND-3?severity=high")).await;
    browser.see("h1", "Findings of 2.4.0").await;
    browser.see("tr[aria-current]", "FIND-3").await;
    browser.see(PANE, "FIND-3").await;
    // What is wrong with a form comes first.
    browser.open(&format!("{HERE}/FIND-8")).await;
    browser.choose("VEX status", "Not affected").await;
    browser.choose("Patient-safety impact", "None").await;
    browser.press("Save draft").await;
    browser.see("[role=alert]:focus", "answers need a change").await;
    // On a narrow screen the page that is shown stands in sight in the strip.
    browser.narrow().await;
    browser.open(&format!("{HERE}/FIND-8")).await;
    browser.see("h1", "FIND-8").await;
    assert!(!browser.text().await.contains("Findings of 2.4.0"), "alone where there is no room");
    browser.see("nav a[rel=next]", "Next: ").await;
    browser.open("/products/gateway/releases/2.4.0/plan").await;
    browser.see(".side [aria-current]", "").await;
    assert!(browser.in_sight(".side [aria-current]").await);
    browser.quit().await;
}

async fn why(browser: &Browser) -> String {
    browser.field("Why").await.value().await.unwrap().unwrap_or_default()
}

async fn still_there(browser: &Browser) {
    browser.see("#assessment .note", UNSAVED).await;
    assert_eq!(why(browser).await, "It is left out of the package.");
}
