//! `POST /people/{person}/grants`.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use theriac_service::people;
use utoipa::ToSchema;

use super::view::{PersonView, now, role};
use crate::core::{Act, Segments};

/// A role to be given.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GrantNew {
    /// The role's key, such as `security-officer`.
    role: String,
    /// The product; left out for the organisation with all its products.
    product: Option<String>,
}

/// Give a person a role.
#[utoipa::path(
    post, path = "/people/{person}/grants", tag = "people", request_body = GrantNew,
    params(("person" = String, Path, description = "The person's key")),
    responses((status = 201, description = "The person as they are now", body = PersonView)),
)]
pub(super) async fn people_grant(Segments(person): Segments<String>, act: Act<GrantNew>) -> Response {
    act.run(StatusCode::CREATED, async move |call, input| {
        let role = role("role", &input.role)?;
        people::grant(call.app(), call.who(), &person, role, input.product.as_deref()).await?;
        now(&call, &person).await
    })
    .await
}
