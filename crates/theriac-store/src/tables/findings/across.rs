//! What was judged and signed across findings and releases.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::assessments::{ACCEPTED, ASSESSMENT, Assessment, LATEST, SIGNED, assessment};
use super::{FINDING, FINDING_FROM, Finding, ROWS_MAX, finding};
use crate::tables::containing;
use crate::{Args, Conn, StoreError, args};

/// When anything was last said of the findings of a release: by a matching, a judgement or a signature, those given
/// on the release that a judgement comes from included. `None` while it has none.
///
/// # Errors
/// What the database says.
pub async fn last_said(conn: &mut Conn, release: i64) -> Result<Option<Timestamp>, StoreError> {
    let judged = "FROM finding f JOIN assessment a ON a.finding = f.id";
    let signed = format!("SELECT x.tx_from {judged} JOIN assessment_signature x ON x.assessment =");
    let sql = format!(
        "SELECT MAX(t.at) AS last_at FROM (\
         SELECT v.tx_from FROM finding f JOIN finding_version v ON v.finding = f.id WHERE f.release = $1 \
         UNION SELECT a.tx_from {judged} WHERE f.release = $1 \
         UNION {signed} a.id WHERE f.release = $1 UNION {signed} a.root WHERE f.release = $1\
         ) said JOIN audit t ON t.tx = said.tx_from"
    );
    conn.fetch_one(sql, args![release]).await?.get("last_at")
}

/// The latest assessments in other releases of findings of these vulnerabilities, each with its finding, at most a
/// million.
///
/// # Errors
/// What the database says.
pub async fn elsewhere(
    conn: &mut Conn,
    releases: &[i64],
    vulnerabilities: &[String],
) -> Result<Vec<(Finding, Assessment)>, StoreError> {
    let mut found = Vec::new();
    for chunk in vulnerabilities.chunks(1000) {
        let mut values = Args::new();
        let releases = values.push_all(releases.iter().take(1000).copied());
        let names = values.push_all(chunk.iter());
        let sql = format!(
            "SELECT {FINDING}, {ASSESSMENT} FROM {FINDING_FROM} JOIN assessment a ON {LATEST} \
             WHERE f.release IN ({releases}) AND (f.vulnerability IN ({names}) OR v.vulnerability IN ({names})) \
             ORDER BY f.number LIMIT {ROWS_MAX}"
        );
        for row in &conn.fetch_all(sql, values).await? {
            found.push((finding(row)?, assessment(row)?));
        }
    }
    Ok(found)
}

/// When these vulnerabilities were first found in any release of a product: id and moment.
///
/// # Errors
/// What the database says.
pub async fn first_opened(
    conn: &mut Conn,
    product: i64,
    vulnerabilities: &[String],
) -> Result<Vec<(String, Timestamp)>, StoreError> {
    let mut found = Vec::new();
    for chunk in vulnerabilities.chunks(1000) {
        let mut values = args![product];
        let names = values.push_all(chunk.iter());
        let sql = format!(
            "SELECT f.vulnerability, MIN(f.opened_at) AS first_at FROM finding f JOIN release r ON r.id = f.release \
             AND r.tx_to IS NULL WHERE r.product = $1 AND f.vulnerability IN ({names}) GROUP BY f.vulnerability \
             ORDER BY f.vulnerability"
        );
        for row in &conn.fetch_all(sql, values).await? {
            found.push((row.get("vulnerability")?, row.get("first_at")?));
        }
    }
    Ok(found)
}

/// When it was last said by signature of these vulnerabilities, on any release, that they are exploited in the wild: id and
/// moment.
///
/// # Errors
/// What the database says.
pub async fn exploited(
    conn: &mut Conn,
    word: &str,
    vulnerabilities: &[String],
) -> Result<Vec<(String, Timestamp)>, StoreError> {
    let mut found = Vec::new();
    for chunk in vulnerabilities.chunks(1000) {
        let mut values = args![word, SIGNED, ACCEPTED];
        let names = values.push_all(chunk.iter());
        let sql = format!(
            "SELECT f.vulnerability, MAX(s.at) AS last_at FROM finding f JOIN assessment a ON a.finding = f.id \
             JOIN assessment_signature x ON x.assessment = a.id JOIN signature s ON s.id = x.signature \
             WHERE f.vulnerability IN ({names}) AND a.exploitability = $1 AND s.meaning IN ($2, $3) \
             GROUP BY f.vulnerability ORDER BY f.vulnerability"
        );
        for row in &conn.fetch_all(sql, values).await? {
            found.push((row.get("vulnerability")?, row.get("last_at")?));
        }
    }
    Ok(found)
}

/// The releases after one, by id, with findings whose assessments name a record among what they rest on: oldest first, at
/// most 1,000.
///
/// # Errors
/// What the database says.
pub async fn resting_on(conn: &mut Conn, record: &str, after: i64) -> Result<Vec<i64>, StoreError> {
    let sql = "SELECT DISTINCT f.release FROM assessment a JOIN finding f ON f.id = a.finding \
               WHERE a.rests_on LIKE $1 ESCAPE '!' AND f.release > $2 ORDER BY f.release LIMIT 1000";
    let named = containing(&format!("\"reference\":\"{record}\""));
    conn.fetch_all(sql, args![named, after]).await?.iter().map(|row| row.get("release")).collect()
}

/// The releases of a product after one, by id, where a judgement rests on a path: oldest first, at most 1,000.
///
/// # Errors
/// What the database says.
pub async fn resting_on_paths(conn: &mut Conn, product: i64, after: i64) -> Result<Vec<i64>, StoreError> {
    let sql = "SELECT r.id FROM release r WHERE r.product = $1 AND r.id > $2 AND r.tx_to IS NULL AND EXISTS \
               (SELECT 1 FROM finding f JOIN assessment a ON a.finding = f.id WHERE f.release = r.id \
               AND a.rests_on LIKE $3 ESCAPE '!') ORDER BY r.id LIMIT 1000";
    let paths = containing("\"paths\":[\"");
    conn.fetch_all(sql, args![product, after, paths]).await?.iter().map(|row| row.get("id")).collect()
}

/// The releases after one, by id, where findings of these vulnerabilities were judged: oldest first, at most
/// 1,000.
///
/// # Errors
/// What the database says.
pub async fn judged_with(
    conn: &mut Conn,
    vulnerabilities: &[String],
    after: i64,
) -> Result<Vec<i64>, StoreError> {
    let mut found = BTreeSet::new();
    for chunk in vulnerabilities.chunks(1000) {
        let mut values = args![after];
        let names = values.push_all(chunk.iter());
        let sql = format!(
            "SELECT DISTINCT f.release FROM finding f JOIN finding_version v ON v.finding = f.id AND v.tx_to IS NULL \
             WHERE (f.vulnerability IN ({names}) OR v.vulnerability IN ({names})) \
             AND f.release > $1 AND EXISTS (SELECT 1 FROM assessment a WHERE a.finding = f.id) \
             ORDER BY f.release LIMIT 1000"
        );
        for row in &conn.fetch_all(sql, values).await? {
            found.insert(row.get("release")?);
        }
    }
    Ok(found.into_iter().take(1000).collect())
}
