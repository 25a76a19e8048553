//! `…/findings` and `/findings`: findings, new ones before worse ones, the first of them beside the list; and
//! `…/findings/vex`, what customers are told.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query, State};
use theriac_auth::{Permission, ProductId, Scope};
use theriac_model::Severity;
use theriac_service::findings::{self, AWAITS, FindingRow as Row, ListFindings, STATES, Standing, VexFormat};
use theriac_service::products::{self, Product};
use theriac_service::{Paging, ServiceError};

use super::finding::{self, FindingView};
use super::names::Names;
use super::release::{self, At};
use crate::http::{Answer, Me, Web};
use crate::parts::{
    Action, Area, Choice, Column, DateFilter, Due, Empty, Filters, Link, Note, NoteKind, Pager, Shell,
    Status, StatusKind, TableHead,
};
use crate::{respond, urls};

/// One finding in the list.
#[derive(Debug, Clone)]
pub struct FindingRow {
    /// Number, such as "FIND-418"; value of the checkbox.
    pub number: String,
    /// The component with its version, leading to the finding.
    pub subject: Link,
    /// Vulnerability and what marks it, such as "CVE-2099-10432, harm to a patient possible".
    pub about: String,
    /// Severity word with score, such as "8.2 high".
    pub severity: String,
    /// State of the assessment.
    pub state: Status,
    /// What else the state says, such as "carried over, to be confirmed"; may be empty.
    pub state_note: String,
    /// By when it must be assessed or fixed.
    pub due: Option<Due>,
    /// Who owes it; may be empty.
    pub owner: String,
    /// Whether the pane shows it.
    pub current: bool,
    /// Product and version; only on the list over all releases.
    pub release: Option<Link>,
}

/// The triage list.
#[derive(Debug, Clone, Template)]
#[template(path = "findings.html")]
pub struct FindingsPage {
    /// Surroundings.
    pub shell: Shell,
    /// Such as "Findings of 2.4.0".
    pub heading: String,
    /// How many are in which state.
    pub counts: Vec<Status>,
    /// How many of the judgements do not hold yet, such as "3 wait for a signature"; may be empty.
    pub waiting: String,
    /// Such as "Confirm 12 carried over".
    pub actions: Vec<Action>,
    /// What concerns the whole list, such as a missing feed.
    pub notes: Vec<Note>,
    /// Filter form.
    pub filters: Filters,
    /// Head: selection, component, severity, "State, due", owner; over all releases without selection but with
    /// the release as second column.
    pub head: TableHead,
    /// Worst first.
    pub rows: Vec<FindingRow>,
    /// Paging.
    pub pager: Pager,
    /// Said instead when there is none.
    pub empty: Empty,
    /// Where "Assess the selected" goes, by GET with `finding` repeated; empty on the list over all releases.
    pub assess_action: String,
    /// Where "Sign the selected" goes, likewise.
    pub sign_action: String,
    /// Why the person may not assess; empty when they may.
    pub blocked: String,
    /// Why the person may sign nothing of findings; empty when they may.
    pub sign_blocked: String,
    /// The finding beside the list.
    pub pane: Option<FindingView>,
    /// What the page has more at the address of that finding, where it stands alone on a narrow screen.
    pub one: Option<One>,
}

/// What a finding's own address has more than the list beside it.
#[derive(Debug, Clone)]
pub struct One {
    /// Actions, such as "Sign assessment".
    pub actions: Vec<Action>,
    /// The finding before in the list.
    pub previous: Option<Link>,
    /// The finding after.
    pub next: Option<Link>,
}

impl FindingsPage {
    /// The class of what belongs to the list alone: a narrow screen leaves it out at the address of a finding.
    fn of_list(&self) -> &'static str {
        if self.one.is_some() { "of-list" } else { "" }
    }

    /// Whether findings can be chosen: for judging or for signing.
    fn chooses(&self) -> bool {
        !self.assess_action.is_empty() && (self.blocked.is_empty() || self.sign_blocked.is_empty())
    }
}

/// What the address says.
#[derive(Debug, Default, Clone, serde::Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    state: String,
    awaits: String,
    severity: String,
    open: String,
    component: String,
    since: String,
    after: String,
}

