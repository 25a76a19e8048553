//! Around every handler: who asks is looked up once, failures get their page, and a form whose session ended is kept.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::{Json, Router};

use super::{Failure, Visitor, Web, form, redirect};
use crate::pages::sign_in;
use crate::parts::Area;

const SIGN_IN: &str = "/sign-in";

const UNREADABLE: &str = "The address or the way of asking is not what this page takes. \
                          Search, or start from your work.";

pub(super) fn wrap(router: Router<Web>, web: Web) -> Router<Web> {
    router.layer(from_fn_with_state(web, around))
}

async fn around(State(web): State<Web>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let visitor = match Visitor::of(&web, &parts).await {
        Ok(visitor) => visitor,
        Err(failure) => return failure.into_response(),
    };
    let asked = (parts.method == Method::GET).then(|| parts.uri.path().to_owned());
    let too_late = parts.method == Method::POST && visitor.session.is_none() && parts.uri.path() != SIGN_IN;
    parts.extensions.insert(visitor.clone());
    let request = Request::from_parts(parts, body);
    let mut response =
        if too_late { without_session(&web, &visitor, request).await } else { next.run(request).await };
    if let Some(failure) = response.extensions_mut().remove::<Failure>() {
        let failure = if asked.is_some() { failure.of_an_address() } else { failure };
        response = failure.page(visitor.shell("", Area::Other));
    } else if let Some(above) = form_only(&response, asked.as_deref()) {
        return redirect::see_other(above);
    } else if refused_by_the_framework(&response) {
        let failure = Failure { status: response.status(), ..Failure::bad_request(UNREADABLE) };
        response = failure.page(visitor.shell("", Area::Other));
    }
    if visitor.toast.is_some() && !response.status().is_redirection() {
        redirect::said(&mut response);
    }
    response
}

/// A form without a session: who it is, is asked for; what was sent is kept.
async fn without_session(web: &Web, visitor: &Visitor, request: Request) -> Response {
    if request.uri().path() == "/sign-out" {
        return redirect::see_other(SIGN_IN);
    }
    let script = by_script(request.headers());
    match form::sent_too_late(request, web).await {
        // The page keeps what it holds, and its script says so.
        _ if script => {
            (StatusCode::UNAUTHORIZED, Json(serde_json::json!({ "signed_out": true }))).into_response()
        }
        Ok(kept) => sign_in::too_late(web, visitor, kept),
        Err(failure) => failure.into_response(),
    }
}

/// Whether a form was sent by the page's script, while its author types.
pub(crate) fn by_script(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|text| text.contains("application/json"))
}

/// Where the form of an address that takes only forms is: on the page above it.
fn form_only<'p>(response: &Response, asked: Option<&'p str>) -> Option<&'p str> {
    let (above, _) = asked?.rsplit_once('/')?;
    let above = if above.is_empty() { "/" } else { above };
    (response.status() == StatusCode::METHOD_NOT_ALLOWED).then_some(above)
}

/// Whether the answer is an error without a page: an address that is not UTF-8, a method that is not taken.
fn refused_by_the_framework(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    response.status().is_client_error() && kind.is_none_or(|kind| kind.starts_with("text/plain"))
}
