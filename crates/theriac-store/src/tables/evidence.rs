//! Evidence: files that machines delivered, and what was read from them: test results and build manifests.
//!
//! Components are in [`super::components`]. Everything but the row in `evidence` can be made again from the bytes; the
//! place of a derived row is its position in the file.

use jiff::Timestamp;
use theriac_model::Digest;

use super::text_list;
use crate::{Args, Conn, Row, StoreError, Write, args};

/// Most rows that one file gives.
pub(super) const ROWS_MAX: u32 = 1_000_000;

/// A file that a machine delivered, and what it is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The row.
    pub id: i64,
    /// The number in `EVID-3`.
    pub number: i64,
    /// The release.
    pub release: i64,
    /// The build it speaks of.
    pub build: Option<i64>,
    /// The digest of its bytes.
    pub digest: Digest,
    /// `sbom`, `test-results`, `build-manifest`.
    pub kind: String,
    /// The format with its version, as people read it.
    pub format: String,
    /// The name under which it was delivered.
    pub file_name: String,
    /// Bytes.
    pub size: i64,
    /// The tool that made it.
    pub tool: Option<String>,
    /// The tool's version.
    pub tool_version: Option<String>,
    /// The digest of the rules used.
    pub rules: Option<Digest>,
    /// The state of the feed used.
    pub feed_at: Option<Timestamp>,
    /// When it was made.
    pub performed_at: Option<Timestamp>,
    /// What a bill of materials calls itself.
    pub serial: Option<String>,
    /// The revision of a bill of materials with this serial.
    pub serial_revision: Option<i64>,
    /// When it was handed in.
    pub recorded_at: Timestamp,
    /// Who handed it in: `person:7`, `token:9`, `system`.
    pub delivered_by: String,
    /// Defects that were accepted, as people read them.
    pub defects: Vec<String>,
}

impl Evidence {
    /// `EVID-3`.
    #[must_use]
    pub fn reference(&self) -> String {
        format!("EVID-{}", self.number)
    }
}

/// Evidence as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The evidence.
    pub evidence: Evidence,
    /// The name of the build it speaks of.
    pub build: Option<String>,
    /// Whether it was found wrong.
    pub disqualified: bool,
}

/// That evidence was found wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disqualification {
    /// Why.
    pub reason: String,
    /// Who signed.
    pub person: i64,
    /// When.
    pub at: Timestamp,
}

/// Evidence that was found wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundWrong {
    /// The number in `EVID-3`.
    pub number: i64,
    /// The product of its release.
    pub product: i64,
    /// The release.
    pub release: i64,
    /// Whether sound evidence of its kind has been handed in since for the build it speaks of.
    pub replaced: bool,
    /// Why, who signed, when.
    pub said: Disqualification,
}

/// A record that names evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citing {
    /// `RISK-12`.
    pub reference: String,
    /// Its product; `None` for one of the organisation.
    pub product: Option<i64>,
    /// Its kind.
    pub kind: String,
    /// The version of the kind it was written in.
    pub kind_version: u32,
    /// The canonical content of its latest revision.
    pub content: String,
    /// Its owner; its author where it names none.
    pub owner: i64,
}

/// One run of one test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestResult {
    /// The case.
    pub case: String,
    /// `passed`, `failed`, `error`, `skipped`.
    pub outcome: String,
    /// Why; may be empty.
    pub message: String,
}

/// What a build was made from, and what came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The commit that was built.
    pub commit: String,
    /// The commit of the build before.
    pub predecessor: Option<String>,
    /// The digests of the addresses of its authors, sorted.
    pub authors: Vec<Digest>,
    /// Changed paths with the id of their content; none where the path was removed.
    pub paths: Vec<(String, Option<String>)>,
    /// Files that came out.
    pub artefacts: Vec<Artefact>,
}

/// A file that came out of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artefact {
    /// Its name.
    pub name: String,
    /// The digest of its bytes.
    pub digest: Digest,
    /// How it was signed, where the manifest says so.
    pub signature: Option<ArtefactSignature>,
}

