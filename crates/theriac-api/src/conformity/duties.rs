//! `GET /duties`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use theriac_service::gate::{self, Duty};
use utoipa::{IntoParams, ToSchema};

use crate::core::{Api, Caller, Problem, Query, Shown};

/// Whose.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DutiesQuery {
    /// The key of a person; yourself where left out.
    person: Option<String>,
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

/// What a person owes for the releases you may read, by day.
#[utoipa::path(
    get, path = "/duties", tag = "conformity", params(DutiesQuery),
    responses((status = 200, description = "What is owed", body = [DutyView])),
)]
pub(super) async fn duties_list(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<DutiesQuery>,
) -> Shown<Json<Vec<DutyView>>> {
    let own = caller.session.as_ref().map(|session| session.person.clone());
    let person = query.person.or(own);
    let person =
        person.ok_or_else(|| Problem::malformed("person", "A machine says whose duties it asks for."))?;
    let duties = gate::duties(api.app(), &caller.who, &person).await?;
    Ok(Json(duties.into_iter().map(DutyView::from).collect()))
}
