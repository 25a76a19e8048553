//! What a form sent: pairs in their order, keys as often as they came, files apart. Refused without the CSRF token;
//! what came too late for its session is kept (see [`super::kept`]).

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, FromRequestParts as _, Multipart, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use theriac_service::{BYTES_AT_ONCE, FILES_AT_ONCE, LONGEST, Room};

use super::kept::{self, Kept};
use super::{Failure, Me, Web};

/// Largest form without files.
const FORM_MAX: usize = 4_000_000;
/// Most pairs of a form.
const PAIRS_MAX: usize = 20_000;
/// What the sign-in page's form holds more than the form that it carries: a prefix for each value.
const CARRIED_MORE: usize = 10 * PAIRS_MAX;

/// Longest pause between two pieces of an upload.
const PATIENCE: Duration = Duration::from_secs(30);
/// Longest time for a form without files to arrive.
const LONGEST_FORM: Duration = Duration::from_secs(60);

/// A file that came with a form.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The name of its field.
    pub field: String,
    /// Its own name.
    pub name: String,
    /// Its bytes.
    pub bytes: Bytes,
}

/// What a form sent.
#[derive(Debug, Clone, Default)]
pub struct Form {
    /// Names and values.
    pub pairs: Vec<(String, String)>,
    /// Files.
    pub files: Vec<Upload>,
    /// Given back when the files are done with: only so many are in memory at a time.
    room: Option<Room>,
}

impl Form {
    /// Values alone, such as those of an address.
    #[must_use]
    pub fn of(pairs: Vec<(String, String)>) -> Self {
        Self { pairs, ..Self::default() }
    }

    /// Leave to hold the files in memory, for what goes on with them when this is gone.
    #[must_use]
    pub fn room(&self) -> Option<Room> {
        self.room.clone()
    }

    /// The value of a name; empty when it was not sent.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.pairs.iter().rfind(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// The value of a name without blanks around it; `None` when it is empty.
    #[must_use]
    pub fn filled(&self, name: &str) -> Option<String> {
        Some(self.get(name).trim()).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// All values of a name.
    #[must_use]
    pub fn all(&self, name: &str) -> Vec<String> {
        self.pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
    }

    /// Whether a button or box of this name was sent.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.pairs.iter().any(|(key, _)| key == name)
    }

    fn read(bytes: &[u8]) -> Result<Self, Failure> {
        let pairs: Vec<(String, String)> = form_urlencoded::parse(bytes)
            .take(PAIRS_MAX + 1)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        if pairs.len() > PAIRS_MAX {
            return Err(too_many());
        }
        // What is no UTF-8 was read as the replacement character, and would be kept as that.
        let lost = pairs.iter().any(|(_, value)| value.contains('\u{fffd}'));
        if lost && !says_replacement(bytes) {
            return Err(not_utf8());
        }
        Ok(Self::of(pairs))
    }

    /// Refuses the character NUL, which no browser sends and no field takes.
    fn without_nul(self) -> Result<Self, Failure> {
        let mut names = self.files.iter().map(|file| &file.name);
        let pair = self.pairs.iter().find(|(name, value)| name.contains('\0') || value.contains('\0'));
        if pair.is_none() && !names.any(|name| name.contains('\0')) {
            return Ok(self);
        }
        let field: String = pair.map_or("file", |(name, _)| name).chars().take(80).collect();
        Err(Failure::bad_request(format!(
            "The field {field:?} holds the character NUL, which no field takes. Take it out and send it again."
        )))
    }

    async fn read_multipart(mut parts: Multipart, files: bool) -> Result<Self, Failure> {
        let mut form = Self::default();
        let mut left = FORM_MAX;
        while let Some(mut part) = in_time(parts.next_field()).await? {
            let field = part.name().unwrap_or_default().to_owned();
            let file = part.file_name().map(str::to_owned);
            match file {
                Some(name) => {
                    let bytes = bytes(&mut part, files).await?;
                    if !name.is_empty() {
                        form.files.push(Upload { field, name, bytes });
                    }
                }
                None => {
                    let mut value = Vec::new();
                    while let Some(chunk) = in_time(part.chunk()).await? {
                        left = left.checked_sub(chunk.len()).ok_or_else(too_large)?;
                        value.extend_from_slice(&chunk);
                    }
                    form.pairs.push((field, String::from_utf8(value).map_err(|_| not_utf8())?));
                }
            }
            if form.files.len() > FILES_AT_ONCE {
                return Err(Failure::bad_request(format!("At most {FILES_AT_ONCE} files at once.")));
            }
            if form.pairs.len() > PAIRS_MAX {
                return Err(too_many());
            }
        }
        Ok(form)
    }
}

fn too_many() -> Failure {
    Failure::bad_request(format!("A form has at most {PAIRS_MAX} values."))
}

fn not_utf8() -> Failure {
    Failure::bad_request("The form is not UTF-8. Load the page again and send it once more.")
}

fn too_slow() -> Failure {
    Failure::new(StatusCode::REQUEST_TIMEOUT, "Too slow", "It took too long to arrive. Send it again.")
}

