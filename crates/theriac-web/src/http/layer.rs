//! Around every handler: who asks is looked up once, and failures get their page.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};

use super::{Failure, Visitor, Web, redirect};
use crate::parts::Area;

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
    parts.extensions.insert(visitor.clone());
    let mut response = next.run(Request::from_parts(parts, body)).await;
    if let Some(failure) = response.extensions_mut().remove::<Failure>() {
        response = failure.page(visitor.shell("", Area::Other));
    } else if refused_by_the_framework(&response) {
        let failure = Failure { status: response.status(), ..Failure::bad_request(UNREADABLE) };
        response = failure.page(visitor.shell("", Area::Other));
    }
    if visitor.toast.is_some() && !response.status().is_redirection() {
        redirect::said(&mut response);
    }
    response
}

/// Whether the answer is an error without a page: an address that is not UTF-8, a method that is not taken.
fn refused_by_the_framework(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    response.status().is_client_error() && kind.is_none_or(|kind| kind.starts_with("text/plain"))
}
