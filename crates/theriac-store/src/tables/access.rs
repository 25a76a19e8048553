//! Accounts, grants, tokens and sessions.

use jiff::Timestamp;
use theriac_model::Digest;

use crate::time::as_of;
use crate::{Args, Conn, Row, StoreError, Write, args};

/// An account that can sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The person.
    pub person: i64,
    /// The password's hash, a PHC string.
    pub password: String,
    /// Whether the person chose the password; one that somebody else set signs nothing.
    pub own: bool,
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

/// A role of a person, with its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenGrant {
    /// The grant.
    pub grant: GrantRow,
    /// When it was given.
    pub at: Timestamp,
    /// Who gave it: `person:7`, `system`.
    pub by: String,
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
    /// The person who answers for what it hands in.
    pub owner: Option<i64>,
}

/// Who is behind a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The session.
    pub session: SessionRow,
    /// What names the person.
    pub key: String,
    /// The person's name.
    pub name: String,
    /// Whether the person chose the password.
    pub own: bool,
    /// Whether the account is closed.
    pub disabled: bool,
}

/// A session as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenSession {
    /// Names it.
    pub digest: Digest,
    /// From where it was begun.
    pub via: String,
    /// When.
    pub created_at: Timestamp,
    /// When it was last used.
    pub seen_at: Timestamp,
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
    let sql = "SELECT person, password, own, disabled FROM account WHERE person = $1";
    let row = conn.fetch_optional(sql, args![person]).await?;
    row.map(|row| {
        Ok(Account {
            person: row.get("person")?,
            password: row.get("password")?,
            own: row.get("own")?,
            disabled: row.get("disabled")?,
        })
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
            "INSERT INTO account (person, password, own, disabled) VALUES ($1, $2, $3, $4) ON CONFLICT (person) \
             DO UPDATE SET password = excluded.password, own = excluded.own, disabled = excluded.disabled",
            args![account.person, &account.password, account.own, account.disabled],
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

/// The grants in force of some people with when each was given and by whom, oldest first.
///
/// # Errors
/// What the database says.
pub async fn grants_among(conn: &mut Conn, people: &[i64]) -> Result<Vec<GivenGrant>, StoreError> {
    let mut args = Args::new();
    let marks = args.push_all(people.iter().copied());
    let sql = format!(
        "SELECT g.row_id, g.person, g.role, g.product, a.at, a.actor FROM access_grant g \
         JOIN audit a ON a.tx = g.tx_from WHERE g.person IN ({marks}) AND g.tx_to IS NULL ORDER BY g.row_id"
    );
    let rows = conn.fetch_all(sql, args).await?;
    rows.iter()
        .map(|row| Ok(GivenGrant { grant: grant(row)?, at: row.get("at")?, by: row.get("actor")? }))
        .collect()
}

/// Whether each of some people can sign in; who has no account is left out.
///
/// # Errors
/// What the database says.
pub async fn accounts_among(conn: &mut Conn, people: &[i64]) -> Result<Vec<(i64, bool)>, StoreError> {
    let mut args = Args::new();
    let marks = args.push_all(people.iter().copied());
    let sql = format!("SELECT person, disabled FROM account WHERE person IN ({marks})");
    let rows = conn.fetch_all(sql, args).await?;
    rows.iter().map(|row| Ok((row.get("person")?, !row.get::<bool>("disabled")?))).collect()
}

/// How many others than a person can sign in and hold a role on the organisation.
///
/// # Errors
/// What the database says.
pub async fn others_with(conn: &mut Conn, role: &str, person: i64) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) AS n FROM access_grant g JOIN account a ON a.person = g.person \
               WHERE g.role = $1 AND g.product IS NULL AND g.tx_to IS NULL AND a.disabled = 0 AND g.person <> $2";
    conn.fetch_one(sql, args![role, person]).await?.get("n")
}

/// Who held which role on the organisation or a product at a sequence: person and role, each pair once.
///
/// # Errors
/// What the database says.
pub async fn roles_at(conn: &mut Conn, product: i64, seq: i64) -> Result<Vec<(i64, String)>, StoreError> {
    let sql = format!(
        "SELECT DISTINCT g.person, g.role FROM access_grant g WHERE (g.product IS NULL OR g.product = $2) AND {} \
         ORDER BY g.person, g.role",
        as_of("g", "$1")
    );
    let rows = conn.fetch_all(sql, args![seq, product]).await?;
    rows.iter().map(|row| Ok((row.get("person")?, row.get("role")?))).collect()
}

/// Who has a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    /// The person.
    pub person: i64,
    /// The product; `None` for the organisation with all its products.
    pub product: Option<i64>,
}

impl Holder {
    /// Whether the role bears on a product.
    #[must_use]
    pub fn is_of(&self, product: i64) -> bool {
        self.product.is_none_or(|own| own == product)
    }
}

/// Who has a role now, at most 10,000.
///
/// # Errors
/// What the database says.
pub async fn holders(conn: &mut Conn, role: &str) -> Result<Vec<Holder>, StoreError> {
    let sql = "SELECT person, product FROM access_grant WHERE role = $1 AND tx_to IS NULL LIMIT 10000";
    let rows = conn.fetch_all(sql, args![role]).await?;
    rows.iter().map(|row| Ok(Holder { person: row.get("person")?, product: row.get("product")? })).collect()
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
        owner: row.get("owner")?,
    })
}

