//! The REST interface under `/api/v1`, and its OpenAPI description, which is made from the same code.
//!
//! One operation is one file in the folder of its noun: it reads the request into the use case's input, calls the use
//! case and shows what came back. It holds no rule and no SQL. To add one: the file, and its line in the `routes` of its
//! folder with what it needs ([`Needs`]). What all operations share is in `core`.
//!
//! Errors are problem details (RFC 9457, `core/problem.rs`), lists page by key (`after`, `limit`, `next`), a `POST` with
//! an `Idempotency-Key` is carried out once, machines come with a token, people with a session and its CSRF token.

mod audit;
mod components;
mod conformity;
mod core;
mod evidence;
mod feed;
mod findings;
mod jobs;
mod openapi;
mod organisation;
mod people;
mod products;
mod records;
mod session;
mod tokens;

pub use crate::core::{Api, Cause, ClientAddress, Needs};

use core::Route;
use utoipa::openapi::info::LicenseBuilder;
use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder};
use utoipa_axum::router::OpenApiRouter;

/// Where the interface lives.
pub const PREFIX: &str = "/api/v1";

fn routes() -> Vec<Route> {
    [
        openapi::routes(),
        session::routes(),
        organisation::routes(),
        people::routes(),
        tokens::routes(),
        products::routes(),
        records::routes(),
        evidence::routes(),
        components::routes(),
        feed::routes(),
        findings::routes(),
        conformity::routes(),
        audit::routes(),
        jobs::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The operations below the prefix of addresses; what nests others keeps the information that it has itself.
fn described() -> OpenApiRouter<Api> {
    routes().into_iter().fold(OpenApiRouter::new(), |router, route| router.routes(route.into_parts()))
}

fn document() -> OpenApi {
    let info = InfoBuilder::new().title("Theriac").version(env!("CARGO_PKG_VERSION")).description(Some(
        "Does this release of this medical software conform to IEC 81001-5-1? Everything that the pages do, by machine.",
    ));
    let licence = LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build();
    let about = OpenApiBuilder::new().info(info.license(Some(licence)).build()).build();
    let mut document = OpenApiRouter::with_openapi(about).nest(PREFIX, described()).into_openapi();
    crate::core::describe(&mut document);
    document
}

/// The interface, to be merged into the server's router.
pub fn router(api: Api) -> axum::Router {
    let (operations, _) = described().split_for_parts();
    crate::core::finish(operations, api)
}

/// The OpenAPI description as JSON, the same bytes for the same program.
#[must_use]
pub fn openapi() -> String {
    let mut sorted = serde_json::to_value(document()).unwrap_or_default();
    if let Some(schemas) =
        sorted.pointer_mut("/components/schemas").and_then(serde_json::Value::as_object_mut)
    {
        schemas.extend(core::schemas::borrowed());
    }
    serde_json::to_string_pretty(&sorted).unwrap_or_default() + "\n"
}

/// Method, path and need of every operation, for the book and for tests.
#[must_use]
pub fn operations() -> Vec<(String, String, Needs)> {
    routes()
        .iter()
        .map(|route| (route.method.to_owned(), format!("{PREFIX}{}", route.path), route.needs))
        .collect()
}
