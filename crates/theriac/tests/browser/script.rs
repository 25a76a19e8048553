//! What the pages need script for, and that nothing essential does.

use theriac_demo::PASSWORD;

use crate::session::{Browser, PANE, Server};

const FINDINGS: &str = "/products/gateway/releases/2.4.0/findings";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_script_one_signs_in_assesses_and_signs() {
    let server = Server::demo();
    let browser = Browser::without_script(&server).await;
    browser.sign_in("ana@lumen.example").await;
    browser.open(FINDINGS).await;
    browser.select("State", "new").await;
    browser.press("Apply").await;
    browser.see(".pager", "1 shown").await;
    assert!(browser.path().await.contains("state=new"), "{}", browser.path().await);
    browser.follow("pkg:golang/golang.org/x/crypto@v0.31.0").await;
    browser.see("h1, h2", "FIND-8").await;
    browser.choose("VEX status", "Not affected").await;
    browser.select("Justification", "Vulnerable code not present").await;
    browser.fill("Why", "It is left out of the package.").await;
    browser.choose("Patient-safety impact", "None").await;
    // The session ends meanwhile: nothing typed is lost.
    browser.in_another_tab(async |other| other.sign_out().await).await;
    browser.press("Save draft").await;
    sent_again(&browser).await;
    browser.see(".toast", "Saved; it waits for its signature").await;
    browser.press("Save and sign").await;
    browser.see("h1", "Sign 1 assessment of 2.4.0").await;
    browser.fill("Password", PASSWORD).await;
    browser.press("Sign 1 assessment").await;
    browser.see("tr", "FIND-8, CVE-2025-22869 7.5 high Not affected").await;
    browser.quit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn script_saves_drafts_filters_opens_panes_and_switches_themes() {
    let server = Server::demo();
    let browser = Browser::start(&server).await;
    browser.sign_in("ana@lumen.example").await;
    a_new_record_saves_itself(&browser).await;
    a_draft_saves_itself(&browser).await;
    a_row_more_saves_itself(&browser).await;
    an_ended_session_loses_nothing(&browser).await;
    a_draft_changed_elsewhere_is_said(&browser).await;
    a_filter_acts_at_once(&browser).await;
    keys_move_and_open(&browser).await;
    a_theme_shows_before_it_is_saved(&browser).await;
    browser.quit().await;
}

/// Signs in where what was sent is kept, and sends it again.
async fn sent_again(browser: &Browser) {
    browser.see(".note", "Your session ended.").await;
    browser.fill("Work e-mail", ANA).await;
    browser.fill("Password", PASSWORD).await;
    browser.press("Sign in").await;
    browser.see("h1", "You are signed in again as Ana Okafor").await;
    browser.press("Send it again").await;
}

async fn an_ended_session_loses_nothing(browser: &Browser) {
    let path = a_new_record(browser, "The gateway forgets who left").await;
    browser.in_another_tab(async |other| other.sign_out().await).await;
    browser.fill("Title", "The gateway forgets who left it").await;
    browser.see("#autosaved", "Not saved: your session ended.").await;
    // Who signs in again in another tab goes on here.
    browser.in_another_tab(async |other| other.sign_in(ANA).await).await;
    browser.fill("Title", "The gateway forgets who left it alone").await;
    saved_by_itself(browser).await;
    // Without another tab the button keeps what is typed through the sign-in.
    browser.in_another_tab(async |other| other.sign_out().await).await;
    browser.fill("Title", "The gateway forgets who went").await;
    browser.press("Save draft").await;
    sent_again(browser).await;
    browser.see(".toast", "Draft saved").await;
    browser.open(&path).await;
    let title = browser.field("Title").await.value().await.unwrap();
    assert_eq!(title.as_deref(), Some("The gateway forgets who went"));
}

/// Two tabs on one draft: the one that comes second learns of the other before it presses anything.
async fn a_draft_changed_elsewhere_is_said(browser: &Browser) {
    let path = a_new_record(browser, "The gateway is of one mind").await;
    let other = async |other: &Browser| {
        other.open(&path).await;
        other.fill("Title", "The gateway is of another mind").await;
        saved_by_itself(other).await;
    };
    browser.in_another_tab(other).await;
    browser.fill("Title", "The gateway is of two minds").await;
    browser.see("#autosaved", "changed elsewhere meanwhile").await;
    browser.press("Save draft").await;
    browser.see("main", "The gateway is of another mind").await;
    browser.see("main", "The gateway is of two minds").await;
}

/// A row more is kept at once, without a key being pressed in it.
async fn a_row_more_saves_itself(browser: &Browser) {
    browser.open("/records/new?kind=review&product=gateway").await;
    browser.fill("Title", "Review of the clock").await;
    browser.see("h1", "Edit REV").await;
    saved_by_itself(browser).await;
    browser.fill("Title", "Review of the clocks").await;
    browser.press("Add row").await;
    saved_by_itself(browser).await;
    let path = browser.path().await;
    browser.open(&path).await;
    let title = browser.field("Title").await.value().await.unwrap();
    assert_eq!(title.as_deref(), Some("Review of the clocks"));
}

const ANA: &str = "ana@lumen.example";
const NEW: &str = "/records/new?kind=requirement&product=gateway";
const DRAFTS: &str = "/records?kind=requirement&state=draft";

async fn drafts(browser: &Browser) -> usize {
    browser.open(DRAFTS).await;
    browser.see("h1", "Requirements").await;
    browser.all("tbody tr").await.len()
}

async fn a_new_record_saves_itself(browser: &Browser) {
    let before = drafts(browser).await;
    let one = a_new_record(browser, "The gateway locks idle sessions").await;
    let other = a_new_record(browser, "The gateway locks out guessers").await;
    assert_ne!(one, other);
    assert_eq!(drafts(browser).await, before + 2);
    for (path, title) in [(one, "The gateway locks idle sessions"), (other, "The gateway locks out guessers")]
    {
        browser.open(&path).await;
        let kept = browser.field("Title").await.value().await.unwrap();
        assert_eq!(kept.as_deref(), Some(title));
    }
    // A button that does not wait for the save finds the record that the save makes.
    browser.open(NEW).await;
    browser.fill("Title", "The gateway forgets nothing").await;
    browser.press("Save draft").await;
    browser.see("h1", "Edit REQ-").await;
    assert_eq!(drafts(browser).await, before + 3);
}

/// Types a title, presses nothing, and goes on in the same form; the address of the record that is there then.
async fn a_new_record(browser: &Browser, title: &str) -> String {
    browser.open(NEW).await;
    browser.fill("Title", &title[..11]).await;
    browser.see("h1", "Edit REQ-").await;
    saved_by_itself(browser).await;
    browser.fill("Title", title).await;
    browser.see("h1", "Edit REQ-").await;
    browser.press("Save draft").await;
    browser.see(".toast", "Draft saved").await;
    browser.path().await
}

async fn a_draft_saves_itself(browser: &Browser) {
    browser.open("/records/new?kind=requirement").await;
    browser.press("Continue").await;
    browser.see("h1", "requirement").await;
    browser.fill("Title", "The gateway minds its clock").await;
    browser.press("Save draft").await;
    browser.see("h1", "Edit").await;
    browser.fill("Title", "The gateway tells who changed its clock").await;
    saved_by_itself(browser).await;
    // What was typed is there though no button was pressed.
    let path = browser.path().await;
    browser.open(&path).await;
    let title = browser.field("Title").await.value().await.unwrap();
    assert_eq!(title.as_deref(), Some("The gateway tells who changed its clock"));
    // The button works after saves by itself: what the page expects has moved on with them.
    browser.fill("Title", "The gateway logs who changed its clock").await;
    saved_by_itself(browser).await;
    browser.press("Save draft").await;
    browser.see(".toast", "Draft saved").await;
}

async fn saved_by_itself(browser: &Browser) {
    let said = browser.see("#autosaved", "saved ").await.text().await.unwrap();
    assert!(said.starts_with("saved "), "{said}");
}

async fn a_filter_acts_at_once(browser: &Browser) {
    browser.open(FINDINGS).await;
    browser.see(".pager", "3 shown").await;
    browser.select("Severity", "medium").await;
    browser.see(".pager", "1 shown").await;
    assert!(browser.path().await.contains("severity=medium"));
    browser.tick("Select all shown").await;
    assert!(browser.field("Select FIND-4").await.is_selected().await.unwrap());
}

async fn keys_move_and_open(browser: &Browser) {
    browser.open(FINDINGS).await;
    let body = browser.see("body", "Findings of 2.4.0").await;
    let first = browser.all("#pane-title").await;
    body.send_keys("j").await.unwrap();
    browser.see("tr:focus-within", "FIND-").await;
    browser.open("/").await;
    browser.see("body", "My work").await.send_keys("/").await.unwrap();
    browser.see("form.find:focus-within", "").await;
    browser.open(FINDINGS).await;
    // The pane follows the list without another page.
    browser.follow("pkg:pypi/urllib3@1.26.16").await;
    browser.see(PANE, "FIND-3").await;
    browser.see("tr[aria-current]", "FIND-3").await;
    assert_ne!(browser.all("#pane-title").await, first);
    assert_eq!(browser.path().await, format!("{FINDINGS}/FIND-3"));
    assert_eq!(browser.all("tbody tr").await.len(), 3);
}

async fn a_theme_shows_before_it_is_saved(browser: &Browser) {
    browser.open("/account").await;
    browser.choose("Theme", "Dark").await;
    browser.see("html[data-theme=dark] h1", "Account").await;
    browser.open("/account").await;
    browser.see("html:not([data-theme]) h1", "Account").await;
    browser.choose("Theme", "Dark").await;
    browser.press("Save display").await;
    browser.see(".toast", "Kept in this browser").await;
    browser.open("/products").await;
    browser.see("html[data-theme=dark] h1", "Products").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heads_of_tables_stand_above_their_columns() {
    let server = Server::demo();
    let browser = Browser::start(&server).await;
    browser.sign_in("ana@lumen.example").await;
    let release = "/products/gateway/releases/2.4.0";
    let of_release = ["gate", "findings", "components", "evidence"].map(|page| format!("{release}/{page}"));
    let lists = [
        "/",
        "/products",
        "/records",
        "/findings",
        "/components",
        "/people",
        "/audit",
        "/jobs",
        "/records/RISK-1",
    ];
    for path in lists.map(str::to_owned).into_iter().chain(of_release) {
        browser.open(&path).await;
        let (shifted, tables) = browser.shifted_tables().await;
        assert!(shifted == 0 && tables > 0, "{path}: {shifted} of {tables}");
    }
    browser.quit().await;
}
