//! One record as people read it: a revision with its links, signatures and history; two revisions compared.

use std::collections::BTreeMap;

use jiff::Timestamp;
use theriac_auth::Permission;
use theriac_model::Digest;
use theriac_model::record::{Content, FieldChange, Kind, Link};
use theriac_store::tables::records::{self as table, Head, LinkRow, Record, Revision, StateChange};
use theriac_store::tables::signatures::Signature;
use theriac_store::{Conn, tables};

use super::draft::{content_of, stored};
use super::{Attachment, find, states};
use crate::{App, Result, ServiceError, Who};

/// One revision.
#[derive(Debug, Clone)]
pub struct RevisionView {
    /// Its row.
    pub revision: Revision,
    /// Its fields, lifted to the present version of the kind.
    pub content: Content,
    /// Its files.
    pub attachments: Vec<Attachment>,
    /// The signatures on it, oldest first.
    pub signatures: Vec<Signature>,
}

/// A draft of somebody that waits beside the revisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftOf {
    /// Whose; 0 for a machine's.
    pub author: i64,
    /// When it was last saved.
    pub saved_at: Timestamp,
}

/// A record with one of its revisions.
#[derive(Debug, Clone)]
pub struct RecordView {
    /// The record.
    pub record: Record,
    /// Its kind.
    pub kind: &'static Kind,
    /// What lists show.
    pub head: Head,
    /// The revision shown; `None` while there is only a draft.
    pub shown: Option<RevisionView>,
    /// The number of the revision that stands, the latest that was not withdrawn unless none is left; 0 without one.
    pub latest: i64,
    /// The number of the revision that submitting a draft would mint.
    pub next: i64,
    /// The key of who wrote the revision shown.
    pub author: Option<String>,
    /// The fields of the draft, where there is no revision and the actor may see it.
    pub drafted: Option<Content>,
    /// The drafts that wait.
    pub drafts: Vec<DraftOf>,
    /// The sizes of the revision's files, in bytes.
    pub sizes: BTreeMap<Digest, u64>,
    /// The links that leave the revision shown.
    pub links: Vec<LinkRow>,
    /// The links of others' latest revisions that lead here.
    pub backlinks: Vec<LinkRow>,
    /// What happened to its revisions, newest first.
    pub events: Vec<StateChange>,
    /// The difference with the revision before.
    pub changed: Option<Changed>,
    /// The meaning of the approving signature, and of the clinical one where this revision needs it.
    pub meanings: Vec<&'static str>,
    /// The names of the product and the release, where the record belongs to them.
    pub place: (Option<String>, Option<String>),
}

/// What differs between two revisions.
#[derive(Debug, Clone)]
pub struct Changed {
    /// The older revision.
    pub older: Revision,
    /// The newer revision.
    pub newer: Revision,
    /// Fields that differ.
    pub fields: Vec<FieldChange>,
    /// Links that came, with type and target.
    pub links_added: Vec<Link>,
    /// Links that went.
    pub links_removed: Vec<Link>,
    /// Links that lead to another revision of their target than before.
    pub links_moved: Vec<Link>,
    /// Files that came or changed.
    pub files_added: Vec<Attachment>,
    /// Files that went or changed.
    pub files_removed: Vec<Attachment>,
}

impl Changed {
    fn new(kind: &Kind, older: Revision, newer: Revision) -> Result<Self> {
        let before = content_of(kind, older.kind_version, &older.content)?;
        let after = content_of(kind, newer.kind_version, &newer.content)?;
        let (links_before, links_after): (Vec<Link>, Vec<Link>) =
            (stored(&older.links)?, stored(&newer.links)?);
        let (files_before, files_after): (Vec<Attachment>, Vec<Attachment>) =
            (stored(&older.attachments)?, stored(&newer.attachments)?);
        let same = |one: &Link, other: &Link| one.link == other.link && one.target == other.target;
        let moved = |link: &&Link, links: &[Link]| {
            links.iter().any(|other| same(link, other) && link.pinned != other.pinned)
        };
        let absent = |link: &&Link, links: &[Link]| !links.iter().any(|other| same(link, other));
        Ok(Self {
            fields: kind.changes(&before, &after),
            links_added: links_after.iter().filter(|link| absent(link, &links_before)).cloned().collect(),
            links_removed: links_before.iter().filter(|link| absent(link, &links_after)).cloned().collect(),
            links_moved: links_after.iter().filter(|link| moved(link, &links_before)).cloned().collect(),
            files_added: files_after.iter().filter(|file| !files_before.contains(file)).cloned().collect(),
            files_removed: files_before.iter().filter(|file| !files_after.contains(file)).cloned().collect(),
            older,
            newer,
        })
    }
}