/// The token that is not revoked and has this digest.
///
/// # Errors
/// What the database says.
pub async fn token_by_digest(conn: &mut Conn, digest: Digest) -> Result<Option<TokenRow>, StoreError> {
    let sql = "SELECT id, name, permissions, product, expires_at, owner FROM token WHERE digest = $1 AND tx_to IS NULL";
    conn.fetch_optional(sql, args![digest]).await?.as_ref().map(token).transpose()
}

/// Tokens that are not revoked and whose name comes after one, by name, up to `limit`: those of the products,
/// and those of the organisation where all are asked for.
///
/// # Errors
/// What the database says.
pub async fn tokens_after(
    conn: &mut Conn,
    products: Option<&[i64]>,
    name: &str,
    limit: u32,
) -> Result<Vec<TokenRow>, StoreError> {
    let mut args = args![name, limit];
    let only = products.map_or_else(String::new, |products| {
        format!("AND product IN ({})", args.push_all(products.iter().copied()))
    });
    let sql = format!(
        "SELECT id, name, permissions, product, expires_at, owner FROM token \
         WHERE name > $1 AND tx_to IS NULL {only} ORDER BY name LIMIT $2"
    );
    conn.fetch_all(sql, args).await?.iter().map(token).collect()
}

/// The token of a name that is not revoked.
///
/// # Errors
/// What the database says.
pub async fn token_by_name(conn: &mut Conn, name: &str) -> Result<Option<TokenRow>, StoreError> {
    let sql = "SELECT id, name, permissions, product, expires_at, owner FROM token WHERE name = $1 AND tx_to IS NULL";
    conn.fetch_optional(sql, args![name]).await?.as_ref().map(token).transpose()
}

/// The token of an id, unless it is revoked.
///
/// # Errors
/// What the database says.
pub async fn token_by_id(conn: &mut Conn, id: i64) -> Result<Option<TokenRow>, StoreError> {
    let sql =
        "SELECT id, name, permissions, product, expires_at, owner FROM token WHERE id = $1 AND tx_to IS NULL";
    conn.fetch_optional(sql, args![id]).await?.as_ref().map(token).transpose()
}

/// Ids and names of some tokens, revoked ones too.
///
/// # Errors
/// What the database says.
pub async fn token_names(conn: &mut Conn, ids: &[i64]) -> Result<Vec<(i64, String)>, StoreError> {
    let mut args = Args::new();
    let marks = args.push_all(ids.iter().copied());
    let sql = format!("SELECT id, name FROM token WHERE id IN ({marks})");
    let rows = conn.fetch_all(sql, args).await?;
    rows.iter().map(|row| Ok((row.get("id")?, row.get("name")?))).collect()
}

/// Adds a token; only its digest is kept.
///
/// # Errors
/// What the database says.
pub async fn add_token(write: &mut Write, row: &TokenRow, digest: Digest) -> Result<(), StoreError> {
    write
        .execute(
            "INSERT INTO token (id, name, digest, permissions, product, expires_at, owner, tx_from) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            args![
                row.id,
                &row.name,
                digest,
                &row.permissions,
                row.product,
                row.expires_at,
                row.owner,
                write.tx()
            ],
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

/// The session of this digest and who is behind it.
///
/// # Errors
/// What the database says.
pub async fn session(conn: &mut Conn, digest: Digest) -> Result<Option<SignedIn>, StoreError> {
    let sql = "SELECT s.person, s.created_at, s.seen_at, n.key, n.name, a.own, a.disabled FROM session s \
               JOIN person_name n ON n.person = s.person JOIN account a ON a.person = s.person WHERE s.digest = $1";
    let row = conn.fetch_optional(sql, args![digest]).await?;
    row.map(|row| {
        let session = SessionRow {
            person: row.get("person")?,
            created_at: row.get("created_at")?,
            seen_at: row.get("seen_at")?,
        };
        Ok(SignedIn {
            session,
            key: row.get("key")?,
            name: row.get("name")?,
            own: row.get("own")?,
            disabled: row.get("disabled")?,
        })
    })
    .transpose()
}

/// The sessions of a person, last used first, at most 100.
///
/// # Errors
/// What the database says.
pub async fn sessions_of(conn: &mut Conn, person: i64) -> Result<Vec<SeenSession>, StoreError> {
    let sql = "SELECT digest, via, created_at, seen_at FROM session WHERE person = $1 \
               ORDER BY seen_at DESC, digest LIMIT 100";
    let rows = conn.fetch_all(sql, args![person]).await?;
    rows.iter()
        .map(|row| {
            Ok(SeenSession {
                digest: row.get("digest")?,
                via: row.get("via")?,
                created_at: row.get("created_at")?,
                seen_at: row.get("seen_at")?,
            })
        })
        .collect()
}

/// Begins a session.
///
/// # Errors
/// What the database says.
pub async fn add_session(
    conn: &mut Conn,
    digest: Digest,
    via: &str,
    row: &SessionRow,
) -> Result<(), StoreError> {
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

/// Ends one session of a person.
///
/// # Errors
/// What the database says.
pub async fn end_session_of(conn: &mut Conn, person: i64, digest: Digest) -> Result<u64, StoreError> {
    conn.execute("DELETE FROM session WHERE person = $1 AND digest = $2", args![person, digest]).await
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
