//! The plan of a release and what is said of a product: changed by one person at a time.

use axum::http::StatusCode;

use crate::site::{Page, Site};

const PLAN: &str = "/products/gateway/releases/2.4.0/plan";

fn chosen(page: &Page, select: &str) -> String {
    let selector = scraper::Selector::parse(&format!("select[name={select}] option[selected]")).unwrap();
    let html = page.html();
    let option = html.select(&selector).next();
    option.and_then(|option| option.attr("value")).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_release_gets_another_ship_date_and_manager() {
    let site = Site::signed_in("ana").await;
    let page = site.get(PLAN).await.ok();
    assert_eq!(chosen(&page, "manager"), "ana");
    let expected = page.value("expected");
    let plan = |day, manager| [("expected", &*expected), ("planned_ship_date", day), ("manager", manager)];

    let wrong = site.send(PLAN, &plan("soon", "cleo")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!((wrong.value("planned_ship_date").as_str(), &*chosen(&wrong, "manager")), ("soon", "cleo"));

    let saved = site.send(PLAN, &plan("2031-05-06", "cleo")).await;
    assert_eq!((saved.status, saved.location.as_str()), (StatusCode::SEE_OTHER, PLAN));
    let page = site.get(PLAN).await.ok();
    assert_eq!(
        (page.value("planned_ship_date").as_str(), &*chosen(&page, "manager")),
        ("2031-05-06", "cleo")
    );
    let gate = site.get("/products/gateway/releases/2.4.0/gate").await.ok();
    assert!(gate.text.contains("2031-05-06"), "{}", gate.text);

    // Who had the page open before does not overwrite it unseen, and loses nothing typed.
    let late = site.send(PLAN, &plan("2032-01-01", "ana")).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.text.contains("Somebody changed the plan meanwhile") && late.text.contains("2031-05-06"));
    assert_eq!(late.value("planned_ship_date"), "2032-01-01");
    let again = [("expected", &*late.value("expected")), ("planned_ship_date", ""), ("manager", "")];
    assert_eq!(site.send(PLAN, &again).await.status, StatusCode::SEE_OTHER);
    let work = site.get("/products/gateway/releases/2.4.0/conformity").await.ok();
    assert!(work.text.contains("No planned ship date") || !work.text.contains("2031-05-06"), "{}", work.text);
}

#[tokio::test]
async fn customers_have_a_release_and_no_longer_have_it() {
    let site = Site::signed_in("ana").await;
    let page = site.get(PLAN).await.ok();
    assert!(page.text.contains("No customer has this release"));
    for (fielded, words) in
        [("true", "Customers have this release"), ("false", "No customer has this release")]
    {
        let sent = site.send(&format!("{PLAN}/field"), &[("fielded", fielded)]).await;
        assert_eq!((sent.status, sent.location.as_str()), (StatusCode::SEE_OTHER, PLAN));
        assert!(site.get(PLAN).await.ok().text.contains(words), "{fielded}");
    }
    let tester = Site::signed_in("mei").await;
    let page = tester.get(PLAN).await.ok();
    assert!(page.text.contains("disabled>Save"), "it says why not");
    let expected = page.value("expected");
    for (path, pair) in
        [(PLAN.to_owned(), ("manager", "mei")), (format!("{PLAN}/field"), ("fielded", "true"))]
    {
        let sent = tester.send(&path, &[pair, ("expected", &expected)]).await;
        assert_eq!(sent.status, StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn a_product_is_changed_by_one_person_at_a_time() {
    let site = Site::signed_in("ana").await;
    let expected = site.get("/products/gateway").await.ok().value("expected");
    let change =
        |name, day| [("expected", &*expected), ("name", name), ("route", "full"), ("support_end", day)];
    let wrong = site.send("/products/gateway", &change("Gateway 2", "later")).await;
    assert_eq!((wrong.status, wrong.value("name").as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "Gateway 2"));
    let saved = site.send("/products/gateway", &change("Gateway 2", "2035-12-31")).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    let page = site.get("/products/gateway").await.ok();
    assert!(page.texts("h1").contains(&"Gateway 2".to_owned()) && page.text.contains("2035-12-31"));
    let late = site.send("/products/gateway", &change("Gateway 3", "")).await;
    assert_eq!((late.status, late.value("name").as_str()), (StatusCode::CONFLICT, "Gateway 3"));
    let tester = Site::signed_in("mei").await;
    assert_eq!(tester.send("/products/gateway", &change("Mine", "")).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_ship_date_that_has_passed_is_said_and_no_past_day_is_promised() {
    const ADD: &str = "/products/gateway/releases";
    let site = Site::signed_in("ana").await;
    let past = [("release", "0.9.0"), ("planned_ship_date", "2020-01-01"), ("manager", "")];
    let added = site.send(ADD, &past).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "history is entered late: {}", added.text);
    for page in ["conformity", "gate"] {
        let page = site.get(&format!("{ADD}/0.9.0/{page}")).await.ok();
        let gate = page.texts(".gate").join(" ");
        assert!(gate.contains("The planned ship date 2020-01-01 has passed."), "{gate}");
        assert!(!gate.contains("on its due date"), "{gate}");
    }
    let plan = site.get(&format!("{ADD}/0.9.0/plan")).await.ok();
    assert!(
        plan.texts(".note.warn").join(" ").contains("The planned ship date 2020-01-01 has passed."),
        "{}",
        plan.text
    );
    let ahead = site.get(PLAN).await.ok();
    assert!(ahead.texts(".note.warn").is_empty(), "{}", ahead.text);
}

#[tokio::test]
async fn releases_stand_in_the_order_of_their_versions() {
    let site = Site::signed_in("ana").await;
    for name in ["10.0.0", "9.1.0", "9.1.0-rc.1", "2.3.1"] {
        let sent = site.send("/products/gateway/releases", &[("release", name), ("manager", "")]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    }
    let page = site.get("/products/gateway").await.ok();
    assert_eq!(
        page.texts("select[name=based_on] option"),
        ["No release", "2.3.0"],
        "only what was decided is gone on from"
    );
    assert_eq!(chosen(&page, "manager"), "ana");
    let rows = page.texts("tbody th");
    assert_eq!(rows, ["10.0.0", "9.1.0", "9.1.0-rc.1", "2.4.0", "2.3.1", "2.3.0"]);
    let twice = site.send("/products/gateway/releases", &[("release", "9.1.0"), ("manager", "")]).await;
    let why = twice.texts(".err").join(" ");
    assert!(why.contains("there is a release 'Lumen Gateway 9.1.0' already"), "{why}");
    let newest = site.get("/products").await.ok().texts("td[data-l='Newest release']");
    assert_eq!(newest[0], "10.0.0");
}
