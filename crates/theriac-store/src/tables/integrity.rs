//! Rows that others rest on, once more and in steps by key, for who compares them with the audit log.
//!
//! They come as they stand: unlike other readers these refuse nothing, so that all that was changed can be named. To
//! extend: a table whose rows the log speaks of gets a function here and its comparison in the service.

use theriac_model::Digest;

use super::decisions::{self, Decision};
use super::evidence::{self, Evidence};
use super::findings::{self, Assessment, Finding};
use super::records;
use super::signatures::{self, Signature};
use crate::audit::Entry;
use crate::time::as_of;
use crate::{Args, Conn, Row, StoreError, args};

/// How many rows are read at a time.
pub const STEP: u32 = 200;

/// A row with the transaction that wrote it.
#[derive(Debug, Clone)]
pub struct Written<T> {
    /// The transaction.
    pub tx: i64,
    /// The row.
    pub row: T,
}

impl<T> Written<T> {
    fn new(row: &Row, value: T) -> Result<Self, StoreError> {
        Ok(Self { tx: row.get("tx_from")?, row: value })
    }
}

/// A revision as far as its name goes.
#[derive(Debug, Clone)]
pub struct Named {
    /// The record, such as `RISK-12`.
    pub record: String,
    /// The revision's number.
    pub number: i64,
    /// What names it.
    pub digest: Digest,
    /// Whether what it holds is what its digest names.
    pub holds: bool,
}

/// Revisions with a greater digest than `after` (empty for the first), [`STEP`] of them.
///
/// # Errors
/// What the database says.
pub async fn revisions(conn: &mut Conn, after: &str) -> Result<Vec<Written<Named>>, StoreError> {
    let sql = "SELECT v.digest, r.ref, r.kind, v.number, v.kind_version, v.predecessor, v.content, v.links, \
               v.attachments, v.tx_from FROM revision v JOIN record r ON r.id = v.record \
               WHERE v.digest > $1 ORDER BY v.digest LIMIT $2";
    let named = |row: &Row| {
        let holds = match records::unchanged(row) {
            Ok(()) => true,
            Err(StoreError::RevisionChanged { .. }) => false,
            Err(error) => return Err(error),
        };
        let (record, number, digest) = (row.get("ref")?, row.get("number")?, row.get("digest")?);
        Written::new(row, Named { record, number, digest, holds })
    };
    conn.fetch_all(sql, args![after, STEP]).await?.iter().map(named).collect()
}

/// A state that a revision has or had.
#[derive(Debug, Clone)]
pub struct State {
    /// The row.
    pub row_id: i64,
    /// The record, such as `RISK-12`.
    pub record: String,
    /// The revision.
    pub revision: Digest,
    /// The state.
    pub state: String,
    /// Whether it lasts, or the transaction that ended it began the next one.
    pub follows: bool,
    /// Whether the transaction that gave it gave a signature on the revision too.
    pub signed: bool,
}

/// States of revisions with a greater row than `after`, [`STEP`] of them.
///
/// # Errors
/// What the database says.
pub async fn states(conn: &mut Conn, after: i64) -> Result<Vec<Written<State>>, StoreError> {
    let sql = "SELECT s.row_id, r.ref, s.revision, s.state, s.tx_from, CASE WHEN s.tx_to IS NULL OR EXISTS \
               (SELECT 1 FROM revision_state n WHERE n.revision = s.revision AND n.tx_from = s.tx_to) \
               THEN 1 ELSE 0 END AS follows, CASE WHEN EXISTS (SELECT 1 FROM signature g WHERE g.digest = s.revision \
               AND g.tx_from = s.tx_from) THEN 1 ELSE 0 END AS signed FROM revision_state s JOIN revision v ON v.digest = s.revision \
               JOIN record r ON r.id = v.record WHERE s.row_id > $1 ORDER BY s.row_id LIMIT $2";
    let state = |row: &Row| {
        let state = State {
            row_id: row.get("row_id")?,
            record: row.get("ref")?,
            revision: row.get("revision")?,
            state: row.get("state")?,
            follows: row.get("follows")?,
            signed: row.get("signed")?,
        };
        Written::new(row, state)
    };
    conn.fetch_all(sql, args![after, STEP]).await?.iter().map(state).collect()
}

/// Signatures with a greater id than `after`, [`STEP`] of them.
///
/// # Errors
/// What the database says.
pub async fn signatures(conn: &mut Conn, after: i64) -> Result<Vec<Written<Signature>>, StoreError> {
    let sql = "SELECT id, digest, person, meaning, method, comment, at, tx_from FROM signature WHERE id > $1 ORDER BY id LIMIT $2";
    let rows = conn.fetch_all(sql, args![after, STEP]).await?;
    rows.iter().map(|row| Written::new(row, signatures::from_row(row)?)).collect()
}

