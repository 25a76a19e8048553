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
    /// The product's key.
    product: String,
    /// The release's name.
    release: String,
    /// The clause, where one asks for it.
    clause: Option<String>,
    /// What it is about.
    #[serde(rename = "ref")]
    reference: String,
    /// What to do.
    todo: String,
}

impl From<Duty> for DutyView {
    fn from(duty: Duty) -> Self {
        Self {
            due: duty.due,
            product: duty.product,
            release: duty.release,
            clause: duty.clause,
            reference: duty.reference,
            todo: duty.todo,
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
