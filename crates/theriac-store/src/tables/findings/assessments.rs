//! Assessments of findings and their signatures. They are only ever added; the one with the greatest id counts.

use jiff::Timestamp;
use jiff::civil::Date;
use theriac_model::Digest;

use super::ROWS_MAX;
use crate::tables::signatures::{self, Signature};
use crate::tables::text_list;
use crate::{Args, Conn, Row, StoreError, Write, args};

/// The meaning of the signature on assessments of who judges.
pub const SIGNED: &str = "Assessment signed";

/// The meaning of the signature on assessments of who accepts the risk that stays.
pub const ACCEPTED: &str = "Residual risk accepted";

/// Whether a signature with this meaning makes a judgement hold.
#[must_use]
pub fn is_judgement(meaning: &str) -> bool {
    meaning == SIGNED || meaning == ACCEPTED
}

/// The meaning of the signature with which a release takes over assessments of an earlier one.
pub const CONFIRMED: &str = "Carried assessments confirmed";

/// A judgement of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// The row.
    pub id: i64,
    /// The finding.
    pub finding: i64,
    /// The VEX status.
    pub status: String,
    /// The VEX justification.
    pub justification: Option<String>,
    /// The impact statement: why.
    pub explanation: String,
    /// How exploitable it is in the product's context.
    pub exploitability: Option<String>,
    /// Why that.
    pub exploitability_reason: String,
    /// What it can do to a patient.
    pub patient_safety_impact: String,
    /// What is done.
    pub decision: Option<String>,
    /// Why that.
    pub decision_reason: String,
    /// By when.
    pub due: Option<Date>,
    /// Who mends it.
    pub fixer: Option<i64>,
    /// What it rests on, as JSON.
    pub rests_on: String,
    /// Who judged.
    pub assessor: i64,
    /// When it was judged; a carried one keeps this.
    pub at: Timestamp,
    /// The assessment that it was carried from.
    pub carried_from: Option<i64>,
    /// The assessment that people judged and signed; its own id where it is that.
    pub root: i64,
    /// What it rests on that has changed.
    pub changed: Vec<String>,
    /// Whether an earlier signed judgement said that a patient can be harmed, and no clinical assessor has signed since
    /// that none can.
    pub harm_before: bool,
    /// Names all of this.
    pub digest: Digest,
    /// Names what was judged at once: what is signed. Its own digest where it was carried.
    pub set: Digest,
}

/// A signature on an assessment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssessmentSignature {
    /// The assessment.
    pub assessment: i64,
    /// The signature: its digest is the one of the whole set.
    pub signature: Signature,
}

pub(in crate::tables) const ASSESSMENT: &str = "a.id AS a_id, a.finding, a.status, a.justification, a.explanation, a.exploitability, \
    a.exploitability_reason, a.patient_safety_impact, a.decision, a.decision_reason, a.due, a.fixer, a.rests_on, \
    a.assessor, a.at AS a_at, a.carried_from, a.root, a.changed, a.harm_before, a.digest AS a_digest, a.set_digest";
pub(super) const LATEST: &str = "a.id = (SELECT MAX(y.id) FROM assessment y WHERE y.finding = f.id)";

pub(in crate::tables) fn assessment(row: &Row) -> Result<Assessment, StoreError> {
    Ok(Assessment {
        id: row.get("a_id")?,
        finding: row.get("finding")?,
        status: row.get("status")?,
        justification: row.get("justification")?,
        explanation: row.get("explanation")?,
        exploitability: row.get("exploitability")?,
        exploitability_reason: row.get("exploitability_reason")?,
        patient_safety_impact: row.get("patient_safety_impact")?,
        decision: row.get("decision")?,
        decision_reason: row.get("decision_reason")?,
        due: row.get("due")?,
        fixer: row.get("fixer")?,
        rests_on: row.get("rests_on")?,
        assessor: row.get("assessor")?,
        at: row.get("a_at")?,
        carried_from: row.get("carried_from")?,
        root: row.get("root")?,
        changed: text_list(row, "changed")?,
        harm_before: row.get("harm_before")?,
        digest: row.get("a_digest")?,
        set: row.get("set_digest")?,
    })
}

/// The latest assessment of each finding of a release, in no order.
///
/// # Errors
/// What the database says.
pub async fn latest_assessments(conn: &mut Conn, release: i64) -> Result<Vec<Assessment>, StoreError> {
    let sql = format!(
        "SELECT {ASSESSMENT} FROM finding f JOIN assessment a ON {LATEST} WHERE f.release = $1 LIMIT {ROWS_MAX}"
    );
    conn.fetch_all(sql, args![release]).await?.iter().map(assessment).collect()
}

/// The latest assessment of each of these findings, in no order.
///
/// # Errors
/// What the database says.
pub async fn latest_of(conn: &mut Conn, findings: &[i64]) -> Result<Vec<Assessment>, StoreError> {
    let mut found = Vec::new();
    for chunk in findings.chunks(1000) {
        let mut values = Args::new();
        let marks = values.push_all(chunk.iter().copied());
        let sql = format!(
            "SELECT {ASSESSMENT} FROM finding f JOIN assessment a ON {LATEST} WHERE f.id IN ({marks})"
        );
        for row in &conn.fetch_all(sql, values).await? {
            found.push(assessment(row)?);
        }
    }
    Ok(found)
}

