//! `/jobs/{job}`: long work that can be left.

use askama::Template;
use axum::extract::{Path, State};
use theriac_service::findings::{REMATCH, RENEW};
use theriac_service::jobs::{self, JobStatus};

use crate::http::{Answer, Me, Web};
use crate::parts::{Area, Crumb, Fact, Facts, Note, NoteKind, Shell, Status, StatusKind, Value};
use crate::respond;

/// Long work. While it runs script asks again every two seconds; without script there is a link.
#[derive(Debug, Clone, Template)]
#[template(path = "job.html")]
pub struct JobPage {
    /// Surroundings.
    pub shell: Shell,
    /// Such as "Matching releases against the feed of 2026-11-24".
    pub title: String,
    /// Address of this page.
    pub url: String,
    /// How much is done.
    pub done: u32,
    /// How much there is; at least 1.
    pub total: u32,
    /// What it is doing, such as "releases".
    pub unit: String,
    /// Whether it still runs.
    pub running: bool,
    /// How it ended, once it has.
    pub outcome: Option<Note>,
    /// Started, by, attempt.
    pub facts: Facts,
}

/// What a job does, in words.
pub(super) fn title(job: &JobStatus) -> String {
    match job.name.as_str() {
        REMATCH if job.payload["release"].is_null() => {
            "Matching all releases against the advisories".to_owned()
        }
        REMATCH => "Matching a release against the advisories".to_owned(),
        RENEW => "Looking again at judgements that rest on what has changed".to_owned(),
        other => other.to_owned(),
    }
}

/// The state of a job.
pub(super) fn state(job: &JobStatus) -> Status {
    match job.state.as_str() {
        "done" => Status::saying(StatusKind::Accepted, "Done"),
        "failed" => Status::saying(StatusKind::NotMet, "Failed"),
        "running" => Status::saying(StatusKind::UnderInvestigation, "Running"),
        _ => Status::saying(StatusKind::Due, "Queued"),
    }
}

/// Shows a job.
pub async fn show(State(web): State<Web>, me: Me, Path(id): Path<String>) -> Answer {
    let job = jobs::job(web.app(), me.who(), &id).await?;
    let mut shell = me.shell(title(&job), Area::Other);
    shell.crumbs = vec![Crumb::to("Jobs", "/jobs"), Crumb::here(title(&job))];
    let outcome = match job.state.as_str() {
        "done" => Some(Note::new(NoteKind::Good, "Done.", "")),
        "failed" => {
            let text = job.error.clone().unwrap_or_default();
            Some(Note::new(NoteKind::Bad, "It failed and was given up.", text))
        }
        _ => job
            .error
            .as_ref()
            .map(|text| Note::new(NoteKind::Warn, "An attempt failed; it is tried again.", text)),
    };
    let mut facts = vec![
        Fact::new("State", Value::Status(state(&job))),
        Fact::new("Queued", Value::When(me.when(job.created_at))),
        Fact::text("Attempt", job.attempt.to_string()),
    ];
    if let Some(at) = job.ended_at {
        facts.push(Fact::new("Ended", Value::When(me.when(at))));
    }
    let over = job.ended_at.is_some();
    let total = job.total.max(1);
    let page = JobPage {
        shell,
        title: title(&job),
        url: format!("/jobs/{}", job.id),
        done: if job.state == "done" { total } else { job.done },
        total,
        unit: if job.words.is_empty() { " steps".to_owned() } else { format!(": {}", job.words) },
        running: !over,
        outcome,
        facts: Facts::from(facts),
    };
    Ok(respond::page(&page))
}
