//! What a person owes: what verdicts miss and what closes gates, over releases that are not yet decided or that
//! customers have. Computed, never typed.

use std::collections::BTreeSet;

use serde::Serialize;
use theriac_auth::{Permission, ProductId};
use theriac_conformity::ReasonKind;
use theriac_store::tables;

use super::judge::shown_in;
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

/// What a person owes, by day.
///
/// # Errors
/// What the store says.
pub async fn duties(app: &App, who: &Who, person: &str) -> Result<Vec<Duty>> {
    let products = who.access().products(Permission::ReadGate);
    let mut read = app.store().read().await?;
    let names = tables::products::all(&mut read).await?;
    let releases = tables::releases::all(&mut read).await?;
    let decisions = tables::decisions::in_force(&mut read).await?;
    let decided = |id: i64| decisions.iter().any(|row| row.release == id && row.ships());
    let open = releases.iter().filter(|release| {
        products.contains(ProductId(release.product)) && (release.fielded || !decided(release.id))
    });
    let mut duties = BTreeSet::new();
    for release in open.take(RELEASES_MAX) {
        let judged = shown_in(app, &mut read, release).await?;
        let product = names.iter().find(|product| product.id == release.product);
        let product = product.map(|product| product.key.clone()).unwrap_or_default();
        let duty = |due: &Option<String>, clause: Option<&str>, reference: &str, todo: &str| Duty {
            due: due.clone(),
            product: product.clone(),
            release: release.name.clone(),
            clause: clause.map(str::to_owned),
            reference: reference.to_owned(),
            todo: todo.to_owned(),
        };
        for clause in &judged.conformity.clauses {
            let mine = clause.missing.iter().filter(|item| item.owner.as_deref() == Some(person));
            duties
                .extend(mine.map(|item| duty(&item.due, Some(&clause.clause), &item.reference, &item.todo)));
        }
        let reasons = judged.gate.reasons.iter().filter(|reason| reason.owner.as_deref() == Some(person));
        let alone = reasons.filter(|reason| reason.kind != ReasonKind::Clause && reason.missing.is_empty());
        duties.extend(alone.map(|reason| duty(&reason.due, None, &reason.reference, &reason.text)));
    }
    let mut duties: Vec<_> = duties.into_iter().collect();
    duties.sort_by(|one, other| (one.due.is_none(), one).cmp(&(other.due.is_none(), other)));
    Ok(duties)
}
