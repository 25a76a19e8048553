//! `POST /people/{person}/erase`.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use theriac_service::people;
use utoipa::ToSchema;

use super::view::{PersonView, now};
use crate::core::{Act, Segments};

/// The signature under it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PersonErase {
    /// Your own password, once more.
    password: String,
}

/// Erase a person's name and address for good and close the account. What they signed stays, under their key.
#[utoipa::path(
    post, path = "/people/{person}/erase", tag = "people", request_body = PersonErase,
    params(("person" = String, Path, description = "The person's key")),
    responses((status = 200, description = "The person as they are now", body = PersonView)),
)]
pub(super) async fn people_erase(Segments(person): Segments<String>, act: Act<PersonErase>) -> Response {
    act.run(StatusCode::OK, async move |call, input| {
        let proof = call.prove(&input.password).await?;
        people::erase_person(call.app(), call.who(), &proof, &person).await?;
        now(&call, &person).await
    })
    .await
}
