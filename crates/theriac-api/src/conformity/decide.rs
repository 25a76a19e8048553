//! `POST /products/{product}/releases/{release}/decisions`.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use theriac_service::gate::{self, Decide};
use utoipa::ToSchema;

use crate::core::{Act, Segments, digest};

/// A decision to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DecisionNew {
    /// `ship`, `postpone` or `withdraw`.
    decision: String,
    /// Why.
    reason: String,
    /// What was shown: `shown` of the gate's preview.
    shown: String,
    /// Your own password, once more.
    password: String,
}

/// Decide a release by signature: ship it, postpone it, or withdraw the decision that it ships.
#[utoipa::path(
    post, path = "/products/{product}/releases/{release}/decisions", tag = "conformity",
    request_body = DecisionNew,
    params(
        ("product" = String, Path, description = "The product's key"),
        ("release" = String, Path, description = "The release's name"),
    ),
    responses((status = 204, description = "Decided")),
)]
pub(super) async fn decisions_add(
    Segments((product, release)): Segments<(String, String)>,
    act: Act<DecisionNew>,
) -> Response {
    act.run(StatusCode::NO_CONTENT, async move |call, input| {
        let decide = Decide {
            outcome: input.decision.parse()?,
            shown: digest("shown", &input.shown)?,
            product,
            release,
            reason: input.reason,
        };
        let proof = call.prove(&input.password).await?;
        gate::decide(call.app(), call.who(), &proof, decide).await
    })
    .await
}
