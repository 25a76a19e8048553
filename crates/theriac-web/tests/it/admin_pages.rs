//! People and jobs: what they show, change, refuse and keep.

use axum::http::StatusCode;
use serde_json::json;
use theriac_demo::PASSWORD;
use theriac_service::Who;
use theriac_store::JobSpec;

use crate::site::Site;

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
    assert!(mei.text.contains("Products under lena, from 2026-12-01"), "{}", mei.text);

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
    let id = write.enqueue(JobSpec::new("match", json!({}))).await.unwrap();
    write.audit("feed:1", None, None, json!({}));
    write.commit().await.unwrap();
    let list = site.get("/jobs").await.ok();
    let link = list.links("Matching components against the advisories").into_iter().next().unwrap();
    assert_eq!(link, format!("/jobs/{id}"));
    let job = site.get(&link).await.ok();
    assert!(job.text.contains("Queued") && job.text.contains("hx-trigger"), "{}", job.text);
    assert_eq!(site.get("/jobs/0").await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.get("/jobs/x").await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.get("/jobs?after=x").await.status, StatusCode::UNPROCESSABLE_ENTITY);
}
