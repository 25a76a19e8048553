//! The manufacturer.

mod change;
mod get;

use serde::Serialize;
use theriac_auth::Permission;
use theriac_service::people::Organisation;
use utoipa::ToSchema;

use crate::core::{Needs, Route, route};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        route!(Needs::SignedIn, get::organisation_get),
        route!(Needs::Permission(Permission::AdministerInstallation), change::organisation_change),
    ]
}

/// The manufacturer that this installation belongs to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrganisationView {
    /// Its name.
    name: String,
    /// Its time zone, an IANA name: days end by it.
    zone: String,
    /// Whether evidence with listed defects is taken.
    accept_defects: bool,
    /// Whether the data is a demonstration.
    demonstration: bool,
}

impl From<Organisation> for OrganisationView {
    fn from(organisation: Organisation) -> Self {
        Self {
            zone: organisation.zone_name().to_owned(),
            name: organisation.name,
            accept_defects: organisation.accept_defects,
            demonstration: organisation.demonstration,
        }
    }
}
