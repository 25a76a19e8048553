//! `/sign-in`: password sign-in.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use theriac_service::{ServiceError, people};

use crate::http::{Answer, Form, Kept, Me, SignInForm, Visitor, Web, local, see_other};
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
    /// What was sent without a session and waits to be sent again.
    pub kept: Option<Kept>,
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
    let asked = SignIn { next: &next, ended: visitor.ended && !next.is_empty(), ..SignIn::default() };
    Ok(form(&web, &visitor, asked))
}

/// What was sent without a session: the form comes first, then it can be sent again.
pub(crate) fn too_late(web: &Web, visitor: &Visitor, kept: Option<Kept>) -> Response {
    let refused = Note::new(
        NoteKind::Bad,
        "What you sent was not taken, and could not be kept.",
        "You were not signed in any more. Go back in your browser to copy what you typed.",
    );
    let refused = if kept.is_none() { Some(refused.alert()) } else { None };
    let mut response = form(web, visitor, SignIn { ended: true, refused, kept, ..SignIn::default() });
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    response
}

/// What the sign-in page is about.
#[derive(Debug, Default)]
struct SignIn<'a> {
    next: &'a str,
    email: &'a str,
    refused: Option<Note>,
    kept: Option<Kept>,
    ended: bool,
}

impl SignIn<'_> {
    fn notice(&self) -> Option<Note> {
        let ended = "Your session ended.";
        match &self.kept {
            Some(kept) => {
                let text = "What you sent was not taken yet, but it is kept on this page. Sign in, then send it again by one button.";
                let mut note = Note::new(NoteKind::Warn, ended, text);
                note.items = kept.not_kept();
                Some(note)
            }
            None if self.ended && self.refused.is_none() => {
                Some(Note::new(NoteKind::Info, ended, "Sign in again; you come back to where you were."))
            }
            None => None,
        }
    }
}

/// The token of the forms that this browser was sent before, so that every tab stays good, or a new one.
fn token(web: &Web, visitor: &Visitor) -> String {
    let before = visitor.form_token.clone();
    let fits = |token: &String| token.len() == 48 && token.bytes().all(|byte| byte.is_ascii_hexdigit());
    before.filter(fits).unwrap_or_else(|| hex::encode(web.app().random::<24>()))
}

fn form(web: &Web, visitor: &Visitor, asked: SignIn<'_>) -> Response {
    let token = token(web, visitor);
    let mut shell = visitor.shell("Sign in", Area::Other);
    shell.csrf.clone_from(&token);
    shell.user = None;
    let demonstration = visitor.organisation.as_ref().is_some_and(|row| row.demonstration);
    let status = if asked.refused.is_some() { StatusCode::UNAUTHORIZED } else { StatusCode::OK };
    let page = SignInPage {
        shell,
        next: local(asked.next).unwrap_or("/").to_owned(),
        email: asked.email.to_owned(),
        notice: if visitor.organisation.is_some() { asked.notice() } else { Some(nothing_here()) },
        refused: asked.refused,
        kept: asked.kept,
        demo_accounts: if demonstration { web.demo_accounts() } else { Vec::new() },
    };
    let mut response = respond::with_status(status, &page);
    let cookie = format!("{FORM_COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=3600");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

fn nothing_here() -> Note {
    let text = "Run `theriac init` on the server, then sign in.";
    Note::new(NoteKind::Info, "Nothing is set up here yet.", text)
}

/// Signs in, and leads on: to the page that was asked for, or to what waits to be sent again.
pub async fn sign_in(State(web): State<Web>, visitor: Visitor, sent: SignInForm) -> Answer {
    let SignInForm { form: sent, genuine, kept } = sent;
    let (next, email) = (sent.get("next"), sent.get("email"));
    let again = |refused: Note| {
        let asked = SignIn { next, email, refused: Some(refused.alert()), kept: kept.clone(), ended: false };
        Ok(form(&web, &visitor, asked))
    };
    if !genuine {
        let text = "The form did not come from the page that this browser was sent last, or it was too old.";
        return again(Note::new(NoteKind::Bad, "Sign in once more.", text));
    }
    let door = web.door(visitor.address);
    match people::sign_in(web.app(), &door, email, sent.get("password")).await {
        Ok(session) => {
            let mut response = match kept {
                None => see_other(local(next).unwrap_or("/")),
                Some(kept) => super::kept::signed_in_again(&web, &visitor, &session, kept).await?,
            };
            if let Ok(value) = HeaderValue::from_str(&web.cookie().set(&session)) {
                response.headers_mut().append(header::SET_COOKIE, value);
            }
            Ok(response)
        }
        Err(error @ (ServiceError::SignIn(_) | ServiceError::Throttled(_))) => {
            again(Note::new(NoteKind::Bad, "Not signed in.", error.to_string()))
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
