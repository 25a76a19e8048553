//! What was sent too late for its session: shown, and sent again by one button.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use theriac_auth::SessionId;
use theriac_service::{ServiceError, people};

use crate::http::{Kept, Me, Visitor, Web};
use crate::parts::{Area, Fact, Facts, Note, NoteKind, Shell};
use crate::respond;

/// Values that pages send along without anybody having typed them.
const UNTYPED: &[&str] = &["expected", "digest", "form-id", "finding", "then"];

/// The form that waits. Sends by POST what was sent before, with a token of the session.
#[derive(Debug, Clone, Template)]
#[template(path = "kept.html")]
pub struct KeptPage {
    /// Surroundings.
    pub shell: Shell,
    /// Such as "You are signed in again".
    pub heading: String,
    /// What to do.
    pub note: Note,
    /// What is sent again.
    pub kept: Kept,
    /// What was typed, by its field.
    pub typed: Facts,
}

impl Kept {
    /// What is not kept, as lines of a note.
    pub(crate) fn not_kept(&self) -> Vec<String> {
        self.lost.iter().map(|what| format!("Not kept: {what}")).collect()
    }
}

fn page(mut shell: Shell, heading: String, text: &str, kept: Kept) -> KeptPage {
    shell.title.clone_from(&heading);
    let mut note = Note::new(NoteKind::Info, "What you sent is kept, and not taken yet.", text);
    note.items = kept.not_kept();
    let typed = kept
        .pairs
        .iter()
        .filter(|(name, value)| !UNTYPED.contains(&name.as_str()) && !value.trim().is_empty());
    let fact = |(name, value): &(String, String)| Fact::text(name.replace(['_', '-', '.'], " "), value);
    KeptPage { shell, heading, note, typed: Facts::from(typed.map(fact).collect::<Vec<_>>()), kept }
}

/// After signing in: the form that waits, with the token of the new session.
pub(super) async fn signed_in_again(
    web: &Web,
    visitor: &Visitor,
    session: &SessionId,
    kept: Kept,
) -> Result<Response, ServiceError> {
    let via = web.door(visitor.address).via();
    let session = people::session(web.app(), &session.cookie(), &via).await?;
    let visitor = Visitor { session, ..visitor.clone() };
    let name = visitor.session.as_ref().map_or("somebody", |session| session.name.as_str());
    let heading = format!("You are signed in again as {name}");
    let page = page(visitor.shell("", Area::Other), heading, "Send it again, or leave it.", kept);
    Ok(respond::page(&page))
}

/// The page was of an earlier session of this browser.
pub(crate) fn from_earlier_session(me: &Me, kept: Kept) -> Response {
    let heading = format!("Send it again as {}", me.session.name);
    let text = "The page was loaded before you signed in again. Send it again, or leave it.";
    respond::with_status(StatusCode::FORBIDDEN, &page(me.shell("", Area::Other), heading, text, kept))
}
