//! A kind is one file: this one is thrown away, and goes through page, interface, draft, file, link, difference, signature,
//! export and import of the whole program, on both engines.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use scraper::{Html, Selector};
use serde_json::{Value, json};
use theriac_auth::{Role, SessionCookie, Throttle};
use theriac_model::kinds::DOCUMENT;
use theriac_model::record::{
    Family, Kind, Scope, Workflow, boolean, choice, date, markdown, out, person, rows, text,
};
use theriac_service::people::{self, Init, NewPerson};
use theriac_service::{App, Who};
use theriac_store::on_both_engines;
use theriac_store::testing::TestStore;
use theriac_web::http::Web;
use tower::ServiceExt as _;

static DRILL: Kind = Kind {
    id: "drill",
    prefix: "DRILL",
    version: 1,
    scopes: &[Scope::Organisation],
    title: "Drill",
    plural: "Drills",
    purpose: "Says how an emergency was practised.",
    clauses: &["9.1"],
    family: Family::Governance,
    fields: &[
        text("title", "Title").required().listed(),
        choice("result", "Result", &["passed", "failed"]).required().listed(),
        date("held", "Held on").required().listed(),
        person("lead", "Lead").required(),
        boolean("announced", "Announced"),
        markdown("story", "What happened"),
        rows("steps", "Steps", &[text("step", "Step").required(), boolean("done", "Done")]),
    ],
    links: &[out("practises", &["document"]).at_least(1)],
    workflow: Workflow { approve: Family::Governance, meaning: "Drill concluded", clinical_if: None },
    duties: &[],
    validate: |_, _| {},
    upcast: &[],
    samples: || {
        vec![json!({ "title": "Night call", "result": "passed", "held": "2026-01-02", "lead": "ana" })]
    },
};
static KINDS: &[&Kind] = &[&DOCUMENT, &DRILL];
const PASSWORD: &str = "four words apart here";

/// The whole program's routes, and somebody who has signed in.
struct Program {
    router: Router,
    cookie: String,
    csrf: String,
}

struct Answer {
    status: StatusCode,
    location: String,
    text: String,
}

impl Answer {
    fn ok(self) -> Self {
        assert!(self.status.is_success(), "{}: {}", self.status, self.text);
        self
    }

    fn json(self) -> Value {
        serde_json::from_str(&self.ok().text).unwrap()
    }

    /// The texts of what a selector finds on a page.
    fn texts(&self, selector: &str) -> Vec<String> {
        let words = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let page = Html::parse_document(&self.text);
        page.select(&Selector::parse(selector).unwrap()).map(|found| words(found.text().collect())).collect()
    }

    /// The value of a field of a form.
    fn value(&self, name: &str) -> String {
        let page = Html::parse_document(&self.text);
        let found = page.select(&Selector::parse(&format!("[name='{name}']")).unwrap()).next();
        found.and_then(|field| field.attr("value").map(str::to_owned)).unwrap_or_default()
    }
}

/// An installation of this kind and of documents, with Ana, who writes, and Cleo, who approves.
async fn install(store: &TestStore) -> Router {
    let app = App::new((**store).clone(), store.folder().join("index")).with_kinds(KINDS);
    let person = |key: &str, role| NewPerson {
        key: key.to_owned(),
        name: format!("{key} Example"),
        email: format!("{key}@lumen.example"),
        roles: vec![role],
        password: Some(PASSWORD.to_owned()),
        ..NewPerson::default()
    };
    let init = Init {
        organisation: "Lumen Medical".to_owned(),
        zone: "Europe/Berlin".to_owned(),
        people: vec![
            person("adam", Role::Administrator),
            person("ana", Role::SecurityOfficer),
            person("cleo", Role::Approver),
        ],
        demonstration: false,
    };
    people::init(&app, &Who::system("test"), init).await.unwrap();
    let (throttle, cookie) = (Arc::new(Mutex::new(Throttle::default())), SessionCookie { secure: false });
    let api = theriac_api::Api::new(app.clone(), Arc::clone(&throttle), cookie);
    let web = theriac_web::http::router(Web::new(app, throttle, cookie));
    theriac_api::router(api).fallback_service(web)
}

impl Program {
    async fn signed_in(router: &Router, key: &str) -> Self {
        let mut program = Self { router: router.clone(), cookie: String::new(), csrf: String::new() };
        let body = json!({ "email": format!("{key}@lumen.example"), "password": PASSWORD });
        let request = Request::post("/api/v1/session").header(header::CONTENT_TYPE, "application/json");
        let response = program
            .router
            .clone()
            .oneshot(request.body(Body::from(body.to_string())).unwrap())
            .await
            .unwrap();
        let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
        cookie.split(';').next().unwrap().clone_into(&mut program.cookie);
        let answer = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        answer["csrf"].as_str().unwrap().clone_into(&mut program.csrf);
        program
    }

