//! People as others see them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use theriac_auth::{Permission, Role, Scope};
use theriac_store::tables::access::GivenGrant;
use theriac_store::tables::people::{Name, Person};
use theriac_store::{Conn, tables};

use super::find;
use super::organisation::organisation_in;
use crate::page::{Page, Paging};
use crate::{App, Result, ServiceError, Who};

/// Most names that are asked for at once.
const NAMES_MAX: usize = 1000;

/// Whether a person can sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountState {
    /// There is no account.
    None,
    /// The person can sign in.
    Open,
    /// The account is closed.
    Closed,
}

impl AccountState {
    /// The word in interfaces.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

/// Where a person stands or stood; it holds on `from <= day < to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenure {
    /// The department.
    pub department: Option<String>,
    /// The key of the line manager.
    pub manager: Option<String>,
    /// Whether the person belongs to another organisation.
    pub external: bool,
    /// The first day.
    pub from: Date,
    /// The first day on which it no longer holds.
    pub to: Option<Date>,
}

/// A role of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantView {
    /// The role.
    pub role: Role,
    /// The product's key; `None` for the organisation with all its products.
    pub product: Option<String>,
    /// Since when.
    pub since: Timestamp,
    /// Who gave it: the key of a person, or `system`.
    pub by: String,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonView {
    /// The row id.
    pub id: i64,
    /// What names the person.
    pub key: String,
    /// The name; empty once erased.
    pub name: String,
    /// The address: for administrators and the person; `None` for others and once erased.
    pub email: Option<String>,
    /// Where the person stands or stood, oldest first.
    pub tenures: Vec<Tenure>,
    /// Which of them holds today.
    pub present: Option<Tenure>,
    /// Roles in force.
    pub grants: Vec<GrantView>,
    /// Whether the person can sign in.
    pub account: AccountState,
}

/// The people, by key.
///
/// # Errors
/// When the actor may not read.
#[crate::boxed]
pub async fn people(app: &App, who: &Who, paging: &Paging) -> Result<Page<PersonView>> {
    who.require(app, Permission::Read, Scope::Organisation, "people read").await?;
    let mut read = app.store().read().await?;
    let rows = tables::people::names_after(&mut read, paging.after_text(), paging.fetch()).await?;
    let page = paging.page(rows, |name| name.key.clone());
    Ok(Page { items: views(app, who, &mut read, page.items).await?, next: page.next })
}

/// One person.
///
/// # Errors
/// When there is no such person, or the actor may not read.
#[crate::boxed]
pub async fn person(app: &App, who: &Who, key: &str) -> Result<PersonView> {
    who.require(app, Permission::Read, Scope::Organisation, "person read").await?;
    let mut read = app.store().read().await?;
    let name = find(&mut read, key).await?;
    let view = views(app, who, &mut read, vec![name]).await?.pop();
    view.ok_or_else(|| ServiceError::not_found("person", key))
}

/// The keys of some people, by id.
///
/// # Errors
/// What the store says.
pub async fn keys(app: &App, ids: impl IntoIterator<Item = i64>) -> Result<BTreeMap<i64, String>> {
    let names = among(app, ids).await?;
    Ok(names.into_iter().map(|name| (name.id, name.key)).collect())
}

/// What some people are called, by id; empty for those whose name was erased.
///
/// # Errors
/// What the store says.
pub async fn called(app: &App, ids: impl IntoIterator<Item = i64>) -> Result<BTreeMap<i64, String>> {
    let names = among(app, ids).await?;
    Ok(names.into_iter().map(|name| (name.id, name.name)).collect())
}

async fn among(app: &App, ids: impl IntoIterator<Item = i64>) -> Result<Vec<Name>> {
    let mut ids: Vec<i64> = ids.into_iter().collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(tables::people::names_among(&mut *app.store().read().await?, &ids).await?)
}

/// What people are called by their keys, and tokens by `token:9`, for up to 1,000 of them; erased people are left out.
///
/// # Errors
/// What the store says.
#[crate::boxed]
pub async fn names(app: &App, keys: &[String]) -> Result<BTreeMap<String, String>> {
    let mut read = app.store().read().await?;
    let names = tables::people::names_by_keys(&mut read, keys).await?;
    let named = names.into_iter().filter(|name| !name.name.is_empty());
    let mut called: BTreeMap<String, String> = named.map(|name| (name.key, name.name)).collect();
    let token = |name: &String| name.strip_prefix("token:")?.parse().ok();
    called.extend(tokens_called(&mut read, keys.iter().filter_map(token).collect()).await?);
    Ok(called)
}