/// The ids of assessments greater than `after`, [`STEP`] of them.
///
/// # Errors
/// What the database says.
pub async fn assessment_ids(conn: &mut Conn, after: i64) -> Result<Vec<i64>, StoreError> {
    let sql = "SELECT id FROM assessment WHERE id > $1 ORDER BY id LIMIT $2";
    conn.fetch_all(sql, args![after, STEP]).await?.iter().map(|row| row.get("id")).collect()
}

/// Assessments from one id to another, both included, each with its finding as that was known then.
///
/// # Errors
/// What the database says.
pub async fn assessments(
    conn: &mut Conn,
    from: i64,
    to: i64,
) -> Result<Vec<Written<(Finding, Assessment)>>, StoreError> {
    let sql = format!(
        "SELECT {}, {}, a.tx_from FROM assessment a JOIN audit w ON w.tx = a.tx_from JOIN finding f ON f.id = a.finding \
         JOIN finding_version v ON v.finding = f.id AND {} WHERE a.id >= $1 AND a.id <= $2 ORDER BY a.id",
        findings::FINDING,
        findings::ASSESSMENT,
        as_of("v", "w.seq"),
    );
    let rows = conn.fetch_all(sql, args![from, to]).await?;
    rows.iter().map(|row| Written::new(row, (findings::finding(row)?, findings::assessment(row)?))).collect()
}

/// Decisions with a greater id than `after`, [`STEP`] of them; each says whether it is in force, or was ended by the next.
///
/// # Errors
/// What the database says.
pub async fn decisions(conn: &mut Conn, after: i64) -> Result<Vec<Written<(Decision, bool)>>, StoreError> {
    let sql = format!(
        "SELECT {}, d.tx_from, CASE WHEN d.tx_to IS NULL OR EXISTS (SELECT 1 FROM decision n \
         WHERE n.release = d.release AND n.tx_from = d.tx_to) THEN 1 ELSE 0 END AS follows FROM {} \
         WHERE d.id > $1 ORDER BY d.id LIMIT $2",
        decisions::COLUMNS,
        decisions::FROM
    );
    let rows = conn.fetch_all(sql, args![after, STEP]).await?;
    rows.iter().map(|row| Written::new(row, (decisions::decision(row)?, row.get("follows")?))).collect()
}

/// Those of the releases and verdicts that a decision binds to one another.
///
/// # Errors
/// What the database says.
pub async fn decided_among(conn: &mut Conn, verdicts: &[Digest]) -> Result<Vec<(i64, Digest)>, StoreError> {
    let mut found = Vec::new();
    for chunk in verdicts.chunks(500) {
        let mut values = Args::new();
        let marks = values.push_all(chunk.iter());
        let sql = format!("SELECT release, verdicts FROM decision WHERE verdicts IN ({marks})");
        for row in &conn.fetch_all(sql, values).await? {
            found.push((row.get("release")?, row.get("verdicts")?));
        }
    }
    Ok(found)
}

/// A clearance, as the log speaks of it.
#[derive(Debug, Clone)]
pub struct Cleared {
    /// The row.
    pub id: i64,
    /// The record that the link leaves from, such as `RISK-12`.
    pub source: String,
    /// The type of the link.
    pub link: String,
    /// The record that it points to.
    pub target: String,
    /// The revision that it was made against.
    pub from: Digest,
    /// The revision that it is good for.
    pub to: Digest,
    /// Why.
    pub reason: String,
    /// Who said so.
    pub person: i64,
}

/// Clearances with a greater id than `after`, [`STEP`] of them.
///
/// # Errors
/// What the database says.
pub async fn clearances(conn: &mut Conn, after: i64) -> Result<Vec<Written<Cleared>>, StoreError> {
    let sql = "SELECT c.id, s.ref AS source, c.link, t.ref AS target, c.from_revision, c.to_revision, c.reason, c.person, \
               c.tx_from FROM clearance c JOIN record s ON s.id = c.source JOIN record t ON t.id = c.target \
               WHERE c.id > $1 ORDER BY c.id LIMIT $2";
    let cleared = |row: &Row| {
        let cleared = Cleared {
            id: row.get("id")?,
            source: row.get("source")?,
            link: row.get("link")?,
            target: row.get("target")?,
            from: row.get("from_revision")?,
            to: row.get("to_revision")?,
            reason: row.get("reason")?,
            person: row.get("person")?,
        };
        Written::new(row, cleared)
    };
    conn.fetch_all(sql, args![after, STEP]).await?.iter().map(cleared).collect()
}