    async fn ask(&self, method: Method, path: &str, kind: &str, body: Vec<u8>) -> Answer {
        let request = Request::builder().method(method).uri(path).header(header::COOKIE, &self.cookie);
        let request = request.header("x-csrf-token", &self.csrf).header(header::CONTENT_TYPE, kind);
        let response = self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let location = response.headers().get(header::LOCATION);
        let location = location.map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 8 << 20).await.unwrap();
        Answer { status, location, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// A page.
    async fn page(&self, path: &str) -> Answer {
        let page = self.ask(Method::GET, path, "", Vec::new()).await;
        // The form of a new record has an address of its own.
        if page.location.starts_with("/records/new?") {
            return self.ask(Method::GET, &page.location, "", Vec::new()).await.ok();
        }
        page.ok()
    }

    /// Sends a form as a page does.
    async fn form(&self, path: &str, pairs: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("csrf", &self.csrf)
            .extend_pairs(pairs)
            .finish();
        self.ask(Method::POST, path, "application/x-www-form-urlencoded", body.into_bytes()).await
    }

    /// Sends a file from a form.
    async fn file(&self, path: &str, name: &str, text: &str) -> Answer {
        let csrf = &self.csrf;
        let body = format!(
            "--part\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n\
             --part\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{text}\r\n--part--\r\n"
        );
        self.ask(Method::POST, path, "multipart/form-data; boundary=part", body.into_bytes()).await
    }

    /// Reads from the interface.
    async fn get(&self, path: &str) -> Value {
        self.ask(Method::GET, &format!("/api/v1{path}"), "", Vec::new()).await.json()
    }

    /// Calls the interface.
    async fn call(&self, method: Method, path: &str, body: &Value) -> Answer {
        let path = format!("/api/v1{path}");
        self.ask(method, &path, "application/json", body.to_string().into_bytes()).await
    }

    /// A document that is approved, or its next revision: its text of what is to be practised.
    async fn procedure(&self, approver: &Self, expected: Option<&Value>, body: &str) -> String {
        let content = json!({
            "title": "Night calls", "type": "procedure", "clauses": ["9.1"], "body": body, "owner": "ana",
            "effective_date": "2026-01-01", "next_review": "2027-01-01"
        });
        let begun = match expected {
            None => {
                let new = json!({ "kind": "document", "content": content });
                self.call(Method::POST, "/records", &new).await.json()
            }
            Some(expected) => {
                let draft = json!({ "content": content, "expected": expected });
                self.call(Method::PUT, "/records/DOC-1/draft", &draft).await.json()
            }
        };
        let submit = json!({ "expected": begun["expected"] });
        let digest = self.call(Method::POST, "/records/DOC-1/submit", &submit).await.json()["digest"].take();
        let sign = json!({ "digest": digest, "password": PASSWORD });
        approver.call(Method::POST, "/records/DOC-1/approve", &sign).await.ok();
        digest.as_str().unwrap().to_owned()
    }
}

/// What the form of the kind sends.
const FORM: [(&str, &str); 9] = [
    ("title", "Night call"),
    ("result", "failed"),
    ("held", "2026-01-02"),
    ("lead", "ana"),
    ("announced", ""),
    ("steps.0.step", "Call"),
    ("steps.0.done", ""),
    ("steps.0.done", "true"),
    ("link", "practises:DOC-1"),
];

on_both_engines!(a_kind_in_one_file_has_all_mechanics, |store| {
    let router = install(&store).await;
    let (ana, cleo) = (Program::signed_in(&router, "ana").await, Program::signed_in(&router, "cleo").await);
    let kinds = ana.get("/kinds").await;
    assert_eq!(kinds[1]["kind"], "drill");
    let schema = ana.get("/kinds/drill/schema").await;
    assert_eq!(schema["properties"]["result"]["enum"], json!(["passed", "failed"]));
    let first = ana.procedure(&cleo, None, "Call the duty officer.").await;

    // Page: the form of the kind, its refusal, a file.
    let form = ana.page("/records/new?kind=drill&scope=-").await;
    assert_eq!(form.texts("h1"), ["New drill"]);
    let begun = ana.form("/records/new?kind=drill&scope=-", &FORM[..2]).await;
    assert_eq!(begun.location, "/records/DRILL-1/edit");
    let expected = ana.page(&begun.location).await.value("expected");
    let refused = ana.form(&begun.location, &[("then", "submit"), ("expected", &expected)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("Lead is missing"), "{}", refused.text);
    let attached = ana.file("/records/DRILL-1/attach", "log.txt", "23:00 called").await;
    assert_eq!(attached.location, begun.location, "{}", attached.text);
    let expected = ana.page(&begun.location).await.value("expected");
    let mut sent = FORM.to_vec();
    sent.extend([("then", "submit"), ("expected", expected.as_str())]);
    let sent = ana.form(&begun.location, &sent).await;
    assert_eq!(sent.location, "/records/DRILL-1", "{:?}", sent.texts(".err"));

    // Interface: what the page wrote, sent back, mended.
    let record = ana.get("/records/DRILL-1").await;
    let revision = &record["revision"];
    assert_eq!((&record["state"], &revision["content"]["lead"]), (&json!("in review"), &json!("ana")));
    assert_eq!(revision["content"]["steps"], json!([{ "step": "Call", "done": true }]));
    assert_eq!(
        (&revision["files"][0]["name"], &record["links"][0]["record"]),
        (&json!("log.txt"), &json!("DOC-1"))
    );
    let back = json!({ "digest": revision["digest"], "reason": "It did pass" });
    cleo.call(Method::POST, "/records/DRILL-1/send-back", &back).await.ok();
    let draft = ana.get("/records/DRILL-1/draft").await;
    let mut content = draft["content"].clone();
    content["result"] = json!("passed");
    let links = json!([{ "type": "practises", "target": "DOC-1" }]);
    let save = json!({ "content": content, "links": links, "expected": draft["expected"] });
    let saved = ana.call(Method::PUT, "/records/DRILL-1/draft", &save).await.json();
    let submit = json!({ "expected": saved["expected"] });
    ana.call(Method::POST, "/records/DRILL-1/submit", &submit).await.ok();

    // Difference, on both ways in.
    let changed = ana.get("/records/DRILL-1/diff?from=1&to=2").await;
    let [field] = changed["fields"].as_array().unwrap().as_slice() else { panic!("{changed}") };
    assert_eq!((&field["label"], &field["after"]), (&json!("Result"), &json!("passed")));
    let page = ana.page("/records/DRILL-1/1..2").await;
    assert!(page.texts("main").concat().contains("Result"), "{}", page.text);

    // Signature: of who may, over what was shown.
    let shown = cleo.page("/records/DRILL-1/sign").await;
    assert!(shown.texts("main").concat().contains("log.txt"), "{}", shown.text);
    let digest = shown.value("digest");
    let sign = [("digest", digest.as_str()), ("act", "approve"), ("password", PASSWORD)];
    let own = ana.form("/records/DRILL-1/sign", &sign).await;
    assert_eq!(own.status, StatusCode::FORBIDDEN);
    let signed = cleo.form("/records/DRILL-1/sign", &sign).await;
    assert_eq!(signed.location, "/records/DRILL-1", "{}", signed.text);
    let history = ana.page("/records/DRILL-1/history").await;
    assert!(history.texts("main").concat().contains("Drill concluded"), "{}", history.text);
    // Shown and found by its listed fields.
    let found = ana.page("/records?kind=drill&q=passed").await.texts("tbody tr").concat();
    assert!(found.contains("DRILL-1 Night call") && found.contains("Approved"), "{found}");
    assert!(found.contains("Result: passed; Held on: 2026-01-02"), "{found}");
    let row = ana.get("/records?kind=drill").await["items"][0].take();
    assert_eq!(row["fields"], json!({ "held": "2026-01-02", "result": "passed", "title": "Night call" }));
    assert!(ana.page("/records?kind=drill&q=failed").await.texts("tbody tr").is_empty());

    // What it points to moves on: the link is suspect, until somebody says why it holds.
    let draft = ana.get("/records/DOC-1/draft").await;
    let second = ana.procedure(&cleo, Some(&draft["expected"]), "Call the duty officer twice.").await;
    assert_ne!(first, second);
    assert_eq!(ana.get("/records/DRILL-1").await["links"][0]["suspect"], true);
    let clear =
        json!({ "type": "practises", "target": "DOC-1", "to": second, "reason": "Nobody answered once." });
    ana.call(Method::POST, "/records/DRILL-1/clear", &clear).await.ok();
    assert_eq!(ana.get("/records/DRILL-1").await["links"][0]["suspect"], false);

    // Export, and import elsewhere: a draft that nobody signed, with file and link.
    let file = ana.get("/records/export").await;
    let there = TestStore::sqlite().await;
    let router = install(&there).await;
    let other = Program::signed_in(&router, "ana").await;
    let dry = other.call(Method::POST, "/records/import?dry_run=true", &file).await.json();
    assert_eq!(dry.as_array().unwrap().len(), 2, "{dry}");
    let none = other.get("/records?kind=drill").await;
    assert_eq!(none["items"], json!([]), "a dry run stores nothing");
    other.call(Method::POST, "/records/import", &file).await.ok();
    let copy = other.get("/records/DRILL-1").await;
    assert_eq!((&copy["state"], &copy["drafted"]["result"]), (&json!("draft"), &json!("passed")));
    let draft = other.get("/records/DRILL-1/draft").await;
    assert_eq!(draft["files"][0]["name"], "log.txt");
    assert_eq!(draft["links"][0]["target"], "DOC-1");
});
