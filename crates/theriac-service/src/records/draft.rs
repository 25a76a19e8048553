//! Drafts: the working copy of one author, saved as often as one likes.
//!
//! Whoever saves says which state was shown (`expected`), so that two windows never overwrite each other unseen. A draft
//! that goes on from a revision which is no longer the latest one gives way: what is shown is the latest revision.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use theriac_auth::Permission;
use theriac_model::record::{Completeness, Content, FieldError, Kind, Link, direction_override};
use theriac_model::{Digest, canonical_json};
use theriac_store::blobs::Staged;
use theriac_store::tables::records::{self as table, Draft, Head, Record, Revision};
use theriac_store::{Conn, tables};

use super::{Attachment, MACHINE, author, find, scope_of, states};
use crate::text::fold;
use crate::{App, Result, ServiceError, Who};

/// Most links that a draft holds.
const LINKS_MAX: usize = 500;
/// Most characters of a link's target; what is written need not be there yet.
pub(super) const TARGET_MAX: usize = 100;
/// Most files that a draft holds.
pub(super) const ATTACHMENTS_MAX: usize = 50;

/// A link in a draft. It is pinned to the target's revision when the draft is submitted, unless it was there before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DraftLink {
    /// The type, such as `mitigated-by`.
    #[serde(rename = "type")]
    pub link: String,
    /// The target, such as `MEAS-3`.
    pub target: String,
    /// The target's revision that the link was made against; `None` while it is new.
    #[serde(default)]
    pub pinned: Option<Digest>,
}

impl DraftLink {
    /// A new link.
    pub fn new(link: impl Into<String>, target: impl Into<String>) -> Self {
        Self { link: link.into(), target: target.into(), pinned: None }
    }

    /// Links of a draft as they are stored: known types only, each once, sorted.
    pub(super) fn write(kind: &Kind, mut links: Vec<Self>) -> Result<String> {
        if links.len() > LINKS_MAX {
            return Err(ServiceError::field("links", format!("at most {LINKS_MAX} links")));
        }
        if let Some(unknown) = links.iter().find(|link| kind.link(&link.link).is_none()) {
            let known: Vec<_> = kind.links.iter().map(|link| link.id).collect();
            let words = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Err(ServiceError::field(
                "links",
                format!("'{}' is not a link of this kind; its links are: {words}", unknown.link),
            ));
        }
        if links.iter().any(|link| link.target.chars().count() > TARGET_MAX) {
            return Err(ServiceError::field("links", "a link leads to a record, such as RISK-12"));
        }
        links.sort();
        links.dedup_by(|one, other| one.link == other.link && one.target == other.target);
        Ok(canonical_json(&links)?)
    }

    pub(super) fn read(text: &str) -> Result<Vec<Self>> {
        stored(text)
    }
}

/// What an author wrote.
#[derive(Debug, Clone)]
pub struct DraftInput {
    /// The fields.
    pub content: Value,
    /// The links; pins are kept from the draft and not taken from here.
    pub links: Vec<DraftLink>,
}

/// A saved draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftSaved {
    /// Names the draft as it is now.
    pub expected: Digest,
    /// When it was saved.
    pub saved_at: Timestamp,
}

/// A draft as a form shows it.
#[derive(Debug, Clone)]
pub struct DraftView {
    /// The record.
    pub record: Record,
    /// Its kind.
    pub kind: &'static Kind,
    /// The fields.
    pub content: Content,
    /// The links, with the titles of their targets.
    pub links: Vec<(DraftLink, String)>,
    /// The files.
    pub attachments: Vec<Attachment>,
    /// Names the draft as it is shown.
    pub expected: Digest,
    /// When it was last saved; `None` while it equals the latest revision.
    pub saved_at: Option<Timestamp>,
    /// The number of the revision that submitting it would mint.
    pub next: i64,
    /// An own draft that goes on from an older revision, which a colleague's has overtaken.
    pub overtaken: Option<Content>,
    /// The reason given, when the latest revision was sent back.
    pub sent_back: Option<String>,
}

