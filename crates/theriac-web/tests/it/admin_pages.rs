//! People and jobs: what they show, change, refuse and keep.

use axum::http::StatusCode;
use scraper::Selector;
use serde_json::json;
use theriac_auth::{Permission, Role};
use theriac_demo::PASSWORD;
use theriac_service::Who;
use theriac_service::evidence::{self, AddEvidence, FileInput};
use theriac_service::findings::{REMATCH, RENEW};
use theriac_service::people::{self, Door, NewPerson, NewToken};
use theriac_service::products::NewBuild;
use theriac_store::JobSpec;

use crate::site::{Page, Site};

#[tokio::test]
async fn everybody_sees_the_people_and_an_administrator_adds_one() {
    let site = Site::signed_in("mei").await;
    let people = site.get("/people").await.ok();
    assert!(people.texts("tbody th").iter().any(|text| text.starts_with("Ana Okafor")), "{}", people.text);
    assert!(people.text.contains("disabled>Add person"), "a tester sees why not");
    assert!(!people.text.contains("ana@lumen.example"), "addresses are for administrators");
    let jo = [("name", "Jo Hall"), ("key", "jo"), ("email", "jo@lumen.example"), ("role", "tester")];
    assert_eq!(site.send("/people", &jo).await.status, StatusCode::FORBIDDEN);

    site.sign_out().await;
    site.sign_in("adam").await;
    let wrong = [
        ("name", "Jo Hall"),
        ("key", "Jo!"),
        ("email", "jo"),
        ("from", ""),
        ("password", "qwertz"),
        ("manager", "nobody"),
    ];
    let refused = site.send("/people", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!((refused.value("name").as_str(), refused.value("key").as_str()), ("Jo Hall", "Jo!"));
    assert_eq!(refused.texts("[role=alert] li").len(), 3, "{:?}", refused.texts("[role=alert]"));
    assert!(!refused.text.contains("qwertz"), "a password is never sent back");
    let taken = site.send("/people", &[("name", "Ana"), ("key", "ana"), ("email", "a@lumen.example")]).await;
    assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);
    let added = site.send("/people", &jo).await;
    assert_eq!((added.status, added.location.as_str()), (StatusCode::SEE_OTHER, "/people/jo"));
    let jo = site.get("/people/jo").await.ok();
    assert_eq!(jo.texts("h1"), ["Jo Hall"]);
    assert!(jo.texts("tbody th").contains(&"tester".to_owned()));
}

/// Where the navigation of a page leads, the breadcrumbs and the account's links included.
fn navigation(page: &Page) -> Vec<String> {
    let links =
        Selector::parse("header.bar a[href], nav a[href], section[aria-labelledby=administration] a[href]");
    let links = links.unwrap();
    let html = page.html();
    html.select(&links).filter_map(|link| link.value().attr("href").map(str::to_owned)).collect()
}

#[tokio::test]
async fn navigation_leads_everybody_only_to_what_they_may_open() {
    let site = Site::new().await;
    let system = Who::system("test");
    let mut people = vec![("nobody".to_owned(), None, None)];
    for role in Role::ALL {
        people.push((format!("all-{}", role.as_str()), Some(*role), None));
        people.push((format!("one-{}", role.as_str()), Some(*role), Some("gateway")));
    }
    let mut to_audit = Vec::new();
    for (key, role, product) in people {
        let new = NewPerson {
            key: key.clone(),
            name: format!("{key} Example"),
            email: format!("{key}@lumen.example"),
            password: Some(PASSWORD.to_owned()),
            ..NewPerson::default()
        };
        people::add_person(&site.app, &system, new).await.unwrap();
        if let Some(role) = role {
            people::grant(&site.app, &system, &key, role, product).await.unwrap();
        }
        site.sign_in(&key).await;
        let mut links = navigation(&site.get("/account").await.ok());
        if role.is_some() {
            links.extend(navigation(&site.get("/products/gateway/releases/2.4.0/gate").await.ok()));
        }
        links.sort_unstable();
        links.dedup();
        assert!(links.iter().any(|link| link == "/"), "{key}: {links:?}");
        for link in links.iter().filter(|link| !link.starts_with('#')) {
            assert_eq!(site.get(link).await.status, StatusCode::OK, "{key}: {link}");
        }
        if links.iter().any(|link| link == "/audit") {
            to_audit.push(key);
        }
        site.sign_out().await;
    }
    assert_eq!(to_audit, ["all-administrator", "all-security-officer", "all-auditor"]);
}

