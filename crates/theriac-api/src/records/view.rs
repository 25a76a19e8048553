//! Records as they are answered. People are named by key.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use theriac_model::Digest;
use theriac_service::products::{self, Places};
use theriac_service::records::{Attachment, DraftLink, RevisionView as Revision};
use theriac_service::{App, Result, people};
use theriac_store::tables::records::{LinkRow, Listed, Record};
use utoipa::ToSchema;

/// A record as lists show it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecordRow {
    /// Its number, such as `RISK-12`.
    record: String,
    /// The kind's id.
    kind: String,
    /// The product, unless the record is the organisation's own.
    product: Option<String>,
    /// The release, where it belongs to one.
    release: Option<String>,
    /// The title of its latest revision, or of its draft.
    title: String,
    /// The state of its latest revision, or `draft`.
    state: String,
    /// The key of its owner.
    owner: Option<String>,
    /// Its next date.
    #[schema(value_type = Option<String>, format = Date)]
    due: Option<Date>,
    /// How many of its links are suspect.
    suspect: i64,
    /// The digest of its latest revision.
    latest: Option<String>,
    /// The digest of its approved revision in force.
    approved: Option<String>,
    /// When draft or revision last changed.
    #[schema(value_type = String, format = DateTime)]
    changed_at: Timestamp,
    /// The texts of the fields of its latest revision that lists show, by field.
    fields: BTreeMap<String, String>,
}

/// The records of a list, as they are answered: a fixed number of queries, however many there are.
pub(super) async fn rows(app: &App, listed: Vec<Listed>) -> Result<Vec<RecordRow>> {
    let owners = people::keys(app, listed.iter().filter_map(|row| row.head.owner)).await?;
    let records = || listed.iter().map(|row| &row.record);
    let products = records().filter_map(|record| record.product);
    let places = products::places(app, products, records().filter_map(|record| record.release)).await?;
    Ok(listed.into_iter().map(|row| RecordRow::new(row, &owners, &places)).collect())
}

impl RecordRow {
    fn new(row: Listed, owners: &BTreeMap<i64, String>, places: &Places) -> Self {
        let Listed { record, head, suspect, fields } = row;
        let Place { product, release } = Place::of(&record, places);
        Self {
            record: record.reference,
            kind: record.kind,
            product,
            release,
            title: head.title,
            state: head.state,
            owner: head.owner.and_then(|id| owners.get(&id).cloned()),
            due: head.due,
            suspect,
            latest: text(head.latest),
            approved: text(head.approved),
            changed_at: head.changed_at,
            fields: fields.into_iter().collect(),
        }
    }
}

/// What a record belongs to.
pub(super) struct Place {
    pub(super) product: Option<String>,
    pub(super) release: Option<String>,
}

impl Place {
    fn of(record: &Record, places: &Places) -> Self {
        Self {
            product: record.product.and_then(|id| places.products.get(&id).cloned()),
            release: record.release.and_then(|id| places.releases.get(&id).cloned()),
        }
    }
}

pub(super) fn text(digest: Option<Digest>) -> Option<String> {
    digest.map(|digest| digest.to_string())
}

/// The key of a person; what has left the table is named by id.
pub(super) fn key(keys: &BTreeMap<i64, String>, id: i64) -> String {
    keys.get(&id).cloned().unwrap_or_else(|| format!("person:{id}"))
}

/// A file that belongs to a draft or revision.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileRef {
    /// Its name.
    pub(super) name: String,
    /// The digest of its bytes, by which it is fetched.
    pub(super) digest: String,
}

impl From<Attachment> for FileRef {
    fn from(file: Attachment) -> Self {
        Self { name: file.name, digest: file.digest.to_string() }
    }
}

/// A link that is being written.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinkInput {
    /// The type, such as `mitigated-by`.
    #[serde(rename = "type")]
    pub(super) link: String,
    /// The record it leads to, such as `MEAS-3`.
    pub(super) target: String,
}

impl From<LinkInput> for DraftLink {
    fn from(link: LinkInput) -> Self {
        Self::new(link.link, link.target)
    }
}

