//! Releases.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};
use theriac_auth::{Permission, ProductId};
use theriac_model::{Digest, canonical_json};
use theriac_store::tables::products::Product;
use theriac_store::tables::releases::{self as table, Filter, Listed, Release};
use theriac_store::{Conn, Read, tables};

use super::{find, find_in, find_product, only, product_in, release_in};
use crate::check::{Checks, normal_email};
use crate::gate::{Standing, standings};
use crate::page::{Page, Paging};
use crate::{App, Result, ServiceError, Who};

/// A release to be added.
#[derive(Debug, Clone, Default)]
pub struct NewRelease {
    /// The product's key.
    pub product: String,
    /// What people type: `2.4.0`.
    pub name: String,
    /// The name of a decided release of the product, whose baseline it goes on from.
    pub based_on: Option<String>,
    /// When it is to ship.
    pub planned_ship_date: Option<Date>,
    /// The key or the e-mail address of who manages it.
    pub manager: Option<String>,
}

/// What a release is from now on.
#[derive(Debug, Clone, Default)]
pub struct ReleaseChange {
    /// The plan that was seen ([`ReleaseView::plan`]); `None` changes whatever is there.
    pub expected: Option<Digest>,
    /// When it is to ship.
    pub planned_ship_date: Option<Date>,
    /// The key or the e-mail address of who manages it.
    pub manager: Option<String>,
}

/// A release as others see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseView {
    /// The row id.
    pub id: i64,
    /// The product's key.
    pub product: String,
    /// What people type.
    pub name: String,
    /// The release it goes on from.
    pub based_on: Option<String>,
    /// When it is to ship.
    pub planned_ship_date: Option<Date>,
    /// The key of who manages it.
    pub manager: Option<String>,
    /// Whether customers have it.
    pub fielded: bool,
    /// The name of its candidate build.
    pub candidate: Option<String>,
    /// When it was decided; `None` while it is not.
    pub decided_at: Option<Timestamp>,
    /// Names the ship date and the manager, so that a change says which ones it replaces.
    pub plan: Digest,
    /// How it stands by the verdicts kept of it; `None` where none are, or the actor may not read them.
    pub standing: Option<Standing>,
}

impl From<Listed> for ReleaseView {
    fn from(listed: Listed) -> Self {
        Self {
            id: listed.release.id,
            decided_at: listed.decided_at(),
            plan: plan(&listed.release),
            product: listed.product,
            name: listed.release.name,
            based_on: listed.based_on,
            planned_ship_date: listed.release.planned_ship_date,
            manager: listed.manager,
            fielded: listed.release.fielded,
            candidate: listed.candidate,
            standing: None,
        }
    }
}

fn plan(release: &Release) -> Digest {
    let day = release.planned_ship_date.map(|day| day.to_string()).unwrap_or_default();
    let manager = release.manager.map(|id| id.to_string()).unwrap_or_default();
    Digest::of_parts([day.as_bytes(), manager.as_bytes()])
}

/// The release as the audit log digests it.
fn digest_of(release: &Release) -> Result<Digest> {
    let id = |id: Option<i64>| id.map(|id| id.to_string());
    let seen = json!({
        "based_on": id(release.based_on),
        "candidate": id(release.candidate),
        "fielded": release.fielded,
        "manager": id(release.manager),
        "name": release.name,
        "planned_ship_date": release.planned_ship_date,
        "product": release.product.to_string(),
    });
    Ok(Digest::of(canonical_json(&seen)?.as_bytes()))
}

pub(super) fn subject(release: &Release) -> String {
    format!("release:{}", release.id)
}

async fn view(conn: &mut Conn, id: i64) -> Result<ReleaseView> {
    let listed = table::listed_by_id(conn, id).await?;
    Ok(listed.ok_or_else(|| ServiceError::not_found("release", id.to_string()))?.into())
}

