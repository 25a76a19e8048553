//! Requests that change something: who calls, the body, and the answer that is given again under an idempotency key.

use std::borrow::Cow;
use std::net::IpAddr;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use theriac_auth::{Actor, Reauthenticated};
use theriac_model::Digest;
use theriac_service::people;
use theriac_service::{App, Result as Done, ServiceError, Who};
use theriac_store::Earlier;

use super::caller::Caller;
use super::{Api, Problem, json};

/// Largest JSON body, unless the operation says otherwise.
const LARGEST: usize = 2 << 20;
/// Largest JSON body of an operation that takes a whole file.
const LARGEST_FILE: usize = 64 << 20;
/// Longest time for a JSON body to arrive.
const PATIENCE: Duration = Duration::from_secs(30);
/// Answers are kept so long.
const KEPT: SignedDuration = SignedDuration::from_hours(48);
const KEY: &str = "idempotency-key";

/// A body that holds nothing: absent, or an empty object.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// A request that changes something, with its JSON body read.
#[derive(Debug)]
pub(crate) struct Act<T> {
    input: T,
    caller: Caller,
    api: Api,
    once: Option<Once>,
}

/// The idempotency key of a request.
#[derive(Debug, Clone)]
pub(super) struct Once {
    actor: theriac_store::Actor,
    key: String,
    request: Digest,
}

/// What a use case is called with.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    api: Api,
    who: Who,
    address: IpAddr,
}

impl Call {
    pub(crate) const fn app(&self) -> &App {
        self.api.app()
    }

    pub(crate) const fn who(&self) -> &Who {
        &self.who
    }

    /// The password given once more, for a signature.
    pub(crate) async fn prove(&self, password: &str) -> Done<Reauthenticated> {
        people::prove(self.app(), &self.api.door(self.address), &self.who, password).await
    }

    /// As [`Call::prove`], with what the signer adds to the signature.
    pub(crate) async fn prove_saying(&self, password: &str, comment: &str) -> Done<Reauthenticated> {
        let door = self.api.door(self.address);
        people::prove_saying(self.app(), &door, &self.who, password, comment).await
    }

    pub(crate) const fn address(&self) -> IpAddr {
        self.address
    }
}

impl<T: DeserializeOwned + Send> FromRequest<Api> for Act<T> {
    /// A problem, or the answer that was given before.
    type Rejection = Response;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Response> {
        Self::read(request, api, LARGEST).await
    }
}

/// As [`Act`], for an operation that takes a whole JSON file.
#[derive(Debug)]
pub(crate) struct ActOnFile<T>(pub(crate) Act<T>);

impl<T: DeserializeOwned + Send> FromRequest<Api> for ActOnFile<T> {
    type Rejection = Response;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Response> {
        Act::read(request, api, LARGEST_FILE).await.map(Self)
    }
}

impl<T: DeserializeOwned> Act<T> {
    async fn read(request: Request, api: &Api, largest: usize) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let caller =
            Caller::from_request_parts(&mut parts, api).await.map_err(IntoResponse::into_response)?;
        let bytes = body_of(&parts, body, largest).await.map_err(IntoResponse::into_response)?;
        // What replaces a thing never comes from a body that got lost.
        let absent = bytes.is_empty() && matches!(parts.method, Method::POST | Method::DELETE);
        let input = if absent { b"{}" as &[u8] } else { &bytes };
        let input = json::read(input).map_err(IntoResponse::into_response)?;
        let once = Once::of(&parts, &caller.who, &bytes).map_err(IntoResponse::into_response)?;
        Self::once(api, caller, once, input).await
    }
}

/// A JSON body of somebody who is not signed in yet, and from where it came.
#[derive(Debug)]
pub(crate) struct Unsigned<T> {
    pub(crate) input: T,
    pub(crate) address: IpAddr,
}

impl<T: DeserializeOwned + Send> FromRequest<Api> for Unsigned<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _api: &Api) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = body_of(&parts, body, LARGEST).await?;
        Ok(Self { input: json::read(&bytes)?, address: super::caller::address(&parts) })
    }
}

