//! The manufacturer: one versioned row.

use crate::{Conn, Row, StoreError, Write, args};

/// The manufacturer that this installation belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Its name.
    pub name: String,
    /// Its time zone, an IANA name: days end by it.
    pub zone: String,
    /// Whether evidence with listed defects is taken.
    pub accept_defects: bool,
    /// Whether the data is a demonstration.
    pub demonstration: bool,
}

fn from_row(row: &Row) -> Result<Organisation, StoreError> {
    Ok(Organisation {
        name: row.get("name")?,
        zone: row.get("zone")?,
        accept_defects: row.get("accept_defects")?,
        demonstration: row.get("demonstration")?,
    })
}

/// The organisation as it is now; `None` before `theriac init`.
///
/// # Errors
/// What the database says.
pub async fn current(conn: &mut Conn) -> Result<Option<Organisation>, StoreError> {
    let sql = "SELECT name, zone, accept_defects, demonstration FROM organisation WHERE tx_to IS NULL";
    conn.fetch_optional(sql, args![]).await?.as_ref().map(from_row).transpose()
}

/// Ends the present version and writes a new one.
///
/// # Errors
/// What the database says.
pub async fn set(write: &mut Write, organisation: &Organisation) -> Result<(), StoreError> {
    let tx = write.tx();
    write.execute("UPDATE organisation SET tx_to = $1 WHERE tx_to IS NULL", args![tx]).await?;
    write
        .execute(
            "INSERT INTO organisation (row_id, id, name, zone, accept_defects, demonstration, tx_from) \
             VALUES ($1, 1, $2, $3, $4, $5, $6)",
            args![
                write.id(),
                &organisation.name,
                &organisation.zone,
                organisation.accept_defects,
                organisation.demonstration,
                tx
            ],
        )
        .await?;
    Ok(())
}
