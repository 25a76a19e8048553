//! `POST /people/{person}/addresses/withdraw`.

use axum::http::StatusCode;
use axum::response::Response;
use theriac_service::people;

use super::address::AddressNew;
use crate::core::{Act, Segments};

/// Take back that an address in commits is this person's. What was judged with it stays as it was judged.
#[utoipa::path(
    post, path = "/people/{person}/addresses/withdraw", tag = "people", request_body = AddressNew,
    params(("person" = String, Path, description = "The person's key")),
    responses((status = 204, description = "Taken back")),
)]
pub(super) async fn people_address_withdraw(
    Segments(person): Segments<String>,
    act: Act<AddressNew>,
) -> Response {
    act.run(StatusCode::NO_CONTENT, async move |call, input| {
        people::withdraw_address(call.app(), call.who(), &person, &input.address).await
    })
    .await
}
