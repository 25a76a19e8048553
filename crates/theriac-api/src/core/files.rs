//! Files in memory: one as the body, or several as `multipart/form-data`.

use std::io;

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Multipart, Request};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use theriac_service::ServiceError;
use tokio::sync::OwnedSemaphorePermit;

use super::act::{Act, Once};
use super::caller::Caller;
use super::upload::{fits, piece, too_large};
use super::{Api, Problem};

/// Largest body with all its files.
const LARGEST: usize = 128 << 20;
/// Most files of one body.
const MOST: usize = 100;

/// A file of a body.
pub(crate) struct FilePart {
    /// Its name, where it has one.
    pub(crate) name: Option<String>,
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
}

/// The files of a body.
pub(crate) struct Parcel {
    pub(crate) files: Vec<FilePart>,
    /// Given back when the files are done with: only so many are in memory at a time.
    _room: OwnedSemaphorePermit,
}

/// An [`Act`] whose input is the files of its body.
pub(crate) struct Files(pub(crate) Act<Parcel>);

impl FromRequest<Api> for Files {
    /// A problem, or the answer that was given before.
    type Rejection = Response;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let caller =
            Caller::from_request_parts(&mut parts, api).await.map_err(IntoResponse::into_response)?;
        fits(&parts, LARGEST as u64).map_err(IntoResponse::into_response)?;
        let room = api.room().await;
        let room =
            room.map_err(|error| Problem::from(ServiceError::Internal(error.to_string())).into_response())?;
        let bytes = collect(body).await.map_err(IntoResponse::into_response)?;
        let once = Once::of(&parts, &caller.who, &bytes).map_err(IntoResponse::into_response)?;
        let files = split(parts, bytes).await.map_err(IntoResponse::into_response)?;
        Act::once(api, caller, once, Parcel { files, _room: room }).await.map(Self)
    }
}

async fn collect(mut body: Body) -> Result<Bytes, Problem> {
    let mut bytes = Vec::new();
    while let Some(more) = piece(&mut body).await.map_err(|error| unreadable(&error))? {
        if bytes.len() + more.len() > LARGEST {
            return Err(too_large(LARGEST as u64));
        }
        bytes.extend_from_slice(&more);
    }
    if bytes.is_empty() {
        return Err(Problem::malformed("body", "The body is empty; the bytes of a file are expected."));
    }
    Ok(bytes.into())
}

fn unreadable(error: &io::Error) -> Problem {
    Problem::malformed("body", format!("The body could not be read to its end: {error}."))
}

async fn split(parts: Parts, bytes: Bytes) -> Result<Vec<FilePart>, Problem> {
    let kind =
        parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.to_ascii_lowercase().starts_with("multipart/form-data") {
        return Ok(vec![FilePart { name: None, bytes: bytes.into() }]);
    }
    let wrong =
        |words: String| Problem::malformed("body", format!("The multipart body cannot be read: {words}."));
    let mut request = Request::from_parts(parts, Body::from(bytes));
    DefaultBodyLimit::max(LARGEST).apply(&mut request);
    let mut multipart =
        Multipart::from_request(request, &()).await.map_err(|error| wrong(error.body_text()))?;
    let mut files = Vec::new();
    while let Some(field) = multipart.next_field().await.map_err(|error| wrong(error.body_text()))? {
        let Some(name) = field.file_name().map(str::to_owned) else {
            return Err(wrong(
                "a part has no file name; what is said of the files stands in the address".to_owned(),
            ));
        };
        if files.len() >= MOST {
            return Err(wrong(format!("it has more than {MOST} files")));
        }
        let bytes = field.bytes().await.map_err(|error| wrong(error.body_text()))?;
        files.push(FilePart { name: Some(name), bytes: bytes.into() });
    }
    Ok(files)
}
