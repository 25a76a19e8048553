//! What a form sent: pairs in their order, keys as often as they came, files apart. Refused without the CSRF token.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts as _, Multipart, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::{Failure, Me, Visitor, Web};

/// Largest form without files.
const FORM_MAX: usize = 4_000_000;
/// Most pairs of a form.
const PAIRS_MAX: usize = 20_000;
/// Largest upload: all files together.
const UPLOAD_MAX: usize = 200_000_000;
/// Most files at once.
const FILES_MAX: usize = 50;

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
}

impl Form {
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
            return Err(Failure::bad_request(format!("A form has at most {PAIRS_MAX} values.")));
        }
        // What is no UTF-8 was read as the replacement character, and would be kept as that.
        let lost = pairs.iter().any(|(_, value)| value.contains('\u{fffd}'));
        if lost && !says_replacement(bytes) {
            return Err(Failure::bad_request(
                "The form is not UTF-8. Load the page again and send it once more.",
            ));
        }
        Ok(Self { pairs, files: Vec::new() })
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

    async fn read_multipart(mut parts: Multipart) -> Result<Self, Failure> {
        let wrong = |error: axum::extract::multipart::MultipartError| {
            Failure::new(error.status(), "The upload was refused", error.body_text())
        };
        let mut form = Self::default();
        while let Some(part) = parts.next_field().await.map_err(wrong)? {
            let field = part.name().unwrap_or_default().to_owned();
            let file = part.file_name().map(str::to_owned);
            match file {
                Some(name) => {
                    let bytes = part.bytes().await.map_err(wrong)?;
                    if !name.is_empty() {
                        form.files.push(Upload { field, name, bytes });
                    }
                }
                None => form.pairs.push((field, part.text().await.map_err(wrong)?)),
            }
            if form.files.len() > FILES_MAX || form.pairs.len() > PAIRS_MAX {
                return Err(Failure::bad_request(format!("At most {FILES_MAX} files at once.")));
            }
        }
        Ok(form)
    }
}

/// Whether a form says the replacement character itself.
fn says_replacement(bytes: &[u8]) -> bool {
    let said = String::from_utf8_lossy(bytes);
    said.to_ascii_uppercase().contains("%EF%BF%BD")
        || std::str::from_utf8(bytes).is_ok_and(|text| text.contains('\u{fffd}'))
}

/// Reads the form; `uploads` may come from who is signed in.
async fn read(request: Request, web: &Web, uploads: bool) -> Result<Form, Response> {
    let form = read_as_sent(request, web, uploads).await.and_then(Form::without_nul);
    form.map_err(IntoResponse::into_response)
}

async fn read_as_sent(request: Request, web: &Web, uploads: bool) -> Result<Form, Failure> {
    let kind =
        request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if uploads && kind.starts_with("multipart/form-data") {
        let limited =
            request.map(|body| axum::body::Body::new(http_body_util::Limited::new(body, UPLOAD_MAX)));
        let wrong = |_| Failure::bad_request("The upload cannot be read: its type names no boundary.");
        let parts = Multipart::from_request(limited, web).await.map_err(wrong)?;
        return Form::read_multipart(parts).await;
    }
    let bytes = axum::body::to_bytes(request.into_body(), FORM_MAX).await;
    let too_large =
        |_| Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "Too large", "A form holds at most 4 MB.");
    Form::read(&bytes.map_err(too_large)?)
}

impl FromRequest<Web> for Form {
    type Rejection = Response;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let visitor =
            Visitor::from_request_parts(&mut parts, web).await.map_err(IntoResponse::into_response)?;
        if visitor.session.is_some() {
            let me = Me::from_request_parts(&mut parts, web).await?;
            let form = read(Request::from_parts(parts, body), web, true).await?;
            if me.session.csrf_matches(form.get("csrf")) {
                return Ok(form);
            }
            let reason = "The form did not come from a page of this session. Load the page again and send it once more.";
            // The refusal itself is what the answer says; writing it down must not hide it.
            let _ = me.who().refused(web.app(), "form", "no CSRF token").await;
            return Err(Failure::new(StatusCode::FORBIDDEN, "Nothing was changed", reason).into_response());
        }
        let before = super::prefs::cookie(&parts.headers, crate::pages::sign_in::FORM_COOKIE);
        let form = read(Request::from_parts(parts, body), web, false).await?;
        match before {
            Some(token) if !token.is_empty() && token == form.get("csrf") => Ok(form),
            _ => Err(Failure::new(
                StatusCode::FORBIDDEN,
                "Sign in once more",
                "You were signed out, or the form is too old. Sign in and send it again.",
            )
            .into_response()),
        }
    }
}