/// The assessments of sets that were made at once, by finding, at most 10,000 of each 1,000 sets.
///
/// # Errors
/// What the database says.
pub async fn of_sets(conn: &mut Conn, sets: &[Digest]) -> Result<Vec<Assessment>, StoreError> {
    let mut found = Vec::new();
    for chunk in sets.chunks(1000) {
        let mut values = Args::new();
        let marks = values.push_all(chunk.iter());
        let sql = format!(
            "SELECT {ASSESSMENT} FROM assessment a WHERE a.set_digest IN ({marks}) AND a.carried_from IS NULL \
             ORDER BY a.finding LIMIT 10000"
        );
        for row in &conn.fetch_all(sql, values).await? {
            found.push(assessment(row)?);
        }
    }
    Ok(found)
}

/// The assessments of these rows, in no order.
///
/// # Errors
/// What the database says.
pub async fn assessments(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Assessment>, StoreError> {
    let mut found = Vec::new();
    for chunk in ids.chunks(1000) {
        let mut values = Args::new();
        let marks = values.push_all(chunk.iter().copied());
        let sql = format!("SELECT {ASSESSMENT} FROM assessment a WHERE a.id IN ({marks})");
        for row in &conn.fetch_all(sql, values).await? {
            found.push(assessment(row)?);
        }
    }
    Ok(found)
}

/// When these assessments were written: row and moment, in no order. A carried one was judged before.
///
/// # Errors
/// What the database says.
pub async fn written_at(conn: &mut Conn, ids: &[i64]) -> Result<Vec<(i64, Timestamp)>, StoreError> {
    let mut found = Vec::new();
    for chunk in ids.chunks(1000) {
        let mut values = Args::new();
        let marks = values.push_all(chunk.iter().copied());
        let sql = format!(
            "SELECT a.id, t.at FROM assessment a JOIN audit t ON t.tx = a.tx_from WHERE a.id IN ({marks})"
        );
        for row in &conn.fetch_all(sql, values).await? {
            found.push((row.get("id")?, row.get("at")?));
        }
    }
    Ok(found)
}

/// The assessments of a finding, newest first, at most 500.
///
/// # Errors
/// What the database says.
pub async fn history(conn: &mut Conn, finding: i64) -> Result<Vec<Assessment>, StoreError> {
    let sql =
        format!("SELECT {ASSESSMENT} FROM assessment a WHERE a.finding = $1 ORDER BY a.id DESC LIMIT 500");
    conn.fetch_all(sql, args![finding]).await?.iter().map(assessment).collect()
}

/// Everybody whom a signed judgement of these findings ever named to mend one: finding and person, at most 10,000.
///
/// # Errors
/// What the database says.
pub async fn fixers(conn: &mut Conn, findings: &[i64]) -> Result<Vec<(i64, i64)>, StoreError> {
    let mut found = Vec::new();
    for chunk in findings.chunks(500) {
        let mut values = Args::new();
        let marks = values.push_all(chunk.iter().copied());
        let sql = format!(
            "SELECT DISTINCT a.finding, a.fixer FROM assessment a JOIN assessment_signature x ON x.assessment = a.root \
             WHERE a.finding IN ({marks}) AND a.fixer IS NOT NULL LIMIT 10000"
        );
        for row in conn.fetch_all(sql, values).await? {
            found.push((row.get("finding")?, row.get("fixer")?));
        }
    }
    Ok(found)
}

/// Adds assessments.
///
/// # Errors
/// What the database says.
pub async fn add_assessments(write: &mut Write, assessments: &[Assessment]) -> Result<(), StoreError> {
    let mut rows = Vec::with_capacity(assessments.len());
    for row in assessments {
        rows.push(args![
            row.id,
            row.finding,
            &row.status,
            row.justification.clone(),
            &row.explanation,
            row.exploitability.clone(),
            &row.exploitability_reason,
            &row.patient_safety_impact,
            row.decision.clone(),
            &row.decision_reason,
            row.due,
            row.fixer,
            &row.rests_on,
            row.assessor,
            row.at,
            row.carried_from,
            row.root,
            serde_json::to_string(&row.changed)?,
            row.harm_before,
            row.digest,
            row.set,
            write.tx(),
        ]);
    }
    let head = "INSERT INTO assessment (id, finding, status, justification, explanation, exploitability, \
                exploitability_reason, patient_safety_impact, decision, decision_reason, due, fixer, rests_on, assessor, \
                at, carried_from, root, changed, harm_before, digest, set_digest, tx_from)";
    write.insert_many(head, "", rows).await?;
    Ok(())
}

/// Says that a signature covers these assessments.
///
/// # Errors
/// What the database says.
pub async fn cover(write: &mut Write, signature: i64, assessments: &[i64]) -> Result<(), StoreError> {
    let tx = write.tx();
    let rows = assessments.iter().map(|assessment| args![*assessment, signature, tx]).collect();
    write.insert_many("INSERT INTO assessment_signature (assessment, signature, tx_from)", "", rows).await?;
    Ok(())
}

/// The signatures on these assessments, oldest first.
///
/// # Errors
/// What the database says.
pub async fn signatures(
    conn: &mut Conn,
    assessments: &[i64],
) -> Result<Vec<AssessmentSignature>, StoreError> {
    let mut found = Vec::new();
    for chunk in assessments.chunks(1000) {
        let mut values = Args::new();
        let marks = values.push_all(chunk.iter().copied());
        let sql = format!(
            "SELECT x.assessment, s.id, s.digest, s.person, s.meaning, s.method, s.comment, s.at FROM assessment_signature x \
             JOIN signature s ON s.id = x.signature WHERE x.assessment IN ({marks}) ORDER BY s.id LIMIT {ROWS_MAX}"
        );
        for row in &conn.fetch_all(sql, values).await? {
            let signature = signatures::from_row(row)?;
            found.push(AssessmentSignature { assessment: row.get("assessment")?, signature });
        }
    }
    Ok(found)
}
