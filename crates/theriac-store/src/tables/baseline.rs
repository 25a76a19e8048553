//! What a release that is based on a decided one takes over instead of that decision's baseline.

use std::collections::HashMap;

use theriac_model::Digest;

use super::facts::{NEVER_PINNED, Within};
use super::releases::RELEASED;
use crate::{Conn, Row, StoreError, Write, args};

/// A record that has moved on since the baseline, or came later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The record.
    pub record: i64,
    /// The id of its kind.
    pub kind: String,
    /// Its number under its prefix.
    pub place: i64,
    /// `RISK-12`.
    pub reference: String,
    /// The title of its latest revision.
    pub title: String,
    /// The number of the revision that the release rests on; `None` where it knows none.
    pub from: Option<i64>,
    /// The number of its approved revision.
    pub number: i64,
    /// The approved revision.
    pub revision: Digest,
}

fn moved(row: &Row) -> Result<Moved, StoreError> {
    Ok(Moved {
        record: row.get("id")?,
        kind: row.get("kind")?,
        place: row.get("place")?,
        reference: row.get("ref")?,
        title: row.get("title")?,
        from: row.get("from_number")?,
        number: row.get("number")?,
        revision: row.get("digest")?,
    })
}

/// The records whose approved revision is not the one that the release reads, by kind and number, after one where that is
/// given, up to `limit`; without those of the kinds that no baseline pins.
///
/// # Errors
/// What the database says.
pub async fn moved_on(
    conn: &mut Conn,
    within: Within,
    after: Option<(&str, i64)>,
    limit: u32,
) -> Result<Vec<Moved>, StoreError> {
    let Some(decision) = within.baseline else { return Ok(Vec::new()) };
    let sql = format!(
        "SELECT r.id, r.kind, r.number AS place, r.ref, h.title, v.digest, v.number, f.number AS from_number FROM record r \
         JOIN record_head h ON h.record = r.id JOIN revision v ON v.digest = h.approved \
         LEFT JOIN baseline_adoption a ON a.release = $1 AND a.record = r.id AND a.tx_to IS NULL \
         LEFT JOIN baseline b ON b.decision = $2 AND b.record = r.id \
         LEFT JOIN revision f ON f.digest = COALESCE(a.revision, b.revision) \
         WHERE (r.product IS NULL OR r.product = $3) AND r.release IS NULL AND r.kind NOT IN ({NEVER_PINNED}) \
         AND h.approved <> COALESCE(a.revision, b.revision, '') \
         AND (r.kind > $4 OR (r.kind = $4 AND r.number > $5)) ORDER BY r.kind, r.number LIMIT $6"
    );
    let (kind, number) = after.unwrap_or(("", 0));
    let values = args![within.release, decision, within.product, kind, number, limit];
    let rows = conn.fetch_all(sql, values).await?;
    rows.iter().map(moved).collect()
}

/// Joins the revision that a release reads of a record where it goes on from a decided one: `pa.revision`, which it adopted,
/// else `pb.revision`, from the baseline of the decision to ship that was in force on its base when it was begun.
pub(super) fn joined(release: &str, record: &str) -> String {
    format!(
        "LEFT JOIN decision pd ON pd.id = (SELECT d.id FROM release p JOIN decision d ON d.release = p.based_on \
         JOIN audit w ON w.tx = d.tx_from WHERE p.id = {release} AND p.tx_to IS NULL AND d.outcome = '{RELEASED}' \
         AND NOT EXISTS (SELECT 1 FROM decision o WHERE o.release = p.id AND o.outcome = '{RELEASED}' AND o.tx_to IS NULL) AND w.seq < \
         (SELECT MIN(g.seq) FROM release q JOIN audit g ON g.tx = q.tx_from WHERE q.id = p.id) ORDER BY w.seq DESC LIMIT 1) \
         LEFT JOIN record pr ON pr.id = {record} AND pd.id IS NOT NULL AND pr.kind NOT IN ({NEVER_PINNED}) \
         LEFT JOIN baseline_adoption pa ON pa.release = {release} AND pa.record = pr.id AND pa.tx_to IS NULL \
         LEFT JOIN baseline pb ON pb.decision = pd.id AND pb.record = pr.id"
    )
}

/// The revisions that a release which goes on from a decided one reads of these records, at most 1,000, by record. Left out
/// is what it reads as it is by now.
///
/// # Errors
/// What the database says.
pub async fn read_of(
    conn: &mut Conn,
    release: i64,
    records: &[i64],
) -> Result<HashMap<i64, Digest>, StoreError> {
    let mut values = args![release];
    let marks = values.push_all(records.iter().copied().take(1000));
    let sql = format!(
        "SELECT r.id, COALESCE(pa.revision, pb.revision) AS revision FROM record r {} \
         WHERE r.id IN ({marks}) AND COALESCE(pa.revision, pb.revision) IS NOT NULL",
        joined("$1", "r.id")
    );
    let rows = conn.fetch_all(sql, values).await?;
    rows.iter().map(|row| Ok((row.get("id")?, row.get("revision")?))).collect()
}

/// Whether a release reads the baseline of a decided one: of the records that others share with it, it reads those alone that
/// are in there or that it adopted.
///
/// # Errors
/// What the database says.
pub async fn is_read_by(conn: &mut Conn, release: i64) -> Result<bool, StoreError> {
    let sql = format!(
        "SELECT pd.id FROM release x {} WHERE x.id = $1 AND x.tx_to IS NULL AND pd.id IS NOT NULL",
        joined("$1", "NULL")
    );
    Ok(conn.fetch_optional(sql, args![release]).await?.is_some())
}

/// Takes revisions over.
///
/// # Errors
/// What the database says.
pub async fn adopt(
    write: &mut Write,
    release: i64,
    revisions: &[(i64, Digest)],
    signature: i64,
) -> Result<(), StoreError> {
    let tx = write.tx();
    for some in revisions.chunks(500) {
        let mut values = args![tx, release];
        let marks = values.push_all(some.iter().map(|(record, _)| *record));
        let sql = format!(
            "UPDATE baseline_adoption SET tx_to = $1 WHERE release = $2 AND record IN ({marks}) AND tx_to IS NULL"
        );
        write.execute(sql, values).await?;
    }
    let rows = revisions
        .iter()
        .map(|(record, revision)| args![write.id(), release, *record, *revision, signature, tx]);
    let rows = rows.collect();
    let head = "INSERT INTO baseline_adoption (row_id, release, record, revision, signature, tx_from)";
    write.insert_many(head, "", rows).await?;
    Ok(())
}
