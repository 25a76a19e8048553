//! The doors of findings, components and evidence that take JSON.

use axum::http::Method;
use serde_json::json;
use theriac_store::on_both_engines;

use super::Knocker;
use crate::client::{COMMIT, PASSWORD, Server};
use crate::evidence::{RELEASE, bom};
use crate::findings::{judgement, with_finding};

/// The doors that are tried here.
pub const DOORS: &[&str] = &[
    "POST /products/{product}/releases/{release}/assessments",
    "POST /assessments/{set}/sign",
    "POST /assessments/{set}/sign-clinical",
    "POST /products/{product}/releases/{release}/carried",
    "POST /products/{product}/releases/{release}/components/dispose",
    "POST /evidence/{evidence}/disqualify",
];

on_both_engines!(the_doors_of_findings_refuse_bad_bodies, |store| {
    let server = Server::new(&store).await;
    let ana = with_finding(&server).await;
    let mut door = Knocker::new(&server).await;
    let expected = ana.get(&server, "/findings/FIND-1").await.ok()["expected"].clone();
    let mut judged = judgement(&expected);
    judged["patient_safety_impact"] = json!("serious");
    let done = door.post(&ana, &format!("{RELEASE}/assessments"), judged).await;
    let set = format!("/assessments/{}", done["set"].as_str().unwrap());
    door.post(&ana, &format!("{set}/sign"), json!({ "password": PASSWORD })).await;
    let dan = server.client("dan").await;
    door.post(&dan, &format!("{set}/sign-clinical"), json!({ "password": PASSWORD })).await;

    let next = "/products/pump/releases/1.1";
    ana.post(&server, "/products/pump/releases", &json!({ "release": "1.1" })).await.ok();
    ana.post(&server, &format!("{next}/builds"), &json!({ "build": "rc.1", "commit": COMMIT })).await.ok();
    ana.put(&server, &format!("{next}/candidate"), &json!({ "build": "rc.1" })).await.ok();
    let path = format!("{next}/evidence?name=b.json&build=rc.1");
    ana.raw(&server, Method::POST, &path, "application/octet-stream", bom("1.2.0").to_string()).await.ok();
    let carried = ana.get(&server, &format!("{next}/carried")).await.ok();
    let confirm = json!({ "set": carried["set"], "password": PASSWORD });
    door.post(&ana, &format!("{next}/carried"), confirm).await;
    let open = ana.get(&server, &format!("{RELEASE}/components/unmatched")).await.ok();
    let dispose = json!({
        "components": ["own-part"], "expected": open["expected"], "disposition": "own", "reason": "Ours.",
    });
    door.bad(&ana, Method::POST, &format!("{RELEASE}/components/dispose"), &dispose).await;
    let all = json!({ "expected": open["expected"], "disposition": "own", "reason": "Ours." });
    door.good(&ana, Method::POST, &format!("{RELEASE}/components/dispose"), &all).await;
    let wrong = json!({ "reason": "Wrong build.", "password": PASSWORD });
    door.post(&ana, "/evidence/EVID-1/disqualify", wrong).await;
    door.all_of(DOORS);
});
