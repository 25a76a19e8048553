//! Records: their heads here; drafts, revisions with their states, links, lists and single questions each in a file.
//!
//! `link`, `listed_field` and `record_head` are projections: they are written with the revision they come from, so that
//! no statement looks into JSON and every list is one query.

mod drafts;
mod duties;
mod links;
mod list;
mod lookups;
mod projections;
mod revisions;

use jiff::Timestamp;
use jiff::civil::Date;
use theriac_model::Digest;

use crate::{Args, Conn, Row, StoreError, Write, args};

pub use drafts::{Draft, draft_of, drafts, drafts_among, lock, remove_draft, save_draft};
pub use duties::{
    DateDuty, Owing, RecordDuty, date_duties, date_duties_of, date_duties_statement, set_date_duties,
};
pub use links::{Clearance, LinkRow, add_clearance, links_of, links_to};
pub use list::{After, Approver, Filter, MayApprove, count, list, list_statement};
pub use lookups::{Present, approved_content, developers_of, evidence_among, present_of_kind};
pub use projections::{
    Projection, Standing, listed_statement, projections, records_after, revisions_after, set_projection,
    standings,
};
pub use revisions::{
    Revision, StateChange, add_hands, add_revision, authors, hands, latest_revisions, revision_by_digest,
    revision_by_number, revisions_before, revisions_by_digests, set_state, signatures_of, standing,
    state_changes, unchanged,
};

/// What a record is for ever: its number, kind and scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The row.
    pub id: i64,
    /// What people type: `RISK-12`.
    pub reference: String,
    /// The kind's id.
    pub kind: String,
    /// The number under its prefix.
    pub number: i64,
    /// `organisation`, `product` or `release`.
    pub scope: String,
    /// The product, unless the scope is the organisation.
    pub product: Option<i64>,
    /// The release, where that is the scope.
    pub release: Option<i64>,
    /// When it was begun.
    pub created_at: Timestamp,
}

/// The row that lists show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The record.
    pub record: i64,
    /// The latest revision.
    pub latest: Option<Digest>,
    /// The approved revision in force.
    pub approved: Option<Digest>,
    /// The title of the latest revision, or of the draft.
    pub title: String,
    /// What words are searched in, folded.
    pub folded: String,
    /// The state of the latest revision, or `draft`.
    pub state: String,
    /// Who owns it.
    pub owner: Option<i64>,
    /// Its next date.
    pub due: Option<Date>,
    /// When draft or revision last changed.
    pub changed_at: Timestamp,
}

/// A record with the row that lists show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The record.
    pub record: Record,
    /// What lists show.
    pub head: Head,
    /// How many of its links are suspect.
    pub suspect: i64,
    /// The listed fields of its latest revision with their texts, by field; none while there is only a draft.
    pub fields: Vec<(String, String)>,
}

const RECORD: &str = "r.id, r.ref, r.kind, r.number, r.scope, r.product, r.release, r.created_at";
const HEAD: &str = "h.record, h.latest, h.approved, h.title, h.folded, h.state, h.owner, h.due, h.changed_at";

fn record(row: &Row) -> Result<Record, StoreError> {
    Ok(Record {
        id: row.get("id")?,
        reference: row.get("ref")?,
        kind: row.get("kind")?,
        number: row.get("number")?,
        scope: row.get("scope")?,
        product: row.get("product")?,
        release: row.get("release")?,
        created_at: row.get("created_at")?,
    })
}

fn head(row: &Row) -> Result<Head, StoreError> {
    Ok(Head {
        record: row.get("record")?,
        latest: row.get("latest")?,
        approved: row.get("approved")?,
        title: row.get("title")?,
        folded: row.get("folded")?,
        state: row.get("state")?,
        owner: row.get("owner")?,
        due: row.get("due")?,
        changed_at: row.get("changed_at")?,
    })
}

/// Begins a record; its number comes from [`Write::next_number`].
///
/// # Errors
/// What the database says.
pub async fn add(write: &mut Write, record: &Record) -> Result<(), StoreError> {
    let values = args![
        record.id,
        &record.reference,
        &record.kind,
        record.number,
        &record.scope,
        record.product,
        record.release,
        record.created_at,
        write.tx(),
    ];
    write
        .execute(
            "INSERT INTO record (id, ref, kind, number, scope, product, release, created_at, tx_from) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            values,
        )
        .await?;
    Ok(())
}

/// The record of a reference.
///
/// # Errors
/// What the database says.
pub async fn by_ref(conn: &mut Conn, reference: &str) -> Result<Option<Record>, StoreError> {
    let sql = format!("SELECT {RECORD} FROM record r WHERE r.ref = $1");
    conn.fetch_optional(sql, args![reference]).await?.as_ref().map(record).transpose()
}

/// The records of these references with their heads, at most 1,000 in no order; those that do not exist are left out.
///
/// # Errors
/// What the database says.
pub async fn by_refs(conn: &mut Conn, references: &[String]) -> Result<Vec<Listed>, StoreError> {
    let mut values = Args::new();
    let marks = values.push_all(references.iter().take(1000));
    let sql = format!(
        "SELECT {RECORD}, {HEAD}, 0 AS suspect FROM record r JOIN record_head h ON h.record = r.id WHERE r.ref IN ({marks})"
    );
    conn.fetch_all(sql, values).await?.iter().map(listed).collect()
}

fn listed(row: &Row) -> Result<Listed, StoreError> {
    Ok(Listed { record: record(row)?, head: head(row)?, suspect: row.get("suspect")?, fields: Vec::new() })
}

/// Writes what lists show.
///
/// # Errors
/// What the database says.
pub async fn set_head(conn: &mut Conn, head: &Head) -> Result<(), StoreError> {
    conn.execute(
        "INSERT INTO record_head (record, latest, approved, title, folded, state, owner, due, changed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (record) DO UPDATE SET latest = excluded.latest, \
         approved = excluded.approved, title = excluded.title, folded = excluded.folded, state = excluded.state, \
         owner = excluded.owner, due = excluded.due, changed_at = excluded.changed_at",
        args![
            head.record,
            head.latest,
            head.approved,
            &head.title,
            &head.folded,
            &head.state,
            head.owner,
            head.due,
            head.changed_at
        ],
    )
    .await?;
    Ok(())
}

/// What lists show of a record.
///
/// # Errors
/// What the database says.
pub async fn head_of(conn: &mut Conn, record: i64) -> Result<Option<Head>, StoreError> {
    let sql = format!("SELECT {HEAD} FROM record_head h WHERE h.record = $1");
    conn.fetch_optional(sql, args![record]).await?.as_ref().map(head).transpose()
}
