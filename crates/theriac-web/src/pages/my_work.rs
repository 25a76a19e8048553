//! `/`: what the person signed in owes, their releases, overdue duties, recent events.

use askama::Template;
use axum::extract::State;
use theriac_auth::{Permission, Scope};
use theriac_conformity::facts::words::Verdict;
use theriac_service::audit::{self, Entries, EntryView};
use theriac_service::gate::{self, Judged, Owed, ReleaseState};
use theriac_service::{Paging, ServiceError, people};

use super::audit::subject;
use super::count;
use super::release::reference;
use crate::http::{Answer, Me, Web};
use crate::parts::{
    Action, Area, Column, Due, Duty, Empty, Event, Link, Shell, Status, StatusKind, TableHead, Timeline, When,
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
    /// Head of the tasks.
    pub head: TableHead,
    /// What the person owes, soonest first.
    pub tasks: Vec<Task>,
    /// Said instead when there is no task.
    pub no_tasks: Empty,
    /// Releases the person works on.
    pub releases: Vec<ReleaseRow>,
    /// Said instead when there is no release.
    pub no_releases: Empty,
    /// Overdue duties of others, for who looks after them.
    pub overdue: Option<Vec<Duty>>,
    /// What happened lately, for who may read the audit log.
    pub events: Option<Timeline>,
}

/// Most releases shown.
const RELEASES_MAX: usize = 12;
/// Most overdue duties of others shown.
const OVERDUE_MAX: usize = 30;
/// Most events shown.
const EVENTS_MAX: u32 = 8;

/// Shows what the person owes.
pub async fn show(State(web): State<Web>, me: Me) -> Answer {
    let overview = gate::overview(web.app(), me.who(), &me.session.person).await?;
    let tasks: Vec<Task> = overview.own.iter().map(|duty| task(&me, duty)).collect();
    let overdue = tasks.iter().filter(|task| task.due.as_ref().is_some_and(|due| due.overdue)).count();
    let mut releases = Vec::new();
    for state in gate::releases(web.app(), me.who()).await?.into_iter().take(RELEASES_MAX) {
        let judged = gate::shown(web.app(), me.who(), &state.product, &state.release).await?;
        releases.push(release_row(&me, &state, &judged));
    }
    let page = MyWorkPage {
        shell: me.shell("My work", Area::MyWork),
        summary: match (tasks.len(), overdue) {
            (0, _) => "Nothing is owed by you.".to_owned(),
            (number, 0) => format!("{}.", count(number, "task")),
            (number, late) => format!("{}, {late} overdue.", count(number, "task")),
        },
        next: tasks.iter().find_map(|task| task.due.as_ref().map(|due| due.when.clone())),
        actions: vec![Action::open("New record", "/records/new").main()],
        head: TableHead::new(vec![
            Column::new("Due"),
            Column::new("Task").grow(),
            Column::new("Release"),
            Column::new("Clause"),
        ]),
        no_tasks: Empty::new(
            "Nothing is owed by you",
            "What you own and what is missing for a release appears here, with its date.",
            vec![Action::open("Look at the products", "/products")],
        ),
        no_releases: Empty::new(
            "No release yet",
            "A release is the unit that conforms and is decided.",
            vec![Action::open("Products", "/products")],
        ),
        tasks,
        releases,
        overdue: match &overview.late {
            None => None,
            Some(late) => Some(self::overdue(&web, &me, late).await?),
        },
        events: events(&web, &me).await?,
    };
    Ok(respond::page(&page))
}

async fn overdue(web: &Web, me: &Me, late: &[Owed]) -> Result<Vec<Duty>, ServiceError> {
    let keys: Vec<String> = late.iter().take(OVERDUE_MAX).map(|owed| owed.owner.clone()).collect();
    let names = people::names(web.app(), &keys).await?;
    let duty = |owed: &Owed| {
        let task = task(me, &owed.duty);
        Duty {
            todo: task.todo,
            about: [task.about, task.scope]
                .into_iter()
                .filter(|text| !text.is_empty())
                .collect::<Vec<_>>()
                .join(", "),
            clause: task.clause,
            owner: names.get(&owed.owner).unwrap_or(&owed.owner).clone(),
            due: task.due,
        }
    };
    Ok(late.iter().take(OVERDUE_MAX).map(duty).collect())
}

/// The newest entries of the audit log; `None` for who may not read it.
async fn events(web: &Web, me: &Me) -> Result<Option<Timeline>, ServiceError> {
    if !me.may(Permission::ReadAudit, Scope::Organisation) {
        return Ok(None);
    }
    let paging = Paging { after: None, limit: EVENTS_MAX };
    let entries = audit::entries(web.app(), me.who(), &Entries::default(), &paging).await?.items;
    let keys: Vec<String> = entries.iter().map(|row| row.actor.clone()).collect();
    let names = people::names(web.app(), &keys).await?;
    let event = |row: &EntryView| {
        let who = names.get(&row.actor).unwrap_or(&row.actor).clone();
        let refused = row.entry.refused.as_ref().map(|why| format!(", refused: {why}")).unwrap_or_default();
        Event {
            title: row.entry.action.clone(),
            link: row.entry.changes.first().map(|change| Link::new(&row.subject, subject(&change.subject))),
            at: me.when(row.entry.at),
            text: format!("{who}{refused}"),
            gap: false,
        }
    };
    Ok(Some(Timeline { events: entries.iter().map(event).collect() }))
}

fn task(me: &Me, duty: &gate::Duty) -> Task {
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
        // What has no page of its own, such as a component without purl, is still named.
        about: about.map_or_else(|| unnamed(duty), |link| link.text),
        scope: format!("{} {}", duty.product, duty.release),
        clause,
    }
}

/// What a duty is about where that has no page; empty when the clause itself is meant.
fn unnamed(duty: &gate::Duty) -> String {
    let about = [Some(duty.release.as_str()), duty.clause.as_deref()];
    if about.contains(&Some(duty.reference.as_str())) { String::new() } else { duty.reference.clone() }
}

/// The row of a release with the gate as it is shown.
pub fn release_row(me: &Me, state: &ReleaseState, judged: &Judged) -> ReleaseRow {
    let count = |wanted| judged.conformity.clauses.iter().filter(|clause| clause.verdict == wanted).count();
    let number = |wanted| u32::try_from(count(wanted)).unwrap_or(u32::MAX);
    ReleaseRow {
        release: Link::new(
            format!("{} {}", state.product, state.release),
            urls::release(&state.product, &state.release, "conformity"),
        ),
        gate: gate_status(judged).into(),
        counts: [
            number(Verdict::Met),
            number(Verdict::PartlyMet),
            number(Verdict::NotMet),
            number(Verdict::NotApplicable),
        ],
        ship: state.planned_ship_date.map(|day| me.day(day)),
    }
}

/// The word for a gate.
pub fn gate_status(judged: &Judged) -> StatusKind {
    match (&judged.decided, judged.gate.open) {
        (Some(_), _) => StatusKind::Shipped,
        (None, true) => StatusKind::GateOpen,
        (None, false) => StatusKind::GateClosed,
    }
}
