//! `GET /products/{product}/releases/{release}/vex`.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use serde::Deserialize;
use theriac_service::ServiceError;
use theriac_service::findings::{self, VexFormat};
use utoipa::IntoParams;

use crate::core::{Api, Caller, Query, Segments, Shown, file};

/// In which format.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct VexQuery {
    /// `openvex` (0.2) or `cyclonedx` (1.6, JSON); `openvex` where left out.
    format: Option<String>,
}

/// What customers are told about the known vulnerabilities of a release: complete judgements of its open findings, every
/// other one as under investigation.
#[utoipa::path(
    get, path = "/products/{product}/releases/{release}/vex", tag = "findings",
    params(
        ("product" = String, Path, description = "The product's key"),
        ("release" = String, Path, description = "The release's name"), VexQuery,
    ),
    responses((status = 200, description = "The document", body = Object, content_type = "application/json")),
)]
pub(super) async fn vex_get(
    State(api): State<Api>,
    caller: Caller,
    Segments((product, release)): Segments<(String, String)>,
    Query(query): Query<VexQuery>,
) -> Shown<Response> {
    let format = query.format.as_deref().map(str::parse).transpose();
    let format = format.map_err(|words: String| ServiceError::field("format", words))?;
    let format = format.unwrap_or(VexFormat::OpenVex);
    let found = findings::vex(api.app(), &caller.who, &product, &release, format).await?;
    let mut answer = file(&found.name, found.bytes);
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(answer)
}
