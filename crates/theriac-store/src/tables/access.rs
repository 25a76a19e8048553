//! Accounts, grants, tokens and sessions.

use jiff::Timestamp;
use theriac_model::Digest;

use crate::{Conn, Row, StoreError, Write, args};

/// An account that can sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The person.
    pub person: i64,
    /// The password's hash, a PHC string.
    pub password: String,
    /// Whether it is closed.
    pub disabled: bool,
}

/// A role of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRow {
    /// The row.
    pub row_id: i64,
    /// The person.
    pub person: i64,
    /// The role's key.
    pub role: String,
    /// The product; `None` for the organisation with all its products.
    pub product: Option<i64>,
}

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// The token's id.
    pub id: i64,
    /// What it is for.
    pub name: String,
    /// The keys of its permissions, separated by spaces.
    pub permissions: String,
    /// The product; `None` for the organisation.
    pub product: Option<i64>,
    /// From this moment on it is refused.
    pub expires_at: Timestamp,
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Who signed in.
    pub person: i64,
    /// When.
    pub created_at: Timestamp,
    /// When it was last used.
    pub seen_at: Timestamp,
}

/// The account of a person.
///
/// # Errors
/// What the database says.
pub async fn account(conn: &mut Conn, person: i64) -> Result<Option<Account>, StoreError> {
    let sql = "SELECT person, password, disabled FROM account WHERE person = $1";
    let row = conn.fetch_optional(sql, args![person]).await?;
    row.map(|row| {
        Ok(Account { person: row.get("person")?, password: row.get("password")?, disabled: row.get("disabled")? })
    })
    .transpose()
}

/// Writes an account.
///
/// # Errors
/// What the database says.
pub async fn set_account(write: &mut Write, account: &Account) -> Result<(), StoreError> {
    write
        .execute(
            "INSERT INTO account (person, password, disabled) VALUES ($1, $2, $3) \
             ON CONFLICT (person) DO UPDATE SET password = excluded.password, disabled = excluded.disabled",
            args![account.person, &account.password, account.disabled],
        )
        .await?;
    Ok(())
}

fn grant(row: &Row) -> Result<GrantRow, StoreError> {
    Ok(GrantRow {
        row_id: row.get("row_id")?,
        person: row.get("person")?,
        role: row.get("role")?,
        product: row.get("product")?,
    })
}

/// The grants in force of a person.
///
/// # Errors
/// What the database says.
pub async fn grants_of(conn: &mut Conn, person: i64) -> Result<Vec<GrantRow>, StoreError> {
    let sql = "SELECT row_id, person, role, product FROM access_grant WHERE person = $1 AND tx_to IS NULL ORDER BY row_id";
    conn.fetch_all(sql, args![person]).await?.iter().map(grant).collect()
}

/// All grants in force, at most 10,000.
///
/// # Errors
/// What the database says.
pub async fn grants(conn: &mut Conn) -> Result<Vec<GrantRow>, StoreError> {
    let sql = "SELECT row_id, person, role, product FROM access_grant WHERE tx_to IS NULL ORDER BY row_id LIMIT 10000";
    conn.fetch_all(sql, args![]).await?.iter().map(grant).collect()
}

/// Gives a role.
///
/// # Errors
/// What the database says.
pub async fn add_grant(
    write: &mut Write,
    person: i64,
    role: &str,
    product: Option<i64>,
) -> Result<(), StoreError> {
    write
        .execute(
            "INSERT INTO access_grant (row_id, person, role, product, tx_from) VALUES ($1, $2, $3, $4, $5)",
            args![write.id(), person, role, product, write.tx()],
        )
        .await?;
    Ok(())
}

/// Takes a role back.
///
/// # Errors
/// What the database says.
pub async fn end_grant(write: &mut Write, row_id: i64) -> Result<u64, StoreError> {
    let sql = "UPDATE access_grant SET tx_to = $1 WHERE row_id = $2 AND tx_to IS NULL";
    write.execute(sql, args![write.tx(), row_id]).await
}

