//! `POST /people/{person}/addresses`.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use theriac_service::people;
use utoipa::ToSchema;

use crate::core::{Act, Segments};

/// An address in commits.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddressNew {
    /// The e-mail address; only its digest is kept.
    pub(super) address: String,
}

/// Say that an address in commits is this person's, so that tests of independence know who developed what.
#[utoipa::path(
    post, path = "/people/{person}/addresses", tag = "people", request_body = AddressNew,
    params(("person" = String, Path, description = "The person's key")),
    responses((status = 204, description = "Known")),
)]
pub(super) async fn people_address(Segments(person): Segments<String>, act: Act<AddressNew>) -> Response {
    act.run(StatusCode::NO_CONTENT, async move |call, input| {
        people::add_address(call.app(), call.who(), &person, &input.address).await
    })
    .await
}