/// A record with its latest revision, or the one of a number.
///
/// # Errors
/// When there is no such record or revision, or the actor may not read it.
#[crate::boxed]
pub async fn record(app: &App, who: &Who, reference: &str, number: Option<i64>) -> Result<RecordView> {
    let mut read = app.store().read().await?;
    let (record, kind) = find(app, &mut read, who, reference).await?;
    let head = table::head_of(&mut read, record.id).await?;
    let head = head.ok_or_else(|| ServiceError::Internal(format!("{reference} has no head")))?;
    let newest = table::revisions_before(&mut read, record.id, i64::MAX, 1).await?.pop();
    let standing = table::standing(&mut read, record.id).await?;
    let latest = standing.as_ref().map_or(0, |revision| revision.number);
    let revision = match number {
        None => standing,
        Some(number) => {
            let found = table::revision_by_number(&mut read, record.id, number).await?;
            Some(found.ok_or_else(|| ServiceError::not_found("revision", format!("{reference}/{number}")))?)
        }
    };
    let drafts = table::drafts(&mut read, record.id).await?;
    let may_write = who.access().allows(Permission::to_write(kind.family), &super::scope_of(&record));
    let drafted = match (&revision, drafts.last()) {
        (None, Some(draft)) if may_write => Some(content_of(kind, kind.version, &draft.content)?),
        _ => None,
    };
    let (links, changed) = match &revision {
        None => (Vec::new(), None),
        Some(revision) => (
            table::links_of(&mut read, revision.digest).await?,
            change_before(&mut read, kind, revision).await?,
        ),
    };
    let author = match &revision {
        None => None,
        Some(revision) => tables::people::by_id(&mut read, revision.author).await?.map(|name| name.key),
    };
    let shown = match revision {
        None => None,
        Some(revision) => Some(view(&mut read, kind, revision).await?),
    };
    let meanings = match &shown {
        None => Vec::new(),
        Some(shown) => meanings(&mut read, record.id, kind, &shown.content).await?,
    };
    let files: Vec<Digest> =
        shown.iter().flat_map(|shown| &shown.attachments).map(|file| file.digest).collect();
    Ok(RecordView {
        sizes: read.blob_sizes(&files).await?,
        backlinks: table::links_to(&mut read, record.id).await?,
        events: table::state_changes(&mut read, record.id).await?,
        meanings,
        place: place(&mut read, &record).await?,
        drafts: drafts
            .into_iter()
            .map(|draft| DraftOf { author: draft.author, saved_at: draft.saved_at })
            .collect(),
        record,
        kind,
        head,
        shown,
        latest,
        author,
        next: newest.map_or(1, |newest| newest.number + 1),
        drafted,
        links,
        changed,
    })
}

async fn meanings(conn: &mut Conn, record: i64, kind: &Kind, content: &Content) -> Result<Vec<&'static str>> {
    let clinical = super::sign::needs_clinical(conn, record, kind, content).await?;
    let second = clinical.then_some(theriac_conformity::facts::words::CLINICAL);
    Ok(std::iter::once(kind.workflow.meaning).chain(second).collect())
}

async fn view(conn: &mut Conn, kind: &Kind, revision: Revision) -> Result<RevisionView> {
    Ok(RevisionView {
        content: content_of(kind, revision.kind_version, &revision.content)?,
        attachments: stored(&revision.attachments)?,
        signatures: tables::signatures::on(conn, revision.digest).await?,
        revision,
    })
}

async fn change_before(conn: &mut Conn, kind: &Kind, revision: &Revision) -> Result<Option<Changed>> {
    let before = match revision.predecessor {
        None => None,
        Some(digest) => table::revision_by_digest(conn, digest).await?,
    };
    before.map(|before| Changed::new(kind, before, revision.clone())).transpose()
}

