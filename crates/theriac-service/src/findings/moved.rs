//! Judgements lapse in the very transaction in which something that they rest on moves.

use std::collections::BTreeSet;

use theriac_store::Write;
use theriac_store::tables::findings::{self as table, Finding};
use theriac_store::tables::releases;

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
