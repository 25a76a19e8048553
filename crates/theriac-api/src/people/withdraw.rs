//! `POST /people/{person}/grants/withdraw`.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use theriac_service::people;
use utoipa::ToSchema;

use super::view::{PersonView, now, role};
use crate::core::{Act, Segments};

/// A role to be taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GrantEnd {
    /// The role's key.
    role: String,
    /// The product; left out for the grant on the organisation.
    product: Option<String>,
}

/// Take a role back.
#[utoipa::path(
    post, path = "/people/{person}/grants/withdraw", tag = "people", request_body = GrantEnd,
    params(("person" = String, Path, description = "The person's key")),
    responses((status = 200, description = "The person as they are now", body = PersonView)),
)]
pub(super) async fn people_withdraw(Segments(person): Segments<String>, act: Act<GrantEnd>) -> Response {
    act.run(StatusCode::OK, async move |call, input| {
        let role = role("role", &input.role)?;
        people::withdraw(call.app(), call.who(), &person, role, input.product.as_deref()).await?;
        now(&call, &person).await
    })
    .await
}
