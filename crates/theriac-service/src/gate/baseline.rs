//! The baseline of a release that is based on a decided one, and what it takes over instead, by signature.

use serde_json::json;
use theriac_auth::{Permission, Reauthenticated};
use theriac_model::{Digest, canonical_json};
use theriac_store::Conn;
use theriac_store::tables::baseline::{self as table, Moved};
use theriac_store::tables::decisions;
use theriac_store::tables::releases::Release;

use super::facts::within;
use crate::findings;
use crate::products::{find, find_in, scope_of};
use crate::{App, Page, Paging, Result, ServiceError, Who, signature};

/// What a signature on revisions that are taken over means.
const ADOPTED: &str = "Revisions adopted for this release";

/// Most records among which those that are adopted at once are looked for.
const MOVED_MAX: u32 = 10_000;

async fn moved_on_in(conn: &mut Conn, release: &Release, seq: i64) -> Result<Vec<Moved>> {
    let within = within(conn, release, seq).await?;
    Ok(table::moved_on(conn, within, None, MOVED_MAX).await?)
}

/// The records that have moved on since the baseline that a release reads, or came later. None where it reads no baseline.
///
/// # Errors
/// When there is no such release, or the actor may not read it.
#[crate::boxed]
pub async fn moved_on(
    app: &App,
    who: &Who,
    product: &str,
    release: &str,
    paging: &Paging,
) -> Result<Page<Moved>> {
    let (_, release, mut read) = find(app, who, Permission::Read, "baseline read", product, release).await?;
    let seq = read.seq();
    let within = within(&mut read, &release, seq).await?;
    let wrong =
        || ServiceError::field("after", "this is not what the page before gave as next; begin without it");
    let after = match paging.after.as_deref() {
        None => None,
        Some(text) => {
            let (kind, number) = text.split_once('~').ok_or_else(wrong)?;
            Some((kind, number.parse().map_err(|_| wrong())?))
        }
    };
    let rows = table::moved_on(&mut read, within, after, paging.fetch()).await?;
    Ok(paging.page(rows, |moved| format!("{}~{}", moved.kind, moved.place)))
}

/// What a signature on taking over these revisions covers: the revisions, and the digest that is signed.
///
/// # Errors
/// As [`adopt_revisions`], but for the signature.
#[crate::boxed]
pub async fn adoption(
    app: &App,
    who: &Who,
    product: &str,
    release: &str,
    revisions: &[(String, Digest)],
) -> Result<(Vec<Moved>, Digest)> {
    let (_, release, mut read) = find(app, who, Permission::Read, "baseline read", product, release).await?;
    let seq = read.seq();
    let moved = moved_on_in(&mut read, &release, seq).await?;
    let taken = taken(&moved, revisions)?;
    let signed = signed(&release, &taken)?;
    Ok((taken.into_iter().cloned().collect(), signed))
}

/// The revisions that are named, in the order of their records.
fn taken<'a>(moved: &'a [Moved], revisions: &[(String, Digest)]) -> Result<Vec<&'a Moved>> {
    if revisions.is_empty() {
        return Err(ServiceError::field("revisions", "name at least one revision"));
    }
    let mut taken = Vec::with_capacity(revisions.len());
    for (reference, digest) in revisions {
        let now = moved.iter().find(|moved| moved.reference == *reference);
        match now.filter(|now| now.revision == *digest) {
            Some(now) => taken.push(now),
            None => {
                let now = now.map(|now| now.revision);
                return Err(ServiceError::Changed { what: reference.clone(), now });
            }
        }
    }
    taken.sort_unstable_by_key(|moved| moved.record);
    taken.dedup_by_key(|moved| moved.record);
    Ok(taken)
}

fn signed(release: &Release, taken: &[&Moved]) -> Result<Digest> {
    let named: Vec<Digest> = taken.iter().map(|moved| moved.revision).collect();
    let text = canonical_json(&json!({ "release": release.id.to_string(), "revisions": named }))?;
    Ok(Digest::of(text.as_bytes()))
}

/// Lets a release rest on these revisions instead of those in its baseline.
///
/// # Errors
/// [`ServiceError::Changed`] when one of them is not what the record has approved by now, or the release rests on it
/// already; when the release is decided, or the actor may not decide it.
#[crate::boxed]
pub async fn adopt_revisions(
    app: &App,
    who: &Who,
    proof: &Reauthenticated,
    product: &str,
    release: &str,
    revisions: &[(String, Digest)],
) -> Result<()> {
    let action = "revisions adopt";
    let (found, _, read) = find(app, who, Permission::DecideRelease, action, product, release).await?;
    drop(read);
    let signer = who.signer(app, proof, Permission::DecideRelease, scope_of(&found), action).await?;
    let mut write = who.write(app, action).await?;
    let (_, release) = find_in(&mut write, product, release).await?;
    let seq = decisions::head(&mut write).await?;
    if decisions::at(&mut write, release.id, seq).await?.is_some_and(|decision| decision.ships()) {
        return Err(ServiceError::rule("This release was decided to ship: what it rests on is fixed."));
    }
    let moved = moved_on_in(&mut write, &release, seq).await?;
    let taken = taken(&moved, revisions)?;
    let signed = signed(&release, &taken)?;
    let signature = signature::give(&mut write, signed, ADOPTED, signer.proof()).await?;
    let rows: Vec<(i64, Digest)> = taken.iter().map(|moved| (moved.record, moved.revision)).collect();
    table::adopt(&mut write, release.id, &rows, signature).await?;
    findings::baseline_moved(&mut write, release.id).await?;
    let named: Vec<Digest> = taken.iter().map(|moved| moved.revision).collect();
    let detail = signature::said(json!({ "adopted": named }), signer.proof());
    write.audit(format!("release:{}", release.id), None, Some(signed), detail);
    write.commit().await?;
    Ok(())
}
