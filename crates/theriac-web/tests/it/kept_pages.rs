//! What is sent after the session has ended: kept, and sent again by one press; nothing that another site sent is.

use axum::http::StatusCode;
use scraper::{Html, Selector};
use theriac_demo::PASSWORD;
use theriac_web::http::SECRET;

use crate::site::{Page, Site};

const TITLE: &str = "What if the \"gateway\" <b>loses</b> its clock?";
const STATEMENT: &str = "First line.\r\n\r\n  Second & last = line;\r\n";
const NEW: &str = "/records/new?kind=requirement&product=gateway";
const ASSESS: &str = "/products/gateway/releases/2.4.0/findings/assess";

/// Signs in on a page that keeps something.
async fn sign_in_on(site: &Site, page: &Page, who: &str, password: &str) -> Page {
    let mut pairs = page.hidden("/sign-in");
    pairs.push(("email".to_owned(), format!("{who}@lumen.example")));
    pairs.push(("password".to_owned(), password.to_owned()));
    site.post("/sign-in", &borrowed(&pairs)).await
}

/// Presses the button that sends it again.
async fn again(site: &Site, page: &Page, to: &str) -> Page {
    site.post(to, &borrowed(&page.hidden(to))).await
}

fn borrowed(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// A requirement's draft; the address of its form, and what it shows.
async fn draft(site: &Site) -> (String, String) {
    let begun = site.send(NEW, &[("title", "The gateway minds its clock"), ("then", "save")]).await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.text);
    let shown = site.get(&begun.location).await.ok().value("expected");
    (begun.location, shown)
}

fn title(page: &Page) -> String {
    page.value("title")
}

#[tokio::test]
async fn a_record_typed_into_an_ended_session_is_saved_after_signing_in() {
    let site = Site::signed_in("ana").await;
    let (edit, shown) = draft(&site).await;
    site.wait(61);
    let typed = [("expected", shown.as_str()), ("title", TITLE), ("text", STATEMENT), ("then", "save")];
    let asked = site.send(&edit, &typed).await;
    assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
    assert!(asked.texts("h1")[0].starts_with("Sign in to"), "{:?}", asked.texts("h1"));
    assert!(asked.texts(".note")[0].contains("kept on this page"), "{:?}", asked.texts(".note"));
    // A wrong password loses nothing.
    let refused = sign_in_on(&site, &asked, "ana", "guess").await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    let page = sign_in_on(&site, &refused, "ana", PASSWORD).await.ok();
    assert_eq!(page.texts("h1"), ["You are signed in again as Ana Okafor"]);
    assert!(
        page.texts("dd").iter().any(|text| text == TITLE),
        "what was sent is shown: {:?}",
        page.texts("dd")
    );
    assert_eq!(title(&site.get(&edit).await.ok()), "The gateway minds its clock", "nothing was taken yet");
    let saved = again(&site, &page, &edit).await;
    assert_eq!(
        (saved.status, saved.location.as_str()),
        (StatusCode::SEE_OTHER, edit.as_str()),
        "{}",
        saved.text
    );
    let now = site.get(&edit).await.ok();
    assert_eq!(title(&now), TITLE);
    assert_eq!(now.texts("[name=text]"), ["First line. Second & last = line;"]);
}

#[tokio::test]
async fn a_new_record_and_its_query_are_kept() {
    let site = Site::signed_in("ana").await;
    site.wait(61);
    let asked = site.send(NEW, &[("title", TITLE), ("then", "save")]).await;
    let page = sign_in_on(&site, &asked, "ana", PASSWORD).await.ok();
    let saved = again(&site, &page, NEW).await;
    assert_eq!(title(&site.get(&saved.location).await.ok()), TITLE);
}

