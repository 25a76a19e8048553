//! Signatures of people on digests.

use jiff::Timestamp;
use theriac_model::Digest;

use crate::{Args, Conn, Row, StoreError, Write, args};

/// A signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The signature.
    pub id: i64,
    /// What was signed.
    pub digest: Digest,
    /// Who signed.
    pub person: i64,
    /// What it means.
    pub meaning: String,
    /// How the person proved to be the person.
    pub method: String,
    /// What the signer added in their own words; empty for nothing.
    pub comment: String,
    /// When.
    pub at: Timestamp,
}

pub(super) fn from_row(row: &Row) -> Result<Signature, StoreError> {
    Ok(Signature {
        id: row.get("id")?,
        digest: row.get("digest")?,
        person: row.get("person")?,
        meaning: row.get("meaning")?,
        method: row.get("method")?,
        comment: row.get("comment")?,
        at: row.get("at")?,
    })
}

/// Adds a signature and gives its id.
///
/// # Errors
/// What the database says.
pub async fn add(
    write: &mut Write,
    digest: Digest,
    person: i64,
    meaning: &str,
    method: &str,
    comment: &str,
) -> Result<i64, StoreError> {
    let id = write.id();
    write
        .execute(
            "INSERT INTO signature (id, digest, person, meaning, method, comment, at, tx_from) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            args![id, digest, person, meaning, method, comment, write.now(), write.tx()],
        )
        .await?;
    Ok(id)
}

/// The signatures on a digest, oldest first.
///
/// # Errors
/// What the database says.
pub async fn on(conn: &mut Conn, digest: Digest) -> Result<Vec<Signature>, StoreError> {
    let sql = "SELECT id, digest, person, meaning, method, comment, at FROM signature WHERE digest = $1 ORDER BY id LIMIT 1000";
    conn.fetch_all(sql, args![digest]).await?.iter().map(from_row).collect()
}

/// The signatures on each of these digests, oldest first.
///
/// # Errors
/// What the database says.
pub async fn on_each(conn: &mut Conn, digests: &[Digest]) -> Result<Vec<Signature>, StoreError> {
    let mut found = Vec::new();
    for chunk in digests.chunks(1000) {
        let mut values = Args::new();
        let marks = values.push_all(chunk.iter());
        let sql = format!(
            "SELECT id, digest, person, meaning, method, comment, at FROM signature WHERE digest IN ({marks}) \
             ORDER BY id LIMIT 100000"
        );
        for row in &conn.fetch_all(sql, values).await? {
            found.push(from_row(row)?);
        }
    }
    Ok(found)
}
