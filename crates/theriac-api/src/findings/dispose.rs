//! `POST /products/{product}/releases/{release}/components/dispose`.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde::Serialize;
use theriac_service::findings::{self, Components, Dispose};
use utoipa::ToSchema;

use crate::core::{Act, Segments, digest};

/// Which components, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ComponentsDispose {
    /// The components; left out for all that await a disposition.
    components: Option<Vec<String>>,
    /// Names the list as it was read; left out to dispose of whatever there is now.
    expected: Option<String>,
    /// `own`, `searched`, `watched` or `no code`.
    disposition: String,
    /// Why.
    reason: String,
}

/// How many were disposed of.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComponentsDisposed {
    /// How many components.
    disposed: usize,
}

/// Say about components that cannot be matched why that is no gap.
#[utoipa::path(
    post, path = "/products/{product}/releases/{release}/components/dispose", tag = "components",
    request_body = ComponentsDispose,
    params(
        ("product" = String, Path, description = "The product's key"),
        ("release" = String, Path, description = "The release's name"),
    ),
    responses((status = 200, description = "Disposed of", body = ComponentsDisposed)),
)]
pub(super) async fn components_dispose(
    Segments((product, release)): Segments<(String, String)>,
    act: Act<ComponentsDispose>,
) -> Response {
    act.run(StatusCode::OK, async move |call, input| {
        let components = input.components.map_or(Components::All, Components::Some);
        let dispose = Dispose {
            product,
            release,
            components,
            expected: input.expected.map(|text| digest("expected", &text)).transpose()?,
            disposition: input.disposition,
            reason: input.reason,
        };
        Ok(ComponentsDisposed { disposed: findings::dispose(call.app(), call.who(), dispose).await? })
    })
    .await
}