#[tokio::test]
async fn an_assessment_is_kept_and_its_password_is_not() {
    let site = Site::signed_in("ana").await;
    let shown = site.get(&format!("{ASSESS}?finding=FIND-8")).await.ok().value("expected");
    site.wait(12 * 60 + 1);
    let typed = [
        ("expected", shown.as_str()),
        ("finding", "FIND-8"),
        ("status", "not affected"),
        ("justification", "vulnerable code not in execute path"),
        ("rests_on", "component"),
        ("explanation", "The server never offers that cipher."),
        ("patient_safety_impact", "none"),
        ("then", "draft"),
        ("password", "a secret"),
    ];
    let asked = site.send(ASSESS, &typed).await;
    let page = sign_in_on(&site, &asked, "ana", PASSWORD).await.ok();
    for page in [&asked, &page] {
        assert!(!page.text.contains("a secret"), "a password stands on no page");
        assert!(page.text.contains("Not kept: the password"), "{}", page.text);
    }
    let saved = again(&site, &page, ASSESS).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let finding = site.get("/products/gateway/releases/2.4.0/findings/FIND-8").await.ok();
    assert!(finding.text.contains("The server never offers that cipher."), "{}", finding.text);
}

#[tokio::test]
async fn permissions_are_those_of_who_signs_in() {
    let site = Site::signed_in("ana").await;
    site.wait(61);
    let asked = site.send(NEW, &[("title", TITLE), ("then", "save")]).await;
    let page = sign_in_on(&site, &asked, "otto", PASSWORD).await.ok();
    assert_eq!(again(&site, &page, NEW).await.status, StatusCode::FORBIDDEN, "an auditor writes nothing");
}

#[tokio::test]
async fn a_file_is_not_kept_and_named() {
    let site = Site::signed_in("ana").await;
    site.wait(61);
    let to = "/products/gateway/releases/2.4.0/evidence";
    let large = vec![b'x'; 6 << 20];
    let asked = site.send_files(to, &[("tool", "syft@1.18.0")], &[("sbom.json", &large)]).await;
    assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
    assert!(
        asked.text.contains("Not kept: the file sbom.json") && asked.text.len() < 50_000,
        "{:.2000}",
        asked.text
    );
    let page = sign_in_on(&site, &asked, "ana", PASSWORD).await.ok();
    assert!(page.hidden(to).contains(&("tool".to_owned(), "syft@1.18.0".to_owned())));
}

#[tokio::test]
async fn the_largest_form_is_kept() {
    let site = Site::signed_in("ana").await;
    site.wait(61);
    let rows: Vec<(String, String)> = (0..19_990).map(|row| (format!("r{row}"), "x".repeat(180))).collect();
    let asked = site.send(NEW, &borrowed(&rows)).await;
    let page = sign_in_on(&site, &asked, "ana", PASSWORD).await.ok();
    assert_eq!(page.hidden(NEW).len(), rows.len() + 1);
}

#[tokio::test]
async fn a_page_of_an_earlier_session_can_still_be_sent() {
    let site = Site::signed_in("ana").await;
    let (edit, shown) = draft(&site).await;
    let csrf = site.csrf();
    let typed = [("csrf", csrf.as_str()), ("expected", &shown), ("title", TITLE), ("then", "save")];
    // Signed out and in again in another tab.
    site.sign_out().await;
    site.sign_in("ana").await;
    let asked = site.post_from("same-origin", &edit, &typed).await;
    assert_eq!(
        (asked.status, asked.texts("h1")[0].as_str()),
        (StatusCode::FORBIDDEN, "Send it again as Ana Okafor")
    );
    assert_eq!(again(&site, &asked, &edit).await.location, edit);
    assert_eq!(title(&site.get(&edit).await.ok()), TITLE);
}

#[tokio::test]
async fn signing_in_keeps_what_waits_in_every_tab() {
    let site = Site::signed_in("ana").await;
    let (edit, shown) = draft(&site).await;
    site.wait(61);
    let typed = [("expected", shown.as_str()), ("title", TITLE), ("then", "save")];
    let here = site.send(&edit, &typed).await;
    // Another tab asks for the sign-in page and uses it; then this one is used.
    site.sign_in("ana").await;
    let page = sign_in_on(&site, &here, "ana", PASSWORD).await.ok();
    assert_eq!(again(&site, &page, &edit).await.location, edit);
    // A sign-in page too old to be believed shows the form again, with what waits.
    let mut old = here.hidden("/sign-in");
    old[0].1 = "too old".to_owned();
    let asked = site.post_from("same-origin", "/sign-in", &borrowed(&old)).await;
    assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
    assert_eq!(asked.hidden("/sign-in").iter().filter(|(name, _)| name.starts_with("kept:")).count(), 3);
}

