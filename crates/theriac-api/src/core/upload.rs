//! Files in and out: bodies that go to the store as they come, and bytes that come back as a file.

use std::io::{self, Read};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt as _;
use http_body_util::channel::Channel;
use serde::Serialize;
use theriac_service::ServiceError;
use theriac_store::blobs::Staged;
use tokio::io::AsyncReadExt as _;
use tokio::sync::mpsc;

use super::act::{Act, Call, Once, too_slow};
use super::caller::Caller;
use super::{Api, Problem};

/// Largest file.
const LARGEST: u64 = theriac_store::blobs::LARGEST;
/// A file is sent in pieces of this size.
const PIECE: usize = 64 << 10;
/// Longest pause between two pieces of a file.
const PATIENCE: Duration = Duration::from_secs(30);

/// The body as a file: an [`Act`] whose input is what was put on disk.
pub(crate) struct Upload(Act<Staged>);

impl FromRequest<Api> for Upload {
    /// A problem, or the answer that was given before.
    type Rejection = Response;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let caller =
            Caller::from_request_parts(&mut parts, api).await.map_err(IntoResponse::into_response)?;
        fits(&parts, LARGEST).map_err(IntoResponse::into_response)?;
        let staged = stage(api, body).await.map_err(IntoResponse::into_response)?;
        let upload = Self::of(api, &parts, caller, staged).await;
        if upload.is_err() {
            api.app().store().unstage(staged).await;
        }
        upload
    }
}

impl Upload {
    async fn of(api: &Api, parts: &Parts, caller: Caller, staged: Staged) -> Result<Self, Response> {
        if staged.size == 0 {
            let problem =
                Problem::malformed("body", "The body is empty; the bytes of the file are expected.");
            return Err(problem.into_response());
        }
        let once =
            Once::of(parts, &caller.who, staged.digest.as_bytes()).map_err(IntoResponse::into_response)?;
        Act::once(api, caller, once, staged).await.map(Self)
    }

    /// As [`Act::run`]; what the use case did not keep is removed.
    pub(crate) async fn run<V, F>(
        self,
        status: StatusCode,
        use_case: impl FnOnce(Call, Staged) -> F + Send + 'static,
    ) -> Response
    where
        V: Serialize + Send + 'static,
        F: Future<Output = Result<V, ServiceError>> + Send + 'static,
    {
        let work = async move |call: Call, staged| {
            let store = call.app().store().clone();
            let done = use_case(call, staged).await;
            store.unstage(staged).await;
            done
        };
        self.0.run(status, work).await
    }
}

/// Refuses a body that says of itself that it is too large.
pub(super) fn fits(parts: &Parts, largest: u64) -> Result<(), Problem> {
    let said = parts.headers.get(header::CONTENT_LENGTH);
    let said = said.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    match said {
        Some(said) if said > largest => Err(too_large(largest)),
        _ => Ok(()),
    }
}

pub(super) fn too_large(largest: u64) -> Problem {
    Problem::too_large(format!("The file is larger than {largest} bytes, which is the limit."))
}

/// The next piece of a body; `None` at its end.
pub(super) async fn piece(body: &mut Body) -> Result<Option<Bytes>, Problem> {
    match tokio::time::timeout(PATIENCE, body.frame()).await {
        Ok(None) => Ok(None),
        Ok(Some(Ok(frame))) => Ok(Some(frame.into_data().unwrap_or_default())),
        Ok(Some(Err(error))) => {
            Err(Problem::malformed("body", format!("The body could not be read to its end: {error}.")))
        }
        Err(_) => Err(too_slow()),
    }
}

/// Hands the pieces of the body to the store as they come, a few at a time.
async fn stage(api: &Api, mut body: Body) -> Result<Staged, Problem> {
    let (sender, receiver) = mpsc::channel(4);
    let store = api.app().store().clone();
    let staging =
        tokio::spawn(async move { store.stage(Pieces { receiver, piece: Bytes::new() }, LARGEST).await });
    let cut_off = loop {
        let (piece, problem) = match piece(&mut body).await {
            Ok(None) => break None,
            Ok(Some(piece)) => (Ok(piece), None),
            Err(problem) => (Err(io::ErrorKind::UnexpectedEof.into()), Some(problem)),
        };
        // Whoever receives has stopped when the file is too large; the store says so below.
        if sender.send(piece).await.is_err() || problem.is_some() {
            break problem;
        }
    };
    drop(sender);
    let staged = staging.await.map_err(|error| ServiceError::Internal(error.to_string()))?;
    match cut_off {
        Some(problem) => Err(problem),
        None => Ok(staged.map_err(ServiceError::from)?),
    }
}

/// The pieces of a body as the store reads them, on a thread that may wait.
struct Pieces {
    receiver: mpsc::Receiver<io::Result<Bytes>>,
    piece: Bytes,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.receiver.blocking_recv() {
                None => return Ok(0),
                Some(piece) => self.piece = piece?,
            }
        }
        let part = self.piece.split_to(self.piece.len().min(buffer.len()));
        buffer[..part.len()].copy_from_slice(&part);
        Ok(part.len())
    }
}

/// Bytes as a file to be saved; a browser neither shows nor runs it.
pub(crate) fn file(name: &str, bytes: impl Into<Body>) -> Response {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "._- ".contains(c) { c } else { '_' }).collect();
    let mut exact = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"._-".contains(&byte) {
            exact.push(char::from(byte));
        } else {
            exact.push_str(&format!("%{byte:02X}"));
        }
    }
    let disposition = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}");
    let disposition = HeaderValue::try_from(disposition).unwrap_or(HeaderValue::from_static("attachment"));
    let kind = HeaderValue::from_static("application/octet-stream");
    let policy = HeaderValue::from_static("default-src 'none'; sandbox");
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    (StatusCode::OK, headers, bytes.into()).into_response()
}

/// A file on disk as a body, read a little at a time.
pub(crate) fn stream(mut file: tokio::fs::File) -> Body {
    let (mut sender, body) = Channel::<Bytes, io::Error>::new(4);
    tokio::spawn(async move {
        loop {
            let mut piece = vec![0; PIECE];
            match file.read(&mut piece).await {
                Ok(0) => break,
                Ok(read) => {
                    piece.truncate(read);
                    if sender.send_data(piece.into()).await.is_err() {
                        break;
                    }
                }
                Err(error) => {
                    // The answer is cut off, which its reader sees.
                    sender.abort(error);
                    break;
                }
            }
        }
    });
    Body::new(body)
}
