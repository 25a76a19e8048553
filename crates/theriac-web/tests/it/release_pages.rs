//! Sign-in, my work, products, and the pages of a release: what they show, refuse and keep.

use axum::http::StatusCode;
use theriac_demo::PASSWORD;
use theriac_web::http::{Needs, routes};

use crate::site::Site;

/// A path of a route with something in every place.
fn path(route: &str) -> String {
    let filled = [
        ("{product}", "gateway"),
        ("{release}", "2.3.0"),
        ("{clause}", "5.8.1"),
        ("{record}", "RISK-1"),
        ("{revision}", "1"),
        ("{evidence}", "EVID-1"),
        ("{finding}", "FIND-1"),
        ("{digest}", "00"),
        ("{person}", "ana"),
        ("{pack}", "iec-81001-5-1-2021"),
        ("{job}", "1"),
        ("{page}", "history"),
    ];
    filled.iter().fold(route.to_owned(), |path, (place, value)| path.replace(place, value))
}

#[tokio::test]
async fn every_page_asks_who_one_is_and_every_form_where_it_came_from() {
    let site = Site::new().await;
    for route in routes().iter().filter(|route| route.needs != Needs::Nobody) {
        let path = path(route.path);
        if route.method == "GET" {
            let page = site.get(&path).await;
            assert_eq!(page.status, StatusCode::SEE_OTHER, "{route:?}");
            assert!(page.location.starts_with("/sign-in?next=%2F"), "{route:?} {}", page.location);
        } else {
            let page = site.post(&path, &[]).await;
            let turned_away = page.status == StatusCode::UNAUTHORIZED || page.location == "/sign-in";
            assert!(turned_away, "{route:?} {}", page.status);
        }
    }
    site.sign_in("ana").await;
    for route in routes().iter().filter(|route| route.method == "POST") {
        let page = site.post(&path(route.path), &[("csrf", "forged")]).await;
        let expected =
            if route.path == "/sign-in" { StatusCode::UNAUTHORIZED } else { StatusCode::FORBIDDEN };
        assert_eq!(page.status, expected, "{route:?}");
    }
}

#[tokio::test]
async fn a_deviation_begins_with_what_its_clause_misses() {
    let site = Site::signed_in("ana").await;
    let clause = site.get("/products/gateway/releases/2.4.0/conformity/5.8.6").await.ok();
    let asks = clause.links("Ask for a deviation").remove(0);
    let form = site.get(&asks).await.ok();
    assert_eq!(form.texts("textarea[name=missing]"), ["5.8.6-a ACT-6 5.8.6-a ACT-7 5.8.6-a ACT-8"]);
}

#[tokio::test]
async fn the_address_that_takes_a_form_leads_to_the_page_that_has_it() {
    let site = Site::signed_in("ana").await;
    let shown: Vec<_> =
        routes().iter().filter(|route| route.method == "GET").map(|route| route.path).collect();
    for route in routes().iter().filter(|route| route.method == "POST" && !shown.contains(&route.path)) {
        let mut page = site.get(&path(route.path)).await;
        for _ in 0..4 {
            if page.status == StatusCode::SEE_OTHER {
                page = site.get(&page.location).await;
            }
        }
        assert_eq!(page.status, StatusCode::OK, "{route:?}");
    }
    let refused = site.get("/records?state=odd").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!refused.text.contains("send the form"), "{}", refused.text);
    let release = site.get("/products/gateway/releases/2.4.0?at=2026-11-20").await;
    assert_eq!(release.location, "/products/gateway/releases/2.4.0/conformity?at=2026-11-20");
}

#[tokio::test]
async fn every_page_answers_alike_on_both_databases() {
    let (one, other) = (Site::new().await, Site::on_postgres().await);
    for (who, site) in [("sqlite", &one), ("postgres", &other)] {
        site.sign_in("ana").await;
        let sbom = br#"{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[]}"#.as_slice();
        let at = [("tool", "syft@1.18.0"), ("performed_at", "2026-11-20T08:00:00Z")];
        site.send_files("/products/gateway/releases/2.4.0/evidence", &at, &[("bom.json", sbom)]).await.ok();
        let new = [("kind", "requirement"), ("title", "Sessions end")];
        let begun = site.send("/records/new?kind=requirement&product=gateway", &new[1..]).await;
        assert!(begun.location.ends_with("/edit"), "{who} {}", begun.text);
    }
    for route in routes().iter().filter(|route| route.method == "GET") {
        let path = path(route.path);
        let (here, there) = (one.get(&path).await, other.get(&path).await);
        assert_eq!(here.status, there.status, "{route:?}");
        assert!(!there.status.is_server_error(), "{route:?} {}", there.text);
        assert_eq!(here.texts("h1"), there.texts("h1"), "{route:?}");
    }
}

