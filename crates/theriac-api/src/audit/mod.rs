//! The audit log.

mod export;
mod list;

use theriac_auth::Permission;

use crate::core::{Needs, Route, route};

pub(crate) fn routes() -> Vec<Route> {
    let needs = Needs::Permission(Permission::ReadAudit);
    vec![route!(needs, list::audit_list), route!(needs, export::audit_export)]
}
