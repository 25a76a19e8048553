//! Bad input at every door of the interface. Each operation that takes a JSON body is sent bodies that it must refuse, and
//! then a good one, which it must take, so that nothing was refused for another reason. `every_door_is_tried` fails
//! when an operation with a body is not among the doors: add it to the list and to the test of its noun.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use axum::body::{Body, Bytes};
use axum::http::Method;
use http_body_util::channel::Channel;
use serde_json::{Value, json};
use theriac_model::kinds;
use theriac_model::record::Scope;
use theriac_store::on_both_engines;
use theriac_store::testing::TestStore;

use crate::client::{Answer, COMMIT, Client, PASSWORD, Server};
use crate::conformity::with_release;
use crate::evidence::{RELEASE, bom, with_build};
use crate::findings::{judgement, with_finding};
use crate::records;

const JSON: &str = "application/json";

/// The doors of each test below.
const ORGANISATION: &[&str] = &[
    "PATCH /organisation",
    "POST /people",
    "POST /people/{person}/addresses",
    "POST /people/{person}/addresses/withdraw",
    "POST /people/{person}/erase",
    "POST /people/{person}/grants",
    "POST /people/{person}/grants/withdraw",
    "POST /people/{person}/leave",
    "POST /people/{person}/password",
    "PUT /people/{person}/place",
    "POST /session",
    "POST /session/password",
    "POST /tokens",
];
const PRODUCTS: &[&str] = &[
    "POST /products",
    "PUT /products/{product}",
    "POST /products/{product}/releases",
    "PUT /products/{product}/releases/{release}",
    "POST /products/{product}/releases/{release}/builds",
    "PUT /products/{product}/releases/{release}/candidate",
    "PUT /products/{product}/releases/{release}/fielded",
];
const RECORDS: &[&str] = &[
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
const FINDINGS: &[&str] = &[
    "POST /products/{product}/releases/{release}/assessments",
    "POST /assessments/{set}/sign",
    "POST /assessments/{set}/sign-clinical",
    "POST /products/{product}/releases/{release}/carried",
    "POST /products/{product}/releases/{release}/components/dispose",
    "POST /evidence/{evidence}/disqualify",
];
const CONFORMITY: &[&str] = &[
    "POST /pack/adopt",
    "POST /products/{product}/releases/{release}/baseline",
    "POST /products/{product}/releases/{release}/decisions",
];
const FILES: &[&str] = &[
    "POST /feed",
    "POST /products/{product}/releases/{release}/evidence",
    "POST /records/{record}/draft/files",
];

/// JSON that no text field takes.
const NO_TEXT: &[&str] = &[
    "1e400",
    "-0",
    "-0.0",
    "5",
    "18446744073709551616",
    "true",
    "[]",
    "[[\"a\"]]",
    "{\"a\": 1}",
    r#""\ud800""#,
    r#""a\u0000b""#,
];
/// JSON that no number and no flag of any operation takes.
const NO_NUMBER: &[&str] =
    &["1e400", "-0", "-0.0", "-1", "1.5", "18446744073709551616", "9223372036854775807", "\"1\"", "[]", "{}"];
/// Days that there are not.
const NO_DAY: &[&str] = &[
    "\"99999-01-01\"",
    "\"+099999-01-01\"",
    "\"2026-02-30\"",
    "\"2026-13-01\"",
    "\"0000-00-00\"",
    "\"0000-01-01\"",
    "\"-000001-01-01\"",
    "\"-009999-01-01\"",
    "\"1899-12-31\"",
    "\"3000-01-01\"",
    "\"9999-12-31\"",
    "\"soon\"",
];
/// Words that would tell what the program is made of.
const INTERNAL: &[&str] = &[
    "sqlx",
    "SQL",
    "sqlite",
    "ostgres",
    "database",
    "serde",
    "struct ",
    "enum ",
    "variant ",
    "::",
    "panic",
    "u32",
    "i64",
    "u64",
    "f64",
    "usize",
    "Option<",
    "Vec<",
    ".rs",
    "constraint",
];

/// What is stored: the length of the audit log, and the files of the data folder without the database's own.
#[derive(Debug, PartialEq, Eq)]
struct Stored {
    seq: i64,
    files: BTreeSet<String>,
}

/// Somebody who knocks at doors, and remembers at which.
struct Knocker<'s> {
    server: &'s Server,
    auditor: Client,
    tried: BTreeSet<String>,
}

