//! The organisation and its people.

use serde_json::json;
use theriac_store::on_both_engines;

use crate::client::{PASSWORD, Server, each, every};

on_both_engines!(the_organisation_is_seen_by_all_and_changed_by_its_administrators, |store| {
    let server = Server::new(&store).await;
    let (adam, ana) = (server.client("adam").await, server.client("ana").await);
    let seen = ana.get(&server, "/organisation").await.ok();
    assert_eq!((&seen["name"], &seen["zone"]), (&json!("Lumen Medical"), &json!("Europe/Berlin")));
    ana.patch(&server, "/organisation", &json!({ "accept_defects": true })).await.problem(403, "denied");
    let changed = adam.patch(&server, "/organisation", &json!({ "accept_defects": true })).await.ok();
    assert_eq!(changed["accept_defects"], true);
});

on_both_engines!(people_are_added_listed_moved_and_given_roles, |store| {
    let server = Server::new(&store).await;
    let (adam, ana) = (server.client("adam").await, server.client("ana").await);
    let body = json!({
        "key": "pia", "name": "Pia Example", "email": "pia@lumen.example", "department": "quality",
        "manager": "otto", "roles": ["tester"], "password": PASSWORD,
    });
    ana.post(&server, "/people", &body).await.problem(403, "denied");
    let added = adam.post(&server, "/people", &body).await;
    assert_eq!(added.status, 201);
    assert_eq!(added.ok()["present"]["manager"], "otto");
    assert_eq!(added.ok()["email"], "pia@lumen.example");
    adam.post(&server, "/people", &body).await.problem(409, "exists");
    let odd = json!({ "key": "Pia!", "name": "", "email": "x", "roles": ["tester"] });
    let errors = adam.post(&server, "/people", &odd).await.problem(422, "invalid");
    assert_eq!(errors["errors"].as_array().unwrap().len(), 3, "{errors}");
    let boss = json!({ "key": "q", "name": "Q", "email": "q@x.example", "roles": ["boss"] });
    assert_eq!(adam.post(&server, "/people", &boss).await.field(), "roles");

    let keys = ["adam", "ana", "ben", "cleo", "dan", "eve", "mei", "nemo", "otto", "pia"];
    assert_eq!(every(&ana, &server, "/people", 4, "key").await, keys);
    assert_eq!(
        each(&ana.get(&server, "/people").await.ok(), "email")[0],
        "",
        "addresses are for administrators"
    );
    assert_eq!(ana.get(&server, "/people/pia").await.ok()["email"], json!(null));
    ana.get(&server, "/people/nobody").await.problem(404, "not-found");

    let place = json!({ "department": "research", "manager": "ana", "from": "2026-03-01" });
    ana.put(&server, "/people/pia/place", &place).await.problem(403, "denied");
    let moved = adam.put(&server, "/people/pia/place", &place).await.ok();
    assert_eq!(moved["places"].as_array().unwrap().len(), 2);
    assert_eq!(moved["places"][0]["to"], "2026-03-01");
    adam.put(&server, "/people/nobody/place", &place).await.problem(404, "not-found");
    let circle = json!({ "manager": "pia", "from": "2026-03-01" });
    assert_eq!(adam.put(&server, "/people/pia/place", &circle).await.field(), "manager");
    adam.put(&server, "/people/pia/place", &json!({ "from": "soon" })).await.problem(400, "malformed");

    ana.post(&server, "/products", &json!({ "key": "pump", "name": "Pump", "route": "full" })).await.ok();
    let grant = json!({ "role": "developer", "product": "pump" });
    ana.post(&server, "/people/pia/grants", &grant).await.problem(403, "denied");
    let granted = adam.post(&server, "/people/pia/grants", &grant).await.ok();
    assert_eq!(granted["grants"][1]["product"], "pump");
    assert_eq!(granted["grants"][1]["by"], "adam");
    adam.post(&server, "/people/pia/grants", &grant).await.problem(409, "rule");
    let nothing = json!({ "role": "developer", "product": "none" });
    adam.post(&server, "/people/pia/grants", &nothing).await.problem(404, "not-found");
    let boss = json!({ "role": "boss" });
    assert_eq!(adam.post(&server, "/people/pia/grants", &boss).await.field(), "role");
    ana.post(&server, "/people/pia/grants/withdraw", &grant).await.problem(403, "denied");
    let withdrawn = adam.post(&server, "/people/pia/grants/withdraw", &grant).await.ok();
    assert_eq!(withdrawn["grants"].as_array().unwrap().len(), 1);
    adam.post(&server, "/people/pia/grants/withdraw", &grant).await.problem(409, "rule");
});

