//! `GET /people`.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use theriac_service::people;
use utoipa::IntoParams;

use super::view::PersonView;
use crate::core::{Api, Caller, Listed, Query, Shown, paging};

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PeopleQuery {
    /// What the page before gave as `next`.
    after: Option<String>,
    /// How many: 1 to 200, 50 where left out.
    limit: Option<u32>,
}

/// The people, by key.
#[utoipa::path(
    get, path = "/people", tag = "people", params(PeopleQuery),
    responses((status = 200, description = "A page of people", body = Listed<PersonView>)),
)]
pub(super) async fn people_list(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<PeopleQuery>,
) -> Shown<Json<Listed<PersonView>>> {
    let paging = paging(query.after, query.limit)?;
    Ok(Json(people::people(api.app(), &caller.who, &paging).await?.into()))
}