impl<'s> Knocker<'s> {
    async fn new(server: &'s Server) -> Self {
        Self { server, auditor: server.client("otto").await, tried: BTreeSet::new() }
    }

    async fn stored(&self) -> Stored {
        let mut files = BTreeSet::new();
        collect(self.server.app.store().folder(), &mut files);
        Stored { seq: self.server.seq().await, files }
    }

    /// Nothing is stored but notes of what was refused.
    async fn unchanged(&self, before: &Stored, what: &str) {
        let after = self.stored().await;
        assert_eq!(after.files, before.files, "{what}");
        if after.seq == before.seq {
            return;
        }
        let entries = self.auditor.get(self.server, "/audit?limit=200").await.ok();
        for entry in entries["items"].as_array().unwrap() {
            let new = entry["seq"].as_i64().unwrap() > before.seq;
            assert!(!new || entry["refused"].is_string(), "{what}: {entry}");
        }
    }

    /// Sends bad bodies to a door, then the good one.
    async fn knock(&mut self, who: &Client, method: Method, path: &str, good: &Value) -> Value {
        self.bad(who, method.clone(), path, good).await;
        self.good(who, method, path, good).await
    }

    /// Begins a record of a kind, after trying each of its fields.
    async fn fields(&mut self, who: &Client, good: &Value) {
        let before = self.stored().await;
        // What is refused before any field is looked at is tried at the other doors.
        let read = ["1e400", "18446744073709551616", r#""\ud800""#, "-0.0", "true"];
        for (what, body) in
            leaves(good).into_iter().filter(|(what, _)| !read.iter().any(|bad| what.ends_with(bad)))
        {
            let answer = who.raw(self.server, Method::POST, "/records", JSON, body).await;
            refused(&format!("{}: {what}", good["kind"]), &answer, self.server);
        }
        self.unchanged(&before, "fields").await;
        self.good(who, Method::POST, "/records", good).await;
    }

    /// Sends bodies that are like a good one and bad.
    async fn bad(&mut self, who: &Client, method: Method, path: &str, good: &Value) {
        self.tried.insert(operation(&method, path));
        let before = self.stored().await;
        let send =
            async |kind: &str, body: Vec<u8>| who.raw(self.server, method.clone(), path, kind, body).await;
        let name = format!("{method} {path}");
        for (what, kind, body) in whole(good) {
            refused(&format!("{name}: {what}"), &send(kind, body).await, self.server);
        }
        for (what, body) in leaves(good) {
            refused(&format!("{name}: {what}"), &send(JSON, body.into_bytes()).await, self.server);
        }
        for (what, headers) in
            [("says 200 MB", ("content-length", "209715200")), ("gzip", ("content-encoding", "gzip"))]
        {
            let who = who.with(headers.0, headers.1);
            let answer = who.raw(self.server, method.clone(), path, JSON, good.to_string()).await;
            refused(&format!("{name}: {what}"), &answer, self.server);
        }
        self.unchanged(&before, &name).await;
    }

    /// Sends what a door takes.
    async fn good(&mut self, who: &Client, method: Method, path: &str, good: &Value) -> Value {
        who.raw(self.server, method, path, JSON, good.to_string()).await.ok()
    }

    async fn post(&mut self, who: &Client, path: &str, good: Value) -> Value {
        self.knock(who, Method::POST, path, &good).await
    }

    async fn put(&mut self, who: &Client, path: &str, good: Value) -> Value {
        self.knock(who, Method::PUT, path, &good).await
    }

    fn all_of(&self, doors: &[&str]) {
        let doors = doors.iter().map(|door| (*door).to_owned()).collect();
        assert_eq!(self.tried, doors);
    }
}

/// The files below a folder, without those of the database.
fn collect(folder: &Path, files: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = path.display().to_string();
        if path.is_dir() {
            collect(&path, files);
        } else if !name.contains(".db") && !name.ends_with(".lock") {
            files.insert(name);
        }
    }
}

