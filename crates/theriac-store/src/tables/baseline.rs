//! What a release that is based on a decided one takes over instead of that decision's baseline.

use theriac_model::Digest;

use super::facts::{NEVER_PINNED, Within};
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
