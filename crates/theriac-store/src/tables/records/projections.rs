//! The projections of revisions once more, for who makes them again from the revisions.

use std::collections::BTreeMap;

use jiff::Timestamp;
use theriac_model::Digest;

use super::revisions::{REVISION, REVISION_FROM, revision};
use super::{HEAD, Head, RECORD, Record, Revision, head, record};
use crate::{Args, Conn, Row, StoreError, args};

/// What a revision gives: its links (type, target, pinned revision) and listed fields, both sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Projection {
    /// Its links.
    pub links: Vec<(String, i64, Digest)>,
    /// Its listed fields with their texts.
    pub listed: Vec<(String, String)>,
}

/// Revisions with their records, those with a greater digest than `after` (empty for the first), up to `limit`. One
/// that is not what its digest names comes as its digest alone.
///
/// # Errors
/// What the database says.
pub async fn revisions_after(
    conn: &mut Conn,
    after: &str,
    limit: u32,
) -> Result<Vec<(Digest, Option<(Record, Revision)>)>, StoreError> {
    let sql = format!(
        "SELECT {REVISION}, r.id, r.number AS record_number, r.scope, r.product, r.release, r.created_at \
         FROM {REVISION_FROM} WHERE v.digest > $1 ORDER BY v.digest LIMIT $2"
    );
    let rows = conn.fetch_all(sql, args![after, limit]).await?;
    rows.iter().map(|row| Ok((row.get("digest")?, unchanged_pair(row)?))).collect()
}

fn unchanged_pair(row: &Row) -> Result<Option<(Record, Revision)>, StoreError> {
    let revision = match revision(row) {
        Err(StoreError::RevisionChanged { .. }) => return Ok(None),
        other => other?,
    };
    Ok(Some((Record { number: row.get("record_number")?, ..record(row)? }, revision)))
}

/// The stored projections of these revisions, at most 1,000.
///
/// # Errors
/// What the database says.
pub async fn projections(
    conn: &mut Conn,
    revisions: &[Digest],
) -> Result<BTreeMap<Digest, Projection>, StoreError> {
    let mut found: BTreeMap<Digest, Projection> = BTreeMap::new();
    let mut values = Args::new();
    let marks = values.push_all(revisions.iter().take(1000));
    let sql = format!(
        "SELECT revision, link, target, pinned FROM link WHERE revision IN ({marks}) ORDER BY link, target"
    );
    for row in &conn.fetch_all(sql, values).await? {
        let one = found.entry(row.get("revision")?).or_default();
        one.links.push((row.get("link")?, row.get("target")?, row.get("pinned")?));
    }
    for (revision, listed) in listed_fields(conn, revisions).await? {
        found.entry(revision).or_default().listed = listed;
    }
    Ok(found)
}

/// The statement behind the listed fields of revisions, for the test that looks at its plan too.
#[must_use]
pub fn listed_statement(revisions: &[Digest]) -> (String, Args) {
    let mut values = Args::new();
    let marks = values.push_all(revisions.iter().take(1000));
    let sql =
        format!("SELECT revision, field, value FROM listed_field WHERE revision IN ({marks}) ORDER BY field");
    (sql, values)
}

/// The stored listed fields of these revisions, at most 1,000, with their texts, by field.
///
/// # Errors
/// What the database says.
pub(super) async fn listed_fields(
    conn: &mut Conn,
    revisions: &[Digest],
) -> Result<BTreeMap<Digest, Vec<(String, String)>>, StoreError> {
    let mut found: BTreeMap<Digest, Vec<(String, String)>> = BTreeMap::new();
    if revisions.is_empty() {
        return Ok(found);
    }
    let (sql, values) = listed_statement(revisions);
    for row in &conn.fetch_all(sql, values).await? {
        let fields = found.entry(row.get("revision")?).or_default();
        fields.push((row.get("field")?, row.get("value")?));
    }
    Ok(found)
}

