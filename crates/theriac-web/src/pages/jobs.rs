//! `/jobs`: work that goes on by itself, newest first.

use askama::Template;
use axum::extract::{Query, State};
use theriac_service::{Paging, jobs};

use super::job::{state, title};
use crate::http::{Answer, Me, Web};
use crate::parts::{Area, Column, Empty, Link, Pager, Shell, Status, TableHead, When};
use crate::{respond, urls};

/// One job.
#[derive(Debug, Clone)]
pub struct JobRow {
    /// What it does, leading to its page.
    pub job: Link,
    /// Queued, running, done or failed.
    pub state: Status,
    /// Such as "7 of 19"; may be empty.
    pub progress: String,
    /// When it was queued.
    pub queued: When,
    /// When it ended.
    pub ended: Option<When>,
}

/// The jobs.
#[derive(Debug, Clone, Template)]
#[template(path = "jobs.html")]
pub struct JobsPage {
    /// Surroundings.
    pub shell: Shell,
    /// Head: job, state, progress, queued, ended.
    pub head: TableHead,
    /// Newest first.
    pub rows: Vec<JobRow>,
    /// Paging.
    pub pager: Pager,
    /// Said instead when there is none.
    pub empty: Empty,
}

/// What the address says.
#[derive(Debug, Default, serde::Deserialize)]
pub struct Asked {
    /// Where the page begins.
    after: Option<String>,
}

/// Shows the jobs.
pub async fn show(State(web): State<Web>, me: Me, Query(asked): Query<Asked>) -> Answer {
    let first = asked.after.as_ref().map(|_| "/jobs".to_owned());
    let listed = jobs::jobs(web.app(), me.who(), &Paging { after: asked.after, limit: 0 }).await?;
    let rows: Vec<JobRow> = listed
        .items
        .iter()
        .map(|job| JobRow {
            job: Link::new(title(job), format!("/jobs/{}", job.id)),
            state: state(job),
            progress: if job.total == 0 { String::new() } else { format!("{} of {}", job.done, job.total) },
            queued: me.when(job.created_at),
            ended: job.ended_at.map(|at| me.when(at)),
        })
        .collect();
    let page = JobsPage {
        shell: me.shell("Jobs", Area::Other),
        head: TableHead::new(vec![
            Column::new("Job").grow(),
            Column::new("State"),
            Column::new("Progress"),
            Column::new("Queued"),
            Column::new("Ended"),
        ]),
        pager: Pager {
            shown: format!("{} shown, newest first", rows.len()),
            first,
            next: listed.next.map(|id| Link::new("Next", urls::with_query("/jobs", &[("after", &id)]))),
            exports: Vec::new(),
        },
        rows,
        empty: Empty::new(
            "No job yet",
            "Long work, such as matching releases against a new feed, appears here with its progress.",
            Vec::new(),
        ),
    };
    Ok(respond::page(&page))
}