/// Method and path of the operation that a path leads to.
fn operation(method: &Method, path: &str) -> String {
    let path = format!("/api/v1{}", path.split('?').next().unwrap_or_default());
    let (template, _) = crate::described::operation(&method.as_str().to_lowercase(), &path).unwrap();
    format!("{method} {}", template.trim_start_matches("/api/v1"))
}

/// A refusal in words for the one who asked, short, with nothing of the program's insides.
#[track_caller]
fn refused(what: &str, answer: &Answer, server: &Server) {
    assert!(answer.status.is_client_error(), "{what:.300}: {} {:.2000}", answer.status, answer.text);
    let problem = answer.problem(answer.status.as_u16(), kind(answer).as_str());
    let all = problem.to_string();
    assert!(all.len() < 4000, "{what:.300}: an answer is short: {all:.1000}");
    let folder = server.app.store().folder().display().to_string();
    for word in INTERNAL.iter().copied().chain([&*folder]) {
        assert!(!all.contains(word), "{what:.300}: says {word}: {all}");
    }
    assert!(problem["detail"].as_str().unwrap().len() > 15, "{what:.300}: {all}");
}

fn kind(answer: &Answer) -> String {
    let kind = answer.json()["type"].as_str().unwrap_or_default().to_owned();
    kind.trim_start_matches("urn:theriac:problem:").to_owned()
}

/// Bodies that are wrong as a whole: what, content type, bytes.
fn whole(good: &Value) -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let text = good.to_string();
    let member = text.find(':').unwrap();
    let first = &text[1..member];
    let put_in = |more: &str| text.replacen('{', &format!("{{{more},"), 1).into_bytes();
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    vec![
        ("empty", JSON, Vec::new()),
        ("blank", JSON, b" \n ".to_vec()),
        ("truncated", JSON, text.as_bytes()[..text.len() / 2].to_vec()),
        ("all but the end", JSON, text.as_bytes()[..text.len() - 1].to_vec()),
        ("more after the end", JSON, [text.as_bytes(), b"{}"].concat()),
        ("a list", JSON, format!("[{text}]").into_bytes()),
        ("null", JSON, b"null".to_vec()),
        ("a text", JSON, b"\"text\"".to_vec()),
        ("a key twice", JSON, put_in(&format!("{first}: null"))),
        ("a key nobody knows", JSON, put_in("\"colour\": \"red\"")),
        ("a key of 1 MB", JSON, put_in(&format!("\"{}\": 1", "k".repeat(1 << 20)))),
        ("deep", JSON, put_in(&format!("\"a\": {}{}", "[".repeat(40), "]".repeat(40)))),
        ("deep without end", JSON, "{\"a\":".repeat(200_000).into_bytes()),
        ("a million values", JSON, format!("[{}0]", "0,".repeat(1 << 20)).into_bytes()),
        ("UTF-16", JSON, [&[0xff, 0xfe], &*utf16].concat()),
        ("Latin-1", JSON, put_in("\"caf\u{e9}\": 1").into_iter().filter(|byte| *byte != 0xc3).collect()),
        ("NUL bytes", JSON, vec![0; 1000]),
        ("a zip archive", JSON, b"PK\x03\x04\x14\0\0\0\x08\0".to_vec()),
        ("XML with entities", JSON, LAUGHS.as_bytes().to_vec()),
        ("a text as type", "text/plain", text.clone().into_bytes()),
        ("a form as type", "application/x-www-form-urlencoded", text.clone().into_bytes()),
        ("multipart as type", "multipart/form-data; boundary=x", text.clone().into_bytes()),
        ("no type", "", text.into_bytes()),
    ]
}

const LAUGHS: &str = r#"<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]><bom>&d;</bom>"#;