on_both_engines!(addresses_passwords_and_accounts_are_the_administrators, |store| {
    let server = Server::new(&store).await;
    let (adam, ana) = (server.client("adam").await, server.client("ana").await);
    let address = json!({ "address": "ben@home.example" });
    assert_eq!(adam.post(&server, "/people/ben/addresses", &address).await.status, 204);
    assert_eq!(adam.post(&server, "/people/mei/addresses", &address).await.field(), "address");
    adam.post(&server, "/people/nobody/addresses", &address).await.problem(404, "not-found");
    ana.post(&server, "/people/ben/addresses", &address).await.problem(403, "denied");

    let ben = server.client("ben").await;
    let password = json!({ "password": "quite another one" });
    ana.post(&server, "/people/ben/password", &password).await.problem(403, "denied");
    assert_eq!(adam.post(&server, "/people/ben/password", &password).await.status, 204);
    ben.get(&server, "/session").await.problem(401, "unauthenticated");
    let weak = json!({ "password": "short" });
    assert_eq!(adam.post(&server, "/people/ben/password", &weak).await.field(), "password");

    ana.post(&server, "/people/ben/close", &json!({})).await.problem(403, "denied");
    let closed = adam.post(&server, "/people/ben/close", &json!({})).await.ok();
    assert_eq!((&closed["account"], &closed["grants"]), (&json!("closed"), &json!([])));
    adam.post(&server, "/people/nobody/close", &json!({})).await.problem(404, "not-found");
    adam.post(&server, "/people/adam/close", &json!({})).await.problem(409, "rule");
    let more = json!({ "reason": "x" });
    adam.post(&server, "/people/mei/close", &more).await.problem(400, "malformed");
});

on_both_engines!(a_person_leaves_on_a_day_that_has_come, |store| {
    let server = Server::new(&store).await;
    store.clock.advance_days(3);
    let (adam, ana) = (server.client("adam").await, server.client("ana").await);
    let from = |day: &str| json!({ "from": day });
    ana.post(&server, "/people/ben/leave", &from("2026-01-08")).await.problem(403, "denied");
    adam.post(&server, "/people/nobody/leave", &from("2026-01-08")).await.problem(404, "not-found");
    assert_eq!(adam.post(&server, "/people/ben/leave", &from("2026-01-09")).await.field(), "from");
    adam.post(&server, "/people/adam/leave", &from("2026-01-08")).await.problem(409, "rule");
    let left = adam.post(&server, "/people/ben/leave", &from("2026-01-08")).await.ok();
    assert_eq!((&left["account"], &left["present"]), (&json!("closed"), &json!(null)));
    assert_eq!(left["places"][0]["to"], json!("2026-01-08"));
    adam.post(&server, "/people/ben/leave", &from("2026-01-08")).await.problem(409, "rule");
});

on_both_engines!(a_name_is_erased_with_the_password_given_once_more, |store| {
    let server = Server::new(&store).await;
    let (adam, ana) = (server.client("adam").await, server.client("ana").await);
    adam.post(&server, "/people/ben/erase", &json!({ "password": "wrong" })).await.problem(403, "not-signed");
    adam.post(&server, "/people/ben/erase", &json!({})).await.problem(400, "malformed");
    ana.post(&server, "/people/ben/erase", &json!({ "password": PASSWORD })).await.problem(403, "denied");
    adam.post(&server, "/people/nobody/erase", &json!({ "password": PASSWORD }))
        .await
        .problem(404, "not-found");
    let erased = adam.post(&server, "/people/ben/erase", &json!({ "password": PASSWORD })).await.ok();
    assert_eq!((&erased["name"], &erased["key"]), (&json!(""), &json!("ben")));
});
