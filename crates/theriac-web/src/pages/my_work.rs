//! `/`: what the person signed in owes, their releases, overdue duties, recent events.

use askama::Template;

use crate::parts::{Action, Due, Duty, Empty, Link, Shell, Status, TableHead, Timeline, When};

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
    /// Overdue duties of everybody.
    pub overdue: Vec<Duty>,
    /// What happened lately.
    pub events: Timeline,
}