#[tokio::test]
async fn signing_in_leads_on_but_never_away() {
    let site = Site::new().await;
    let form = site.get("/sign-in?next=%2Fproducts").await.ok();
    assert_eq!(form.value("next"), "/products");
    let csrf = form.value("csrf");
    let wrong = [
        ("csrf", csrf.as_str()),
        ("email", "ana@lumen.example"),
        ("password", "guess"),
        ("next", "/products"),
    ];
    let refused = site.post("/sign-in", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert_eq!(refused.value("email"), "ana@lumen.example", "what was typed stays");
    let nobody = [
        ("csrf", refused.value("csrf")),
        ("email", "nobody@lumen.example".to_owned()),
        ("password", "x".to_owned()),
    ];
    let nobody: Vec<_> = nobody.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let same = site.post("/sign-in", &nobody).await;
    assert_eq!(
        refused.texts("[role=alert]"),
        same.texts("[role=alert]"),
        "the words do not say who has an account"
    );
    for evil in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "javascript:alert(1)",
    ] {
        let form = site.get(&format!("/sign-in?next={}", theriac_web::urls::encode(evil))).await.ok();
        assert_eq!(form.value("next"), "/", "{evil:?}");
        let csrf = form.value("csrf");
        let sent =
            [("csrf", csrf.as_str()), ("email", "ana@lumen.example"), ("password", PASSWORD), ("next", evil)];
        let page = site.post("/sign-in", &sent).await;
        assert_eq!((page.status, page.location.as_str()), (StatusCode::SEE_OTHER, "/"), "{evil:?}");
    }
}

#[tokio::test]
async fn the_pages_of_a_release_show_verdicts_with_their_reasons() {
    let site = Site::signed_in("ana").await;
    let products = site.get("/products").await.ok();
    assert!(products.text.contains("Lumen Gateway"));
    let product = site.get("/products/gateway").await.ok();
    assert!(product.texts("a").contains(&"2.3.0".to_owned()));
    let conformity = site.get("/products/gateway/releases/2.3.0/conformity").await.ok();
    assert!(conformity.text.contains("5.8.1"), "{}", conformity.text);
    let clause = site.get("/products/gateway/releases/2.3.0/conformity/7.3").await.ok();
    assert!(clause.texts("a").iter().any(|text| text.starts_with("RISK-1")), "{:?}", clause.texts("a"));
    let gate = site.get("/products/gateway/releases/2.3.0/gate").await.ok();
    assert_eq!(gate.texts("h1"), ["Gate of Lumen Gateway 2.3.0"]);
    let work = site.get("/").await.ok();
    assert_eq!(work.texts("h1"), ["My work"]);
    for (path, status) in [
        ("/products/gateway/releases/9.9/gate", StatusCode::NOT_FOUND),
        ("/products/nothing", StatusCode::NOT_FOUND),
        ("/products/gateway/releases/2.3.0/conformity/9.9.9", StatusCode::NOT_FOUND),
        ("/products/gateway/releases/2.3.0/conformity?at=yesterday", StatusCode::BAD_REQUEST),
        ("/products/gateway/releases/2.3.0/conformity?at=2999-01-01", StatusCode::UNPROCESSABLE_ENTITY),
        ("/nowhere", StatusCode::NOT_FOUND),
    ] {
        let page = site.get(path).await;
        assert_eq!(page.status, status, "{path}");
        assert_eq!(page.texts("h1").len(), 1, "{path}");
        assert!(page.texts(".me-name").contains(&"Ana Okafor".to_owned()), "{path} keeps the surroundings");
        let said = page.texts("main section p");
        assert!(!said[0].starts_with(char::is_lowercase), "{path}: {said:?}");
    }
}

