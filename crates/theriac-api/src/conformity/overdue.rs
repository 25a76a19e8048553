//! `GET /duties/overdue`.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use theriac_service::gate::{self, Owed};
use utoipa::ToSchema;

use super::duties::DutyView;
use crate::core::{Api, Caller, Shown};

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

/// What others should have done before today, by day: of everybody for who may read the audit log, of those who report
/// to them for a line manager, nothing for others.
#[utoipa::path(
    get, path = "/duties/overdue", tag = "conformity",
    responses((status = 200, description = "What is overdue", body = [OverdueView])),
)]
pub(super) async fn duties_overdue(State(api): State<Api>, caller: Caller) -> Shown<Json<Vec<OverdueView>>> {
    // A machine is no person: it owes nothing, and nobody reports to it.
    let person = caller.session.as_ref().map(|session| session.person.clone()).unwrap_or_default();
    let overview = gate::overview(api.app(), &caller.who, &person).await?;
    Ok(Json(overview.late.into_iter().flatten().map(OverdueView::from).collect()))
}
