//! `/`: what the person signed in owes, what waits for their signature, their releases, overdue duties, recent events.

use askama::Template;
use axum::extract::{Query, State};
use theriac_auth::{Permission, Scope};
use theriac_service::audit::{self, Entries, EntryView};
use theriac_service::findings::{self, ListFindings};
use theriac_service::gate::{self, Owed, ReleaseState, Sums};
use theriac_service::records::{self, ListInput};
use theriac_service::{Paging, ServiceError};

use super::audit::object;
use super::conformity::about_text;
use super::names::Names;
use super::release::{self, At, reference};
use super::{acts, count};
use crate::http::{Answer, Me, Web};
use crate::parts::{
    Action, Area, Column, Due, Duty, Empty, Event, Link, Note, NoteKind, Shell, Status, StatusKind,
    TableHead, Timeline, When,
};
use crate::{respond, urls};

/// One thing the person owes.
#[derive(Debug, Clone)]
pub struct Task {
    /// By when.
    pub due: Option<Due>,
    /// What to do, leading to where it is done.
    pub todo: Link,
    /// What it is about.
    pub about: String,
    /// Product and release, or "Organisation".
    pub scope: String,
    /// The clause that asks for it.
    pub clause: Option<Link>,
}

/// A release with its gate and how many clauses stand how.
#[derive(Debug, Clone)]
pub struct ReleaseRow {
    /// Product and version, leading to its conformity.
    pub release: Link,
    /// Gate closed, gate open or shipped.
    pub gate: Status,
    /// Clauses met, partly met, not met, not applicable.
    pub counts: [u32; 4],
    /// Planned or actual ship date.
    pub ship: Option<When>,
}

/// My work.
#[derive(Debug, Clone, Template)]
#[template(path = "my_work.html")]
pub struct MyWorkPage {
    /// Surroundings.
    pub shell: Shell,
    /// Such as "8 tasks, 1 overdue."
    pub summary: String,
    /// The next date to keep.
    pub next: Option<When>,
    /// Actions of the page, such as "New record".
    pub actions: Vec<Action>,
    /// What waits for a signature that the person may give.
    pub notes: Vec<Note>,
    /// Head of the tasks.
    pub head: TableHead,
    /// What the person owes, soonest first.
    pub tasks: Vec<Task>,
    /// How many there are, with those that are not shown.
    pub total: usize,
    /// Said instead when there is no task.
    pub no_tasks: Empty,
    /// What was not looked at because there is too much of it.
    pub left_out: Vec<String>,
    /// Releases the person works on.
    pub releases: Vec<ReleaseRow>,
    /// Said instead when there is no release.
    pub no_releases: Empty,
    /// Overdue duties of others, for who looks after them.
    pub overdue: Option<Vec<Duty>>,
    /// What happened lately, for who may read the audit log.
    pub events: Option<Timeline>,
}

/// Most tasks shown, the soonest.
const TASKS_MAX: usize = 200;
/// Most releases shown.
const RELEASES_MAX: usize = 12;
/// Most overdue duties of others shown.
const OVERDUE_MAX: usize = 30;
/// Most events shown.
const EVENTS_MAX: u32 = 8;

