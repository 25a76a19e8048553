//! Findings with their versions, the advisories they rest on, when a release was matched, and assessments.
//!
//! A finding is never deleted: its versions say what is known of it, and that it is resolved. Assessments are only ever
//! added; the one with the greatest id counts. What they mean is judged in the service.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use theriac_model::{Digest, Severity};

use super::{end_rows, text_list};
use crate::{Args, Conn, Row, StoreError, Write, args};

/// Most rows that are read at once.
const ROWS_MAX: u32 = 1_000_000;

/// The meaning of the signature on assessments: of who judges, or of who accepts the risk that stays.
pub const SIGNED: &str = "Assessment signed";
/// The meaning of the signature with which a release takes over assessments of an earlier one.
pub const CONFIRMED: &str = "Carried assessments confirmed";

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

/// When a release was matched, and against which state of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matching {
    /// Names the state of the index.
    pub feed: Digest,
    /// The newest advisory in it.
    pub feed_at: Option<Timestamp>,
    /// When the index was written.
    pub imported_at: Timestamp,
    /// How many components were matched.
    pub components: i64,
    /// When.
    pub at: Timestamp,
}

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
    pub signature: super::signatures::Signature,
}

const FINDING: &str = "f.id, f.number, f.release, f.component, f.vulnerability AS opened_as, f.opened_at, v.row_id, \
    v.vulnerability, v.aliases, v.severity, v.score, v.cvss, v.fixed, v.advisories, v.resolved";
const FINDING_FROM: &str = "finding f JOIN finding_version v ON v.finding = f.id AND v.tx_to IS NULL";
const ASSESSMENT: &str = "a.id AS a_id, a.finding, a.status, a.justification, a.explanation, a.exploitability, \
    a.exploitability_reason, a.patient_safety_impact, a.decision, a.decision_reason, a.due, a.fixer, a.rests_on, \
    a.assessor, a.at AS a_at, a.carried_from, a.root, a.changed, a.digest AS a_digest, a.set_digest";
const LATEST: &str = "a.id = (SELECT MAX(y.id) FROM assessment y WHERE y.finding = f.id)";

