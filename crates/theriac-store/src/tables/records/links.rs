//! Links of revisions with what they lead to now, and the clearances of suspect ones.

use theriac_model::Digest;

use crate::tables::baseline::joined;
use crate::{Conn, Row, StoreError, Write, args};

/// A link of a revision with what it leads to now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRow {
    /// The type.
    pub link: String,
    /// The record it leaves from.
    pub source: i64,
    /// `RISK-12`.
    pub source_reference: String,
    /// The title of the source.
    pub source_title: String,
    /// The record it leads to.
    pub target: i64,
    /// `MEAS-3`.
    pub target_reference: String,
    /// The title of the target.
    pub target_title: String,
    /// The state of the target, or of the revision that the source's release reads of it.
    pub target_state: String,
    /// The target's revision that the link was made against.
    pub pinned: Digest,
    /// The number of that revision.
    pub pinned_number: i64,
    /// The target's approved revision in force, for the source's release where it goes on from a decided one, with its
    /// number.
    pub approved: Option<(Digest, i64)>,
    /// Whether the target is retired or withdrawn, or has a newer approved revision that nobody has cleared.
    pub suspect: bool,
}

/// That a suspect link still holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clearance {
    /// The record that the link leaves.
    pub source: i64,
    /// The link's type.
    pub link: String,
    /// The record it leads to.
    pub target: i64,
    /// The revision that the link was made against.
    pub from: Digest,
    /// The revision that was looked at.
    pub to: Digest,
    /// Why it still holds.
    pub reason: String,
    /// Who said so.
    pub person: i64,
}

/// A link is suspect when its target is retired or withdrawn, or has a newer approved revision that nobody has cleared. What
/// leads from a record of a release that goes on from a decided one is held against the revision which that release reads.
/// `l` is the link, `th` the target's head, `ts` the state of the revision that such a release reads, `ta` the revision
/// in force, `tp` the pinned one.
pub(super) const SUSPECT: &str = "(COALESCE(ts.state, th.state) IN ('retired', 'withdrawn') OR (ta.number > tp.number AND NOT EXISTS \
                       (SELECT 1 FROM clearance c WHERE c.source = l.source AND c.link = l.link AND c.target = l.target \
                       AND c.to_revision = ta.digest)))";

/// What [`SUSPECT`] looks at; `sr` is the record that the link leaves.
pub(super) fn link_from() -> String {
    format!(
        "link l JOIN record_head th ON th.record = l.target JOIN revision tp ON tp.digest = l.pinned \
         JOIN record sr ON sr.id = l.source {} \
         LEFT JOIN revision_state ts ON ts.revision = COALESCE(pa.revision, pb.revision) AND ts.tx_to IS NULL \
         LEFT JOIN revision ta ON ta.digest = CASE WHEN ts.state IS NULL THEN th.approved WHEN ts.state = 'approved' \
         THEN ts.revision END",
        joined("sr.release", "l.target")
    )
}

fn link(row: &Row) -> Result<LinkRow, StoreError> {
    let approved: Option<Digest> = row.get("approved")?;
    let number: Option<i64> = row.get("approved_number")?;
    Ok(LinkRow {
        link: row.get("link")?,
        source: row.get("source")?,
        source_reference: row.get("source_ref")?,
        source_title: row.get("source_title")?,
        target: row.get("target")?,
        target_reference: row.get("target_ref")?,
        target_title: row.get("target_title")?,
        target_state: row.get("target_state")?,
        pinned: row.get("pinned")?,
        pinned_number: row.get("pinned_number")?,
        approved: approved.zip(number),
        suspect: row.get("suspect")?,
    })
}

fn link_columns() -> String {
    format!(
        "l.link, l.source, sr.ref AS source_ref, sh.title AS source_title, l.target, tr.ref AS target_ref, \
         th.title AS target_title, COALESCE(ts.state, th.state) AS target_state, l.pinned, tp.number AS pinned_number, \
         ta.digest AS approved, ta.number AS approved_number, CASE WHEN {SUSPECT} THEN 1 ELSE 0 END AS suspect FROM {} \
         JOIN record tr ON tr.id = l.target JOIN record_head sh ON sh.record = l.source",
        link_from()
    )
}

/// The links that leave a revision, by type and target.
///
/// # Errors
/// What the database says.
pub async fn links_of(conn: &mut Conn, revision: Digest) -> Result<Vec<LinkRow>, StoreError> {
    let sql = format!(
        "SELECT {} WHERE l.revision = $1 ORDER BY l.link, tr.kind, tr.number LIMIT 1000",
        link_columns()
    );
    conn.fetch_all(sql, args![revision]).await?.iter().map(link).collect()
}

/// The links that lead to a record from the latest revisions of others, at most 1,000.
///
/// # Errors
/// What the database says.
pub async fn links_to(conn: &mut Conn, target: i64) -> Result<Vec<LinkRow>, StoreError> {
    let sql = format!(
        "SELECT {} WHERE l.target = $1 AND sh.latest = l.revision ORDER BY sr.kind, sr.number, l.link LIMIT 1000",
        link_columns()
    );
    conn.fetch_all(sql, args![target]).await?.iter().map(link).collect()
}

/// Says that a suspect link still holds.
///
/// # Errors
/// What the database says.
pub async fn add_clearance(write: &mut Write, clearance: &Clearance) -> Result<(), StoreError> {
    let values = args![
        write.id(),
        clearance.source,
        &clearance.link,
        clearance.target,
        clearance.from,
        clearance.to,
        &clearance.reason,
        clearance.person,
        write.now(),
        write.tx(),
    ];
    write
        .execute(
            "INSERT INTO clearance (id, source, link, target, from_revision, to_revision, reason, person, at, tx_from) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            values,
        )
        .await?;
    Ok(())
}
