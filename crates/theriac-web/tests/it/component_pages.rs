//! Components of a release and of all releases: filtered, sorted, compared, disposed of.

use axum::http::StatusCode;

use crate::site::{Page, Site};

const HERE: &str = "/products/gateway/releases/2.4.0/components";
const OLD: &str = "/products/gateway/releases/2.3.0/components";
const BUILD: &str = "2.4.0-rc.1";

/// The components listed, without those in the table of unmatched ones.
fn listed(page: &Page) -> Vec<String> {
    page.texts("#list tbody th .rowlink")
}

/// Hands in a bill of materials of 2.4.0 with components that have no identity, as Mei, who signs out again.
async fn with_unmatched(site: &Site, names: &[&str]) {
    let components: Vec<String> =
        names.iter().map(|name| format!(r#"{{"type":"library","name":"{name}","version":"1"}}"#)).collect();
    let bom = format!(
        r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"metadata":{{"timestamp":"2026-11-20T08:00:00Z"}},"components":[{}]}}"#,
        components.join(",")
    );
    site.sign_in("mei").await;
    let files = [("more.json", bom.as_bytes())];
    let evidence = "/products/gateway/releases/2.4.0/evidence";
    let taken = site.send_files(evidence, &[("build", BUILD)], &files).await.ok();
    assert!(taken.text.contains("more.json is stored"), "{}", taken.text);
    site.sign_out().await;
}