fn finding(row: &Row) -> Result<Finding, StoreError> {
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

fn assessment(row: &Row) -> Result<Assessment, StoreError> {
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
        digest: row.get("a_digest")?,
        set: row.get("set_digest")?,
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

/// Against what a release was last matched; `None` while it never was.
///
/// # Errors
/// What the database says.
pub async fn matching(conn: &mut Conn, release: i64) -> Result<Option<Matching>, StoreError> {
    let sql = "SELECT feed, feed_at, imported_at, components, at FROM matching WHERE release = $1 AND tx_to IS NULL";
    let row = conn.fetch_optional(sql, args![release]).await?;
    row.map(|row| {
        Ok(Matching {
            feed: row.get("feed")?,
            feed_at: row.get("feed_at")?,
            imported_at: row.get("imported_at")?,
            components: row.get("components")?,
            at: row.get("at")?,
        })
    })
    .transpose()
}

/// Says against what a release was matched.
///
/// # Errors
/// What the database says.
pub async fn set_matching(write: &mut Write, release: i64, matching: &Matching) -> Result<(), StoreError> {
    let sql = "UPDATE matching SET tx_to = $1 WHERE release = $2 AND tx_to IS NULL";
    write.execute(sql, args![write.tx(), release]).await?;
    let values = args![
        write.id(),
        release,
        matching.feed,
        matching.feed_at,
        matching.imported_at,
        matching.components,
        matching.at,
        write.tx(),
    ];
    write
        .execute(
            "INSERT INTO matching (row_id, release, feed, feed_at, imported_at, components, at, tx_from) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            values,
        )
        .await?;
    Ok(())
}

/// The releases that a new feed is matched against: undecided or fielded ones that have a bill of materials, oldest
/// first, at most 10,000.
///
/// # Errors
/// What the database says.
pub async fn releases_to_match(conn: &mut Conn) -> Result<Vec<i64>, StoreError> {
    let sql = "SELECT r.id FROM release r WHERE r.tx_to IS NULL AND (r.fielded = 1 OR NOT EXISTS \
               (SELECT 1 FROM decision d WHERE d.release = r.id AND d.tx_to IS NULL AND d.outcome = $1)) \
               AND EXISTS (SELECT 1 FROM evidence e WHERE e.release = r.id AND e.kind = 'sbom') ORDER BY r.id LIMIT 10000";
    let rows = conn.fetch_all(sql, args![super::releases::RELEASED]).await?;
    rows.iter().map(|row| row.get("id")).collect()
}

/// Which of these digests of advisories are stored.
///
/// # Errors
/// What the database says.
pub async fn advisories_stored(conn: &mut Conn, digests: &[Digest]) -> Result<Vec<Digest>, StoreError> {
    let mut found = Vec::new();
    for chunk in digests.chunks(1000) {
        let mut values = Args::new();
        let marks = values.push_all(chunk.iter());
        let sql = format!("SELECT digest FROM advisory WHERE digest IN ({marks})");
        for row in &conn.fetch_all(sql, values).await? {
            found.push(row.get("digest")?);
        }
    }
    Ok(found)
}

/// Copies advisories: digest, id, canonical content. Those that are there stay.
///
/// # Errors
/// What the database says.
pub async fn add_advisories(
    write: &mut Write,
    advisories: &[(Digest, String, String)],
) -> Result<(), StoreError> {
    let tx = write.tx();
    let rows = advisories.iter().map(|(digest, id, content)| args![*digest, id, content, tx]);
    let head = "INSERT INTO advisory (digest, id, content, tx_from)";
    write.insert_many(head, "ON CONFLICT (digest) DO NOTHING", rows.collect()).await?;
    Ok(())
}

/// Advisories by digest, at most 100: digest, id, canonical content.
///
/// # Errors
/// What the database says.
pub async fn advisories(
    conn: &mut Conn,
    digests: &[String],
) -> Result<Vec<(Digest, String, String)>, StoreError> {
    let mut values = Args::new();
    let marks = values.push_all(digests.iter().take(100));
    let sql = format!("SELECT digest, id, content FROM advisory WHERE digest IN ({marks}) ORDER BY id");
    let rows = conn.fetch_all(sql, values).await?;
    rows.iter().map(|row| Ok((row.get("digest")?, row.get("id")?, row.get("content")?))).collect()
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
            row.digest,
            row.set,
            write.tx(),
        ]);
    }
    let head = "INSERT INTO assessment (id, finding, status, justification, explanation, exploitability, \
                exploitability_reason, patient_safety_impact, decision, decision_reason, due, fixer, rests_on, assessor, \
                at, carried_from, root, changed, digest, set_digest, tx_from)";
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
            "SELECT x.assessment, s.id, s.digest, s.person, s.meaning, s.method, s.at FROM assessment_signature x \
             JOIN signature s ON s.id = x.signature WHERE x.assessment IN ({marks}) ORDER BY s.id LIMIT {ROWS_MAX}"
        );
        for row in &conn.fetch_all(sql, values).await? {
            let signature = super::signatures::from_row(row)?;
            found.push(AssessmentSignature { assessment: row.get("assessment")?, signature });
        }
    }
    Ok(found)
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
        let mut values = args![word, SIGNED];
        let names = values.push_all(chunk.iter());
        let sql = format!(
            "SELECT f.vulnerability, MAX(s.at) AS last_at FROM finding f JOIN assessment a ON a.finding = f.id \
             JOIN assessment_signature x ON x.assessment = a.id JOIN signature s ON s.id = x.signature \
             WHERE f.vulnerability IN ({names}) AND a.exploitability = $1 AND s.meaning = $2 \
             GROUP BY f.vulnerability ORDER BY f.vulnerability"
        );
        for row in &conn.fetch_all(sql, values).await? {
            found.push((row.get("vulnerability")?, row.get("last_at")?));
        }
    }
    Ok(found)
}

/// The releases of findings with an assessment that names a record among what it rests on, oldest first, at most 1,000.
///
/// # Errors
/// What the database says.
pub async fn resting_on(conn: &mut Conn, record: &str) -> Result<Vec<i64>, StoreError> {
    let sql = "SELECT DISTINCT f.release FROM assessment a JOIN finding f ON f.id = a.finding \
               WHERE a.rests_on LIKE $1 ESCAPE '!' ORDER BY f.release LIMIT 1000";
    let named = super::containing(&format!("\"reference\":\"{record}\""));
    conn.fetch_all(sql, args![named]).await?.iter().map(|row| row.get("release")).collect()
}

