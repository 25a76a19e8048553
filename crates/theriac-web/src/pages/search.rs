//! `/search?q=`: what matches, grouped by kind. An exact number leads straight to its page.

use askama::Template;
use axum::extract::{Query, State};
use theriac_service::findings::{self, ListFindings, Order, SearchComponents};
use theriac_service::records::{self, ListInput};
use theriac_service::{MOST, Paging, ServiceError, evidence, products};

use super::records::state;
use crate::http::{Answer, Me, Web, see_other};
use crate::parts::{Area, Crumb, Link, Shell, Status};
use crate::{respond, urls};

/// One match.
#[derive(Debug, Clone)]
pub struct Hit {
    /// What matched, leading to it.
    pub link: Link,
    /// Where it belongs and what else identifies it.
    pub about: String,
    /// Its state.
    pub state: Option<Status>,
}

/// The matches of one kind.
#[derive(Debug, Clone)]
pub struct HitGroup {
    /// Kind in the plural, such as "Findings".
    pub label: String,
    /// How many there are, such as "3" or "more than 50".
    pub total: String,
    /// The first of them.
    pub hits: Vec<Hit>,
    /// All of them.
    pub all: Option<Link>,
}

impl HitGroup {
    /// The first matches; `all` leads to every one where there are more.
    fn new(label: &str, mut hits: Vec<Hit>, more: bool, all: Option<Link>) -> Self {
        let more = more || hits.len() > SHOWN;
        hits.truncate(SHOWN);
        let total = if more { format!("more than {}", hits.len()) } else { hits.len().to_string() };
        Self { label: label.to_owned(), total, hits, all: all.filter(|_| more) }
    }
}

/// The results.
#[derive(Debug, Clone, Template)]
#[template(path = "search.html")]
pub struct SearchPage {
    /// Surroundings.
    pub shell: Shell,
    /// What was searched.
    pub q: String,
    /// Groups that have matches.
    pub groups: Vec<HitGroup>,
}

/// What the address says.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
}

/// Most matches shown of one kind.
const SHOWN: usize = 50;
/// As many, as lists take it.
const FETCHED: u32 = 50;

/// Searches what the person may read; an exact number leads straight to its page.
pub async fn show(State(web): State<Web>, me: Me, Query(asked): Query<Asked>) -> Answer {
    let q = asked.q.trim().to_owned();
    if let Some(there) = exact(&web, &me, &q.to_uppercase()).await {
        return Ok(see_other(&there));
    }
    let mut groups = Vec::new();
    if !q.is_empty() {
        groups = vec![
            products(&web, &me, &q).await?,
            records(&web, &me, &q).await?,
            findings(&web, &me, &q).await?,
            components(&web, &me, &q).await?,
            clauses(&web, &me, &q).await?,
        ];
        groups.retain(|group| !group.hits.is_empty());
    }
    let mut shell = me.shell("Search", Area::Other);
    shell.crumbs = vec![Crumb::here("Search")];
    Ok(respond::page(&SearchPage { shell, q, groups }))
}

/// The page of a record, a finding or a piece of evidence by its number.
async fn exact(web: &Web, me: &Me, number: &str) -> Option<String> {
    let (prefix, _) = number.split_once('-')?;
    match prefix {
        "FIND" => {
            let found = findings::page(web.app(), me.who(), number).await.ok()?.row;
            Some(urls::finding(&found.product, &found.release, &found.reference))
        }
        "EVID" => {
            let paging = Paging { after: None, limit: 1 };
            let found = evidence::page(web.app(), me.who(), number, &paging).await.ok()?;
            Some(urls::evidence(&found.row.reference))
        }
        _ => {
            let found = records::record(web.app(), me.who(), number, None).await.ok()?;
            Some(urls::record(&found.record.reference))
        }
    }
}

/// Products and releases whose key or name holds every word.
async fn products(web: &Web, me: &Me, q: &str) -> Result<HitGroup, ServiceError> {
    let words: Vec<String> = q.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let fits = |text: String| words.iter().all(|word| text.to_lowercase().contains(word));
    let paging = Paging { after: None, limit: MOST };
    let all = products::products(web.app(), me.who(), &paging).await?;
    let mut releases = products::releases(web.app(), me.who(), None, &paging).await?;
    releases.items.sort_by(|one, other| {
        one.product.cmp(&other.product).then_with(|| products::by_version(&other.name, &one.name))
    });
    let more = all.next.is_some() || releases.next.is_some();
    let mut hits: Vec<Hit> = all
        .items
        .iter()
        .filter(|row| fits(format!("{} {}", row.key, row.name)))
        .map(|row| Hit {
            link: Link::new(&row.name, urls::product(&row.key)),
            about: "Product".to_owned(),
            state: None,
        })
        .collect();
    let names = products::names(web.app(), releases.items.iter().map(|row| row.product.as_str())).await?;
    let called = |row: &products::ReleaseView| {
        format!("{} {}", names.get(&row.product).unwrap_or(&row.product), row.name)
    };
    let release = |row: &products::ReleaseView| Hit {
        link: Link::new(called(row), urls::release(&row.product, &row.name, "conformity")),
        about: "Release".to_owned(),
        state: None,
    };
    let releases = releases.items.iter().filter(|row| fits(format!("{} {}", row.product, called(row))));
    hits.extend(releases.map(release));
    let more = more && !hits.is_empty();
    Ok(HitGroup::new("Products and releases", hits, more, Some(Link::new("All products", "/products"))))
}

