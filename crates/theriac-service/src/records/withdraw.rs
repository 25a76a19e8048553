//! Taking a revision back that was submitted by mistake: the record is again what it was when it was last approved.

use serde_json::json;
use theriac_auth::Permission;
use theriac_model::Digest;
use theriac_model::record::Kind;
use theriac_store::tables::records::{self as table, Head, Record};
use theriac_store::{Write, tables};

use super::draft::{content_of, head_of_revision};
use super::sign::needs_reason;
use super::{find, scope_of, states};
use crate::{App, Result, ServiceError, Who};

/// Withdraws the latest revision while it is in review or sent back: its author may, and who may approve it. The record
/// falls back to its last approved revision; where there is none it is withdrawn itself, stays readable under its number,
/// and may be written again.
///
/// # Errors
/// [`ServiceError::Changed`] when the revision is not the latest; when the actor neither wrote it nor may approve it, no
/// reason is given, or it is neither in review nor sent back.
#[crate::boxed]
pub async fn withdraw(app: &App, who: &Who, reference: &str, digest: Digest, reason: &str) -> Result<()> {
    let action = "record withdraw";
    let person = who.person()?;
    let reason = needs_reason(reason)?;
    let changed = || ServiceError::Changed { what: reference.to_owned(), now: None };
    let mut read = app.store().read().await?;
    let (record, kind) = find(app, &mut read, who, reference).await?;
    let revision = table::revision_by_digest(&mut read, digest).await?;
    let revision = revision.filter(|revision| revision.record == record.id).ok_or_else(changed)?;
    drop(read);
    let permission = match revision.author == person.0 {
        true => Permission::SubmitRecord,
        false => Permission::to_approve(kind.workflow.approve),
    };
    who.require(app, permission, scope_of(&record), action).await?;
    let mut write = who.write(app, action).await?;
    let latest = table::revisions_before(&mut write, record.id, i64::MAX, 1).await?.pop();
    let latest = latest.filter(|latest| latest.digest == digest).ok_or_else(changed)?;
    if ![states::IN_REVIEW, states::SENT_BACK].contains(&latest.state.as_str()) {
        return Err(ServiceError::rule(format!(
            "The latest revision of {reference} is {}; only one that is in review or sent back is withdrawn.",
            latest.state
        )));
    }
    table::set_state(&mut write, record.id, digest, states::WITHDRAWN, person.0, reason).await?;
    fall_back(&mut write, &record, kind).await?;
    let detail = json!({ "revision": latest.number, "state": states::WITHDRAWN, "reason": reason });
    write.audit(reference, Some(digest), Some(digest), detail);
    write.commit().await?;
    Ok(())
}

/// Shows the revision that stands in lists.
async fn fall_back(write: &mut Write, record: &Record, kind: &Kind) -> Result<()> {
    let missing = || ServiceError::Internal(format!("{} has no revision", record.reference));
    let revision = tables::records::standing(write, record.id).await?.ok_or_else(missing)?;
    let content = content_of(kind, revision.kind_version, &revision.content)?;
    let approved = (revision.state == states::APPROVED).then_some(revision.digest);
    let head = head_of_revision(write, record, kind, &content, &revision, approved).await?;
    let due = head.due.filter(|_| approved.is_some());
    let head = Head { due, changed_at: write.now(), ..head };
    table::set_head(write, &head).await?;
    Ok(())
}
