//! Clearing a suspect link: somebody compared the target's revisions and says that the link still holds.

use serde_json::json;
use theriac_auth::Permission;
use theriac_model::Digest;
use theriac_store::tables::records::{self as table, Clearance};

use super::sign::needs_reason;
use super::{find, scope_of};
use crate::{App, Result, ServiceError, Who};

/// Which link still holds, and why.
#[derive(Debug, Clone)]
pub struct ClearSuspect {
    /// The record that the link leaves.
    pub source: String,
    /// The link's type.
    pub link: String,
    /// The record it leads to.
    pub target: String,
    /// The target's approved revision that was looked at.
    pub to: Digest,
    /// Why the link still holds.
    pub reason: String,
}

/// Clears a suspect link.
///
/// # Errors
/// When the link is one that judges, is not suspect, its target has moved on again or is retired, no reason is given, or the actor may not.
#[crate::boxed]
pub async fn clear_suspect(app: &App, who: &Who, input: ClearSuspect) -> Result<()> {
    let person = who.person()?;
    let reason = needs_reason(&input.reason)?.to_owned();
    let mut read = app.store().read().await?;
    let (source, kind) = find(app, &mut read, who, &input.source).await?;
    drop(read);
    who.require(app, Permission::ClearSuspect, scope_of(&source), "link clear").await?;
    if kind.link(&input.link).is_some_and(|link| link.judges) {
        return Err(ServiceError::rule(format!(
            "{} judges the very revision of {} that it names, so nobody clears this link: edit {0}, judge what is there now, \
             and have it approved again.",
            input.source, input.target
        )));
    }
    let mut write = who.write(app, "link clear").await?;
    let head = table::head_of(&mut write, source.id).await?;
    let latest = head.and_then(|head| head.latest);
    let latest = latest.ok_or_else(|| ServiceError::rule(format!("{} has no revision.", input.source)))?;
    let links = table::links_of(&mut write, latest).await?;
    let name = format!("{} {} {}", input.source, input.link, input.target);
    let link =
        links.into_iter().find(|link| link.link == input.link && link.target_reference == input.target);
    let link = link.ok_or_else(|| ServiceError::not_found("link", &name))?;
    if !link.suspect {
        return Err(ServiceError::rule(format!("The link {name} is not suspect.")));
    }
    let Some((approved, _)) = link.approved else {
        return Err(ServiceError::rule(format!(
            "{} is retired: link to another record instead of clearing this one.",
            input.target
        )));
    };
    if approved != input.to {
        return Err(ServiceError::Changed { what: input.target, now: Some(approved) });
    }
    let clearance = Clearance {
        source: source.id,
        link: input.link,
        target: link.target,
        from: link.pinned,
        to: approved,
        reason,
        person: person.0,
    };
    table::add_clearance(&mut write, &clearance).await?;
    write.audit(
        &input.source,
        Some(link.pinned),
        Some(approved),
        json!({ "link": name, "reason": clearance.reason }),
    );
    write.commit().await?;
    Ok(())
}
