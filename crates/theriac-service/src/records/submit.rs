//! Submitting: a draft becomes a revision, immutable and named by its digest.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use serde_json::json;
use theriac_auth::{Permission, PersonId};
use theriac_model::Digest;
use theriac_model::kinds::RISK;
use theriac_model::record::{
    Choices, Completeness, Content, Field, FieldError, FieldType, Kind, Link, RevisionSeal,
};
use theriac_store::tables::records::{self as table, Listed, Projection, Record, Revision};
use theriac_store::{Conn, tables};

use super::draft::{Current, DraftLink, content_of, expect, head_of_revision, invalid, stored};
use super::{Attachment, clauses, find, scope_of, states, terms};
use crate::{App, Result, ServiceError, Who};

/// A revision that was minted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// The record.
    pub reference: String,
    /// The revision's number.
    pub number: i64,
    /// What names it, and what is signed.
    pub digest: Digest,
}

/// Submits the author's draft for review.
///
/// # Errors
/// [`ServiceError::Changed`] when the draft is no longer what was shown, [`ServiceError::Invalid`] with all that is
/// missing or wrong, or when the actor may not submit.
#[crate::boxed]
pub async fn submit(app: &App, who: &Who, reference: &str, expected: Digest) -> Result<Submitted> {
    let person = who.person()?;
    let mut read = app.store().read().await?;
    let (record, kind) = find(app, &mut read, who, reference).await?;
    drop(read);
    who.require(app, Permission::to_write(kind.family), scope_of(&record), "record submit").await?;
    who.require(app, Permission::SubmitRecord, scope_of(&record), "record submit").await?;
    let standard = clauses::standard(app, &record, kind).await?;
    let mut write = who.write(app, "record submit").await?;
    let now = expect(&mut write, who, &record, expected).await?;
    if now.stored.is_none() && now.latest.is_some() {
        return Err(ServiceError::rule(format!(
            "Nothing has changed in {reference} since its latest revision."
        )));
    }
    let whole = whole(app, &mut write, &record, kind, &now, standard).await?;
    let revision = mint(&record, kind, &now, &whole, person, write.now())?;
    let number = revision.number;
    if let Some(before) = now.latest.as_ref().filter(|latest| latest.state == states::IN_REVIEW) {
        let reason = format!("Replaced by revision {number} before it was judged");
        table::set_state(&mut write, record.id, before.digest, states::SENT_BACK, person.0, &reason).await?;
    }
    table::add_revision(&mut write, &revision, &projection(kind, &whole.content, &whole.links)).await?;
    let approved = table::head_of(&mut write, record.id).await?.and_then(|head| head.approved);
    table::add_hands(&mut write, record.id, revision.digest, &now.draft.hands).await?;
    let head = head_of_revision(&mut write, &record, kind, &whole.content, &revision, approved).await?;
    table::set_head(&mut write, &head).await?;
    table::remove_draft(&mut write, record.id, now.stored.unwrap_or(person.0)).await?;
    write.audit(
        reference,
        revision.predecessor,
        Some(revision.digest),
        json!({ "revision": number, "draft": expected }),
    );
    write.commit().await?;
    Ok(Submitted { reference: reference.to_owned(), number, digest: revision.digest })
}

/// What a draft says, complete and consistent; links come with the rows that they lead to.
struct Whole {
    content: Content,
    links: Vec<(Link, i64)>,
}

async fn whole(
    app: &App,
    conn: &mut Conn,
    record: &Record,
    kind: &'static Kind,
    now: &Current,
    standard: Option<clauses::Standard>,
) -> Result<Whole> {
    let written = content_of(kind, kind.version, &now.draft.content)?;
    let value = serde_json::Value::Object(written.into_map());
    let content = Content::check(kind, &value, Completeness::Submitted).map_err(ServiceError::Invalid)?;
    let drafted = pinned_before(now, DraftLink::read(&now.draft.links)?)?;
    let mut errors = enough_links(kind, &drafted);
    let links = pin(conn, record, kind, &drafted, &mut errors).await?;
    references_exist(conn, record, kind, &content, &mut errors).await?;
    terms::check(app, conn, kind, &content, &mut errors).await?;
    scored(kind, &content, &mut errors);
    if let Some(standard) = &standard {
        standard.check(kind, &content, &mut errors);
    }
    invalid(errors)?;
    let content = match standard {
        Some(standard) => standard.pin(kind, content)?,
        None => content,
    };
    Ok(Whole { content, links })
}