#[tokio::test]
async fn what_another_site_sends_never_waits_behind_the_sign_in() {
    let site = Site::new().await;
    let evil = [("title", TITLE), ("then", "save"), ("csrf", "forged")];
    for from in ["cross-site", "same-site", "none"] {
        let asked = site.post_from(from, NEW, &evil).await;
        assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
        assert!(!asked.text.contains("loses"), "{from}: {}", asked.text);
        assert!(asked.texts("[role=alert]")[0].contains("could not be kept"));
    }
    // Nor what it sends to the sign-in itself, nor to somebody who is signed in.
    let carried =
        [("csrf", "forged"), ("kept-to", NEW), ("kept:title", TITLE), ("email", "x"), ("password", "x")];
    let asked = site.post_from("cross-site", "/sign-in", &carried).await;
    assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
    assert!(!asked.text.contains("loses"), "{}", asked.text);
    site.sign_in("ana").await;
    let refused = site.post_from("cross-site", NEW, &evil).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(!refused.text.contains("loses"), "{}", refused.text);
}

#[tokio::test]
async fn what_waits_goes_to_this_installation_only() {
    let site = Site::new().await;
    for evil in ["https://evil.example/", "//evil.example", "/\t/evil.example", "/\\evil.example"] {
        let mut pairs = site.get("/sign-in").await.ok().hidden("/sign-in");
        pairs.extend([("kept-to", evil), ("kept:title", TITLE)].map(|(a, b)| (a.to_owned(), b.to_owned())));
        pairs.extend(
            [("email", "ana@lumen.example"), ("password", PASSWORD)]
                .map(|(a, b)| (a.to_owned(), b.to_owned())),
        );
        let page = site.post("/sign-in", &borrowed(&pairs)).await;
        assert_eq!((page.status, page.location.as_str()), (StatusCode::SEE_OTHER, "/"), "{evil:?}");
    }
}

#[tokio::test]
async fn a_page_that_needs_a_sign_in_is_come_back_to() {
    let site = Site::signed_in("ana").await;
    site.wait(61);
    let path = "/records?kind=risk&state=draft";
    let sent = site.get(path).await;
    let asked = site.get(&sent.location).await.ok();
    assert!(asked.texts(".note")[0].starts_with("Your session ended."), "{:?}", asked.texts(".note"));
    assert_eq!(sign_in_on(&site, &asked, "ana", PASSWORD).await.location, path);
}

#[tokio::test]
async fn the_script_that_saves_is_told_that_the_session_ended() {
    let site = Site::signed_in("ana").await;
    let (edit, shown) = draft(&site).await;
    site.wait(61);
    let told = site.script(&edit, &[("expected", &shown), ("title", TITLE)]).await;
    assert_eq!((told.status, told.text.as_str()), (StatusCode::UNAUTHORIZED, "{\"signed_out\":true}"));
    assert_eq!(site.send("/sign-out", &[]).await.location, "/sign-in");
}

#[test]
fn every_password_has_the_name_that_is_never_carried() {
    let passwords = Selector::parse("input[type=password]").unwrap();
    for sample in theriac_web::samples::all() {
        let page = Html::parse_document(&sample.page.dyn_render().unwrap());
        for input in page.select(&passwords) {
            // What is sent to the account is not kept at all.
            assert!(sample.name == "account" || input.attr("name") == Some(SECRET), "{}", sample.name);
        }
    }
}

#[test]
fn no_record_has_a_field_that_would_not_be_kept() {
    for kind in theriac_model::kinds::ALL {
        let lost = kind.fields.iter().find(|field| field.id == SECRET || field.id == "csrf");
        assert!(lost.is_none(), "{}", kind.id);
    }
}
