//! Judgements lapse in the very transaction in which something that they rest on moves; where very many releases are meant,
//! a job sees to the rest.

use std::collections::{BTreeMap, BTreeSet};

use theriac_store::Write;
use theriac_store::tables::decisions;
use theriac_store::tables::findings::{self as table, Finding};
use theriac_store::tables::releases::{self, Release};

use super::apply::earlier_releases;
use super::carry::renew;
use super::jobs;
use crate::Result;

/// Most releases that are renewed while others wait to write.
const AT_ONCE: usize = 20;

/// A record has a newer approved revision, or was retired.
///
/// # Errors
/// What the store says.
pub(crate) async fn record_moved(write: &mut Write, reference: &str) -> Result<()> {
    let releases = table::resting_on(write, reference).await?;
    renew_all(write, &releases).await
}

/// Judgements of a release were signed: later releases of the product that have none of their own take them over.
pub(super) async fn judged(write: &mut Write, release: &Release) -> Result<()> {
    let others = releases::of_product(write, release.product).await?;
    let decided = decisions::in_force(write).await?;
    let open = |other: &&Release| {
        let later = other.id > release.id || other.based_on == Some(release.id);
        later && !decided.iter().any(|row| row.release == other.id && row.ships())
    };
    // The oldest first: each takes over from those just before it.
    let mut later: Vec<i64> = others.iter().filter(open).map(|other| other.id).collect();
    later.sort_unstable();
    renew_all(write, &later).await
}

/// The vulnerabilities of these findings are said to be exploited in the wild.
pub(super) async fn exploited(write: &mut Write, findings: &[Finding]) -> Result<()> {
    let ids: BTreeSet<&str> = findings.iter().flat_map(|finding| finding.ids()).collect();
    let ids: Vec<String> = ids.into_iter().map(str::to_owned).collect();
    let releases = table::judged_with(write, &ids).await?;
    renew_all(write, &releases).await
}

async fn renew_all(write: &mut Write, ids: &[i64]) -> Result<()> {
    let (now, later) = ids.split_at(ids.len().min(AT_ONCE));
    let releases = releases::among(write, now).await?;
    let releases: BTreeMap<i64, &Release> = releases.iter().map(|release| (release.id, release)).collect();
    for release in now.iter().filter_map(|id| releases.get(id)) {
        let findings = table::of_release(write, release.id).await?;
        let earlier = earlier_releases(write, release).await?;
        renew(write, release, &earlier, &findings, &[]).await?;
    }
    if !later.is_empty() {
        jobs::enqueue_all(write).await?;
    }
    Ok(())
}
