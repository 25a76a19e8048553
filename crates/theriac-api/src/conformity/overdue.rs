//! `GET /duties/overdue`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use theriac_service::gate::{self, Owed};
use utoipa::{IntoParams, ToSchema};

use super::duties::{Duties, DutyView};
use crate::core::{Api, Caller, Query, Shown, paging};

/// Something that somebody should have done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OverdueView {
    /// The key of who owes it.
    owner: String,
    /// What.
    #[serde(flatten)]
    duty: DutyView,
}

impl From<Owed> for OverdueView {
    fn from(owed: Owed) -> Self {
        Self { owner: owed.owner, duty: owed.duty.into() }
    }
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OverdueQuery {
    /// What the page before gave as `next`.
    after: Option<String>,
    /// How many: 1 to 200, 50 where left out.
    limit: Option<u32>,
}

/// What others should have done before today, by day: of everybody for who may read the audit log, of those who report
/// to them for a line manager, nothing for others.
#[utoipa::path(
    get, path = "/duties/overdue", tag = "conformity", params(OverdueQuery),
    responses((status = 200, description = "A page of what is overdue", body = Duties<OverdueView>)),
)]
pub(super) async fn duties_overdue(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<OverdueQuery>,
) -> Shown<Json<Duties<OverdueView>>> {
    // A machine is no person: it owes nothing, and nobody reports to it.
    let person = caller.session.as_ref().map(|session| session.person.clone()).unwrap_or_default();
    let paging = paging(query.after, query.limit)?;
    Ok(Json(gate::overdue(api.app(), &caller.who, &person, &paging).await?.into()))
}
