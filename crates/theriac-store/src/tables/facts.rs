//! The set queries behind the facts of one release, each as of an audit sequence (`$1`).
//!
//! The service joins their rows; every function names the columns it gives. A new fact is a column here or a new function,
//! and its place in the service's builder.

use std::collections::{BTreeMap, BTreeSet};

use super::evidence::SIGNATURE_COLUMNS;
use super::findings::{ACCEPTED, SIGNED};
use crate::time::as_of;
use crate::{Args, Conn, Row, StoreError, args};

/// Which records a release rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Within {
    /// The sequence.
    pub seq: i64,
    /// The product.
    pub product: i64,
    /// The release.
    pub release: i64,
    /// The decision whose baseline it reads, where it is based on a decided release.
    pub baseline: Option<i64>,
}

/// Rows that were written at or before the sequence in `$1`.
fn written(alias: &str) -> String {
    format!("EXISTS (SELECT 1 FROM audit w WHERE w.tx = {alias}.tx_from AND w.seq <= $1)")
}

/// The kinds that no baseline pins: how the organisation works today, whatever a release goes on from.
pub(super) const NEVER_PINNED: &str = "'limits', 'responsibility'";

/// The records of the organisation, the product (`$2`) and the release (`$3`).
const IN_SCOPE: &str = "(r.product IS NULL OR (r.product = $2 AND (r.release IS NULL OR r.release = $3)))";

/// Of the revisions of a record the one that counts comes first: the latest that was approved (or retired), else the
/// latest submitted.
const COUNTS: &str = "ROW_NUMBER() OVER (PARTITION BY v.record ORDER BY \
    CASE WHEN s.state IN ('approved', 'retired') THEN 0 ELSE 1 END, v.number DESC) AS place";

fn scoped(within: Within) -> Args {
    args![within.seq, within.product, within.release]
}

fn records_sql(baseline: bool) -> String {
    let pinned = match baseline {
        false => String::new(),
        true => format!(
            "AND (r.release = $3 OR r.kind IN ({NEVER_PINNED}) OR EXISTS (SELECT 1 FROM baseline_adoption a WHERE a.release = $3 AND a.record = r.id \
             AND a.revision = v.digest AND {adopted}) OR (EXISTS (SELECT 1 FROM baseline b WHERE b.decision = $4 \
             AND b.record = r.id AND b.revision = v.digest) AND NOT EXISTS (SELECT 1 FROM baseline_adoption a \
             WHERE a.release = $3 AND a.record = r.id AND {adopted})))",
            adopted = as_of("a", "$1")
        ),
    };
    format!(
        "SELECT id, ref, kind, scope, digest, number, kind_version, predecessor, author, written_at, content, links, \
         attachments, state FROM (SELECT r.id, r.ref, r.kind, r.scope, v.digest, v.number, v.kind_version, v.predecessor, \
         v.author, v.at AS written_at, v.content, v.links, v.attachments, s.state, {COUNTS} \
         FROM record r JOIN revision v ON v.record = r.id \
         JOIN revision_state s ON s.revision = v.digest WHERE {IN_SCOPE} AND {} {pinned}) counted WHERE place = 1",
        as_of("s", "$1")
    )
}

/// The one revision of each record that counts. A release that reads a baseline takes from it, save what it adopted, its
/// own records, and those of the kinds that no baseline pins.
/// Columns: `id`, `ref`, `kind`, `scope`, `digest`, `number`, `kind_version`, `predecessor`, `author`, `written_at`,
/// `content`, `links`, `attachments`, `state`.
///
/// # Errors
/// What the database says.
pub async fn records(conn: &mut Conn, within: Within) -> Result<Vec<Row>, StoreError> {
    let values = match within.baseline {
        None => scoped(within),
        Some(decision) => scoped(within).with(decision),
    };
    conn.fetch_all(records_sql(within.baseline.is_some()), values).await
}

fn elsewhere_sql() -> String {
    format!(
        "SELECT id, digest, number, state FROM (SELECT r.id, v.digest, v.number, s.state, {COUNTS} \
         FROM record r JOIN revision v ON v.record = r.id JOIN revision_state s ON s.revision = v.digest \
         WHERE r.product = $2 AND r.release <> $3 AND EXISTS (SELECT 1 FROM link l WHERE l.target = r.id) AND {}) counted \
         WHERE place = 1",
        as_of("s", "$1")
    )
}

