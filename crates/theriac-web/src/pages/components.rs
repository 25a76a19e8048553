//! `/products/{product}/releases/{release}/components`: what the software is made of. What every list of components
//! shares is here too; the one over all releases is `components_everywhere`.

use askama::Template;
use axum::extract::{Path, Query, State};
use theriac_auth::{Permission, ProductId, Scope};
use theriac_conformity::facts::words::EvidenceKind;
use theriac_service::evidence::{self, ListEvidence};
use theriac_service::findings::{
    self, Change, ComponentList, ComponentRow as Row, DISPOSITIONS, ListComponents, Order, Since,
};
use theriac_service::{Paging, ServiceError, products};

use super::release::{self, At};
use super::{count, error_at};
use crate::http::{Answer, Form, Me, Web};
use crate::parts::{
    Action, Choice, Column, Due, Empty, Errors, Field, Filters, Input, Link, Note, Pager, Shell, Sort,
    Status, StatusKind, TableHead, When,
};
use crate::{respond, urls};

/// One component.
#[derive(Debug, Clone)]
pub struct ComponentRow {
    /// Name and version, leading to the component in the list.
    pub component: Link,
    /// Its purl, CPE or other identity; may be empty.
    pub identity: String,
    /// The software item whose class it inherits.
    pub item: Option<Link>,
    /// Maintained, supported, required; empty when no item covers it.
    pub class: String,
    /// End of support; `None` when not stated.
    pub support_end: Option<Due>,
    /// Licence expression; may be empty.
    pub licence: String,
    /// Findings, leading to them.
    pub findings: Option<Link>,
    /// Against the release compared with: added, changed ("was 2.4.1"); `None` when the same.
    pub change: Option<Status>,
    /// Version before, such as "was 2.4.1"; may be empty.
    pub was: String,
    /// The release it is part of; only on the list over all releases.
    pub release: Option<Link>,
}

/// One component that could not be matched.
#[derive(Debug, Clone)]
pub struct UnmatchedRow {
    /// Value of the checkbox.
    pub key: String,
    /// Whether the box is ticked, after a form that was refused.
    pub chosen: bool,
    /// Name and version.
    pub name: String,
    /// Identity as delivered; may be empty.
    pub identity: String,
    /// Why it could not be matched.
    pub why: String,
    /// Unmatched or disposed of.
    pub state: Status,
    /// The disposal: what was decided, why and by whom; empty when there is none.
    pub disposal: String,
}

/// The components that could not be matched, and the form that disposes of many at once. It sends `csrf`,
/// `expected`, `component` (repeated) or `all=true`, `disposition`, `reason`.
#[derive(Debug, Clone, Default)]
pub struct Unmatched {
    /// How many there are, and how many still await a disposal.
    pub total: u32,
    /// Awaiting a disposal.
    pub open: u32,
    /// Those shown.
    pub rows: Vec<UnmatchedRow>,
    /// Paging of the list.
    pub pager: Pager,
    /// Where the form goes.
    pub action: String,
    /// Digest of the list as shown.
    pub expected: String,
    /// `disposition` and `reason`.
    pub fields: Vec<Field>,
    /// Why the form was refused, where that is not about a field.
    pub refused: Option<Note>,
    /// Why the person may not dispose; empty when they may.
    pub blocked: String,
}

impl Unmatched {
    fn errors(&self) -> Errors {
        Errors::of(&self.fields)
    }
}

/// What changed against another release.
#[derive(Debug, Clone)]
pub struct Difference {
    /// The release compared with.
    pub against: String,
    /// Added, removed, changed: status, and the count leading to them.
    pub counts: Vec<(Status, Link)>,
    /// How many are the same.
    pub same: Link,
}

/// The components of a release, or of all releases.
#[derive(Debug, Clone, Template)]
#[template(path = "components.html")]
pub struct ComponentsPage {
    /// Surroundings.
    pub shell: Shell,
    /// Such as "Components of 2.4.0".
    pub heading: String,
    /// The SBOM they come from.
    pub source: Option<Link>,
    /// Its format, and how many others there are, such as "CycloneDX 1.6, and 2 others".
    pub source_text: String,
    /// When it was received.
    pub received: Option<When>,
    /// Such as "Upload SBOM".
    pub actions: Vec<Action>,
    /// Figures: number and word.
    pub figures: Vec<(String, String)>,
    /// What could not be matched; `None` on the list over all releases.
    pub unmatched: Option<Unmatched>,
    /// Filter form.
    pub filters: Filters,
    /// Head of the table.
    pub head: TableHead,
    /// The components shown.
    pub rows: Vec<ComponentRow>,
    /// Paging.
    pub pager: Pager,
    /// Said instead when there is none.
    pub empty: Empty,
    /// What changed.
    pub difference: Option<Difference>,
}

