//! Facts, verdicts, the gate, decisions, the pack and what people owe.

mod adopt_pack;
mod adopt_revisions;
mod adoption;
mod decide;
mod decisions;
mod duties;
mod facts;
mod gate;
mod moved_on;
mod overdue;
mod pack;
mod preview;
mod verdicts;

use jiff::civil::Date;
use serde::Deserialize;
use theriac_auth::Permission as P;
use utoipa::IntoParams;

use crate::core::{Needs, Route, route};

pub(crate) fn routes() -> Vec<Route> {
    let gate = Needs::Permission(P::ReadGate);
    let decide = Needs::Permission(P::DecideRelease);
    vec![
        route!(gate, facts::facts_get),
        route!(gate, verdicts::conformity_get),
        route!(gate, gate::gate_get),
        route!(gate, preview::gate_preview),
        route!(gate, decisions::decisions_list),
        route!(decide, decide::decisions_add),
        route!(Needs::Permission(P::Read), moved_on::baseline_moved),
        route!(Needs::Permission(P::Read), adoption::baseline_adoption),
        route!(decide, adopt_revisions::baseline_adopt),
        route!(Needs::Permission(P::Read), pack::pack_get),
        route!(Needs::Permission(P::AdoptPack), adopt_pack::pack_adopt),
        route!(gate, duties::duties_list),
        route!(gate, overdue::duties_overdue),
    ]
}

/// As of when.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AtQuery {
    /// As it was known at the end of this day; now where left out.
    #[param(value_type = Option<String>, format = Date)]
    at: Option<Date>,
}