/// Evidence with a greater number than `after`, [`STEP`] of it.
///
/// # Errors
/// What the database says.
pub async fn evidence(conn: &mut Conn, after: i64) -> Result<Vec<Written<Evidence>>, StoreError> {
    let sql = format!(
        "SELECT {}, e.tx_from FROM evidence e WHERE e.number > $1 ORDER BY e.number LIMIT $2",
        evidence::COLUMNS
    );
    let rows = conn.fetch_all(sql, args![after, STEP]).await?;
    rows.iter().map(|row| Written::new(row, evidence::evidence(row)?)).collect()
}

/// Those of the pieces of evidence with these numbers that are there, and whether each is disqualified.
///
/// # Errors
/// What the database says.
pub async fn evidence_among(conn: &mut Conn, numbers: &[i64]) -> Result<Vec<(i64, bool)>, StoreError> {
    let mut found = Vec::new();
    for chunk in numbers.chunks(500) {
        let mut values = Args::new();
        let marks = values.push_all(chunk.iter().copied());
        let sql = format!(
            "SELECT e.number, CASE WHEN d.evidence IS NULL THEN 0 ELSE 1 END AS disqualified FROM evidence e \
             LEFT JOIN disqualification d ON d.evidence = e.id WHERE e.number IN ({marks})"
        );
        for row in &conn.fetch_all(sql, values).await? {
            found.push((row.get("number")?, row.get("disqualified")?));
        }
    }
    Ok(found)
}

/// Digest, id and content of advisories with a greater digest than `after` (empty for the first), [`STEP`] of them.
///
/// # Errors
/// What the database says.
pub async fn advisories(conn: &mut Conn, after: &str) -> Result<Vec<(Digest, String, String)>, StoreError> {
    let sql = "SELECT digest, id, content FROM advisory WHERE digest > $1 ORDER BY digest LIMIT $2";
    let rows = conn.fetch_all(sql, args![after, STEP]).await?;
    rows.iter().map(|row| Ok((row.get("digest")?, row.get("id")?, row.get("content")?))).collect()
}

/// The entries of these transactions; each says whether its time was held at that of the entry before, because the
/// clock had gone back.
///
/// # Errors
/// What the database says.
pub async fn entries_of(conn: &mut Conn, txs: &[i64]) -> Result<Vec<(i64, Entry, bool)>, StoreError> {
    let mut found = Vec::new();
    for chunk in txs.chunks(500) {
        let mut values = Args::new();
        let marks = values.push_all(chunk.iter().copied());
        let sql = format!(
            "SELECT a.tx, a.entry, CASE WHEN p.at = a.at THEN 1 ELSE 0 END AS held FROM audit a \
             LEFT JOIN audit p ON p.seq = a.seq - 1 WHERE a.tx IN ({marks})"
        );
        for row in &conn.fetch_all(sql, values).await? {
            let entry = serde_json::from_str(&row.get::<String>("entry")?)?;
            found.push((row.get("tx")?, entry, row.get("held")?));
        }
    }
    Ok(found)
}

/// The entries of an action that come after a sequence, [`STEP`] of them.
///
/// # Errors
/// What the database says.
pub async fn entries_called(conn: &mut Conn, action: &str, after: i64) -> Result<Vec<Entry>, StoreError> {
    let sql = "SELECT entry FROM audit WHERE action = $1 AND seq > $2 ORDER BY seq LIMIT $3";
    let rows = conn.fetch_all(sql, args![action, after, STEP]).await?;
    rows.iter().map(|row| Ok(serde_json::from_str(&row.get::<String>("entry")?)?)).collect()
}

/// Those of the digests that name a revision.
///
/// # Errors
/// What the database says.
pub async fn revisions_among(conn: &mut Conn, digests: &[Digest]) -> Result<Vec<Digest>, StoreError> {
    let mut found = Vec::new();
    for chunk in digests.chunks(500) {
        let mut values = Args::new();
        let marks = values.push_all(chunk.iter());
        let sql = format!("SELECT digest FROM revision WHERE digest IN ({marks})");
        for row in &conn.fetch_all(sql, values).await? {
            found.push(row.get("digest")?);
        }
    }
    Ok(found)
}

/// The digests of all assessments of findings with these numbers.
///
/// # Errors
/// What the database says.
pub async fn assessments_on(conn: &mut Conn, numbers: &[i64]) -> Result<Vec<Digest>, StoreError> {
    let mut found = Vec::new();
    for chunk in numbers.chunks(500) {
        let mut values = Args::new();
        let marks = values.push_all(chunk.iter().copied());
        let sql = format!(
            "SELECT a.digest FROM finding f JOIN assessment a ON a.finding = f.id WHERE f.number IN ({marks})"
        );
        for row in &conn.fetch_all(sql, values).await? {
            found.push(row.get("digest")?);
        }
    }
    Ok(found)
}
