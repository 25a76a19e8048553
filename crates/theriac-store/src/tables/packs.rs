//! Packs: which one is in force since when, and who adopted it.

use jiff::Timestamp;
use theriac_model::Digest;

use crate::time::as_of;
use crate::{Conn, StoreError, Write, args};

/// A pack as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPack {
    /// The digest of its files.
    pub digest: Digest,
    /// Its id.
    pub id: String,
    /// Its files: a JSON list of name and text.
    pub files: String,
}

/// That the manufacturer compared a pack with its own copy of the standard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adoption {
    /// The pack.
    pub pack: Digest,
    /// Which copy it was compared with.
    pub copy_of: String,
    /// Who signed.
    pub person: i64,
    /// When.
    pub at: Timestamp,
}

/// The pack in force at a sequence.
///
/// # Errors
/// What the database says.
pub async fn active_at(conn: &mut Conn, seq: i64) -> Result<Option<StoredPack>, StoreError> {
    let sql = format!(
        "SELECT p.digest, p.id, p.files FROM pack_activation a JOIN pack p ON p.digest = a.pack WHERE {} LIMIT 1",
        as_of("a", "$1")
    );
    let row = conn.fetch_optional(sql, args![seq]).await?;
    row.map(|row| Ok(StoredPack { digest: row.get("digest")?, id: row.get("id")?, files: row.get("files")? }))
        .transpose()
}

/// The digest of the pack in force now.
///
/// # Errors
/// What the database says.
pub async fn active(conn: &mut Conn) -> Result<Option<Digest>, StoreError> {
    let row =
        conn.fetch_optional("SELECT pack FROM pack_activation WHERE tx_to IS NULL LIMIT 1", args![]).await?;
    row.map(|row| row.get("pack")).transpose()
}

/// Keeps a pack and puts it in force instead of the one before.
///
/// # Errors
/// What the database says.
pub async fn activate(write: &mut Write, pack: &StoredPack) -> Result<(), StoreError> {
    let (id, tx) = (write.id(), write.tx());
    write
        .execute(
            "INSERT INTO pack (digest, id, files, tx_from) VALUES ($1, $2, $3, $4) ON CONFLICT (digest) DO NOTHING",
            args![pack.digest, &pack.id, &pack.files, tx],
        )
        .await?;
    write.execute("UPDATE pack_activation SET tx_to = $1 WHERE tx_to IS NULL", args![tx]).await?;
    let sql = "INSERT INTO pack_activation (row_id, pack, tx_from) VALUES ($1, $2, $3)";
    write.execute(sql, args![id, pack.digest, tx]).await?;
    Ok(())
}

/// Adopts a pack.
///
/// # Errors
/// What the database says.
pub async fn adopt(write: &mut Write, pack: Digest, copy_of: &str, signature: i64) -> Result<(), StoreError> {
    let (id, tx) = (write.id(), write.tx());
    let sql = "UPDATE adoption SET tx_to = $1 WHERE pack = $2 AND tx_to IS NULL";
    write.execute(sql, args![tx, pack]).await?;
    let sql = "INSERT INTO adoption (row_id, pack, copy_of, signature, tx_from) VALUES ($1, $2, $3, $4, $5)";
    write.execute(sql, args![id, pack, copy_of, signature, tx]).await?;
    Ok(())
}

/// The adoptions in force at a sequence.
///
/// # Errors
/// What the database says.
pub async fn adoptions_at(conn: &mut Conn, seq: i64) -> Result<Vec<Adoption>, StoreError> {
    let sql = format!(
        "SELECT a.pack, a.copy_of, s.person, s.at FROM adoption a JOIN signature s ON s.id = a.signature \
         WHERE {} ORDER BY a.row_id LIMIT 1000",
        as_of("a", "$1")
    );
    let rows = conn.fetch_all(sql, args![seq]).await?;
    let adoption = |row: &crate::Row| {
        Ok(Adoption {
            pack: row.get("pack")?,
            copy_of: row.get("copy_of")?,
            person: row.get("person")?,
            at: row.get("at")?,
        })
    };
    rows.iter().map(adoption).collect()
}
