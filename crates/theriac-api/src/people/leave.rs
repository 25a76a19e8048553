//! `POST /people/{person}/leave`.

use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;
use theriac_service::people;
use utoipa::ToSchema;

use super::view::{PersonView, now};
use crate::core::{Act, Segments};

/// From which day on a person stands nowhere in the organisation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Leaving {
    /// The first day on which they are gone; today or earlier.
    #[schema(value_type = String, format = Date)]
    from: Date,
}

/// Say that a person has left. From that day on they answer for no clause, and verdicts and gates ask somebody else; the account closes at once.
#[utoipa::path(
    post, path = "/people/{person}/leave", tag = "people", request_body = Leaving,
    params(("person" = String, Path, description = "The person's key")),
    responses((status = 200, description = "The person as they are now", body = PersonView)),
)]
pub(super) async fn people_leave(Segments(person): Segments<String>, act: Act<Leaving>) -> Response {
    act.run(StatusCode::OK, async move |call, input| {
        people::leave(call.app(), call.who(), &person, input.from).await?;
        now(&call, &person).await
    })
    .await
}
