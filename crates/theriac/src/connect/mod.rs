//! How commands reach what they work on: always through the REST interface, whose operations they name.
//!
//! On a server that is HTTP; on a data folder the same interface answers inside of this process, as the program
//! itself. So a command is written once, and can do what a program on the network can do. A command that no
//! server offers (`init`, `rebuild`, `serve`) opens the folder by [`open_writing`].

mod answer;
mod remote;

use std::path::Path;
use std::sync::{Arc, Mutex};

use anyhow::{Context as _, Result, bail};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Method, Request, header};
use serde::de::DeserializeOwned;
use serde_json::Value;
use theriac_api::{Api, PREFIX};
use theriac_auth::{SessionCookie, Throttle};
use theriac_model::IdSource as _;
use theriac_service::{App, ServiceError, Who, findings, people};
use theriac_store::{Access, Location, Store, StoreError};
use tower::ServiceExt as _;

use crate::clock::{SystemClock, SystemIds};
use crate::config::{Config, Place};
use answer::Answer;
use remote::Remote;

/// Who the audit log says that the command line is.
pub const VIA: &str = "cli";
/// Most pages of a list that are fetched.
const PAGES: usize = 10_000;

/// What a command will do, which decides how a data folder is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// It only reads: a server may be running on the folder.
    Read,
    /// It changes something: the folder must be free.
    Write,
    /// It reads, and leaves a note of that where no server is running on the folder.
    WriteIfFree,
}

/// A file to be handed in.
pub struct Part {
    /// What it is called; only shown.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The interface, wherever it is.
pub struct Client(Way);

enum Way {
    Inside { router: Router, app: App, aim: Aim },
    Server(Remote),
}

/// Runs what a command does, and waits for it.
pub fn run<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.context("the async runtime cannot be started")?.block_on(work)
}

/// Runs what a command does with the interface.
pub fn with<T>(config: &Config, aim: Aim, work: impl AsyncFnOnce(&Client) -> Result<T>) -> Result<T> {
    run(async {
        let client = Client::new(config, aim).await?;
        let done = work(&client).await;
        let closed = client.close().await;
        let done = done?;
        closed.map(|()| done)
    })
}

/// Runs the jobs that are due. One that failed is tried again by the next command, or by the server.
pub async fn run_jobs(app: &App) -> Result<()> {
    app.store().run_due_jobs(&findings::jobs::handlers(app)).await?;
    Ok(())
}

