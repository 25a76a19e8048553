//! What a release rests on: revisions that moved on since, taken over by signature.

use axum::http::StatusCode;
use theriac_demo::PASSWORD;

use crate::site::{Page, Site};

const HERE: &str = "/products/gateway/releases/2.5.0/baseline";

/// The demonstration with a release that goes on from the decided one.
async fn based() -> Site {
    let site = Site::signed_in("ana").await;
    let new = [("release", "2.5.0"), ("based_on", "2.3.0")];
    let added = site.send("/products/gateway/releases", &new).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text);
    site
}

fn values(page: &Page) -> Vec<String> {
    let selector = scraper::Selector::parse("input[name=revision]").unwrap();
    page.html().select(&selector).filter_map(|box_| box_.value().attr("value").map(str::to_owned)).collect()
}

#[tokio::test]
async fn newer_revisions_are_shown_compared_and_adopted_by_signature() {
    let site = based().await;
    let page = site.get(HERE).await.ok();
    assert!(page.text.contains("2.3.0 was decided with"), "{}", page.text);
    let lock = page.texts("tbody tr").into_iter().find(|row| row.contains("REQ-")).unwrap();
    assert!(lock.contains("revision 1") && lock.contains("revision 2"), "{lock}");
    let compare = page.links("Compare");
    assert!(!compare.is_empty());
    site.get(&compare[0]).await.ok();
    site.sign_out().await;

    site.sign_in("mei").await;
    let page = site.get(HERE).await.ok();
    assert!(page.text.contains("disabled>Adopt the selected"), "a tester does not decide");
    let moved = values(&page);
    let requirement = moved.iter().find(|value| value.starts_with("REQ-")).unwrap().clone();
    let sign = format!("{HERE}/sign");
    let send = |value: &str, password: &str| {
        [("revision", value), ("password", password)].map(|(name, value)| (name.to_owned(), value.to_owned()))
    };
    let post = async |pairs: [(String, String); 2]| {
        let pairs: Vec<(&str, &str)> =
            pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        site.send(&sign, &pairs).await
    };
    assert_eq!(post(send(&requirement, PASSWORD)).await.status, StatusCode::FORBIDDEN);
    site.sign_out().await;

    site.sign_in("cleo").await;
    assert_eq!(site.get(&sign).await.location, HERE, "nothing was chosen");
    let asked = format!("{sign}?revision={}", theriac_web::urls::encode(&requirement));
    let page = site.get(&asked).await.ok();
    assert_eq!(page.texts("h1"), ["Adopt 1 revision for 2.5.0"]);
    assert!(page.text.contains("instead of revision 1"), "{}", page.text);
    assert_eq!(page.value("revision"), requirement);
    assert_eq!(post(send(&requirement, "guess")).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let other = format!("{}@{}", requirement.split('@').next().unwrap(), "0".repeat(64));
    assert_eq!(post(send(&other, PASSWORD)).await.status, StatusCode::CONFLICT, "not what is approved");
    assert_eq!(post(send("REQ-1", PASSWORD)).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = post(send(&requirement, PASSWORD)).await;
    assert_eq!(done.location, HERE, "{}", done.text);
    let page = site.get(HERE).await.ok();
    assert!(page.text.contains("1 revision adopted for 2.5.0"), "{}", page.text);
    assert_eq!(values(&page).len(), moved.len() - 1);
    assert!(!values(&page).contains(&requirement));
}

#[tokio::test]
async fn a_release_without_a_base_has_nothing_to_adopt_and_a_decided_one_is_fixed() {
    let site = Site::signed_in("cleo").await;
    let page = site.get("/products/gateway/releases/2.4.0/baseline").await.ok();
    assert!(page.text.contains("goes on from no decided one") && page.text.contains("Nothing to adopt"));
    assert_eq!(site.get("/products/gateway/releases/9.9/baseline").await.status, StatusCode::NOT_FOUND);
    let conformity = site.get("/products/gateway/releases/2.4.0/conformity").await.ok();
    assert_eq!(conformity.links("Baseline"), ["/products/gateway/releases/2.4.0/baseline"]);
}

#[tokio::test]
async fn my_work_shows_others_duties_and_events_to_those_who_look_after_them() {
    let site = Site::signed_in("ana").await;
    let page = site.get("/").await.ok();
    assert!(page.texts("h2").contains(&"Overdue duties of others".to_owned()));
    let shipping = page.texts("[aria-labelledby=rel] td[data-l='Ship date']");
    assert!(
        shipping.iter().all(|day| day.starts_with("202")),
        "both releases have a planned day: {shipping:?}"
    );
    assert_eq!(page.texts("[aria-labelledby=ev] .line > li").len(), 8);
    assert!(page.texts("[aria-labelledby=ev] .line > li").iter().any(|event| event.contains("Ana Okafor")));
    site.sign_out().await;
    site.sign_in("mei").await;
    let page = site.get("/").await.ok();
    assert!(!page.texts("h2").contains(&"Overdue duties of others".to_owned()), "Mei leads nobody");
    assert!(page.texts("[aria-labelledby=ev]").is_empty(), "and may not read the audit log");
}