/// The good body with one value at a time replaced by one that its field cannot take.
fn leaves(good: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    places(good, String::new(), &mut found);
    let mut bodies = Vec::new();
    for (place, value) in found {
        let mut marked = good.clone();
        *marked.pointer_mut(&place).unwrap() = json!("@here@");
        let marked = marked.to_string();
        // A field of a record that holds an empty list or object is an empty field.
        let in_record = place.contains("/content/");
        for bad in wrong(&value).into_iter().filter(|bad| !(in_record && matches!(&**bad, "[]" | "{}"))) {
            let what = format!("{place} = {bad:.80}");
            bodies.push((what, marked.replacen("\"@here@\"", &bad, 1)));
        }
    }
    bodies
}

fn wrong(value: &Value) -> Vec<String> {
    let owned = |list: &[&str]| list.iter().map(|bad| (*bad).to_owned()).collect::<Vec<_>>();
    match value {
        Value::String(text) => {
            let mut bad = owned(NO_TEXT);
            bad.push(format!("\"{}\"", "x".repeat(1 << 20)));
            if text.parse::<jiff::civil::Date>().is_ok() || text.parse::<jiff::Timestamp>().is_ok() {
                bad.extend(owned(NO_DAY));
            }
            bad
        }
        _ => owned(NO_NUMBER),
    }
}

/// Texts, numbers and flags of a value with their JSON pointers.
fn places(value: &Value, place: String, found: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| places(value, format!("{place}/{name}"), found));
        }
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, value)| places(value, format!("{place}/{index}"), found));
        }
        Value::Null => {}
        leaf => found.push((place, leaf.clone())),
    }
}

#[test]
fn every_door_is_tried() {
    let document: Value = serde_json::from_str(&theriac_api::openapi()).unwrap();
    let mut doors = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if operation["requestBody"].is_object() {
                doors.insert(format!("{} {}", method.to_uppercase(), path.trim_start_matches("/api/v1")));
            }
        }
    }
    let tried = [ORGANISATION, PRODUCTS, RECORDS, FINDINGS, CONFORMITY, FILES].concat();
    assert_eq!(tried.iter().map(|door| (*door).to_owned()).collect::<BTreeSet<_>>(), doors);
}

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
    door.all_of(PRODUCTS);
});

on_both_engines!(the_doors_of_the_organisation_refuse_bad_bodies, |store| {
    let server = Server::new(&store).await;
    let (adam, ana, ben) =
        (server.client("adam").await, server.client("ana").await, server.client("ben").await);
    ana.post(&server, "/products", &json!({ "key": "pump", "name": "Pump", "route": "full" })).await.ok();
    let mut door = Knocker::new(&server).await;
    door.knock(&adam, Method::PATCH, "/organisation", &json!({ "accept_defects": true })).await;
    let person = json!({
        "key": "pia", "name": "Pia Example", "email": "pia@lumen.example", "department": "quality", "manager": "otto",
        "external": true, "roles": ["tester"], "password": PASSWORD, "from": "2025-12-01",
    });
    door.post(&adam, "/people", person).await;
    let place =
        json!({ "department": "research", "manager": "ana", "external": false, "from": "2026-03-01" });
    door.put(&adam, "/people/pia/place", place).await;
    let grant = json!({ "role": "developer", "product": "pump" });
    door.post(&adam, "/people/pia/grants", grant.clone()).await;
    door.post(&adam, "/people/pia/grants/withdraw", grant).await;
    let address = json!({ "address": "pia@home.example" });
    door.post(&adam, "/people/pia/addresses", address.clone()).await;
    door.post(&adam, "/people/pia/addresses/withdraw", address).await;
    door.post(&adam, "/people/pia/password", json!({ "password": "quite another one" })).await;
    door.post(&adam, "/people/pia/leave", json!({ "from": "2026-01-05" })).await;
    door.post(&adam, "/people/pia/erase", json!({ "password": PASSWORD })).await;
    let expires_at = server.app.now() + jiff::SignedDuration::from_hours(24);
    let token = json!({ "name": "ci", "permissions": ["read"], "product": "pump", "expires_at": expires_at });
    door.post(&adam, "/tokens", token).await;
    door.post(&ben, "/session/password", json!({ "old": PASSWORD, "new": "another long password" })).await;
    let sign_in = json!({ "email": "mei@lumen.example", "password": PASSWORD });
    door.post(&Client::nobody(), "/session", sign_in).await;
    door.all_of(ORGANISATION);
});

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
    door.all_of(RECORDS);
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
    door.all_of(FINDINGS);
});

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
    door.all_of(CONFORMITY);
});