/// What a file was signed with, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArtefactSignature {
    /// The key or certificate, by its fingerprint or id.
    pub key: String,
    /// When the file was signed.
    pub signed_at: Timestamp,
    /// From when the key was valid.
    pub valid_from: Timestamp,
    /// Until when the key was valid; none where it has no end.
    pub valid_to: Option<Timestamp>,
}

/// The signature in a row with the columns of [`SIGNATURE_COLUMNS`].
///
/// # Errors
/// What the database says.
pub fn artefact_signature(row: &Row) -> Result<Option<ArtefactSignature>, StoreError> {
    let Some(key) = row.get("signing_key")? else { return Ok(None) };
    Ok(Some(ArtefactSignature {
        key,
        signed_at: row.get("signed_at")?,
        valid_from: row.get("key_valid_from")?,
        valid_to: row.get("key_valid_to")?,
    }))
}

/// The columns of the signature of an artefact `a`.
pub(super) const SIGNATURE_COLUMNS: &str = "a.signing_key, a.signed_at, a.key_valid_from, a.key_valid_to";

pub(super) const COLUMNS: &str = "e.id, e.number, e.release, e.build, e.digest, e.kind, e.format, e.file_name, e.size, e.tool, \
    e.tool_version, e.rules, e.feed_at, e.performed_at, e.serial, e.serial_revision, e.recorded_at, e.delivered_by, \
    e.defects";
const LISTED: &str = "b.name AS build_name, CASE WHEN d.evidence IS NULL THEN 0 ELSE 1 END AS disqualified \
    FROM evidence e LEFT JOIN build b ON b.id = e.build LEFT JOIN disqualification d ON d.evidence = e.id";

pub(super) fn evidence(row: &Row) -> Result<Evidence, StoreError> {
    Ok(Evidence {
        id: row.get("id")?,
        number: row.get("number")?,
        release: row.get("release")?,
        build: row.get("build")?,
        digest: row.get("digest")?,
        kind: row.get("kind")?,
        format: row.get("format")?,
        file_name: row.get("file_name")?,
        size: row.get("size")?,
        tool: row.get("tool")?,
        tool_version: row.get("tool_version")?,
        rules: row.get("rules")?,
        feed_at: row.get("feed_at")?,
        performed_at: row.get("performed_at")?,
        serial: row.get("serial")?,
        serial_revision: row.get("serial_revision")?,
        recorded_at: row.get("recorded_at")?,
        delivered_by: row.get("delivered_by")?,
        defects: text_list(row, "defects")?,
    })
}

fn listed(row: &Row) -> Result<Listed, StoreError> {
    Ok(Listed {
        evidence: evidence(row)?,
        build: row.get("build_name")?,
        disqualified: row.get("disqualified")?,
    })
}

/// Adds evidence; its number comes from [`Write::next_number`], its blob was kept before.
///
/// # Errors
/// What the database says.
pub async fn add(write: &mut Write, row: &Evidence) -> Result<(), StoreError> {
    let values = args![
        row.id,
        row.number,
        row.release,
        row.build,
        row.digest,
        &row.kind,
        &row.format,
        &row.file_name,
        row.size,
        row.tool.clone(),
        row.tool_version.clone(),
        row.rules,
        row.feed_at,
        row.performed_at,
        row.serial.clone(),
        row.serial_revision,
        row.recorded_at,
        &row.delivered_by,
        serde_json::to_string(&row.defects)?,
        write.tx(),
    ];
    write
        .execute(
            "INSERT INTO evidence (id, number, release, build, digest, kind, format, file_name, size, tool, \
             tool_version, rules, feed_at, performed_at, serial, serial_revision, recorded_at, delivered_by, defects, \
             tx_from) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, \
             $20)",
            values,
        )
        .await?;
    Ok(())
}

/// The evidence of a number.
///
/// # Errors
/// What the database says.
pub async fn by_number(conn: &mut Conn, number: i64) -> Result<Option<Listed>, StoreError> {
    let sql = format!("SELECT {COLUMNS}, {LISTED} WHERE e.number = $1");
    conn.fetch_optional(sql, args![number]).await?.as_ref().map(listed).transpose()
}

