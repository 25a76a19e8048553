//! `POST /products/{product}/releases/{release}/baseline`.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use theriac_service::gate;
use utoipa::ToSchema;

use crate::core::{Act, Segments, digest};

/// The revisions to be adopted, and the signature.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BaselineAdopt {
    /// The revisions.
    revisions: Vec<RevisionNamed>,
    /// Your own password, once more.
    password: String,
}

/// A revision of a record.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RevisionNamed {
    /// The record.
    record: String,
    /// The digest of its approved revision.
    revision: String,
}

/// Let a release rest on these revisions instead of those in its baseline, by signature.
#[utoipa::path(
    post, path = "/products/{product}/releases/{release}/baseline", tag = "conformity",
    request_body = BaselineAdopt,
    params(
        ("product" = String, Path, description = "The product's key"),
        ("release" = String, Path, description = "The release's name"),
    ),
    responses((status = 204, description = "Adopted")),
)]
pub(super) async fn baseline_adopt(
    Segments((product, release)): Segments<(String, String)>,
    act: Act<BaselineAdopt>,
) -> Response {
    act.run(StatusCode::NO_CONTENT, async move |call, input| {
        let revisions = input.revisions.into_iter();
        let revisions = revisions.map(|one| Ok((one.record, digest("revisions", &one.revision)?)));
        let revisions = revisions.collect::<theriac_service::Result<Vec<_>>>()?;
        let proof = call.prove(&input.password).await?;
        gate::adopt_revisions(call.app(), call.who(), &proof, &product, &release, &revisions).await
    })
    .await
}