/// How many unmatched components are shown at once.
const UNMATCHED: u32 = 50;

/// What the address of a release's list says.
#[derive(Debug, Default, Clone, serde::Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    show: String,
    since: String,
    against: String,
    sort: String,
    after: String,
    /// Where the page of the unmatched table begins.
    more: String,
}

const SHOW: [(&str, &str); 5] = [
    ("", "All components"),
    ("matched", "Matched"),
    ("unmatched", "Could not be matched"),
    ("awaiting", "Await a disposal"),
    ("findings", "With open findings"),
];

const SINCE: [(&str, &str, Option<Since>); 4] = [
    ("", "Any change", None),
    ("new", "Added or changed", Some(Since::New)),
    ("gone", "Removed or changed", Some(Since::Gone)),
    ("same", "The same", Some(Since::Same)),
];

const ORDERS: [(&str, Order); 3] =
    [("", Order::Key), ("-component", Order::KeyDown), ("findings", Order::Findings)];

pub(super) fn given(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

pub(super) fn order(word: &str) -> Result<Order, ServiceError> {
    let known = ORDERS.iter().find(|(known, _)| *known == word);
    let wrong = || ServiceError::field("sort", format!("'{word}' is none of: -component, findings"));
    Ok(known.ok_or_else(wrong)?.1)
}

impl Asked {
    fn pairs(&self) -> [(&'static str, &str); 5] {
        [
            ("q", &self.q),
            ("show", &self.show),
            ("since", &self.since),
            ("against", &self.against),
            ("sort", &self.sort),
        ]
    }

    /// The list at `here` with something else asked, from its first page.
    fn with(&self, here: &str, name: &str, value: &str) -> String {
        let mut pairs: Vec<_> = self.pairs().into_iter().filter(|(other, _)| *other != name).collect();
        pairs.push((name, value));
        urls::with_query(here, &pairs)
    }

    fn any(&self) -> bool {
        [&self.q, &self.show, &self.since].iter().any(|text| !text.is_empty())
    }

    fn input(&self, place: (&str, &str), against: Option<String>) -> Result<ListComponents, ServiceError> {
        if !SHOW.iter().any(|(word, _)| *word == self.show) {
            return Err(ServiceError::field(
                "show",
                format!("'{}' is none of the filter's words", self.show),
            ));
        }
        let wrong = || ServiceError::field("since", format!("'{}' is none of: new, gone, same", self.since));
        let (_, _, since) = SINCE.into_iter().find(|(word, ..)| *word == self.since).ok_or_else(wrong)?;
        Ok(ListComponents {
            product: place.0.to_owned(),
            release: place.1.to_owned(),
            matched: match self.show.as_str() {
                "matched" => Some(true),
                "unmatched" => Some(false),
                _ => None,
            },
            awaiting: self.show == "awaiting",
            with_findings: self.show == "findings",
            query: self.q.clone(),
            // Against nothing, nothing has changed since.
            since: since.filter(|_| against.is_some()),
            against,
            order: order(&self.sort)?,
            paging: Paging { after: given(&self.after), limit: 0 },
        })
    }
}

/// Shows the components of a release.
pub async fn show(
    State(web): State<Web>,
    me: Me,
    Path((product, release)): Path<(String, String)>,
    Query(asked): Query<Asked>,
    Query(query): Query<At>,
) -> Answer {
    let mut page =
        page(&web, &me, (&product, &release), &asked, &Form::default(), Refused::default()).await?;
    let here = urls::with_query(&urls::release(&product, &release, "components"), &asked.pairs());
    release::only_today(&mut page.shell, "Components", &here, query.day(&me)?);
    Ok(respond::page(&page))
}

/// Why a disposal was refused.
#[derive(Default)]
pub(super) struct Refused {
    pub(super) note: Option<Note>,
    pub(super) errors: Vec<theriac_model::record::FieldError>,
}

pub(super) async fn page(
    web: &Web,
    me: &Me,
    (product, name): (&str, &str),
    asked: &Asked,
    sent: &Form,
    refused: Refused,
) -> Result<ComponentsPage, ServiceError> {
    let found = products::product(web.app(), me.who(), product).await?;
    let against = match given(&asked.against) {
        None => findings::predecessor(web.app(), me.who(), product, name).await?,
        asked => asked,
    };
    let mut list = findings::components(web.app(), me.who(), &asked.input((product, name), against)?).await?;
    // A release without an SBOM lacks no component: nobody knows what it has.
    list.difference = list.difference.filter(|_| !list.sources.is_empty());
    let here = urls::release(product, name, "components");
    let scope = Scope::Product(ProductId(found.id));
    let mut shell = release::shell(me, (product, &found.name), name, "components");
    shell.api = Some(format!("/api/v1{here}"));
    let (source, source_text, received) = source(web, me, (product, name), &list.sources).await?;
    let gone = asked.since == "gone" && list.difference.is_some();
    let rows = list.page.items.iter().map(|row| compared_row(me, (product, name), &list, gone, row));
    let rows: Vec<ComponentRow> = rows.collect();
    let upload = upload(me, product, name, scope);
    let mut actions: Vec<Action> =
        source.iter().map(|link| Action::open("Download SBOM", format!("{}/file", link.href))).collect();
    actions.push(upload.clone());
    Ok(ComponentsPage {
        shell,
        heading: format!("Components of {name}"),
        source,
        source_text,
        received,
        actions,
        figures: figures(&list),
        unmatched: Some(unmatched(web, me, (product, name), asked, sent, refused).await?),
        filters: filters(web, me, (product, name), asked, &list).await?,
        head: head(asked, &here, list.difference.as_ref().map(|of| of.against.as_str())),
        pager: Pager {
            shown: format!("{} shown, {}", count(rows.len(), "component"), sorted_by(&asked.sort)),
            first: given(&asked.after).map(|_| asked.with(&here, "after", "")),
            next: list.page.next.as_ref().map(|next| Link::new("Next 50", asked.with(&here, "after", next))),
            exports: Vec::new(),
        },
        rows,
        empty: empty(asked, &here, name, upload),
        difference: list.difference.as_ref().map(|of| difference(asked, &here, of)),
    })
}

fn upload(me: &Me, product: &str, release: &str, scope: Scope) -> Action {
    let blocked = me.blocked(Permission::UploadEvidence, scope);
    match blocked.is_empty() {
        true => Action::open("Upload SBOM", urls::release(product, release, "evidence/new")).main(),
        false => Action::blocked("Upload SBOM", blocked),
    }
}

/// The newest of the files that name the components, with its format and when it was received.
async fn source(
    web: &Web,
    me: &Me,
    (product, release): (&str, &str),
    sources: &[String],
) -> Result<(Option<Link>, String, Option<When>), ServiceError> {
    let input = ListEvidence {
        product: product.to_owned(),
        release: release.to_owned(),
        kind: Some(EvidenceKind::Sbom),
        build: None,
        query: String::new(),
        paging: Paging { after: None, limit: 200 },
    };
    let files = evidence::list(web.app(), me.who(), &input).await?.items;
    let Some(newest) = files.into_iter().find(|file| sources.contains(&file.reference)) else {
        return Ok((None, String::new(), None));
    };
    let others = match sources.len() {
        0 | 1 => String::new(),
        more => format!(" and {}", count(more - 1, "other")),
    };
    let link = Link::new(&newest.reference, urls::evidence(&newest.reference));
    Ok((Some(link), format!("{}{others}", newest.format), Some(me.when(newest.recorded_at))))
}

fn figures(list: &ComponentList) -> Vec<(String, String)> {
    if list.total == 0 {
        return Vec::new();
    }
    let all = match &list.difference {
        None => "in all".to_owned(),
        Some(difference) => format!("in all, {} in {}", difference.before, difference.against),
    };
    vec![
        (list.total.to_string(), all),
        (list.unmatched.to_string(), "could not be matched".to_owned()),
        (
            list.awaiting.to_string(),
            if list.awaiting == 1 { "awaits a disposal" } else { "await a disposal" }.to_owned(),
        ),
    ]
}

fn sorted_by(sort: &str) -> &'static str {
    if sort == "findings" { "the most findings first" } else { "by identity" }
}

fn head(asked: &Asked, here: &str, against: Option<&str>) -> TableHead {
    let sort = |word: &str| asked.with(here, "sort", word);
    let mut columns = columns(&asked.sort, sort);
    columns.extend(against.map(|against| Column::new(format!("Since {against}"))));
    TableHead::new(columns)
}

/// The columns that every list of components has; `sort` gives the address of the list in another order.
pub(super) fn columns(sorted: &str, sort: impl Fn(&str) -> String) -> Vec<Column> {
    let by_name = match sorted {
        "" => Sort::Ascending(sort("-component")),
        "-component" => Sort::Descending(sort("")),
        _ => Sort::Other(sort("")),
    };
    let by_findings = match sorted {
        "findings" => Sort::Descending(sort("")),
        _ => Sort::Other(sort("findings")),
    };
    vec![
        Column::new("Component").grow().sort(by_name),
        Column::new("Class"),
        Column::new("Support end"),
        Column::new("Licence"),
        Column::new("Findings").num().sort(by_findings),
    ]
}

/// A component as lists show it; `list` is the list that its name leads to.
pub(super) fn component_row(
    me: &Me,
    (product, release): (&str, &str),
    list: &str,
    row: &Row,
) -> ComponentRow {
    let open = urls::release(product, release, "findings");
    let open = urls::with_query(&open, &[("component", &row.key), ("open", "true")]);
    let item = row.item.as_ref();
    ComponentRow {
        component: Link::new(name(row), urls::with_query(list, &[("q", &row.key)])),
        identity: row.purl.as_ref().or(row.cpe.as_ref()).cloned().unwrap_or_default(),
        item: item.map(|item| {
            Link::new(format!("{} {}", item.reference, item.title), urls::record(&item.reference))
        }),
        class: item.map(class).unwrap_or_default(),
        support_end: item.and_then(|item| item.support_end).map(|day| me.due(day)),
        licence: row.licences.join(", "),
        findings: (row.findings > 0).then(|| Link::new(row.findings.to_string(), open)),
        change: row.change.and_then(changed),
        was: String::new(),
        release: None,
    }
}

/// A component of a release or, when it is gone, of the one compared with.
fn compared_row(
    me: &Me,
    (product, release): (&str, &str),
    list: &ComponentList,
    gone: bool,
    row: &Row,
) -> ComponentRow {
    let other = list.difference.as_ref().map_or(release, |of| of.against.as_str());
    let of = (product, if gone { other } else { release });
    ComponentRow {
        was: was(row, gone),
        ..component_row(me, of, &urls::release(of.0, of.1, "components"), row)
    }
}

fn name(row: &Row) -> String {
    row.version.as_ref().map_or_else(|| row.name.clone(), |version| format!("{} {version}", row.name))
}

fn class(item: &findings::ItemView) -> String {
    match item.state.as_str() {
        "approved" => item.class.clone(),
        state => format!("{}, {state}", item.class),
    }
}

fn changed(change: Change) -> Option<Status> {
    match change {
        Change::Same => None,
        Change::Added => Some(StatusKind::Added.into()),
        Change::Changed => Some(StatusKind::Changed.into()),
        Change::Removed => Some(StatusKind::Removed.into()),
    }
}

/// The versions in the other release, such as "was 2.4.1"; `gone` says that the component itself is of the other one.
fn was(row: &Row, gone: bool) -> String {
    let version = |key: &String| key.rsplit_once('@').map_or(key.clone(), |(_, version)| version.to_owned());
    let versions: Vec<String> = row.was.iter().take(5).map(version).collect();
    match (versions.is_empty(), gone) {
        (true, _) => String::new(),
        (false, true) => format!("now {}", versions.join(", ")),
        (false, false) => format!("was {}", versions.join(", ")),
    }
}

fn difference(asked: &Asked, here: &str, of: &findings::Difference) -> Difference {
    let link = |number: usize, word: &str| {
        Link::new(number.to_string(), format!("{}#list", asked.with(here, "since", word)))
    };
    Difference {
        against: of.against.clone(),
        counts: vec![
            (StatusKind::Added.into(), link(of.added, "new")),
            (StatusKind::Changed.into(), link(of.changed, "new")),
            (StatusKind::Removed.into(), link(of.removed, "gone")),
        ],
        same: link(of.same, "same"),
    }
}

async fn filters(
    web: &Web,
    me: &Me,
    (product, release): (&str, &str),
    asked: &Asked,
    list: &ComponentList,
) -> Result<Filters, ServiceError> {
    let here = urls::release(product, release, "components");
    let show = SHOW.iter().map(|(word, label)| Choice::new(*word, *label, &asked.show));
    let mut selects = vec![("show".to_owned(), "Show".to_owned(), show.collect())];
    if let Some(difference) = &list.difference {
        let since = SINCE.iter().map(|(word, label, _)| Choice::new(*word, *label, &asked.since));
        let paging = Paging { after: None, limit: 200 };
        let mut others = products::releases(web.app(), me.who(), Some(product), &paging).await?.items;
        others.sort_by(|one, other| products::by_version(&other.name, &one.name));
        let others = others.into_iter().filter(|other| other.name != release);
        let others = others
            .map(|other| Choice::new(&other.name, format!("Since {}", other.name), &difference.against));
        selects.push(("since".to_owned(), "Change".to_owned(), since.collect()));
        selects.push(("against".to_owned(), "Compared with".to_owned(), others.collect()));
    }
    Ok(Filters {
        action: here.clone(),
        of: "components".to_owned(),
        q: asked.q.clone(),
        placeholder: "Name, version, purl".to_owned(),
        selects,
        date: None,
        keep: given(&asked.sort).map(|sort| ("sort".to_owned(), sort)).into_iter().collect(),
        clear: asked.any().then_some(here),
    })
}

fn empty(asked: &Asked, here: &str, release: &str, upload: Action) -> Empty {
    if asked.any() {
        let all = vec![Action::open("All components", here)];
        return Empty::new("No component matches", "Change the filter to see others.", all);
    }
    let text = "Clause 5.8.1 asks that each component is matched with advisories, clause 4.3 that it has a class. Hand in \
                an SBOM with every build; CycloneDX and SPDX are read.";
    Empty::new(format!("No SBOM for {release} yet"), text, vec![upload])
}

/// What could not be matched, with the form.
async fn unmatched(
    web: &Web,
    me: &Me,
    (product, release): (&str, &str),
    asked: &Asked,
    sent: &Form,
    refused: Refused,
) -> Result<Unmatched, ServiceError> {
    let whole = findings::unmatched(web.app(), me.who(), product, release).await?;
    let input = ListComponents {
        product: product.to_owned(),
        release: release.to_owned(),
        matched: Some(false),
        paging: Paging { after: given(&asked.more), limit: UNMATCHED },
        ..ListComponents::default()
    };
    let list = findings::components(web.app(), me.who(), &input).await?;
    let found = products::product(web.app(), me.who(), product).await?;
    let chosen = sent.all("component");
    let rows: Vec<UnmatchedRow> =
        list.page.items.iter().map(|row| unmatched_row(me, row, chosen.contains(&row.key))).collect();
    let here = urls::release(product, release, "components");
    Ok(Unmatched {
        total: number(whole.total),
        open: number(whole.open),
        pager: Pager {
            shown: format!("{} of {}, those that await a disposal first", rows.len(), whole.total),
            first: given(&asked.more).map(|_| asked.with(&here, "more", "")),
            next: list
                .page
                .next
                .map(|next| Link::new(format!("Next {UNMATCHED}"), asked.with(&here, "more", &next))),
            exports: Vec::new(),
        },
        rows,
        action: format!("{here}/dispose"),
        expected: whole.expected.to_string(),
        fields: disposal_fields(sent, &refused.errors),
        refused: refused.note,
        blocked: me.blocked(Permission::DisposeComponent, Scope::Product(ProductId(found.id))),
    })
}

fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn unmatched_row(me: &Me, row: &Row, chosen: bool) -> UnmatchedRow {
    let disposal = row.disposition.as_ref().map(|said| {
        let carried = if said.carried { ", carried over" } else { "" };
        let words = DISPOSITIONS.iter().find(|(word, _)| *word == said.disposition);
        format!(
            "{}. Reason: {} ({}, {}{carried})",
            words.map_or(said.disposition.as_str(), |(_, meaning)| *meaning),
            said.reason.trim_end_matches('.'),
            said.person_name,
            me.when(said.at).shown
        )
    });
    let state = if disposal.is_some() { StatusKind::Disposed } else { StatusKind::Unmatched };
    UnmatchedRow {
        key: row.key.clone(),
        chosen,
        name: name(row),
        identity: row.purl.as_ref().or(row.cpe.as_ref()).cloned().unwrap_or_default(),
        why: row.unmatched.clone().unwrap_or_default(),
        state: state.into(),
        disposal: disposal.unwrap_or_default(),
    }
}

fn disposal_fields(sent: &Form, errors: &[theriac_model::record::FieldError]) -> Vec<Field> {
    let now = sent.get("disposition");
    let choices = DISPOSITIONS.iter().map(|(word, meaning)| Choice::new(*word, *meaning, now));
    let choices = std::iter::once(Choice::new("", "Choose one", now)).chain(choices);
    vec![
        Field::new("disposition", "Disposal", Input::Select(choices.collect()))
            .error(error_at(errors, "disposition"))
            .required(),
        Field::new("reason", "Reason", Input::Text(sent.get("reason").to_owned()))
            .error(error_at(errors, "reason"))
            .required(),
    ]
}