/// Writes what a revision of a record gives, in the place of what was there.
///
/// # Errors
/// What the database says.
pub async fn set_projection(
    conn: &mut Conn,
    record: i64,
    revision: Digest,
    projection: &Projection,
) -> Result<(), StoreError> {
    conn.execute("DELETE FROM link WHERE revision = $1", args![revision]).await?;
    conn.execute("DELETE FROM listed_field WHERE revision = $1", args![revision]).await?;
    let links =
        projection.links.iter().map(|(link, target, pinned)| args![revision, link, *target, record, *pinned]);
    let head = "INSERT INTO link (revision, link, target, source, pinned)";
    conn.insert_many(head, "", links.collect()).await?;
    let listed = projection.listed.iter().map(|(field, value)| args![revision, field, value]);
    conn.insert_many("INSERT INTO listed_field (revision, field, value)", "", listed.collect()).await?;
    Ok(())
}

/// Records with a greater row than `after`, up to `limit`, each with what lists show of it.
///
/// # Errors
/// What the database says.
pub async fn records_after(
    conn: &mut Conn,
    after: i64,
    limit: u32,
) -> Result<Vec<(Record, Option<Head>)>, StoreError> {
    let sql = format!(
        "SELECT {RECORD}, {HEAD} FROM record r LEFT JOIN record_head h ON h.record = r.id \
         WHERE r.id > $1 ORDER BY r.id LIMIT $2"
    );
    let pair = |row: &Row| {
        let head = row.get::<Option<i64>>("record")?.map(|_| head(row)).transpose()?;
        Ok((record(row)?, head))
    };
    conn.fetch_all(sql, args![after, limit]).await?.iter().map(pair).collect()
}

/// Where a record stands by its revisions.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The latest revision, or, where that was withdrawn, the last one that was approved, if any was; `None` where it is not
    /// what its digest names.
    pub latest: Option<Revision>,
    /// When it came into its present state.
    pub since: Timestamp,
    /// The approved revision in force.
    pub approved: Option<Digest>,
}

/// Where these records stand by their revisions, by row; those without a revision are left out. At most 1,000.
///
/// # Errors
/// What the database says.
pub async fn standings(conn: &mut Conn, records: &[i64]) -> Result<BTreeMap<i64, Standing>, StoreError> {
    let mut found: BTreeMap<i64, Standing> = BTreeMap::new();
    let mut values = Args::new();
    let marks = values.push_all(records.iter().take(1000).copied());
    let sql = format!(
        "SELECT {REVISION}, s.at AS since FROM {REVISION_FROM} WHERE v.record IN ({marks}) \
         AND (v.number = (SELECT MAX(n.number) FROM revision n WHERE n.record = v.record) \
         OR v.number = (SELECT MAX(n.number) FROM revision n JOIN revision_state t ON t.revision = n.digest \
         AND t.tx_to IS NULL WHERE n.record = v.record AND t.state IN ('approved', 'retired'))) ORDER BY v.number"
    );
    for row in &conn.fetch_all(sql, values.clone()).await? {
        let record = row.get("record")?;
        if found.contains_key(&record) && row.get::<String>("state")? == "withdrawn" {
            continue;
        }
        let latest = match revision(row) {
            Err(StoreError::RevisionChanged { .. }) => None,
            other => Some(other?),
        };
        found.insert(record, Standing { latest, since: row.get("since")?, approved: None });
    }
    // Of all that were ever approved the newest is in force, unless it was retired.
    let sql = format!(
        "SELECT v.record, v.digest FROM revision v JOIN revision_state s ON s.revision = v.digest AND s.tx_to IS NULL \
         WHERE v.record IN ({marks}) AND s.state = 'approved' AND NOT EXISTS (SELECT 1 FROM revision n \
         JOIN revision_state t ON t.revision = n.digest AND t.tx_to IS NULL WHERE n.record = v.record \
         AND n.number > v.number AND t.state IN ('approved', 'retired'))"
    );
    for row in &conn.fetch_all(sql, values).await? {
        if let Some(standing) = found.get_mut(&row.get("record")?) {
            standing.approved = Some(row.get("digest")?);
        }
    }
    Ok(found)
}
