//! The people, their places, roles and accounts.

mod add;
mod address;
mod address_withdraw;
mod close;
mod erase;
mod get;
mod grant;
mod leave;
mod list;
mod password;
mod place;
mod view;
mod withdraw;

use theriac_auth::Permission;

use crate::core::{Needs, Route, route};

pub(crate) fn routes() -> Vec<Route> {
    let administer = Needs::Permission(Permission::AdministerPeople);
    let grants = Needs::Permission(Permission::AdministerGrants);
    vec![
        route!(Needs::Permission(Permission::Read), list::people_list),
        route!(administer, add::people_add),
        route!(Needs::Permission(Permission::Read), get::people_get),
        route!(administer, place::people_place),
        route!(administer, address::people_address),
        route!(administer, address_withdraw::people_address_withdraw),
        route!(administer, password::people_password),
        route!(administer, close::people_close),
        route!(administer, leave::people_leave),
        route!(administer, erase::people_erase),
        route!(grants, grant::people_grant),
        route!(grants, withdraw::people_withdraw),
    ]
}
