//! `GET /organisation`.

use axum::Json;
use axum::extract::State;
use theriac_service::people;

use super::OrganisationView;
use crate::core::{Api, Caller, Shown};

/// The manufacturer.
#[utoipa::path(
    get, path = "/organisation", tag = "organisation",
    responses((status = 200, description = "The manufacturer", body = OrganisationView)),
)]
pub(super) async fn organisation_get(
    State(api): State<Api>,
    _caller: Caller,
) -> Shown<Json<OrganisationView>> {
    Ok(Json(people::organisation(api.app()).await?.into()))
}
