//! Errors as problem details (RFC 9457): the one place that turns an error of a use case into a status and words.
//!
//! A new variant of [`ServiceError`] gets its line in [`Problem::from`].

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use theriac_auth::NotSigned;
use theriac_model::record::FieldError;
use theriac_service::ServiceError;
use theriac_store::StoreError;
use utoipa::ToSchema;

/// Why a request was not carried out, ready to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Problem(Box<Details>);

/// Why a request was not carried out. Nothing has changed then.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Details {
    /// Names the sort of problem, for programs: `urn:theriac:problem:not-found`.
    #[serde(rename = "type")]
    kind: String,
    /// The sort of problem, for people.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What is wrong here, where, and what to do.
    detail: String,
    /// What is wrong with each field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<Field>,
    /// Where in the body or the file: a JSON pointer, or line and column.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    /// What the thing is now, where it has changed since it was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    now: Option<String>,
    #[serde(skip)]
    retry_after: Option<u64>,
    #[serde(skip)]
    cause: Option<Cause>,
}

/// What the server's log says of a failure: beside the answer, for who runs the interface inside of the same process. It is
/// never sent.
#[derive(Debug, Clone)]
pub struct Cause(pub String);

/// Most characters of a text of a problem: what people sent is repeated to them, but not at any length.
const TEXT_MAX: usize = 1000;
/// Most fields that a problem lists.
const FIELDS_MAX: usize = 50;

/// What is wrong with one field.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ProblemField)]
struct Field {
    /// The field, `attendees.0.person` for one in a list.
    field: String,
    /// What is wrong and what is right.
    message: String,
}

impl From<FieldError> for Field {
    fn from(error: FieldError) -> Self {
        Self { field: error.field, message: error.message }
    }
}

/// What an operation gives back, or the problem.
pub(crate) type Shown<T> = Result<T, Problem>;

impl Problem {
    pub(crate) fn new(
        status: StatusCode,
        kind: &str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self(Box::new(Details {
            kind: format!("urn:theriac:problem:{kind}"),
            title,
            status: status.as_u16(),
            detail: detail.into(),
            errors: Vec::new(),
            place: None,
            now: None,
            retry_after: None,
            cause: None,
        }))
    }

    /// The same with more said.
    fn with(mut self, more: impl FnOnce(&mut Details)) -> Self {
        more(&mut self.0);
        self
    }

    /// The request itself cannot be read.
    pub(crate) fn malformed(place: impl Into<String>, detail: impl Into<String>) -> Self {
        let problem = Self::new(StatusCode::BAD_REQUEST, "malformed", "The request cannot be read", detail);
        problem.with(|details| details.place = Some(place.into()))
    }

    pub(crate) fn unauthenticated(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", "Nobody is signed in", detail)
    }

    pub(crate) fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "denied", "This may not be done", detail)
    }

    pub(crate) fn too_large(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The request is too large", detail)
    }

    fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "Something is not as it must be", detail)
    }

    fn conflict(kind: &str, title: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, kind, title, detail)
    }

    /// What people need not know goes to the server's log.
    fn internal(error: &ServiceError) -> Self {
        tracing::error!(?error, "{error}");
        let detail = "The server could not do this; nothing has changed. Its log says why.";
        let problem = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "The server failed", detail);
        problem.with(|details| details.cause = Some(Cause(error.to_string())))
    }

    fn of_store(error: &ServiceError, store: &StoreError) -> Self {
        let words = store.to_string();
        match store {
            StoreError::TooLarge { .. } => Self::too_large(words),
            StoreError::Nul => Self::malformed("text", words),
            StoreError::Input(_) | StoreError::BlobSwept { .. } => Self::malformed("body", words),
            StoreError::Future(_) => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "invalid",
                "Something is not as it must be",
                words,
            ),
            StoreError::RevisionChanged { .. } => {
                tracing::error!("{error}");
                Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "changed-unseen",
                    "What is stored was changed",
                    words,
                )
            }
            StoreError::ReadOnly => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "read-only", "The server only reads", words)
            }
            conflict if conflict.is_conflict() => {
                let detail =
                    "Somebody else did the same at the same time; look at what is there and try again.";
                Self::conflict("exists", "It exists already", detail)
            }
            _ => Self::internal(error),
        }
    }
}

impl From<ServiceError> for Problem {
    fn from(error: ServiceError) -> Self {
        let words = error.to_string();
        match &error {
            ServiceError::NotFound { .. } => {
                Self::new(StatusCode::NOT_FOUND, "not-found", "There is no such thing", words)
            }
            ServiceError::Exists { .. } => Self::conflict("exists", "It exists already", words),
            ServiceError::Denied(_) | ServiceError::NotSigned(NotSigned::Denied(_)) => Self::forbidden(words),
            ServiceError::NotSigned(_) => {
                Self::new(StatusCode::FORBIDDEN, "not-signed", "The signature was refused", words)
            }
            ServiceError::Conflict(_) => {
                Self::new(StatusCode::FORBIDDEN, "separation-of-duties", "It takes another person", words)
            }
            ServiceError::Invalid(errors) => Self::invalid(words)
                .with(|details| details.errors = errors.iter().cloned().map(Field::from).collect()),
            ServiceError::Changed { now, .. } => {
                Self::conflict("changed", "It has changed since it was read", words)
                    .with(|details| details.now = now.map(|digest| digest.to_string()))
            }
            ServiceError::Rule(_) => Self::conflict("rule", "A rule forbids it", words),
            ServiceError::Repeated => Self::conflict(
                "repeated",
                "It was sent already",
                "A request with this Idempotency-Key is being carried out, or was and its answer is not at hand any more. \
                 Wait a moment and send it again with the same key; if this comes again, look for its result before you take a new key.",
            ),
            ServiceError::File { place, .. } => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "file", "The file was refused", words)
                    .with(|details| details.place = Some(place.clone()))
            }
            ServiceError::SignIn(_) => Self::unauthenticated(words),
            ServiceError::Throttled(throttled) => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "throttled", "Too many tries", words)
                    .with(|details| details.retry_after = Some(throttled.retry_after_seconds))
            }
            ServiceError::Store(store) => Self::of_store(&error, store),
            _ => Self::internal(&error),
        }
    }
}

impl Details {
    fn shorten(&mut self) {
        self.errors.truncate(FIELDS_MAX);
        let errors = self.errors.iter_mut().flat_map(|error| [&mut error.field, &mut error.message]);
        errors.chain([&mut self.detail]).chain(&mut self.place).for_each(shorten);
    }
}

fn shorten(text: &mut String) {
    if let Some((end, _)) = text.char_indices().nth(TEXT_MAX) {
        text.truncate(end);
        text.push('…');
    }
}

impl IntoResponse for Problem {
    fn into_response(mut self) -> Response {
        self.0.shorten();
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = self.0.retry_after;
        let cause = self.0.cause.take();
        let mut response = (status, Json(self.0)).into_response();
        if let Some(cause) = cause {
            response.extensions_mut().insert(cause);
        }
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