/// The releases where findings of these vulnerabilities were judged, oldest first, at most 1,000.
///
/// # Errors
/// What the database says.
pub async fn judged_with(conn: &mut Conn, vulnerabilities: &[String]) -> Result<Vec<i64>, StoreError> {
    let mut found = BTreeSet::new();
    for chunk in vulnerabilities.chunks(1000) {
        let mut values = Args::new();
        let names = values.push_all(chunk.iter());
        let sql = format!(
            "SELECT DISTINCT f.release FROM finding f JOIN finding_version v ON v.finding = f.id AND v.tx_to IS NULL \
             WHERE (f.vulnerability IN ({names}) OR v.vulnerability IN ({names})) \
             AND EXISTS (SELECT 1 FROM assessment a WHERE a.finding = f.id) ORDER BY f.release LIMIT 1000"
        );
        for row in &conn.fetch_all(sql, values).await? {
            found.insert(row.get("release")?);
        }
    }
    Ok(found.into_iter().collect())
}

/// What a finding awaits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Awaits {
    /// A judgement, or a new one.
    Judgement,
    /// The signature on its judgement.
    Signature,
    /// The signature for the patient.
    Clinical,
    /// The confirmation that a judgement of an earlier release holds.
    Confirmation,
}

/// Which findings a list shows. What is empty does not restrict.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of these products only.
    pub products: Option<Vec<i64>>,
    /// Of this release.
    pub release: Option<i64>,
    /// This one.
    pub finding: Option<i64>,
    /// In one of the states that [`counts`] gives.
    pub state: Option<String>,
    /// Not resolved.
    pub open: bool,
    /// This severity.
    pub severity: Option<Severity>,
    /// What it awaits, with the meaning of the signature for the patient.
    pub awaits: Option<(Awaits, &'static str)>,
    /// Who mends it, or judged it.
    pub person: Option<i64>,
    /// Of this component.
    pub component: Option<String>,
    /// Opened at this moment or later.
    pub since: Option<Timestamp>,
    /// Words, each in component, id or alias, in lower case.
    pub words: Vec<String>,
    /// Place and row of the finding before.
    pub after: Option<(i64, i64)>,
    /// How many.
    pub limit: u32,
}

/// A finding as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The finding.
    pub finding: Finding,
    /// Its place in the order: what awaits a judgement before other open ones before closed ones, in these by severity,
    /// in that by score; the lowest comes first.
    pub place: i64,
    /// `new`, `under investigation`, `affected`, `not affected`, `fixed`, `risk accepted`, `resolved`.
    pub state: String,
    /// Its latest assessment.
    pub assessment: Option<Assessment>,
    /// The key of its product.
    pub product: String,
    /// The name of its release.
    pub release: String,
}

fn state() -> String {
    format!(
        "CASE WHEN v.resolved IS NOT NULL THEN 'resolved' WHEN a.id IS NULL OR a.changed <> '[]' THEN 'new' \
         WHEN a.status = 'affected' AND a.decision = 'accept' AND {} THEN 'risk accepted' ELSE a.status END",
        signed("a.root", SIGNED)
    )
}

fn signed(assessment: &str, meaning: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM assessment_signature x JOIN signature s ON s.id = x.signature \
         WHERE x.assessment = {assessment} AND s.meaning = '{meaning}')"
    )
}

fn awaits(what: Awaits, clinical: &str) -> String {
    let assessed = signed("a.root", SIGNED);
    let holds = "v.resolved IS NULL AND a.id IS NOT NULL AND a.changed = '[]'";
    match what {
        Awaits::Judgement => {
            "v.resolved IS NULL AND (a.id IS NULL OR a.changed <> '[]' OR a.status = 'under investigation')"
                .to_owned()
        }
        Awaits::Signature => format!("{holds} AND NOT {assessed}"),
        Awaits::Clinical => {
            format!("{holds} AND a.patient_safety_impact <> 'none' AND NOT {}", signed("a.root", clinical))
        }
        Awaits::Confirmation => {
            format!("{holds} AND a.carried_from IS NOT NULL AND NOT {}", signed("a.id", CONFIRMED))
        }
    }
}

