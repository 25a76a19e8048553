//! Revisions, which never change, with their states, listed fields and signatures.

use std::collections::BTreeSet;

use jiff::Timestamp;
use theriac_model::Digest;
use theriac_model::record::RevisionSeal;

use super::projections::{Projection, set_projection};
use crate::tables::signatures::{self, Signature};
use crate::{Args, Conn, Row, StoreError, Write, args};

/// A revision with its present state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Names it.
    pub digest: Digest,
    /// The record.
    pub record: i64,
    /// From 1.
    pub number: i64,
    /// The version of the kind's content.
    pub kind_version: u32,
    /// The revision before.
    pub predecessor: Option<Digest>,
    /// Canonical JSON of the fields.
    pub content: String,
    /// Canonical JSON of the links.
    pub links: String,
    /// Canonical JSON of name and digest of each attachment.
    pub attachments: String,
    /// Who wrote it.
    pub author: i64,
    /// When it was submitted.
    pub at: Timestamp,
    /// The present state: `in review`, `approved`, `sent back`, `retired`, `withdrawn`.
    pub state: String,
}

/// A change of a revision's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateChange {
    /// The revision.
    pub revision: Digest,
    /// The state from then on.
    pub state: String,
    /// Who did it.
    pub person: i64,
    /// Why, or what was said.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

pub(super) const REVISION: &str = "v.digest, v.record, v.number, v.kind_version, v.predecessor, v.content, v.links, \
                        v.attachments, v.author, v.at, s.state, r.ref, r.kind";
pub(super) const REVISION_FROM: &str = "revision v JOIN record r ON r.id = v.record \
                             JOIN revision_state s ON s.revision = v.digest AND s.tx_to IS NULL";

/// Refuses a revision that is not what its digest names. Columns: `digest`, `ref`, `kind`, `number`, `kind_version`,
/// `predecessor`, `content`, `links`, `attachments`.
///
/// # Errors
/// [`StoreError::RevisionChanged`].
pub fn unchanged(row: &Row) -> Result<(), StoreError> {
    let (record, number): (String, i64) = (row.get("ref")?, row.get("number")?);
    if seal(row, &record, number)? == Some(row.get("digest")?) {
        return Ok(());
    }
    Err(StoreError::RevisionChanged { record, number })
}

/// The digest of what a row holds; `None` where it does not even read.
fn seal(row: &Row, record: &str, number: i64) -> Result<Option<Digest>, StoreError> {
    let (kind, attachments): (String, String) = (row.get("kind")?, row.get("attachments")?);
    let (content, links): (String, String) = (row.get("content")?, row.get("links")?);
    let Ok(attachments) = serde_json::from_str::<Vec<Attached>>(&attachments) else { return Ok(None) };
    let attachments: Vec<_> = attachments.into_iter().map(|file| (file.name, file.digest)).collect();
    let seal = RevisionSeal {
        record,
        number,
        kind: &kind,
        kind_version: row.get("kind_version")?,
        predecessor: row.get("predecessor")?,
        content: &content,
        links: &links,
        attachments: &attachments,
    };
    Ok(seal.digest().ok())
}

/// An attachment as a revision keeps it.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Attached {
    name: String,
    digest: Digest,
}

pub(super) fn revision(row: &Row) -> Result<Revision, StoreError> {
    unchanged(row)?;
    Ok(Revision {
        digest: row.get("digest")?,
        record: row.get("record")?,
        number: row.get("number")?,
        kind_version: row.get("kind_version")?,
        predecessor: row.get("predecessor")?,
        content: row.get("content")?,
        links: row.get("links")?,
        attachments: row.get("attachments")?,
        author: row.get("author")?,
        at: row.get("at")?,
        state: row.get("state")?,
    })
}

