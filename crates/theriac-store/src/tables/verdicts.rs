//! The verdicts that pages show, kept for the last change that bears on a release.
//!
//! What an audit entry speaks of tells whether it can: a new sort of subject bears on every release until
//! [`Bearing`] knows better.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::{Args, Conn, Row, StoreError, args};

/// Most subjects that are looked at one by one.
const SUBJECTS_MAX: usize = 1_000;

/// How verdicts stand that were kept, in sums.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sums {
    /// The release.
    pub release: i64,
    /// The sequence they were read at.
    pub seq: i64,
    /// The day they judge.
    pub day: Date,
    /// The pack, `id@digest`.
    pub pack: String,
    /// The version of the evaluator.
    pub evaluator: u32,
    /// Whether the gate is open.
    pub gate_open: bool,
    /// How many reasons close it.
    pub reasons: u32,
    /// How many of these are findings that nobody has judged.
    pub findings: u32,
    /// How many clauses are met, partly met, not met and not applicable, at release.
    pub clauses: [u32; 4],
}

/// Verdicts as pages show them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Of what, when, and how they stand.
    pub sums: Sums,
    /// Verdicts and gate, JSON.
    pub verdicts: String,
}

const SUMS: &str = "release, seq, day, pack, evaluator, gate_open, reasons, findings, met, partly_met, not_met, not_applicable";

fn sums(row: &Row) -> Result<Sums, StoreError> {
    Ok(Sums {
        release: row.get("release")?,
        seq: row.get("seq")?,
        day: row.get("day")?,
        pack: row.get("pack")?,
        evaluator: row.get("evaluator")?,
        gate_open: row.get("gate_open")?,
        reasons: row.get("reasons")?,
        findings: row.get("findings")?,
        clauses: [row.get("met")?, row.get("partly_met")?, row.get("not_met")?, row.get("not_applicable")?],
    })
}

/// The verdicts kept of a release.
///
/// # Errors
/// What the database says.
pub async fn stored(conn: &mut Conn, release: i64) -> Result<Option<Stored>, StoreError> {
    let sql = format!("SELECT {SUMS}, verdicts FROM stored_verdict WHERE release = $1");
    let row = conn.fetch_optional(sql, args![release]).await?;
    row.map(|row| Ok(Stored { sums: sums(&row)?, verdicts: row.get("verdicts")? })).transpose()
}

/// The statement behind [`stored_among`], for the test that looks at its plan too.
#[must_use]
pub fn stored_statement(releases: &[i64]) -> (String, Args) {
    let mut values = Args::new();
    let marks = values.push_all(releases.iter().take(1000).copied());
    (format!("SELECT release, verdicts FROM stored_verdict WHERE release IN ({marks})"), values)
}

/// The verdicts, JSON, that are kept of some releases, at most 1,000, by release; none where none are kept.
///
/// # Errors
/// What the database says.
pub async fn stored_among(conn: &mut Conn, releases: &[i64]) -> Result<BTreeMap<i64, String>, StoreError> {
    let (sql, values) = stored_statement(releases);
    let rows = conn.fetch_all(sql, values).await?;
    rows.iter().map(|row| Ok((row.get("release")?, row.get("verdicts")?))).collect()
}

/// The statement behind [`sums_of`], for the test that looks at its plan too.
#[must_use]
pub fn sums_statement(releases: &[i64]) -> (String, Args) {
    let mut values = Args::new();
    let marks = values.push_all(releases.iter().take(1000).copied());
    (format!("SELECT {SUMS} FROM stored_verdict WHERE release IN ({marks})"), values)
}

/// How the verdicts stand that are kept of some releases, at most 1,000, in no order; none where none are kept.
///
/// # Errors
/// What the database says.
pub async fn sums_of(conn: &mut Conn, releases: &[i64]) -> Result<Vec<Sums>, StoreError> {
    let (sql, values) = sums_statement(releases);
    conn.fetch_all(sql, values).await?.iter().map(sums).collect()
}

/// Keeps verdicts, unless newer ones are there.
///
/// # Errors
/// What the database says.
pub async fn store(conn: &mut Conn, stored: &Stored) -> Result<(), StoreError> {
    let sums = &stored.sums;
    let [met, partly_met, not_met, not_applicable] = sums.clauses;
    let sql = format!(
        "INSERT INTO stored_verdict ({SUMS}, verdicts) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
         ON CONFLICT (release) DO UPDATE SET seq = excluded.seq, day = excluded.day, pack = excluded.pack, \
         evaluator = excluded.evaluator, gate_open = excluded.gate_open, reasons = excluded.reasons, findings = excluded.findings, \
         met = excluded.met, partly_met = excluded.partly_met, not_met = excluded.not_met, \
         not_applicable = excluded.not_applicable, verdicts = excluded.verdicts \
         WHERE stored_verdict.seq <= excluded.seq"
    );
    let values =
        args![sums.release, sums.seq, sums.day, &sums.pack, sums.evaluator, sums.gate_open, sums.reasons]
            .with(sums.findings)
            .with(met)
            .with(partly_met)
            .with(not_met)
            .with(not_applicable)
            .with(&stored.verdicts);
    conn.execute(sql, values).await?;
    Ok(())
}

