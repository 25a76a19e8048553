//! `/records?kind=&product=&release=&state=&q=&sort=&after=`: records of one kind or of all.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use theriac_model::record::{Field, FieldType, Kind};
use theriac_service::records::{self, ListInput, Order, states};
use theriac_service::{ServiceError, people, products};

use super::names::Names;
use super::release::{self, At};
use crate::http::{Answer, Me, Web};
use crate::parts::{
    Action, Area, Choice, Column, Crumb, Due, Empty, Filters, Link, Pager, Shell, Sort, Status, StatusKind,
    TableHead, When,
};
use crate::{respond, urls};

/// One record.
#[derive(Debug, Clone)]
pub struct RecordRow {
    /// Number, such as "RISK-12".
    pub number: String,
    /// Title.
    pub title: String,
    /// Where it leads.
    pub href: String,
    /// What lists show of it besides, such as "Impact: 3" and "Treatment: reduce".
    pub about: Vec<String>,
    /// Kind, such as "Risk".
    pub kind: String,
    /// State of the latest revision, or draft.
    pub state: Status,
    /// Suspect links; none when there are none.
    pub suspect: Option<Status>,
    /// Organisation, product or release.
    pub scope: String,
    /// Owner; may be empty.
    pub owner: String,
    /// Its next date.
    pub due: Option<Due>,
    /// When the latest revision or draft was written.
    pub changed: When,
}

/// A list of records.
#[derive(Debug, Clone, Template)]
#[template(path = "records.html")]
pub struct RecordsPage {
    /// Surroundings.
    pub shell: Shell,
    /// Such as "Risks of Lumen Gateway".
    pub heading: String,
    /// What the kind is for and which clauses ask for it; may be empty.
    pub about: String,
    /// Such as "New risk".
    pub actions: Vec<Action>,
    /// Filter form.
    pub filters: Filters,
    /// Head: record, kind, state, scope, owner, due, changed.
    pub head: TableHead,
    /// The records shown.
    pub rows: Vec<RecordRow>,
    /// Paging.
    pub pager: Pager,
    /// Said instead when there is none.
    pub empty: Empty,
}

/// What the address says.
#[derive(Debug, Default, Clone, serde::Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    kind: String,
    product: String,
    release: String,
    state: String,
    owner: String,
    suspect: String,
    waits: String,
    sort: String,
    after: String,
    format: String,
}

fn given(text: &str) -> Option<String> {
    Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}

impl Asked {
    fn input(&self) -> Result<ListInput, ServiceError> {
        Ok(ListInput {
            product: given(&self.product),
            release: given(&self.release),
            kind: given(&self.kind),
            state: given(&self.state),
            owner: given(&self.owner),
            suspect: !self.suspect.is_empty(),
            to_approve: !self.waits.is_empty(),
            query: self.q.clone(),
            order: if self.sort.is_empty() { Order::Number } else { self.sort.parse()? },
            after: given(&self.after),
            limit: 50,
        })
    }

    /// This list with something else asked.
    fn with(&self, name: &str, value: &str) -> String {
        let mut pairs = vec![
            ("q", self.q.as_str()),
            ("kind", &self.kind),
            ("product", &self.product),
            ("release", &self.release),
            ("state", &self.state),
            ("owner", &self.owner),
            ("suspect", &self.suspect),
            ("waits", &self.waits),
            ("sort", &self.sort),
        ];
        pairs.retain(|(key, _)| *key != name);
        pairs.push((name, value));
        urls::with_query("/records", &pairs)
    }
}

/// The status word of a record's state.
pub fn state(state: &str) -> StatusKind {
    match state {
        states::IN_REVIEW => StatusKind::InReview,
        states::APPROVED => StatusKind::Approved,
        states::SENT_BACK => StatusKind::SentBack,
        states::RETIRED => StatusKind::Retired,
        states::WITHDRAWN => StatusKind::Withdrawn,
        _ => StatusKind::Draft,
    }
}