fn conditions(filter: &Filter, values: &mut Args) -> String {
    let mut all = vec!["1 = 1".to_owned()];
    if let Some(products) = &filter.products {
        all.push(format!("r.product IN ({})", values.push_all(products.iter().copied())));
    }
    if let Some(release) = filter.release {
        all.push(format!("f.release = {}", values.push(release)));
    }
    if let Some(finding) = filter.finding {
        all.push(format!("f.id = {}", values.push(finding)));
    }
    if let Some(state_word) = &filter.state {
        all.push(format!("{} = {}", state(), values.push(state_word)));
    }
    if filter.open {
        all.push("v.resolved IS NULL".to_owned());
    }
    if let Some(severity) = filter.severity {
        all.push(format!("v.severity_rank = {}", values.push(rank(severity))));
    }
    if let Some((what, clinical)) = filter.awaits {
        all.push(format!("({})", awaits(what, clinical)));
    }
    if let Some(person) = filter.person {
        let mark = values.push(person);
        all.push(format!("(a.fixer = {mark} OR (a.fixer IS NULL AND a.assessor = {mark}))"));
    }
    if let Some(component) = &filter.component {
        all.push(format!("f.component = {}", values.push(component)));
    }
    if let Some(since) = filter.since {
        all.push(format!("f.opened_at >= {}", values.push(since)));
    }
    for word in filter.words.iter().take(10) {
        let mark = values.push(super::containing(word));
        let column = |name: &str| format!("LOWER({name}) LIKE {mark} ESCAPE '!'");
        all.push(format!(
            "({} OR {} OR {})",
            column("f.component"),
            column("v.vulnerability"),
            column("v.aliases")
        ));
    }
    all.join(" AND ")
}

const LISTED_FROM: &str = "finding f JOIN finding_version v ON v.finding = f.id AND v.tx_to IS NULL \
    JOIN release r ON r.id = f.release AND r.tx_to IS NULL JOIN product p ON p.id = r.product AND p.tx_to IS NULL";

/// The place of a finding in lists; see [`Listed::place`].
fn place() -> String {
    format!(
        "CAST((CASE WHEN {} THEN 0 WHEN v.resolved IS NULL THEN 1 ELSE 2 END * 10 + v.severity_rank) * 1000 \
         + 100 - COALESCE(v.score, 0) AS BIGINT)",
        awaits(Awaits::Judgement, "")
    )
}

/// The statement of [`list`]: for the test that looks at how the database goes about it.
#[must_use]
pub fn list_statement(filter: &Filter) -> (String, Args) {
    let mut values = Args::new();
    let mut conditions = conditions(filter, &mut values);
    let place = place();
    if let Some((after, finding)) = filter.after {
        let (after, finding) = (values.push(after), values.push(finding));
        conditions
            .push_str(&format!(" AND ({place} > {after} OR ({place} = {after} AND v.finding > {finding}))"));
    }
    let limit = values.push(filter.limit);
    let sql = format!(
        "SELECT {FINDING}, {ASSESSMENT}, {place} AS place, {} AS state, p.key AS product_key, r.name AS release_name \
         FROM {LISTED_FROM} LEFT JOIN assessment a ON {LATEST} WHERE {conditions} \
         ORDER BY place, v.finding LIMIT {limit}",
        state()
    );
    (sql, values)
}

/// Findings: those that nobody judged first, then worst first, then by age.
///
/// # Errors
/// What the database says.
pub async fn list(conn: &mut Conn, filter: &Filter) -> Result<Vec<Listed>, StoreError> {
    let (sql, values) = list_statement(filter);
    let rows = conn.fetch_all(sql, values).await?;
    let listed = |row: &Row| {
        let judged = row.get::<Option<i64>>("a_id")?.is_some();
        Ok(Listed {
            finding: finding(row)?,
            place: row.get("place")?,
            state: row.get("state")?,
            assessment: if judged { Some(assessment(row)?) } else { None },
            product: row.get("product_key")?,
            release: row.get("release_name")?,
        })
    };
    rows.iter().map(listed).collect()
}

/// The statement of [`counts`]: for the test that looks at how the database goes about it.
#[must_use]
pub fn counts_statement(filter: &Filter) -> (String, Args) {
    let mut values = Args::new();
    let filter = Filter { state: None, ..filter.clone() };
    let conditions = conditions(&filter, &mut values);
    let sql = format!(
        "SELECT state, COUNT(*) AS count FROM (SELECT {} AS state FROM {LISTED_FROM} \
         LEFT JOIN assessment a ON {LATEST} WHERE {conditions}) x GROUP BY state ORDER BY state",
        state()
    );
    (sql, values)
}

/// How many findings are in which state; the filter's state, page and limit are left out.
///
/// # Errors
/// What the database says.
pub async fn counts(conn: &mut Conn, filter: &Filter) -> Result<Vec<(String, i64)>, StoreError> {
    let (sql, values) = counts_statement(filter);
    let rows = conn.fetch_all(sql, values).await?;
    rows.iter().map(|row| Ok((row.get("state")?, row.get("count")?))).collect()
}
