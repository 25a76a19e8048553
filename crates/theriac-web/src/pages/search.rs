//! `/search?q=`: what matches, grouped by kind. An exact number leads straight to its page.

use askama::Template;
use axum::extract::{Query, State};
use theriac_service::records::{self, ListInput};

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
    /// How many there are in all.
    pub total: u32,
    /// The first of them.
    pub hits: Vec<Hit>,
    /// All of them.
    pub all: Option<Link>,
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

/// Searches; an exact number of a record leads straight to it.
pub async fn show(State(web): State<Web>, me: Me, Query(asked): Query<Asked>) -> Answer {
    let q = asked.q.trim().to_owned();
    let number = q.to_uppercase();
    if number.contains('-') && records::record(web.app(), me.who(), &number, None).await.is_ok() {
        return Ok(see_other(&urls::record(&number)));
    }
    let mut groups = Vec::new();
    if !q.is_empty() {
        let input = ListInput { query: q.clone(), limit: 50, ..ListInput::default() };
        let found = records::list(web.app(), me.who(), &input).await?;
        let hits: Vec<Hit> = found.rows.iter().map(|row| hit(&web, row)).collect();
        if !hits.is_empty() {
            groups.push(HitGroup {
                label: "Records".to_owned(),
                total: u32::try_from(hits.len()).unwrap_or(u32::MAX),
                hits,
                all: found
                    .next
                    .map(|_| Link::new("All records that match", urls::with_query("/records", &[("q", &q)]))),
            });
        }
        let clauses: Vec<Hit> = theriac_service::gate::pack(web.app())
            .await?
            .clauses
            .iter()
            .filter(|clause| clause.number == q || clause.title.to_lowercase().contains(&q.to_lowercase()))
            .take(20)
            .map(|clause| Hit {
                link: Link::new(
                    format!("{} {}", clause.number, clause.title),
                    urls::with_query("/records", &[("q", &clause.number)]),
                ),
                about: clause.duty.clone(),
                state: None,
            })
            .collect();
        if !clauses.is_empty() {
            let total = u32::try_from(clauses.len()).unwrap_or(u32::MAX);
            groups.push(HitGroup { label: "Clauses".to_owned(), total, hits: clauses, all: None });
        }
    }
    let mut shell = me.shell("Search", Area::Other);
    shell.crumbs = vec![Crumb::here("Search")];
    Ok(respond::page(&SearchPage { shell, q, groups }))
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
