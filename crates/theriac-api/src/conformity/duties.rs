//! `GET /duties`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use theriac_service::gate::{self, Duty};
use utoipa::{IntoParams, ToSchema};

use crate::core::{Api, Caller, Listed, Problem, Query, Shown, paging};

/// Whose, and which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DutiesQuery {
    /// The key of a person; yourself where left out.
    person: Option<String>,
    /// What the page before gave as `next`.
    after: Option<String>,
    /// How many: 1 to 200, 50 where left out.
    limit: Option<u32>,
}

/// Something owed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DutyView {
    /// By when; what has no day comes last.
    due: Option<String>,
    /// The product's key; none for what the organisation owns.
    product: Option<String>,
    /// The release's name; none for what no release owns.
    release: Option<String>,
    /// The clause, where one asks for it.
    clause: Option<String>,
    /// What it is about.
    #[serde(rename = "ref")]
    reference: String,
    /// What to do.
    todo: String,
    /// As whom it is owed, where nobody is named for it: `release manager`, `security officer`.
    stand_in: Option<String>,
    /// The deviation that covers it until `due`.
    covered_by: Option<String>,
}

impl From<Duty> for DutyView {
    fn from(duty: Duty) -> Self {
        Self {
            due: duty.due,
            product: Some(duty.product).filter(|key| !key.is_empty()),
            release: Some(duty.release).filter(|name| !name.is_empty()),
            clause: duty.clause,
            reference: duty.reference,
            todo: duty.todo,
            covered_by: duty.covered.map(|cover| cover.deviation),
            stand_in: duty.stand_in.map(|role| role.to_string()),
        }
    }
}

/// A page of duties.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Duties<T> {
    /// The page.
    #[serde(flatten)]
    page: Listed<T>,
    /// What was not looked at because there is too much of it, a sentence for each sort; empty as a rule.
    left_out: Vec<String>,
}

impl<T, U: From<T>> From<gate::Duties<T>> for Duties<U> {
    fn from(duties: gate::Duties<T>) -> Self {
        Self { page: duties.page.into(), left_out: duties.left_out }
    }
}

/// What a person owes for the releases you may read, by day.
#[utoipa::path(
    get, path = "/duties", tag = "conformity", params(DutiesQuery),
    responses((status = 200, description = "A page of what is owed", body = Duties<DutyView>)),
)]
pub(super) async fn duties_list(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<DutiesQuery>,
) -> Shown<Json<Duties<DutyView>>> {
    let own = caller.session.as_ref().map(|session| session.person.clone());
    let person = query.person.or(own);
    let person =
        person.ok_or_else(|| Problem::malformed("person", "A machine says whose duties it asks for."))?;
    let paging = paging(query.after, query.limit)?;
    Ok(Json(gate::duties(api.app(), &caller.who, &person, &paging).await?.into()))
}