/// The evidence of a release that has these bytes: one for each build they speak of, newest first, at most 1,000.
///
/// # Errors
/// What the database says.
pub async fn of_bytes(conn: &mut Conn, release: i64, digest: Digest) -> Result<Vec<Listed>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS}, {LISTED} WHERE e.release = $1 AND e.digest = $2 ORDER BY e.number DESC LIMIT 1000"
    );
    conn.fetch_all(sql, args![release, digest]).await?.iter().map(listed).collect()
}

/// Evidence of a release with other bytes under the same serial and revision, unless it was found wrong.
///
/// # Errors
/// What the database says.
pub async fn of_serial(
    conn: &mut Conn,
    release: i64,
    serial: &str,
    revision: Option<i64>,
    other_than: Digest,
) -> Result<Option<Evidence>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM evidence e WHERE e.release = $1 AND e.serial = $2 AND COALESCE(e.serial_revision, 0) = $3 \
         AND e.digest <> $4 AND NOT EXISTS (SELECT 1 FROM disqualification d WHERE d.evidence = e.id) \
         ORDER BY e.number DESC LIMIT 1"
    );
    let values = args![release, serial, revision.unwrap_or(0), other_than];
    conn.fetch_optional(sql, values).await?.as_ref().map(evidence).transpose()
}

/// Which evidence of a release to list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this kind.
    pub kind: Option<String>,
    /// Of the build of this name.
    pub build: Option<String>,
    /// With this in its file name.
    pub name: Option<String>,
    /// With a number below this one.
    pub before: Option<i64>,
    /// How many.
    pub limit: u32,
}

/// Evidence of a release, newest first.
///
/// # Errors
/// What the database says.
pub async fn list(conn: &mut Conn, release: i64, filter: &Filter) -> Result<Vec<Listed>, StoreError> {
    let mut values = args![release, filter.before.unwrap_or(i64::MAX), filter.limit];
    let mut conditions = String::new();
    if let Some(kind) = &filter.kind {
        conditions.push_str(&format!(" AND e.kind = {}", values.push(kind)));
    }
    if let Some(build) = &filter.build {
        conditions.push_str(&format!(" AND b.name = {}", values.push(build)));
    }
    if let Some(name) = &filter.name {
        let mark = values.push(super::containing(name));
        conditions.push_str(&format!(" AND e.file_name LIKE {mark} ESCAPE '!'"));
    }
    let sql = format!(
        "SELECT {COLUMNS}, {LISTED} WHERE e.release = $1 AND e.number < $2{conditions} ORDER BY e.number DESC LIMIT $3"
    );
    conn.fetch_all(sql, values).await?.iter().map(listed).collect()
}

/// Up to `limit` pieces of evidence of all releases after a number, by number.
///
/// # Errors
/// What the database says.
pub async fn after(conn: &mut Conn, number: i64, limit: u32) -> Result<Vec<Evidence>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM evidence e WHERE e.number > $1 ORDER BY e.number LIMIT $2");
    conn.fetch_all(sql, args![number, limit]).await?.iter().map(evidence).collect()
}

/// The bills of materials of a release that are not disqualified: row and build, oldest first, at most 10,000.
///
/// # Errors
/// What the database says.
pub async fn sboms(conn: &mut Conn, release: i64) -> Result<Vec<(i64, Option<i64>)>, StoreError> {
    let sql = "SELECT e.id, e.build FROM evidence e WHERE e.release = $1 AND e.kind = 'sbom' \
               AND NOT EXISTS (SELECT 1 FROM disqualification d WHERE d.evidence = e.id) ORDER BY e.id LIMIT 10000";
    let rows = conn.fetch_all(sql, args![release]).await?;
    rows.iter().map(|row| Ok((row.get("id")?, row.get("build")?))).collect()
}

