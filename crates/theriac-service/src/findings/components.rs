//! The components of a release: those that could not be matched and await a disposition first.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use theriac_auth::Permission;
use theriac_store::tables::components::{self as table, Filter, Listed, Order};
use theriac_store::{Conn, tables};

use super::compared::{Change, Compared, Difference};
use super::items::{ItemView, Items};
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
    /// The name of a release of the product to hold it against.
    pub against: Option<String>,
    /// What happened to them since; needs [`ListComponents::against`].
    pub since: Option<Since>,
    /// In which order.
    pub order: Order,
    /// Which page.
    pub paging: Paging,
}

/// Which components of two releases a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// Those that the other release has, too.
    Same,
    /// Those that the other release does not have.
    New,
    /// Those of the other release that this one does not have.
    Gone,
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
    /// The bills of materials that name them: `EVID-3`, oldest first.
    pub sources: Vec<String>,
    /// How it differs from the release it is held against.
    pub difference: Option<Difference>,
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
    /// The software item that covers it.
    pub item: Option<ItemView>,
    /// What happened to it since the release it is held against.
    pub change: Option<Change>,
    /// Its keys in that release, where it changed.
    pub was: Vec<String>,
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
    /// The name of who said so.
    pub person_name: String,
    /// When.
    pub at: Timestamp,
    /// Whether it was taken over from an earlier release.
    pub carried: bool,
}

/// The components of a release: those that await a disposition first, then those disposed of, then by key, unless
/// another order is asked for.
///
/// # Errors
/// When there is no such release, or the actor may not read it.
#[crate::boxed]
pub async fn components(app: &App, who: &Who, input: &ListComponents) -> Result<ComponentList> {
    let action = "components read";
    let found = find(app, who, Permission::Read, action, &input.product, &input.release).await?;
    let (product, release, mut read) = found;
    let files = tables::evidence::counting_sboms(&mut read, release.id, release.candidate).await?;
    let total = table::count(&mut read, &files).await?;
    let sources = tables::evidence::numbers_of(&mut read, &files).await?;
    let sources = sources.into_iter().map(|number| format!("EVID-{number}")).collect();
    let (unmatched, awaiting) = table::unmatched_counts(&mut read, release.id).await?;
    let mut filter = Filter {
        ranks: ranks(input),
        words: text::words(&input.query),
        with_findings: input.with_findings,
        order: input.order,
        after: after(&input.paging)?,
        limit: input.paging.fetch(),
        ..Filter::default()
    };
    let compared = match &input.against {
        None => None,
        Some(name) => {
            let other = tables::releases::by_name(&mut read, product.id, name).await?;
            let other = other.ok_or_else(|| ServiceError::not_found("release", name))?;
            let others = tables::evidence::counting_sboms(&mut read, other.id, other.candidate).await?;
            let compared = Compared::read(&mut read, &files, &other, &others).await?;
            Some((compared, others))
        }
    };
    let others = compared.as_ref().map(|(_, others)| others.clone()).unwrap_or_default();
    (filter.files, filter.named_by) = match input.since {
        None => (files, None),
        Some(Since::Same) => (files, Some((others, true))),
        Some(Since::New) => (files, Some((others, false))),
        Some(Since::Gone) => (others, Some((files, false))),
    };
    let listed = table::list(&mut read, &filter).await?;
    let page = input.paging.page(listed, |row| next(row, input.order));
    let people = People::read(&mut read, &page.items).await?;
    let items = Items::read(app, &mut read, &[product.id]).await?;
    let page = page.map(|listed| {
        let item = items.of(product.id, listed.component.purl.as_deref(), &listed.component.key);
        let mut row = row(listed, &people, item);
        if let Some((compared, _)) = &compared {
            let (change, was) = compared.change(&row.key);
            (row.change, row.was) = (Some(change), was);
        }
        row
    });
    let difference = compared.map(|(compared, _)| compared.difference());
    Ok(ComponentList { page, total, unmatched, awaiting, sources, difference })
}

/// Keys and names of people who said something about components.
pub(super) struct People(BTreeMap<i64, (String, String)>);

impl People {
    pub(super) async fn read(conn: &mut Conn, listed: &[Listed]) -> Result<Self> {
        let people: Vec<i64> =
            listed.iter().filter_map(|row| row.disposition.as_ref()).map(|said| said.person).collect();
        let names = tables::people::names_among(conn, &people).await?;
        Ok(Self(names.into_iter().map(|name| (name.id, (name.key, name.name))).collect()))
    }
}

fn ranks(input: &ListComponents) -> Option<Vec<i64>> {
    match (input.awaiting, input.matched) {
        (true, _) => Some(vec![0]),
        (false, Some(false)) => Some(vec![0, 1]),
        (false, Some(true)) => Some(vec![2]),
        (false, None) => None,
    }
}

/// What the next page begins after: a value of the order, the release, the key.
pub(super) fn next(last: &Listed, order: Order) -> String {
    format!("{}.{}.{}", order.value(last), last.release, last.component.key)
}

/// The last component of the page before, as the filter takes it.
pub(super) fn after(paging: &Paging) -> Result<Option<(i64, String, i64)>> {
    let Some(after) = paging.after.as_deref() else { return Ok(None) };
    let mut parts = after.splitn(3, '.');
    let mut number = || parts.next()?.parse().ok();
    let (value, release) = (number(), number());
    let wrong =
        || ServiceError::field("after", "this is not what the page before gave as next; begin without it");
    let place = value.zip(release).zip(parts.next());
    let ((value, release), key) = place.ok_or_else(wrong)?;
    Ok(Some((value, key.to_owned(), release)))
}

pub(super) fn row(listed: Listed, people: &People, item: Option<ItemView>) -> ComponentRow {
    let component = listed.component;
    let disposition = listed.disposition.map(|said| {
        let nobody = || (format!("person:{}", said.person), String::new());
        let (person, person_name) = people.0.get(&said.person).cloned().unwrap_or_else(nobody);
        DispositionView {
            person,
            person_name,
            disposition: said.disposition,
            reason: said.reason,
            at: said.at,
            carried: said.carried_from.is_some(),
        }
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
        item,
        change: None,
        was: Vec::new(),
    }
}
