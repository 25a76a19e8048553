//! Drafts: the working copies of authors, replaced in place.

use std::collections::BTreeSet;

use jiff::Timestamp;
use theriac_model::Digest;

use crate::{Args, Conn, Engine, Row, StoreError, args};

/// The working copy of one author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The record.
    pub record: i64,
    /// Whose it is.
    pub author: i64,
    /// The revision it goes on from.
    pub predecessor: Option<Digest>,
    /// Canonical JSON of the fields.
    pub content: String,
    /// Canonical JSON of the links.
    pub links: String,
    /// Canonical JSON of name and digest of each attachment.
    pub attachments: String,
    /// Who answers for the tokens that wrote in it.
    pub hands: BTreeSet<i64>,
    /// When it was last saved.
    pub saved_at: Timestamp,
}

fn draft(row: &Row) -> Result<Draft, StoreError> {
    Ok(Draft {
        record: row.get("record")?,
        author: row.get("author")?,
        predecessor: row.get("predecessor")?,
        content: row.get("content")?,
        links: row.get("links")?,
        attachments: row.get("attachments")?,
        hands: serde_json::from_str(&row.get::<String>("hands")?)?,
        saved_at: row.get("saved_at")?,
    })
}

/// The draft of an author.
///
/// # Errors
/// What the database says.
pub async fn draft_of(conn: &mut Conn, record: i64, author: i64) -> Result<Option<Draft>, StoreError> {
    let sql = "SELECT record, author, predecessor, content, links, attachments, hands, saved_at FROM draft \
               WHERE record = $1 AND author = $2";
    conn.fetch_optional(sql, args![record, author]).await?.as_ref().map(draft).transpose()
}

/// Keeps everybody else from writing drafts of a record until the transaction ends.
///
/// # Errors
/// What the database says.
pub async fn lock(conn: &mut Conn, record: i64) -> Result<(), StoreError> {
    // On SQLite whoever may write is alone; on PostgreSQL drafts are saved beside units of work.
    if conn.engine() == Engine::Postgres {
        let sql = "SELECT id FROM record WHERE id = $1 FOR NO KEY UPDATE";
        conn.fetch_optional(sql, args![record]).await?;
    }
    Ok(())
}

/// All drafts of a record, oldest first, at most 100.
///
/// # Errors
/// What the database says.
pub async fn drafts(conn: &mut Conn, record: i64) -> Result<Vec<Draft>, StoreError> {
    let sql = "SELECT record, author, predecessor, content, links, attachments, hands, saved_at FROM draft \
               WHERE record = $1 ORDER BY saved_at LIMIT 100";
    conn.fetch_all(sql, args![record]).await?.iter().map(draft).collect()
}

/// Writes a draft: what is there is replaced.
///
/// # Errors
/// What the database says.
pub async fn save_draft(conn: &mut Conn, draft: &Draft) -> Result<(), StoreError> {
    conn.execute(
        "INSERT INTO draft (record, author, predecessor, content, links, attachments, hands, saved_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (record, author) DO UPDATE SET \
         predecessor = excluded.predecessor, content = excluded.content, links = excluded.links, \
         attachments = excluded.attachments, hands = excluded.hands, saved_at = excluded.saved_at",
        args![
            draft.record,
            draft.author,
            draft.predecessor,
            &draft.content,
            &draft.links,
            &draft.attachments,
            serde_json::to_string(&draft.hands)?,
            draft.saved_at
        ],
    )
    .await?;
    Ok(())
}

/// Removes a draft.
///
/// # Errors
/// What the database says.
pub async fn remove_draft(conn: &mut Conn, record: i64, author: i64) -> Result<u64, StoreError> {
    conn.execute("DELETE FROM draft WHERE record = $1 AND author = $2", args![record, author]).await
}

/// The drafts of these records, at most 1,000 records, oldest first.
///
/// # Errors
/// What the database says.
pub async fn drafts_among(conn: &mut Conn, records: &[i64]) -> Result<Vec<Draft>, StoreError> {
    let mut values = Args::new();
    let marks = values.push_all(records.iter().take(1000).copied());
    let sql = format!(
        "SELECT record, author, predecessor, content, links, attachments, hands, saved_at FROM draft \
         WHERE record IN ({marks}) ORDER BY saved_at LIMIT 10000"
    );
    conn.fetch_all(sql, values).await?.iter().map(draft).collect()
}