/// The builds of a release's bills of materials that were found wrong (`None` for one that speaks of no build), oldest
/// first, at most 10,000.
///
/// # Errors
/// What the database says.
pub async fn sboms_found_wrong(conn: &mut Conn, release: i64) -> Result<Vec<Option<i64>>, StoreError> {
    let sql = "SELECT e.build FROM evidence e JOIN disqualification d ON d.evidence = e.id \
               WHERE e.release = $1 AND e.kind = 'sbom' ORDER BY e.id LIMIT 10000";
    let rows = conn.fetch_all(sql, args![release]).await?;
    rows.iter().map(|row| row.get("build")).collect()
}

/// Of the bills of materials of a release (row and build) those whose components are the release's: those of its
/// candidate build; all of them while it has no candidate, or while none speaks of it.
#[must_use]
pub fn counting(sboms: &[(i64, Option<i64>)], candidate: Option<i64>) -> Vec<i64> {
    let of_candidate = sboms.iter().filter(|(_, build)| build.is_some() && *build == candidate);
    let of_candidate: Vec<i64> = of_candidate.map(|(id, _)| *id).collect();
    if of_candidate.is_empty() { sboms.iter().map(|(id, _)| *id).collect() } else { of_candidate }
}

/// The bills of materials whose components are the release's, oldest first: [`counting`] among [`sboms`].
///
/// # Errors
/// What the database says.
pub async fn counting_sboms(
    conn: &mut Conn,
    release: i64,
    candidate: Option<i64>,
) -> Result<Vec<i64>, StoreError> {
    Ok(counting(&sboms(conn, release).await?, candidate))
}

/// A bill of materials and the release that it was handed in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sbom {
    /// The release.
    pub release: i64,
    /// The candidate build of the release.
    pub candidate: Option<i64>,
    /// The row of the evidence.
    pub id: i64,
    /// The build that it speaks of.
    pub build: Option<i64>,
}

/// The bills of materials that are not disqualified, of all releases of these products (`None` for all products) or only
/// of those that customers have, oldest first, at most 10,000.
///
/// # Errors
/// What the database says.
pub async fn sboms_everywhere(
    conn: &mut Conn,
    products: Option<&[i64]>,
    fielded: bool,
) -> Result<Vec<Sbom>, StoreError> {
    let mut values = Args::new();
    let mut conditions = String::new();
    if let Some(products) = products {
        let marks = values.push_all(products.iter().copied());
        conditions.push_str(&format!(" AND r.product IN ({marks})"));
    }
    if fielded {
        conditions.push_str(&format!(" AND r.fielded = {}", values.push(true)));
    }
    let sql = format!(
        "SELECT e.release, r.candidate, e.id, e.build FROM evidence e JOIN release r ON r.id = e.release AND r.tx_to IS NULL \
         WHERE e.kind = 'sbom'{conditions} \
         AND NOT EXISTS (SELECT 1 FROM disqualification d WHERE d.evidence = e.id) ORDER BY e.id LIMIT 10000"
    );
    let sbom = |row: &Row| {
        Ok(Sbom {
            release: row.get("release")?,
            candidate: row.get("candidate")?,
            id: row.get("id")?,
            build: row.get("build")?,
        })
    };
    conn.fetch_all(sql, values).await?.iter().map(sbom).collect()
}

/// References of evidence among these rows.
///
/// # Errors
/// What the database says.
pub async fn numbers_of(conn: &mut Conn, ids: &[i64]) -> Result<Vec<i64>, StoreError> {
    let mut values = Args::new();
    let marks = values.push_all(ids.iter().take(10_000).copied());
    let sql = format!("SELECT e.number FROM evidence e WHERE e.id IN ({marks}) ORDER BY e.number");
    conn.fetch_all(sql, values).await?.iter().map(|row| row.get("number")).collect()
}

/// Writes the test results of a file.
///
/// # Errors
/// What the database says.
pub async fn add_results(conn: &mut Conn, evidence: i64, results: &[TestResult]) -> Result<(), StoreError> {
    let rows = (0..).zip(results).map(|(position, result): (i64, _)| {
        args![evidence, position, &result.case, &result.outcome, &result.message]
    });
    let head = "INSERT INTO test_result (evidence, position, test_case, outcome, message)";
    conn.insert_many(head, "", rows.collect()).await?;
    Ok(())
}

