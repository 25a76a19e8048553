//! Products, their releases and the builds of these.

mod add;
mod build_add;
mod build_list;
mod candidate;
mod change;
mod fielded;
mod get;
mod list;
mod product_releases;
mod release_add;
mod release_change;
mod release_get;
mod release_list;
mod view;

use theriac_auth::Permission;

use crate::core::{Needs, Route, route};

pub(crate) fn routes() -> Vec<Route> {
    let read = Needs::Permission(Permission::Read);
    let manage = Needs::Permission(Permission::ManageReleases);
    vec![
        route!(read, list::products_list),
        route!(Needs::Permission(Permission::ManageProducts), add::products_add),
        route!(read, get::products_get),
        route!(Needs::Permission(Permission::ManageProducts), change::products_change),
        route!(read, release_list::releases_list),
        route!(read, product_releases::product_releases),
        route!(manage, release_add::releases_add),
        route!(read, release_get::releases_get),
        route!(manage, release_change::releases_change),
        route!(manage, fielded::releases_fielded),
        route!(manage, candidate::releases_candidate),
        route!(read, build_list::builds_list),
        route!(Needs::Permission(Permission::AddBuild), build_add::builds_add),
    ]
}
