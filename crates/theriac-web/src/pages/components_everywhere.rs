//! `/components`: the components of all releases, for whoever asks where one of them is.

use std::collections::BTreeMap;

use axum::extract::{Query, State};
use theriac_service::findings::{self, SearchComponents};
use theriac_service::{Paging, products};

use super::components::{ComponentRow, ComponentsPage, columns, component_row, given, order};
use super::count;
use super::release::{self, At};
use crate::http::{Answer, Me, Web};
use crate::parts::{Action, Area, Choice, Column, Crumb, Empty, Filters, Link, Pager, TableHead};
use crate::{respond, urls};

/// What the address says.
#[derive(Debug, Default, Clone, serde::Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    releases: String,
    findings: String,
    sort: String,
    after: String,
}

impl Asked {
    fn with(&self, name: &str, value: &str) -> String {
        let mut pairs = vec![
            ("q", self.q.as_str()),
            ("releases", &self.releases),
            ("findings", &self.findings),
            ("sort", &self.sort),
        ];
        pairs.retain(|(other, _)| *other != name);
        pairs.push((name, value));
        urls::with_query("/components", &pairs)
    }

    fn any(&self) -> bool {
        [&self.q, &self.releases, &self.findings].iter().any(|text| !text.is_empty())
    }
}

/// Shows the components of all releases.
pub async fn show(
    State(web): State<Web>,
    me: Me,
    Query(asked): Query<Asked>,
    Query(query): Query<At>,
) -> Answer {
    let input = SearchComponents {
        query: asked.q.clone(),
        fielded: asked.releases == "fielded",
        with_findings: asked.findings == "open",
        order: order(&asked.sort)?,
        paging: Paging { after: given(&asked.after), limit: 0 },
    };
    let found = findings::search_components(web.app(), me.who(), &input).await?;
    let names = products::names(web.app(), found.items.iter().map(|placed| placed.product.as_str())).await?;
    let rows: Vec<ComponentRow> = found.items.iter().map(|placed| placed_row(&me, placed, &names)).collect();
    let mut columns = columns(&asked.sort, |word| asked.with("sort", word));
    columns.insert(1, Column::new("Release"));
    let mut shell = me.shell("Components", Area::Components);
    shell.crumbs = vec![Crumb::here("Components")];
    release::only_today(&mut shell, "Components", &asked.with("after", &asked.after), query.day(&me)?);
    Ok(respond::page(&ComponentsPage {
        shell,
        heading: "Components of all releases".to_owned(),
        source: None,
        source_text: String::new(),
        received: None,
        actions: Vec::new(),
        figures: Vec::new(),
        unmatched: None,
        filters: search_filters(&asked),
        head: TableHead::new(columns),
        pager: Pager {
            shown: format!("{} shown, once for every release that has it", count(rows.len(), "component")),
            first: given(&asked.after).map(|_| asked.with("after", "")),
            next: found.next.as_ref().map(|next| Link::new("Next 50", asked.with("after", next))),
            exports: Vec::new(),
        },
        rows,
        empty: nothing_found(&asked),
        difference: None,
    }))
}

fn placed_row(me: &Me, placed: &findings::PlacedComponent, names: &BTreeMap<String, String>) -> ComponentRow {
    let product = names.get(&placed.product).unwrap_or(&placed.product);
    let list = urls::release(&placed.product, &placed.release, "components");
    let field = if placed.fielded { ", in the field" } else { "" };
    let release = Link::new(format!("{product} {}{field}", placed.release), list.clone());
    let mut row = component_row(me, (&placed.product, &placed.release), &list, &placed.component);
    row.release = Some(release);
    row
}

fn search_filters(asked: &Asked) -> Filters {
    let releases = [("", "All releases"), ("fielded", "In the field")];
    let open = [("", "With and without findings"), ("open", "With open findings")];
    let choices = |words: [(&str, &str); 2], now: &str| {
        words.iter().map(|(word, label)| Choice::new(*word, *label, now)).collect()
    };
    Filters {
        action: "/components".to_owned(),
        of: "components".to_owned(),
        q: asked.q.clone(),
        placeholder: "Name, version, purl".to_owned(),
        selects: vec![
            ("releases".to_owned(), "Releases".to_owned(), choices(releases, &asked.releases)),
            ("findings".to_owned(), "Findings".to_owned(), choices(open, &asked.findings)),
        ],
        date: None,
        keep: given(&asked.sort).map(|sort| ("sort".to_owned(), sort)).into_iter().collect(),
        clear: asked.any().then(|| "/components".to_owned()),
    }
}

fn nothing_found(asked: &Asked) -> Empty {
    if asked.any() {
        let text = "No release that you may read has such a component. Change the filter to see others.";
        return Empty::new("No component matches", text, vec![Action::open("All components", "/components")]);
    }
    let text = "Components appear when an SBOM is handed in for a release.";
    Empty::new("No component yet", text, vec![Action::open("Products", "/products")])
}
