//! `PATCH /organisation`.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use theriac_service::people;
use utoipa::ToSchema;

use super::OrganisationView;
use crate::core::Act;

/// What is to change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrganisationChange {
    /// Whether evidence with listed defects is taken.
    accept_defects: bool,
}

/// Change how the installation works.
#[utoipa::path(
    patch, path = "/organisation", tag = "organisation", request_body = OrganisationChange,
    responses((status = 200, description = "The manufacturer as it is now", body = OrganisationView)),
)]
pub(super) async fn organisation_change(act: Act<OrganisationChange>) -> Response {
    act.run(StatusCode::OK, async |call, input| {
        people::set_accept_defects(call.app(), call.who(), input.accept_defects).await?;
        Ok(OrganisationView::from(people::organisation(call.app()).await?))
    })
    .await
}
