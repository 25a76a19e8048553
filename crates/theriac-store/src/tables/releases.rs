//! Releases (versioned rows) and their builds.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::time::as_of;
use crate::{Args, Conn, Row, StoreError, Write, args};

/// A release of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The release.
    pub id: i64,
    /// Its product.
    pub product: i64,
    /// What people type: `2.4.0`.
    pub name: String,
    /// The decided release it is based on.
    pub based_on: Option<i64>,
    /// When it is to ship.
    pub planned_ship_date: Option<Date>,
    /// Who manages it.
    pub manager: Option<i64>,
    /// Whether customers have it.
    pub fielded: bool,
    /// Its candidate build.
    pub candidate: Option<i64>,
}

/// A release as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The release.
    pub release: Release,
    /// The key of its product.
    pub product: String,
    /// The name of the release it is based on.
    pub based_on: Option<String>,
    /// The key of its manager.
    pub manager: Option<String>,
    /// The name of its candidate build.
    pub candidate: Option<String>,
    /// The outcome of the decision in force and when it was signed.
    pub decision: Option<(String, Timestamp)>,
}

/// The outcome of a decision that a release ships; any other leaves it undecided.
pub const RELEASED: &str = "ship";

impl Listed {
    /// When it was decided to ship the release; `None` while it is not.
    #[must_use]
    pub fn decided_at(&self) -> Option<Timestamp> {
        self.decision.as_ref().filter(|(outcome, _)| outcome == RELEASED).map(|(_, at)| *at)
    }
}

/// A build of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// The build.
    pub id: i64,
    /// Its release.
    pub release: i64,
    /// What people type: `2.4.0-rc.2`.
    pub name: String,
    /// The commit it was made from.
    pub commit: String,
}

const COLUMNS: &str =
    "r.id, r.product, r.name, r.based_on, r.planned_ship_date, r.manager, r.fielded, r.candidate";

fn release(row: &Row) -> Result<Release, StoreError> {
    Ok(Release {
        id: row.get("id")?,
        product: row.get("product")?,
        name: row.get("name")?,
        based_on: row.get("based_on")?,
        planned_ship_date: row.get("planned_ship_date")?,
        manager: row.get("manager")?,
        fielded: row.get("fielded")?,
        candidate: row.get("candidate")?,
    })
}

fn build(row: &Row) -> Result<Build, StoreError> {
    Ok(Build {
        id: row.get("id")?,
        release: row.get("release")?,
        name: row.get("name")?,
        commit: row.get("commit_id")?,
    })
}

const LISTED: &str = "SELECT r.id, r.product, r.name, r.based_on, r.planned_ship_date, r.manager, r.fielded, \
    r.candidate, p.key AS product_key, o.name AS based_on_name, n.key AS manager_key, b.name AS candidate_name, \
    d.outcome, d.at FROM release r JOIN product p ON p.id = r.product AND p.tx_to IS NULL \
    LEFT JOIN release o ON o.id = r.based_on AND o.tx_to IS NULL LEFT JOIN person_name n ON n.person = r.manager \
    LEFT JOIN build b ON b.id = r.candidate LEFT JOIN decision d ON d.release = r.id";

fn listed(row: &Row) -> Result<Listed, StoreError> {
    let outcome: Option<String> = row.get("outcome")?;
    let at: Option<Timestamp> = row.get("at")?;
    Ok(Listed {
        release: release(row)?,
        product: row.get("product_key")?,
        based_on: row.get("based_on_name")?,
        manager: row.get("manager_key")?,
        candidate: row.get("candidate_name")?,
        decision: outcome.zip(at),
    })
}

/// Which releases to list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of these products only.
    pub products: Option<Vec<i64>>,
    /// Older than this release.
    pub before: Option<i64>,
    /// How many.
    pub limit: u32,
}

