//! `/audit?q=&who=&what=&from=`: the audit log.

use askama::Template;
use axum::extract::{Query, State};
use theriac_service::audit::{self, Entries, EntryView};
use theriac_service::{Paging, ServiceError};

use super::names::Names;
use super::{acts, count};
use crate::http::{Answer, Me, Web};
use crate::parts::{
    Action, Area, Choice, Column, Crumb, Empty, Fact, Facts, Filters, Link, Note, Pager, Shell, TableHead,
    When,
};
use crate::{respond, urls};

/// One entry.
#[derive(Debug, Clone)]
pub struct AuditRow {
    /// Its sequence.
    pub sequence: u64,
    /// When it was recorded.
    pub at: When,
    /// Person, token or system.
    pub who: String,
    /// From where: address or "command line"; may be empty.
    pub from: String,
    /// What was done, in words.
    pub what: String,
    /// To what it was done.
    pub object: Option<Link>,
    /// Whether the attempt was refused.
    pub refused: bool,
    /// First digits of the digests before and after; may be empty.
    pub before: String,
    /// After.
    pub after: String,
    /// First digits of the digest of the entry itself.
    pub digest: String,
}

/// The audit log.
#[derive(Debug, Clone, Template)]
#[template(path = "audit.html")]
pub struct AuditPage {
    /// Surroundings.
    pub shell: Shell,
    /// Such as "Export the log".
    pub actions: Vec<Action>,
    /// Whether the chain verifies, and since when it is not anchored.
    pub notes: Vec<Note>,
    /// Head of the chain: sequence, digest, last checkpoint, anchor, key.
    pub facts: Facts,
    /// Filter form.
    pub filters: Filters,
    /// What all entries shown speak of, where it is named by id; leads to the list without that.
    pub about: Option<Link>,
    /// Head of the table: entry, when, who, what, before and after, digest.
    pub head: TableHead,
    /// Newest first.
    pub rows: Vec<AuditRow>,
    /// Paging.
    pub pager: Pager,
    /// Said instead when the filter finds none.
    pub empty: Empty,
}

/// What the address says.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    /// What the program names by id, such as `token:914`: shown by what people call it, not in the search field.
    about: String,
    what: String,
    after: String,
    from: String,
}

/// Shows the audit log, newest first.
pub async fn show(State(web): State<Web>, me: Me, Query(asked): Query<Asked>) -> Answer {
    let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let asked = by_id(asked);
    let subject = given(&asked.q).or_else(|| given(&asked.about));
    let filter = Entries { person: None, action: given(&asked.what), subject };
    // `from` names an entry that the page must show: the page begins right above it.
    let after = match asked.from.parse::<i64>() {
        Ok(sequence) => Some((sequence + 1).to_string()),
        Err(_) => given(&asked.after),
    };
    let paging = Paging { after: after.clone(), limit: 100 };
    let page = audit::entries(web.app(), me.who(), &filter, &paging).await?;
    let head = page.items.first().map(|row| (row.entry.seq, row.hash));
    let people = page.items.iter().flat_map(|row| [&row.actor, &row.subject]);
    let names = Names::people(&web, people).await?;
    let rows: Vec<AuditRow> = page.items.iter().map(|row| self::row(&me, row, &names)).collect();
    let mut shell = me.shell("Audit log", Area::Audit);
    shell.crumbs = vec![Crumb::here("Audit log")];
    shell.api = Some("/api/v1/audit".to_owned());
    let link = |after: &str| {
        urls::with_query(
            "/audit",
            &[("q", &asked.q), ("about", &asked.about), ("what", &asked.what), ("after", after)],
        )
    };
    let filtered = [&asked.q, &asked.about, &asked.what].iter().any(|text| !text.is_empty());
    let page = AuditPage {
        shell,
        actions: Vec::new(),
        notes: Vec::new(),
        facts: facts(head.filter(|_| after.is_none() && !filtered)),
        filters: filters(&asked, filtered),
        about: about(&web, &me, &asked).await?,
        head: TableHead::new(vec![
            Column::new("Entry").num(),
            Column::new("When"),
            Column::new("Who"),
            Column::new("What").grow(),
            Column::new("Before and after"),
            Column::new("Hash"),
        ]),
        pager: Pager {
            shown: format!("{} shown, newest first", rows.len()),
            first: after.map(|_| link("")),
            next: page.next.map(|next| Link::new("Earlier entries", link(&next))),
            exports: Vec::new(),
        },
        empty: Empty::new(
            "No entry fits",
            "Every change and every refused attempt has an entry.",
            Vec::new(),
        ),
        rows,
    };
    Ok(respond::page(&page))
}