async fn place(conn: &mut Conn, record: &Record) -> Result<(Option<String>, Option<String>)> {
    let product = match record.product {
        None => None,
        Some(id) => tables::products::by_id(conn, id).await?.map(|product| product.name),
    };
    let release = match record.release {
        None => None,
        Some(id) => tables::releases::by_id(conn, id).await?.map(|release| release.name),
    };
    Ok((product, release))
}

/// Up to 200 revisions of a record below a number, newest first, with their signatures.
///
/// # Errors
/// As [`record`].
#[crate::boxed]
pub async fn history(
    app: &App,
    who: &Who,
    reference: &str,
    before: Option<i64>,
) -> Result<Vec<RevisionView>> {
    let mut read = app.store().read().await?;
    let (record, kind) = find(app, &mut read, who, reference).await?;
    let revisions = table::revisions_before(&mut read, record.id, before.unwrap_or(i64::MAX), 200).await?;
    let mut signatures = table::signatures_of(&mut read, record.id).await?;
    let mut views = Vec::new();
    for revision in revisions {
        let (own, others) = signatures.into_iter().partition(|signature| signature.digest == revision.digest);
        signatures = others;
        views.push(RevisionView {
            content: content_of(kind, revision.kind_version, &revision.content)?,
            attachments: stored(&revision.attachments)?,
            signatures: own,
            revision,
        });
    }
    Ok(views)
}

/// Two revisions of a record compared, the older one first.
///
/// # Errors
/// As [`record`].
#[crate::boxed]
pub async fn compare(app: &App, who: &Who, reference: &str, one: i64, other: i64) -> Result<Changed> {
    let mut read = app.store().read().await?;
    let (record, kind) = find(app, &mut read, who, reference).await?;
    let mut found = Vec::new();
    for number in [one.min(other), one.max(other)] {
        let revision = table::revision_by_number(&mut read, record.id, number).await?;
        found.push(
            revision.ok_or_else(|| ServiceError::not_found("revision", format!("{reference}/{number}")))?,
        );
    }
    match (found.pop(), found.pop()) {
        (Some(newer), Some(older)) => Changed::new(kind, older, newer),
        _ => Err(ServiceError::Internal("two revisions were read".to_owned())),
    }
}

/// The bytes of a file that belongs to a record's revision or to the actor's draft.
///
/// # Errors
/// When the record has no such file, or the actor may not read it.
#[crate::boxed]
pub async fn attachment(app: &App, who: &Who, reference: &str, digest: Digest) -> Result<(String, Vec<u8>)> {
    let mut read = app.store().read().await?;
    let (record, _) = find(app, &mut read, who, reference).await?;
    let revisions = table::revisions_before(&mut read, record.id, i64::MAX, 1000).await?;
    let drafts = table::drafts(&mut read, record.id).await?;
    drop(read);
    let own = |author: i64| author == super::author(who) || author == super::MACHINE;
    let texts = revisions.iter().map(|revision| &revision.attachments);
    let texts = texts.chain(drafts.iter().filter(|draft| own(draft.author)).map(|draft| &draft.attachments));
    for text in texts {
        let files: Vec<Attachment> = stored(text)?;
        if let Some(file) = files.into_iter().find(|file| file.digest == digest) {
            return Ok((file.name, app.store().blob(digest).await?));
        }
    }
    Err(ServiceError::not_found("file", format!("{reference} {digest}")))
}

impl RecordView {
    /// Whether the revision shown is the latest and can be withdrawn: it is in review or sent back.
    #[must_use]
    pub fn withdrawable(&self) -> bool {
        let open = [states::IN_REVIEW, states::SENT_BACK];
        let shown = self.shown.as_ref().map(|shown| &shown.revision);
        shown.is_some_and(|shown| shown.number + 1 == self.next && open.contains(&shown.state.as_str()))
    }

    /// The revision that retiring takes out of use; `None` where that cannot be done now.
    #[must_use]
    pub fn retirable(&self) -> Option<Digest> {
        let now = [states::APPROVED, states::SENT_BACK].contains(&self.head.state.as_str());
        self.head.approved.filter(|_| now)
    }

    /// Whether the revision shown is the one that waits for signatures.
    #[must_use]
    pub fn in_review(&self) -> bool {
        let shown = self.shown.as_ref();
        shown.is_some_and(|shown| {
            shown.revision.number == self.latest && shown.revision.state == states::IN_REVIEW
        })
    }
}
