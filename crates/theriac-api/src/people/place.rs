//! `PUT /people/{person}/place`.

use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;
use theriac_service::people::{self, Place};
use utoipa::ToSchema;

use super::view::{PersonView, now};
use crate::core::{Act, Segments};

/// Where a person stands from a day on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlaceChange {
    /// The department.
    department: Option<String>,
    /// The key of the line manager.
    manager: Option<String>,
    /// Whether the person belongs to another organisation.
    #[serde(default)]
    external: bool,
    /// From which day.
    #[schema(value_type = String, format = Date)]
    from: Date,
}

/// Say where a person stands from a day on. What was known before stays known.
#[utoipa::path(
    put, path = "/people/{person}/place", tag = "people", request_body = PlaceChange,
    params(("person" = String, Path, description = "The person's key")),
    responses((status = 200, description = "The person as they are now", body = PersonView)),
)]
pub(super) async fn people_place(Segments(person): Segments<String>, act: Act<PlaceChange>) -> Response {
    act.run(StatusCode::OK, async move |call, input| {
        let place = Place { department: input.department, manager: input.manager, external: input.external };
        people::change_place(call.app(), call.who(), &person, place, input.from).await?;
        now(&call, &person).await
    })
    .await
}