#[tokio::test]
async fn a_product_is_added_or_told_what_is_wrong_with_it() {
    let site = Site::signed_in("ana").await;
    let wrong = [("name", "Pump"), ("key", "Not A Key"), ("route", "full"), ("support_end", "soon")];
    let page = site.send("/products", &wrong).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.value("name"), "Pump", "what was typed stays");
    let right = [("name", "Pump"), ("key", "pump"), ("route", "full"), ("support_end", "")];
    let added = site.send("/products", &right).await;
    assert_eq!((added.status, added.location.as_str()), (StatusCode::SEE_OTHER, "/products/pump"));
    assert!(site.get("/products/pump").await.ok().text.contains("Product added"));
    assert!(!site.get("/products/pump").await.ok().text.contains("Product added"), "it is said once");

    let tester = Site::signed_in("mei").await;
    assert_eq!(tester.send("/products", &right).await.status, StatusCode::FORBIDDEN);

    // A name that is taken loses nothing that was typed.
    let again = site.send("/products", &right).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!again.value("name").is_empty() && again.text.contains("already"), "{}", again.text);
}

/// What may be decided.
fn offered(page: &crate::site::Page) -> Vec<String> {
    let choices = scraper::Selector::parse("input[name=decision]").unwrap();
    page.html().select(&choices).filter_map(|input| input.attr("value").map(str::to_owned)).collect()
}

#[tokio::test]
async fn a_decision_needs_the_password_an_open_gate_and_what_was_shown() {
    let site = Site::signed_in("cleo").await;
    let gate = "/products/gateway/releases/2.4.0/gate";
    let digest = site.get(gate).await.ok().value("digest");
    let decide = |decision, password, digest| {
        [
            ("decision", decision),
            ("reason", "Because"),
            ("password", password),
            ("digest", digest),
            ("meaning", "decided"),
        ]
    };
    let wrong = site.send(gate, &decide("postpone", "guess", &digest)).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("Because"), "what was typed stays");
    let nothing = site.send(gate, &decide("", theriac_demo::PASSWORD, &digest)).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let why = nothing.texts(".err").join(" ");
    assert!(why.contains("choose what is decided: “It is postponed”"), "{why}");
    assert!(!why.contains("It ships"), "only what can be chosen: {why}");
    let closed = site.send(gate, &decide("ship", theriac_demo::PASSWORD, &digest)).await;
    assert_eq!(closed.status, StatusCode::CONFLICT, "the gate is closed");
    let other = "0".repeat(64);
    let stale = site.send(gate, &decide("postpone", theriac_demo::PASSWORD, &other)).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    let postponed = site.send(gate, &decide("postpone", theriac_demo::PASSWORD, &digest)).await;
    assert_eq!(postponed.status, StatusCode::SEE_OTHER, "{}", postponed.text);
    let after = site.get(gate).await.ok();
    let decided = after.texts("[aria-labelledby=decided] li");
    assert!(decided[0].contains("Meaning: Release postponed"), "{decided:?}");
    assert!(decided[0].contains("Reason: Because"), "{decided:?}");
    assert!(after.text.contains("postponed this release on"), "{}", after.text);
    assert_eq!(after.links("Plan another ship date"), ["/products/gateway/releases/2.4.0/plan"]);
    // Only what can be decided is offered; the rest says why not.
    assert_eq!(offered(&after), ["postpone"]);
    assert!(after.text.contains("“It ships” cannot be chosen: The gate is closed for"), "{}", after.text);
    let shipped = site.get("/products/gateway/releases/2.3.0/gate").await.ok();
    assert_eq!(offered(&shipped), ["withdraw"]);
    assert!(
        shipped.text.contains("“It is postponed” cannot be chosen: This release was decided to ship."),
        "{}",
        shipped.text
    );

    let auditor = Site::signed_in("otto").await;
    let refused = auditor.send(gate, &decide("postpone", theriac_demo::PASSWORD, &digest)).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn people_and_records_are_called_by_their_names() {
    let site = Site::signed_in("ana").await;
    let release = "/products/gateway/releases/2.4.0";
    let conformity = site.get(&format!("{release}/conformity")).await.ok();
    let owed = conformity.texts("#owed, [aria-labelledby=owed] .rows > li");
    let row = |about: &str| owed.iter().find(|row| row.contains(about)).unwrap_or_else(|| panic!("{owed:?}"));
    assert!(row("ACT-6").contains("Threat model of 2.4"), "{owed:?}");
    assert!(row("FIND-8").contains("Ana Okafor"), "{owed:?}");
    assert!(
        owed.iter().all(|row| !row.contains('@') || row.contains("fastj2k-codec@5.2")),
        "no digests: {owed:?}"
    );
    assert!(row("4.3").contains("fastj2k-codec@5.2"), "{owed:?}");
    let gate = site.get(&format!("{release}/gate")).await.ok();
    let reasons = gate.texts("[aria-labelledby=reasons] tbody tr");
    let of_finding = reasons.iter().find(|row| row.contains("FIND-8")).unwrap();
    assert_eq!(of_finding.matches("Ana Okafor").count(), 1, "{of_finding}");
    let independence = site.get(&format!("{release}/conformity/5.7.5")).await.ok();
    let kinds = independence.texts("[aria-label='Checks at release'] li li");
    for kind in ["penetration", "threat-mitigation", "abuse-case"] {
        assert!(kinds.iter().any(|row| row.contains("Not met") && row.contains(kind)), "{kind}: {kinds:?}");
    }
    let clause = site.get(&format!("{release}/conformity/7.4")).await.ok();
    let records = clause.texts("[aria-labelledby=recs] a");
    assert!(records.iter().any(|text| text.starts_with("MEAS-3 ") && text.len() > 7), "{records:?}");
    assert!(clause.texts(".facts dd").iter().any(|text| text.contains("table of contents")));
    let work = site.get("/").await.ok();
    let tasks = work.texts("tbody tr");
    assert!(tasks.iter().any(|row| row.contains("ACT-6 Threat model of 2.4")), "{tasks:?}");
    let audit = site.get("/audit?what=release+decide").await.ok();
    assert!(audit.texts("tbody td").iter().any(|text| text.starts_with("Cleo Marchetti")));
    assert!(
        audit.texts("tbody a").contains(&"Lumen Gateway 2.3.0".to_owned()),
        "{:?}",
        audit.texts("tbody a")
    );
}

