//! Products.

use jiff::civil::Date;
use serde_json::{Value, json};
use theriac_auth::{Permission, Scope};
use theriac_conformity::facts::words::Route;
use theriac_model::{Digest, canonical_json};
use theriac_store::tables::products::{self as table, Product};

use super::{find_product, only, product_in};
use crate::check::Checks;
use crate::page::{Page, Paging};
use crate::{App, Result, ServiceError, Who};

/// A product to be added.
#[derive(Debug, Clone)]
pub struct NewProduct {
    /// What people type: lower-case words.
    pub key: String,
    /// What people read.
    pub name: String,
    /// The route by which it conforms.
    pub route: Route,
    /// Until when the manufacturer supports it.
    pub support_end: Option<Date>,
}

/// What a product is from now on.
#[derive(Debug, Clone)]
pub struct ProductChange {
    /// The state that was seen ([`state_of`]); `None` changes whatever is there.
    pub expected: Option<Digest>,
    /// What people read.
    pub name: String,
    /// The route by which it conforms.
    pub route: Route,
    /// Until when the manufacturer supports it.
    pub support_end: Option<Date>,
}

/// Names what of a product can be changed, so that a change says which state it replaces.
#[must_use]
pub fn state_of(product: &Product) -> Digest {
    let support = product.support_end.map(|day| day.to_string()).unwrap_or_default();
    Digest::of_parts([product.name.as_bytes(), product.route.as_bytes(), support.as_bytes()])
}

fn seen(product: &Product) -> Value {
    json!({
        "key": product.key,
        "name": product.name,
        "route": product.route,
        "support_end": product.support_end,
    })
}

fn digest_of(product: &Product) -> Result<Digest> {
    Ok(Digest::of(canonical_json(&seen(product))?.as_bytes()))
}

fn subject(product: &Product) -> String {
    format!("product:{}", product.id)
}

/// Adds a product.
///
/// # Errors
/// When the key is taken, a field is wrong, or the actor may not.
#[crate::boxed]
pub async fn add_product(app: &App, who: &Who, new: NewProduct) -> Result<Product> {
    let action = "product add";
    who.require(app, Permission::ManageProducts, Scope::Organisation, action).await?;
    let mut checks = Checks::default();
    let key = checks.key("key", &new.key);
    let name = checks.line("name", &new.name, 200);
    checks.day("support_end", new.support_end);
    checks.done()?;
    let mut write = who.write(app, action).await?;
    if table::by_key(&mut write, &key).await?.is_some() {
        return Err(ServiceError::Exists { what: "product", name: key });
    }
    let product =
        Product { id: write.id(), key, name, route: new.route.to_string(), support_end: new.support_end };
    table::set(&mut write, &product).await?;
    write.audit(subject(&product), None, Some(digest_of(&product)?), seen(&product));
    write.commit().await?;
    Ok(product)
}

/// Changes a product; its key stays.
///
/// # Errors
/// [`ServiceError::Changed`] when the product is not as expected any more; when there is no such product, a field is wrong, or
/// the actor may not.
#[crate::boxed]
pub async fn change_product(app: &App, who: &Who, key: &str, change: ProductChange) -> Result<Product> {
    let action = "product change";
    let (_, read) = find_product(app, who, Permission::ManageProducts, action, key).await?;
    drop(read);
    let mut checks = Checks::default();
    let name = checks.line("name", &change.name, 200);
    checks.day("support_end", change.support_end);
    checks.done()?;
    let mut write = who.write(app, action).await?;
    let before = product_in(&mut write, key).await?;
    let now = state_of(&before);
    if change.expected.is_some_and(|expected| expected != now) {
        return Err(ServiceError::Changed { what: before.name, now: Some(now) });
    }
    let after =
        Product { name, route: change.route.to_string(), support_end: change.support_end, ..before.clone() };
    if after == before {
        return Ok(before);
    }
    if after.route != before.route && who.person().is_err() {
        return Err(ServiceError::rule(
            "Which clauses apply follows from the route; a person changes it, no token. Send the route as it is, or ask an \
             administrator.",
        ));
    }
    table::set(&mut write, &after).await?;
    write.audit(subject(&after), Some(digest_of(&before)?), Some(digest_of(&after)?), seen(&after));
    write.commit().await?;
    Ok(after)
}

/// The products that the actor may read, by key.
///
/// # Errors
/// What the store says.
#[crate::boxed]
pub async fn products(app: &App, who: &Who, paging: &Paging) -> Result<Page<Product>> {
    let only = only(who, Permission::Read);
    let mut read = app.store().read().await?;
    let rows = table::after(&mut read, only.as_deref(), paging.after_text(), paging.fetch()).await?;
    Ok(paging.page(rows, |product| product.key.clone()))
}

/// One product.
///
/// # Errors
/// When there is none, or the actor may not read it.
#[crate::boxed]
pub async fn product(app: &App, who: &Who, key: &str) -> Result<Product> {
    Ok(find_product(app, who, Permission::Read, "product read", key).await?.0)
}