/// An older address named what has an id in the search field.
fn by_id(asked: Asked) -> Asked {
    let has_id = |name: &str| {
        let id = name.split_once(':').map(|(_, id)| id);
        id.is_some_and(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()))
    };
    if !has_id(&asked.q) {
        return asked;
    }
    Asked { about: asked.q, q: String::new(), ..asked }
}

async fn about(web: &Web, me: &Me, asked: &Asked) -> Result<Option<Link>, ServiceError> {
    if asked.about.is_empty() {
        return Ok(None);
    }
    let called = audit::called(web.app(), me.who(), &asked.about).await?;
    let names = Names::people(web, [&called]).await?;
    let all = urls::with_query("/audit", &[("q", &asked.q), ("what", &asked.what)]);
    Ok(Some(Link::new(names.person(&called), all)))
}

/// The head of the log, where the page shows it, and how it is verified.
fn facts(head: Option<(i64, theriac_model::Digest)>) -> Facts {
    let Some((sequence, hash)) = head else {
        return vec![Fact::text("Verify", "theriac audit verify")].into();
    };
    vec![
        Fact::text("Last entry", sequence.to_string()),
        Fact::code("Its hash", hash.to_string()),
        Fact::code("Verify", "theriac audit export FILE; theriac audit verify FILE"),
    ]
    .into()
}

fn filters(asked: &Asked, filtered: bool) -> Filters {
    let all = std::iter::once(Choice::new("", "All acts", &asked.what));
    let whats = all.chain(acts::all().into_iter().map(|(act, words)| Choice::new(act, words, &asked.what)));
    Filters {
        action: "/audit".to_owned(),
        of: "entries".to_owned(),
        q: asked.q.clone(),
        placeholder: "Number, such as RISK-12".to_owned(),
        selects: vec![("what".to_owned(), "Act".to_owned(), whats.collect())],
        date: None,
        keep: [&asked.about]
            .into_iter()
            .filter(|about| !about.is_empty())
            .map(|about| ("about".to_owned(), about.clone()))
            .collect(),
        clear: filtered.then(|| "/audit".to_owned()),
    }
}

fn row(me: &Me, row: &EntryView, names: &Names) -> AuditRow {
    let entry = &row.entry;
    let first = entry.changes.first();
    let short =
        |digest: Option<theriac_model::Digest>| digest.map(|digest| digest.short()).unwrap_or_default();
    let more = entry.changes.len().saturating_sub(1);
    let act = acts::words(&entry.action);
    let what = match &row.refused {
        Some(reason) => format!("{act}: {reason}"),
        None if more > 0 => format!("{act}, and {}", count(more, "more change")),
        None => act,
    };
    AuditRow {
        sequence: u64::try_from(entry.seq).unwrap_or_default(),
        at: me.when(entry.at),
        who: names.person(&row.actor),
        from: entry.via.clone(),
        what,
        object: object(row, names),
        refused: row.refused.is_some(),
        before: short(first.and_then(|change| change.before)),
        after: short(first.and_then(|change| change.after)),
        digest: row.hash.short(),
    }
}

/// What the first change of an entry was made to, leading to it.
pub(super) fn object(row: &EntryView, names: &Names) -> Option<Link> {
    let change = row.entry.changes.first()?;
    let href = match change.subject.starts_with("person:") && row.subject != change.subject {
        true => urls::person(&row.subject),
        false => subject(&change.subject),
    };
    Some(Link::new(names.person(&row.subject), href))
}

/// Where the subject of a change is shown.
fn subject(name: &str) -> String {
    match name.split_once('-') {
        Some(("EVID", _)) => urls::evidence(name),
        Some(("FIND", _)) => urls::with_query("/findings", &[("q", name)]),
        Some((prefix, _)) if prefix.chars().all(|c| c.is_ascii_uppercase()) => urls::record(name),
        _ => urls::with_query("/audit", &[("about", name)]),
    }
}