/// Where the records of the product's other releases stand, as far as anything links to them.
/// Columns: `id`, `digest`, `number`, `state`.
///
/// # Errors
/// What the database says.
pub async fn elsewhere(conn: &mut Conn, within: Within) -> Result<Vec<Row>, StoreError> {
    conn.fetch_all(elsewhere_sql(), scoped(within)).await
}

fn approvals_sql() -> String {
    format!(
        "SELECT s.record, s.revision, s.person, s.at, w.seq FROM record r JOIN revision_state s ON s.record = r.id \
         JOIN audit w ON w.tx = s.tx_from AND w.seq <= $1 WHERE {IN_SCOPE} AND s.state = 'approved'"
    )
}

/// When revisions of these records were approved. Columns: `record`, `revision`, `person`, `at`, `seq`.
///
/// # Errors
/// What the database says.
pub async fn approvals(conn: &mut Conn, within: Within) -> Result<Vec<Row>, StoreError> {
    conn.fetch_all(approvals_sql(), scoped(within)).await
}

fn times_in_force_sql() -> String {
    format!(
        "SELECT r.id, r.ref, r.kind, r.scope, v.digest, v.number, v.kind_version, v.predecessor, v.author, \
         v.at AS written_at, v.content, v.links, v.attachments, s.state, s.at FROM record r \
         JOIN revision v ON v.record = r.id JOIN revision_state s ON s.revision = v.digest \
         JOIN audit w ON w.tx = s.tx_from AND w.seq <= $1 \
         WHERE r.kind IN ($4, $5, $6) AND {IN_SCOPE} AND s.state IN ('approved', 'retired') ORDER BY r.id, w.seq"
    )
}

/// When revisions of the records of three kinds came into force and went out of it, in that order for each record: a row for
/// each approval and retirement.
/// Columns: those of [`records`], and `at`.
///
/// # Errors
/// What the database says.
pub async fn times_in_force(
    conn: &mut Conn,
    within: Within,
    kinds: [&str; 3],
) -> Result<Vec<Row>, StoreError> {
    conn.fetch_all(times_in_force_sql(), kinds.into_iter().fold(scoped(within), Args::with)).await
}

fn authors_sql() -> String {
    format!(
        "SELECT DISTINCT v.record, v.number, v.author FROM record r JOIN revision v ON v.record = r.id \
         WHERE {IN_SCOPE} AND {} AND EXISTS (SELECT 1 FROM revision o WHERE o.record = v.record AND o.author <> v.author) \
         UNION SELECT v.record, v.number, x.person FROM record r JOIN revision_hand x ON x.record = r.id \
         JOIN revision v ON v.digest = x.revision WHERE {IN_SCOPE} AND {}",
        written("v"),
        written("x")
    )
}

/// Who wrote which revision of these records, of those that more than one person wrote or that a token wrote for somebody.
/// Columns: `record`, `number`, `author`.
///
/// # Errors
/// What the database says.
pub async fn authors(conn: &mut Conn, within: Within) -> Result<Vec<Row>, StoreError> {
    conn.fetch_all(authors_sql(), scoped(within)).await
}

fn signatures_sql() -> String {
    format!(
        "SELECT s.digest, s.person, s.meaning, s.at FROM record r JOIN revision v ON v.record = r.id \
         JOIN signature s ON s.digest = v.digest WHERE {IN_SCOPE} AND {} ORDER BY s.id",
        written("s")
    )
}

/// The signatures on revisions of these records. Columns: `digest`, `person`, `meaning`, `at`.
///
/// # Errors
/// What the database says.
pub async fn signatures(conn: &mut Conn, within: Within) -> Result<Vec<Row>, StoreError> {
    conn.fetch_all(signatures_sql(), scoped(within)).await
}

fn links_sql() -> String {
    format!(
        "SELECT l.revision, l.source, l.link, l.target, t.ref AS target_ref, l.pinned, p.number AS pinned_number \
         FROM record r JOIN revision v ON v.record = r.id JOIN link l ON l.revision = v.digest \
         JOIN record t ON t.id = l.target JOIN revision p ON p.digest = l.pinned WHERE {IN_SCOPE} AND {}",
        written("v")
    )
}

