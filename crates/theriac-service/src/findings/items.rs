//! Which software item covers a component: its class (4.3) and until when it is supported.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;
use theriac_store::{Conn, tables};

use crate::gate::Patterns;
use crate::records;
use crate::{App, Result};

const KIND: &str = "software-item";

/// The software item that a component belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ItemView {
    /// `ITEM-3`.
    #[serde(rename = "ref")]
    pub reference: String,
    /// What it is called.
    pub title: String,
    /// Its class: `maintained`, `supported` or `required`.
    pub class: String,
    /// The state of the record.
    pub state: String,
    /// When its support ends.
    pub support_end: Option<Date>,
}

/// The software items of some products.
pub(super) struct Items {
    patterns: BTreeMap<i64, Patterns>,
    views: BTreeMap<String, ItemView>,
}

impl Items {
    pub(super) async fn read(app: &App, conn: &mut Conn, products: &[i64]) -> Result<Self> {
        let Some(kind) = app.kind(KIND) else {
            return Ok(Self { patterns: BTreeMap::new(), views: BTreeMap::new() });
        };
        let mut views = BTreeMap::new();
        let mut purls: BTreeMap<i64, Vec<(String, Vec<String>)>> = BTreeMap::new();
        for row in tables::records::present_of_kind(conn, KIND, products).await? {
            let content = records::content(kind, row.kind_version, &row.content)?;
            let reference = format!("{}-{}", kind.prefix, row.number);
            let of = purls.entry(row.product.unwrap_or_default()).or_default();
            of.push((reference.clone(), content.list("purls").into_iter().map(str::to_owned).collect()));
            let view = ItemView {
                reference: reference.clone(),
                title: content.text("title").to_owned(),
                class: content.text("class").to_owned(),
                state: row.state,
                support_end: content.date("support_end"),
            };
            views.insert(reference, view);
        }
        let patterns = purls.iter().map(|(product, items)| {
            let items = items.iter().map(|(item, purls)| (item.as_str(), purls.iter().map(String::as_str)));
            (*product, Patterns::of_items(items))
        });
        Ok(Self { patterns: patterns.collect(), views })
    }

    /// The item of a product that covers a component, by its purl or else by its name in the release.
    pub(super) fn of(&self, product: i64, purl: Option<&str>, key: &str) -> Option<ItemView> {
        let item = self.patterns.get(&product)?.item(purl, key)?;
        self.views.get(&item).cloned()
    }
}