#[tokio::test]
async fn a_machine_is_called_by_the_name_of_its_token() {
    let site = Site::new().await;
    let system = Who::system("test");
    let new = NewToken {
        owner: None,
        name: "CI of the gateway".to_owned(),
        permissions: vec![Permission::Read, Permission::UploadEvidence, Permission::AddBuild],
        product: None,
        expires_at: site.app.now() + jiff::SignedDuration::from_hours(24),
    };
    let issued = people::issue_token(&site.app, &system, new).await.unwrap();
    let throttle = std::sync::Mutex::new(theriac_auth::Throttle::default());
    let door = Door { throttle: &throttle, address: [127, 0, 0, 1].into(), way: "api" };
    let machine = people::who_of_token(&site.app, &door, &issued.text).await.unwrap();
    let build = NewBuild {
        product: "gateway".to_owned(),
        release: "2.4.0".to_owned(),
        name: "from-ci".to_owned(),
        commit: "0123456789abcdef0123456789abcdef01234567".to_owned(),
    };
    theriac_service::products::add_build(&site.app, &machine, build).await.unwrap();
    let junit = br#"<testsuite name="ci" tests="1"><testcase classname="a" name="one"/></testsuite>"#;
    let add = AddEvidence {
        product: "gateway".to_owned(),
        release: "2.4.0".to_owned(),
        build: Some("from-ci".to_owned()),
        files: vec![FileInput { name: "ci.xml".to_owned(), bytes: junit.to_vec() }],
        ..AddEvidence::default()
    };
    let added = evidence::add(&site.app, &machine, add).await.unwrap();
    people::revoke_token(&site.app, &system, "CI of the gateway").await.unwrap();

    site.sign_in("otto").await;
    let audit = site.get("/audit").await.ok();
    let rows = audit.texts("tbody tr");
    let row = |act: &str| rows.iter().find(|row| row.contains(act)).unwrap_or_else(|| panic!("{rows:?}"));
    for act in ["Evidence handed in", "Build added", "Token revoked", "Token issued"] {
        assert!(row(act).contains("token CI of the gateway"), "{}", row(act));
    }
    let work = site.get("/").await.ok();
    assert!(
        work.texts("section[aria-labelledby=ev]")[0].contains("token CI of the gateway"),
        "{}",
        work.text
    );
    for page in [&audit, &work] {
        assert!(!page.texts("main")[0].contains("token:"), "{}", page.text);
    }
    let page = site.get(&format!("/evidence/{}", added.evidence[0].number)).await.ok();
    assert!(page.text.contains("token CI of the gateway"), "{}", page.text);
}

