//! Components over all releases: where in the field is a component, or a version of it?

use std::collections::BTreeMap;

use serde::Serialize;
use theriac_auth::Permission;
use theriac_store::tables;
use theriac_store::tables::components::{self as table, Filter, Order};
use theriac_store::tables::evidence::{Sbom, counting};

use super::components::{ComponentRow, People, after, next, row};
use super::items::Items;
use crate::page::{Page, Paging};
use crate::products::only;
use crate::{App, Result, Who, text};

/// Which components of all releases to list. What is false or empty does not restrict.
#[derive(Debug, Clone, Default)]
pub struct SearchComponents {
    /// Words, each in identity or name; the version is part of the identity.
    pub query: String,
    /// Of releases that customers have.
    pub fielded: bool,
    /// Those with open findings.
    pub with_findings: bool,
    /// In which order; by key where it is [`Order::Awaiting`], which only one release has.
    pub order: Order,
    /// Which page.
    pub paging: Paging,
}

/// A component and the release it is part of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlacedComponent {
    /// The product's key.
    pub product: String,
    /// The release's name.
    pub release: String,
    /// Whether customers have it.
    pub fielded: bool,
    /// The component.
    pub component: ComponentRow,
}

/// Components of all releases that the actor may read: each once in every release that has it.
///
/// # Errors
/// When the page is not one that was named, or what the store says.
#[crate::boxed]
pub async fn search_components(
    app: &App,
    who: &Who,
    input: &SearchComponents,
) -> Result<Page<PlacedComponent>> {
    let products = only(who, Permission::Read);
    let mut read = app.store().read().await?;
    let sboms = tables::evidence::sboms_everywhere(&mut read, products.as_deref(), input.fielded).await?;
    let order = if input.order == Order::Awaiting { Order::Key } else { input.order };
    let filter = Filter {
        files: counting_everywhere(&sboms),
        words: text::words(&input.query),
        with_findings: input.with_findings,
        order,
        after: after(&input.paging)?,
        limit: input.paging.fetch(),
        ..Filter::default()
    };
    let listed = table::list(&mut read, &filter).await?;
    let page = input.paging.page(listed, |row| next(row, order));
    let people = People::read(&mut read, &page.items).await?;
    let mut places = BTreeMap::new();
    let mut ids: Vec<i64> = page.items.iter().map(|row| row.release).collect();
    ids.sort_unstable();
    ids.dedup();
    for release in tables::releases::among(&mut read, &ids).await? {
        places.insert(release.id, release);
    }
    let products: Vec<i64> = places.values().map(|release| release.product).collect();
    let items = Items::read(app, &mut read, &products).await?;
    let keys: BTreeMap<i64, String> =
        tables::products::keys_among(&mut read, &products).await?.into_iter().collect();
    let placed = |listed: table::Listed| {
        let release = places.get(&listed.release)?;
        let item = items.of(release.product, listed.component.purl.as_deref(), &listed.component.key);
        Some(PlacedComponent {
            product: keys.get(&release.product)?.clone(),
            release: release.name.clone(),
            fielded: release.fielded,
            component: row(listed, &people, item),
        })
    };
    Ok(Page { items: page.items.into_iter().filter_map(placed).collect(), next: page.next })
}

/// The bills of materials whose components are those of their releases.
fn counting_everywhere(sboms: &[Sbom]) -> Vec<i64> {
    let mut candidates = BTreeMap::new();
    let mut files: BTreeMap<i64, Vec<(i64, Option<i64>)>> = BTreeMap::new();
    for sbom in sboms {
        candidates.insert(sbom.release, sbom.candidate);
        files.entry(sbom.release).or_default().push((sbom.id, sbom.build));
    }
    candidates.iter().flat_map(|(release, candidate)| counting(&files[release], *candidate)).collect()
}
