//! Bad input at every door of the interface. Each operation that takes a JSON body is sent bodies that it must refuse, and
//! then a good one, which it must take, so that nothing was refused for another reason. `every_door_is_tried` fails
//! when an operation with a body is not among the doors: add it to the list and to the test in the file of its noun.

mod addresses;
mod any_bytes;
mod bodies;
mod conformity;
mod files;
mod findings;
mod organisation;
mod products;
mod records;

use std::collections::BTreeSet;
use std::path::Path;

use axum::http::Method;
use serde_json::Value;

use bodies::{leaves, whole};

use crate::client::{Answer, Client, Server};

const JSON: &str = "application/json";

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

const LAUGHS: &str = r#"<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]><bom>&d;</bom>"#;

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
    let tried = [
        organisation::DOORS,
        products::DOORS,
        records::DOORS,
        findings::DOORS,
        conformity::DOORS,
        files::DOORS,
    ]
    .concat();
    assert_eq!(tried.iter().map(|door| (*door).to_owned()).collect::<BTreeSet<_>>(), doors);
}
