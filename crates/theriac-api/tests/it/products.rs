//! Products, releases and builds.

use serde_json::json;
use theriac_store::on_both_engines;

use crate::client::{COMMIT, Client, Server, each, every};

async fn with_products(server: &Server) -> Client {
    let ana = server.client("ana").await;
    for key in ["gateway", "monitor", "pump"] {
        let body = json!({ "key": key, "name": format!("Lumen {key}"), "route": "full" });
        assert_eq!(ana.post(server, "/products", &body).await.status, 201);
    }
    ana
}

on_both_engines!(products_are_added_read_listed_and_changed, |store| {
    let server = Server::new(&store).await;
    let ana = with_products(&server).await;
    let ben = server.client("ben").await;
    assert_eq!(every(&ben, &server, "/products", 2, "key").await, ["gateway", "monitor", "pump"]);
    let body = json!({ "key": "pump", "name": "Pump", "route": "full" });
    ben.post(&server, "/products", &body).await.problem(403, "denied");
    ana.post(&server, "/products", &body).await.problem(409, "exists");
    let odd = json!({ "key": "x", "name": "X", "route": "scenic" });
    assert_eq!(ana.post(&server, "/products", &odd).await.field(), "route");
    let change = json!({ "name": "Pump 2", "route": "transitional", "support_end": "2031-12-31" });
    let changed = ana.put(&server, "/products/pump", &change).await.ok();
    let pump = json!({
        "key": "pump", "name": "Pump 2", "route": "transitional", "support_end": "2031-12-31",
        "state": changed["state"],
    });
    assert_eq!(changed, pump);
    let late = json!({ "name": "Pump 3", "route": "full", "expected": "0".repeat(64) });
    ana.put(&server, "/products/pump", &late).await.problem(409, "changed");
    assert_eq!(ben.get(&server, "/products/pump").await.ok(), changed);
    ben.put(&server, "/products/pump", &change).await.problem(403, "denied");
    ana.put(&server, "/products/none", &change).await.problem(404, "not-found");
    ben.get(&server, "/products/none").await.problem(404, "not-found");
});

on_both_engines!(a_token_changes_no_route, |store| {
    let server = Server::new(&store).await;
    let ana = server.client("ana").await;
    ana.post(&server, "/products", &json!({ "key": "pump", "name": "Pump", "route": "full" })).await.ok();
    let machine = server.machine("ci", &["manage-products"]).await;
    let refused =
        machine.put(&server, "/products/pump", &json!({ "name": "Pump", "route": "transitional" })).await;
    let problem = refused.problem(409, "rule");
    assert!(problem["detail"].as_str().unwrap().contains("a person changes it"), "{problem}");
    let renamed =
        machine.put(&server, "/products/pump", &json!({ "name": "Big pump", "route": "full" })).await.ok();
    assert_eq!((&renamed["name"], &renamed["route"]), (&json!("Big pump"), &json!("full")));
    ana.put(&server, "/products/pump", &json!({ "name": "Big pump", "route": "transitional" })).await.ok();
});

