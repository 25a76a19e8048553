//! Findings with their versions here; when a release was matched, assessments and lists each in a file.
//!
//! A finding is never deleted: its versions say what is known of it, and that it is resolved. What assessments mean is
//! judged in the service.

mod across;
mod assessments;
mod list;
mod matching;

use jiff::Timestamp;
use theriac_model::Severity;

use crate::tables::{end_rows, text_list};
use crate::{Args, Conn, Row, StoreError, Write, args};

pub use across::{elsewhere, exploited, first_opened, judged_with, last_said, resting_on, resting_on_paths};
pub use assessments::{
    ACCEPTED, Assessment, AssessmentSignature, CONFIRMED, SIGNED, add_assessments, assessments, cover,
    fixers, history, is_judgement, latest_assessments, latest_of, of_sets, signatures, written_at,
};
pub(super) use assessments::{ASSESSMENT, assessment};
pub use list::{Awaits, Counted, Filter, Listed, counts, counts_statement, list, list_statement};
pub use matching::{
    Matching, add_advisories, advisories, advisories_stored, matching, releases_to_match, set_matching,
};

/// Most rows that are read at once.
const ROWS_MAX: u32 = 1_000_000;

/// A finding with what is known of it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The row.
    pub id: i64,
    /// The number in `FIND-7`.
    pub number: i64,
    /// The release.
    pub release: i64,
    /// The component's key.
    pub component: String,
    /// The id of the vulnerability when it was opened.
    pub opened_as: String,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// The row of the present version; 0 for one that is not stored.
    pub row_id: i64,
    /// What is known now.
    pub known: Known,
}

/// What is known of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The id of the vulnerability.
    pub vulnerability: String,
    /// Its other ids, sorted.
    pub aliases: Vec<String>,
    /// How bad it is said to be.
    pub severity: Severity,
    /// The score in tenths.
    pub score: Option<i64>,
    /// The CVSS vector.
    pub cvss: Option<String>,
    /// Versions that fix it, ascending.
    pub fixed: Vec<String>,
    /// The digests of the advisories it rests on, sorted.
    pub advisories: Vec<String>,
    /// Why it is closed; `None` while it is open.
    pub resolved: Option<String>,
}

impl Finding {
    /// `FIND-7`.
    #[must_use]
    pub fn reference(&self) -> String {
        format!("FIND-{}", self.number)
    }

    /// All ids of the vulnerability.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        let known = std::iter::once(&self.known.vulnerability).chain(&self.known.aliases);
        std::iter::once(self.opened_as.as_str()).chain(known.map(String::as_str))
    }
}

pub(super) const FINDING: &str = "f.id, f.number, f.release, f.component, f.vulnerability AS opened_as, f.opened_at, v.row_id, \
    v.vulnerability, v.aliases, v.severity, v.score, v.cvss, v.fixed, v.advisories, v.resolved";
const FINDING_FROM: &str = "finding f JOIN finding_version v ON v.finding = f.id AND v.tx_to IS NULL";

pub(super) fn finding(row: &Row) -> Result<Finding, StoreError> {
    Ok(Finding {
        id: row.get("id")?,
        number: row.get("number")?,
        release: row.get("release")?,
        component: row.get("component")?,
        opened_as: row.get("opened_as")?,
        opened_at: row.get("opened_at")?,
        row_id: row.get("row_id")?,
        known: Known {
            vulnerability: row.get("vulnerability")?,
            aliases: text_list(row, "aliases")?,
            severity: row.parse("severity")?,
            score: row.get("score")?,
            cvss: row.get("cvss")?,
            fixed: text_list(row, "fixed")?,
            advisories: text_list(row, "advisories")?,
            resolved: row.get("resolved")?,
        },
    })
}

/// 0 for the worst: what lists begin with.
fn rank(severity: Severity) -> i64 {
    let place = Severity::ALL.iter().rev().position(|other| *other == severity);
    place.and_then(|place| i64::try_from(place).ok()).unwrap_or(0)
}

/// All findings of a release, resolved ones included, by number.
///
/// # Errors
/// What the database says.
pub async fn of_release(conn: &mut Conn, release: i64) -> Result<Vec<Finding>, StoreError> {
    let sql = format!(
        "SELECT {FINDING} FROM {FINDING_FROM} WHERE f.release = $1 ORDER BY f.number LIMIT {ROWS_MAX}"
    );
    conn.fetch_all(sql, args![release]).await?.iter().map(finding).collect()
}

/// The findings of a release that are not resolved, by number, up to `limit`, those with a greater number than `after`.
///
/// # Errors
/// What the database says.
pub async fn open_after(
    conn: &mut Conn,
    release: i64,
    after: i64,
    limit: u32,
) -> Result<Vec<Finding>, StoreError> {
    let sql = format!(
        "SELECT {FINDING} FROM {FINDING_FROM} WHERE f.release = $1 AND f.number > $2 AND v.resolved IS NULL \
         ORDER BY f.number LIMIT $3"
    );
    conn.fetch_all(sql, args![release, after, limit]).await?.iter().map(finding).collect()
}