/// What the author would edit now: their draft, a machine's, or the latest revision.
pub(super) struct Current {
    pub draft: Draft,
    /// Whose the stored draft is; `None` while there is none.
    pub stored: Option<i64>,
    /// The revision that stands, which the draft goes on from.
    pub latest: Option<Revision>,
    /// The number of the revision that submitting would mint.
    pub next: i64,
    pub overtaken: Option<Draft>,
}

impl Current {
    /// What saving does beyond going on with one's own draft, as the audit log calls it.
    fn begins(&self, who: &Who) -> Option<&'static str> {
        match self.stored {
            None => Some("record draft begin"),
            Some(of) if of != author(who) => Some("record draft take over"),
            Some(_) => None,
        }
    }

    /// Names the draft that the first save replaces: a machine's, or one that a newer revision has overtaken.
    pub(super) fn replaced(&self) -> Result<Option<Digest>> {
        let draft = self.overtaken.as_ref().or(self.stored.map(|_| &self.draft));
        draft.map(digest_of).transpose()
    }
}

pub(super) async fn current(conn: &mut Conn, who: &Who, record: &Record) -> Result<Current> {
    let newest = table::revisions_before(conn, record.id, i64::MAX, 1).await?.pop();
    let latest = table::standing(conn, record.id).await?;
    let digest = latest.as_ref().map(|revision| revision.digest);
    let mut own = table::draft_of(conn, record.id, author(who)).await?;
    if own.is_none() {
        own = table::draft_of(conn, record.id, MACHINE).await?;
    }
    let (own, overtaken) = match own {
        Some(draft) if draft.predecessor == digest => (Some(draft), None),
        other => (None, other),
    };
    let stored = own.as_ref().map(|draft| draft.author);
    let draft = match own {
        Some(draft) => Draft { author: author(who), ..draft },
        None => from_revision(record, latest.as_ref(), author(who))?,
    };
    Ok(Current { draft, stored, latest, next: newest.map_or(1, |newest| newest.number + 1), overtaken })
}

fn from_revision(record: &Record, revision: Option<&Revision>, author: i64) -> Result<Draft> {
    let (content, links, attachments) = match revision {
        None => ("{}".to_owned(), "[]".to_owned(), "[]".to_owned()),
        Some(revision) => {
            let links: Vec<Link> = stored(&revision.links)?;
            let links: Vec<_> = links
                .into_iter()
                .map(|link| DraftLink { link: link.link, target: link.target, pinned: Some(link.pinned) })
                .collect();
            (revision.content.clone(), canonical_json(&links)?, revision.attachments.clone())
        }
    };
    Ok(Draft {
        record: record.id,
        author,
        predecessor: revision.map(|revision| revision.digest),
        content,
        links,
        attachments,
        hands: BTreeSet::new(),
        saved_at: Timestamp::UNIX_EPOCH,
    })
}

/// Names a draft: everything that the author can change, and what it goes on from.
pub(super) fn digest_of(draft: &Draft) -> Result<Digest> {
    let parts = (draft.predecessor, &draft.content, &draft.links, &draft.attachments);
    Ok(Digest::of(canonical_json(&parts)?.as_bytes()))
}

pub(super) fn stored<T: for<'a> Deserialize<'a>>(text: &str) -> Result<T> {
    serde_json::from_str(text)
        .map_err(|error| ServiceError::Internal(format!("a stored text is damaged: {error}")))
}

pub(crate) fn content_of(kind: &Kind, version: u32, text: &str) -> Result<Content> {
    let map: Map<String, Value> = stored(text)?;
    Ok(kind.lift(version, map))
}