/// Adds a revision with its first state and what it gives to lists and links.
///
/// # Errors
/// What the database says.
pub async fn add_revision(
    write: &mut Write,
    revision: &Revision,
    projection: &Projection,
) -> Result<(), StoreError> {
    let tx = write.tx();
    let values = args![
        revision.digest,
        revision.record,
        revision.number,
        revision.kind_version,
        revision.predecessor,
        &revision.content,
        &revision.links,
        &revision.attachments,
        revision.author,
        revision.at,
        tx,
    ];
    write
        .execute(
            "INSERT INTO revision (digest, record, number, kind_version, predecessor, content, links, attachments, \
             author, at, tx_from) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            values,
        )
        .await?;
    set_projection(write, revision.record, revision.digest, projection).await?;
    set_state(write, revision.record, revision.digest, &revision.state, revision.author, "").await
}

/// Says that people answer for the tokens that wrote a revision's draft.
///
/// # Errors
/// What the database says.
pub async fn add_hands(
    write: &mut Write,
    record: i64,
    revision: Digest,
    people: &BTreeSet<i64>,
) -> Result<(), StoreError> {
    let tx = write.tx();
    let rows = people.iter().map(|person| args![record, revision, *person, tx]).collect();
    write.insert_many("INSERT INTO revision_hand (record, revision, person, tx_from)", "", rows).await?;
    Ok(())
}

/// Who answers for the tokens that wrote drafts of these revisions of a record.
///
/// # Errors
/// What the database says.
pub async fn hands(conn: &mut Conn, record: i64, revisions: &[Digest]) -> Result<Vec<i64>, StoreError> {
    let sql =
        "SELECT revision, person FROM revision_hand WHERE record = $1 ORDER BY revision, person LIMIT 10000";
    let mut people = Vec::new();
    for row in &conn.fetch_all(sql, args![record]).await? {
        if revisions.contains(&row.get("revision")?) {
            people.push(row.get("person")?);
        }
    }
    Ok(people)
}

/// Ends a revision's present state and writes the next.
///
/// # Errors
/// What the database says.
pub async fn set_state(
    write: &mut Write,
    record: i64,
    revision: Digest,
    state: &str,
    person: i64,
    reason: &str,
) -> Result<(), StoreError> {
    let (id, tx, now) = (write.id(), write.tx(), write.now());
    let sql = "UPDATE revision_state SET tx_to = $1 WHERE revision = $2 AND tx_to IS NULL";
    write.execute(sql, args![tx, revision]).await?;
    write
        .execute(
            "INSERT INTO revision_state (row_id, revision, record, state, person, reason, at, tx_from) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            args![id, revision, record, state, person, reason, now, tx],
        )
        .await?;
    Ok(())
}

/// The revision of a digest.
///
/// # Errors
/// [`StoreError::RevisionChanged`], as with all that read revisions, or what the database says.
pub async fn revision_by_digest(conn: &mut Conn, digest: Digest) -> Result<Option<Revision>, StoreError> {
    let sql = format!("SELECT {REVISION} FROM {REVISION_FROM} WHERE v.digest = $1");
    conn.fetch_optional(sql, args![digest]).await?.as_ref().map(revision).transpose()
}

