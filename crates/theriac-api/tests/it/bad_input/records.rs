//! The doors of records, and the fields of every kind.

use serde_json::{Value, json};
use theriac_model::kinds;
use theriac_model::record::Scope;
use theriac_store::on_both_engines;

use super::Knocker;
use crate::client::{PASSWORD, Server};
use crate::evidence::with_build;
use crate::records;

/// The doors that are tried here.
pub const DOORS: &[&str] = &[
    "POST /records",
    "PUT /records/{record}/draft",
    "POST /records/import",
    "POST /records/{record}/submit",
    "POST /records/{record}/send-back",
    "POST /records/{record}/approve",
    "POST /records/{record}/sign-clinical",
    "POST /records/{record}/clear",
    "POST /records/{record}/withdraw",
    "POST /records/{record}/retire",
];

on_both_engines!(the_doors_of_records_refuse_bad_bodies, |store| {
    let server = Server::new(&store).await;
    let (ana, cleo) = (server.client("ana").await, server.client("cleo").await);
    ana.post(&server, "/products", &json!({ "key": "pump", "name": "Pump", "route": "full" })).await.ok();
    let mut door = Knocker::new(&server).await;
    let (other, _) = records::make(&ana, &server, &kinds::REQUIREMENT, Some("pump"), json!([])).await;
    let mut content = (kinds::MEASURE.samples)()[0].clone();
    content["owner"] = json!("ana");
    let links = json!([{ "type": "implemented-by", "target": other.trim_start_matches("/records/") }]);
    let new = json!({ "kind": "measure", "product": "pump", "content": content, "links": links });
    let begun = door.post(&ana, "/records", new).await;
    let path = format!("/records/{}", begun["record"].as_str().unwrap());
    let save = |expected: &Value| json!({ "expected": expected, "content": content, "links": links });
    let saved = door.put(&ana, &format!("{path}/draft"), save(&begun["expected"])).await;
    let submitted =
        door.post(&ana, &format!("{path}/submit"), json!({ "expected": saved["expected"] })).await;
    let back = json!({ "digest": submitted["digest"], "reason": "Say who does it." });
    door.post(&cleo, &format!("{path}/send-back"), back).await;
    let withdraw = json!({ "digest": submitted["digest"], "reason": "Written twice." });
    door.post(&ana, &format!("{path}/withdraw"), withdraw).await;
    let again = records::revise(&ana, &server, &path).await;
    let sign = json!({ "digest": again, "password": PASSWORD });
    door.post(&cleo, &format!("{path}/approve"), sign).await;
    let retire = json!({ "digest": again, "reason": "Merged into another.", "password": PASSWORD });
    door.post(&cleo, &format!("{path}/retire"), retire).await;
    let mut file = ana.get(&server, "/records/export?kind=requirement").await.ok();
    file["records"][0]["ref"] = json!("REQ-77");
    for read_only in ["state", "revision", "digest"] {
        file["records"][0][read_only] = json!(null);
    }
    door.post(&ana, "/records/import", file).await;
    let (requirement, first) =
        records::make(&ana, &server, &kinds::REQUIREMENT, Some("pump"), json!([])).await;
    records::approve(&cleo, &server, &requirement, &first).await;
    let target = records::number(&requirement);
    let links = json!([{ "type": "implemented-by", "target": target }]);
    let (measure, digest) = records::make(&ana, &server, &kinds::MEASURE, Some("pump"), links).await;
    records::approve(&cleo, &server, &measure, &digest).await;
    let second = records::revise(&ana, &server, &requirement).await;
    records::approve(&cleo, &server, &requirement, &second).await;
    let clear =
        json!({ "type": "implemented-by", "target": target, "to": second, "reason": "Same meaning." });
    door.post(&ana, &format!("{measure}/clear"), clear).await;
    let (risk, digest) = records::risk(&ana, &cleo, &server).await;
    let sign = json!({ "digest": digest, "password": PASSWORD });
    door.post(&server.client("dan").await, &format!("{risk}/sign-clinical"), sign).await;
    door.all_of(DOORS);
});

on_both_engines!(the_fields_of_every_kind_refuse_bad_values, |store| {
    let server = Server::new(&store).await;
    let ana = with_build(&server).await;
    let mut door = Knocker::new(&server).await;
    for kind in kinds::ALL {
        let product = (!kind.scopes.contains(&Scope::Organisation)).then_some("pump");
        let release = product.filter(|_| !kind.scopes.contains(&Scope::Product)).map(|_| "1.0");
        let content = (kind.samples)()[0].clone();
        door.fields(
            &ana,
            &json!({ "kind": kind.id, "product": product, "release": release, "content": content }),
        )
        .await;
    }
});