/// Adds a release.
///
/// # Errors
/// When the name is taken, it is to go on from a release that is not decided, a field is wrong, or the actor may not.
#[crate::boxed]
pub async fn add_release(app: &App, who: &Who, new: NewRelease) -> Result<ReleaseView> {
    let action = "release add";
    let (_, read) = find_product(app, who, Permission::ManageReleases, action, &new.product).await?;
    drop(read);
    let mut checks = Checks::default();
    let name = checks.name("release", &new.name, 100);
    checks.day("planned_ship_date", new.planned_ship_date);
    checks.done()?;
    let mut write = who.write(app, action).await?;
    let product = product_in(&mut write, &new.product).await?;
    if table::by_name(&mut write, product.id, &name).await?.is_some() {
        return Err(ServiceError::Exists { what: "release", name: format!("{} {name}", product.name) });
    }
    let release = Release {
        id: write.id(),
        product: product.id,
        name,
        based_on: based_on(&mut write, &product, new.based_on.as_deref()).await?,
        planned_ship_date: new.planned_ship_date,
        manager: manager(&mut write, new.manager.as_deref()).await?,
        fielded: false,
        candidate: None,
    };
    table::set(&mut write, &release).await?;
    let detail = json!({ "name": release.name, "product": product.key });
    write.audit(subject(&release), None, Some(digest_of(&release)?), detail);
    let view = view(&mut write, release.id).await?;
    write.commit().await?;
    Ok(view)
}

/// The decided release of a name.
async fn based_on(conn: &mut Conn, product: &Product, name: Option<&str>) -> Result<Option<i64>> {
    let Some(name) = name else { return Ok(None) };
    let missing = || ServiceError::field("based_on", format!("{} has no release '{name}'", product.key));
    let base = table::by_name(conn, product.id, name).await?.ok_or_else(missing)?;
    if view(conn, base.id).await?.decided_at.is_none() {
        return Err(ServiceError::field(
            "based_on",
            format!("'{name}' is not decided yet; a release goes on from what was decided"),
        ));
    }
    Ok(Some(base.id))
}

/// The person of a key, or of an e-mail address.
async fn manager(conn: &mut Conn, named: Option<&str>) -> Result<Option<i64>> {
    let Some(named) = named else { return Ok(None) };
    let found = match named.contains('@') {
        true => tables::people::by_email(conn, &normal_email(named)).await?,
        false => tables::people::by_key(conn, named).await?,
    };
    let missing = || format!("there is no person '{named}'; the key or the e-mail address is expected");
    Ok(Some(found.ok_or_else(|| ServiceError::field("manager", missing()))?.id))
}

/// Changes when a release is to ship and who manages it.
///
/// # Errors
/// [`ServiceError::Changed`] when the plan is not the expected one any more; when there is no such release or person, or the
/// actor may not.
#[crate::boxed]
pub async fn change_release(
    app: &App,
    who: &Who,
    product: &str,
    release: &str,
    change: ReleaseChange,
) -> Result<ReleaseView> {
    let action = "release change";
    drop(find(app, who, Permission::ManageReleases, action, product, release).await?);
    let mut checks = Checks::default();
    checks.day("planned_ship_date", change.planned_ship_date);
    checks.done()?;
    let mut write = who.write(app, action).await?;
    let (_, before) = find_in(&mut write, product, release).await?;
    let now = plan(&before);
    if change.expected.is_some_and(|expected| expected != now) {
        return Err(ServiceError::Changed {
            what: format!("the plan of {product} {release}"),
            now: Some(now),
        });
    }
    let after = Release {
        planned_ship_date: change.planned_ship_date,
        manager: manager(&mut write, change.manager.as_deref()).await?,
        ..before.clone()
    };
    let detail = json!({
        "manager": after.manager.map(|id| format!("person:{id}")),
        "planned_ship_date": after.planned_ship_date,
    });
    set(write, &before, &after, detail).await
}

