//! The audit log as people read it; writing it is the unit of work's.

use theriac_model::Digest;

use crate::audit::{Entry, installation_if_any};
use crate::{Conn, StoreError, args};

/// What names this installation for ever; `None` before the first entry.
///
/// # Errors
/// What the database says.
pub async fn installation(conn: &mut Conn) -> Result<Option<String>, StoreError> {
    installation_if_any(conn).await
}

/// Which entries to list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this actor: `person:7`, `token:3`, `system`.
    pub actor: Option<String>,
    /// Of this action: `record submit`.
    pub action: Option<String>,
    /// That speak of this: `RISK-12`, `release:7`.
    pub subject: Option<String>,
    /// Older than this sequence.
    pub before: Option<i64>,
    /// How many.
    pub limit: u32,
}

/// Entries with their hashes, newest first.
///
/// # Errors
/// What the database says.
pub async fn list(conn: &mut Conn, filter: &Filter) -> Result<Vec<(Entry, Digest)>, StoreError> {
    let mut args = args![filter.before.unwrap_or(i64::MAX), filter.limit];
    let mut sql = "SELECT a.entry, a.hash FROM audit a WHERE a.seq < $1".to_owned();
    if let Some(actor) = &filter.actor {
        sql += &format!(" AND a.actor = {}", args.push(actor));
    }
    if let Some(action) = &filter.action {
        sql += &format!(" AND a.action = {}", args.push(action));
    }
    if let Some(subject) = &filter.subject {
        let mark = args.push(subject);
        sql += &format!(" AND a.seq IN (SELECT s.seq FROM audit_subject s WHERE s.subject = {mark})");
    }
    sql += " ORDER BY a.seq DESC LIMIT $2";
    let rows = conn.fetch_all(sql, args).await?;
    rows.iter()
        .map(|row| Ok((serde_json::from_str(&row.get::<String>("entry")?)?, row.get("hash")?)))
        .collect()
}
