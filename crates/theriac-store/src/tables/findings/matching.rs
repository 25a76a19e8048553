//! When a release was matched against advisories, and the advisories that findings rest on.

use jiff::Timestamp;
use theriac_model::Digest;

use crate::tables::releases::RELEASED;
use crate::{Args, Conn, StoreError, Write, args};

/// When a release was matched, and against which state of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matching {
    /// Names the state of the index.
    pub feed: Digest,
    /// The newest advisory in it.
    pub feed_at: Option<Timestamp>,
    /// When the index was written.
    pub imported_at: Timestamp,
    /// How many components were matched.
    pub components: i64,
    /// When.
    pub at: Timestamp,
}

/// Against what a release was last matched; `None` while it never was.
///
/// # Errors
/// What the database says.
pub async fn matching(conn: &mut Conn, release: i64) -> Result<Option<Matching>, StoreError> {
    let sql = "SELECT feed, feed_at, imported_at, components, at FROM matching WHERE release = $1 AND tx_to IS NULL";
    let row = conn.fetch_optional(sql, args![release]).await?;
    row.map(|row| {
        Ok(Matching {
            feed: row.get("feed")?,
            feed_at: row.get("feed_at")?,
            imported_at: row.get("imported_at")?,
            components: row.get("components")?,
            at: row.get("at")?,
        })
    })
    .transpose()
}

/// Says against what a release was matched.
///
/// # Errors
/// What the database says.
pub async fn set_matching(write: &mut Write, release: i64, matching: &Matching) -> Result<(), StoreError> {
    let sql = "UPDATE matching SET tx_to = $1 WHERE release = $2 AND tx_to IS NULL";
    write.execute(sql, args![write.tx(), release]).await?;
    let values = args![
        write.id(),
        release,
        matching.feed,
        matching.feed_at,
        matching.imported_at,
        matching.components,
        matching.at,
        write.tx(),
    ];
    write
        .execute(
            "INSERT INTO matching (row_id, release, feed, feed_at, imported_at, components, at, tx_from) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            values,
        )
        .await?;
    Ok(())
}

/// The releases that a new feed is matched against: undecided or fielded ones that have a bill of materials, oldest
/// first, at most 10,000.
///
/// # Errors
/// What the database says.
pub async fn releases_to_match(conn: &mut Conn) -> Result<Vec<i64>, StoreError> {
    let sql = "SELECT r.id FROM release r WHERE r.tx_to IS NULL AND (r.fielded = 1 OR NOT EXISTS \
               (SELECT 1 FROM decision d WHERE d.release = r.id AND d.tx_to IS NULL AND d.outcome = $1)) \
               AND EXISTS (SELECT 1 FROM evidence e WHERE e.release = r.id AND e.kind = 'sbom') ORDER BY r.id LIMIT 10000";
    let rows = conn.fetch_all(sql, args![RELEASED]).await?;
    rows.iter().map(|row| row.get("id")).collect()
}

/// Which of these digests of advisories are stored.
///
/// # Errors
/// What the database says.
pub async fn advisories_stored(conn: &mut Conn, digests: &[Digest]) -> Result<Vec<Digest>, StoreError> {
    let mut found = Vec::new();
    for chunk in digests.chunks(1000) {
        let mut values = Args::new();
        let marks = values.push_all(chunk.iter());
        let sql = format!("SELECT digest FROM advisory WHERE digest IN ({marks})");
        for row in &conn.fetch_all(sql, values).await? {
            found.push(row.get("digest")?);
        }
    }
    Ok(found)
}

/// Copies advisories: digest, id, canonical content. Those that are there stay.
///
/// # Errors
/// What the database says.
pub async fn add_advisories(
    write: &mut Write,
    advisories: &[(Digest, String, String)],
) -> Result<(), StoreError> {
    let tx = write.tx();
    let rows = advisories.iter().map(|(digest, id, content)| args![*digest, id, content, tx]);
    let head = "INSERT INTO advisory (digest, id, content, tx_from)";
    write.insert_many(head, "ON CONFLICT (digest) DO NOTHING", rows.collect()).await?;
    Ok(())
}

/// Advisories by digest, at most 100: digest, id, canonical content.
///
/// # Errors
/// What the database says.
pub async fn advisories(
    conn: &mut Conn,
    digests: &[String],
) -> Result<Vec<(Digest, String, String)>, StoreError> {
    let mut values = Args::new();
    let marks = values.push_all(digests.iter().take(100));
    let sql = format!("SELECT digest, id, content FROM advisory WHERE digest IN ({marks}) ORDER BY id");
    let rows = conn.fetch_all(sql, values).await?;
    rows.iter().map(|row| Ok((row.get("digest")?, row.get("id")?, row.get("content")?))).collect()
}