/// Says whether customers have a release: what must go on for it is judged from then on.
///
/// # Errors
/// When there is no such release, or the actor may not.
#[crate::boxed]
pub async fn set_fielded(
    app: &App,
    who: &Who,
    product: &str,
    release: &str,
    fielded: bool,
) -> Result<ReleaseView> {
    let action = "release fielded";
    drop(find(app, who, Permission::ManageReleases, action, product, release).await?);
    let mut write = who.write(app, action).await?;
    let (_, before) = find_in(&mut write, product, release).await?;
    let after = Release { fielded, ..before.clone() };
    if fielded && after != before {
        // What was published since the decision has not been looked up for it.
        crate::findings::jobs::enqueue(&mut write, after.id).await?;
    }
    set(write, &before, &after, json!({ "fielded": fielded })).await
}

/// Writes a new version of a release where it differs.
pub(super) async fn set(
    mut write: theriac_store::Write,
    before: &Release,
    after: &Release,
    detail: Value,
) -> Result<ReleaseView> {
    if after == before {
        return view(&mut write, after.id).await;
    }
    table::set(&mut write, after).await?;
    write.audit(subject(after), Some(digest_of(before)?), Some(digest_of(after)?), detail);
    let view = view(&mut write, after.id).await?;
    write.commit().await?;
    Ok(view)
}

/// Whether a release is decided.
pub(super) async fn is_decided(conn: &mut Conn, release: &Release) -> Result<bool> {
    Ok(view(conn, release.id).await?.decided_at.is_some())
}

/// The releases that the actor may read, the one added last first: of one product where its key is given.
///
/// # Errors
/// When the product does not exist, or may not be read.
#[crate::boxed]
pub async fn releases(
    app: &App,
    who: &Who,
    product: Option<&str>,
    paging: &Paging,
) -> Result<Page<ReleaseView>> {
    let before = paging.after_id()?;
    let (products, mut read) = match product {
        None => (only(who, Permission::Read), app.store().read().await?),
        Some(key) => {
            let (product, read) = find_product(app, who, Permission::Read, "releases read", key).await?;
            (Some(vec![product.id]), read)
        }
    };
    let rows = table::list(&mut read, &Filter { products, before, limit: paging.fetch() }).await?;
    let page = paging.page(rows, |row| row.release.id.to_string());
    let mut standings = standings_of(app, who, &mut read, &page.items).await?;
    Ok(page.map(|row| {
        let standing = standings.remove(&row.release.id);
        ReleaseView { standing, ..ReleaseView::from(row) }
    }))
}

/// How those of the releases stand whose verdicts the actor may read.
async fn standings_of(
    app: &App,
    who: &Who,
    read: &mut Read,
    rows: &[Listed],
) -> Result<BTreeMap<i64, Standing>> {
    let seen = who.access().products(Permission::ReadGate);
    let releases = rows.iter().map(|row| &row.release);
    let readable: Vec<_> = releases.filter(|release| seen.contains(ProductId(release.product))).collect();
    standings(app, read, &readable).await
}

/// One release.
///
/// # Errors
/// When there is none, or the actor may not read it.
#[crate::boxed]
pub async fn release(app: &App, who: &Who, product: &str, release: &str) -> Result<ReleaseView> {
    let (product, mut read) = find_product(app, who, Permission::Read, "release read", product).await?;
    let release = release_in(&mut read, &product, release).await?;
    let listed = table::listed_by_id(&mut read, release.id).await?;
    let listed = listed.ok_or_else(|| ServiceError::not_found("release", release.name))?;
    let standing =
        standings_of(app, who, &mut read, std::slice::from_ref(&listed)).await?.remove(&release.id);
    Ok(ReleaseView { standing, ..ReleaseView::from(listed) })
}

/// One release as it was at a sequence of the audit log.
///
/// # Errors
/// As [`release`], and when it was not there yet.
#[crate::boxed]
pub async fn release_at(app: &App, who: &Who, product: &str, release: &str, seq: i64) -> Result<ReleaseView> {
    let (product, mut read) = find_product(app, who, Permission::Read, "release read", product).await?;
    let release = release_in(&mut read, &product, release).await?;
    let listed = table::listed_at(&mut read, release.id, seq).await?;
    Ok(listed.ok_or_else(|| ServiceError::not_found("release", release.name))?.into())
}