/// A revision that a link leads to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RevisionRef {
    /// Its number.
    revision: i64,
    /// Its digest.
    digest: String,
}

/// A link as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LinkView {
    /// The type.
    #[serde(rename = "type")]
    link: String,
    /// The record at the other end.
    record: String,
    /// Its title.
    title: String,
    /// The target's state.
    state: String,
    /// The target's revision that the link was made against.
    pinned: RevisionRef,
    /// The target's approved revision in force.
    approved: Option<RevisionRef>,
    /// Whether the target is retired or has a newer approved revision that nobody has cleared.
    suspect: bool,
}

impl LinkView {
    /// A link, seen from one of its ends.
    pub(super) fn new(link: LinkRow, from_source: bool) -> Self {
        let (record, title) = if from_source {
            (link.target_reference, link.target_title)
        } else {
            (link.source_reference, link.source_title)
        };
        Self {
            link: link.link,
            record,
            title,
            state: link.target_state,
            pinned: RevisionRef { revision: link.pinned_number, digest: link.pinned.to_string() },
            approved: link
                .approved
                .map(|(digest, revision)| RevisionRef { revision, digest: digest.to_string() }),
            suspect: link.suspect,
        }
    }
}

/// A signature.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignatureView {
    /// The key of who signed.
    person: String,
    /// What it means.
    meaning: String,
    /// How the person proved to be the person.
    method: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// What the signer added in their own words; empty for nothing.
    comment: String,
}

/// A revision.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RevisionView {
    /// Its number, from 1.
    revision: i64,
    /// Names it, and is what is signed.
    digest: String,
    /// The digest of the revision before.
    predecessor: Option<String>,
    /// `in review`, `approved`, `sent back`, `retired` or `withdrawn`.
    state: String,
    /// The key of who wrote it.
    author: String,
    /// When it was submitted.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Its fields, in the present version of the kind.
    #[schema(value_type = Object)]
    content: Map<String, Value>,
    /// Its files.
    files: Vec<FileRef>,
    /// The signatures on it, oldest first.
    signatures: Vec<SignatureView>,
}

/// The people whom a revision names.
pub(super) fn people_of(revision: &Revision) -> impl Iterator<Item = i64> + '_ {
    revision.signatures.iter().map(|signature| signature.person).chain([revision.revision.author])
}

impl RevisionView {
    pub(super) fn new(revision: Revision, keys: &BTreeMap<i64, String>) -> Self {
        let signature = |signature: theriac_store::tables::signatures::Signature| SignatureView {
            person: key(keys, signature.person),
            meaning: signature.meaning,
            method: signature.method,
            at: signature.at,
            comment: signature.comment,
        };
        Self {
            revision: revision.revision.number,
            digest: revision.revision.digest.to_string(),
            predecessor: text(revision.revision.predecessor),
            state: revision.revision.state,
            author: key(keys, revision.revision.author),
            at: revision.revision.at,
            content: revision.content.into_map(),
            files: revision.attachments.into_iter().map(FileRef::from).collect(),
            signatures: revision.signatures.into_iter().map(signature).collect(),
        }
    }
}

/// A draft that was saved.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DraftSaved {
    /// Names the draft as it is now: to be sent as `expected` with the next change.
    expected: String,
    /// When it was saved.
    #[schema(value_type = String, format = DateTime)]
    saved_at: Timestamp,
}

impl From<theriac_service::records::DraftSaved> for DraftSaved {
    fn from(saved: theriac_service::records::DraftSaved) -> Self {
        Self { expected: saved.expected.to_string(), saved_at: saved.saved_at }
    }
}

/// What a signature led to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApprovalView {
    /// Whether the revision is approved now.
    approved: bool,
    /// The meaning that another person has still to sign.
    waiting_for: Option<String>,
}

impl From<theriac_service::records::Approval> for ApprovalView {
    fn from(approval: theriac_service::records::Approval) -> Self {
        match approval {
            theriac_service::records::Approval::Approved => Self { approved: true, waiting_for: None },
            theriac_service::records::Approval::Waiting(meaning) => {
                Self { approved: false, waiting_for: Some(meaning.to_owned()) }
            }
        }
    }
}