/// The bytes of a file, which are read in any case and kept only if `wanted`.
async fn bytes(part: &mut Field<'_>, wanted: bool) -> Result<Bytes, Failure> {
    let mut bytes = Vec::new();
    while let Some(chunk) = in_time(part.chunk()).await? {
        if wanted {
            bytes.extend_from_slice(&chunk);
        }
    }
    Ok(bytes.into())
}

/// What comes next of an upload, unless it has stopped coming.
async fn in_time<T>(next: impl Future<Output = Result<T, MultipartError>>) -> Result<T, Failure> {
    let next = tokio::time::timeout(PATIENCE, next).await.map_err(|_| too_slow())?;
    next.map_err(|error| Failure::new(error.status(), "The upload was refused", error.body_text()))
}

fn too_large() -> Failure {
    Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "Too large", "A form holds at most 4 MB.")
}

/// Whether a form says the replacement character itself.
fn says_replacement(bytes: &[u8]) -> bool {
    let said = String::from_utf8_lossy(bytes);
    said.to_ascii_uppercase().contains("%EF%BF%BD")
        || std::str::from_utf8(bytes).is_ok_and(|text| text.contains('\u{fffd}'))
}

/// What may come with a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Files {
    /// Nothing but values.
    None,
    /// Files, of which only the names are read.
    Named,
    /// Files.
    Read,
}

async fn read(request: Request, web: &Web, files: Files) -> Result<Form, Failure> {
    read_as_sent(request, web, files).await.and_then(Form::without_nul)
}

async fn read_as_sent(request: Request, web: &Web, files: Files) -> Result<Form, Failure> {
    let kind =
        request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if files != Files::None && kind.starts_with("multipart/form-data") {
        let limited =
            request.map(|body| axum::body::Body::new(http_body_util::Limited::new(body, BYTES_AT_ONCE)));
        let wrong = |_| Failure::bad_request("The upload cannot be read: its type names no boundary.");
        let parts = Multipart::from_request(limited, web).await.map_err(wrong)?;
        if files == Files::Named {
            return Form::read_multipart(parts, false).await;
        }
        let room = web.app().room().await?;
        let form = tokio::time::timeout(LONGEST, Form::read_multipart(parts, true)).await;
        let form = form.map_err(|_| too_slow())??;
        return Ok(Form { room: Some(room), ..form });
    }
    // What is carried through the sign-in is as large as the form was, and a little larger.
    let max = if files == Files::None { FORM_MAX + CARRIED_MORE } else { FORM_MAX };
    let bytes = tokio::time::timeout(LONGEST_FORM, axum::body::to_bytes(request.into_body(), max)).await;
    let bytes = bytes.map_err(|_| too_slow())?;
    Form::read(&bytes.map_err(|_| too_large())?)
}

impl FromRequest<Web> for Form {
    type Rejection = Response;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let me = Me::from_request_parts(&mut parts, web).await?;
        let (to, headers) = (parts.uri.clone(), parts.headers.clone());
        let form = read(Request::from_parts(parts, body), web, Files::Read).await;
        let form = form.map_err(IntoResponse::into_response)?;
        if me.session.csrf_matches(form.get("csrf")) {
            return Ok(form);
        }
        // Of another session of the same browser: what was typed is not to be lost.
        if kept::is_same_origin(&headers)
            && let Some(kept) = Kept::new(&to, form)
        {
            return Err(crate::pages::kept::from_earlier_session(&me, kept));
        }
        let reason =
            "The form did not come from a page of this session. Load the page again and send it once more.";
        // The refusal itself is what the answer says; writing it down must not hide it.
        let _ = me.who().refused(web.app(), "form", "no CSRF token").await;
        Err(Failure::new(StatusCode::FORBIDDEN, "Nothing was changed", reason).into_response())
    }
}

/// The form by which somebody signs in.
#[derive(Debug, Clone)]
pub struct SignInForm {
    /// What it sent.
    pub form: Form,
    /// Whether it came from the sign-in page that this browser was sent.
    pub genuine: bool,
    /// What waits to be sent again.
    pub kept: Option<Kept>,
}

impl FromRequest<Web> for SignInForm {
    type Rejection = Failure;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Failure> {
        let headers = request.headers().clone();
        let form = read(request, web, Files::None).await?;
        let before = super::prefs::cookie(&headers, crate::pages::sign_in::FORM_COOKIE);
        let genuine = before.is_some_and(|token| !token.is_empty() && token == form.get("csrf"));
        let ours = genuine || kept::is_same_origin(&headers);
        let kept = if ours { Kept::carried(&form) } else { None };
        Ok(Self { form, genuine, kept })
    }
}

/// What was sent without a session that is still good; `None` when it is not to be kept.
pub(super) async fn sent_too_late(request: Request, web: &Web) -> Result<Option<Kept>, Failure> {
    let (to, headers) = (request.uri().clone(), request.headers().clone());
    let form = read(request, web, Files::Named).await?;
    let ours = kept::is_ours(web, &headers, form.get("csrf"));
    Ok(if ours { Kept::new(&to, form) } else { None })
}
