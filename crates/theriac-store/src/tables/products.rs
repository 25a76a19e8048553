//! Products: versioned rows.

use jiff::civil::Date;

use crate::time::as_of;
use crate::{Args, Conn, Row, StoreError, Write, args};

/// A product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// The product.
    pub id: i64,
    /// What people type.
    pub key: String,
    /// What people read.
    pub name: String,
    /// `full` or `transitional` (annex F).
    pub route: String,
    /// Until when the manufacturer supports it.
    pub support_end: Option<Date>,
}

const COLUMNS: &str = "p.id, p.key, p.name, p.route, p.support_end";

fn from_row(row: &Row) -> Result<Product, StoreError> {
    Ok(Product {
        id: row.get("id")?,
        key: row.get("key")?,
        name: row.get("name")?,
        route: row.get("route")?,
        support_end: row.get("support_end")?,
    })
}

/// All products, by key, at most 10,000.
///
/// # Errors
/// What the database says.
pub async fn all(conn: &mut Conn) -> Result<Vec<Product>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM product p WHERE p.tx_to IS NULL ORDER BY p.key LIMIT 10000");
    conn.fetch_all(sql, args![]).await?.iter().map(from_row).collect()
}

/// Products whose key comes after one, by key, up to `limit`; only some where these are given.
///
/// # Errors
/// What the database says.
pub async fn after(
    conn: &mut Conn,
    only: Option<&[i64]>,
    key: &str,
    limit: u32,
) -> Result<Vec<Product>, StoreError> {
    let mut args = args![key, limit];
    let only = only
        .map_or_else(String::new, |only| format!("AND p.id IN ({})", args.push_all(only.iter().copied())));
    let sql = format!(
        "SELECT {COLUMNS} FROM product p WHERE p.key > $1 AND p.tx_to IS NULL {only} ORDER BY p.key LIMIT $2"
    );
    conn.fetch_all(sql, args).await?.iter().map(from_row).collect()
}

/// The keys of some products.
///
/// # Errors
/// What the database says.
pub async fn keys_among(conn: &mut Conn, ids: &[i64]) -> Result<Vec<(i64, String)>, StoreError> {
    let mut args = Args::new();
    let marks = args.push_all(ids.iter().copied());
    let sql = format!("SELECT p.id, p.key FROM product p WHERE p.id IN ({marks}) AND p.tx_to IS NULL");
    let rows = conn.fetch_all(sql, args).await?;
    rows.iter().map(|row| Ok((row.get("id")?, row.get("key")?))).collect()
}

/// Ids, keys and names of some products.
///
/// # Errors
/// What the database says.
pub async fn called_among(conn: &mut Conn, ids: &[i64]) -> Result<Vec<(i64, String, String)>, StoreError> {
    let mut args = Args::new();
    let marks = args.push_all(ids.iter().copied());
    let sql =
        format!("SELECT p.id, p.key, p.name FROM product p WHERE p.id IN ({marks}) AND p.tx_to IS NULL");
    let rows = conn.fetch_all(sql, args).await?;
    rows.iter().map(|row| Ok((row.get("id")?, row.get("key")?, row.get("name")?))).collect()
}

/// Keys and names of the products of some keys.
///
/// # Errors
/// What the database says.
pub async fn names_by_keys(conn: &mut Conn, keys: &[String]) -> Result<Vec<(String, String)>, StoreError> {
    let mut args = Args::new();
    let marks = args.push_all(keys.iter().cloned());
    let sql = format!("SELECT p.key, p.name FROM product p WHERE p.key IN ({marks}) AND p.tx_to IS NULL");
    let rows = conn.fetch_all(sql, args).await?;
    rows.iter().map(|row| Ok((row.get("key")?, row.get("name")?))).collect()
}

/// The product of a key.
///
/// # Errors
/// What the database says.
pub async fn by_key(conn: &mut Conn, key: &str) -> Result<Option<Product>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM product p WHERE p.key = $1 AND p.tx_to IS NULL");
    conn.fetch_optional(sql, args![key]).await?.as_ref().map(from_row).transpose()
}

/// The product of an id.
///
/// # Errors
/// What the database says.
pub async fn by_id(conn: &mut Conn, id: i64) -> Result<Option<Product>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM product p WHERE p.id = $1 AND p.tx_to IS NULL");
    conn.fetch_optional(sql, args![id]).await?.as_ref().map(from_row).transpose()
}

/// The product of an id as it was known at a sequence.
///
/// # Errors
/// What the database says.
pub async fn at(conn: &mut Conn, id: i64, seq: i64) -> Result<Option<Product>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM product p WHERE p.id = $1 AND {}", as_of("p", "$2"));
    conn.fetch_optional(sql, args![id, seq]).await?.as_ref().map(from_row).transpose()
}

/// Ends the present version, if there is one, and writes a new one.
///
/// # Errors
/// What the database says.
pub async fn set(write: &mut Write, product: &Product) -> Result<(), StoreError> {
    let tx = write.tx();
    write
        .execute("UPDATE product SET tx_to = $1 WHERE id = $2 AND tx_to IS NULL", args![tx, product.id])
        .await?;
    write
        .execute(
            "INSERT INTO product (row_id, id, key, name, route, support_end, tx_from) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            args![
                write.id(),
                product.id,
                &product.key,
                &product.name,
                &product.route,
                product.support_end,
                tx
            ],
        )
        .await?;
    Ok(())
}