/// The links of all revisions of these records. Columns: `revision`, `source`, `link`, `target`, `target_ref`, `pinned`,
/// `pinned_number`.
///
/// # Errors
/// What the database says.
pub async fn links(conn: &mut Conn, within: Within) -> Result<Vec<Row>, StoreError> {
    conn.fetch_all(links_sql(), scoped(within)).await
}

fn plans_sql() -> String {
    format!(
        "SELECT DISTINCT p.digest, t.ref, t.kind, p.number, p.kind_version, p.predecessor, p.content, p.links, p.attachments \
         FROM record r JOIN revision v ON v.record = r.id JOIN link l ON l.revision = v.digest AND l.link = 'planned-in' \
         JOIN record t ON t.id = l.target JOIN revision p ON p.digest = l.pinned WHERE {IN_SCOPE} AND r.kind = 'activity' \
         AND {}",
        written("v")
    )
}

/// The revisions of plans that activities of these records name. Columns: `digest`, `ref`, `kind`, `number`,
/// `kind_version`, `predecessor`, `content`, `links`, `attachments`.
///
/// # Errors
/// What the database says.
pub async fn plans(conn: &mut Conn, within: Within) -> Result<Vec<Row>, StoreError> {
    conn.fetch_all(plans_sql(), scoped(within)).await
}

fn clearances_sql() -> String {
    format!(
        "SELECT c.source, c.link, c.target, c.to_revision FROM record r JOIN clearance c ON c.source = r.id \
         WHERE {IN_SCOPE} AND {} ORDER BY c.id",
        written("c")
    )
}

/// Clearances of suspect links of these records. Columns: `source`, `link`, `target`, `to_revision`.
///
/// # Errors
/// What the database says.
pub async fn clearances(conn: &mut Conn, within: Within) -> Result<Vec<Row>, StoreError> {
    conn.fetch_all(clearances_sql(), scoped(within)).await
}

/// That nobody had disqualified the evidence `e` at the sequence `$1`.
fn not_disqualified() -> String {
    format!("NOT EXISTS (SELECT 1 FROM disqualification d WHERE d.evidence = e.id AND {})", written("d"))
}

fn manifests_sql() -> String {
    format!(
        "SELECT e.number, e.build, m.commit_id, m.predecessor, \
         (SELECT COUNT(*) FROM manifest_path p WHERE p.evidence = m.evidence) AS paths \
         FROM evidence e JOIN manifest m ON m.evidence = e.id WHERE e.release = $2 AND {} AND {} ORDER BY e.number",
        written("e"),
        not_disqualified()
    )
}

/// The manifests of a release's builds that are not disqualified. Columns: `number`, `build`, `commit_id`, `predecessor`,
/// `paths`.
///
/// # Errors
/// What the database says.
pub async fn manifests(conn: &mut Conn, release: i64, seq: i64) -> Result<Vec<Row>, StoreError> {
    conn.fetch_all(manifests_sql(), args![seq, release]).await
}

fn lineage_sql() -> String {
    format!(
        "SELECT DISTINCT m.commit_id, m.predecessor FROM release r JOIN evidence e ON e.release = r.id \
         JOIN manifest m ON m.evidence = e.id WHERE r.product = $2 AND r.tx_to IS NULL AND {} AND {}",
        written("e"),
        not_disqualified()
    )
}

/// The commits of a product whose whole history is described: by manifests that are not disqualified, each going on from
/// the one before, down to one that goes on from nothing.
///
/// # Errors
/// What the database says.
pub async fn described(conn: &mut Conn, product: i64, seq: i64) -> Result<BTreeSet<String>, StoreError> {
    let (mut described, mut after) = (BTreeSet::new(), BTreeMap::<String, Vec<String>>::new());
    let mut next = Vec::new();
    for row in conn.fetch_all(lineage_sql(), args![seq, product]).await? {
        let commit = row.get("commit_id")?;
        match row.get::<Option<String>>("predecessor")? {
            None => next.push(commit),
            Some(predecessor) => after.entry(predecessor).or_default().push(commit),
        }
    }
    while let Some(commit) = next.pop() {
        next.extend(after.remove(&commit).unwrap_or_default());
        described.insert(commit);
    }
    Ok(described)
}

