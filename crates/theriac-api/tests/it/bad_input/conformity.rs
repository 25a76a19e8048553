//! The doors of the pack, the baseline and the decisions.

use axum::http::Method;
use serde_json::json;
use theriac_store::on_both_engines;

use super::Knocker;
use crate::client::{PASSWORD, Server};
use crate::conformity::with_release;
use crate::evidence::RELEASE;

/// The doors that are tried here.
pub const DOORS: &[&str] = &[
    "POST /pack/adopt",
    "POST /products/{product}/releases/{release}/baseline",
    "POST /products/{product}/releases/{release}/decisions",
];

on_both_engines!(the_doors_of_conformity_refuse_bad_bodies, |store| {
    let server = Server::new(&store).await;
    let ana = with_release(&server).await;
    let mut door = Knocker::new(&server).await;
    let pack = ana.get(&server, "/pack").await.ok();
    let adopt = json!({ "digest": pack["digest"], "copy_of": "IEC 81001-5-1:2021", "password": PASSWORD });
    door.post(&ana, "/pack/adopt", adopt).await;
    let shown = ana.get(&server, &format!("{RELEASE}/gate/preview")).await.ok()["shown"].clone();
    let postpone =
        json!({ "decision": "postpone", "reason": "Not yet.", "shown": shown, "password": PASSWORD });
    door.post(&ana, &format!("{RELEASE}/decisions"), postpone).await;
    // Nothing has moved on here, so the good one is refused as well, but for that reason.
    let path = format!("{RELEASE}/baseline");
    let revisions = json!([{ "record": "RISK-1", "revision": "0".repeat(64) }]);
    let named = json!({ "revisions": revisions, "password": PASSWORD });
    door.bad(&ana, Method::POST, &path, &named).await;
    ana.post(&server, &path, &named).await.problem(409, "changed");
    door.all_of(DOORS);
});
