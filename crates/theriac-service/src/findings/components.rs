//! The components of a release: those that could not be matched and await a disposition first.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use theriac_auth::Permission;
use theriac_store::tables;
use theriac_store::tables::components::{self as table, Filter, Listed};

use crate::page::{Page, Paging};
use crate::products::find;
use crate::{App, Result, ServiceError, Who, text};

/// Which components of a release to list. What is `None`, false or empty does not restrict.
#[derive(Debug, Clone, Default)]
pub struct ListComponents {
    /// The product's key.
    pub product: String,
    /// The release's name.
    pub release: String,
    /// Those that could be matched, or those that could not.
    pub matched: Option<bool>,
    /// Those that await a disposition.
    pub awaiting: bool,
    /// Those with open findings.
    pub with_findings: bool,
    /// Words, each in identity or name.
    pub query: String,
    /// Which page.
    pub paging: Paging,
}

/// A page of components, and how many there are in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentList {
    /// The page.
    pub page: Page<ComponentRow>,
    /// Different components in the release.
    pub total: i64,
    /// Of these, how many could not be matched.
    pub unmatched: i64,
    /// Of these, how many await a disposition.
    pub awaiting: i64,
}

/// A component of a release: once, however many bills of materials name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ComponentRow {
    /// What names it in the release: its purl without qualifiers, else its CPE, else `name@version`.
    pub key: String,
    /// Its purl as written.
    pub purl: Option<String>,
    /// Its CPE as written.
    pub cpe: Option<String>,
    /// `library`, `application` …
    pub component_type: String,
    /// Group and name.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
    /// Who supplies it.
    pub supplier: Option<String>,
    /// Licence ids, names and expressions.
    pub licences: Vec<String>,
    /// `SHA-256 ab12…`.
    pub hashes: Vec<String>,
    /// Whether the product needs it itself.
    pub direct: bool,
    /// The bill of materials that names it first: `EVID-3`.
    pub evidence: String,
    /// Open findings.
    pub findings: i64,
    /// Why it could not be matched; `None` when it was.
    pub unmatched: Option<String>,
    /// What was said about that.
    pub disposition: Option<DispositionView>,
}

/// What was said about a component that cannot be matched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DispositionView {
    /// The word for it.
    pub disposition: String,
    /// Why.
    pub reason: String,
    /// The key of who said so.
    pub person: String,
    /// When.
    pub at: Timestamp,
    /// Whether it was taken over from an earlier release.
    pub carried: bool,
}

/// The components of a release: those that await a disposition first, then those disposed of, then by key.
///
/// # Errors
/// When there is no such release, or the actor may not read it.
pub async fn components(app: &App, who: &Who, input: &ListComponents) -> Result<ComponentList> {
    let action = "components read";
    let found = find(app, who, Permission::Read, action, &input.product, &input.release).await?;
    let (_, release, mut read) = found;
    let files = tables::evidence::counting_sboms(&mut read, release.id, release.candidate).await?;
    let total = table::count(&mut read, &files).await?;
    let (unmatched, awaiting) = table::unmatched_counts(&mut read, release.id).await?;
    let filter = Filter {
        files,
        ranks: ranks(input),
        words: text::words(&input.query),
        with_findings: input.with_findings,
        after: after(&input.paging)?,
        limit: input.paging.fetch(),
    };
    let listed = table::list(&mut read, release.id, &filter).await?;
    let page = input.paging.page(listed, |row| format!("{}.{}", row.rank, row.component.key));
    let people: Vec<i64> =
        page.items.iter().filter_map(|row| row.disposition.as_ref()).map(|said| said.person).collect();
    let names = tables::people::names_among(&mut read, &people).await?;
    let keys: BTreeMap<i64, String> = names.into_iter().map(|name| (name.id, name.key)).collect();
    Ok(ComponentList { page: page.map(|listed| row(listed, &keys)), total, unmatched, awaiting })
}

fn ranks(input: &ListComponents) -> Option<Vec<i64>> {
    match (input.awaiting, input.matched) {
        (true, _) => Some(vec![0]),
        (false, Some(false)) => Some(vec![0, 1]),
        (false, Some(true)) => Some(vec![2]),
        (false, None) => None,
    }
}

/// Rank and key of the last component of the page before.
fn after(paging: &Paging) -> Result<Option<(i64, String)>> {
    let Some(after) = paging.after.as_deref() else { return Ok(None) };
    let parts = after.split_once('.').and_then(|(rank, key)| Some((rank.parse().ok()?, key.to_owned())));
    let wrong =
        || ServiceError::field("after", "this is not what the page before gave as next; begin without it");
    Ok(Some(parts.ok_or_else(wrong)?))
}

fn row(listed: Listed, keys: &BTreeMap<i64, String>) -> ComponentRow {
    let component = listed.component;
    let disposition = listed.disposition.map(|said| DispositionView {
        person: keys.get(&said.person).cloned().unwrap_or_else(|| format!("person:{}", said.person)),
        disposition: said.disposition,
        reason: said.reason,
        at: said.at,
        carried: said.carried_from.is_some(),
    });
    ComponentRow {
        key: component.key,
        purl: component.purl,
        cpe: component.cpe,
        component_type: component.component_type,
        name: component.name,
        version: component.version,
        supplier: component.supplier,
        licences: component.licences,
        hashes: component.hashes,
        direct: component.direct,
        evidence: format!("EVID-{}", listed.evidence),
        findings: listed.findings,
        unmatched: listed.unmatched.map(|(_, reason)| reason),
        disposition,
    }
}
