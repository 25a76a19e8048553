//! `POST /pack/adopt`.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use theriac_service::gate;
use utoipa::ToSchema;

use crate::core::{Act, digest};

/// The signature.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PackAdopt {
    /// The digest of the pack that was read.
    digest: String,
    /// Which copy of the standard it was compared with.
    copy_of: String,
    /// Your own password, once more.
    password: String,
}

/// Adopt the pack in force by signature: you have compared it with the manufacturer's own copy of the standard.
#[utoipa::path(
    post, path = "/pack/adopt", tag = "conformity", request_body = PackAdopt,
    responses((status = 204, description = "Adopted")),
)]
pub(super) async fn pack_adopt(act: Act<PackAdopt>) -> Response {
    act.run(StatusCode::NO_CONTENT, async |call, input| {
        let shown = digest("digest", &input.digest)?;
        let proof = call.prove(&input.password).await?;
        gate::adopt_pack(call.app(), call.who(), &proof, shown, &input.copy_of).await
    })
    .await
}