fn manifest_authors_sql() -> String {
    format!(
        "SELECT e.build, m.address, a.person FROM evidence e JOIN manifest_author m ON m.evidence = e.id \
         LEFT JOIN person_address a ON a.address = m.address AND {} WHERE e.release = $2 AND {} AND {}",
        as_of("a", "$1"),
        written("e"),
        not_disqualified()
    )
}

/// Who wrote what the manifests that are not disqualified name, by address. Columns: `build`, `address`, `person` (absent when nobody's).
///
/// # Errors
/// What the database says.
pub async fn manifest_authors(conn: &mut Conn, release: i64, seq: i64) -> Result<Vec<Row>, StoreError> {
    conn.fetch_all(manifest_authors_sql(), args![seq, release]).await
}

fn artefacts_sql() -> String {
    format!(
        "SELECT e.number, e.build, a.name, a.digest, {SIGNATURE_COLUMNS} FROM evidence e \
         JOIN manifest_artefact a ON a.evidence = e.id WHERE e.release = $2 AND {} AND {}",
        written("e"),
        not_disqualified()
    )
}

/// The artefacts that the manifests name, those left out that are disqualified. Columns: `number`, `build`, `name`, `digest`,
/// and those of [`super::evidence::artefact_signature`].
///
/// # Errors
/// What the database says.
pub async fn artefacts(conn: &mut Conn, release: i64, seq: i64) -> Result<Vec<Row>, StoreError> {
    conn.fetch_all(artefacts_sql(), args![seq, release]).await
}

fn evidence_sql(which: &str) -> String {
    format!(
        "SELECT e.id, e.number, e.build, b.name AS build_name, r.name AS release_name, e.digest, e.kind, e.tool, \
         e.tool_version, e.rules, e.feed_at, e.performed_at, e.recorded_at, e.defects, \
         CASE WHEN EXISTS (SELECT 1 FROM disqualification d WHERE d.evidence = e.id AND {}) THEN 1 ELSE 0 END \
         AS disqualified FROM evidence e JOIN release r ON r.id = e.release AND r.tx_to IS NULL \
         LEFT JOIN build b ON b.id = e.build WHERE {which} AND {} ORDER BY e.number",
        written("d"),
        written("e")
    )
}

/// The evidence of a release. Columns: `id`, `number`, `build`, `build_name`, `release_name`, `digest`, `kind`, `tool`,
/// `tool_version`, `rules`, `feed_at`, `performed_at`, `recorded_at`, `defects` (JSON), `disqualified`.
///
/// # Errors
/// What the database says.
pub async fn evidence(conn: &mut Conn, release: i64, seq: i64) -> Result<Vec<Row>, StoreError> {
    conn.fetch_all(evidence_sql("e.release = $2"), args![seq, release]).await
}

/// The evidence of other releases with these numbers. Columns: as [`evidence`].
///
/// # Errors
/// What the database says.
pub async fn evidence_elsewhere(
    conn: &mut Conn,
    release: i64,
    seq: i64,
    numbers: &[i64],
) -> Result<Vec<Row>, StoreError> {
    let mut rows = Vec::new();
    for chunk in numbers.chunks(1000) {
        let mut values = args![seq, release];
        let marks = values.push_all(chunk.iter().copied());
        let which = format!("e.release <> $2 AND e.number IN ({marks})");
        rows.extend(conn.fetch_all(evidence_sql(&which), values).await?);
    }
    Ok(rows)
}

fn tests_sql() -> String {
    format!(
        "SELECT e.number, t.test_case, t.outcome FROM evidence e JOIN test_result t ON t.evidence = e.id \
         WHERE e.release = $2 AND e.build = $3 AND {}",
        written("e")
    )
}

/// The test results of a build. Columns: `number`, `test_case`, `outcome`.
///
/// # Errors
/// What the database says.
pub async fn tests(conn: &mut Conn, release: i64, build: i64, seq: i64) -> Result<Vec<Row>, StoreError> {
    conn.fetch_all(tests_sql(), args![seq, release, build]).await
}

fn components_sql() -> String {
    format!(
        "SELECT e.number, c.key, c.purl, c.name, c.version, w.seq FROM evidence e JOIN audit w ON w.tx = e.tx_from \
         JOIN component c ON c.evidence = e.id WHERE e.release = $2 AND e.build = $3 AND w.seq <= $1 AND {} \
         ORDER BY e.number, c.position",
        not_disqualified()
    )
}