fn result(row: &Row) -> Result<TestResult, StoreError> {
    Ok(TestResult { case: row.get("test_case")?, outcome: row.get("outcome")?, message: row.get("message")? })
}

/// Up to `limit` test results of a file after a position (`-1` for the first), with their positions.
///
/// # Errors
/// What the database says.
pub async fn results_after(
    conn: &mut Conn,
    evidence: i64,
    position: i64,
    limit: u32,
) -> Result<Vec<(i64, TestResult)>, StoreError> {
    let sql = "SELECT position, test_case, outcome, message FROM test_result WHERE evidence = $1 AND position > $2 \
               ORDER BY position LIMIT $3";
    let rows = conn.fetch_all(sql, args![evidence, position, limit]).await?;
    rows.iter().map(|row| Ok((row.get("position")?, result(row)?))).collect()
}

/// All test results of a file, in the order of the file.
///
/// # Errors
/// What the database says.
pub async fn results(conn: &mut Conn, evidence: i64) -> Result<Vec<TestResult>, StoreError> {
    let rows = results_after(conn, evidence, -1, ROWS_MAX).await?;
    Ok(rows.into_iter().map(|(_, result)| result).collect())
}

/// How many test results of a file ended how.
///
/// # Errors
/// What the database says.
pub async fn outcomes(conn: &mut Conn, evidence: i64) -> Result<Vec<(String, i64)>, StoreError> {
    let sql = "SELECT outcome, COUNT(*) AS count FROM test_result WHERE evidence = $1 GROUP BY outcome ORDER BY outcome";
    let rows = conn.fetch_all(sql, args![evidence]).await?;
    rows.iter().map(|row| Ok((row.get("outcome")?, row.get("count")?))).collect()
}

/// Writes what a build manifest says.
///
/// # Errors
/// What the database says.
pub async fn add_manifest(conn: &mut Conn, evidence: i64, manifest: &Manifest) -> Result<(), StoreError> {
    conn.execute(
        "INSERT INTO manifest (evidence, commit_id, predecessor) VALUES ($1, $2, $3)",
        args![evidence, &manifest.commit, manifest.predecessor.clone()],
    )
    .await?;
    let rows = manifest.authors.iter().map(|address| args![evidence, *address]).collect();
    conn.insert_many("INSERT INTO manifest_author (evidence, address)", "", rows).await?;
    let rows = (0..)
        .zip(&manifest.paths)
        .map(|(position, (path, tree)): (i64, _)| args![evidence, position, path, tree.clone()]);
    conn.insert_many("INSERT INTO manifest_path (evidence, position, path, tree)", "", rows.collect())
        .await?;
    let rows = (0..).zip(&manifest.artefacts).map(|(position, artefact): (i64, _)| {
        let signature = artefact.signature.as_ref();
        args![
            evidence,
            position,
            &artefact.name,
            artefact.digest,
            signature.map(|signature| signature.key.clone()),
            signature.map(|signature| signature.signed_at),
            signature.map(|signature| signature.valid_from),
            signature.and_then(|signature| signature.valid_to),
        ]
    });
    let into = "INSERT INTO manifest_artefact \
                (evidence, position, name, digest, signing_key, signed_at, key_valid_from, key_valid_to)";
    conn.insert_many(into, "", rows.collect()).await?;
    Ok(())
}

