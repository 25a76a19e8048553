//! The chain in the database: appending, its beginning, and what is kept beside it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::json;
use theriac_model::Digest;

use super::check::{Broken, Verified};
use super::entry::{Change, Draft, Entry};
use super::keys;
use crate::write::{Act, Committed};
use crate::{Conn, Store, StoreError, args};

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
    let rows = subjects(entry).into_iter().map(|subject| args![subject, entry.seq]).collect();
    conn.insert_many("INSERT INTO audit_subject (subject, seq)", "", rows).await?;
    Ok(hash)
}

/// What an entry speaks of, each once, in order.
fn subjects(entry: &Entry) -> BTreeSet<&String> {
    entry.changes.iter().map(|change| &change.subject).collect()
}

/// The last entry of the chain.
pub(crate) struct Head {
    pub(crate) seq: i64,
    pub(crate) hash: Digest,
}

pub(crate) async fn head(conn: &mut Conn) -> Result<Head, StoreError> {
    let row = conn.fetch_one("SELECT seq, hash FROM chain_head WHERE id = 1", args![]).await?;
    Ok(Head { seq: row.get("seq")?, hash: row.get("hash")? })
}

/// The installation that the genesis entry names.
pub(crate) async fn installation(conn: &mut Conn) -> Result<String, StoreError> {
    let none = || StoreError::from(Broken::at("entry 0", "it does not name the installation"));
    installation_if_any(conn).await?.ok_or_else(none)
}

/// The same, where the log has begun.
pub(crate) async fn installation_if_any(conn: &mut Conn) -> Result<Option<String>, StoreError> {
    let sql = "SELECT subject FROM audit_subject WHERE seq = 0 AND subject LIKE 'installation:%'";
    let Some(row) = conn.fetch_optional(sql, args![]).await? else { return Ok(None) };
    Ok(Some(row.get::<String>("subject")?.trim_start_matches("installation:").to_owned()))
}

/// What stands beside some entries and was taken from them: columns, and subjects.
pub(crate) struct Beside {
    columns: BTreeMap<i64, (String, Timestamp, String, String)>,
    subjects: BTreeMap<i64, Vec<String>>,
}

impl Beside {
    /// What stands beside the entries from a sequence on, up to but without another.
    pub(crate) async fn read(conn: &mut Conn, from: i64, to: i64) -> Result<Self, StoreError> {
        let mut columns = BTreeMap::new();
        let sql = "SELECT seq, tx, at, actor, action FROM audit WHERE seq >= $1 AND seq < $2";
        for row in &conn.fetch_all(sql, args![from, to]).await? {
            let tx = row.get::<i64>("tx")?.to_string();
            columns.insert(row.get("seq")?, (tx, row.get("at")?, row.get("actor")?, row.get("action")?));
        }
        let mut subjects: BTreeMap<i64, Vec<String>> = BTreeMap::new();
        let sql = "SELECT seq, subject FROM audit_subject WHERE seq >= $1 AND seq < $2";
        for row in &conn.fetch_all(sql, args![from, to]).await? {
            subjects.entry(row.get("seq")?).or_default().push(row.get("subject")?);
        }
        // Databases sort texts in orders of their own.
        subjects.values_mut().for_each(|listed| listed.sort_unstable());
        Ok(Self { columns, subjects })
    }

    /// Compares an entry with what stands beside it; gives the number of subjects.
    pub(crate) fn compare(&self, entry: &Entry) -> Result<i64, Broken> {
        let Entry { seq, tx, at, actor, action, .. } = entry;
        let same = self
            .columns
            .get(seq)
            .is_some_and(|beside| (&beside.0, &beside.1, &beside.2, &beside.3) == (tx, at, actor, action));
        let listed = self.subjects.get(seq).map_or(&[][..], Vec::as_slice);
        if !same || !subjects(entry).into_iter().eq(listed) {
            return Err(Broken::at(format!("entry {seq}"), "the columns beside it do not say what it says"));
        }
        Ok(i64::try_from(listed.len()).unwrap_or(i64::MAX))
    }
}

/// Compares the end of a chain with the head row, and the number of subject rows with that of the entries.
pub(crate) async fn compare_head(conn: &mut Conn, end: &Verified, subjects: i64) -> Result<(), StoreError> {
    let head = head(conn).await?;
    if head.seq != end.seq || head.hash != end.head {
        let why = format!("the head row says that the log ends with entry {}, not {}", head.seq, end.seq);
        return Err(Broken::at(format!("entry {}", end.entries), why).into());
    }
    let sql = "SELECT (SELECT COUNT(*) FROM audit_subject) AS subjects, (SELECT COUNT(*) FROM checkpoint WHERE seq > $1) AS late";
    let row = conn.fetch_one(sql, args![end.seq]).await?;
    if row.get::<i64>("subjects")? != subjects || row.get::<i64>("late")? != 0 {
        return Err(
            Broken::at(format!("entry {}", end.entries), "rows speak of entries that are not there").into()
        );
    }
    Ok(())
}

/// Writes the genesis entry, with the first signing key, when the chain has none.
pub(crate) async fn begin_chain(store: &Store) -> Result<(), StoreError> {
    let mut conn = store.maintain().await?;
    if conn.fetch_optional("SELECT seq FROM chain_head WHERE id = 1", args![]).await?.is_some() {
        return Ok(());
    }
    let mut installation = [0; 16];
    store.ids().fill(&mut installation);
    let subject = format!("installation:{}", hex::encode(installation));
    let detail = json!({ "program": env!("CARGO_PKG_VERSION") });
    let (key, key_change) = keys::create(store).await?;
    let changes = vec![Change { subject, before: None, after: None, detail }, key_change];
    let act = Act::system("genesis");
    let (tx, now) = (store.id(), store.now());
    let draft = Draft { act: &act, tx, now, changes, refused: None };
    let hash = insert(&mut conn, tx, &draft.into_entry(0, Digest::of(b""), now)).await?;
    keys::list(&mut conn, &key, 0).await?;
    conn.execute("INSERT INTO chain_head (id, seq, at, hash) VALUES (1, 0, $1, $2)", args![now, hash])
        .await?;
    conn.commit().await
}
