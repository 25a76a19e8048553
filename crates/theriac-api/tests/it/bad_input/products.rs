//! The doors of products, releases and builds.

use serde_json::json;
use theriac_store::on_both_engines;

use super::Knocker;
use crate::client::{COMMIT, Server};
use crate::evidence::RELEASE;

/// The doors that are tried here.
pub const DOORS: &[&str] = &[
    "POST /products",
    "PUT /products/{product}",
    "POST /products/{product}/releases",
    "PUT /products/{product}/releases/{release}",
    "POST /products/{product}/releases/{release}/builds",
    "PUT /products/{product}/releases/{release}/candidate",
    "PUT /products/{product}/releases/{release}/fielded",
];

on_both_engines!(the_doors_of_products_refuse_bad_bodies, |store| {
    let server = Server::new(&store).await;
    let ana = server.client("ana").await;
    let mut door = Knocker::new(&server).await;
    let product = json!({ "key": "pump", "name": "Pump", "route": "full", "support_end": "2031-12-31" });
    door.post(&ana, "/products", product).await;
    let change = json!({ "name": "Pump", "route": "full", "support_end": "2031-12-31" });
    door.put(&ana, "/products/pump", change).await;
    let release = json!({ "release": "1.0", "manager": "ana", "planned_ship_date": "2026-09-01" });
    door.post(&ana, "/products/pump/releases", release).await;
    door.put(&ana, RELEASE, json!({ "manager": "ana", "planned_ship_date": "2026-09-01" })).await;
    let build = json!({ "build": "rc.1", "commit": COMMIT });
    door.post(&ana, &format!("{RELEASE}/builds"), build).await;
    door.put(&ana, &format!("{RELEASE}/candidate"), json!({ "build": "rc.1" })).await;
    door.put(&ana, &format!("{RELEASE}/fielded"), json!({ "fielded": true })).await;
    door.all_of(DOORS);
});