/// Segments of an address that name nothing.
const NO_NAME: &[&str] = &[
    "%2e%2e%2f%2e%2e%2fetc",
    "a%2Fb",
    "%00",
    "a%00b",
    "%ff",
    "%0d%0aX:1",
    "%F0%9F%92%A5",
    "'%20OR%20'1'='1",
    "-1",
    "99999999999999999999",
    "RISK-99999999999999999999",
    "RISK-0",
    "RISK--1",
    "EVID-%D9%A1",
];
/// What no list takes as its limit.
const NO_LIMIT: &[&str] = &[
    "0",
    "201",
    "-1",
    "4294967295",
    "4294967296",
    "18446744073709551616",
    "1e3",
    "0x10",
    "1.5",
    "",
    "%D9%A1",
];
/// Values that most parameters refuse, and that none may stumble over.
const ODD: &[&str] = &[
    "",
    "%00",
    "%ff",
    "'%20OR%20'1'='1",
    "-1",
    "99999999999999999999",
    "9223372036854775807",
    "99999-01-01",
    "-009999-01-01",
    "9999-12-31",
    "%F0%9F%92%A5",
    "a%2Fb",
    "eyJhIjoxfQ",
];

/// Every operation with one segment of its path that is odd.
/// With `in_query`, a parameter of its query; and whether it must be refused.
fn odd_addresses(in_query: bool) -> Vec<(Method, String, bool)> {
    let document: Value = serde_json::from_str(&theriac_api::openapi()).unwrap();
    let mut found = Vec::new();
    let long = "x".repeat(5000);
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let method: Method = method.to_uppercase().parse().unwrap();
            let path = path.trim_start_matches("/api/v1");
            let empty = Vec::new();
            let parameters = operation["parameters"].as_array().unwrap_or(&empty);
            let named = |place: &str| -> Vec<&str> {
                let there = parameters.iter().filter(|parameter| parameter["in"] == place);
                there.map(|parameter| parameter["name"].as_str().unwrap()).collect()
            };
            for name in named("path").into_iter().filter(|_| !in_query) {
                for odd in NO_NAME.iter().copied().chain([&*long]) {
                    let address = filled(&path.replace(&format!("{{{name}}}"), odd));
                    found.push((method.clone(), address, true));
                }
            }
            for name in named("query").into_iter().filter(|_| in_query && method == Method::GET) {
                let odd = if name == "limit" { NO_LIMIT } else { ODD };
                for value in odd.iter().copied().chain([&*long]) {
                    found.push((method.clone(), format!("{}?{name}={value}", filled(path)), name == "limit"));
                }
            }
        }
    }
    found
}

/// The path with what is there in the place of its parameters.
fn filled(path: &str) -> String {
    let there = [
        ("product", "pump"),
        ("release", "1.0"),
        ("evidence", "EVID-1"),
        ("finding", "FIND-1"),
        ("record", "DOC-1"),
        ("kind", "document"),
        ("person", "ana"),
    ];
    there.iter().fold(path.to_owned(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value))
}

async fn knock_at_odd_addresses(store: &TestStore, in_query: bool) -> usize {
    let server = Server::new(store).await;
    let ana = with_finding(&server).await;
    ana.post(&server, "/records", &json!({ "kind": "document", "content": { "title": "T" } })).await.ok();
    let adam = server.client("adam").await;
    let knocker = Knocker::new(&server).await;
    let before = knocker.stored().await;
    let mut answered = 0;
    for (method, path, refuse) in odd_addresses(in_query) {
        let own = ["/people", "/tokens", "/sessions"].iter().any(|own| path.starts_with(own));
        let who = if own { &adam } else { &ana };
        let answer = who.raw(&server, method.clone(), &path, "", Body::empty()).await;
        if refuse || !answer.status.is_success() {
            refused(&format!("{method} {path}"), &answer, &server);
        } else {
            answered += 1;
        }
    }
    knocker.unchanged(&before, "odd addresses").await;
    answered
}

