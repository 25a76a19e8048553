//! `/sign-in`: password sign-in.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use theriac_service::{ServiceError, people};

use crate::http::{Answer, Form, Me, Visitor, Web, see_other};
use crate::parts::{Area, Field, Input, Note, NoteKind, Shell};
use crate::respond;

/// The sign-in form. Sends `csrf`, `next`, `email`, `password` to `/sign-in`.
#[derive(Debug, Clone, Template)]
#[template(path = "sign_in.html")]
pub struct SignInPage {
    /// Surroundings; `csrf` comes from a cookie set before signing in.
    pub shell: Shell,
    /// Where to go afterwards; a path of this installation.
    pub next: String,
    /// The address as typed.
    pub email: String,
    /// Why the last try was refused, without saying which part was wrong.
    pub refused: Option<Note>,
    /// What led here, such as "You were signed out after 30 minutes without use."
    pub notice: Option<Note>,
    /// Accounts of the demonstration, shown only there: e-mail, role and password.
    pub demo_accounts: Vec<(String, String, String)>,
}

impl SignInPage {
    fn fields(&self) -> [Field; 2] {
        [
            Field::new("email", "Work e-mail", Input::Email(self.email.clone())).required(),
            Field::new("password", "Password", Input::Password("current-password")).required(),
        ]
    }
}

/// The cookie that ties the sign-in form to a browser before there is a session.
pub(crate) const FORM_COOKIE: &str = "theriac-form";

/// What the address says.
#[derive(Debug, Default, serde::Deserialize)]
pub struct Query {
    #[serde(default)]
    next: String,
}

/// Shows the form.
pub async fn show(
    State(web): State<Web>,
    visitor: Visitor,
    query: Result<axum::extract::Query<Query>, axum::extract::rejection::QueryRejection>,
) -> Answer {
    let next = query.map(|query| query.0.next).unwrap_or_default();
    Ok(form(&web, &visitor, &next, "", None))
}

/// A path of this installation, or the start.
fn local(next: &str) -> &str {
    if next.starts_with('/') && !next.starts_with("//") && !next.contains('\\') { next } else { "/" }
}

fn form(web: &Web, visitor: &Visitor, next: &str, email: &str, refused: Option<Note>) -> Response {
    let token = hex::encode(web.app().random::<24>());
    let mut shell = visitor.shell("Sign in", Area::Other);
    shell.csrf.clone_from(&token);
    shell.user = None;
    let demonstration = visitor.organisation.as_ref().is_some_and(|row| row.demonstration);
    let status = if refused.is_some() { StatusCode::UNAUTHORIZED } else { StatusCode::OK };
    let page = SignInPage {
        shell,
        next: local(next).to_owned(),
        email: email.to_owned(),
        refused,
        notice: visitor.organisation.is_none().then(|| {
            Note::new(
                NoteKind::Info,
                "Nothing is set up here yet.",
                "Run `theriac init` on the server, then sign in.",
            )
        }),
        demo_accounts: if demonstration { web.demo_accounts() } else { Vec::new() },
    };
    let mut response = respond::with_status(status, &page);
    let cookie = format!("{FORM_COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=3600");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// Signs in.
pub async fn sign_in(State(web): State<Web>, visitor: Visitor, sent: Form) -> Answer {
    let (next, email) = (sent.get("next"), sent.get("email"));
    let door = web.door(visitor.address);
    match people::sign_in(web.app(), &door, email, sent.get("password")).await {
        Ok(session) => {
            let mut response = see_other(local(next));
            if let Ok(value) = HeaderValue::from_str(&web.cookie().set(&session)) {
                response.headers_mut().append(header::SET_COOKIE, value);
            }
            Ok(response)
        }
        Err(error @ (ServiceError::SignIn(_) | ServiceError::Throttled(_))) => {
            let refused = Note::new(NoteKind::Bad, "Not signed in.", error.to_string()).alert();
            Ok(form(&web, &visitor, next, email, Some(refused)))
        }
        Err(error) => Err(error.into()),
    }
}

/// Signs out.
pub async fn sign_out(State(web): State<Web>, me: Me, _: Form) -> Answer {
    people::sign_out(web.app(), &me.session).await?;
    let mut response = see_other("/sign-in");
    if let Ok(value) = HeaderValue::from_str(&web.cookie().clear()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(response)
}