/// Opens the store of the data folder for writing; it must be there, and set up.
pub async fn open_writing(location: Location) -> Result<Store> {
    // Opening for writing would make an empty database in a folder that was only mistyped.
    match open(location.clone(), Access::ReadOnly).await {
        Ok(store) => store.close().await,
        Err(StoreError::OlderDatabase { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let store = open(location, Access::ReadWrite).await?;
    match set_up(&store).await {
        Ok(()) => Ok(store),
        Err(error) => {
            store.close().await;
            Err(error.into())
        }
    }
}

/// Fails, saying what to do, while the organisation is not set up.
async fn set_up(store: &Store) -> Result<(), ServiceError> {
    people::organisation_in(&mut *store.read().await?).await.map(|_| ())
}

/// Opens the store of the data folder.
pub async fn open(location: Location, access: Access) -> Result<Store, StoreError> {
    Store::open(location, access, Arc::new(SystemClock), Arc::new(SystemIds)).await
}

impl Client {
    async fn new(config: &Config, aim: Aim) -> Result<Self> {
        let location = match config.place()? {
            Place::Server { address, token } => return Ok(Self(Way::Server(Remote::new(&address, &token)?))),
            Place::Folder(location) => location,
        };
        let store = match aim {
            Aim::Read => open(location, Access::ReadOnly).await?,
            Aim::Write => open_writing(location).await?,
            Aim::WriteIfFree => match open_writing(location.clone()).await {
                // Another process writes there, or nobody may: a copy on a medium that is only read.
                Err(error)
                    if matches!(
                        error.downcast_ref(),
                        Some(StoreError::Locked { .. } | StoreError::Io { .. } | StoreError::Sql { .. })
                    ) =>
                {
                    open(location, Access::ReadOnly).await?
                }
                opened => opened?,
            },
        };
        let app = App::new(store, config.index(None));
        if aim == Aim::Write {
            findings::catch_up_with_feed(&app).await?;
        }
        let throttle = Arc::new(Mutex::new(Throttle::default()));
        let api = Api::new(app.clone(), throttle, SessionCookie { secure: false }).inside(Who::system(VIA));
        Ok(Self(Way::Inside { router: theriac_api::router(api), app, aim }))
    }

    /// Runs the jobs that the command has set off, since nobody else would, and closes the store.
    async fn close(self) -> Result<()> {
        let Way::Inside { app, aim, .. } = self.0 else { return Ok(()) };
        let ran = if aim == Aim::Write { run_jobs(&app).await } else { Ok(()) };
        app.store().close().await;
        ran
    }

    /// Reads one thing.
    pub async fn get(&self, address: &str) -> Result<Value> {
        self.call(Method::GET, address, None).await
    }

    /// Reads one thing whose shape is known.
    pub async fn get_as<T: DeserializeOwned>(&self, address: &str) -> Result<T> {
        let value = self.get(address).await?;
        serde_json::from_value(value)
            .context("the answer has another shape; server and command line must be of one version")
    }

    /// Reads a list to its end.
    pub async fn all(&self, address: &str) -> Result<Vec<Value>> {
        let mut items = Vec::new();
        let mut after = None;
        for _ in 0..PAGES {
            let page = self
                .get(&with_query(address, &[("after", after), ("limit", Some("200".to_owned()))]))
                .await?;
            let Value::Object(mut page) = page else { bail!("the server's answer is no list") };
            match page.remove("items") {
                Some(Value::Array(more)) => items.extend(more),
                _ => bail!("the server's answer is no list"),
            }
            match page.remove("next") {
                Some(Value::String(next)) => after = Some(next),
                _ => return Ok(items),
            }
        }
        bail!("the list is longer than {PAGES} pages")
    }

    /// Adds something or acts.
    pub async fn post(&self, address: &str, body: &Value) -> Result<Value> {
        self.call(Method::POST, address, Some(body)).await
    }

    /// Sets something.
    pub async fn put(&self, address: &str, body: &Value) -> Result<Value> {
        self.call(Method::PUT, address, Some(body)).await
    }

    /// Takes something away.
    pub async fn delete(&self, address: &str) -> Result<Value> {
        self.call(Method::DELETE, address, None).await
    }

    /// Hands in files.
    pub async fn upload(&self, address: &str, parts: &[Part]) -> Result<Value> {
        let boundary = token();
        let kind = HeaderValue::try_from(format!("multipart/form-data; boundary={boundary}"));
        let kind = kind.context("no boundary could be made")?;
        self.send(Method::POST, address, Some(kind), multipart(parts, &boundary)).await?.json().await
    }

    /// Hands in one file as it is.
    pub async fn upload_one(&self, address: &str, bytes: Vec<u8>) -> Result<Value> {
        let kind = HeaderValue::from_static("application/octet-stream");
        self.send(Method::POST, address, Some(kind), bytes).await?.json().await
    }

    /// Reads text as it is.
    pub async fn text(&self, address: &str) -> Result<String> {
        self.send(Method::GET, address, None, Vec::new()).await?.text().await
    }

    /// Writes what is at an address to where a path leads.
    pub async fn save(&self, address: &str, file: &Path) -> Result<()> {
        let answer = self.send(Method::GET, address, None, Vec::new()).await?;
        answer.save(file).await
    }

    /// Sends a JSON file as it is, for what is wrong in it to be named by its own lines.
    pub async fn post_file(&self, address: &str, json: Vec<u8>) -> Result<Value> {
        let kind = HeaderValue::from_static("application/json");
        self.send(Method::POST, address, Some(kind), json).await?.json().await
    }

    async fn call(&self, method: Method, address: &str, body: Option<&Value>) -> Result<Value> {
        let bytes = match body {
            None => Vec::new(),
            Some(body) => serde_json::to_vec(body).context("the request cannot be written as JSON")?,
        };
        let kind = body.map(|_| HeaderValue::from_static("application/json"));
        self.send(method, address, kind, bytes).await?.json().await
    }

    async fn send(
        &self,
        method: Method,
        address: &str,
        kind: Option<HeaderValue>,
        body: Vec<u8>,
    ) -> Result<Answer> {
        let mut headers: Vec<_> = kind.map(|kind| (header::CONTENT_TYPE, kind)).into_iter().collect();
        if method == Method::POST {
            // Under its key a request that is sent again is carried out once.
            let key = HeaderValue::try_from(token()).context("no key could be made")?;
            headers.push((HeaderName::from_static("idempotency-key"), key));
        }
        match &self.0 {
            Way::Inside { router, .. } => {
                let mut request = Request::builder().method(method).uri(format!("{PREFIX}{address}"));
                for (name, value) in headers {
                    request = request.header(name, value);
                }
                let request = request.body(Body::from(body)).context("the request cannot be made")?;
                let answer = router.clone().oneshot(request).await;
                Ok(Answer::Inside(answer.context("the request was not answered")?))
            }
            Way::Server(remote) => remote.send(method, &format!("{PREFIX}{address}"), headers, body).await,
        }
    }
}

/// Text that nobody had before.
fn token() -> String {
    let mut bytes = [0; 16];
    SystemIds.fill(&mut bytes);
    hex::encode(bytes)
}

/// Files as one body (RFC 7578).
fn multipart(parts: &[Part], boundary: &str) -> Vec<u8> {
    let mut body = Vec::with_capacity(parts.iter().map(|part| part.bytes.len() + 300).sum());
    for part in parts {
        let name: String = part.name.replace('"', "%22").replace(['\r', '\n'], " ");
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(&part.bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    body
}

/// An address from its segments, which may hold anything: `/products/{}/releases/{}`.
pub fn address(segments: &[&str]) -> String {
    segments.iter().map(|segment| format!("/{}", encoded(segment))).collect()
}

/// An address with what is asked of it; what is absent is left out.
pub fn with_query(address: &str, query: &[(&str, Option<String>)]) -> String {
    let pairs: Vec<String> = query
        .iter()
        .filter_map(|(name, value)| Some(format!("{name}={}", encoded(value.as_deref()?))))
        .collect();
    if pairs.is_empty() {
        return address.to_owned();
    }
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}{}", pairs.join("&"))
}

/// Percent-encoded (RFC 3986): all but unreserved characters.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}