/// Shows what the person owes.
pub async fn show(State(web): State<Web>, me: Me, Query(query): Query<At>) -> Answer {
    let overview = gate::overview(web.app(), me.who(), &me.session.person).await?;
    let late = overview.late.iter().flatten().take(OVERDUE_MAX);
    let duties = overview.own.iter().take(TASKS_MAX).chain(late.clone().map(|owed| &owed.duty));
    let owners = late.map(|owed| owed.owner.as_str()).collect();
    let names = Names::of(&web, &me, owners, duties.map(|duty| duty.reference.as_str()).collect()).await?;
    let total = overview.own.len();
    let tasks: Vec<Task> = overview.own.iter().take(TASKS_MAX).map(|duty| task(&me, duty, &names)).collect();
    let overdue = tasks.iter().filter(|task| task.due.as_ref().is_some_and(|due| due.overdue)).count();
    let mut states = gate::releases(web.app(), me.who()).await?;
    states.truncate(RELEASES_MAX);
    let sums = gate::sums(web.app(), me.who(), &states).await?;
    let releases = states.iter().zip(&sums).map(|(state, sums)| release_row(&me, state, sums)).collect();
    let mut shell = me.shell("My work", Area::MyWork);
    release::only_today(&mut shell, "Your tasks and releases", "/", query.day(&me)?);
    let notes = waiting(&web, &me).await?;
    let page = MyWorkPage {
        shell,
        summary: match (total, overdue) {
            (0, _) if notes.is_empty() => "Nothing is owed by you.".to_owned(),
            (0, _) => "No task is yours; what is said here waits for you.".to_owned(),
            (number, 0) => format!("{}.", count(number, "task")),
            (number, late) => format!("{}, {late} overdue.", count(number, "task")),
        },
        next: tasks.iter().find_map(|task| task.due.as_ref().map(|due| due.when.clone())),
        actions: super::records::new_record(&web, &me, "New record", "/records/new", None)
            .map(Action::main)
            .into_iter()
            .collect(),
        head: TableHead::new(vec![
            Column::new("Due"),
            Column::new("Task").grow(),
            Column::new("Release"),
            Column::new("Clause"),
        ]),
        no_tasks: Empty::new(
            "No task is yours",
            "What you own and what is missing for a release appears here, with its date.",
            vec![Action::open("Look at the products", "/products")],
        ),
        notes,
        no_releases: Empty::new(
            "No release yet",
            "A release is the unit that conforms and is decided.",
            vec![Action::open("Products", "/products")],
        ),
        tasks,
        total,
        left_out: overview.left_out,
        releases,
        overdue: overview.late.as_ref().map(|late| self::overdue(&me, late, &names)),
        events: events(&web, &me).await?,
    };
    Ok(respond::page(&page))
}

/// Findings whose judgement waits for a signature of somebody like the person.
async fn waiting(web: &Web, me: &Me) -> Result<Vec<Note>, ServiceError> {
    let mut notes = Vec::new();
    if !me.holds(Permission::Read) {
        let text = "Lists are empty because of that. An administrator gives roles under People and access.";
        notes.push(Note::new(NoteKind::Warn, "You have no role yet.", text));
        return Ok(notes);
    }
    for (permission, awaits, whose) in [
        (Permission::AssessFinding, "signature", "the signature of who judged"),
        (Permission::AcceptRisk, "acceptance", "a risk acceptor's signature"),
        (Permission::SignClinical, "clinical", "a clinical signature"),
    ] {
        if !me.holds(permission) {
            continue;
        }
        let input = ListFindings {
            awaits: Some(awaits.to_owned()),
            paging: Paging { after: None, limit: 1 },
            ..ListFindings::default()
        };
        let counts = findings::list(web.app(), me.who(), &input).await?.counts;
        let text = match counts.iter().map(|(_, count)| count).sum::<i64>() {
            0 => continue,
            1 => format!("1 finding waits for {whose}."),
            many => format!("{many} findings wait for {whose}."),
        };
        let href = urls::with_query("/findings", &[("awaits", awaits)]);
        notes.push(Note::new(NoteKind::Info, "", text).link("Show them", href));
    }
    notes.extend(records_waiting(web, me).await?);
    Ok(notes)
}

/// Records that wait for an approval that the person may give, and those of their own that were sent back.
async fn records_waiting(web: &Web, me: &Me) -> Result<Vec<Note>, ServiceError> {
    let number = async |input: ListInput| {
        let number = records::number(web.app(), me.who(), &input).await?;
        Ok::<_, ServiceError>(usize::try_from(number).unwrap_or_default())
    };
    let to_approve = number(ListInput { to_approve: true, ..ListInput::default() }).await?;
    let sent_back = number(ListInput {
        state: Some("sent back".to_owned()),
        owner: Some(me.session.person.clone()),
        ..ListInput::default()
    });
    let sent_back = sent_back.await?;
    let mut notes = Vec::new();
    let show = |pairs: &[(&str, &str)]| urls::with_query("/records", pairs);
    if to_approve > 0 {
        let text =
            format!("{} to be read and approved by you or somebody like you.", count(to_approve, "record"));
        notes.push(Note::new(NoteKind::Info, "", text).link("Show them", show(&[("waits", "approval")])));
    }
    if sent_back > 0 {
        let text = format!("{} of yours sent back: read why, and mend it.", count(sent_back, "record"));
        let href = show(&[("state", "sent back"), ("owner", &me.session.person)]);
        notes.push(Note::new(NoteKind::Warn, "", text).link("Show them", href));
    }
    Ok(notes)
}