/// The components of a build's SBOMs that are not disqualified. Columns: `number`, `key`, `purl`, `name`, `version`,
/// `seq` (when the SBOM was handed in).
///
/// # Errors
/// What the database says.
pub async fn components(conn: &mut Conn, release: i64, build: i64, seq: i64) -> Result<Vec<Row>, StoreError> {
    conn.fetch_all(components_sql(), args![seq, release, build]).await
}

fn matched_sql() -> String {
    format!(
        "SELECT w.seq, m.feed, m.feed_at, m.imported_at, m.at FROM matching m JOIN audit w ON w.tx = m.tx_from WHERE m.release = $2 AND {}",
        as_of("m", "$1")
    )
}

/// When a release was last matched, and against which feed; `None` while it never was. Columns: `seq`, `feed`, `feed_at`,
/// `imported_at`, `at`.
///
/// # Errors
/// What the database says.
pub async fn matched(conn: &mut Conn, release: i64, seq: i64) -> Result<Option<Row>, StoreError> {
    conn.fetch_optional(matched_sql(), args![seq, release]).await
}

fn unmatched_sql() -> String {
    format!("SELECT u.component, u.reason FROM unmatched u WHERE u.release = $2 AND {}", as_of("u", "$1"))
}

/// The components that could not be matched. Columns: `component`, `reason`.
///
/// # Errors
/// What the database says.
pub async fn unmatched(conn: &mut Conn, release: i64, seq: i64) -> Result<Vec<Row>, StoreError> {
    conn.fetch_all(unmatched_sql(), args![seq, release]).await
}

fn dispositions_sql() -> String {
    format!("SELECT d.component, d.reason FROM disposition d WHERE d.release = $2 AND {}", as_of("d", "$1"))
}

/// What was disposed of. Columns: `component`, `reason`.
///
/// # Errors
/// What the database says.
pub async fn dispositions(conn: &mut Conn, release: i64, seq: i64) -> Result<Vec<Row>, StoreError> {
    conn.fetch_all(dispositions_sql(), args![seq, release]).await
}

fn findings_sql() -> String {
    format!(
        "SELECT f.id, f.number, f.component, v.vulnerability, f.opened_at, v.severity, v.resolved, v.advisories FROM finding f \
         JOIN finding_version v ON v.finding = f.id WHERE f.release = $2 AND {} ORDER BY f.number",
        as_of("v", "$1")
    )
}

/// The findings of a release. Columns: `id`, `number`, `component`, `vulnerability`, `opened_at`, `severity`, `resolved`,
/// `advisories` (JSON, digests).
///
/// # Errors
/// What the database says.
pub async fn findings(conn: &mut Conn, release: i64, seq: i64) -> Result<Vec<Row>, StoreError> {
    conn.fetch_all(findings_sql(), args![seq, release]).await
}

fn severities_sql() -> String {
    "SELECT v.finding, v.severity, w.at FROM finding f JOIN finding_version v ON v.finding = f.id \
     JOIN audit w ON w.tx = v.tx_from AND w.seq <= $1 WHERE f.release = $2 AND EXISTS \
     (SELECT 1 FROM finding_version o WHERE o.finding = v.finding AND o.severity <> v.severity) ORDER BY w.seq"
        .to_owned()
}

/// The severities of the findings of a release that had more than one, in order, each with the moment when it was known.
/// Columns: `finding`, `severity`, `at`.
///
/// # Errors
/// What the database says.
pub async fn severities(conn: &mut Conn, release: i64, seq: i64) -> Result<Vec<Row>, StoreError> {
    conn.fetch_all(severities_sql(), args![seq, release]).await
}

fn assessments_sql() -> String {
    format!(
        "SELECT id, finding, status, justification, explanation, exploitability, patient_safety_impact, decision, \
         decision_reason, due, fixer, assessor, at, carried_from, changed, harm_before, digest AS set_digest, CASE WHEN carried_from IS NULL THEN NULL \
         ELSE (SELECT o.digest FROM assessment o WHERE o.id = latest.root) END AS earlier_set FROM \
         (SELECT a.*, ROW_NUMBER() OVER (PARTITION BY a.finding ORDER BY a.id DESC) AS place \
         FROM finding f JOIN assessment a ON a.finding = f.id WHERE f.release = $2 AND {}) latest WHERE place = 1",
        written("a")
    )
}