/// The draft as the form shows it: the author's own, or one made from the latest revision.
///
/// # Errors
/// When there is no such record or the actor may not write it.
#[crate::boxed]
pub async fn edit(app: &App, who: &Who, reference: &str) -> Result<DraftView> {
    let mut read = app.store().read().await?;
    let (record, kind) = find(app, &mut read, who, reference).await?;
    let now = current(&mut read, who, &record).await?;
    let links = DraftLink::read(&now.draft.links)?;
    let targets: Vec<String> = links.iter().map(|link| link.target.clone()).collect();
    let heads = table::by_refs(&mut read, &targets).await?;
    let changes = table::state_changes(&mut read, record.id).await?;
    drop(read);
    who.require(app, Permission::to_write(kind.family), scope_of(&record), "record edit").await?;
    let title = |target: &str| {
        let found = heads.iter().find(|listed| listed.record.reference == target);
        found.map(|listed| listed.head.title.clone()).unwrap_or_default()
    };
    let version = now
        .latest
        .as_ref()
        .filter(|_| now.stored.is_none())
        .map_or(kind.version, |latest| latest.kind_version);
    let sent_back =
        now.latest.as_ref().filter(|latest| latest.state == states::SENT_BACK).and_then(|latest| {
            changes.iter().find(|change| change.revision == latest.digest).map(|change| change.reason.clone())
        });
    Ok(DraftView {
        content: content_of(kind, version, &now.draft.content)?,
        links: links.into_iter().map(|link| (link.clone(), title(&link.target))).collect(),
        attachments: stored(&now.draft.attachments)?,
        expected: digest_of(&now.draft)?,
        saved_at: now.stored.map(|_| now.draft.saved_at),
        next: now.next,
        overtaken: now.overtaken.map(|draft| content_of(kind, kind.version, &draft.content)).transpose()?,
        sent_back,
        record,
        kind,
    })
}

/// Saves what the author wrote. The first save of a draft is an entry of the audit log, and so is one that takes a
/// machine's draft over; what the author saves after that is theirs alone until it is submitted or discarded, which
/// are entries again.
///
/// # Errors
/// [`ServiceError::Changed`] when the draft is no longer what was shown, [`ServiceError::Invalid`] with every field that
/// is not of its shape, or when the actor may not write the record.
#[crate::boxed]
pub async fn save_draft(
    app: &App,
    who: &Who,
    reference: &str,
    expected: Digest,
    input: DraftInput,
) -> Result<DraftSaved> {
    let mut read = app.store().read().await?;
    let (record, kind) = find(app, &mut read, who, reference).await?;
    let begins = current(&mut read, who, &record).await?.begins(who);
    drop(read);
    who.require(app, Permission::to_write(kind.family), scope_of(&record), "record save").await?;
    let content = Content::check(kind, &input.content, Completeness::Draft).map_err(ServiceError::Invalid)?;
    let written = Written { record, kind, content, links: input.links };
    let Some(action) = begins else {
        let mut work = app.store().maintain().await?;
        let (draft, before) = written.over(&mut work, who, expected, app.now()).await?;
        if before.begins(who).is_some() {
            return Err(ServiceError::Changed { what: reference.to_owned(), now: Some(expected) });
        }
        work.commit().await?;
        return Ok(DraftSaved { expected: digest_of(&draft)?, saved_at: draft.saved_at });
    };
    let mut write = who.write(app, action).await?;
    let now = write.now();
    let (draft, before) = written.over(&mut write, who, expected, now).await?;
    let digest = digest_of(&draft)?;
    write.audit(reference, before.replaced()?, Some(digest), json!({ "revision": draft.predecessor }));
    write.commit().await?;
    Ok(DraftSaved { expected: digest, saved_at: draft.saved_at })
}

/// What was written, of the right shape.
struct Written {
    record: Record,
    kind: &'static Kind,
    content: Content,
    links: Vec<DraftLink>,
}

impl Written {
    /// Writes it over the draft that was shown; gives what is there now and what was before.
    async fn over(
        self,
        conn: &mut Conn,
        who: &Who,
        expected: Digest,
        now: Timestamp,
    ) -> Result<(Draft, Current)> {
        let before = expect(conn, who, &self.record, expected).await?;
        let known = DraftLink::read(&before.draft.links)?;
        let links = self.links.into_iter().map(|link| pinned_as_before(link, &known)).collect();
        let links = DraftLink::write(self.kind, links)?;
        let content = self.content.canonical()?;
        let draft = Draft { content, links, saved_at: now, ..before.draft.clone() };
        let draft = put(conn, who, draft).await?;
        if before.latest.is_none() {
            table::set_head(conn, &head_of_draft(&self.record, self.kind, &self.content, now)).await?;
        }
        Ok((draft, before))
    }
}