impl Asked {
    fn pairs(&self) -> [(&'static str, &str); 7] {
        [
            ("q", &self.q),
            ("state", &self.state),
            ("awaits", &self.awaits),
            ("severity", &self.severity),
            ("open", &self.open),
            ("component", &self.component),
            ("since", &self.since),
        ]
    }

    /// The address of a page with these filters.
    pub(super) fn on(&self, path: &str) -> String {
        urls::with_query(path, &self.pairs())
    }

    /// The same, with the page of the list.
    pub(super) fn on_page(&self, path: &str) -> String {
        urls::with_query(&self.on(path), &[("after", &self.after)])
    }

    fn any(&self) -> bool {
        self.pairs().iter().any(|(_, value)| !value.is_empty())
    }

    /// What to list.
    pub(super) fn input(
        &self,
        place: Option<(&str, &str)>,
        limit: u32,
    ) -> Result<ListFindings, ServiceError> {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let severity = match some(&self.severity) {
            None => None,
            Some(word) => {
                let known = Severity::ALL.into_iter().find(|severity| severity.as_str() == word);
                let wrong = || ServiceError::field("severity", format!("'{word}' is no severity"));
                Some(known.ok_or_else(wrong)?)
            }
        };
        Ok(ListFindings {
            product: place.map(|(product, _)| product.to_owned()),
            release: place.map(|(_, release)| release.to_owned()),
            state: some(&self.state),
            awaits: some(&self.awaits),
            severity,
            open: self.open == "true",
            person: None,
            component: some(&self.component),
            since: some(&self.since),
            query: self.q.clone(),
            paging: Paging { after: some(&self.after), limit },
        })
    }
}

/// Shows the findings of a release.
pub async fn show(
    State(web): State<Web>,
    me: Me,
    Path((product, release)): Path<(String, String)>,
    Query(asked): Query<Asked>,
    Query(query): Query<At>,
) -> Answer {
    let row = products::product(web.app(), me.who(), &product).await?;
    let mut page = of_release(&web, &me, &row, &release, &asked).await?;
    let here = urls::release(&product, &release, "findings");
    release::only_today(&mut page.shell, "Findings", &asked.on(&here), query.day(&me)?);
    if let Some(first) = page.rows.first_mut() {
        first.current = true;
        page.pane = Some(finding::read(&web, &me, &first.number, &asked).await?);
    }
    Ok(respond::page(&page))
}

/// The list of a release, with no finding beside it yet.
pub(super) async fn of_release(
    web: &Web,
    me: &Me,
    product: &Product,
    release: &str,
    asked: &Asked,
) -> Result<FindingsPage, ServiceError> {
    let (key, here) = (product.key.as_str(), urls::release(&product.key, release, "findings"));
    let found = findings::list(web.app(), me.who(), &asked.input(Some((key, release)), 0)?).await?;
    let carried = findings::carried(web.app(), me.who(), key, release).await?.rows.len();
    let scope = Scope::Product(ProductId(product.id));
    let blocked = me.blocked(Permission::AssessFinding, scope);
    let signs = [Permission::AssessFinding, Permission::AcceptRisk, Permission::SignClinical];
    let sign_blocked = match signs.iter().any(|permission| me.may(*permission, scope)) {
        true => String::new(),
        false => blocked.clone(),
    };
    let owners = found.page.items.iter().filter_map(|row| row.owner.as_ref());
    let names = Names::people(web, owners).await?;
    let rows: Vec<FindingRow> =
        found.page.items.iter().map(|finding| finding_row(me, finding, &names, asked)).collect();
    let told = asked.any() || found.counts.iter().any(|(state, _)| state != "resolved");
    Ok(FindingsPage {
        shell: release::shell(me, (key, &product.name), release, "findings"),
        heading: format!("Findings of {release}"),
        counts: found.counts.iter().map(counted).collect(),
        waiting: waiting(&found.waiting),
        actions: actions(&here, carried, told),
        notes: notes(web, me).await?,
        filters: filters(me, asked, &here),
        head: head(false),
        pager: pager(asked, &here, rows.len(), found.page.next.as_deref()),
        rows,
        empty: empty(asked, &here, &urls::release(key, release, "evidence/new")),
        assess_action: format!("{here}/assess"),
        sign_action: format!("{here}/sign"),
        blocked,
        sign_blocked,
        pane: None,
        one: None,
    })
}

/// What can be done with the whole list; customers are told something where there is an open finding.
fn actions(here: &str, carried: usize, told: bool) -> Vec<Action> {
    let mut actions = Vec::new();
    if carried > 0 {
        let confirm = format!("Confirm {carried} carried over");
        actions.push(Action::open(confirm, format!("{here}/confirm")).main());
    }
    if told {
        for (name, format) in [("OpenVEX", VexFormat::OpenVex), ("CycloneDX VEX", VexFormat::CycloneDx)] {
            let href = format!("{here}/vex?format={}", format.as_str());
            actions.push(Action::open(format!("{name} for customers"), href));
        }
    }
    actions
}

/// Which document.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct AskedVex {
    format: String,
}

/// Gives what customers are told about a release, as a file.
pub async fn vex(
    State(web): State<Web>,
    me: Me,
    Path((product, release)): Path<(String, String)>,
    Query(asked): Query<AskedVex>,
) -> Answer {
    let format = asked.format.parse().map_err(|words: String| ServiceError::field("format", words))?;
    let file = findings::vex(web.app(), me.who(), &product, &release, format).await?;
    Ok(respond::download(&file.name, file.bytes))
}