#[tokio::test]
async fn a_release_shows_what_it_is_made_of_and_how_that_differs_from_the_one_before() {
    let site = Site::signed_in("otto").await;
    let page = site.get(HERE).await.ok();
    assert_eq!(page.texts("h1"), ["Components of 2.4.0"]);
    assert_eq!(page.texts("[aria-label=Figures] li")[0], "27in all, 25 in 2.3.0");
    assert_eq!(listed(&page).len(), 27);
    let counts = page.texts("[aria-labelledby=diff] dd");
    assert_eq!(counts, ["2", "4", "0", "21"], "added, changed, removed, the same");
    let row = page.texts("#list tbody tr").into_iter().find(|row| row.contains("cryptography")).unwrap();
    assert!(row.contains("Changed") && row.contains("was 41.0.5"), "{row}");
    assert!(row.contains("ITEM-"), "covered by a software item: {row}");

    let new = site.get(&format!("{HERE}?since=new")).await.ok();
    assert_eq!(listed(&new).len(), 6);
    let gone = site.get(&format!("{HERE}?since=gone")).await.ok();
    assert_eq!(listed(&gone).len(), 4);
    assert!(gone.text.contains("now 42.0.0"), "{}", gone.text);
    let same = site.get(&format!("{HERE}?since=same")).await.ok();
    assert_eq!(listed(&same).len(), 21);

    let first = site.get(OLD).await.ok();
    assert!(first.texts("[aria-labelledby=diff]").is_empty(), "the first release has none before it");
    assert!(!first.text.contains("name=\"since\""), "{}", first.text);
    let turned = site.get(&format!("{OLD}?against=2.4.0")).await.ok();
    assert_eq!(turned.texts("[aria-labelledby=diff] dd"), ["0", "4", "2", "21"]);
    let nowhere = site.get(&format!("{HERE}?against=9.9")).await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_list_is_filtered_and_sorted_and_what_was_asked_stays() {
    let site = Site::signed_in("otto").await;
    let found = site.get(&format!("{HERE}?q=PKG%3Apypi+cryptography")).await.ok();
    assert_eq!(listed(&found), ["cryptography 42.0.0"]);
    assert!(found.text.contains("value=\"PKG:pypi cryptography\""), "{}", found.text);
    let unmatched = site.get(&format!("{HERE}?show=unmatched")).await.ok();
    assert_eq!(listed(&unmatched), ["fastj2k-codec 5.2"]);
    let matched = site.get(&format!("{HERE}?show=matched")).await.ok();
    assert_eq!(listed(&matched).len(), 26);
    let none = site.get(&format!("{HERE}?show=awaiting")).await.ok();
    assert!(none.text.contains("No component matches"), "{}", none.text);

    let up = listed(&site.get(HERE).await.ok());
    let mut down = listed(&site.get(&format!("{HERE}?sort=-component")).await.ok());
    down.reverse();
    assert_eq!(up, down);
    let worst = site.get(&format!("{HERE}?sort=findings")).await.ok();
    let numbers: Vec<u32> =
        worst.texts("#list tbody td.num").iter().map(|text| text.parse().unwrap()).collect();
    assert!(numbers[0] > 0 && numbers.is_sorted_by(|one, other| one >= other), "{numbers:?}");
    let with = site.get(&format!("{HERE}?show=findings")).await.ok();
    assert_eq!(listed(&with).len(), numbers.iter().filter(|number| **number > 0).count());
    let links = with.links(&numbers[0].to_string());
    assert!(links.iter().any(|href| href.contains("/findings?component=")), "{links:?}");

    for wrong in ["show=everything", "since=ever", "sort=colour", "after=x"] {
        let page = site.get(&format!("{HERE}?{wrong}")).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
}

#[tokio::test]
async fn pages_follow_one_another_without_gap_or_double() {
    let site = Site::new().await;
    let names: Vec<String> = (0..120).map(|number| format!("part-{number:03}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    with_unmatched(&site, &names).await;
    site.sign_in("otto").await;
    for (start, size) in [(format!("{HERE}?q=part-"), 120), ("/components?q=part-".to_owned(), 120)] {
        let (mut seen, mut next) = (Vec::new(), start);
        for _ in 0..10 {
            let page = site.get(&next).await.ok();
            seen.extend(listed(&page));
            match page.links("Next 50").into_iter().find(|href| href.contains("after=")) {
                Some(href) => next = href,
                None => break,
            }
        }
        let expected: Vec<String> = names.iter().map(|name| format!("{name} 1")).collect();
        assert_eq!((seen.len(), seen), (size, expected));
    }
    let table = site.get(HERE).await.ok();
    assert_eq!(table.texts("[aria-labelledby=unmatched] tbody th").len(), 50);
    let more = table.links("Next 50").into_iter().find(|href| href.contains("more=")).unwrap();
    assert_eq!(site.get(&more).await.ok().texts("[aria-labelledby=unmatched] tbody th").len(), 50);
}

#[tokio::test]
async fn one_many_or_all_are_disposed_of_with_a_reason() {
    let site = Site::new().await;
    with_unmatched(&site, &["boot", "driver", "firmware", "radio"]).await;
    site.sign_in("ben").await;
    let page = site.get(HERE).await.ok();
    assert!(page.text.contains("4 of 5 await a disposal"), "{}", page.text);
    let shown = page.value("expected");
    let dispose = format!("{HERE}/dispose");

    let nothing = [("expected", shown.as_str()), ("disposition", "own"), ("reason", "Written here")];
    let refused = site.send(&dispose, &nothing).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.texts("[role=alert]").join(" ").contains("at least one component"), "{}", refused.text);
    assert_eq!(refused.value("reason"), "Written here", "what was typed stays");
    let silent = [("expected", shown.as_str()), ("component", "boot@1"), ("disposition", ""), ("reason", "")];
    let refused = site.send(&dispose, &silent).await;
    assert_eq!((refused.status, refused.texts(".err").len()), (StatusCode::UNPROCESSABLE_ENTITY, 2));
    assert!(refused.text.contains("value=\"boot@1\" checked"), "{}", refused.text);

    let two = [
        ("expected", shown.as_str()),
        ("component", "boot@1"),
        ("component", "driver@1"),
        ("disposition", "own"),
        ("reason", "Written here"),
    ];
    let done = site.send(&dispose, &two).await;
    assert_eq!(done.location, format!("{HERE}#unmatched"), "{}", done.text);
    let page = site.get(HERE).await.ok();
    assert!(page.text.contains("Disposed of 2 components"), "{}", page.text);
    assert!(page.text.contains("2 of 5 await a disposal"), "{}", page.text);
    assert!(
        page.text.contains("own tests and reviews. Reason: Written here (Ben Lindqvist"),
        "{}",
        page.text
    );

    let stale = site.send(&dispose, &two).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stale.texts("[role=alert]").join(" ").contains("The list changed meanwhile"), "{}", stale.text);
    let now = stale.value("expected");
    assert_ne!(now, shown, "the form can be sent again");
    let all =
        [("expected", now.as_str()), ("all", "true"), ("disposition", "watched"), ("reason", "By hand")];
    assert_eq!(site.send(&dispose, &all).await.status, StatusCode::SEE_OTHER);
    let page = site.get(HERE).await.ok();
    assert!(page.text.contains("5 in all, none awaits a disposal"), "{}", page.text);
    let kept = page.texts("[aria-labelledby=unmatched] tbody tr");
    assert_eq!(
        kept.iter().filter(|row| row.contains("is watched for vulnerabilities. Reason: By hand")).count(),
        2,
        "{kept:?}"
    );
}

#[tokio::test]
async fn who_may_not_dispose_sees_why() {
    let site = Site::new().await;
    with_unmatched(&site, &["boot"]).await;
    site.sign_in("otto").await;
    let page = site.get(HERE).await.ok();
    assert!(page.text.contains("disabled>Dispose of the selected"), "{}", page.text);
    assert!(page.texts("[aria-labelledby=unmatched] input[name=component]:not([disabled])").is_empty());
    let form = [("expected", page.value("expected")), ("all", "true".to_owned())];
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let denied = site.send(&format!("{HERE}/dispose"), &form).await;
    assert_eq!(denied.status, StatusCode::FORBIDDEN);
    assert!(site.get(HERE).await.ok().text.contains("1 of 2 awaits a disposal"));
}

#[tokio::test]
async fn a_component_is_found_in_every_release_that_has_it() {
    let site = Site::signed_in("otto").await;
    let found = site.get("/components?q=golang.org%2Fx%2Fcrypto").await.ok();
    let rows = found.texts("#list tbody tr");
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert!(rows[0].contains("v0.16.0") && rows[0].contains("Lumen Gateway 2.3.0, in the field"), "{rows:?}");
    assert!(rows[1].contains("v0.31.0") && rows[1].contains("Lumen Gateway 2.4.0"), "{rows:?}");
    let field = site.get("/components?q=crypto+0.16&releases=fielded").await.ok();
    assert_eq!(field.texts("#list tbody tr").len(), 1, "{}", field.text);
    let newer = site.get("/components?q=crypto+0.31&releases=fielded").await.ok();
    assert!(newer.text.contains("No component matches"), "{}", newer.text);
    assert_eq!(site.get("/components?sort=colour").await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn components_are_reached_from_release_gate_evidence_and_the_bar() {
    let site = Site::new().await;
    with_unmatched(&site, &["boot"]).await;
    site.sign_in("otto").await;
    for path in ["conformity", "gate", "findings", "evidence"] {
        let page = site.get(&format!("/products/gateway/releases/2.4.0/{path}")).await.ok();
        let links = page.links("Components");
        assert!(
            links.contains(&HERE.to_owned()) && links.contains(&"/components".to_owned()),
            "{path}: {links:?}"
        );
    }
    let gate = site.get("/products/gateway/releases/2.4.0/gate").await.ok();
    assert!(gate.text.contains(&format!("href=\"{HERE}#unmatched\"")), "{}", gate.text);
    let nowhere = site.get("/products/gateway/releases/9.9/components").await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
}
