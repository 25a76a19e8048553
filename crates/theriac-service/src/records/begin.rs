//! Beginning a record: its number, its scope for ever, and an empty draft.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use theriac_auth::{Permission, ProductId, Scope as Place};
use theriac_model::Digest;
use theriac_model::record::{Completeness, Content, Kind, Scope};
use theriac_store::tables::records::{self as table, Draft, Record};
use theriac_store::{Actor, Conn, Earlier, Write, tables};

use super::draft::{DraftLink, current, digest_of, head_of_draft, put};
use super::{author, states};
use crate::{App, Result, ServiceError, Who};

/// What a record is to belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScopeInput {
    /// The manufacturer.
    Organisation,
    /// A product, by key.
    Product(String),
    /// A release, by the product's key and its name.
    Release(String, String),
}

impl ScopeInput {
    /// From a product's key and a release's name, either of which may be absent.
    ///
    /// # Errors
    /// When a release is named without its product.
    pub fn new(product: Option<String>, release: Option<String>) -> Result<Self> {
        match (product, release) {
            (Some(product), Some(release)) => Ok(Self::Release(product, release)),
            (Some(product), None) => Ok(Self::Product(product)),
            (None, None) => Ok(Self::Organisation),
            (None, Some(release)) => Err(ServiceError::field(
                "product",
                format!("name the product of the release '{release}', too"),
            )),
        }
    }

    const fn scope(&self) -> Scope {
        match self {
            Self::Organisation => Scope::Organisation,
            Self::Product(_) => Scope::Product,
            Self::Release(..) => Scope::Release,
        }
    }
}

/// What a new record is to be.
#[derive(Debug, Clone)]
pub struct Begin {
    /// The kind's id.
    pub kind: String,
    /// What it is to belong to.
    pub scope: ScopeInput,
    /// The fields written so far.
    pub content: Value,
    /// The links made so far.
    pub links: Vec<DraftLink>,
}

/// A record that has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Its number, such as `RISK-12`.
    pub reference: String,
    /// Names the draft as it is now.
    pub expected: Digest,
}

/// The resolved ids of a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ids {
    pub scope: Scope,
    pub product: Option<i64>,
    pub release: Option<i64>,
}

impl Ids {
    pub(super) fn place(self) -> Place {
        self.product.map_or(Place::Organisation, |product| Place::Product(ProductId(product)))
    }
}

/// Looks a scope up; what may not be read does not exist.
pub(super) async fn resolve(conn: &mut Conn, who: &Who, input: &ScopeInput) -> Result<Ids> {
    let (product_key, release_name) = match input {
        ScopeInput::Organisation => {
            return Ok(Ids { scope: Scope::Organisation, product: None, release: None });
        }
        ScopeInput::Product(product) => (product, None),
        ScopeInput::Release(product, release) => (product, Some(release)),
    };
    let missing = || ServiceError::not_found("product", product_key);
    let product = tables::products::by_key(conn, product_key).await?.ok_or_else(missing)?;
    if !who.access().allows(Permission::Read, &Place::Product(ProductId(product.id))) {
        return Err(missing());
    }
    let release = match release_name {
        None => None,
        Some(name) => {
            let release = tables::releases::by_name(conn, product.id, name).await?;
            Some(release.ok_or_else(|| ServiceError::not_found("release", name))?.id)
        }
    };
    Ok(Ids { scope: input.scope(), product: Some(product.id), release })
}

/// The kinds that the actor may write somewhere, in the order of the book.
#[must_use]
pub fn kinds_to_write(app: &App, who: &Who) -> Vec<&'static Kind> {
    let may = |kind: &&'static Kind| {
        let permission = Permission::to_write(kind.family);
        let products = who.access().products(permission);
        who.access().allows(permission, &Place::Organisation)
            || products != theriac_auth::Products::Only(std::collections::BTreeSet::new())
    };
    app.kinds().iter().copied().filter(may).collect()
}

/// Why the actor may not begin a record of a kind in a place; `None` when they may.
///
/// # Errors
/// When there is no such place, the kind does not belong there, or the actor may not read it.
#[crate::boxed]
pub async fn begin_hindrance(
    app: &App,
    who: &Who,
    kind: &Kind,
    scope: &ScopeInput,
) -> Result<Option<String>> {
    let ids = resolve(&mut *app.store().read().await?, who, scope).await?;
    fits(kind, ids.scope)?;
    let refused = who.access().require(Permission::to_write(kind.family), ids.place()).err();
    Ok(refused.map(|why| why.to_string()))
}

/// Begins a record.
///
/// # Errors
/// When kind or scope is unknown or do not fit, the actor may not write it, or a field is not of its shape.
#[crate::boxed]
pub async fn begin(app: &App, who: &Who, input: Begin) -> Result<Opened> {
    begin_once(app, who, None, input).await
}