/// Shows records, or gives them as a file.
pub async fn show(
    State(web): State<Web>,
    me: Me,
    Query(asked): Query<Asked>,
    Query(query): Query<At>,
) -> Answer {
    let input = asked.input()?;
    if asked.format == "json" {
        return Ok(file(&records::export(web.app(), me.who(), &input).await?)?);
    }
    let listing = records::list(web.app(), me.who(), &input).await?;
    let rows = rows(&web, &me, &listing).await?;
    let kind = web.app().kind(&asked.kind);
    let names = products::names(web.app(), given(&asked.product).as_deref()).await?;
    let heading = heading(kind, &asked, names.get(asked.product.trim()));
    let mut shell = me.shell(&heading, Area::Records);
    shell.crumbs = vec![Crumb::here("Records")];
    shell.api = Some("/api/v1/records".to_owned());
    release::only_today(&mut shell, "Records", &asked.with("after", &asked.after), query.day(&me)?);
    let new = urls::with_query(
        "/records/new",
        &[("kind", &asked.kind), ("product", &asked.product), ("release", &asked.release)],
    );
    let label = kind.map_or("New record".to_owned(), |kind| format!("New {}", kind.title.to_lowercase()));
    let export = Action::open("Export as JSON", asked.with("format", "json"));
    let begin = new_record(&web, &me, &label, &new, kind).map(Action::main);
    let page = RecordsPage {
        shell,
        heading,
        about: kind
            .map(|kind| format!("{} Asked for by {}.", kind.purpose, kind.clauses.join(", ")))
            .unwrap_or_default(),
        actions: std::iter::once(export).chain(begin).collect(),
        filters: filters(&web, &asked),
        head: head(&asked, input.order),
        pager: Pager {
            shown: format!("{} shown", rows.len()),
            first: given(&asked.after).map(|_| asked.with("after", "")),
            next: listing.next.map(|next| Link::new("Next 50", asked.with("after", &next))),
            exports: Vec::new(),
        },
        empty: empty(&asked, kind, new_record(&web, &me, "Write the first one", &new, kind)),
        rows,
    };
    Ok(respond::page(&page))
}

/// What is said where the list is empty: that nothing fits what was asked for, or what belongs there.
fn empty(asked: &Asked, kind: Option<&'static Kind>, first: Option<Action>) -> Empty {
    if !asked.waits.is_empty() {
        let about = "What is in review, of a kind and in a place where you approve, and not written by you, appears here.";
        return Empty::new(
            "Nothing waits for your approval",
            about,
            vec![Action::open("All records", "/records")],
        );
    }
    let restricted =
        [&asked.q, &asked.state, &asked.owner, &asked.suspect].iter().any(|text| !text.is_empty());
    if restricted {
        let about = "Take a filter away to see more.";
        return Empty::new(
            "No record fits these filters",
            about,
            vec![Action::open("Clear the filters", "/records")],
        );
    }
    let purpose = "Records are what people write and answer for: responsibilities, policies, risks, reviews.";
    Empty::new("No record here", kind.map_or(purpose, |kind| kind.purpose), first.into_iter().collect())
}

/// The kind, and of what.
fn heading(kind: Option<&'static Kind>, asked: &Asked, product: Option<&String>) -> String {
    let plural = kind.map_or("Records", |kind| kind.plural);
    match product {
        None => plural.to_owned(),
        Some(product) => format!("{plural} of {}", format!("{product} {}", asked.release).trim()),
    }
}

async fn rows(web: &Web, me: &Me, listing: &records::Listing) -> Result<Vec<RecordRow>, ServiceError> {
    let keys = people::keys(web.app(), listing.rows.iter().filter_map(|row| row.head.owner)).await?;
    let named = listing.rows.iter().flat_map(|row| shown_fields(web, row));
    let named = named.filter(|(field, _)| field.field_type == FieldType::Person).map(|(_, key)| key);
    let names = Names::people(web, keys.values().chain(named)).await?;
    let records = || listing.rows.iter().map(|row| &row.record);
    let (products, releases) =
        (records().filter_map(|row| row.product), records().filter_map(|row| row.release));
    let places = products::places(web.app(), products, releases).await?;
    let row = |row: &records::Listed| {
        let kind = web.app().kind(&row.record.kind);
        let owner = row.head.owner.and_then(|id| keys.get(&id));
        RecordRow {
            number: row.record.reference.clone(),
            title: row.head.title.clone(),
            href: urls::record(&row.record.reference),
            about: about(web, row, &names),
            kind: kind.map_or_else(|| row.record.kind.clone(), |kind| kind.title.to_owned()),
            state: state(&row.head.state).into(),
            suspect: (row.suspect > 0)
                .then(|| Status::saying(StatusKind::Suspect, format!("{} suspect", row.suspect))),
            scope: place(&places, row.record.product, row.record.release),
            owner: owner.map(|key| names.person(key)).unwrap_or_default(),
            due: row.head.due.map(|day| me.due(day)),
            changed: me.when(row.head.changed_at),
        }
    };
    Ok(listing.rows.iter().map(row).collect())
}

/// The fields of a record that lists show and that no column of its own shows, in the order of its kind.
fn shown_fields<'a>(
    web: &Web,
    row: &'a records::Listed,
) -> impl Iterator<Item = (&'static Field, &'a String)> + use<'a> {
    let kind = web.app().kind(&row.record.kind);
    let fields = kind.into_iter().flat_map(|kind| {
        let in_column = move |field: &&Field| {
            ["title", "owner"].contains(&field.id)
                || kind.duties.iter().any(|duty| [duty.date, duty.owner].contains(&field.id))
        };
        kind.fields.iter().filter(move |field| !in_column(field))
    });
    fields.filter_map(|field| {
        let text = row.fields.iter().find(|(id, _)| id == field.id);
        text.map(|(_, text)| (field, text))
    })
}