on_both_engines!(odd_paths_are_refused, |store| {
    assert_eq!(knock_at_odd_addresses(&store, false).await, 0);
});

on_both_engines!(odd_queries_are_refused_or_answered, |store| {
    let answered = knock_at_odd_addresses(&store, true).await;
    assert!(answered > 20, "some parameters take any text");
});

on_both_engines!(forged_paging_keys_are_refused_or_answered, |store| {
    let server = Server::new(&store).await;
    let ana = with_finding(&server).await;
    for key in ["gateway", "monitor"] {
        ana.post(&server, "/products", &json!({ "key": key, "name": key, "route": "full" })).await.ok();
        ana.post(&server, "/records", &json!({ "kind": "document", "content": { "title": key } })).await.ok();
        ana.post(&server, &format!("{RELEASE}/builds"), &json!({ "build": key, "commit": COMMIT }))
            .await
            .ok();
        let path = format!("/products/{key}/releases");
        ana.post(&server, &path, &json!({ "release": "1.0" })).await.ok();
    }
    let lists = [
        "/products?",
        "/releases?",
        "/records?",
        "/records?sort=due&",
        "/records?sort=changed&",
        "/people?",
        "/audit?",
        "/products/pump/releases/1.0/builds?",
        "/products/pump/releases/1.0/components?",
    ];
    let otto = server.client("otto").await;
    let mut forged = 0;
    for list in lists {
        let page = otto.get(&server, &format!("{list}limit=1")).await.ok();
        let Some(next) = page["next"].as_str() else { continue };
        let half = &next[..next.len() / 2];
        let keys = [
            half.to_owned(),
            format!("{next}0"),
            format!("{next}%00"),
            next.replace(['1', 'a'], "%F0%9F%92%A5"),
        ];
        for key in keys {
            let path = format!("{list}limit=1&after={key}");
            let answer = otto.get(&server, &path).await;
            if !answer.status.is_success() {
                refused(&path, &answer, &server);
            }
            forged += 1;
        }
    }
    assert!(forged > 20, "the lists have a second page");
});

const BYTES: &str = "application/octet-stream";
const CDX_XML: &str = include_str!("../../../theriac-formats/testdata/small.cdx.xml");
const SPDX_JSON: &str = include_str!("../../../theriac-formats/testdata/small.spdx.json");

/// A Zstandard file of a few kilobytes that unpacks to so many times 128 KiB of blanks.
fn zst_bomb(blocks: usize) -> Vec<u8> {
    let mut bytes = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38];
    (0..blocks).for_each(|_| bytes.extend([0x02, 0x00, 0x10, b' ']));
    bytes.extend([0x01, 0x00, 0x00]);
    bytes
}

/// What a writer makes of 128 MiB of blanks.
fn blanks<W: Write>(mut out: W) -> W {
    (0..128).for_each(|_| out.write_all(&[b' '; 1 << 20]).unwrap());
    out
}

fn gzip_bomb() -> Vec<u8> {
    blanks(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast())).finish().unwrap()
}

fn xz_bomb() -> Vec<u8> {
    blanks(liblzma::write::XzEncoder::new(Vec::new(), 0)).finish().unwrap()
}

