//! Appending to the chain.

use std::collections::BTreeSet;

use serde_json::json;
use theriac_model::Digest;

use super::entry::{Change, Draft, Entry};
use crate::write::{Act, Committed};
use crate::{Conn, Store, StoreError, args};

/// Where and why the log does not hold together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {why}")]
pub struct Broken {
    /// The first bad entry or line.
    pub place: String,
    /// What is wrong with it.
    pub why: String,
}

/// Appends the entry of a transaction as its last statements: the head row is locked from here to the commit.
pub(crate) async fn append(conn: &mut Conn, draft: Draft<'_>) -> Result<Committed, StoreError> {
    let head = conn
        .fetch_one("UPDATE chain_head SET seq = seq + 1 WHERE id = 1 RETURNING seq, at, hash", args![])
        .await?;
    let (tx, seq, at) = (draft.tx, head.get("seq")?, draft.now.max(head.get("at")?));
    let entry = draft.into_entry(seq, head.get("hash")?, at);
    let hash = insert(conn, tx, &entry).await?;
    conn.execute("UPDATE chain_head SET at = $1, hash = $2 WHERE id = 1", args![at, hash]).await?;
    Ok(Committed { seq, at })
}

async fn insert(conn: &mut Conn, tx: i64, entry: &Entry) -> Result<Digest, StoreError> {
    let line = entry.line()?;
    let hash = Digest::of(line.as_bytes());
    conn.execute(
        "INSERT INTO audit (seq, tx, at, actor, action, entry, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![entry.seq, tx, entry.at, &entry.actor, &entry.action, line, hash],
    )
    .await?;
    let subjects: BTreeSet<&str> = entry.changes.iter().map(|change| change.subject.as_str()).collect();
    let rows = subjects.into_iter().map(|subject| args![subject, entry.seq]).collect();
    conn.insert_many("INSERT INTO audit_subject (subject, seq)", "", rows).await?;
    Ok(hash)
}

/// Writes the genesis entry when the chain has none.
pub(crate) async fn begin_chain(store: &Store) -> Result<(), StoreError> {
    let mut conn = store.maintain().await?;
    if conn.fetch_optional("SELECT seq FROM chain_head WHERE id = 1", args![]).await?.is_some() {
        return Ok(());
    }
    let mut installation = [0; 16];
    store.ids().fill(&mut installation);
    let act = Act::system("genesis");
    let detail = json!({ "program": env!("CARGO_PKG_VERSION") });
    let subject = format!("installation:{}", hex::encode(installation));
    let changes = vec![Change { subject, before: None, after: None, detail }];
    let (tx, now) = (store.id(), store.now());
    let draft = Draft { act: &act, tx, now, changes, refused: None };
    let hash = insert(&mut conn, tx, &draft.into_entry(0, Digest::of(b""), now)).await?;
    conn.execute("INSERT INTO chain_head (id, seq, at, hash) VALUES (1, 0, $1, $2)", args![now, hash])
        .await?;
    conn.commit().await
}
