//! The audit log: read by page, exported as a file that verifies without this program's server, and verified together with
//! the rows that it speaks of.

mod rows;

pub(crate) use rows::bound;

use std::collections::BTreeMap;
use std::path::Path;

use theriac_auth::{Permission, Scope};
use theriac_model::Digest;
use theriac_store::audit::{Anchors, Broken, Entry, PublicKey, Signed, Verified};
use theriac_store::tables::audit::{self as table, Filter};
use theriac_store::{Conn, Store, tables};

use crate::page::{Page, Paging};
use crate::people::tokens_called;
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
    /// What the first change was made to, as people call it: `RISK-12`, `ana`, `Lumen Gateway 2.4.0`.
    pub subject: String,
    /// Why it was refused, when it was, with people by their keys.
    pub refused: Option<String>,
}

/// Entries of the audit log, newest first.
///
/// # Errors
/// When the person is unknown, or the actor may not.
#[crate::boxed]
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
    let called = Called::read(&mut read, page.items.iter().map(|(entry, _)| entry)).await?;
    Ok(page.map(|(entry, hash)| EntryView {
        actor: called.key(&entry.actor),
        subject: subject(&entry).map(|name| called.name(name)).unwrap_or_default(),
        refused: entry.refused.as_ref().map(|reason| called.text(reason)),
        entry,
        hash,
    }))
}

/// What people call something that entries name by id, such as `token:9`; what has no other name is called that.
///
/// # Errors
/// When the actor may not.
#[crate::boxed]
pub async fn called(app: &App, who: &Who, name: &str) -> Result<String> {
    who.require(app, Permission::ReadAudit, Scope::Organisation, "audit read").await?;
    let mut read = app.store().read().await?;
    Ok(Called::named(&mut read, || std::iter::once(name)).await?.name(name))
}

fn subject(entry: &Entry) -> Option<&str> {
    entry.changes.first().map(|change| change.subject.as_str())
}

/// What people call those whom entries name by id, such as `person:7`.
struct Called(BTreeMap<String, String>);

impl Called {
    /// Five queries at most, however many entries there are.
    async fn read(conn: &mut Conn, entries: impl Iterator<Item = &Entry> + Clone) -> Result<Self> {
        Self::named(conn, || {
            entries.clone().flat_map(|entry| {
                let told = entry.refused.iter().flat_map(|reason| reason.split(' '));
                // Of what a sentence names, people alone are shown by another name.
                let told = told.filter(|word| word.starts_with("person:"));
                subject(entry).into_iter().chain([entry.actor.as_str()]).chain(told)
            })
        })
        .await
    }

    async fn named<'n, N: Iterator<Item = &'n str>>(conn: &mut Conn, named: impl Fn() -> N) -> Result<Self> {
        let ids = |kind: &str| -> Vec<i64> { named().filter_map(|name| id(name, kind)).collect() };
        let people = tables::people::names_among(conn, &ids("person")).await?;
        let people = people.into_iter().map(|name| (format!("person:{}", name.id), name.key));
        let releases = tables::releases::among(conn, &ids("release")).await?;
        let mut products = ids("product");
        products.extend(releases.iter().map(|release| release.product));
        let products = tables::products::called_among(conn, &products).await?.into_iter();
        let products: BTreeMap<i64, String> = products.map(|(id, _, name)| (id, name)).collect();
        let releases = releases.into_iter().map(|release| {
            let product = products.get(&release.product).cloned().unwrap_or_default();
            (format!("release:{}", release.id), format!("{product} {}", release.name))
        });
        let mut called: BTreeMap<String, String> = people.chain(releases).collect();
        called.extend(products.into_iter().map(|(id, name)| (format!("product:{id}"), name)));
        called.extend(tokens_called(conn, ids("token")).await?);
        Ok(Self(called))
    }

    /// The key of a person; for others what the entry says, which names them for ever.
    fn key(&self, actor: &str) -> String {
        if actor.starts_with("person:") { self.name(actor) } else { actor.to_owned() }
    }

    /// A sentence that names people by id.
    fn text(&self, text: &str) -> String {
        let words: Vec<String> = text.split(' ').map(|word| self.key(word)).collect();
        words.join(" ")
    }

    fn name(&self, name: &str) -> String {
        self.0.get(name).map_or(name, String::as_str).to_owned()
    }
}

fn id(name: &str, kind: &str) -> Option<i64> {
    name.strip_prefix(kind)?.strip_prefix(':')?.parse().ok()
}

/// Writes the whole log to a file and gives its signed last line. Where this process may write, the head of the log is
/// signed as a checkpoint first.
///
/// # Errors
/// When the file or the signing key cannot be used, or the actor may not.
#[crate::boxed]
pub async fn export(app: &App, who: &Who, path: &Path) -> Result<Signed> {
    who.require(app, Permission::ReadAudit, Scope::Organisation, "audit export").await?;
    if app.store().writes() {
        app.store().checkpoint(None).await?;
    }
    Ok(app.store().export_audit(path).await?)
}

/// Makes a new key that signs checkpoints and exports from now on, and signs the head of the log with it. The old one stays
/// listed, and what it signed still verifies.
///
/// # Errors
/// When the key file cannot be written, or the actor may not.
#[crate::boxed]
pub async fn rotate_key(app: &App, who: &Who) -> Result<PublicKey> {
    let action = "audit key rotate";
    who.require(app, Permission::AdministerInstallation, Scope::Organisation, action).await?;
    let key = app.store().rotate_audit_key(who.act(action)).await?;
    app.store().checkpoint(None).await?;
    Ok(key)
}

/// What was found out about the log of a data folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// The chain, which holds together.
    pub chain: Verified,
    /// The first rows that are not what their digests or the log say, at most 20; empty when all are.
    pub changed: Vec<Broken>,
}

/// Follows the chain of a data folder's log, then compares with it the rows that verdicts rest on: revisions and their
/// states, signatures, assessments, advisories, evidence.
///
/// # Errors
/// [`theriac_store::StoreError::Audit`] when the chain does not hold together, else what the database says.
#[crate::boxed]
pub async fn verify(store: &Store, anchors: &Anchors) -> Result<Verification> {
    let chain = store.verify_audit(anchors).await?;
    let changed = changed(store).await?;
    Ok(Verification { chain, changed })
}

/// The first rows that are not what their digests or the log say, at most 20.
///
/// # Errors
/// What the database says.
#[crate::boxed]
pub async fn changed(store: &Store) -> Result<Vec<Broken>> {
    rows::changed(&mut *store.read().await?).await
}
