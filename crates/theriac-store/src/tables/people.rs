//! People: versioned rows of place in the organisation; names and addresses apart, where they can be erased.

use jiff::civil::Date;
use theriac_model::Digest;

use crate::time::as_of;
use crate::{Args, Conn, Row, StoreError, Write, args};

/// A version of a person's place in the organisation, valid on `from <= day < to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The person.
    pub id: i64,
    /// What names the person in records, facts and files: short, chosen, no address.
    pub key: String,
    /// The department.
    pub department: Option<String>,
    /// The line manager.
    pub manager: Option<i64>,
    /// Whether the person belongs to another organisation.
    pub external: bool,
    /// First day of this version.
    pub from: Date,
    /// First day on which it no longer holds.
    pub to: Option<Date>,
}

impl Person {
    /// Whether this version holds on a day.
    #[must_use]
    pub fn holds_on(&self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| day < to)
    }
}

/// A person as pages show them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The person.
    pub id: i64,
    /// What names the person in records.
    pub key: String,
    /// The name; empty once erased.
    pub name: String,
    /// The address; empty once erased.
    pub email: String,
}

const COLUMNS: &str = "p.id, p.key, p.department, p.manager, p.external, p.valid_from, p.valid_to";

fn person(row: &Row) -> Result<Person, StoreError> {
    Ok(Person {
        id: row.get("id")?,
        key: row.get("key")?,
        department: row.get("department")?,
        manager: row.get("manager")?,
        external: row.get("external")?,
        from: row.get("valid_from")?,
        to: row.get("valid_to")?,
    })
}

fn name(row: &Row) -> Result<Name, StoreError> {
    Ok(Name {
        id: row.get("person")?,
        key: row.get("key")?,
        name: row.get("name")?,
        email: row.get("email")?,
    })
}

/// Every version of every person that was known at a sequence, by person and first day.
///
/// # Errors
/// What the database says.
pub async fn versions_at(conn: &mut Conn, seq: i64) -> Result<Vec<Person>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM person p WHERE {} ORDER BY p.id, p.valid_from", as_of("p", "$1"));
    conn.fetch_all(sql, args![seq]).await?.iter().map(person).collect()
}

/// The present versions of one person, by first day.
///
/// # Errors
/// What the database says.
pub async fn versions_of(conn: &mut Conn, id: i64) -> Result<Vec<Person>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM person p WHERE p.id = $1 AND p.tx_to IS NULL ORDER BY p.valid_from");
    conn.fetch_all(sql, args![id]).await?.iter().map(person).collect()
}

