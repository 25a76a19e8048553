//! A manufacturer behind the interface, and somebody who calls it.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use serde_json::{Value, json};
use theriac_api::Api;
use theriac_auth::{Role, SessionCookie, Throttle};
use theriac_service::people::{self, Init, NewPerson};
use theriac_service::{App, Who};
use theriac_store::testing::TestStore;
use tower::ServiceExt as _;

use crate::described;

/// A commit, as git names it.
pub const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// What everybody signs in with.
pub const PASSWORD: &str = "four words apart here";

/// The interface of an installation with one person of every role.
pub struct Server {
    pub app: App,
    router: Router,
}

/// Who calls.
#[derive(Clone, Default)]
pub struct Client {
    headers: Vec<(&'static str, String)>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("JSON was expected: {self:?}"))
    }

    /// The body of a success.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert!(self.status.is_success(), "{self:?}");
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    /// The problem with this status and sort.
    #[track_caller]
    pub fn problem(&self, status: u16, kind: &str) -> Value {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json");
        let body = self.json();
        assert_eq!(body["type"], format!("urn:theriac:problem:{kind}"), "{self:?}");
        assert_eq!(body["status"], status);
        assert!(body["title"].is_string() && !body["detail"].as_str().unwrap().is_empty(), "{self:?}");
        body
    }

    /// The field that is wrong.
    #[track_caller]
    pub fn field(&self) -> String {
        self.problem(422, "invalid")["errors"][0]["field"].as_str().unwrap().to_owned()
    }
}

/// Key and roles of the people.
pub const PEOPLE: &[(&str, &[Role])] = &[
    ("adam", &[Role::Administrator]),
    ("ana", &[Role::SecurityOfficer]),
    ("ben", &[Role::Developer]),
    ("cleo", &[Role::Approver]),
    ("dan", &[Role::ClinicalAssessor]),
    ("eve", &[Role::RiskAcceptor]),
    ("mei", &[Role::Tester]),
    ("otto", &[Role::Auditor]),
    ("nemo", &[]),
];

/// Somebody with roles who can sign in and stands nowhere in particular.
pub fn person(key: &str, roles: &[Role]) -> NewPerson {
    NewPerson {
        key: key.to_owned(),
        name: format!("{key} Example"),
        email: format!("{key}@lumen.example"),
        roles: roles.to_vec(),
        password: Some(PASSWORD.to_owned()),
        ..NewPerson::default()
    }
}

impl Server {
    pub async fn new(store: &TestStore) -> Self {
        Self::of(store, PEOPLE.iter().map(|(key, roles)| person(key, roles)).collect()).await
    }

    /// The interface of an installation that begins with these people.
    pub async fn of(store: &TestStore, people: Vec<NewPerson>) -> Self {
        let app = App::new((**store).clone(), store.folder().join("index"));
        let init = Init {
            organisation: "Lumen Medical".to_owned(),
            zone: "Europe/Berlin".to_owned(),
            people,
            demonstration: false,
        };
        people::init(&app, &Who::system("test"), init).await.unwrap();
        let throttle = Arc::new(Mutex::new(Throttle::default()));
        let api = Api::new(app.clone(), throttle, SessionCookie { secure: false });
        Self { router: theriac_api::router(api), app }
    }

    /// The same installation, called from inside of its process.
    pub fn inside(&self, who: &Who) -> Self {
        let throttle = Arc::new(Mutex::new(Throttle::default()));
        let api = Api::new(self.app.clone(), throttle, SessionCookie { secure: false }).inside(who.clone());
        Self { router: theriac_api::router(api), app: self.app.clone() }
    }

    /// Somebody who has signed in.
    pub async fn client(&self, key: &str) -> Client {
        let body = json!({ "email": format!("{key}@lumen.example"), "password": PASSWORD });
        let answer = Client::nobody().post(self, "/session", &body).await;
        let csrf = answer.ok()["csrf"].as_str().unwrap().to_owned();
        let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        Client { headers: vec![("cookie", cookie), ("x-csrf-token", csrf)] }
    }

    /// A machine with a token for these permissions.
    pub async fn machine(&self, name: &str, permissions: &[&str]) -> Client {
        let expires_at = self.app.now() + jiff::SignedDuration::from_hours(24);
        let body = json!({ "name": name, "permissions": permissions, "expires_at": expires_at });
        let issued = self.client("adam").await.post(self, "/tokens", &body).await.ok();
        Client::nobody().with("authorization", &format!("Bearer {}", issued["token"].as_str().unwrap()))
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = to_bytes(response.into_body(), 64 << 20).await.unwrap();
        Answer { status, headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// How many entries the audit log has.
    pub async fn seq(&self) -> i64 {
        self.app.store().read().await.unwrap().seq()
    }
}

impl Client {
    pub fn nobody() -> Self {
        Self::default()
    }

    /// The same with another header.
    pub fn with(&self, name: &'static str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.retain(|(other, _)| *other != name);
        client.headers.push((name, value.to_owned()));
        client
    }

    /// The same without a header.
    pub fn without(&self, name: &str) -> Self {
        let mut client = self.clone();
        client.headers.retain(|(other, _)| *other != name);
        client
    }

    pub async fn raw(
        &self,
        server: &Server,
        method: Method,
        path: &str,
        kind: &str,
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("/api/v1{path}"));
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if !kind.is_empty() {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let name = method_name(&request);
        let answer = server.send(request.body(body.into()).unwrap()).await;
        described::check(&name, path, &answer);
        answer
    }

    pub async fn get(&self, server: &Server, path: &str) -> Answer {
        self.raw(server, Method::GET, path, "", Body::empty()).await
    }

    pub async fn delete(&self, server: &Server, path: &str) -> Answer {
        self.raw(server, Method::DELETE, path, "", Body::empty()).await
    }

    pub async fn post(&self, server: &Server, path: &str, body: &Value) -> Answer {
        self.raw(server, Method::POST, path, "application/json", body.to_string()).await
    }

    pub async fn put(&self, server: &Server, path: &str, body: &Value) -> Answer {
        self.raw(server, Method::PUT, path, "application/json", body.to_string()).await
    }

    pub async fn patch(&self, server: &Server, path: &str, body: &Value) -> Answer {
        self.raw(server, Method::PATCH, path, "application/json", body.to_string()).await
    }
}

fn method_name(request: &axum::http::request::Builder) -> String {
    request.method_ref().map(|method| method.as_str().to_lowercase()).unwrap_or_default()
}

/// The values of a member of all entries of a list.
pub fn each(list: &Value, member: &str) -> Vec<String> {
    let items = list["items"].as_array().unwrap();
    items.iter().map(|item| item[member].as_str().unwrap_or_default().to_owned()).collect()
}

/// All entries of a list, page by page, by a member.
pub async fn every(client: &Client, server: &Server, path: &str, limit: u32, member: &str) -> Vec<String> {
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let page = client.get(server, &format!("{path}?limit={limit}{after}")).await.ok();
        let part = each(&page, member);
        assert!(part.len() <= limit as usize, "{page}");
        found.extend(part);
        match page["next"].as_str() {
            None => return found,
            Some(next) => after = format!("&after={next}"),
        }
    }
}