#[tokio::test]
async fn a_release_about_which_nothing_is_known_owes_all_in_rows_that_can_be_read() {
    let site = Site::signed_in("ana").await;
    for (path, pairs) in [
        ("/products", [("key", "pump"), ("name", "Pump"), ("route", "full")].as_slice()),
        ("/products/pump/releases", [("release", "1.0")].as_slice()),
    ] {
        let page = site.send(path, pairs).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    }
    let page = site.get("/products/pump/releases/1.0/conformity").await.ok();
    let shown = page.texts("[aria-labelledby=owed] > .rows > li").len();
    let folded = page.texts("[aria-labelledby=owed] .fold .rows > li").len();
    assert_eq!(shown, 20);
    assert!(folded > 0);
    let owed: usize = page.texts("[aria-labelledby=owed] header > span")[0].parse().unwrap();
    assert!(owed >= shown + folded, "{owed} things in {shown} and {folded} rows");
}

#[tokio::test]
async fn a_past_day_is_kept_to_or_said_not_to_be_shown() {
    let site = Site::signed_in("ana").await;
    let release = "/products/gateway/releases/2.4.0";
    let day = "2026-11-12";
    let banner = "You look at 2.4.0 as it was on 2026-11-12, as it was known then.";
    let sequence = async |page: &str| {
        let facts = site.get(page).await.ok().texts("dd");
        facts.iter().find_map(|fact| fact.parse::<u64>().ok()).unwrap_or_else(|| panic!("{facts:?}"))
    };
    for page in ["conformity", "gate", "conformity/5.8.1"] {
        // The organisation's zone is one or two hours ahead of UTC.
        for at in [day, "2026-11-12T10:00:00Z", "2026-11-11T23:30:00Z"] {
            let seen = site.get(&format!("{release}/{page}?at={at}")).await.ok();
            assert!(
                seen.texts(".banner").iter().any(|text| text.contains(banner)),
                "{page} {at}: {:?}",
                seen.texts(".banner")
            );
            assert!(seen.links("Back to now").contains(&format!("{release}/{page}")), "{page}");
            for (label, other) in
                [("Conformity", "conformity"), ("Findings", "findings"), ("Evidence", "evidence")]
            {
                let to = format!("{release}/{other}?at={day}");
                assert!(seen.links(label).contains(&to), "{page}: {label} {:?}", seen.links(label));
            }
        }
    }
    let past = site.get(&format!("{release}/conformity?at={day}")).await.ok();
    assert_eq!(past.links("All reasons"), [format!("{release}/gate?at={day}")]);
    let inside = scraper::Selector::parse(
        "main a[href*='/releases/2.4.0/conformity/'], main a[href*='/releases/2.4.0/gate']",
    );
    let html = past.html();
    let inside = inside.unwrap();
    let hrefs: Vec<&str> = html.select(&inside).filter_map(|link| link.attr("href")).collect();
    assert!(hrefs.len() > 10, "{hrefs:?}");
    assert!(hrefs.iter().all(|href| href.contains("at=2026-11-12")), "{hrefs:?}");
    for page in ["gate", "conformity/5.8.1"] {
        let now = sequence(&format!("{release}/{page}")).await;
        assert!(sequence(&format!("{release}/{page}?at={day}")).await < now, "{page}");
    }
    let gate = site.get(&format!("{release}/gate?at={day}")).await.ok();
    assert!(gate.texts("input[name=password]").is_empty(), "a past day is not decided on");
    assert!(gate.text.contains("Decide on the gate as it is now"), "{}", gate.text);
    let plan = format!("{release}/plan");
    let expected = site.get(&plan).await.ok().value("expected");
    let later = [("expected", &*expected), ("planned_ship_date", "2031-05-06"), ("manager", "ana")];
    assert_eq!(site.send(&plan, &later).await.status, StatusCode::SEE_OTHER);
    assert!(site.get(&format!("{release}/conformity")).await.ok().text.contains("2031-05-06"));
    let past = site.get(&format!("{release}/conformity?at={day}")).await.ok();
    assert!(!past.text.contains("2031-05-06"), "it was not planned so then");
    for page in ["findings", "components", "evidence", "baseline", "plan"] {
        let seen = site.get(&format!("{release}/{page}?at={day}")).await.ok();
        let said = seen.texts(".banner").join(" ");
        assert!(said.contains("This page has no past.") && said.contains(day), "{page}: {said}");
        assert_eq!(seen.links("Today"), [format!("{release}/{page}")], "{page}");
        assert!(seen.links("Gate and decision").contains(&format!("{release}/gate?at={day}")), "{page}");
        assert_eq!(site.get(&format!("{release}/{page}?at=odd")).await.status, StatusCode::BAD_REQUEST);
    }
    let today = site.get(&format!("{release}/gate")).await.ok();
    assert!(!today.text.contains("You look at"), "{}", today.text);
}

