//! Products, their releases and the builds of these.
//!
//! A product or release that the actor may not read looks like one that does not exist: everything that is named by
//! product and release begins with [`find`]. One file per noun.

mod build;
mod product;
mod release;
mod version;

pub use build::{NewBuild, add_build, builds, set_candidate};
pub use product::{NewProduct, ProductChange, add_product, change_product, product, products, state_of};
pub use release::{
    NewRelease, ReleaseChange, ReleaseView, add_release, change_release, release, release_at, releases,
    set_fielded,
};
pub use version::by_version;

pub use theriac_store::tables::products::Product;

use std::collections::{BTreeMap, BTreeSet};

use theriac_auth::{Permission, ProductId, Products, Scope};
use theriac_store::tables::products as table;
use theriac_store::tables::releases::{self, Release};
use theriac_store::{Conn, Read};

use crate::{App, Result, ServiceError, Who};

/// Where permissions for a product and its releases are asked for.
#[must_use]
pub const fn scope_of(product: &Product) -> Scope {
    Scope::Product(ProductId(product.id))
}

/// The product of a key, where the actor has a permission on it, with the snapshot it was read in.
///
/// # Errors
/// Not found when there is none or it may not be read; denied (and written down) when it may be read but the
/// permission is missing.
#[crate::boxed]
pub async fn find_product(
    app: &App,
    who: &Who,
    permission: Permission,
    action: &str,
    key: &str,
) -> Result<(Product, Read)> {
    let mut read = app.store().read().await?;
    let product = product_in(&mut read, key).await?;
    if !readable(who, permission, &product) {
        who.refused(app, action, &format!("product:{} is out of reach", product.id)).await?;
        return Err(ServiceError::not_found("product", key));
    }
    who.require(app, permission, scope_of(&product), action).await?;
    Ok((product, read))
}

/// Whether the actor may know that the product exists.
fn readable(who: &Who, permission: Permission, product: &Product) -> bool {
    let may = |permission| who.access().allows(permission, &scope_of(product));
    may(permission) || may(Permission::Read) || may(Permission::ReadGate)
}

/// The product and the release of a key and a name, where the actor has a permission on them, with the snapshot they
/// were read in. Use [`find_in`] to read them again inside the transaction that changes them.
///
/// # Errors
/// As [`find_product`]; not found when there is no such release.
#[crate::boxed]
pub async fn find(
    app: &App,
    who: &Who,
    permission: Permission,
    action: &str,
    product: &str,
    release: &str,
) -> Result<(Product, Release, Read)> {
    let (product, mut read) = find_product(app, who, permission, action, product).await?;
    let release = release_in(&mut read, &product, release).await?;
    Ok((product, release, read))
}

/// The product and the release of a key and a name, whoever asks.
///
/// # Errors
/// When there is none.
#[crate::boxed]
pub async fn find_in(conn: &mut Conn, product: &str, release: &str) -> Result<(Product, Release)> {
    let product = product_in(conn, product).await?;
    let release = release_in(conn, &product, release).await?;
    Ok((product, release))
}

async fn product_in(conn: &mut Conn, key: &str) -> Result<Product> {
    table::by_key(conn, key).await?.ok_or_else(|| ServiceError::not_found("product", key))
}

async fn release_in(conn: &mut Conn, product: &Product, name: &str) -> Result<Release> {
    let release = releases::by_name(conn, product.id, name).await?;
    release.ok_or_else(|| ServiceError::not_found("release", format!("{} {name}", product.key)))
}

/// What products and releases are called, by id.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// The products' keys.
    pub products: BTreeMap<i64, String>,
    /// The products' names.
    pub names: BTreeMap<i64, String>,
    /// The releases' names.
    pub releases: BTreeMap<i64, String>,
}

/// What some products and releases are called.
///
/// # Errors
/// What the store says.
pub async fn places(
    app: &App,
    products: impl IntoIterator<Item = i64>,
    names: impl IntoIterator<Item = i64>,
) -> Result<Places> {
    let unique = |mut ids: Vec<i64>| {
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    let (products, names) = (unique(products.into_iter().collect()), unique(names.into_iter().collect()));
    let mut read = app.store().read().await?;
    let products = table::called_among(&mut read, &products).await?;
    Ok(Places {
        names: products.iter().map(|(id, _, name)| (*id, name.clone())).collect(),
        products: products.into_iter().map(|(id, key, _)| (id, key)).collect(),
        releases: releases::names_among(&mut read, &names).await?.into_iter().collect(),
    })
}

/// What people call some products, by their keys; whoever names a key has read it somewhere.
///
/// # Errors
/// What the store says.
pub async fn names<'k>(
    app: &App,
    keys: impl IntoIterator<Item = &'k str>,
) -> Result<BTreeMap<String, String>> {
    let keys: BTreeSet<String> = keys.into_iter().map(str::to_owned).collect();
    if keys.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut read = app.store().read().await?;
    let keys: Vec<String> = keys.into_iter().collect();
    Ok(table::names_by_keys(&mut read, &keys).await?.into_iter().collect())
}

/// The products where the actor has a permission, as a list query takes them; `None` for all.
#[must_use]
pub fn only(who: &Who, permission: Permission) -> Option<Vec<i64>> {
    match who.access().products(permission) {
        Products::All => None,
        Products::Only(products) => Some(products.into_iter().map(|product| product.0).collect()),
    }
}