async fn records(web: &Web, me: &Me, q: &str) -> Result<HitGroup, ServiceError> {
    let input = ListInput { query: q.to_owned(), limit: FETCHED, ..ListInput::default() };
    let found = records::list(web.app(), me.who(), &input).await?;
    let hits = found.rows.iter().map(|row| hit(web, row)).collect();
    let all = Link::new("All records that match", urls::with_query("/records", &[("q", q)]));
    Ok(HitGroup::new("Records", hits, found.next.is_some(), Some(all)))
}

async fn findings(web: &Web, me: &Me, q: &str) -> Result<HitGroup, ServiceError> {
    let input = ListFindings {
        query: q.to_owned(),
        paging: Paging { after: None, limit: FETCHED },
        ..ListFindings::default()
    };
    let found = findings::list(web.app(), me.who(), &input).await?.page;
    let names = products::names(web.app(), found.items.iter().map(|row| row.product.as_str())).await?;
    let place = |row: &findings::FindingRow| {
        format!("{}, {} {}", row.component, names.get(&row.product).unwrap_or(&row.product), row.release)
    };
    let hit = |row: &findings::FindingRow| Hit {
        link: Link::new(
            format!("{} {}", row.reference, row.vulnerability),
            urls::finding(&row.product, &row.release, &row.reference),
        ),
        about: match super::findings::standing(row.standing) {
            "" => place(row),
            note => format!("{}, {note}", place(row)),
        },
        state: Some(super::findings::state(&row.state).into()),
    };
    let all = Link::new("All findings that match", urls::with_query("/findings", &[("q", q)]));
    Ok(HitGroup::new("Findings", found.items.iter().map(hit).collect(), found.next.is_some(), Some(all)))
}

async fn components(web: &Web, me: &Me, q: &str) -> Result<HitGroup, ServiceError> {
    let input = SearchComponents {
        query: q.to_owned(),
        fielded: false,
        with_findings: false,
        order: Order::Key,
        paging: Paging { after: None, limit: FETCHED },
    };
    let found = findings::search_components(web.app(), me.who(), &input).await?;
    let names = products::names(web.app(), found.items.iter().map(|placed| placed.product.as_str())).await?;
    let hit = |placed: &findings::PlacedComponent| {
        let (product, release, row) = (&placed.product, &placed.release, &placed.component);
        let list = urls::release(product, release, "components");
        Hit {
            link: Link::new(&row.key, urls::with_query(&list, &[("q", &row.key)])),
            about: format!("{} {release}", names.get(product).unwrap_or(product)),
            state: None,
        }
    };
    let all = Link::new("All components that match", urls::with_query("/components", &[("q", q)]));
    Ok(HitGroup::new("Components", found.items.iter().map(hit).collect(), found.next.is_some(), Some(all)))
}

async fn clauses(web: &Web, me: &Me, q: &str) -> Result<HitGroup, ServiceError> {
    let pack = theriac_service::gate::pack(web.app()).await?;
    let word = q.to_lowercase();
    let fits = pack
        .clauses
        .iter()
        .filter(|clause| clause.number == q || clause.title.to_lowercase().contains(&word));
    // A clause is judged in a release: the newest that the person may see.
    let releases = theriac_service::gate::releases(web.app(), me.who()).await?;
    let newest = releases.first();
    let hits = fits.map(|clause| Hit {
        link: Link::new(
            format!("{} {}", clause.number, clause.title),
            newest.map_or_else(
                || urls::with_query("/records", &[("q", &clause.number)]),
                |row| urls::clause(&row.product, &row.release, &clause.number),
            ),
        ),
        about: match newest {
            None => clause.duty.clone(),
            Some(row) => format!("In {} {}. {}", row.product_name, row.release, clause.duty),
        },
        state: None,
    });
    Ok(HitGroup::new("Clauses", hits.collect(), false, None))
}

fn hit(web: &Web, row: &records::Listed) -> Hit {
    let kind = web.app().kind(&row.record.kind).map_or(row.record.kind.as_str(), |kind| kind.title);
    Hit {
        link: Link::new(
            format!("{} {}", row.record.reference, row.head.title),
            urls::record(&row.record.reference),
        ),
        about: kind.to_owned(),
        state: Some(state(&row.head.state).into()),
    }
}