on_both_engines!(releases_and_builds_are_added_read_listed_and_changed, |store| {
    let server = Server::new(&store).await;
    let ana = with_products(&server).await;
    let (ben, otto) = (server.client("ben").await, server.client("otto").await);
    for release in ["1.0", "1.1", "2.0 beta"] {
        let body = json!({ "release": release, "manager": "ana", "planned_ship_date": "2026-09-01" });
        assert_eq!(ben.post(&server, "/products/pump/releases", &body).await.status, 201);
    }
    let twice = json!({ "release": "1.0" });
    ben.post(&server, "/products/pump/releases", &twice).await.problem(409, "exists");
    ben.post(&server, "/products/none/releases", &twice).await.problem(404, "not-found");
    otto.post(&server, "/products/pump/releases", &twice).await.problem(403, "denied");
    let based = json!({ "release": "1.0.1", "based_on": "1.0" });
    assert_eq!(ben.post(&server, "/products/pump/releases", &based).await.field(), "based_on");
    ben.post(&server, "/products/gateway/releases", &twice).await.ok();
    let newest_first = ["2.0 beta", "1.1", "1.0"];
    assert_eq!(every(&otto, &server, "/products/pump/releases", 2, "release").await, newest_first);
    assert_eq!(every(&otto, &server, "/releases", 3, "product").await, ["gateway", "pump", "pump", "pump"]);
    otto.get(&server, "/products/none/releases").await.problem(404, "not-found");

    let path = "/products/pump/releases/2.0%20beta";
    let seen = otto.get(&server, path).await.ok();
    assert_eq!((&seen["release"], &seen["decided"]), (&json!("2.0 beta"), &json!(false)));
    let change = json!({ "manager": "ben", "planned_ship_date": null });
    ana.put(&server, path, &json!({ "manager": "ben" })).await.problem(400, "malformed");
    let late = json!({ "manager": "ben", "planned_ship_date": null, "expected": "0".repeat(64) });
    ana.put(&server, path, &late).await.problem(409, "changed");
    let changed = ana.put(&server, path, &change).await.ok();
    assert_eq!((&changed["manager"], &changed["planned_ship_date"]), (&json!("ben"), &json!(null)));
    assert_eq!(ana.get(&server, path).await.ok(), changed, "as a reader sees it");
    assert_eq!(
        ana.put(&server, path, &json!({ "manager": "ghost", "planned_ship_date": null })).await.field(),
        "manager"
    );
    otto.put(&server, path, &change).await.problem(403, "denied");
    ana.put(&server, "/products/pump/releases/9", &change).await.problem(404, "not-found");
    let fielded = ana.put(&server, &format!("{path}/fielded"), &json!({ "fielded": true })).await.ok();
    assert_eq!(fielded["fielded"], true);
    otto.put(&server, &format!("{path}/fielded"), &json!({ "fielded": true })).await.problem(403, "denied");

    let builds = format!("{path}/builds");
    let machine = server.machine("ci", &["add-build"]).await;
    for build in ["rc.1", "rc.2", "rc.3"] {
        let added = machine.post(&server, &builds, &json!({ "build": build, "commit": COMMIT })).await;
        assert_eq!(added.ok(), json!({ "build": build, "commit": COMMIT }));
    }
    machine
        .post(&server, &builds, &json!({ "build": "rc.1", "commit": COMMIT }))
        .await
        .problem(409, "exists");
    let odd = json!({ "build": "rc.4", "commit": "a b" });
    assert_eq!(machine.post(&server, &builds, &odd).await.field(), "commit");
    otto.post(&server, &builds, &odd).await.problem(403, "denied");
    machine.get(&server, &builds).await.problem(403, "denied");
    assert_eq!(every(&otto, &server, &builds, 2, "build").await, ["rc.3", "rc.2", "rc.1"]);
    otto.get(&server, "/products/pump/releases/9/builds").await.problem(404, "not-found");

    let candidate = format!("{path}/candidate");
    let named = ana.put(&server, &candidate, &json!({ "build": "rc.2" })).await.ok();
    assert_eq!(named["candidate"], "rc.2");
    ana.put(&server, &candidate, &json!({ "build": "rc.9" })).await.problem(404, "not-found");
    otto.put(&server, &candidate, &json!({ "build": "rc.2" })).await.problem(403, "denied");
});

on_both_engines!(a_product_out_of_reach_looks_like_none, |store| {
    let server = Server::new(&store).await;
    let ana = with_products(&server).await;
    let adam = server.client("adam").await;
    ana.post(&server, "/products/gateway/releases", &json!({ "release": "1.0" })).await.ok();
    let grant = json!({ "role": "developer", "product": "pump" });
    adam.post(&server, "/people/nemo/grants", &grant).await.ok();
    let nemo = server.client("nemo").await;
    assert_eq!(each(&nemo.get(&server, "/products").await.ok(), "key"), ["pump"]);
    assert_eq!(nemo.get(&server, "/releases").await.ok()["items"], json!([]));
    let hidden = nemo.get(&server, "/products/gateway").await.problem(404, "not-found");
    let none = nemo.get(&server, "/products/no-such").await.problem(404, "not-found");
    let name =
        |problem: &serde_json::Value| problem["detail"].as_str().unwrap().replace("gateway", "no-such");
    assert_eq!(name(&hidden), name(&none));
    nemo.get(&server, "/products/gateway/releases/1.0").await.problem(404, "not-found");
    nemo.post(&server, "/products/gateway/releases", &json!({ "release": "2" }))
        .await
        .problem(404, "not-found");
});