/// What lists show of a record besides its columns.
fn about(web: &Web, row: &records::Listed, names: &Names) -> Vec<String> {
    let said = |(field, text): (&Field, &String)| match field.field_type {
        FieldType::Person => format!("{}: {}", field.label, names.person(text)),
        _ => format!("{}: {text}", field.label),
    };
    shown_fields(web, row).map(said).collect()
}

fn file(records: &records::ExportFile) -> Result<Response, ServiceError> {
    let text =
        serde_json::to_string_pretty(records).map_err(|error| ServiceError::Internal(error.to_string()))?;
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"records.json\""),
    ];
    Ok((headers, text).into_response())
}

/// Beginning a record: offered to who writes something, and told to who does not write this kind.
pub(super) fn new_record(web: &Web, me: &Me, label: &str, href: &str, kind: Option<&Kind>) -> Option<Action> {
    let mine = records::kinds_to_write(web.app(), me.who());
    if mine.is_empty() {
        return None;
    }
    let may = kind.is_none_or(|kind| mine.iter().any(|one| one.id == kind.id));
    Some(if may { Action::open(label, href) } else { Action::blocked(label, super::record_new::NOT_YOURS) })
}

/// Most pages of people read for one list.
const PEOPLE_PAGES_MAX: usize = 50;

/// Everybody, by key.
pub(super) async fn everybody(web: &Web, me: &Me) -> Result<Vec<people::PersonView>, ServiceError> {
    let mut all = Vec::new();
    let mut paging = theriac_service::Paging { limit: 200, after: None };
    for _ in 0..PEOPLE_PAGES_MAX {
        let page = people::people(web.app(), me.who(), &paging).await?;
        all.extend(page.items);
        match page.next {
            None => break,
            next => paging.after = next,
        }
    }
    Ok(all)
}

fn place(places: &products::Places, product: Option<i64>, release: Option<i64>) -> String {
    let Some(product) = product else { return "Organisation".to_owned() };
    let product = places.names.get(&product).cloned().unwrap_or_default();
    match release.and_then(|release| places.releases.get(&release)) {
        None => product,
        Some(release) => format!("{product} {release}"),
    }
}

fn filters(web: &Web, asked: &Asked) -> Filters {
    let kinds = std::iter::once(Choice::new("", "All kinds", &asked.kind));
    let kinds =
        kinds.chain(web.app().kinds().iter().map(|kind| Choice::new(kind.id, kind.title, &asked.kind)));
    let all = std::iter::once(Choice::new("", "All states", &asked.state));
    let all = all.chain(states::ALL.iter().map(|word| Choice::new(*word, *word, &asked.state)));
    let suspect = vec![
        Choice::new("", "All links", &asked.suspect),
        Choice::new("yes", "With a suspect link", &asked.suspect),
    ];
    let waits = vec![
        Choice::new("", "For anybody", &asked.waits),
        Choice::new("approval", "For my approval", &asked.waits),
    ];
    let keep = [("product", &asked.product), ("release", &asked.release), ("sort", &asked.sort)];
    let set = [&asked.q, &asked.kind, &asked.state, &asked.suspect, &asked.waits, &asked.product]
        .iter()
        .any(|text| !text.is_empty());
    Filters {
        action: "/records".to_owned(),
        of: "records".to_owned(),
        q: asked.q.clone(),
        placeholder: "Number, title, words".to_owned(),
        selects: vec![
            ("kind".to_owned(), "Kind".to_owned(), kinds.collect()),
            ("state".to_owned(), "State".to_owned(), all.collect()),
            ("suspect".to_owned(), "Links".to_owned(), suspect),
            ("waits".to_owned(), "Waiting".to_owned(), waits),
        ],
        date: None,
        keep: keep
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| ((*name).to_owned(), (*value).clone()))
            .collect(),
        clear: set.then(|| "/records".to_owned()),
    }
}

fn head(asked: &Asked, order: Order) -> TableHead {
    let sorted = |by: Order| {
        let href = asked.with("sort", by.as_str());
        match (by == order, by) {
            (true, Order::Changed) => Sort::Descending(href),
            (true, _) => Sort::Ascending(href),
            (false, _) => Sort::Other(href),
        }
    };
    TableHead::new(vec![
        Column::new("Record").grow().sort(sorted(Order::Number)),
        Column::new("Kind"),
        Column::new("State"),
        Column::new("For"),
        Column::new("Owner"),
        Column::new("Due").sort(sorted(Order::Due)),
        Column::new("Changed").sort(sorted(Order::Changed)),
    ])
}