async fn body_of(parts: &Parts, body: Body, largest: usize) -> Result<Bytes, Problem> {
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let too_large = || Problem::too_large(format!("The body is larger than {largest} bytes."));
    let said =
        parts.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if said.is_some_and(|said| said > largest as u64) {
        return Err(too_large());
    }
    let bytes = match tokio::time::timeout(PATIENCE, to_bytes(body, largest)).await {
        Err(_) => return Err(too_slow()),
        Ok(Err(error)) if is_too_large(&error) => return Err(too_large()),
        Ok(Err(error)) => {
            return Err(Problem::malformed("body", format!("The body could not be read: {error}.")));
        }
        Ok(Ok(bytes)) => bytes,
    };
    let json = kind.is_some_and(|kind| {
        let kind = kind.split(';').next().unwrap_or_default().trim();
        kind.eq_ignore_ascii_case("application/json")
    });
    if bytes.is_empty() || json {
        return Ok(bytes);
    }
    let detail = "The body must be sent as Content-Type: application/json.";
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", "The body is of another type", detail))
}

pub(super) fn too_slow() -> Problem {
    let detail = "The body took too long to arrive.";
    Problem::new(StatusCode::REQUEST_TIMEOUT, "timeout", "The request is too slow", detail)
}

fn is_too_large(error: &axum::Error) -> bool {
    std::error::Error::source(error).is_some_and(|source| source.to_string().contains("length limit"))
}

/// Members of bodies that no digest is kept of: a plain digest of a password is quickly guessed.
const SECRETS: [&str; 3] = ["password", "old", "new"];

/// The body as its digest names the request.
fn without_secrets(body: &[u8]) -> Cow<'_, [u8]> {
    let members = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(body);
    match members {
        Ok(mut members) if SECRETS.iter().any(|secret| members.contains_key(*secret)) => {
            members.retain(|name, _| !SECRETS.contains(&name.as_str()));
            Cow::Owned(serde_json::Value::Object(members).to_string().into_bytes())
        }
        _ => Cow::Borrowed(body),
    }
}

impl Once {
    pub(super) fn of(parts: &Parts, who: &Who, body: &[u8]) -> Result<Option<Self>, Problem> {
        let Some(key) = parts.headers.get(KEY).filter(|_| parts.method == Method::POST) else {
            return Ok(None);
        };
        let key = key.to_str().ok().filter(|key| !key.is_empty() && key.len() <= 200).ok_or_else(|| {
            Problem::malformed(
                "Idempotency-Key",
                "The Idempotency-Key must have 1 to 200 visible ASCII characters.",
            )
        })?;
        let actor = match who.access().actor() {
            Actor::Person(person) => theriac_store::Actor::Person(person.0),
            Actor::Token(token) => theriac_store::Actor::Token(token.0),
            Actor::System => theriac_store::Actor::System,
        };
        let address = parts.uri.path_and_query().map_or("", |address| address.as_str());
        let request = Digest::of_parts([address.as_bytes(), &without_secrets(body)]);
        Ok(Some(Self { actor, key: key.to_owned(), request }))
    }

    /// The answer that the request got before.
    async fn earlier(&self, api: &Api) -> Result<Option<Response>, Problem> {
        let store = api.app().store();
        let mut read = store.read().await.map_err(ServiceError::from)?;
        match read.earlier(self.actor, &self.key, self.request).await.map_err(ServiceError::from)? {
            Earlier::Unknown => Ok(None),
            Earlier::Answered { status: 0, .. } => Err(ServiceError::Repeated.into()),
            Earlier::Answered { status, response } => Ok(Some(again(status, response))),
            Earlier::OtherRequest => Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency-key",
                "The key belongs to another request",
                "This Idempotency-Key came with another request before; take a new key for every new request.",
            )),
        }
    }

    /// Keeps the answer. When that fails the request stays carried out and is not carried out again.
    async fn keep(&self, app: &App, status: StatusCode, body: &str) {
        let kept = async {
            let mut work = app.store().maintain().await?;
            work.answer(self.actor, &self.key, u32::from(status.as_u16()), body).await?;
            if let Ok(moment) = app.now().checked_sub(KEPT) {
                work.forget_keys_before(moment).await?;
            }
            work.commit().await
        };
        if let Err(error) = kept.await {
            tracing::warn!("the answer under an idempotency key was not kept: {error}");
        }
    }
}

