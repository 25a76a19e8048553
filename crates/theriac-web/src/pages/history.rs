//! `/records/{number}/history`: all revisions of a record.

use askama::Template;
use axum::extract::{Path, Query, State};
use theriac_service::{people, records};

use super::record::shell;
use super::records::state;
use super::release::{self, At};
use crate::http::{Answer, Me, Web, see_other};
use crate::parts::{Link, Shell, Status, When};
use crate::{respond, urls};

/// One revision.
#[derive(Debug, Clone)]
pub struct RevisionRow {
    /// Its number, as sent by `from` and `to`.
    pub revision: u32,
    /// Where it leads.
    pub href: String,
    /// State.
    pub state: Status,
    /// Author.
    pub author: String,
    /// When it was submitted.
    pub at: When,
    /// Who signed and with which meaning; may be empty.
    pub signed: Vec<String>,
    /// First digits of its digest.
    pub digest: String,
    /// Difference with the revision before; `None` for the first.
    pub difference: Option<Link>,
}

/// The revisions, newest first. Comparing two sends `from` and `to` by GET to `/records/{number}/compare`.
#[derive(Debug, Clone, Template)]
#[template(path = "history.html")]
pub struct HistoryPage {
    /// Surroundings.
    pub shell: Shell,
    /// Number.
    pub number: String,
    /// Title.
    pub title: String,
    /// Newest first.
    pub revisions: Vec<RevisionRow>,
}

impl HistoryPage {
    fn compare(&self) -> String {
        crate::urls::record_page(&self.number, "compare")
    }
}

/// Shows the revisions.
pub async fn show(
    State(web): State<Web>,
    me: Me,
    Path(number): Path<String>,
    Query(query): Query<At>,
) -> Answer {
    let view = records::record(web.app(), me.who(), &number, None).await?;
    let revisions = records::history(web.app(), me.who(), &number, None).await?;
    let signers = revisions.iter().flat_map(|row| &row.signatures).map(|signature| signature.person);
    let people = revisions.iter().map(|row| row.revision.author).chain(signers);
    let names = people::called(web.app(), people.collect::<Vec<_>>()).await?;
    let name = |id: i64| names.get(&id).cloned().unwrap_or_default();
    let row = |row: &records::RevisionView| RevisionRow {
        revision: u32::try_from(row.revision.number).unwrap_or_default(),
        href: urls::record_page(&number, &row.revision.number.to_string()),
        state: state(&row.revision.state).into(),
        author: name(row.revision.author),
        at: me.when(row.revision.at),
        signed: row
            .signatures
            .iter()
            .map(|one| signed(&name(one.person), &one.meaning, &one.comment))
            .collect(),
        digest: row.revision.digest.short(),
        difference: (row.revision.number > 1).then(|| {
            let range = format!("{}..{}", row.revision.number - 1, row.revision.number);
            Link::new("What changed", urls::record_page(&number, &range))
        }),
    };
    let mut shell = shell(&me, &number, view.kind, "History");
    release::only_today(&mut shell, "All revisions", &urls::record_page(&number, "history"), query.day(&me)?);
    let page = HistoryPage {
        shell,
        title: view.head.title.clone(),
        revisions: revisions.iter().map(row).collect(),
        number,
    };
    Ok(respond::page(&page))
}

/// Who signed, with which meaning, and what they added.
fn signed(who: &str, meaning: &str, comment: &str) -> String {
    let added = if comment.is_empty() { String::new() } else { format!(" (comment: {comment})") };
    format!("{who}: {meaning}{added}")
}

/// The two revisions to compare.
#[derive(Debug, serde::Deserialize)]
pub struct Two {
    from: i64,
    to: i64,
}

/// Leads to the comparison of two revisions.
pub async fn compare(_: Me, Path(number): Path<String>, Query(two): Query<Two>) -> Answer {
    let (older, newer) = (two.from.min(two.to), two.from.max(two.to));
    Ok(see_other(&urls::record_page(&number, &format!("{older}..{newer}"))))
}