fn overdue(me: &Me, late: &[Owed], names: &Names) -> Vec<Duty> {
    let duty = |owed: &Owed| {
        let task = task(me, &owed.duty, names);
        Duty {
            todo: task.todo,
            about: [task.about, task.scope]
                .into_iter()
                .filter(|text| !text.is_empty())
                .collect::<Vec<_>>()
                .join(", "),
            clause: task.clause,
            owner: names.person(&owed.owner),
            due: task.due,
        }
    };
    late.iter().take(OVERDUE_MAX).map(duty).collect()
}

/// The newest entries of the audit log; `None` for who may not read it.
async fn events(web: &Web, me: &Me) -> Result<Option<Timeline>, ServiceError> {
    if !me.may(Permission::ReadAudit, Scope::Organisation) {
        return Ok(None);
    }
    let paging = Paging { after: None, limit: EVENTS_MAX };
    let entries = audit::entries(web.app(), me.who(), &Entries::default(), &paging).await?.items;
    let names = Names::people(web, entries.iter().flat_map(|row| [&row.actor, &row.subject])).await?;
    let event = |row: &EntryView| {
        let who = names.person(&row.actor);
        let refused = row.refused.as_ref().map(|why| format!(", refused: {why}")).unwrap_or_default();
        Event {
            title: acts::words(&row.entry.action),
            link: object(row, &names),
            at: me.when(row.entry.at),
            text: format!("{who}{refused}"),
            gap: false,
        }
    };
    Ok(Some(Timeline { events: entries.iter().map(event).collect() }))
}

fn task(me: &Me, duty: &gate::Duty, names: &Names) -> Task {
    let clause = duty
        .clause
        .as_ref()
        .map(|clause| Link::new(clause, urls::clause(&duty.product, &duty.release, clause)));
    let about = reference(&duty.product, &duty.release, &duty.reference);
    let place = || match &clause {
        Some(clause) => clause.href.clone(),
        None => urls::release(&duty.product, &duty.release, "gate"),
    };
    Task {
        due: me.due_text(duty.due.as_deref()),
        todo: Link::new(&duty.todo, about.as_ref().map_or_else(place, |link| link.href.clone())),
        about: about_duty(names, duty),
        scope: match duty.product_name.as_str() {
            "" => "Organisation".to_owned(),
            product => format!("{product} {}", duty.release).trim_end().to_owned(),
        },
        clause,
    }
}

/// What a duty is about, and as whom the person owes it where nobody is named for it.
fn about_duty(names: &Names, duty: &gate::Duty) -> String {
    let about = about_text(names, &duty.reference, is_the_clause(duty));
    let role = duty.stand_in.map(|role| format!("as {role}")).unwrap_or_default();
    let cover = duty.covered.as_ref().map(|cover| format!("covered by {} until then", cover.deviation));
    [about, role, cover.unwrap_or_default()]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

/// Whether a duty is about the clause itself, or the release, which the row names already.
fn is_the_clause(duty: &gate::Duty) -> bool {
    let clause = duty.clause.as_deref();
    duty.reference == duty.release
        || clause.is_some_and(|clause| duty.reference.starts_with(&format!("{clause}-")))
}

/// The row of a release with the gate as it is shown.
pub fn release_row(me: &Me, state: &ReleaseState, sums: &Sums) -> ReleaseRow {
    ReleaseRow {
        release: Link::new(
            format!("{} {}", state.product_name, state.release),
            urls::release(&state.product, &state.release, "conformity"),
        ),
        gate: gate_status(state.decided, sums.gate_open).into(),
        counts: sums.clauses,
        ship: state.planned_ship_date.map(|day| me.day(day)),
    }
}

/// The word for a gate.
pub fn gate_status(decided: bool, open: bool) -> StatusKind {
    match (decided, open) {
        (true, _) => StatusKind::Shipped,
        (false, true) => StatusKind::GateOpen,
        (false, false) => StatusKind::GateClosed,
    }
}