/// The revision that goes on from what stands, named by all that it covers.
fn mint(
    record: &Record,
    kind: &Kind,
    now: &Current,
    whole: &Whole,
    author: PersonId,
    at: Timestamp,
) -> Result<Revision> {
    let links: Vec<&Link> = whole.links.iter().map(|(link, _)| link).collect();
    let attachments: Vec<Attachment> = stored(&now.draft.attachments)?;
    let sealed: Vec<(String, Digest)> =
        attachments.into_iter().map(|file| (file.name, file.digest)).collect();
    let (content, links) = (whole.content.canonical()?, theriac_model::canonical_json(&links)?);
    let seal = RevisionSeal {
        record: &record.reference,
        number: now.next,
        kind: kind.id,
        kind_version: kind.version,
        predecessor: now.draft.predecessor,
        content: &content,
        links: &links,
        attachments: &sealed,
    };
    Ok(Revision {
        digest: seal.digest()?,
        record: record.id,
        number: now.next,
        kind_version: kind.version,
        predecessor: now.draft.predecessor,
        content,
        links,
        attachments: now.draft.attachments.clone(),
        author: author.0,
        at,
        state: states::IN_REVIEW.to_owned(),
    })
}

/// What lists and links take from a revision; links come with the rows that they lead to.
pub(super) fn projection(kind: &Kind, content: &Content, links: &[(Link, i64)]) -> Projection {
    let listed = kind.fields.iter().filter(|field| field.listed);
    let listed = listed.map(|field| (field.id.to_owned(), field.display(content.get(field.id))));
    let mut projection = Projection {
        links: links.iter().map(|(link, target)| (link.link.clone(), *target, link.pinned)).collect(),
        listed: listed.filter(|(_, text)| !text.is_empty()).collect(),
    };
    projection.links.sort();
    projection.listed.sort();
    projection
}

fn enough_links(kind: &Kind, links: &[DraftLink]) -> Vec<FieldError> {
    let count = |id: &str| links.iter().filter(|link| link.link == id).count();
    let short = kind.links.iter().filter(|link| count(link.id) < link.at_least);
    short
        .map(|link| {
            let kinds = if link.targets.is_empty() { "record".to_owned() } else { link.targets.join(" or ") };
            let message = format!("at least {} link '{}' to a {kinds} is needed", link.at_least, link.id);
            FieldError::new("links", message)
        })
        .collect()
}

/// The links of a draft with the pins that the revision before gives them, also where they were taken out of the draft and
/// put in again: no pin moves unseen.
fn pinned_before(now: &Current, links: Vec<DraftLink>) -> Result<Vec<DraftLink>> {
    let Some(latest) = &now.latest else { return Ok(links) };
    let before: Vec<Link> = stored(&latest.links)?;
    let pin = |link: &DraftLink| {
        let same = before.iter().find(|other| other.link == link.link && other.target == link.target);
        same.map(|same| same.pinned)
    };
    Ok(links.into_iter().map(|link| DraftLink { pinned: pin(&link).or(link.pinned), ..link }).collect())
}

/// The links with their pins and the rows they lead to; new ones, and those that judge, are pinned to what the target is
/// now, or to what the record's release reads of it.
async fn pin(
    conn: &mut Conn,
    record: &Record,
    kind: &Kind,
    links: &[DraftLink],
    errors: &mut Vec<FieldError>,
) -> Result<Vec<(Link, i64)>> {
    let names: Vec<String> = links.iter().map(|link| link.target.clone()).collect();
    let found = table::by_refs(conn, &names).await?;
    let read = match record.release {
        None => HashMap::new(),
        Some(release) => {
            let targets: Vec<i64> = found.iter().map(|listed| listed.record.id).collect();
            tables::baseline::read_of(conn, release, &targets).await?
        }
    };
    let mut pinned = Vec::new();
    for link in links {
        let target = found.iter().find(|listed| listed.record.reference == link.target);
        match pin_of(record, kind, link, target, &read) {
            Ok((digest, target)) => {
                let link = Link { link: link.link.clone(), target: link.target.clone(), pinned: digest };
                pinned.push((link, target));
            }
            Err(message) => {
                errors.push(FieldError::new("links", format!("{} {}: {message}", link.link, link.target)))
            }
        }
    }
    pinned.sort();
    Ok(pinned)
}

fn pin_of(
    record: &Record,
    kind: &Kind,
    link: &DraftLink,
    target: Option<&Listed>,
    read: &HashMap<i64, Digest>,
) -> Result<(Digest, i64), String> {
    let visible =
        |listed: &&Listed| listed.record.product.is_none() || listed.record.product == record.product;
    let Some(target) = target.filter(visible) else {
        return Err("there is no such record of this product or the organisation".to_owned());
    };
    let Some(link_type) = kind.link(&link.link).filter(|link| link.allows(&target.record.kind)) else {
        return Err(format!("this link does not lead to a {}", target.record.kind));
    };
    if target.record.id == record.id {
        return Err("a record does not link to itself".to_owned());
    }
    // A new revision of a judgement judges anew what is there now; every other link keeps the pin it was made with.
    let kept = link.pinned.filter(|_| !link_type.judges);
    let read = read.get(&target.record.id).copied();
    let digest = kept.or(read).or(target.head.approved).or(target.head.latest);
    let digest = digest.ok_or_else(|| "it is a draft without a revision: submit it first".to_owned())?;
    Ok((digest, target.record.id))
}

