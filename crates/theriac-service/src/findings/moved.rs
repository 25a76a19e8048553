//! Judgements lapse in the very transaction in which something that they rest on moves.

use std::collections::BTreeSet;

use theriac_store::Write;
use theriac_store::tables::decisions;
use theriac_store::tables::findings::{self as table, Finding};
use theriac_store::tables::releases::{self, Release};

use super::apply::earlier_releases;
use super::carry::renew;
use crate::Result;

/// A record has a newer approved revision, or was retired.
///
/// # Errors
/// What the store says.
pub(crate) async fn record_moved(write: &mut Write, reference: &str) -> Result<()> {
    let releases = table::resting_on(write, reference).await?;
    renew_all(write, &releases).await
}

/// Most later releases that a judgement reaches at once; the next matching reaches the others.
const LATER_MAX: usize = 20;

/// Judgements of a release were signed: later releases of the product that have none of their own take them over.
pub(super) async fn judged(write: &mut Write, release: &Release) -> Result<()> {
    let others = releases::of_product(write, release.product).await?;
    let decided = decisions::in_force(write).await?;
    let open = |other: &&Release| {
        let later = other.id > release.id || other.based_on == Some(release.id);
        later && !decided.iter().any(|row| row.release == other.id && row.ships())
    };
    let later: Vec<i64> = others.iter().filter(open).map(|other| other.id).take(LATER_MAX).collect();
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
    for id in ids {
        let Some(release) = releases::by_id(write, *id).await? else { continue };
        let findings = table::of_release(write, release.id).await?;
        let earlier = earlier_releases(write, &release).await?;
        renew(write, &release, &earlier, &findings, &[]).await?;
    }
    Ok(())
}