/// Files that are no evidence and no advisory: what, and bytes.
fn bad_files() -> Vec<(&'static str, Vec<u8>)> {
    let good = bom("1.2.0").to_string();
    let with = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replacen(from, to, 1).into_bytes()
    };
    let inside = |bad: &str| with("\"own-part\"", bad);
    let long = format!("\"{}\"", "x".repeat(2 << 20));
    let xml = |inner: &str| {
        format!("<?xml version=\"1.0\"?><bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\">{inner}</bom>")
    };
    let utf16: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let external = "<?xml version=\"1.0\"?><!DOCTYPE bom SYSTEM \"file:///etc/passwd\"><bom/>";
    vec![
        ("one byte", b"x".to_vec()),
        ("blanks", vec![b' '; 1 << 20]),
        ("NUL bytes", vec![0; 1 << 20]),
        ("a program", b"\x7fELF\x02\x01\x01\0".to_vec()),
        ("a zip archive", b"PK\x03\x04\x14\0\0\0\x08\0\0\0".to_vec()),
        ("a broken gzip file", vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3]),
        ("a Zstandard bomb", zst_bomb(4096)),
        ("a gzip bomb", gzip_bomb()),
        ("an xz bomb", xz_bomb()),
        ("truncated JSON", good.as_bytes()[..good.len() / 2].to_vec()),
        ("truncated XML", CDX_XML.as_bytes()[..CDX_XML.len() / 2].to_vec()),
        ("truncated SPDX", SPDX_JSON.as_bytes()[..SPDX_JSON.len() / 2].to_vec()),
        ("two documents", [good.as_bytes(), good.as_bytes()].concat()),
        ("half of UTF-16", [&[0xff, 0xfe], &utf16[..utf16.len() - 1]].concat()),
        ("Latin-1", inside("\"caf\u{e9}\"").into_iter().filter(|byte| *byte != 0xc3).collect()),
        ("a key twice", with("{", "{\"bomFormat\": \"CycloneDX\",")),
        ("a number out of range", with("\"version\":1", "\"version\":1e400")),
        ("a version of 2^64", with("\"version\":1", "\"version\":18446744073709551616")),
        ("half a character", inside("\"\\ud800\"")),
        ("a name of 2 MB", inside(&long)),
        ("deep JSON", with("[", &"[".repeat(100_000))),
        ("deep objects", "{\"a\":".repeat(100_000).into_bytes()),
        ("deep XML", xml(&"<a>".repeat(100_000)).into_bytes()),
        ("entities that multiply", LAUGHS.as_bytes().to_vec()),
        ("an outer entity", external.as_bytes().to_vec()),
        (
            "NUL in XML",
            xml("<components><component type=\"library\"><name>&#0;</name></component></components>")
                .into_bytes(),
        ),
        ("a page", b"<!DOCTYPE html><html><body>Sign in</body></html>".to_vec()),
    ]
}

/// A body of so many pieces of a megabyte, that says nothing of its length; broken off at its end where told.
fn stream(pieces: usize, broken: bool) -> Body {
    let (mut sender, body) = Channel::<Bytes, std::io::Error>::new(2);
    tokio::spawn(async move {
        let piece = Bytes::from(vec![b'x'; 1 << 20]);
        for _ in 0..pieces {
            // Who refuses a body does not read it to its end.
            if sender.send_data(piece.clone()).await.is_err() {
                return;
            }
        }
        if broken {
            sender.abort(std::io::Error::other("the line is dead"));
        }
    });
    Body::new(body)
}