/// People, evidence, builds and levels of scales that the content names exist.
async fn references_exist(
    conn: &mut Conn,
    record: &Record,
    kind: &Kind,
    content: &Content,
    errors: &mut Vec<FieldError>,
) -> Result<()> {
    let people = content.people(kind);
    if !people.is_empty() {
        let known = people_among(conn, &people).await?;
        for (field, key) in people {
            if !known.contains(&key) {
                errors.push(FieldError::new(field, format!("there is no person '{key}'")));
            }
        }
    }
    let evidence = content.evidence(kind);
    if !evidence.is_empty() {
        let names: Vec<String> = evidence.iter().map(|(_, name)| name.clone()).collect();
        let known = table::evidence_among(conn, record.product, &names).await?;
        for (field, name) in evidence {
            if !known.contains(&name) {
                errors.push(FieldError::new(field, format!("there is no evidence '{name}' of this product")));
            }
        }
    }
    let scales: Vec<&Field> = kind.fields.iter().filter(|field| scale_of(field).is_some()).collect();
    if !scales.is_empty() {
        let criteria = criteria(conn, record.product).await?;
        for field in scales {
            level_exists(field, content, criteria.as_ref(), errors);
        }
    }
    if let Some(release) = record.release {
        for field in kind.fields.iter().filter(|field| field.field_type == FieldType::Build) {
            build_exists(conn, release, field, content.text(field.id), errors).await?;
        }
    }
    Ok(())
}

/// The vector of a risk is one that can be read.
fn scored(kind: &Kind, content: &Content, errors: &mut Vec<FieldError>) {
    let vector = content.text("cvss");
    if kind.id != RISK.id || vector.is_empty() || theriac_vulndb::is_cvss_vector(vector) {
        return;
    }
    let message = format!(
        "'{vector}' is no CVSS vector of version 2.0, 3.0, 3.1 or 4.0; give one such as \
         CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N"
    );
    errors.push(FieldError::new("cvss", message));
}

/// Those of the keys that are somebody's.
async fn people_among(conn: &mut Conn, named: &[(String, String)]) -> Result<BTreeSet<String>> {
    let keys: BTreeSet<&String> = named.iter().map(|(_, key)| key).collect();
    let keys: Vec<String> = keys.into_iter().cloned().collect();
    let mut known = BTreeSet::new();
    for some in keys.chunks(1000) {
        known.extend(tables::people::names_by_keys(conn, some).await?.into_iter().map(|name| name.key));
    }
    Ok(known)
}

async fn build_exists(
    conn: &mut Conn,
    release: i64,
    field: &Field,
    name: &str,
    errors: &mut Vec<FieldError>,
) -> Result<()> {
    if !name.is_empty() && tables::releases::build_by_name(conn, release, name).await?.is_none() {
        errors.push(FieldError::new(field.id, format!("there is no build '{name}' of this release")));
    }
    Ok(())
}

const fn scale_of(field: &Field) -> Option<&'static str> {
    match field.field_type {
        FieldType::Choice(Choices::Scale(scale)) => Some(scale),
        _ => None,
    }
}

/// The levels of each scale that a kind asks for, by the risk criteria in force for a product or, where it is `None`,
/// for the organisation; without those that nobody has approved yet.
///
/// # Errors
/// What the store says.
#[crate::boxed]
pub async fn levels(
    app: &App,
    kind: &Kind,
    product: Option<i64>,
) -> Result<BTreeMap<&'static str, Vec<String>>> {
    let scales: Vec<&'static str> = kind.fields.iter().filter_map(scale_of).collect();
    if scales.is_empty() {
        return Ok(BTreeMap::new());
    }
    let Some(criteria) = criteria(&mut *app.store().read().await?, product).await? else {
        return Ok(BTreeMap::new());
    };
    let levels = |scale: &'static str| {
        (scale, criteria.list(scale).into_iter().map(str::to_owned).collect::<Vec<_>>())
    };
    Ok(scales.into_iter().map(levels).collect())
}

/// The risk criteria in force: the product's own, else the organisation's.
async fn criteria(conn: &mut Conn, product: Option<i64>) -> Result<Option<Content>> {
    let Some(text) = table::approved_content(conn, "risk-criteria", product).await? else {
        return Ok(None);
    };
    Ok(Some(Content::from_stored(stored(&text)?)))
}

fn level_exists(field: &Field, content: &Content, criteria: Option<&Content>, errors: &mut Vec<FieldError>) {
    let (Some(scale), level) = (scale_of(field), content.text(field.id)) else { return };
    if level.is_empty() {
        return;
    }
    let Some(criteria) = criteria else {
        errors.push(FieldError::new(
            field.id,
            "no risk criteria are approved yet: write and approve them first",
        ));
        return;
    };
    let levels = criteria.list(scale);
    if !levels.contains(&level) {
        errors.push(FieldError::new(
            field.id,
            format!("'{level}' is not a level; the levels are {}", levels.join(", ")),
        ));
    }
}