fn token(row: &Row) -> Result<TokenRow, StoreError> {
    Ok(TokenRow {
        id: row.get("id")?,
        name: row.get("name")?,
        permissions: row.get("permissions")?,
        product: row.get("product")?,
        expires_at: row.get("expires_at")?,
    })
}

/// The token that is not revoked and has this digest.
///
/// # Errors
/// What the database says.
pub async fn token_by_digest(conn: &mut Conn, digest: Digest) -> Result<Option<TokenRow>, StoreError> {
    let sql = "SELECT id, name, permissions, product, expires_at FROM token WHERE digest = $1 AND tx_to IS NULL";
    conn.fetch_optional(sql, args![digest]).await?.as_ref().map(token).transpose()
}

/// All tokens that are not revoked, at most 10,000, newest first.
///
/// # Errors
/// What the database says.
pub async fn tokens(conn: &mut Conn) -> Result<Vec<TokenRow>, StoreError> {
    let sql = "SELECT id, name, permissions, product, expires_at FROM token WHERE tx_to IS NULL ORDER BY id DESC LIMIT 10000";
    conn.fetch_all(sql, args![]).await?.iter().map(token).collect()
}

/// Adds a token; only its digest is kept.
///
/// # Errors
/// What the database says.
pub async fn add_token(write: &mut Write, row: &TokenRow, digest: Digest) -> Result<(), StoreError> {
    write
        .execute(
            "INSERT INTO token (id, name, digest, permissions, product, expires_at, tx_from) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            args![row.id, &row.name, digest, &row.permissions, row.product, row.expires_at, write.tx()],
        )
        .await?;
    Ok(())
}

/// Revokes a token.
///
/// # Errors
/// What the database says.
pub async fn end_token(write: &mut Write, id: i64) -> Result<u64, StoreError> {
    let sql = "UPDATE token SET tx_to = $1 WHERE id = $2 AND tx_to IS NULL";
    write.execute(sql, args![write.tx(), id]).await
}

/// The session of this digest.
///
/// # Errors
/// What the database says.
pub async fn session(conn: &mut Conn, digest: Digest) -> Result<Option<SessionRow>, StoreError> {
    let sql = "SELECT person, created_at, seen_at FROM session WHERE digest = $1";
    let row = conn.fetch_optional(sql, args![digest]).await?;
    row.map(|row| {
        Ok(SessionRow {
            person: row.get("person")?,
            created_at: row.get("created_at")?,
            seen_at: row.get("seen_at")?,
        })
    })
    .transpose()
}

/// Begins a session.
///
/// # Errors
/// What the database says.
pub async fn add_session(conn: &mut Conn, digest: Digest, via: &str, row: &SessionRow) -> Result<(), StoreError> {
    conn.execute(
        "INSERT INTO session (digest, person, via, created_at, seen_at) VALUES ($1, $2, $3, $4, $5)",
        args![digest, row.person, via, row.created_at, row.seen_at],
    )
    .await?;
    Ok(())
}

/// Notes that a session was used.
///
/// # Errors
/// What the database says.
pub async fn touch_session(conn: &mut Conn, digest: Digest, at: Timestamp) -> Result<(), StoreError> {
    conn.execute("UPDATE session SET seen_at = $1 WHERE digest = $2", args![at, digest]).await?;
    Ok(())
}

/// Ends a session.
///
/// # Errors
/// What the database says.
pub async fn end_session(conn: &mut Conn, digest: Digest) -> Result<u64, StoreError> {
    conn.execute("DELETE FROM session WHERE digest = $1", args![digest]).await
}

/// Ends all sessions of a person.
///
/// # Errors
/// What the database says.
pub async fn end_sessions_of(conn: &mut Conn, person: i64) -> Result<u64, StoreError> {
    conn.execute("DELETE FROM session WHERE person = $1", args![person]).await
}

/// Ends the sessions last used before a moment.
///
/// # Errors
/// What the database says.
pub async fn end_sessions_before(conn: &mut Conn, moment: Timestamp) -> Result<u64, StoreError> {
    conn.execute("DELETE FROM session WHERE seen_at < $1", args![moment]).await
}
