//! Components: what the software of a release, or of all releases, is made of.

mod list;
mod release;
mod view;

use theriac_auth::Permission;
use theriac_service::ServiceError;
use theriac_service::findings::Order;

use crate::core::{Needs, Route, route};

pub(crate) fn routes() -> Vec<Route> {
    let read = Needs::Permission(Permission::Read);
    vec![route!(read, list::components_everywhere), route!(read, release::components_list)]
}

/// The order of a word; `usual` where none is sent.
fn order(word: Option<&str>, usual: Order) -> Result<Order, ServiceError> {
    match word {
        None => Ok(usual),
        Some("component") => Ok(Order::Key),
        Some("-component") => Ok(Order::KeyDown),
        Some("findings") => Ok(Order::Findings),
        Some(other) => {
            let words = format!("'{other}' is none of: component, -component, findings");
            Err(ServiceError::field("sort", words))
        }
    }
}