/// Shows the findings of all releases.
pub async fn everywhere(State(web): State<Web>, me: Me, Query(asked): Query<Asked>) -> Answer {
    let found = findings::list(web.app(), me.who(), &asked.input(None, 0)?).await?;
    let owners = found.page.items.iter().filter_map(|row| row.owner.as_ref());
    let names = Names::people(&web, owners).await?;
    let products =
        products::names(web.app(), found.page.items.iter().map(|row| row.product.as_str())).await?;
    let release = |row: &Row| {
        let product = products.get(&row.product).unwrap_or(&row.product);
        let list = asked.on(&urls::release(&row.product, &row.release, "findings"));
        Link::new(format!("{product} {}", row.release), list)
    };
    let shown =
        |row: &Row| FindingRow { release: Some(release(row)), ..finding_row(&me, row, &names, &asked) };
    let rows: Vec<FindingRow> = found.page.items.iter().map(shown).collect();
    let page = FindingsPage {
        shell: me.shell("Findings", Area::Findings),
        heading: "Findings of all releases".to_owned(),
        counts: found.counts.iter().map(counted).collect(),
        waiting: waiting(&found.waiting),
        actions: Vec::new(),
        notes: notes(&web, &me).await?.into_iter().chain(by_release(&me, &rows)).collect(),
        filters: filters(&me, &asked, "/findings"),
        head: head(true),
        pager: pager(&asked, "/findings", rows.len(), found.page.next.as_deref()),
        rows,
        empty: empty(&asked, "/findings", "/products"),
        assess_action: String::new(),
        sign_action: String::new(),
        blocked: String::new(),
        sign_blocked: String::new(),
        pane: None,
        one: None,
    };
    Ok(respond::page(&page))
}

/// Where many are judged or signed at once: one signature is for one release. Said to who may do it.
fn by_release(me: &Me, rows: &[FindingRow]) -> Option<Note> {
    let may = [Permission::AssessFinding, Permission::AcceptRisk, Permission::SignClinical];
    if rows.is_empty() || !may.iter().any(|permission| me.holds(*permission)) {
        return None;
    }
    let text = "A judgement and its signature are for one release. Select findings to assess or sign at once on the list of their release:";
    let note = Note::new(NoteKind::Info, "", text);
    let releases = rows.iter().filter_map(|row| row.release.as_ref());
    let releases: BTreeMap<&str, &Link> = releases.map(|link| (link.href.as_str(), link)).collect();
    Some(
        releases
            .values()
            .fold(note, |note, link| note.link(format!("Select findings of {}", link.text), &link.href)),
    )
}

fn head(everywhere: bool) -> TableHead {
    let mut columns = vec![
        Column::new("Component").grow(),
        Column::new("Severity"),
        Column::new("State, due"),
        Column::new("Owner"),
    ];
    match everywhere {
        true => columns.insert(1, Column::new("Release")),
        false => columns.insert(0, Column::new("Select").hidden()),
    }
    TableHead::new(columns)
}

/// A finding as lists show it.
pub(super) fn finding_row(me: &Me, row: &Row, names: &Names, asked: &Asked) -> FindingRow {
    let about = match row.harm {
        true => format!("{}, harm to a patient possible", row.vulnerability),
        false => row.vulnerability.clone(),
    };
    FindingRow {
        number: row.reference.clone(),
        subject: Link::new(
            &row.component,
            asked.on_page(&urls::finding(&row.product, &row.release, &row.reference)),
        ),
        about,
        severity: severity(row.severity, row.score_tenths),
        state: state(&row.state).into(),
        state_note: standing(row.standing).to_owned(),
        due: row.due.map(|day| me.due(day)),
        owner: names.owed(row.owner.as_deref(), row.stand_in),
        current: false,
        release: None,
    }
}

/// Score and word, such as "8.2 high".
pub(super) fn severity(severity: Severity, score_tenths: Option<i64>) -> String {
    match (severity, score_tenths) {
        (Severity::Unknown, _) => "unknown, treated as high".to_owned(),
        (known, None) => known.as_str().to_owned(),
        (known, Some(score)) => format!("{}.{} {}", score / 10, score % 10, known.as_str()),
    }
}

/// The status word of a finding's state.
pub(super) fn state(word: &str) -> StatusKind {
    match word {
        "under investigation" => StatusKind::UnderInvestigation,
        "affected" => StatusKind::Affected,
        "not affected" => StatusKind::NotAffected,
        "fixed" => StatusKind::Fixed,
        "risk accepted" => StatusKind::RiskAccepted,
        "resolved" => StatusKind::Resolved,
        _ => StatusKind::New,
    }
}