#[tokio::test]
async fn an_administrator_chooses_whether_evidence_with_defects_is_taken() {
    let odd = br#"{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,
        "components":[{"type":"novel","name":"left-pad","version":"1.3.0"}]}"#;
    let evidence = "/products/gateway/releases/2.4.0/evidence";
    let site = Site::signed_in("ana").await;
    let hand_in = async || site.send_files(evidence, &[], &[("odd.json", odd)]).await;
    assert_eq!(hand_in().await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = site.get("/organisation").await.ok();
    assert!(page.text.contains("disabled>Save"), "{}", page.text);
    let refused = site.send("/organisation", &[("defects", "take")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);

    site.sign_out().await;
    site.sign_in("adam").await;
    assert_eq!(
        site.send("/organisation", &[("defects", "maybe")]).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(site.send("/organisation", &[("defects", "take")]).await.location, "/organisation");
    let shown = site.get("/organisation").await.ok();
    let chosen = scraper::Selector::parse("input[name=defects][checked]").unwrap();
    let chosen: Vec<_> =
        shown.html().select(&chosen).map(|input| input.attr("value").unwrap().to_owned()).collect();
    assert_eq!(chosen, ["take"]);
    site.sign_out().await;
    site.sign_in("ana").await;
    let taken = hand_in().await;
    assert!(taken.status.is_success() || taken.status.is_redirection(), "{}", taken.text);
    assert!(site.get("/audit?what=organisation+change").await.ok().text.contains("Adam Weiss"));
}

#[tokio::test]
async fn the_audit_log_says_every_act_in_words() {
    let site = Site::signed_in("otto").await;
    let mut page = site.get("/audit").await.ok();
    let mut acts = std::collections::BTreeSet::new();
    for _ in 0..20 {
        acts.extend(page.texts("td[data-l=What]"));
        let Some(earlier) = page.links("Earlier entries").first().cloned() else { break };
        page = site.get(&earlier).await.ok();
    }
    assert!(acts.iter().any(|text| text.starts_with("Revision approved")), "{acts:?}");
    assert!(
        acts.iter().any(|text| text.starts_with("Installation made")),
        "the log to its first entry: {acts:?}"
    );
    let raw: Vec<_> = acts.iter().filter(|text| !text.starts_with(char::is_uppercase)).collect();
    assert!(raw.is_empty(), "{raw:?}");
    let offered = page.texts("select[name=what] option");
    assert!(offered.iter().all(|text| text.starts_with(char::is_uppercase)), "{offered:?}");
    let (all, acts) = offered.split_first().unwrap();
    assert_eq!(all, "All acts");
    assert!(acts.is_sorted() && acts.len() > 50, "every act, by its words: {acts:?}");
    for words in ["Person left", "Judgements of the release looked at again"] {
        assert!(acts.contains(&words.to_owned()), "{words}: {acts:?}");
    }
}

#[tokio::test]
async fn what_the_audit_log_names_by_an_id_is_shown_by_its_name() {
    let site = Site::signed_in("adam").await;
    let role = [("role", "developer"), ("scope", "gateway")];
    assert_eq!(site.send("/people/mei/grants", &role).await.status, StatusCode::SEE_OTHER);
    site.sign_out().await;
    let csrf = site.get("/sign-in").await.ok().value("csrf");
    let guess = [("csrf", csrf.as_str()), ("email", "mei@lumen.example"), ("password", "a guess at it")];
    assert_eq!(site.post("/sign-in", &guess).await.status, StatusCode::UNAUTHORIZED);
    site.sign_in("otto").await;
    let refused = site.get("/audit?what=sign+in").await.ok();
    let told = refused.texts("td[data-l=What]");
    assert!(told.iter().any(|row| row.ends_with("wrong password, or no open account, of mei")), "{told:?}");
    let added = site.get("/audit?what=role+grant").await.ok();
    assert_eq!(added.links("Mei Tanaka").first().map(String::as_str), Some("/people/mei"), "{}", added.text);
    let releases = site.get("/audit?what=release+add").await.ok();
    let about = releases.links("Lumen Gateway 2.4.0")[0].clone();
    assert!(about.starts_with("/audit?about=release"), "{about}");
    for address in [about.clone(), about.replace("about=", "q=")] {
        let only = site.get(&address).await.ok();
        assert!(only.text.contains("id=\"filter-q\" name=\"q\" value=\"\""), "{}", only.text);
        assert_eq!(only.texts(".chip"), ["About Lumen Gateway 2.4.0"]);
        assert!(only.texts("td[data-l=What]").iter().any(|row| row.contains("Lumen Gateway 2.4.0")));
        assert_eq!(only.links("Show all others, too"), ["/audit"]);
    }
}

#[tokio::test]
async fn my_work_calls_products_by_their_names() {
    let site = Site::signed_in("ana").await;
    let work = site.get("/").await.ok();
    let name = "Lumen Gateway 2.4.0";
    assert!(work.texts("td[data-l=For]").iter().any(|text| text == name), "{:?}", work.texts("td"));
    assert!(work.links(name).iter().any(|link| link.ends_with("/2.4.0/conformity")));
    let by_key = |text: &String| text.contains("gateway 2.4.0");
    assert!(!work.texts("main table").iter().any(by_key), "{:?}", work.texts("main table"));
}

#[tokio::test]
async fn a_person_moves_gets_roles_a_password_and_is_erased() {
    let site = Site::signed_in("adam").await;
    let circle = [("department", "Quality"), ("manager", "mei"), ("from", "2026-12-01")];
    let refused = site.send("/people/tom", &circle).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "a circle of managers");
    assert_eq!(refused.value("from"), "2026-12-01", "what was typed stays");
    let moved = [("department", "Products"), ("manager", "lena"), ("from", "2026-12-01")];
    assert_eq!(site.send("/people/mei", &moved).await.location, "/people/mei");
    let mei = site.get("/people/mei").await.ok();
    assert!(mei.text.contains("Products under Lena Fischer, from 2026-12-01"), "{}", mei.text);

    let role = [("role", "developer"), ("scope", "gateway")];
    assert_eq!(site.send("/people/mei/grants", &role).await.status, StatusCode::SEE_OTHER);
    assert_eq!(site.send("/people/mei/grants", &role).await.status, StatusCode::CONFLICT, "she has it");
    assert_eq!(
        site.send("/people/mei/grants", &[("role", "boss")]).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(site.send("/people/mei/grants/end", &role).await.status, StatusCode::SEE_OTHER);
    let last = site.send("/people/adam/grants/end", &[("role", "administrator"), ("scope", "")]).await;
    assert_eq!(last.status, StatusCode::CONFLICT, "the last administrator stays");

    let weak = site.send("/people/mei/password", &[("password", "short")]).await;
    assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY);
    let new = [("password", "a password from adam")];
    assert_eq!(site.send("/people/mei/password", &new).await.status, StatusCode::SEE_OTHER);
    assert_eq!(site.send("/people/mei/close", &[]).await.status, StatusCode::SEE_OTHER);
    assert!(site.get("/people/mei").await.ok().text.contains("closed"));

    let early = site.send("/people/mei/leave", &[("from", "2999-01-01")]).await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(early.text.contains("is still to come"));
    let today = site.app.now().to_zoned_datetime(jiff::tz::TimeZone::UTC).date().to_string();
    assert_eq!(site.send("/people/mei/leave", &[("from", &today)]).await.status, StatusCode::SEE_OTHER);
    let left = site.get("/people/mei").await.ok();
    assert!(left.text.contains("Works here today") && !left.text.contains("Has left"));

    let wrong = site.send("/people/mei/erase", &[("password", "guess")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(site.send("/people/mei/erase", &[("password", PASSWORD)]).await.status, StatusCode::SEE_OTHER);
    let erased = site.get("/people/mei").await.ok();
    assert_eq!(erased.texts("h1"), ["mei"], "the key stays");
    assert!(!site.get("/people").await.ok().text.contains("Mei Tanaka"));

    assert_eq!(site.get("/people/nobody").await.status, StatusCode::NOT_FOUND);
    site.sign_out().await;
    site.sign_in("ana").await;
    for (path, pairs) in [
        ("/people/tom", moved.as_slice()),
        ("/people/tom/grants", &role),
        ("/people/tom/grants/end", &role),
        ("/people/tom/password", &new),
        ("/people/tom/leave", &[("from", &today)]),
        ("/people/tom/close", &[]),
        ("/people/tom/erase", &[("password", PASSWORD)]),
    ] {
        assert_eq!(site.send(path, pairs).await.status, StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn jobs_say_how_far_they_are() {
    let site = Site::signed_in("mei").await;
    assert!(site.get("/jobs").await.ok().text.contains("<h1>Jobs</h1>"));
    let mut write = Who::system("test").write(&site.app, "feed import").await.unwrap();
    let id = write.enqueue(JobSpec::new(REMATCH, json!({ "release": 1 }))).await.unwrap();
    write.enqueue(JobSpec::new(RENEW, json!({ "judged": 1 }))).await.unwrap();
    write.audit("feed:1", None, None, json!({}));
    write.commit().await.unwrap();
    let list = site.get("/jobs").await.ok();
    assert_eq!(list.links("Looking again at judgements that rest on what has changed").len(), 1);
    let link = list.links("Matching a release against the advisories").into_iter().next().unwrap();
    assert_eq!(link, format!("/jobs/{id}"));
    let job = site.get(&link).await.ok();
    assert!(job.text.contains("Queued") && job.text.contains("hx-trigger"), "{}", job.text);
    assert_eq!(site.get("/jobs/0").await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.get("/jobs/x").await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.get("/jobs?after=x").await.status, StatusCode::UNPROCESSABLE_ENTITY);
}