fn again(status: u32, body: String) -> Response {
    let status = u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let mut response = answer(status.unwrap_or(StatusCode::OK), body);
    response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    response
}

fn answer(status: StatusCode, body: String) -> Response {
    if status == StatusCode::NO_CONTENT {
        return status.into_response();
    }
    let kind = HeaderValue::from_static("application/json");
    (status, [(header::CONTENT_TYPE, kind)], body).into_response()
}

impl<T> Act<T> {
    /// The request with its input; the answer given before, where it was carried out already.
    pub(super) async fn once(
        api: &Api,
        caller: Caller,
        once: Option<Once>,
        input: T,
    ) -> Result<Self, Response> {
        if let Some(once) = &once
            && let Some(answer) = once.earlier(api).await.map_err(IntoResponse::into_response)?
        {
            return Err(answer);
        }
        Ok(Self { input, caller, api: api.clone(), once })
    }

    /// Caller and input, for an operation that answers in a way of its own. Idempotency keys do not reach it.
    pub(crate) fn into_call(self) -> (Call, T) {
        let Self { input, caller, api, .. } = self;
        (Call { api, who: caller.who, address: caller.address }, input)
    }

    /// Runs the use case to its end, even if the client goes, and answers with what it gives.
    pub(crate) async fn run<V, F>(
        self,
        status: StatusCode,
        use_case: impl FnOnce(Call, T) -> F + Send + 'static,
    ) -> Response
    where
        T: Send + 'static,
        V: Serialize + Send + 'static,
        F: Future<Output = Done<V>> + Send + 'static,
    {
        self.finish(status, true, use_case).await
    }

    /// As [`Act::run`] for an answer that is shown once: it is not kept under an idempotency key.
    pub(crate) async fn run_secret<V, F>(
        self,
        status: StatusCode,
        use_case: impl FnOnce(Call, T) -> F + Send + 'static,
    ) -> Response
    where
        T: Send + 'static,
        V: Serialize + Send + 'static,
        F: Future<Output = Done<V>> + Send + 'static,
    {
        self.finish(status, false, use_case).await
    }

    async fn finish<V, F>(
        self,
        status: StatusCode,
        keep: bool,
        use_case: impl FnOnce(Call, T) -> F + Send + 'static,
    ) -> Response
    where
        T: Send + 'static,
        V: Serialize + Send + 'static,
        F: Future<Output = Done<V>> + Send + 'static,
    {
        let Self { input, caller, api, once } = self;
        let ending = Ending { app: api.app().clone(), once: once.clone().filter(|_| keep), status };
        let who = match &once {
            Some(once) => caller.who.once(&once.key, once.request),
            None => caller.who,
        };
        let call = Call { api, who, address: caller.address };
        ending
            .of(Box::pin(async move {
                let view = use_case(call, input).await?;
                serde_json::to_string(&view).map_err(|error| ServiceError::Internal(error.to_string()))
            }))
            .await
    }
}

/// How every operation that changes something ends; apart from [`Act`], so that it is compiled once and not for each.
struct Ending {
    app: App,
    once: Option<Once>,
    status: StatusCode,
}

impl Ending {
    async fn of(self, body: Pin<Box<dyn Future<Output = Done<String>> + Send>>) -> Response {
        let Self { app, once, status } = self;
        let inner = app.clone();
        let done = app.to_the_end(async move {
            let body = body.await?;
            if let Some(once) = once {
                once.keep(&inner, status, &body).await;
            }
            Ok(body)
        });
        match done.await {
            Ok(body) => answer(status, body),
            Err(error) => Problem::from(error).into_response(),
        }
    }
}