/// The findings of these numbers, by number.
///
/// # Errors
/// What the database says.
pub async fn by_numbers(conn: &mut Conn, numbers: &[i64]) -> Result<Vec<Finding>, StoreError> {
    by(conn, "f.number", numbers).await
}

async fn by(conn: &mut Conn, column: &str, wanted: &[i64]) -> Result<Vec<Finding>, StoreError> {
    let mut found = Vec::with_capacity(wanted.len());
    for chunk in wanted.chunks(1000) {
        let mut values = Args::new();
        let marks = values.push_all(chunk.iter().copied());
        let sql = format!("SELECT {FINDING} FROM {FINDING_FROM} WHERE {column} IN ({marks})");
        for row in &conn.fetch_all(sql, values).await? {
            found.push(finding(row)?);
        }
    }
    found.sort_by_key(|finding| finding.number);
    Ok(found)
}

/// The next `count` numbers under `FIND`: the first of them. Take them before touching other rows.
///
/// # Errors
/// What the database says.
pub async fn take_numbers(write: &mut Write, count: i64) -> Result<i64, StoreError> {
    let row = write
        .fetch_one(
            "INSERT INTO counter (prefix, last) VALUES ('FIND', $1) \
             ON CONFLICT (prefix) DO UPDATE SET last = counter.last + excluded.last RETURNING last",
            args![count],
        )
        .await?;
    Ok(row.get::<i64>("last")? - count + 1)
}

/// Opens findings: their rows and first versions.
///
/// # Errors
/// What the database says.
pub async fn add(write: &mut Write, findings: &[Finding]) -> Result<(), StoreError> {
    let tx = write.tx();
    let rows = findings
        .iter()
        .map(|row| args![row.id, row.number, row.release, &row.component, &row.opened_as, row.opened_at, tx]);
    let head = "INSERT INTO finding (id, number, release, component, vulnerability, opened_at, tx_from)";
    write.insert_many(head, "", rows.collect()).await?;
    add_versions(write, findings).await
}

/// Ends the present versions of findings and writes what is known of them now.
///
/// # Errors
/// What the database says.
pub async fn change(write: &mut Write, findings: &[Finding]) -> Result<(), StoreError> {
    let ended: Vec<i64> = findings.iter().map(|finding| finding.row_id).collect();
    end_rows(write, "finding_version", &ended).await?;
    add_versions(write, findings).await
}

async fn add_versions(write: &mut Write, findings: &[Finding]) -> Result<(), StoreError> {
    let mut rows = Vec::with_capacity(findings.len());
    for row in findings {
        let known = &row.known;
        rows.push(args![
            write.id(),
            row.id,
            &known.vulnerability,
            serde_json::to_string(&known.aliases)?,
            known.severity.as_str(),
            rank(known.severity),
            known.score,
            known.cvss.clone(),
            serde_json::to_string(&known.fixed)?,
            serde_json::to_string(&known.advisories)?,
            known.resolved.clone(),
            write.tx(),
        ]);
    }
    let head = "INSERT INTO finding_version (row_id, finding, vulnerability, aliases, severity, severity_rank, score, \
                cvss, fixed, advisories, resolved, tx_from)";
    write.insert_many(head, "", rows).await?;
    Ok(())
}

/// The severities of those among findings that had more than one, in order, each with the moment when it was known.
///
/// # Errors
/// What the database says.
pub async fn severities(
    conn: &mut Conn,
    findings: &[i64],
) -> Result<Vec<(i64, Severity, Timestamp)>, StoreError> {
    let mut found = Vec::new();
    for chunk in findings.chunks(500) {
        let mut values = Args::new();
        let marks = values.push_all(chunk.iter().copied());
        let sql = format!(
            "SELECT v.finding, v.severity, w.at FROM finding_version v JOIN audit w ON w.tx = v.tx_from \
             WHERE v.finding IN ({marks}) AND EXISTS (SELECT 1 FROM finding_version o WHERE o.finding = v.finding \
             AND o.severity <> v.severity) ORDER BY w.seq"
        );
        for row in conn.fetch_all(sql, values).await? {
            found.push((row.get("finding")?, row.parse("severity")?, row.get("at")?));
        }
    }
    Ok(found)
}

/// Findings by row, by number.
///
/// # Errors
/// What the database says.
pub async fn by_ids(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Finding>, StoreError> {
    by(conn, "f.id", ids).await
}

/// Findings by row: row, number and the name of the release.
///
/// # Errors
/// What the database says.
pub async fn places_of(conn: &mut Conn, ids: &[i64]) -> Result<Vec<(i64, i64, String)>, StoreError> {
    let mut values = Args::new();
    let marks = values.push_all(ids.iter().take(1000).copied());
    let sql = format!(
        "SELECT f.id, f.number, r.name FROM finding f JOIN release r ON r.id = f.release AND r.tx_to IS NULL \
         WHERE f.id IN ({marks})"
    );
    let rows = conn.fetch_all(sql, values).await?;
    rows.iter().map(|row| Ok((row.get("id")?, row.get("number")?, row.get("name")?))).collect()
}