/// The present versions of some people, by person and first day.
///
/// # Errors
/// What the database says.
pub async fn versions_among(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Person>, StoreError> {
    let mut args = Args::new();
    let marks = args.push_all(ids.iter().copied());
    let sql = format!(
        "SELECT {COLUMNS} FROM person p WHERE p.id IN ({marks}) AND p.tx_to IS NULL ORDER BY p.id, p.valid_from"
    );
    conn.fetch_all(sql, args).await?.iter().map(person).collect()
}

/// Whom each person is managed by on a day, as known now: an organisation's staff, at most 10,000.
///
/// # Errors
/// What the database says.
pub async fn managers_on(conn: &mut Conn, day: Date) -> Result<Vec<(i64, i64)>, StoreError> {
    let sql = "SELECT id, manager FROM person WHERE tx_to IS NULL AND manager IS NOT NULL AND valid_from <= $1 \
               AND (valid_to IS NULL OR valid_to > $2) LIMIT 10000";
    let rows = conn.fetch_all(sql, args![day, day]).await?;
    rows.iter().map(|row| Ok((row.get("id")?, row.get("manager")?))).collect()
}

/// Adds a version of a person's place.
///
/// # Errors
/// What the database says.
pub async fn add_version(write: &mut Write, person: &Person) -> Result<(), StoreError> {
    let values = args![
        write.id(),
        person.id,
        &person.key,
        person.department.clone(),
        person.manager,
        person.external,
        person.from,
        person.to,
        write.tx(),
    ];
    write
        .execute(
            "INSERT INTO person (row_id, id, key, department, manager, external, valid_from, valid_to, tx_from) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            values,
        )
        .await?;
    Ok(())
}

/// Ends the present knowledge of the version that begins on a day.
///
/// # Errors
/// What the database says.
pub async fn end_version(write: &mut Write, id: i64, from: Date) -> Result<u64, StoreError> {
    let sql = "UPDATE person SET tx_to = $1 WHERE id = $2 AND valid_from = $3 AND tx_to IS NULL";
    write.execute(sql, args![write.tx(), id, from]).await
}

/// Writes name and address.
///
/// # Errors
/// What the database says.
pub async fn set_name(write: &mut Write, name: &Name) -> Result<(), StoreError> {
    write
        .execute(
            "INSERT INTO person_name (person, key, name, email) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (person) DO UPDATE SET name = excluded.name, email = excluded.email",
            args![name.id, &name.key, &name.name, &name.email],
        )
        .await?;
    Ok(())
}

/// The person of a key.
///
/// # Errors
/// What the database says.
pub async fn by_key(conn: &mut Conn, key: &str) -> Result<Option<Name>, StoreError> {
    let sql = "SELECT person, key, name, email FROM person_name WHERE key = $1";
    conn.fetch_optional(sql, args![key]).await?.as_ref().map(name).transpose()
}

/// The person of an id.
///
/// # Errors
/// What the database says.
pub async fn by_id(conn: &mut Conn, id: i64) -> Result<Option<Name>, StoreError> {
    let sql = "SELECT person, key, name, email FROM person_name WHERE person = $1";
    conn.fetch_optional(sql, args![id]).await?.as_ref().map(name).transpose()
}

/// The person of an e-mail address, which is kept in lower case.
///
/// # Errors
/// What the database says.
pub async fn by_email(conn: &mut Conn, email: &str) -> Result<Option<Name>, StoreError> {
    let sql = "SELECT person, key, name, email FROM person_name WHERE email = $1 AND email <> ''";
    conn.fetch_optional(sql, args![email]).await?.as_ref().map(name).transpose()
}

/// The names of people whose key comes after one, by key, up to `limit`.
///
/// # Errors
/// What the database says.
pub async fn names_after(conn: &mut Conn, key: &str, limit: u32) -> Result<Vec<Name>, StoreError> {
    let sql = "SELECT person, key, name, email FROM person_name WHERE key > $1 ORDER BY key LIMIT $2";
    conn.fetch_all(sql, args![key, limit]).await?.iter().map(name).collect()
}

/// The names of some people.
///
/// # Errors
/// What the database says.
pub async fn names_among(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Name>, StoreError> {
    let mut args = Args::new();
    let marks = args.push_all(ids.iter().copied());
    let sql = format!("SELECT person, key, name, email FROM person_name WHERE person IN ({marks})");
    conn.fetch_all(sql, args).await?.iter().map(name).collect()
}

/// The names of the people with these keys, at most 1,000 in no order; erased people have none.
///
/// # Errors
/// What the database says.
pub async fn names_by_keys(conn: &mut Conn, keys: &[String]) -> Result<Vec<Name>, StoreError> {
    let mut args = Args::new();
    let marks = args.push_all(keys.iter().take(1000));
    let sql = format!("SELECT person, key, name, email FROM person_name WHERE key IN ({marks})");
    conn.fetch_all(sql, args).await?.iter().map(name).collect()
}

/// Says whose an address in commits is. An address that is somebody's already stays theirs: 0 rows.
///
/// # Errors
/// What the database says.
pub async fn add_address(write: &mut Write, person: i64, address: Digest) -> Result<u64, StoreError> {
    write
        .execute(
            "INSERT INTO person_address (row_id, person, address, tx_from) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (address) WHERE tx_to IS NULL DO NOTHING",
            args![write.id(), person, address, write.tx()],
        )
        .await
}

/// Ends the present knowledge that an address in commits is a person's; 0 rows where it is not.
///
/// # Errors
/// What the database says.
pub async fn end_address(write: &mut Write, person: i64, address: Digest) -> Result<u64, StoreError> {
    let sql = "UPDATE person_address SET tx_to = $1 WHERE person = $2 AND address = $3 AND tx_to IS NULL";
    write.execute(sql, args![write.tx(), person, address]).await
}

/// Whose an address in commits is.
///
/// # Errors
/// What the database says.
pub async fn owner_of_address(conn: &mut Conn, address: Digest) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT person FROM person_address WHERE address = $1 AND tx_to IS NULL";
    conn.fetch_optional(sql, args![address]).await?.map(|row| row.get("person")).transpose()
}

/// Whose each address was at a sequence.
///
/// # Errors
/// What the database says.
pub async fn addresses_at(conn: &mut Conn, seq: i64) -> Result<Vec<(Digest, i64)>, StoreError> {
    let sql = format!("SELECT a.address, a.person FROM person_address a WHERE {}", as_of("a", "$1"));
    let rows = conn.fetch_all(sql, args![seq]).await?;
    rows.iter().map(|row| Ok((row.get("address")?, row.get("person")?))).collect()
}
