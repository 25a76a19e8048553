//! The verdicts that pages show, kept for the last change that bears on a release.
//!
//! What an audit entry speaks of tells whether it can: a new sort of subject bears on every release until
//! [`bears_since`] knows better.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::{Conn, StoreError, args};

/// Most subjects that are looked at one by one.
const SUBJECTS_MAX: usize = 1_000;

/// Verdicts as pages show them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The release.
    pub release: i64,
    /// The sequence they were read at.
    pub seq: i64,
    /// The day they judge.
    pub day: Date,
    /// The pack, `id@digest`.
    pub pack: String,
    /// Verdicts and gate, JSON.
    pub verdicts: String,
}

/// The verdicts kept of a release.
///
/// # Errors
/// What the database says.
pub async fn stored(conn: &mut Conn, release: i64) -> Result<Option<Stored>, StoreError> {
    let sql = "SELECT release, seq, day, pack, verdicts FROM stored_verdict WHERE release = $1";
    let row = conn.fetch_optional(sql, args![release]).await?;
    row.map(|row| {
        Ok(Stored {
            release: row.get("release")?,
            seq: row.get("seq")?,
            day: row.get("day")?,
            pack: row.get("pack")?,
            verdicts: row.get("verdicts")?,
        })
    })
    .transpose()
}

/// Keeps verdicts, unless newer ones are there.
///
/// # Errors
/// What the database says.
pub async fn store(conn: &mut Conn, stored: &Stored) -> Result<(), StoreError> {
    conn.execute(
        "INSERT INTO stored_verdict (release, seq, day, pack, verdicts) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (release) DO UPDATE SET seq = excluded.seq, day = excluded.day, pack = excluded.pack, \
         verdicts = excluded.verdicts WHERE stored_verdict.seq <= excluded.seq",
        args![stored.release, stored.seq, stored.day, &stored.pack, &stored.verdicts],
    )
    .await?;
    Ok(())
}

/// Acts that no verdict hangs on.
const NO_BEARING: &str = "'sign in', 'sign out', 'prove identity', 'password change', 'password reset', 'account open', \
                          'account close', 'person erase', 'role grant', 'role withdraw', 'token issue', 'token revoke', \
                          'record begin', 'record draft begin', 'record draft take over', 'record attach', \
                          'record detach', 'record discard', 'records import'";

/// Whether something happened after a sequence that can bear on a release of a product, which may be based on another.
///
/// # Errors
/// What the database says.
pub async fn bears_since(
    conn: &mut Conn,
    seq: i64,
    product: i64,
    release: i64,
    based_on: Option<i64>,
) -> Result<bool, StoreError> {
    let sql = format!(
        "SELECT DISTINCT s.subject FROM audit a JOIN audit_subject s ON s.seq = a.seq \
         WHERE a.seq > $1 AND a.action NOT IN ({NO_BEARING}) LIMIT {SUBJECTS_MAX}"
    );
    let rows = conn.fetch_all(sql, args![seq]).await?;
    if rows.len() == SUBJECTS_MAX {
        return Ok(true);
    }
    let mut subjects = rows.iter().map(|row| row.get("subject")).collect::<Result<BTreeSet<String>, _>>()?;
    subjects.retain(|subject| match subject.split_once(':') {
        Some(("product", id)) => id == product.to_string(),
        Some(("release", id)) => {
            id == release.to_string() || based_on.is_some_and(|base| id == base.to_string())
        }
        _ => true,
    });
    for subject in elsewhere(conn, &subjects, product).await? {
        subjects.remove(&subject);
    }
    Ok(!subjects.is_empty())
}

/// Which of some subjects are records, evidence or findings of other products.
async fn elsewhere(
    conn: &mut Conn,
    subjects: &BTreeSet<String>,
    product: i64,
) -> Result<Vec<String>, StoreError> {
    let mut found = Vec::new();
    if subjects.is_empty() {
        return Ok(found);
    }
    let mut values = args![product];
    let marks = values.push_all(subjects);
    let sql = format!("SELECT r.ref FROM record r WHERE r.product <> $1 AND r.ref IN ({marks})");
    for row in &conn.fetch_all(sql, values).await? {
        found.push(row.get("ref")?);
    }
    for (prefix, table) in [("EVID-", "evidence"), ("FIND-", "finding")] {
        let numbers: Vec<i64> =
            subjects.iter().filter_map(|subject| subject.strip_prefix(prefix)?.parse().ok()).collect();
        if numbers.is_empty() {
            continue;
        }
        let mut values = args![product];
        let marks = values.push_all(numbers);
        let sql = format!(
            "SELECT x.number FROM {table} x JOIN release r ON r.id = x.release AND r.tx_to IS NULL \
             WHERE r.product <> $1 AND x.number IN ({marks})"
        );
        for row in &conn.fetch_all(sql, values).await? {
            found.push(format!("{prefix}{}", row.get::<i64>("number")?));
        }
    }
    Ok(found)
}