/// Acts that no verdict hangs on.
const NO_BEARING: &str = "'sign in', 'sign out', 'prove identity', 'password change', 'password reset', 'account open', \
                          'token issue', 'token revoke', \
                          'record begin', 'record draft begin', 'record draft take over', 'record attach', \
                          'record detach', 'record discard', 'records import'";

/// What happened after a sequence that can bear on releases.
#[derive(Debug, Clone, Default)]
pub struct Bearing {
    /// More happened than is looked at one by one.
    many: bool,
    subjects: Vec<Subject>,
}

/// What an audit entry speaks of.
#[derive(Debug, Clone)]
struct Subject {
    name: String,
    /// The last sequence that speaks of it.
    seq: i64,
    /// The product of a record, evidence or a finding; `None` for anything else.
    product: Option<i64>,
}

impl Bearing {
    /// Whether something of it, after a sequence, can bear on a release of a product, which may be based on another.
    #[must_use]
    pub fn bears(&self, seq: i64, product: i64, release: i64, based_on: Option<i64>) -> bool {
        self.many
            || self.subjects.iter().filter(|subject| subject.seq > seq).any(|subject| {
                match subject.name.split_once(':') {
                    Some(("product", id)) => id == product.to_string(),
                    Some(("release", id)) => {
                        id == release.to_string() || based_on.is_some_and(|base| id == base.to_string())
                    }
                    _ => subject.product.is_none_or(|of| of == product),
                }
            })
    }
}

/// What happened after a sequence that can bear on releases, in a few queries however much it is.
///
/// # Errors
/// What the database says.
pub async fn bearing_since(conn: &mut Conn, seq: i64) -> Result<Bearing, StoreError> {
    let sql = format!(
        "SELECT s.subject, MAX(a.seq) AS seq, MAX(CASE WHEN a.action = 'evidence disqualify' THEN 1 ELSE 0 END) AS anywhere \
         FROM audit a JOIN audit_subject s ON s.seq = a.seq \
         WHERE a.seq > $1 AND a.action NOT IN ({NO_BEARING}) GROUP BY s.subject LIMIT {SUBJECTS_MAX}"
    );
    let rows = conn.fetch_all(sql, args![seq]).await?;
    if rows.len() == SUBJECTS_MAX {
        return Ok(Bearing { many: true, subjects: Vec::new() });
    }
    let (mut subjects, mut anywhere) = (Vec::with_capacity(rows.len()), BTreeSet::new());
    for row in &rows {
        subjects.push(Subject { name: row.get("subject")?, seq: row.get("seq")?, product: None });
        // What the organisation rests on it counts for every product.
        if row.get("anywhere")? {
            anywhere.insert(row.get::<String>("subject")?);
        }
    }
    let products = products(conn, &subjects).await?;
    for subject in subjects.iter_mut().filter(|subject| !anywhere.contains(&subject.name)) {
        subject.product = products.get(&subject.name).copied();
    }
    Ok(Bearing { many: false, subjects })
}

/// Whether something happened after a sequence that can bear on a release of a product, which may be based on another.
///
/// # Errors
/// What the database says.
pub async fn bears_since(
    conn: &mut Conn,
    seq: i64,
    product: i64,
    release: i64,
    based_on: Option<i64>,
) -> Result<bool, StoreError> {
    Ok(bearing_since(conn, seq).await?.bears(seq, product, release, based_on))
}

/// The products of those subjects that are records, evidence or findings of one.
async fn products(conn: &mut Conn, subjects: &[Subject]) -> Result<BTreeMap<String, i64>, StoreError> {
    let mut found = BTreeMap::new();
    if subjects.is_empty() {
        return Ok(found);
    }
    let mut values = Args::new();
    let marks = values.push_all(subjects.iter().map(|subject| &subject.name));
    let sql =
        format!("SELECT r.ref, r.product FROM record r WHERE r.product IS NOT NULL AND r.ref IN ({marks})");
    for row in &conn.fetch_all(sql, values).await? {
        found.insert(row.get("ref")?, row.get("product")?);
    }
    for (prefix, table) in [("EVID-", "evidence"), ("FIND-", "finding")] {
        let numbers: Vec<i64> =
            subjects.iter().filter_map(|subject| subject.name.strip_prefix(prefix)?.parse().ok()).collect();
        if numbers.is_empty() {
            continue;
        }
        let mut values = Args::new();
        let marks = values.push_all(numbers);
        let sql = format!(
            "SELECT x.number, r.product FROM {table} x JOIN release r ON r.id = x.release AND r.tx_to IS NULL \
             WHERE x.number IN ({marks})"
        );
        for row in &conn.fetch_all(sql, values).await? {
            found.insert(format!("{prefix}{}", row.get::<i64>("number")?), row.get("product")?);
        }
    }
    Ok(found)
}
