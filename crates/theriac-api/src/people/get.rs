//! `GET /people/{person}`.

use axum::Json;
use axum::extract::State;
use theriac_service::people;

use super::view::PersonView;
use crate::core::{Api, Caller, Segments, Shown};

/// One person.
#[utoipa::path(
    get, path = "/people/{person}", tag = "people",
    params(("person" = String, Path, description = "The person's key")),
    responses((status = 200, description = "The person", body = PersonView)),
)]
pub(super) async fn people_get(
    State(api): State<Api>,
    caller: Caller,
    Segments(person): Segments<String>,
) -> Shown<Json<PersonView>> {
    Ok(Json(people::person(api.app(), &caller.who, &person).await?.into()))
}