/// The latest assessment of each finding. Columns: `id`, `finding`, `status`, `justification`, `explanation`,
/// `exploitability`, `patient_safety_impact`, `decision`, `decision_reason`, `due`, `fixer`, `assessor`, `at`,
/// `carried_from`, `changed` (JSON), `harm_before`, `set_digest` (what names it), `earlier_set` (what names the signed one that it was carried from).
///
/// # Errors
/// What the database says.
pub async fn assessments(conn: &mut Conn, release: i64, seq: i64) -> Result<Vec<Row>, StoreError> {
    conn.fetch_all(assessments_sql(), args![seq, release]).await
}

fn fixers_sql() -> String {
    format!(
        "SELECT DISTINCT a.finding, a.fixer FROM finding f JOIN assessment a ON a.finding = f.id \
         JOIN assessment_signature x ON x.assessment = a.root WHERE f.release = $2 AND a.fixer IS NOT NULL AND {} AND {}",
        written("a"),
        written("x")
    )
}

/// Everybody whom a signed judgement ever named to mend a finding of a release. Columns: `finding`, `fixer`.
///
/// # Errors
/// What the database says.
pub async fn fixers(conn: &mut Conn, release: i64, seq: i64) -> Result<Vec<Row>, StoreError> {
    conn.fetch_all(fixers_sql(), args![seq, release]).await
}

fn terms_sql() -> String {
    format!(
        "SELECT a.finding, a.due, MAX(s.at) AS at FROM finding f JOIN assessment a ON a.finding = f.id \
         JOIN assessment_signature x ON x.assessment = a.root JOIN signature s ON s.id = x.signature \
         WHERE f.release = $2 AND a.due IS NOT NULL AND s.meaning IN ('{SIGNED}', '{ACCEPTED}') AND {} AND {} \
         GROUP BY a.finding, a.id, a.due",
        written("a"),
        written("x")
    )
}

/// The days that signed judgements ever named for findings of a release, and when each was signed by who judged or accepted.
/// Columns: `finding`, `due`, `at`.
///
/// # Errors
/// What the database says.
pub async fn terms(conn: &mut Conn, release: i64, seq: i64) -> Result<Vec<Row>, StoreError> {
    conn.fetch_all(terms_sql(), args![seq, release]).await
}

fn assessment_signatures_sql() -> String {
    format!(
        "SELECT a.digest, s.person, s.meaning, s.at FROM assessment a \
         JOIN assessment_signature x ON x.assessment = a.id JOIN signature s ON s.id = x.signature WHERE {} AND a.id IN \
         (SELECT l.id FROM finding f JOIN assessment l ON l.finding = f.id WHERE f.release = $2 \
         UNION SELECT l.root FROM finding f JOIN assessment l ON l.finding = f.id WHERE f.release = $2) ORDER BY s.id",
        written("x")
    )
}

/// The signatures on the assessments of a release's findings and on those that they were carried from. Columns:
/// `digest` (what names the assessment), `person`, `meaning`, `at`.
///
/// # Errors
/// What the database says.
pub async fn assessment_signatures(conn: &mut Conn, release: i64, seq: i64) -> Result<Vec<Row>, StoreError> {
    conn.fetch_all(assessment_signatures_sql(), args![seq, release]).await
}

/// Every statement above, for the test that looks at their plans.
#[cfg(feature = "testing")]
#[must_use]
pub fn statements() -> Vec<String> {
    vec![
        records_sql(false),
        records_sql(true),
        elsewhere_sql(),
        approvals_sql(),
        times_in_force_sql(),
        authors_sql(),
        signatures_sql(),
        links_sql(),
        plans_sql(),
        clearances_sql(),
        manifests_sql(),
        lineage_sql(),
        manifest_authors_sql(),
        artefacts_sql(),
        evidence_sql("e.release = $2"),
        evidence_sql("e.release <> $2 AND e.number IN ($3, $4)"),
        tests_sql(),
        components_sql(),
        matched_sql(),
        unmatched_sql(),
        dispositions_sql(),
        findings_sql(),
        severities_sql(),
        assessments_sql(),
        fixers_sql(),
        terms_sql(),
        assessment_signatures_sql(),
    ]
}