/// The revisions of these digests that are there and are what their digests name, at most 1,000.
///
/// # Errors
/// What the database says.
pub async fn revisions_by_digests(conn: &mut Conn, digests: &[Digest]) -> Result<Vec<Revision>, StoreError> {
    let mut values = Args::new();
    let marks = values.push_all(digests.iter().take(1000));
    let sql = format!("SELECT {REVISION} FROM {REVISION_FROM} WHERE v.digest IN ({marks})");
    let mut found = Vec::new();
    for row in &conn.fetch_all(sql, values).await? {
        match revision(row) {
            Ok(revision) => found.push(revision),
            Err(StoreError::RevisionChanged { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// The revision of a number.
///
/// # Errors
/// What the database says.
pub async fn revision_by_number(
    conn: &mut Conn,
    record: i64,
    number: i64,
) -> Result<Option<Revision>, StoreError> {
    let sql = format!("SELECT {REVISION} FROM {REVISION_FROM} WHERE v.record = $1 AND v.number = $2");
    conn.fetch_optional(sql, args![record, number]).await?.as_ref().map(revision).transpose()
}

/// Up to `limit` revisions of a record below a number (`i64::MAX` for the newest), newest first.
///
/// # Errors
/// What the database says.
pub async fn revisions_before(
    conn: &mut Conn,
    record: i64,
    number: i64,
    limit: u32,
) -> Result<Vec<Revision>, StoreError> {
    let sql = format!(
        "SELECT {REVISION} FROM {REVISION_FROM} WHERE v.record = $1 AND v.number < $2 ORDER BY v.number DESC LIMIT $3"
    );
    conn.fetch_all(sql, args![record, number, limit]).await?.iter().map(revision).collect()
}

/// The revision of a record that stands: its latest; where that was withdrawn, the last one that was approved, if any was.
///
/// # Errors
/// What the database says.
pub async fn standing(conn: &mut Conn, record: i64) -> Result<Option<Revision>, StoreError> {
    let latest = revisions_before(conn, record, i64::MAX, 1).await?.pop();
    if latest.as_ref().is_none_or(|latest| latest.state != "withdrawn") {
        return Ok(latest);
    }
    let sql = format!(
        "SELECT {REVISION} FROM {REVISION_FROM} WHERE v.record = $1 AND s.state IN ('approved', 'retired') \
         ORDER BY v.number DESC LIMIT 1"
    );
    let approved = conn.fetch_optional(sql, args![record]).await?.as_ref().map(revision).transpose()?;
    Ok(approved.or(latest))
}

/// What happened to the revisions of a record, newest first, at most 500.
///
/// # Errors
/// What the database says.
pub async fn state_changes(conn: &mut Conn, record: i64) -> Result<Vec<StateChange>, StoreError> {
    let sql = "SELECT revision, state, person, reason, at FROM revision_state WHERE record = $1 \
               ORDER BY row_id DESC LIMIT 500";
    let rows = conn.fetch_all(sql, args![record]).await?;
    let change = |row: &Row| {
        Ok(StateChange {
            revision: row.get("revision")?,
            state: row.get("state")?,
            person: row.get("person")?,
            reason: row.get("reason")?,
            at: row.get("at")?,
        })
    };
    rows.iter().map(change).collect()
}

/// Who wrote revisions of a record, each once.
///
/// # Errors
/// What the database says.
pub async fn authors(conn: &mut Conn, record: i64) -> Result<Vec<i64>, StoreError> {
    let rows = conn
        .fetch_all(
            "SELECT DISTINCT author FROM revision WHERE record = $1 ORDER BY author LIMIT 1000",
            args![record],
        )
        .await?;
    rows.iter().map(|row| row.get("author")).collect()
}

/// The signatures on a record's revisions, oldest first, at most 1,000.
///
/// # Errors
/// What the database says.
pub async fn signatures_of(conn: &mut Conn, record: i64) -> Result<Vec<Signature>, StoreError> {
    let sql = "SELECT s.id, s.digest, s.person, s.meaning, s.method, s.comment, s.at FROM revision v \
               JOIN signature s ON s.digest = v.digest WHERE v.record = $1 ORDER BY s.id LIMIT 1000";
    conn.fetch_all(sql, args![record]).await?.iter().map(signatures::from_row).collect()
}

/// The latest revisions of these records, at most 1,000, in no order.
///
/// # Errors
/// What the database says.
pub async fn latest_revisions(conn: &mut Conn, records: &[i64]) -> Result<Vec<Revision>, StoreError> {
    let mut values = Args::new();
    let marks = values.push_all(records.iter().take(1000).copied());
    let sql = format!(
        "SELECT {REVISION} FROM {REVISION_FROM} JOIN record_head h ON h.latest = v.digest WHERE h.record IN ({marks})"
    );
    conn.fetch_all(sql, values).await?.iter().map(revision).collect()
}