/// A link that the draft has already keeps the revision that it was made with.
pub(super) fn pinned_as_before(link: DraftLink, known: &[DraftLink]) -> DraftLink {
    let before = known.iter().find(|other| other.link == link.link && other.target == link.target);
    DraftLink { pinned: before.and_then(|other| other.pinned), ..link }
}

/// The present draft, if it is the one that was shown.
pub(super) async fn expect(conn: &mut Conn, who: &Who, record: &Record, expected: Digest) -> Result<Current> {
    // What is compared here is still so when it is written over.
    table::lock(conn, record.id).await?;
    let now = current(conn, who, record).await?;
    let digest = digest_of(&now.draft)?;
    if digest != expected {
        return Err(ServiceError::Changed { what: record.reference.clone(), now: Some(digest) });
    }
    Ok(now)
}

/// Writes the draft; a machine's becomes the author's, and who answers for the machine stays known.
pub(super) async fn put(conn: &mut Conn, who: &Who, mut draft: Draft) -> Result<Draft> {
    if let Some(token) = who.access().token() {
        let token = tables::access::token_by_id(conn, token.0).await?;
        let owner = token.and_then(|token| token.owner).ok_or_else(|| {
            ServiceError::rule(
                "Nobody answers for this token, so it drafts no records. Ask an administrator for one that names its owner.",
            )
        })?;
        draft.hands.insert(owner);
    }
    if draft.author != MACHINE {
        table::remove_draft(conn, draft.record, MACHINE).await?;
    }
    table::save_draft(conn, &draft).await?;
    Ok(draft)
}

/// Attaches a file to the draft; one of the same name is replaced.
///
/// # Errors
/// As [`save_draft`], and when there are too many files or the name is not one.
#[crate::boxed]
pub async fn attach(
    app: &App,
    who: &Who,
    reference: &str,
    expected: Digest,
    name: &str,
    file: Staged,
) -> Result<DraftSaved> {
    let name = name.trim();
    file_name("file", name)?;
    change_attachments(app, who, reference, expected, "record attach", Some(file), |files| {
        files.retain(|other| other.name != name);
        files.push(Attachment { name: name.to_owned(), digest: file.digest });
    })
    .await
}

/// Refuses what is no name of a file.
pub(super) fn file_name(field: &str, name: &str) -> Result<()> {
    let dots = name.trim_matches('.').is_empty();
    let odd = |c: char| matches!(c, '/' | '\\') || c.is_control();
    if dots || name.chars().count() > 200 || name.contains(odd) {
        return Err(ServiceError::field(
            field,
            "the file needs a name of at most 200 characters, without a slash and of more than dots",
        ));
    }
    upright(field, name)
}

/// Refuses a text that reads otherwise than it stands.
pub(super) fn upright(field: &str, text: &str) -> Result<()> {
    direction_override(text).map_or(Ok(()), |message| Err(ServiceError::field(field, message)))
}

/// Takes a file away from the draft.
///
/// # Errors
/// As [`save_draft`].
#[crate::boxed]
pub async fn detach(
    app: &App,
    who: &Who,
    reference: &str,
    expected: Digest,
    name: &str,
) -> Result<DraftSaved> {
    change_attachments(app, who, reference, expected, "record detach", None, |files| {
        files.retain(|other| other.name != name);
    })
    .await
}

async fn change_attachments(
    app: &App,
    who: &Who,
    reference: &str,
    expected: Digest,
    action: &str,
    file: Option<Staged>,
    change: impl FnOnce(&mut Vec<Attachment>),
) -> Result<DraftSaved> {
    let mut read = app.store().read().await?;
    let (record, kind) = find(app, &mut read, who, reference).await?;
    drop(read);
    who.require(app, Permission::to_write(kind.family), scope_of(&record), action).await?;
    let mut write = who.write(app, action).await?;
    let now = expect(&mut write, who, &record, expected).await?;
    let mut files: Vec<Attachment> = stored(&now.draft.attachments)?;
    change(&mut files);
    if files.len() > ATTACHMENTS_MAX {
        return Err(ServiceError::field("file", format!("at most {ATTACHMENTS_MAX} files")));
    }
    files.sort();
    if let Some(file) = file {
        write.keep(file).await?;
    }
    let draft = Draft { attachments: canonical_json(&files)?, saved_at: write.now(), ..now.draft };
    let draft = put(&mut write, who, draft).await?;
    write.audit(reference, None, file.map(|file| file.digest), json!({ "files": files.len() }));
    write.commit().await?;
    Ok(DraftSaved { expected: digest_of(&draft)?, saved_at: draft.saved_at })
}