fn multipart(name: &str, bytes: &[u8]) -> Vec<u8> {
    let head =
        format!("--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
    [head.as_bytes(), bytes, b"\r\n--edge--\r\n"].concat()
}

const MULTIPART: &str = "multipart/form-data; boundary=edge";

on_both_engines!(the_door_of_evidence_refuses_bad_files, |store| {
    let server = Server::new(&store).await;
    let ana = with_build(&server).await;
    let knocker = Knocker::new(&server).await;
    let before = knocker.stored().await;
    let path = format!("{RELEASE}/evidence?name=bad.file&build=rc.1");
    let send = async |kind: &str, body: Body| ana.raw(&server, Method::POST, &path, kind, body).await;
    for (what, bytes) in bad_files() {
        let answer = send(BYTES, bytes.clone().into()).await;
        refused(what, &answer, &server);
        assert!(answer.text.contains("bad.file"), "{what}: {}", answer.text);
        let good = multipart("good.json", bom("1.0.0").to_string().as_bytes());
        let two = [&good[..good.len() - "--edge--\r\n".len()], &multipart("bad.file", &bytes)].concat();
        refused(what, &send(MULTIPART, two.into()).await, &server);
    }
    let good = bom("1.0.0").to_string();
    for (what, kind, bytes) in [
        ("no edge", "multipart/form-data", multipart("a.json", good.as_bytes())),
        ("another edge", "multipart/form-data; boundary=other", multipart("a.json", good.as_bytes())),
        ("no parts", MULTIPART, b"--edge--\r\n".to_vec()),
        ("cut off", MULTIPART, multipart("a.json", good.as_bytes())[..200].to_vec()),
        ("an empty file", MULTIPART, multipart("a.json", b"")),
        ("a name of 1 MB", MULTIPART, multipart(&"n".repeat(1 << 20), good.as_bytes())),
        ("NUL in a name", MULTIPART, multipart("a\0b", good.as_bytes())),
        (
            "not UTF-8 in a name",
            MULTIPART,
            [
                b"--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"",
                &b"\xff\xfe"[..],
                b"\"\r\n\r\n{}\r\n--edge--\r\n",
            ]
            .concat(),
        ),
        (
            "101 files",
            MULTIPART,
            String::from_utf8(multipart("a.json", b"{}"))
                .unwrap()
                .replace("--edge--\r\n", "")
                .repeat(101)
                .into_bytes(),
        ),
    ] {
        refused(what, &send(kind, bytes.into()).await, &server);
    }
    send(BYTES, stream(129, false)).await.problem(413, "too-large");
    refused("broken off", &send(BYTES, stream(2, true)).await, &server);
    let gzip =
        ana.with("content-encoding", "gzip").raw(&server, Method::POST, &path, BYTES, good.clone()).await;
    gzip.problem(415, "media-type");
    knocker.unchanged(&before, "evidence").await;
    send(BYTES, good.into()).await.ok();
});

on_both_engines!(the_door_of_feeds_refuses_bad_files, |store| {
    let server = Server::new(&store).await;
    let ana = server.client("ana").await;
    let knocker = Knocker::new(&server).await;
    let before = knocker.stored().await;
    let send = async |body: Body| ana.raw(&server, Method::POST, "/feed", BYTES, body).await;
    for (what, bytes) in bad_files() {
        refused(what, &send(bytes.into()).await, &server);
    }
    refused("200 MB", &send(stream(200, false)).await, &server);
    refused("broken off", &send(stream(2, true)).await, &server);
    for coding in ["gzip", "zstd", "xz", "br", "deflate"] {
        let packed = ana.with("content-encoding", coding);
        packed.raw(&server, Method::POST, "/feed", BYTES, gzip_bomb()).await.problem(415, "media-type");
    }
    ana.get(&server, "/feed").await.problem(404, "not-found");
    knocker.unchanged(&before, "feed").await;
    crate::findings::import(&ana, &server).await.ok();
});

on_both_engines!(the_door_of_attached_files_refuses_bad_ones, |store| {
    let server = Server::new(&store).await;
    let ana = server.client("ana").await;
    let begun = ana.post(&server, "/records", &json!({ "kind": "document", "content": {} })).await.ok();
    let knocker = Knocker::new(&server).await;
    let before = knocker.stored().await;
    let (record, expected) = (begun["record"].as_str().unwrap(), begun["expected"].as_str().unwrap());
    let attach = async |query: &str, body: Body| {
        ana.raw(&server, Method::POST, &format!("/records/{record}/draft/files?{query}"), BYTES, body).await
    };
    let long = "x".repeat(5000);
    for name in ["", "%00", "a%00b", "..", "a%2Fb", "..%5C..", "%0a", "%ff", &long] {
        let query = format!("name={name}&expected={expected}");
        refused(name, &attach(&query, b"bytes".to_vec().into()).await, &server);
    }
    for wrong in ["", "x", "%00", &"0".repeat(63), &"G".repeat(64), &long] {
        let query = format!("name=a.txt&expected={wrong}");
        refused(wrong, &attach(&query, b"bytes".to_vec().into()).await, &server);
    }
    let query = format!("name=a.txt&expected={expected}");
    refused("empty", &attach(&query, Body::empty()).await, &server);
    refused("broken off", &attach(&query, stream(2, true)).await, &server);
    attach(&query, stream(201, false)).await.problem(413, "too-large");
    let packed = ana.with("content-encoding", "gzip");
    let path = format!("/records/{record}/draft/files?{query}");
    packed.raw(&server, Method::POST, &path, BYTES, gzip_bomb()).await.problem(415, "media-type");
    knocker.unchanged(&before, "files").await;
    attach(&query, b"bytes".to_vec().into()).await.ok();
});