/// Begins a record from a form that bears a name of its own: sent twice, it begins one record.
///
/// # Errors
/// As [`begin`]; [`ServiceError::Changed`] with the record's number when the form has begun a record and says something
/// else now, or that record has moved on.
#[crate::boxed]
pub async fn begin_from_form(app: &App, who: &Who, form: &str, input: Begin) -> Result<Opened> {
    begin_once(app, who, Some(&key_of(form)), input).await
}

/// The record that the actor has begun from a form, if any.
///
/// # Errors
/// When there is no such kind, or the form began a record of another.
#[crate::boxed]
pub async fn begun_from_form(app: &App, who: &Who, form: &str, kind: &Kind) -> Result<Option<String>> {
    let mut read = app.store().read().await?;
    begun_by(&mut read, who.act("record begin").actor, Some(&key_of(form)), kind).await
}

fn key_of(form: &str) -> String {
    format!("form {form}")
}

async fn begin_once(app: &App, who: &Who, form: Option<&str>, input: Begin) -> Result<Opened> {
    let kind = app.kind(&input.kind).ok_or_else(|| ServiceError::not_found("kind of record", &input.kind))?;
    let mut read = app.store().read().await?;
    let ids = resolve(&mut read, who, &input.scope).await?;
    drop(read);
    fits(kind, ids.scope)?;
    who.require(app, Permission::to_write(kind.family), ids.place(), "record begin").await?;
    let content = Content::check(kind, &input.content, Completeness::Draft).map_err(ServiceError::Invalid)?;
    let (written, links) = (content.canonical()?, DraftLink::write(kind, input.links)?);
    let mut write = who.write(app, "record begin").await?;
    let actor = write.act().actor;
    if let Some(begun) = begun_by(&mut write, actor, form, kind).await? {
        return begun_already(&mut write, who, &begun, &written, &links).await;
    }
    let record = add(&mut write, kind, ids).await?;
    if let Some(form) = form {
        write.remember(form, request_of(kind), 201, &record.reference).await?;
    }
    let draft = Draft {
        record: record.id,
        author: author(who),
        predecessor: None,
        content: written,
        links,
        attachments: "[]".to_owned(),
        hands: BTreeSet::new(),
        saved_at: write.now(),
    };
    let expected = digest_of(&draft)?;
    let draft = put(&mut write, who, draft).await?;
    table::set_head(&mut write, &head_of_draft(&record, kind, &content, draft.saved_at)).await?;
    let detail = json!({ "kind": kind.id, "state": states::DRAFT });
    write.audit(&record.reference, None, Some(expected), detail);
    write.commit().await?;
    Ok(Opened { reference: record.reference, expected })
}

/// What a form asks for, whatever it says: a record of a kind.
fn request_of(kind: &Kind) -> Digest {
    Digest::of(format!("record begin {}", kind.id).as_bytes())
}

/// The record that a form has begun.
async fn begun_by(conn: &mut Conn, actor: Actor, form: Option<&str>, kind: &Kind) -> Result<Option<String>> {
    let Some(form) = form else { return Ok(None) };
    match conn.earlier(actor, form, request_of(kind)).await? {
        Earlier::Unknown => Ok(None),
        Earlier::Answered { response, .. } => Ok(Some(response)),
        Earlier::OtherRequest => Err(ServiceError::Repeated),
    }
}

/// The same said once more has the same answer; anything else is a change that its author decides on.
async fn begun_already(
    write: &mut Write,
    who: &Who,
    reference: &str,
    content: &str,
    links: &str,
) -> Result<Opened> {
    let missing = || ServiceError::not_found("record", reference);
    let record = table::by_ref(write, reference).await?.ok_or_else(missing)?;
    let now = current(write, who, &record).await?;
    let expected = digest_of(&now.draft)?;
    let same = now.stored.is_some()
        && now.latest.is_none()
        && now.draft.content == content
        && now.draft.links == links;
    if same {
        return Ok(Opened { reference: reference.to_owned(), expected });
    }
    Err(ServiceError::Changed { what: reference.to_owned(), now: Some(expected) })
}

pub(super) fn fits(kind: &Kind, scope: Scope) -> Result<()> {
    if kind.scopes.contains(&scope) {
        return Ok(());
    }
    let scopes: Vec<_> = kind.scopes.iter().map(|scope| scope.as_str()).collect();
    Err(ServiceError::field(
        "scope",
        format!("a {} belongs to: {}; not to: {scope}", kind.title.to_lowercase(), scopes.join(", ")),
    ))
}

/// Takes the next number and writes the record.
pub(super) async fn add(write: &mut Write, kind: &Kind, ids: Ids) -> Result<Record> {
    let number = write.next_number(kind.prefix).await?;
    let record = Record {
        id: write.id(),
        reference: format!("{}-{number}", kind.prefix),
        kind: kind.id.to_owned(),
        number,
        scope: ids.scope.to_string(),
        product: ids.product,
        release: ids.release,
        created_at: write.now(),
    };
    table::add(write, &record).await?;
    Ok(record)
}
