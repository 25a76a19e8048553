//! Lists of records: filtered, sorted, paged by key, and never more than the actor may read.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use theriac_auth::{Permission, Products, Scope};
use theriac_store::tables::records::{self as table, After, Approver, Filter, Listed, MayApprove};
use theriac_store::{Conn, tables};

use super::begin::{ScopeInput, resolve};
use super::states;
use crate::{App, Result, ServiceError, Who, text};

/// In which order a list goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// By kind and number.
    #[default]
    Number,
    /// By the next date; records without one are left out.
    Due,
    /// The latest change first.
    Changed,
}

impl Order {
    /// The word in addresses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Due => "due",
            Self::Changed => "changed",
        }
    }
}

impl std::str::FromStr for Order {
    type Err = ServiceError;

    fn from_str(text: &str) -> Result<Self> {
        [Self::Number, Self::Due, Self::Changed].into_iter().find(|order| order.as_str() == text).ok_or_else(
            || {
                ServiceError::field(
                    "sort",
                    format!("'{text}' is no order: number, due or changed is expected"),
                )
            },
        )
    }
}

/// What to list.
#[derive(Debug, Clone, Default)]
pub struct ListInput {
    /// Of a product, by key, with those of its releases.
    pub product: Option<String>,
    /// Of a release, by name.
    pub release: Option<String>,
    /// Of a kind.
    pub kind: Option<String>,
    /// In a state.
    pub state: Option<String>,
    /// Owned by a person, by key.
    pub owner: Option<String>,
    /// With a suspect link only.
    pub suspect: bool,
    /// Only what waits for an approval that the actor may give.
    pub to_approve: bool,
    /// Words that must occur in number, title or listed fields.
    pub query: String,
    /// The order.
    pub order: Order,
    /// Where the page begins: what the page before gave as `next`.
    pub after: Option<String>,
    /// How many; at most 200, 50 where 0.
    pub limit: u32,
}

/// One page of records.
#[derive(Debug, Clone)]
pub struct Listing {
    /// The records.
    pub rows: Vec<Listed>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<String>,
}

/// Lists records.
///
/// # Errors
/// When a filter names what does not exist or `after` is not what a page gave.
#[crate::boxed]
pub async fn list(app: &App, who: &Who, input: &ListInput) -> Result<Listing> {
    let mut read = app.store().read().await?;
    let filter = filter(app, who, &mut read, input).await?;
    let after = after(input.order, input.after.as_deref())?;
    let limit = if input.limit == 0 { 50 } else { input.limit.min(200) };
    let mut rows = table::list(&mut read, &filter, &after, limit + 1).await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|last| key(input.order, last));
    Ok(Listing { rows, next })
}

/// How many records a list has, on all its pages.
///
/// # Errors
/// When a filter names what does not exist.
#[crate::boxed]
pub async fn number(app: &App, who: &Who, input: &ListInput) -> Result<i64> {
    let mut read = app.store().read().await?;
    let filter = filter(app, who, &mut read, input).await?;
    Ok(table::count(&mut read, &filter).await?)
}

async fn filter(app: &App, who: &Who, read: &mut Conn, input: &ListInput) -> Result<Filter> {
    known_words(app, input)?;
    let scope = ScopeInput::new(input.product.clone(), input.release.clone())?;
    let ids = resolve(read, who, &scope).await?;
    let owner = match &input.owner {
        None => None,
        Some(key) => {
            let person = tables::people::by_key(read, key).await?;
            Some(person.ok_or_else(|| ServiceError::not_found("person", key))?.id)
        }
    };
    Ok(Filter {
        products: ids_of(who.access().products(Permission::Read)),
        organisation: who.access().allows(Permission::Read, &Scope::Organisation),
        product: ids.product,
        release: ids.release,
        kind: input.kind.clone(),
        state: input.state.clone(),
        owner,
        suspect: input.suspect,
        to_approve: input.to_approve.then(|| approver(app, who)),
        words: text::words(&input.query),
    })
}

fn ids_of(products: Products) -> Option<Vec<i64>> {
    match products {
        Products::All => None,
        Products::Only(products) => Some(products.into_iter().map(|product| product.0).collect()),
    }
}

/// What the actor may approve: nothing, for whom is not a person.
fn approver(app: &App, who: &Who) -> Approver {
    let Some(person) = who.access().person() else { return Approver { person: 0, may: Vec::new() } };
    let mut kinds: BTreeMap<Permission, Vec<&'static str>> = BTreeMap::new();
    for kind in app.kinds() {
        kinds.entry(Permission::to_approve(kind.workflow.approve)).or_default().push(kind.id);
    }
    let may = kinds.into_iter().map(|(permission, kinds)| MayApprove {
        kinds,
        products: ids_of(who.access().products(permission)),
        organisation: who.access().allows(permission, &Scope::Organisation),
    });
    let may = may.filter(|may| may.organisation || may.products.as_ref().is_none_or(|ids| !ids.is_empty()));
    Approver { person: person.0, may: may.collect() }
}

/// Refuses a kind or a state that there is not: an empty list would pass for an answer.
fn known_words(app: &App, input: &ListInput) -> Result<()> {
    let kinds: Vec<&str> = app.kinds().iter().map(|kind| kind.id).collect();
    for (field, said, known) in
        [("kind", &input.kind, kinds.as_slice()), ("state", &input.state, states::ALL)]
    {
        if let Some(said) = said.as_deref().filter(|said| !known.contains(said)) {
            let message = format!("'{said}' is no {field}: {} is expected", known.join(", "));
            return Err(ServiceError::field(field, message));
        }
    }
    Ok(())
}

fn key(order: Order, last: &Listed) -> String {
    match order {
        Order::Number => format!("{}~{}", last.record.kind, last.record.number),
        Order::Due => format!("{}~{}", last.head.due.unwrap_or(Date::MAX), last.record.id),
        Order::Changed => format!("{}~{}", last.head.changed_at.as_millisecond(), last.record.id),
    }
}

fn after(order: Order, text: Option<&str>) -> Result<After> {
    let wrong =
        || ServiceError::field("after", "give what the page before gave as its next, or leave it out");
    let pair = text.map(|text| text.split_once('~').ok_or_else(wrong)).transpose()?;
    let number = |text: &str| text.parse::<i64>().map_err(|_| wrong());
    Ok(match order {
        Order::Number => After::Number(
            pair.map(|(kind, last)| Ok::<_, ServiceError>((kind.to_owned(), number(last)?))).transpose()?,
        ),
        Order::Due => {
            let day = |text: &str| text.parse::<Date>().map_err(|_| wrong());
            After::Due(pair.map(|(due, id)| Ok::<_, ServiceError>((day(due)?, number(id)?))).transpose()?)
        }
        Order::Changed => {
            let at = |text: &str| Timestamp::from_millisecond(number(text)?).map_err(|_| wrong());
            After::Changed(
                pair.map(|(moment, id)| Ok::<_, ServiceError>((at(moment)?, number(id)?))).transpose()?,
            )
        }
    })
}