/// Throws the author's draft away. A record that never had a revision stays as a number without content.
///
/// # Errors
/// When there is no draft, or the record may not be written.
#[crate::boxed]
pub async fn discard(app: &App, who: &Who, reference: &str, expected: Digest) -> Result<()> {
    let mut read = app.store().read().await?;
    let (record, kind) = find(app, &mut read, who, reference).await?;
    drop(read);
    who.require(app, Permission::to_write(kind.family), scope_of(&record), "record discard").await?;
    let mut write = who.write(app, "record discard").await?;
    let now = expect(&mut write, who, &record, expected).await?;
    // Who has a draft of their own was shown that one: a machine's beside it stays.
    let mine = table::remove_draft(&mut write, record.id, author(who)).await?;
    if mine == 0 && table::remove_draft(&mut write, record.id, MACHINE).await? == 0 {
        return Err(ServiceError::rule(format!("There is no draft of {reference} to discard.")));
    }
    if now.latest.is_none() {
        let head = head_of_draft(&record, kind, &Content::default(), write.now());
        table::set_head(&mut write, &Head { title: "(discarded)".to_owned(), ..head }).await?;
    }
    write.audit(reference, Some(expected), None, json!({}));
    write.commit().await?;
    Ok(())
}

/// What lists show of a record that has no revision yet.
pub(super) fn head_of_draft(record: &Record, kind: &Kind, content: &Content, at: Timestamp) -> Head {
    let title = match content.text("title") {
        "" => format!("Untitled {}", kind.title.to_lowercase()),
        title => title.to_owned(),
    };
    Head {
        record: record.id,
        latest: None,
        approved: None,
        folded: fold(&format!("{} {title}", record.reference)),
        title,
        state: states::DRAFT.to_owned(),
        owner: None,
        due: None,
        changed_at: at,
    }
}

/// What lists show of a record's revision.
pub(super) async fn head_of_revision(
    conn: &mut Conn,
    record: &Record,
    kind: &Kind,
    content: &Content,
    revision: &Revision,
    approved: Option<Digest>,
) -> Result<Head> {
    let owner = match owner_key(kind, content) {
        None => None,
        Some(key) => tables::people::by_key(conn, key).await?.map(|person| person.id),
    };
    Ok(head_owned_by(owner, record, kind, content, revision, approved))
}

/// The key of who owns a record.
pub(super) fn owner_key<'a>(kind: &Kind, content: &'a Content) -> Option<&'a str> {
    let fields = kind.duties.iter().map(|duty| duty.owner).chain(["owner"]);
    fields.map(|field| content.text(field)).find(|text| !text.is_empty())
}

/// What lists show of the revision of a record that this person owns.
pub(super) fn head_owned_by(
    owner: Option<i64>,
    record: &Record,
    kind: &Kind,
    content: &Content,
    revision: &Revision,
    approved: Option<Digest>,
) -> Head {
    let mut words = vec![record.reference.clone()];
    words.extend(
        kind.fields.iter().filter(|field| field.listed).map(|field| field.display(content.get(field.id))),
    );
    Head {
        record: record.id,
        latest: Some(revision.digest),
        approved,
        title: content.text("title").to_owned(),
        folded: fold(&words.join(" ")),
        state: revision.state.clone(),
        owner,
        due: if revision.state == states::RETIRED { None } else { next_date(kind, content) },
        changed_at: revision.at,
    }
}

/// The first day on which something is owed.
fn next_date(kind: &Kind, content: &Content) -> Option<Date> {
    let open = kind.duties.iter().filter(|duty| duty.unless.is_none_or(|done| content.date(done).is_none()));
    open.filter_map(|duty| content.date(duty.date)).min()
}

/// The errors of all fields at once.
pub(super) fn invalid(errors: Vec<FieldError>) -> Result<()> {
    if errors.is_empty() { Ok(()) } else { Err(ServiceError::Invalid(errors)) }
}
