//! What records are called, for pages and answers that name many of them by reference.

use std::collections::BTreeMap;

use theriac_auth::Permission;
use theriac_store::tables::records;

use super::scope_of;
use crate::{App, Result, Who};

/// Most references that one query asks for.
const CHUNK: usize = 1000;

/// The titles of records by reference (`RISK-12`); what the actor may not read is left out.
///
/// # Errors
/// What the store says.
#[crate::boxed]
pub async fn titles(app: &App, who: &Who, references: &[String]) -> Result<BTreeMap<String, String>> {
    let mut read = app.store().read().await?;
    let mut titles = BTreeMap::new();
    for chunk in references.chunks(CHUNK) {
        let found = records::by_refs(&mut read, chunk).await?.into_iter();
        let readable = found.filter(|row| who.access().allows(Permission::Read, &scope_of(&row.record)));
        titles.extend(readable.map(|row| (row.record.reference, row.head.title)));
    }
    Ok(titles)
}
