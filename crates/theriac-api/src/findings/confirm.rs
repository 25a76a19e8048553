//! `POST /products/{product}/releases/{release}/carried`.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde::Serialize;
use theriac_service::findings;
use utoipa::ToSchema;

use crate::core::{Act, Segments, digest};

/// The signature.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CarriedConfirm {
    /// The judgements that were read.
    set: String,
    /// Your own password, once more.
    password: String,
    /// What you add to the signature in your own words, at most 2,000 characters; kept and shown with it.
    #[serde(default)]
    comment: String,
}

/// How many were confirmed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CarriedConfirmed {
    /// How many judgements.
    confirmed: usize,
}

/// Confirm by one signature that the judgements taken over from earlier releases hold for this one.
#[utoipa::path(
    post, path = "/products/{product}/releases/{release}/carried", tag = "findings",
    request_body = CarriedConfirm,
    params(
        ("product" = String, Path, description = "The product's key"),
        ("release" = String, Path, description = "The release's name"),
    ),
    responses((status = 200, description = "Confirmed", body = CarriedConfirmed)),
)]
pub(super) async fn carried_confirm(
    Segments((product, release)): Segments<(String, String)>,
    act: Act<CarriedConfirm>,
) -> Response {
    act.run(StatusCode::OK, async move |call, input| {
        let set = digest("set", &input.set)?;
        let proof = call.prove_saying(&input.password, &input.comment).await?;
        let confirmed =
            findings::confirm_carried(call.app(), call.who(), &proof, &product, &release, set).await?;
        Ok(CarriedConfirmed { confirmed })
    })
    .await
}
