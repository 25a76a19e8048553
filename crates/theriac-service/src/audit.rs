//! The audit log: read by page, and exported as a file that verifies without this program's server.

use std::collections::BTreeMap;
use std::path::Path;

use theriac_auth::{Permission, Scope};
use theriac_model::Digest;
use theriac_store::audit::{Entry, Signed};
use theriac_store::tables;
use theriac_store::tables::audit::{self as table, Filter};

use crate::page::{Page, Paging};
use crate::{App, Result, ServiceError, Who};

/// Which entries to list.
#[derive(Debug, Clone, Default)]
pub struct Entries {
    /// Of this person, by key.
    pub person: Option<String>,
    /// Of this action, such as `record submit`.
    pub action: Option<String>,
    /// That speak of this, such as `RISK-12` or `release:7`.
    pub subject: Option<String>,
}

/// An entry as people read it.
#[derive(Debug, Clone)]
pub struct EntryView {
    /// What it says.
    pub entry: Entry,
    /// Its hash in the chain.
    pub hash: Digest,
    /// Who acted: the key of a person, else what the entry says.
    pub actor: String,
}

/// Entries of the audit log, newest first.
///
/// # Errors
/// When the person is unknown, or the actor may not.
pub async fn entries(app: &App, who: &Who, filter: &Entries, paging: &Paging) -> Result<Page<EntryView>> {
    who.require(app, Permission::ReadAudit, Scope::Organisation, "audit read").await?;
    let before = paging.after_id()?;
    let mut read = app.store().read().await?;
    let actor = match &filter.person {
        None => None,
        Some(key) => {
            let person = tables::people::by_key(&mut read, key).await?;
            let person = person.ok_or_else(|| ServiceError::not_found("person", key))?;
            Some(format!("person:{}", person.id))
        }
    };
    let filter = Filter {
        actor,
        action: filter.action.clone(),
        subject: filter.subject.clone(),
        before,
        limit: paging.fetch(),
    };
    let page = paging.page(table::list(&mut read, &filter).await?, |(entry, _)| entry.seq.to_string());
    let ids: Vec<i64> = page.items.iter().filter_map(|(entry, _)| person(&entry.actor)).collect();
    let people = tables::people::names_among(&mut read, &ids).await?;
    let people: BTreeMap<i64, String> = people.into_iter().map(|name| (name.id, name.key)).collect();
    Ok(page.map(|(entry, hash)| {
        let actor = person(&entry.actor).and_then(|id| people.get(&id).cloned());
        EntryView { actor: actor.unwrap_or_else(|| entry.actor.clone()), entry, hash }
    }))
}

fn person(actor: &str) -> Option<i64> {
    actor.strip_prefix("person:")?.parse().ok()
}

/// Writes the whole log to a file and gives its signed last line.
///
/// # Errors
/// When the file or the signing key cannot be used, or the actor may not.
pub async fn export(app: &App, who: &Who, path: &Path) -> Result<Signed> {
    who.require(app, Permission::ReadAudit, Scope::Organisation, "audit export").await?;
    Ok(app.store().export_audit(path).await?)
}
