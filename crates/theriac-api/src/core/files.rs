//! Files in memory: one as the body, or several as `multipart/form-data`.

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Multipart, Request};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use theriac_service::{BYTES_AT_ONCE, FILES_AT_ONCE, LONGEST, Room};

use super::act::{Act, Once, too_slow};
use super::caller::Caller;
use super::upload::{fits, piece, too_large};
use super::{Api, Problem};

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
    _room: Room,
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
        fits(&parts, BYTES_AT_ONCE as u64).map_err(IntoResponse::into_response)?;
        let room = api.app().room().await.map_err(|error| Problem::from(error).into_response())?;
        let bytes = tokio::time::timeout(LONGEST, collect(body)).await;
        let bytes = bytes.map_err(|_| too_slow().into_response())?.map_err(IntoResponse::into_response)?;
        let once = Once::of(&parts, &caller.who, &bytes).map_err(IntoResponse::into_response)?;
        let files = split(parts, bytes).await.map_err(IntoResponse::into_response)?;
        Act::once(api, caller, once, Parcel { files, _room: room }).await.map(Self)
    }
}

async fn collect(mut body: Body) -> Result<Bytes, Problem> {
    let mut bytes = Vec::new();
    while let Some(more) = piece(&mut body).await? {
        if bytes.len() + more.len() > BYTES_AT_ONCE {
            return Err(too_large(BYTES_AT_ONCE as u64));
        }
        bytes.extend_from_slice(&more);
    }
    if bytes.is_empty() {
        return Err(Problem::malformed("body", "The body is empty; the bytes of a file are expected."));
    }
    Ok(bytes.into())
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
    DefaultBodyLimit::max(BYTES_AT_ONCE).apply(&mut request);
    let mut multipart =
        Multipart::from_request(request, &()).await.map_err(|error| wrong(error.body_text()))?;
    let mut files = Vec::new();
    while let Some(field) = multipart.next_field().await.map_err(|error| wrong(error.body_text()))? {
        let Some(name) = field.file_name().map(str::to_owned) else {
            return Err(wrong(
                "a part has no file name; what is said of the files stands in the address".to_owned(),
            ));
        };
        if files.len() >= FILES_AT_ONCE {
            return Err(wrong(format!("it has more than {FILES_AT_ONCE} files")));
        }
        let bytes = field.bytes().await.map_err(|error| wrong(error.body_text()))?;
        files.push(FilePart { name: Some(name), bytes: bytes.into() });
    }
    Ok(files)
}
