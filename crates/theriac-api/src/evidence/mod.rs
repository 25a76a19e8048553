//! Evidence: files that machines deliver.

mod add;

use theriac_auth::Permission as P;

use crate::core::{Needs, Route, route};

pub(crate) fn routes() -> Vec<Route> {
    vec![route!(Needs::Permission(P::UploadEvidence), add::evidence_add)]
}