/// What tokens are called, by `token:9`; no query where there is none.
pub(crate) async fn tokens_called(conn: &mut Conn, mut ids: Vec<i64>) -> Result<BTreeMap<String, String>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    ids.truncate(NAMES_MAX);
    let tokens = tables::access::token_names(conn, &ids).await?;
    Ok(tokens.into_iter().map(|(id, name)| (format!("token:{id}"), format!("token {name}"))).collect())
}

/// Five queries, however many people there are.
async fn views(app: &App, who: &Who, conn: &mut Conn, names: Vec<Name>) -> Result<Vec<PersonView>> {
    let today = app.today(&organisation_in(conn).await?.zone);
    let ids: Vec<i64> = names.iter().map(|name| name.id).collect();
    let mut versions = grouped(tables::people::versions_among(conn, &ids).await?, |version| version.id);
    let mut grants = grouped(tables::access::grants_among(conn, &ids).await?, |given| given.grant.person);
    let accounts: BTreeMap<i64, bool> =
        tables::access::accounts_among(conn, &ids).await?.into_iter().collect();
    let others = Others::read(conn, versions.values().flatten(), grants.values().flatten()).await?;
    let administers = who.access().allows(Permission::AdministerPeople, &Scope::Organisation);
    let mut views = Vec::new();
    for name in names {
        let own = who.access().person().is_some_and(|person| person.0 == name.id);
        let tenures: Vec<_> =
            versions.remove(&name.id).unwrap_or_default().into_iter().map(|row| others.tenure(row)).collect();
        let held = |tenure: &&Tenure| tenure.from <= today && tenure.to.is_none_or(|to| today < to);
        let given = grants.remove(&name.id).unwrap_or_default();
        views.push(PersonView {
            present: tenures.iter().find(held).cloned(),
            tenures,
            grants: given.into_iter().map(|given| others.grant(given)).collect::<Result<_>>()?,
            account: match accounts.get(&name.id) {
                None => AccountState::None,
                Some(true) => AccountState::Open,
                Some(false) => AccountState::Closed,
            },
            id: name.id,
            key: name.key,
            name: name.name,
            email: Some(name.email).filter(|email| (administers || own) && !email.is_empty()),
        });
    }
    Ok(views)
}

fn grouped<T>(rows: Vec<T>, by: impl Fn(&T) -> i64) -> BTreeMap<i64, Vec<T>> {
    let mut groups = BTreeMap::<i64, Vec<T>>::new();
    for row in rows {
        groups.entry(by(&row)).or_default().push(row);
    }
    groups
}

/// The keys of the people and products that the rows name by id.
struct Others {
    people: BTreeMap<i64, String>,
    products: BTreeMap<i64, String>,
}

impl Others {
    async fn read(
        conn: &mut Conn,
        versions: impl Iterator<Item = &Person>,
        grants: impl Iterator<Item = &GivenGrant> + Clone,
    ) -> Result<Self> {
        let mut people: Vec<i64> = versions.filter_map(|version| version.manager).collect();
        people.extend(grants.clone().filter_map(|given| given_by(&given.by)));
        let mut products: Vec<i64> = grants.filter_map(|given| given.grant.product).collect();
        [&mut people, &mut products].into_iter().for_each(|ids| {
            ids.sort_unstable();
            ids.dedup();
        });
        let people = tables::people::names_among(conn, &people).await?;
        Ok(Self {
            people: people.into_iter().map(|name| (name.id, name.key)).collect(),
            products: tables::products::keys_among(conn, &products).await?.into_iter().collect(),
        })
    }

    fn tenure(&self, row: Person) -> Tenure {
        Tenure {
            department: row.department,
            manager: row.manager.and_then(|id| self.people.get(&id).cloned()),
            external: row.external,
            from: row.from,
            to: row.to,
        }
    }

    fn grant(&self, given: GivenGrant) -> Result<GrantView> {
        let by = given_by(&given.by).and_then(|id| self.people.get(&id));
        Ok(GrantView {
            role: role(&given.grant.role)?,
            product: given.grant.product.and_then(|id| self.products.get(&id).cloned()),
            since: given.at,
            by: by.cloned().unwrap_or(given.by),
        })
    }
}

/// The person in `person:7`.
fn given_by(actor: &str) -> Option<i64> {
    actor.strip_prefix("person:")?.parse().ok()
}

/// The role of a stored key.
pub(super) fn role(key: &str) -> Result<Role> {
    key.parse().map_err(|error: theriac_auth::UnknownRole| ServiceError::Internal(error.to_string()))
}
