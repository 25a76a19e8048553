//! Release decisions with what they pin.

use jiff::Timestamp;
use theriac_model::Digest;

use super::releases::RELEASED;
use crate::time::as_of;
use crate::{Conn, Row, StoreError, Write, args};

/// A decision on a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The decision.
    pub id: i64,
    /// The release.
    pub release: i64,
    /// `ship`, `postpone` or `withdraw`.
    pub outcome: String,
    /// Why.
    pub reason: String,
    /// The sequence it judges.
    pub seq: i64,
    /// The facts, a blob.
    pub facts: Digest,
    /// Verdicts and gate, a blob.
    pub verdicts: Digest,
    /// The pack.
    pub pack: Digest,
    /// The signature.
    pub signature: i64,
    /// When.
    pub at: Timestamp,
    /// Who signed.
    pub person: i64,
    /// What the signature means.
    pub meaning: String,
    /// How the person proved to be the person.
    pub method: String,
}

impl Decision {
    /// Whether the release ships by it.
    #[must_use]
    pub fn ships(&self) -> bool {
        self.outcome == RELEASED
    }
}

pub(super) const COLUMNS: &str = "d.id, d.release, d.outcome, d.reason, d.seq, d.facts, d.verdicts, d.pack, d.signature, d.at, s.person, \
     s.meaning, s.method";
pub(super) const FROM: &str = "decision d JOIN signature s ON s.id = d.signature";

pub(super) fn decision(row: &Row) -> Result<Decision, StoreError> {
    Ok(Decision {
        id: row.get("id")?,
        release: row.get("release")?,
        outcome: row.get("outcome")?,
        reason: row.get("reason")?,
        seq: row.get("seq")?,
        facts: row.get("facts")?,
        verdicts: row.get("verdicts")?,
        pack: row.get("pack")?,
        signature: row.get("signature")?,
        at: row.get("at")?,
        person: row.get("person")?,
        meaning: row.get("meaning")?,
        method: row.get("method")?,
    })
}

/// The decision in force on a release at a sequence.
///
/// # Errors
/// What the database says.
pub async fn at(conn: &mut Conn, release: i64, seq: i64) -> Result<Option<Decision>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE d.release = $2 AND {}", as_of("d", "$1"));
    conn.fetch_optional(sql, args![seq, release]).await?.as_ref().map(decision).transpose()
}

/// The decision to ship that was in force on a release when another one was begun, by a sequence.
///
/// # Errors
/// What the database says.
pub async fn shipped_when_begun(
    conn: &mut Conn,
    base: i64,
    begun: i64,
    seq: i64,
) -> Result<Option<Decision>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM {FROM} JOIN audit w ON w.tx = d.tx_from WHERE d.release = $1 AND d.outcome = $2 AND w.seq <= $3 \
         AND w.seq < (SELECT MIN(b.seq) FROM release r JOIN audit b ON b.tx = r.tx_from WHERE r.id = $4) \
         ORDER BY w.seq DESC LIMIT 1"
    );
    conn.fetch_optional(sql, args![base, RELEASED, seq, begun]).await?.as_ref().map(decision).transpose()
}

/// The decisions in force on all releases, newest first, at most 10,000.
///
/// # Errors
/// What the database says.
pub async fn in_force(conn: &mut Conn) -> Result<Vec<Decision>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE d.tx_to IS NULL ORDER BY d.id DESC LIMIT 10000");
    conn.fetch_all(sql, args![]).await?.iter().map(decision).collect()
}

/// The decisions on a release, newest first, older than one where that is given, up to `limit`.
///
/// # Errors
/// What the database says.
pub async fn history(
    conn: &mut Conn,
    release: i64,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<Decision>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM {FROM} WHERE d.release = $1 AND d.id < $2 ORDER BY d.id DESC LIMIT $3"
    );
    let values = args![release, before.unwrap_or(i64::MAX), limit];
    conn.fetch_all(sql, values).await?.iter().map(decision).collect()
}

/// Name and digest of each artefact that a decision pins.
///
/// # Errors
/// What the database says.
pub async fn artefacts(conn: &mut Conn, decision: i64) -> Result<Vec<(String, Digest)>, StoreError> {
    let sql = "SELECT name, digest FROM baseline_artefact WHERE decision = $1 ORDER BY name LIMIT 10000";
    let rows = conn.fetch_all(sql, args![decision]).await?;
    rows.iter().map(|row| Ok((row.get("name")?, row.get("digest")?))).collect()
}

/// Writes a decision with its baseline (record and revision) and artefacts; the one before ends.
///
/// # Errors
/// What the database says.
pub async fn add(
    write: &mut Write,
    decision: &Decision,
    baseline: &[(i64, Digest)],
    artefacts: &[(String, Digest)],
) -> Result<(), StoreError> {
    let tx = write.tx();
    let sql = "UPDATE decision SET tx_to = $1 WHERE release = $2 AND tx_to IS NULL";
    write.execute(sql, args![tx, decision.release]).await?;
    write
        .execute(
            "INSERT INTO decision (id, release, outcome, reason, seq, facts, verdicts, pack, signature, at, tx_from) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            args![
                decision.id,
                decision.release,
                &decision.outcome,
                &decision.reason,
                decision.seq,
                decision.facts,
                decision.verdicts,
                decision.pack,
                decision.signature,
                decision.at,
                tx
            ],
        )
        .await?;
    let rows = baseline.iter().map(|(record, revision)| args![decision.id, *record, *revision]).collect();
    write.insert_many("INSERT INTO baseline (decision, record, revision)", "", rows).await?;
    let rows = artefacts.iter().map(|(name, digest)| args![decision.id, name, *digest]).collect();
    write.insert_many("INSERT INTO baseline_artefact (decision, name, digest)", "", rows).await?;
    Ok(())
}

/// The last audit sequence inside a unit of work: nothing comes between it and the commit.
///
/// # Errors
/// What the database says.
pub async fn head(write: &mut Write) -> Result<i64, StoreError> {
    write.fetch_one("SELECT seq FROM chain_head WHERE id = 1", args![]).await?.get("seq")
}
