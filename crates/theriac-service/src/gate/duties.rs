//! What a person owes: what verdicts miss and what closes gates, over releases that are not yet decided or that
//! customers have. Computed, never typed.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Serialize;
use theriac_auth::{Permission, ProductId, Scope};
use theriac_conformity::ReasonKind;
use theriac_store::{Conn, Read, tables};

use super::judge::shown_in;
use crate::people::organisation_in;
use crate::{App, Result, Who};

/// Most releases looked at, the newest first: older ones that are neither decided nor fielded are forgotten plans.
const RELEASES_MAX: usize = 200;

/// Something owed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Duty {
    /// By when; what has no day comes last.
    pub due: Option<String>,
    /// The product's key.
    pub product: String,
    /// What people call the product.
    pub product_name: String,
    /// The release's name.
    pub release: String,
    /// The clause, where one asks for it.
    pub clause: Option<String>,
    /// What it is about.
    #[serde(rename = "ref")]
    pub reference: String,
    /// What to do.
    pub todo: String,
}

/// Something owed, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Owed {
    /// What.
    pub duty: Duty,
    /// The key of who owes it.
    pub owner: String,
}

/// What a person owes, and what they see to that others do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// Owed by the person, by day.
    pub own: Vec<Duty>,
    /// What others should have done before today, by day: everybody for who may read the audit log, for a line manager
    /// those who report to them, directly or through others. `None` for who looks after nobody.
    pub late: Option<Vec<Owed>>,
}

/// What a person owes, by day.
///
/// # Errors
/// What the store says.
pub async fn duties(app: &App, who: &Who, person: &str) -> Result<Vec<Duty>> {
    let mut read = app.store().read().await?;
    let owed = owed(app, who, &mut read, |owner| owner == person).await?;
    Ok(owed.into_iter().map(|owed| owed.duty).collect())
}

/// What a person owes, and which duties of others are overdue that they look after.
///
/// # Errors
/// What the store says.
pub async fn overview(app: &App, who: &Who, person: &str) -> Result<Overview> {
    let mut read = app.store().read().await?;
    let zone = organisation_in(&mut read).await?.zone;
    let today = app.today(&zone);
    let everybody = who.access().allows(Permission::ReadAudit, &Scope::Organisation);
    let team = if everybody { BTreeSet::new() } else { team(&mut read, person, today).await? };
    let seen = |owner: &str| owner == person || everybody || team.contains(owner);
    let (own, others): (Vec<Owed>, Vec<Owed>) =
        owed(app, who, &mut read, seen).await?.into_iter().partition(|owed| owed.owner == person);
    let today = today.to_string();
    let late = others.into_iter().filter(|owed| owed.duty.due.as_ref().is_some_and(|due| *due < today));
    Ok(Overview {
        own: own.into_iter().map(|owed| owed.duty).collect(),
        late: (everybody || !team.is_empty()).then(|| late.collect()),
    })
}

/// The keys of those who report to a person on a day, directly or through others.
async fn team(conn: &mut Conn, person: &str, day: Date) -> Result<BTreeSet<String>> {
    let Some(lead) = tables::people::by_key(conn, person).await? else { return Ok(BTreeSet::new()) };
    let managers = tables::people::managers_on(conn, day).await?;
    let mut team = BTreeSet::new();
    let mut ask = vec![lead.id];
    while let Some(manager) = ask.pop() {
        for (member, of) in &managers {
            if *of == manager && *member != lead.id && team.insert(*member) {
                ask.push(*member);
            }
        }
    }
    let ids: Vec<i64> = team.into_iter().collect();
    let names = tables::people::names_among(conn, &ids).await?;
    Ok(names.into_iter().map(|name| name.key).collect())
}

/// What people owe, by day.
async fn owed(app: &App, who: &Who, read: &mut Read, is_meant: impl Fn(&str) -> bool) -> Result<Vec<Owed>> {
    let products = who.access().products(Permission::ReadGate);
    let names = tables::products::all(read).await?;
    let releases = tables::releases::all(read).await?;
    let decisions = tables::decisions::in_force(read).await?;
    let decided = |id: i64| decisions.iter().any(|row| row.release == id && row.ships());
    let open = releases.iter().filter(|release| {
        products.contains(ProductId(release.product)) && (release.fielded || !decided(release.id))
    });
    let mut all = BTreeSet::new();
    for release in open.take(RELEASES_MAX) {
        let judged = shown_in(app, read, release).await?;
        let product = names.iter().find(|product| product.id == release.product);
        let product = product.map(|product| (product.key.clone(), product.name.clone()));
        let (product, product_name) = product.unwrap_or_default();
        let owed =
            |owner: &str, due: &Option<String>, clause: Option<&str>, reference: &str, todo: &str| Owed {
                duty: Duty {
                    due: due.clone(),
                    product: product.clone(),
                    product_name: product_name.clone(),
                    release: release.name.clone(),
                    clause: clause.map(str::to_owned),
                    reference: reference.to_owned(),
                    todo: todo.to_owned(),
                },
                owner: owner.to_owned(),
            };
        let meant = |owner: &'_ Option<String>| owner.clone().filter(|owner| is_meant(owner));
        for clause in &judged.conformity.clauses {
            let items = clause.missing.iter().filter_map(|item| Some((meant(&item.owner)?, item)));
            all.extend(items.map(|(owner, item)| {
                owed(&owner, &item.due, Some(&clause.clause), &item.reference, &item.todo)
            }));
        }
        let reasons = judged.gate.reasons.iter().filter_map(|reason| Some((meant(&reason.owner)?, reason)));
        let alone =
            reasons.filter(|(_, reason)| reason.kind != ReasonKind::Clause && reason.missing.is_empty());
        all.extend(
            alone.map(|(owner, reason)| owed(&owner, &reason.due, None, &reason.reference, &reason.text)),
        );
    }
    let mut all: Vec<_> = all.into_iter().collect();
    all.sort_by(|one, other| (one.duty.due.is_none(), one).cmp(&(other.duty.due.is_none(), other)));
    Ok(all)
}
