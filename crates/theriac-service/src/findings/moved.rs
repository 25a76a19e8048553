//! Judgements lapse in the very transaction in which something that they rest on moves; where very many releases are meant,
//! a job sees to the rest.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use theriac_model::Digest;
use theriac_store::jobs::{Effect, Failure, Running};
use theriac_store::tables::decisions;
use theriac_store::tables::findings::{self as table, Finding};
use theriac_store::tables::releases::{self, Release};
use theriac_store::{Conn, JobSpec, Unique, Write};

use super::apply::earlier_releases;
use super::carry::{Renewed, renew};
use super::ids_of;
use crate::{App, Result, Who};

/// The name of the job that sees to the releases which were not renewed at once.
pub const RENEW: &str = "renew";
/// Most releases that are renewed while others wait to write.
const AT_ONCE: usize = 20;

/// What judgements rest on, or are taken over from, that has moved.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Moved {
    /// A record, by reference, has a newer approved revision or was retired.
    Record(String),
    /// Findings of a release, by id, were judged.
    Judged(i64),
    /// Vulnerabilities, by id, are said to be exploited in the wild.
    Exploited(Vec<String>),
    /// What the manifests of a product, by id, say of its paths.
    Paths(i64),
    /// What a release, by id, rests on.
    Baseline(i64),
}

/// A record has a newer approved revision, or was retired.
///
/// # Errors
/// What the store says.
pub(crate) async fn record_moved(write: &mut Write, reference: &str) -> Result<()> {
    renew_all(write, Moved::Record(reference.to_owned())).await
}

/// Judgements of a release were signed: later releases of the product that have none of their own take them over.
pub(super) async fn judged(write: &mut Write, release: &Release) -> Result<()> {
    renew_all(write, Moved::Judged(release.id)).await
}

/// The vulnerabilities of these findings are said to be exploited in the wild.
pub(super) async fn exploited(write: &mut Write, findings: &[Finding]) -> Result<()> {
    renew_all(write, Moved::Exploited(ids_of(findings))).await
}

/// A build manifest of a product was handed in or disqualified: what it says of paths bears on every release of the product.
///
/// # Errors
/// What the store says.
pub(crate) async fn paths_moved(write: &mut Write, product: i64) -> Result<()> {
    renew_all(write, Moved::Paths(product)).await
}

/// A release took newer revisions over.
///
/// # Errors
/// What the store says.
pub(crate) async fn baseline_moved(write: &mut Write, release: i64) -> Result<()> {
    renew_all(write, Moved::Baseline(release)).await
}

/// A page of the releases after one, by id, whose judgements are to be looked at; the oldest first, since each takes over from
/// those just before it. An empty page is the last.
async fn touched(conn: &mut Conn, moved: &Moved, after: i64) -> Result<Vec<i64>> {
    match moved {
        Moved::Record(reference) => Ok(table::resting_on(conn, reference, after).await?),
        Moved::Judged(release) => later(conn, *release, after).await,
        Moved::Exploited(ids) => Ok(table::judged_with(conn, ids, after).await?),
        Moved::Paths(product) => Ok(table::resting_on_paths(conn, *product, after).await?),
        Moved::Baseline(release) => Ok(Some(*release).into_iter().filter(|id| *id > after).collect()),
    }
}

/// The product's later releases that do not ship yet.
pub(super) async fn later(conn: &mut Conn, release: i64, after: i64) -> Result<Vec<i64>> {
    let Some(release) = releases::by_id(conn, release).await? else { return Ok(Vec::new()) };
    let others = releases::of_product(conn, release.product).await?;
    let decided = decisions::in_force(conn).await?;
    let open = |other: &&Release| {
        let later = other.id > release.id || other.based_on == Some(release.id);
        later && !decided.iter().any(|row| row.release == other.id && row.ships())
    };
    let later = others.iter().filter(open).map(|other| other.id);
    let mut later: Vec<i64> = later.filter(|id| *id > after).collect();
    later.sort_unstable();
    Ok(later)
}

async fn renew_all(write: &mut Write, moved: Moved) -> Result<()> {
    let ids = touched(write, &moved, 0).await?;
    let now = &ids[..ids.len().min(AT_ONCE)];
    let releases = releases::among(write, now).await?;
    let releases: BTreeMap<i64, &Release> = releases.iter().map(|release| (release.id, release)).collect();
    for release in now.iter().filter_map(|id| releases.get(id)) {
        let renewed = renew_one(write, release).await?;
        if renewed.written > 0 {
            // The log names each release that it bears on: what pages keep of those is out of date.
            write.audit(format!("release:{}", release.id), None, None, told(&renewed));
        }
    }
    if ids.len() > now.len() {
        // What is to be looked at is worked out anew by the job: others may judge in the meantime.
        let payload = json!(moved);
        let key = Digest::of(payload.to_string().as_bytes()).to_string();
        write.enqueue(JobSpec::new(RENEW, payload).unique(Unique::WhileQueued(key))).await?;
    }
    Ok(())
}

async fn renew_one(write: &mut Write, release: &Release) -> Result<Renewed> {
    let findings = table::of_release(write, release.id).await?;
    let earlier = earlier_releases(write, release).await?;
    renew(write, release, &earlier, &findings, &[]).await
}

/// Each release has a transaction of its own; one that is as it should be is left alone.
pub(super) async fn run(app: App, running: Running) -> std::result::Result<Effect, Failure> {
    let moved: Moved = serde_json::from_value(running.payload.clone())?;
    let (mut done, mut last) = (0, 0);
    loop {
        let ids = touched(&mut *app.store().read().await?, &moved, last).await?;
        let Some(end) = ids.last() else { break };
        last = *end;
        let total = done + u32::try_from(ids.len())?;
        for id in ids {
            running.progress(done, total, "releases").await?;
            renew_alone(&app, id).await?;
            done += 1;
        }
    }
    running.progress(done, done, "releases").await?;
    Ok(Effect::Nothing)
}

async fn renew_alone(app: &App, id: i64) -> Result<()> {
    let mut write = Who::system("job").write(app, "release renew").await?;
    let Some(release) = releases::by_id(&mut write, id).await? else { return Ok(()) };
    let renewed = renew_one(&mut write, &release).await?;
    if renewed.written == 0 {
        return Ok(());
    }
    write.audit(format!("release:{id}"), None, None, told(&renewed));
    write.commit().await?;
    Ok(())
}

/// What the log says of renewed judgements.
fn told(renewed: &Renewed) -> Value {
    let lapsed = renewed.lapsed.len() + renewed.lapsed_on_the_way;
    json!({ "carried": renewed.carried, "lapsed": lapsed })
}