#[tokio::test]
async fn search_finds_everything_that_one_may_read() {
    let site = Site::signed_in("otto").await;
    let groups = async |q: &str| -> Vec<String> {
        let page = site.get(&format!("/search?q={}", theriac_web::urls::encode(q))).await.ok();
        page.texts("section.panel > header > h2")
    };
    for (q, to) in [
        ("find-8", "/products/gateway/releases/2.4.0/findings/FIND-8"),
        ("EVID-1", "/evidence/EVID-1"),
        ("risk-1", "/records/RISK-1"),
    ] {
        assert_eq!(site.get(&format!("/search?q={q}")).await.location, to);
    }
    assert_eq!(groups("CVE-2025-22869").await, ["Findings"]);
    assert_eq!(groups("urllib3").await, ["Findings", "Components"]);
    assert_eq!(groups("pkg:golang/golang.org/x/crypto@v0.31.0").await, ["Findings", "Components"]);
    assert!(groups("gateway").await.contains(&"Products and releases".to_owned()));
    assert!(groups("2.4.0").await.contains(&"Products and releases".to_owned()));
    let release = site.get("/search?q=2.4.0").await.ok().links("Lumen Gateway 2.4.0");
    assert_eq!(release, ["/products/gateway/releases/2.4.0/conformity"]);
    assert!(groups("5.8.1").await.contains(&"Clauses".to_owned()));
    assert!(groups("nothing is called so").await.is_empty());
    assert!(groups("").await.is_empty());
    assert!(groups("FIND-999").await.is_empty(), "what is not there leads nowhere");
    // What is cut says so.
    let many = site.get("/search?q=e").await.ok();
    let totals = many.texts("section.panel > header > .muted");
    assert!(totals.contains(&"more than 50".to_owned()), "{totals:?}");
    assert_eq!(many.links("All records that match"), ["/records?q=e"]);
}