/// Releases as lists show them, newest first.
///
/// # Errors
/// What the database says.
pub async fn list(conn: &mut Conn, filter: &Filter) -> Result<Vec<Listed>, StoreError> {
    let mut args = args![filter.before.unwrap_or(i64::MAX), filter.limit];
    let only = filter.products.as_ref().map_or_else(String::new, |products| {
        format!("AND r.product IN ({})", args.push_all(products.iter().copied()))
    });
    let sql = format!(
        "{LISTED} AND d.tx_to IS NULL WHERE r.id < $1 AND r.tx_to IS NULL {only} ORDER BY r.id DESC LIMIT $2"
    );
    conn.fetch_all(sql, args).await?.iter().map(listed).collect()
}

/// The release of an id as lists show it.
///
/// # Errors
/// What the database says.
pub async fn listed_by_id(conn: &mut Conn, id: i64) -> Result<Option<Listed>, StoreError> {
    let sql = format!("{LISTED} AND d.tx_to IS NULL WHERE r.id = $1 AND r.tx_to IS NULL");
    conn.fetch_optional(sql, args![id]).await?.as_ref().map(listed).transpose()
}

/// The same as it was at a sequence; product and people are called what they are called now.
///
/// # Errors
/// What the database says.
pub async fn listed_at(conn: &mut Conn, id: i64, seq: i64) -> Result<Option<Listed>, StoreError> {
    let sql = format!("{LISTED} AND {} WHERE r.id = $2 AND {}", as_of("d", "$1"), as_of("r", "$1"));
    conn.fetch_optional(sql, args![seq, id]).await?.as_ref().map(listed).transpose()
}

/// All releases, newest first, at most 10,000.
///
/// # Errors
/// What the database says.
pub async fn all(conn: &mut Conn) -> Result<Vec<Release>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM release r WHERE r.tx_to IS NULL ORDER BY r.id DESC LIMIT 10000");
    conn.fetch_all(sql, args![]).await?.iter().map(release).collect()
}

/// The releases of a product, newest first, at most 1,000.
///
/// # Errors
/// What the database says.
pub async fn of_product(conn: &mut Conn, product: i64) -> Result<Vec<Release>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM release r WHERE r.product = $1 AND r.tx_to IS NULL ORDER BY r.id DESC LIMIT 1000"
    );
    conn.fetch_all(sql, args![product]).await?.iter().map(release).collect()
}

/// The release of a name.
///
/// # Errors
/// What the database says.
pub async fn by_name(conn: &mut Conn, product: i64, name: &str) -> Result<Option<Release>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM release r WHERE r.product = $1 AND r.name = $2 AND r.tx_to IS NULL");
    conn.fetch_optional(sql, args![product, name]).await?.as_ref().map(release).transpose()
}

/// The names of some releases.
///
/// # Errors
/// What the database says.
pub async fn names_among(conn: &mut Conn, ids: &[i64]) -> Result<Vec<(i64, String)>, StoreError> {
    let mut args = Args::new();
    let marks = args.push_all(ids.iter().copied());
    let sql = format!("SELECT r.id, r.name FROM release r WHERE r.id IN ({marks}) AND r.tx_to IS NULL");
    let rows = conn.fetch_all(sql, args).await?;
    rows.iter().map(|row| Ok((row.get("id")?, row.get("name")?))).collect()
}

/// Some releases, at most 1,000, in no order.
///
/// # Errors
/// What the database says.
pub async fn among(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Release>, StoreError> {
    let mut args = Args::new();
    let marks = args.push_all(ids.iter().take(1000).copied());
    let sql = format!("SELECT {COLUMNS} FROM release r WHERE r.id IN ({marks}) AND r.tx_to IS NULL");
    conn.fetch_all(sql, args).await?.iter().map(release).collect()
}

/// The release of an id.
///
/// # Errors
/// What the database says.
pub async fn by_id(conn: &mut Conn, id: i64) -> Result<Option<Release>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM release r WHERE r.id = $1 AND r.tx_to IS NULL");
    conn.fetch_optional(sql, args![id]).await?.as_ref().map(release).transpose()
}

