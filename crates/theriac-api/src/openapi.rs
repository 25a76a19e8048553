//! `GET /openapi.json`: this interface, described.

use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::core::{Needs, Route, route};

pub(crate) fn routes() -> Vec<Route> {
    vec![route!(Needs::Nobody("it tells how to come in"), openapi)]
}

/// This description.
#[utoipa::path(
    get, path = "/openapi.json", tag = "interface",
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json")),
)]
async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], crate::openapi()).into_response()
}
