//! The last touches: what no operation answers, and what the description says once for all.

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::any;
use axum::{Extension, Router};
use utoipa::PartialSchema as _;
use utoipa::ToSchema as _;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};

use super::problem::Details;
use super::{Api, Problem};
use crate::PREFIX;

/// The router with answers to everything below the prefix.
pub(crate) fn finish(operations: Router<Api>, api: Api) -> Router {
    let operations = operations
        .fallback(unknown)
        .method_not_allowed_fallback(other_method)
        .layer(from_fn(headers))
        .layer(Extension(api.clone()))
        .with_state(api);
    // What is nested does not answer at the prefix with a slash.
    Router::new().nest(PREFIX, operations).route(&format!("{PREFIX}/"), any(unknown))
}

async fn unknown(request: Request) -> Problem {
    let path: String = request.uri().path().chars().take(200).collect();
    let detail = format!("There is no operation at {path}; {PREFIX}/openapi.json lists them all.");
    Problem::new(StatusCode::NOT_FOUND, "not-found", "There is no such thing", detail)
}

async fn other_method(request: Request) -> Problem {
    let detail = format!("{} is not done here; {PREFIX}/openapi.json says what is.", request.method());
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method", "This method is not taken here", detail)
}

/// Answers are for the caller alone and are what they say they are.
async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// What the description says once: how callers come in, and what a problem looks like.
pub(crate) fn describe(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    let mut schemas = vec![(Details::name().into_owned(), Details::schema())];
    Details::schemas(&mut schemas);
    components.schemas.extend(schemas);
    let token = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("A token: thr_…, issued to a machine."));
    let session =
        ApiKeyValue::with_description("theriac-session", "The cookie that POST /api/v1/session sets.");
    let csrf =
        ApiKeyValue::with_description("X-CSRF-Token", "The session's csrf, with everything that is no GET.");
    components.add_security_scheme("token", SecurityScheme::Http(token.build()));
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(session)));
    components.add_security_scheme("csrf", SecurityScheme::ApiKey(ApiKey::Header(csrf)));
}