/// What is still to be done about a judgement; empty when nothing is.
pub(super) const fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Lapsed => "what it rested on has changed, judge again",
        Standing::Unsigned => "waits for a signature",
        Standing::Unconfirmed => "carried over, to be confirmed",
        Standing::NoClinical => "waits for a clinical signature",
        Standing::ToBeFixed => "to be mended",
        Standing::NotSeparate => "its risk was accepted by who judged or mends it",
        Standing::New | Standing::Resolved | Standing::UnderInvestigation | Standing::Acceptable => "",
    }
}

fn counted((word, count): &(String, i64)) -> Status {
    Status::saying(state(word), format!("{count} {word}"))
}

/// How many judgements do not hold yet, and for want of what.
fn waiting(waiting: &[(String, i64)]) -> String {
    let words = |(what, many): &(String, i64)| match (what.as_str(), many) {
        ("confirmation", _) => format!("{many} to be confirmed"),
        ("clinical", 1) => "1 waits for a clinical signature".to_owned(),
        ("clinical", _) => format!("{many} wait for a clinical signature"),
        (_, 1) => "1 waits for a signature".to_owned(),
        _ => format!("{many} wait for a signature"),
    };
    waiting.iter().map(words).collect::<Vec<_>>().join(", ")
}

async fn notes(web: &Web, me: &Me) -> Result<Vec<Note>, ServiceError> {
    if !me.may(Permission::Read, Scope::Organisation) {
        return Ok(Vec::new());
    }
    let missing = findings::feed(web.app(), me.who()).await?.is_none();
    let text = "Nothing can be matched before one is imported: theriac feed import.";
    Ok(missing.then(|| Note::new(NoteKind::Warn, "There is no advisory feed.", text)).into_iter().collect())
}

fn filters(me: &Me, asked: &Asked, action: &str) -> Filters {
    let select = |label: &str, all: &str, now: &str, words: Vec<&str>| {
        let mut choices = vec![Choice::new("", all, now)];
        choices.extend(words.into_iter().map(|word| Choice::new(word, word, now)));
        (label.to_lowercase(), label.to_owned(), choices)
    };
    let severities = Severity::ALL.iter().rev().map(|severity| severity.as_str()).collect();
    let awaits = AWAITS.iter().map(|(word, _)| *word).collect();
    let mut keep = Vec::new();
    if !asked.component.is_empty() {
        keep.push(("component".to_owned(), asked.component.clone()));
    }
    Filters {
        action: action.to_owned(),
        of: "findings".to_owned(),
        q: asked.q.clone(),
        placeholder: "Component, CVE or other id".to_owned(),
        selects: vec![
            select("State", "All states", &asked.state, STATES.to_vec()),
            select("Awaits", "Awaiting anything", &asked.awaits, awaits),
            select("Severity", "Any severity", &asked.severity, severities),
        ],
        date: Some(since(me, asked, action)),
        keep,
        clear: asked.any().then(|| action.to_owned()),
    }
}

/// The day since which findings are listed, in the organisation's zone.
fn since(me: &Me, asked: &Asked, action: &str) -> DateFilter {
    let yesterday = me.today().yesterday().map(|day| day.to_string()).unwrap_or_default();
    let day = match asked.since.as_str() {
        "yesterday" => &yesterday,
        // Of a moment its day: the list itself keeps to the moment.
        moment => moment.get(..10).unwrap_or_default(),
    };
    let quick = Asked { since: "yesterday".to_owned(), after: String::new(), ..asked.clone() };
    DateFilter {
        name: "since".to_owned(),
        label: "New since".to_owned(),
        value: day.to_owned(),
        quick: Some(Link::new("Since yesterday", quick.on(action))).filter(|_| asked.since != "yesterday"),
    }
}

fn pager(asked: &Asked, here: &str, shown: usize, next: Option<&str>) -> Pager {
    let on = |after: &str| urls::with_query(&asked.on(here), &[("after", after)]);
    Pager {
        shown: format!("{shown} shown: what waits first, then the worst for patients"),
        first: (!asked.after.is_empty()).then(|| on("")),
        next: next.map(|after| Link::new("Next", on(after))),
        exports: Vec::new(),
    }
}

fn empty(asked: &Asked, here: &str, begin: &str) -> Empty {
    if asked.any() {
        return Empty::new(
            "No finding matches",
            "Change the filter to see others.",
            vec![Action::open("All findings", here)],
        );
    }
    Empty::new(
        "No finding",
        "Clause 5.8.1 asks that every finding is resolved before release. Findings appear when an SBOM is handed in.",
        vec![Action::open("Hand in an SBOM", begin).main()],
    )
}