/// What the build manifest in a file says.
///
/// # Errors
/// What the database says.
pub async fn manifest(conn: &mut Conn, evidence: i64) -> Result<Option<Manifest>, StoreError> {
    let sql = "SELECT commit_id, predecessor FROM manifest WHERE evidence = $1";
    let Some(head) = conn.fetch_optional(sql, args![evidence]).await? else { return Ok(None) };
    let sql = "SELECT address FROM manifest_author WHERE evidence = $1 ORDER BY address LIMIT $2";
    let authors = conn.fetch_all(sql, args![evidence, ROWS_MAX]).await?;
    let sql = "SELECT path, tree FROM manifest_path WHERE evidence = $1 ORDER BY position LIMIT $2";
    let paths = conn.fetch_all(sql, args![evidence, ROWS_MAX]).await?;
    let sql = format!(
        "SELECT a.name, a.digest, {SIGNATURE_COLUMNS} FROM manifest_artefact a WHERE a.evidence = $1 \
         ORDER BY a.position LIMIT $2"
    );
    let artefacts = conn.fetch_all(sql, args![evidence, ROWS_MAX]).await?;
    Ok(Some(Manifest {
        commit: head.get("commit_id")?,
        predecessor: head.get("predecessor")?,
        authors: authors.iter().map(|row| row.get("address")).collect::<Result<_, _>>()?,
        paths: paths
            .iter()
            .map(|row| Ok((row.get("path")?, row.get("tree")?)))
            .collect::<Result<_, StoreError>>()?,
        artefacts: artefacts
            .iter()
            .map(|row| {
                let signature = artefact_signature(row)?;
                Ok(Artefact { name: row.get("name")?, digest: row.get("digest")?, signature })
            })
            .collect::<Result<_, StoreError>>()?,
    }))
}

/// Removes what was read from a file, so that it can be made again.
///
/// # Errors
/// What the database says.
pub async fn remove_derived(write: &mut Write, evidence: i64) -> Result<(), StoreError> {
    const TABLES: [&str; 6] =
        ["component", "test_result", "manifest_author", "manifest_path", "manifest_artefact", "manifest"];
    for table in TABLES {
        write.execute(format!("DELETE FROM {table} WHERE evidence = $1"), args![evidence]).await?;
    }
    Ok(())
}

/// Writes what a file says of itself: kind, format, serial, time, tool, defects.
///
/// # Errors
/// What the database says.
pub async fn describe(write: &mut Write, row: &Evidence) -> Result<(), StoreError> {
    let values = args![
        row.id,
        &row.kind,
        &row.format,
        row.tool.clone(),
        row.tool_version.clone(),
        row.performed_at,
        row.serial.clone(),
        row.serial_revision,
        serde_json::to_string(&row.defects)?,
    ];
    let sql = "UPDATE evidence SET kind = $2, format = $3, tool = $4, tool_version = $5, performed_at = $6, serial = $7, \
               serial_revision = $8, defects = $9 WHERE id = $1";
    write.execute(sql, values).await?;
    Ok(())
}

/// Says by a signature that evidence is wrong.
///
/// # Errors
/// What the database says.
pub async fn disqualify(
    write: &mut Write,
    evidence: i64,
    reason: &str,
    signature: i64,
) -> Result<(), StoreError> {
    write
        .execute(
            "INSERT INTO disqualification (evidence, reason, signature, tx_from) VALUES ($1, $2, $3, $4)",
            args![evidence, reason, signature, write.tx()],
        )
        .await?;
    Ok(())
}

/// Whether and why evidence was found wrong.
///
/// # Errors
/// What the database says.
pub async fn disqualification(
    conn: &mut Conn,
    evidence: i64,
) -> Result<Option<Disqualification>, StoreError> {
    let sql = "SELECT d.reason, s.person, s.at FROM disqualification d JOIN signature s ON s.id = d.signature \
               WHERE d.evidence = $1";
    let row = conn.fetch_optional(sql, args![evidence]).await?;
    row.map(|row| {
        Ok(Disqualification { reason: row.get("reason")?, person: row.get("person")?, at: row.get("at")? })
    })
    .transpose()
}

const FOUND_WRONG: &str = "SELECT e.number, r.product, e.release, d.reason, s.person, s.at, CASE WHEN EXISTS \
    (SELECT 1 FROM evidence n WHERE n.release = e.release AND n.kind = e.kind AND n.recorded_at >= s.at \
    AND (n.build = e.build OR (n.build IS NULL AND e.build IS NULL)) \
    AND NOT EXISTS (SELECT 1 FROM disqualification x WHERE x.evidence = n.id)) THEN 1 ELSE 0 END AS replaced \
    FROM disqualification d JOIN evidence e ON e.id = d.evidence JOIN signature s ON s.id = d.signature \
    JOIN release r ON r.id = e.release AND r.tx_to IS NULL";

