//! What goes wrong, as a page for the one who asked.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use theriac_service::ServiceError;

use crate::pages::error::ErrorPage;
use crate::parts::{Link, Shell};
use crate::respond;

/// A handler's answer.
pub type Answer = Result<Response, Failure>;

/// Why there is no page: the layer around the handlers writes it with the surroundings of whoever asked.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The status.
    pub status: StatusCode,
    /// What is the matter.
    pub title: String,
    /// Why, and what to do.
    pub text: String,
    /// Particulars.
    pub details: Vec<String>,
}

impl Failure {
    /// A failure.
    pub fn new(status: StatusCode, title: impl Into<String>, text: impl Into<String>) -> Self {
        Self { status, title: title.into(), text: sentence(&text.into()), details: Vec::new() }
    }

    /// The address or the values sent are not what the page takes.
    pub fn bad_request(text: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "This cannot be done as asked", text)
    }

    /// What is said where no form was sent: the answers stand in the address.
    pub(super) fn of_an_address(self) -> Self {
        if self.status != StatusCode::UNPROCESSABLE_ENTITY {
            return self;
        }
        let text =
            "The address says something that this page does not take. Mend what is listed here, or go back.";
        Self { title: "This address does not fit".to_owned(), text: text.to_owned(), ..self }
    }

    /// As a page.
    pub(super) fn page(self, shell: Shell) -> Response {
        let shell = Shell { title: self.title.clone(), ..shell };
        let page = ErrorPage {
            shell,
            status: self.status.as_u16(),
            title: self.title,
            text: self.text,
            details: self.details,
            incident: String::new(),
            links: vec![Link::new("My work", "/"), Link::new("Products", "/products")],
        };
        respond::with_status(self.status, &page)
    }
}

/// Words of an error as a sentence of their own.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        let text = error.to_string();
        match error {
            ServiceError::NotFound { what, .. } => Self::new(
                StatusCode::NOT_FOUND,
                format!("There is no such {what}"),
                format!("{text}, or you may not read it."),
            ),
            ServiceError::Denied(_) | ServiceError::NotSigned(_) | ServiceError::Conflict(_) => {
                Self::new(StatusCode::FORBIDDEN, "You may not do this", text)
            }
            ServiceError::Changed { .. } => Self::new(
                StatusCode::CONFLICT,
                "It changed meanwhile",
                format!("{text} Nothing was changed or signed."),
            ),
            ServiceError::Exists { .. } => Self::new(StatusCode::CONFLICT, "It exists already", text),
            ServiceError::Invalid(errors) => Self {
                details: errors.iter().map(ToString::to_string).collect(),
                ..Self::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "Some answers need a change",
                    "Go back, mend what is listed here, and send the form again.",
                )
            },
            ServiceError::File { .. } => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "The file was refused", text)
            }
            ServiceError::Repeated => Self::new(
                StatusCode::CONFLICT,
                "This form was sent already",
                format!("{text} Open a new one."),
            ),
            ServiceError::Rule(_) => Self::new(StatusCode::CONFLICT, "This cannot be done now", text),
            ServiceError::SignIn(_) => Self::new(StatusCode::UNAUTHORIZED, "Sign in", text),
            ServiceError::Throttled(_) => Self::new(StatusCode::TOO_MANY_REQUESTS, "Too many tries", text),
            nul if nul.is_nul() => Self::bad_request(text),
            changed if changed.is_of_a_changed_row() => {
                tracing::error!("{text}");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "A record was changed in the database", text)
            }
            other => {
                tracing::error!(error = %other, "a page failed");
                Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "Something went wrong on our side",
                    "Nothing was changed. Try again; if it stays so, tell your administrator when it happened.",
                )
            }
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = self.status;
        let mut response = (status, self.text.clone()).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// No page has this address.
pub(super) async fn nowhere() -> Failure {
    Failure::new(
        StatusCode::NOT_FOUND,
        "There is no such page",
        "The address leads nowhere. Search, or start from your work.",
    )
}