/// The release of an id as it was known at a sequence.
///
/// # Errors
/// What the database says.
pub async fn at(conn: &mut Conn, id: i64, seq: i64) -> Result<Option<Release>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM release r WHERE r.id = $1 AND {}", as_of("r", "$2"));
    conn.fetch_optional(sql, args![id, seq]).await?.as_ref().map(release).transpose()
}

/// Ends the present version, if there is one, and writes a new one.
///
/// # Errors
/// What the database says.
pub async fn set(write: &mut Write, release: &Release) -> Result<(), StoreError> {
    let tx = write.tx();
    write
        .execute("UPDATE release SET tx_to = $1 WHERE id = $2 AND tx_to IS NULL", args![tx, release.id])
        .await?;
    write
        .execute(
            "INSERT INTO release (row_id, id, product, name, based_on, planned_ship_date, manager, fielded, \
             candidate, tx_from) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            args![
                write.id(),
                release.id,
                release.product,
                &release.name,
                release.based_on,
                release.planned_ship_date,
                release.manager,
                release.fielded,
                release.candidate,
                tx
            ],
        )
        .await?;
    Ok(())
}

/// The builds of a release that were known at a sequence, oldest first, at most 10,000.
///
/// # Errors
/// What the database says.
pub async fn builds_at(conn: &mut Conn, release: i64, seq: i64) -> Result<Vec<Build>, StoreError> {
    let sql = "SELECT b.id, b.release, b.name, b.commit_id FROM build b JOIN audit a ON a.tx = b.tx_from \
               WHERE b.release = $1 AND a.seq <= $2 ORDER BY b.id LIMIT 10000";
    conn.fetch_all(sql, args![release, seq]).await?.iter().map(build).collect()
}

/// Builds of a release, newest first, older than the build `before` where given, up to `limit`.
///
/// # Errors
/// What the database says.
pub async fn builds(
    conn: &mut Conn,
    release: i64,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<Build>, StoreError> {
    let sql = "SELECT id, release, name, commit_id FROM build WHERE release = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
    conn.fetch_all(sql, args![release, before.unwrap_or(i64::MAX), limit]).await?.iter().map(build).collect()
}

/// The build of a name.
///
/// # Errors
/// What the database says.
pub async fn build_by_name(conn: &mut Conn, release: i64, name: &str) -> Result<Option<Build>, StoreError> {
    let sql = "SELECT id, release, name, commit_id FROM build WHERE release = $1 AND name = $2";
    conn.fetch_optional(sql, args![release, name]).await?.as_ref().map(build).transpose()
}

/// The builds of a commit, oldest first, at most 100.
///
/// # Errors
/// What the database says.
pub async fn builds_of_commit(conn: &mut Conn, release: i64, commit: &str) -> Result<Vec<Build>, StoreError> {
    let sql = "SELECT id, release, name, commit_id FROM build WHERE release = $1 AND commit_id = $2 ORDER BY id LIMIT 100";
    conn.fetch_all(sql, args![release, commit]).await?.iter().map(build).collect()
}

/// The build of an id.
///
/// # Errors
/// What the database says.
pub async fn build_by_id(conn: &mut Conn, id: i64) -> Result<Option<Build>, StoreError> {
    let sql = "SELECT id, release, name, commit_id FROM build WHERE id = $1";
    conn.fetch_optional(sql, args![id]).await?.as_ref().map(build).transpose()
}

/// Adds a build.
///
/// # Errors
/// What the database says.
pub async fn add_build(write: &mut Write, build: &Build) -> Result<(), StoreError> {
    write
        .execute(
            "INSERT INTO build (id, release, name, commit_id, tx_from) VALUES ($1, $2, $3, $4, $5)",
            args![build.id, build.release, &build.name, &build.commit, write.tx()],
        )
        .await?;
    Ok(())
}