fn found_wrong(row: &Row) -> Result<FoundWrong, StoreError> {
    Ok(FoundWrong {
        number: row.get("number")?,
        product: row.get("product")?,
        release: row.get("release")?,
        replaced: row.get("replaced")?,
        said: Disqualification { reason: row.get("reason")?, person: row.get("person")?, at: row.get("at")? },
    })
}

/// All evidence that was found wrong, by number, at most 10,000.
///
/// # Errors
/// What the database says.
pub async fn all_found_wrong(conn: &mut Conn) -> Result<Vec<FoundWrong>, StoreError> {
    let sql = format!("{FOUND_WRONG} ORDER BY e.number LIMIT 10000");
    conn.fetch_all(sql, args![]).await?.iter().map(found_wrong).collect()
}

/// Which evidence of these numbers was found wrong after one sequence and up to another, by number.
///
/// # Errors
/// What the database says.
pub async fn found_wrong_between(
    conn: &mut Conn,
    numbers: &[i64],
    after: i64,
    seq: i64,
) -> Result<Vec<FoundWrong>, StoreError> {
    let mut found = Vec::new();
    for chunk in numbers.chunks(1000) {
        let mut values = args![after, seq];
        let marks = values.push_all(chunk.iter().copied());
        let sql = format!(
            "{FOUND_WRONG} JOIN audit w ON w.tx = d.tx_from WHERE w.seq > $1 AND w.seq <= $2 AND e.number IN ({marks})"
        );
        for row in &conn.fetch_all(sql, values).await? {
            found.push(found_wrong(row)?);
        }
    }
    found.sort_by_key(|wrong| wrong.number);
    Ok(found)
}

/// The records in use whose approved revision, or latest where none is, names any evidence, by kind and number, at most
/// 10,000.
///
/// # Errors
/// What the database says.
pub async fn citing(conn: &mut Conn) -> Result<Vec<Citing>, StoreError> {
    let sql = "SELECT r.ref, r.product, r.kind, v.kind_version, v.content, COALESCE(h.owner, v.author) AS owner \
               FROM record r JOIN record_head h ON h.record = r.id JOIN revision v ON v.digest = COALESCE(h.approved, h.latest) \
               WHERE h.state NOT IN ('retired', 'withdrawn') AND v.content LIKE '%\"EVID-%' ORDER BY r.kind, r.number LIMIT 10000";
    let citing = |row: &Row| {
        Ok(Citing {
            reference: row.get("ref")?,
            product: row.get("product")?,
            kind: row.get("kind")?,
            kind_version: row.get("kind_version")?,
            content: row.get("content")?,
            owner: row.get("owner")?,
        })
    };
    conn.fetch_all(sql, args![]).await?.iter().map(citing).collect()
}

/// The records of a product, and of the organisation, whose latest revision names this evidence, at most 200:
/// reference, title, and owner or else author.
///
/// # Errors
/// What the database says.
pub async fn cited_by(
    conn: &mut Conn,
    product: i64,
    reference: &str,
) -> Result<Vec<(String, String, i64)>, StoreError> {
    let sql = "SELECT r.ref, h.title, COALESCE(h.owner, v.author) AS owner FROM record r JOIN record_head h ON h.record = r.id \
               JOIN revision v ON v.digest = h.latest WHERE (r.product = $1 OR r.product IS NULL) \
               AND v.content LIKE $2 ESCAPE '!' ORDER BY r.kind, r.number LIMIT 200";
    let quoted = super::containing(&format!("\"{reference}\""));
    let rows = conn.fetch_all(sql, args![product, quoted]).await?;
    rows.iter().map(|row| Ok((row.get("ref")?, row.get("title")?, row.get("owner")?))).collect()
}