#[tokio::test]
async fn a_build_is_made_known_on_the_page_of_the_evidence() {
    let site = Site::signed_in("ana").await;
    let builds = "/products/gateway/releases/2.4.0/builds";
    let commit = "0123456789012345678901234567890123456789";
    let wrong = site.send(builds, &[("build", "rc.9"), ("commit", "two words")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("value=\"rc.9\""), "what was typed stays: {}", wrong.text);
    let added = site.send(builds, &[("build", "rc.9"), ("commit", commit)]).await;
    let evidence = "/products/gateway/releases/2.4.0/evidence";
    assert_eq!((added.status, added.location.as_str()), (StatusCode::SEE_OTHER, evidence));
    assert!(
        site.get(evidence)
            .await
            .ok()
            .texts("[aria-labelledby=builds] li")
            .iter()
            .any(|row| row.contains("rc.9"))
    );
    let twice = site.send(builds, &[("build", "rc.9"), ("commit", commit)]).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", twice.text);
    let auditor = Site::signed_in("otto").await;
    assert!(!auditor.get(evidence).await.ok().text.contains("Add build"), "an auditor hands in nothing");
    assert_eq!(
        auditor.send(builds, &[("build", "x"), ("commit", commit)]).await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn every_reason_of_the_gate_leads_to_where_it_is_removed() {
    let site = Site::signed_in("ana").await;
    let gate = site.get("/products/gateway/releases/2.4.0/gate").await.ok();
    let selector = scraper::Selector::parse("a.rowlink").unwrap();
    let html = gate.html();
    let moved: Vec<_> = html
        .select(&selector)
        .filter(|link| link.text().collect::<String>().contains("has moved on since"))
        .map(|link| link.attr("href").unwrap().to_owned())
        .collect();
    assert!(!moved.is_empty(), "{}", gate.text);
    for href in moved {
        assert!(href.starts_with("/records/"), "{href}");
        assert!(site.get(&href).await.ok().text.contains("Suspect"), "{href}");
    }
}

#[tokio::test]
async fn pages_name_records_by_their_titles_and_never_by_digests() {
    let site = Site::signed_in("ana").await;
    let release = "/products/gateway/releases/2.3.0";
    for page in ["conformity", "gate", "conformity/5.1.1", "conformity/7.4", "conformity/9.4"] {
        let shown = site.get(&format!("{release}/{page}")).await.ok();
        let main = shown.texts("main").join(" ");
        assert!(!main.contains("at sequence"), "{page}: {main}");
        let pinned = |word: &str| word.split_once('-').is_some_and(|(_, rest)| rest.contains('@'));
        let raw: Vec<_> = main
            .split_whitespace()
            .filter(|word| word.starts_with(|c: char| c.is_ascii_uppercase()) && pinned(word))
            .collect();
        assert!(raw.is_empty(), "{page}: {raw:?}");
    }
    let record = site.get("/records/RISK-1").await.ok();
    assert!(record.texts("dd").iter().any(|text| text.starts_with("Lumen Gateway")), "{}", record.text);
}

#[tokio::test]
async fn pages_without_a_past_say_so() {
    let site = Site::signed_in("otto").await;
    let day = "2026-11-15";
    for page in [
        "/",
        "/products",
        "/products/gateway",
        "/records",
        "/records/RISK-1",
        "/records/RISK-1/1",
        "/records/RISK-1/history",
        "/evidence/EVID-1",
        "/components",
        "/people",
    ] {
        let seen = site.get(&format!("{page}?at={day}")).await.ok();
        let said = seen.texts(".banner").join(" ");
        assert!(said.contains("This page has no past.") && said.contains(day), "{page}: {said}");
        assert_eq!(seen.links("Today"), [page], "{page}");
        assert!(!site.get(page).await.ok().text.contains("This page has no past."), "{page}");
        assert_eq!(site.get(&format!("{page}?at=odd")).await.status, StatusCode::BAD_REQUEST, "{page}");
    }
    let filtered = site.get(&format!("/records?kind=risk&at={day}")).await.ok();
    assert_eq!(filtered.links("Today"), ["/records?kind=risk"], "what was asked for stays");
}
