//! Findings, their judgements and what cannot be matched.

mod assess;
mod carried;
mod confirm;
mod dispose;
mod get;
mod list;
mod selection;
mod set_get;
mod set_sign;
mod set_sign_clinical;
mod unmatched;
mod vex;
mod view;

use theriac_auth::Permission as P;

use crate::core::{Needs, Route, route};

/// Signing what was judged takes another permission where the signature accepts a risk.
const SIGN: Needs = Needs::AnyOf(&[P::AssessFinding, P::AcceptRisk]);

pub(crate) fn routes() -> Vec<Route> {
    let read = Needs::Permission(P::Read);
    let assess = Needs::Permission(P::AssessFinding);
    vec![
        route!(read, list::findings_list),
        route!(read, get::findings_get),
        route!(read, selection::findings_selection),
        route!(assess, assess::assessments_add),
        route!(read, set_get::assessments_get),
        route!(SIGN, set_sign::assessments_sign),
        route!(Needs::Permission(P::SignClinical), set_sign_clinical::assessments_clinical),
        route!(read, carried::carried_get),
        route!(assess, confirm::carried_confirm),
        route!(read, unmatched::unmatched_get),
        route!(read, vex::vex_get),
        route!(Needs::Permission(P::DisposeComponent), dispose::components_dispose),
    ]
}
