//! Lists of findings: filtered, counted, page by key.

use jiff::Timestamp;
use theriac_model::Severity;

use super::assessments::{ACCEPTED, ASSESSMENT, Assessment, CONFIRMED, LATEST, SIGNED, assessment};
use super::{FINDING, Finding, finding, rank};
use crate::tables::containing;
use crate::{Args, Conn, Row, StoreError};

/// What a finding awaits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Awaits {
    /// A judgement, or a new one.
    Judgement,
    /// The signature of who judged.
    Signature,
    /// The signature that accepts the risk of a product that stays vulnerable.
    Acceptance,
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
    /// Of one of these releases.
    pub releases: Option<Vec<i64>>,
    /// This one.
    pub finding: Option<i64>,
    /// In one of the states that [`counts`] gives.
    pub state: Option<String>,
    /// Not resolved.
    pub open: bool,
    /// This severity.
    pub severity: Option<Severity>,
    /// What it awaits.
    pub awaits: Option<Awaits>,
    /// The meaning of the signature for the patient.
    pub clinical: &'static str,
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
    /// Its place in the order: what awaits a judgement, then what awaits a signature, other open ones, closed ones; in these
    /// by harm to patients, where serious harm comes first and what nobody has judged before what harms nobody, then by
    /// severity, then by score. The lowest comes first.
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
        signed("a.root", &[SIGNED, ACCEPTED])
    )
}

fn signed(assessment: &str, meanings: &[&str]) -> String {
    format!(
        "EXISTS (SELECT 1 FROM assessment_signature x JOIN signature s ON s.id = x.signature \
         WHERE x.assessment = {assessment} AND s.meaning IN ('{}'))",
        meanings.join("', '")
    )
}

fn awaits(what: Awaits, clinical: &str) -> String {
    let assessed = signed("a.root", &[SIGNED, ACCEPTED]);
    let holds = "v.resolved IS NULL AND a.id IS NOT NULL AND a.changed = '[]'";
    let accepts = "a.status = 'affected' AND a.decision <> 'fix'";
    match what {
        Awaits::Judgement => {
            "v.resolved IS NULL AND (a.id IS NULL OR a.changed <> '[]' OR a.status = 'under investigation')"
                .to_owned()
        }
        Awaits::Signature => format!("{holds} AND NOT ({accepts}) AND NOT {assessed}"),
        Awaits::Acceptance => format!("{holds} AND {accepts} AND NOT {assessed}"),
        Awaits::Clinical => {
            let asked = "(a.patient_safety_impact <> 'none' OR a.harm_before = 1)";
            format!("{holds} AND {asked} AND NOT {}", signed("a.root", &[clinical]))
        }
        Awaits::Confirmation => {
            format!("{holds} AND a.carried_from IS NOT NULL AND NOT {}", signed("a.id", &[CONFIRMED]))
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
    if let Some(releases) = &filter.releases {
        all.push(format!("f.release IN ({})", values.push_all(releases.iter().copied())));
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
    if let Some(what) = filter.awaits {
        all.push(format!("({})", awaits(what, filter.clinical)));
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
        let mark = values.push(containing(word));
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
fn place(clinical: &str) -> String {
    format!(
        "CAST(((CASE WHEN v.resolved IS NOT NULL THEN 3 WHEN {} THEN 0 WHEN ({} OR {} OR {} OR {}) THEN 1 ELSE 2 END * 10 \
         + CASE COALESCE(a.patient_safety_impact, '') WHEN 'serious' THEN 0 WHEN '' THEN 1 WHEN 'minor' THEN 2 ELSE 3 END) * 10 \
         + v.severity_rank) * 1000 + 100 - COALESCE(v.score, 0) AS BIGINT)",
        awaits(Awaits::Judgement, clinical),
        awaits(Awaits::Signature, clinical),
        awaits(Awaits::Acceptance, clinical),
        awaits(Awaits::Clinical, clinical),
        awaits(Awaits::Confirmation, clinical),
    )
}

/// The statement of [`list`]: for the test that looks at how the database goes about it.
#[must_use]
pub fn list_statement(filter: &Filter) -> (String, Args) {
    let mut values = Args::new();
    let mut conditions = conditions(filter, &mut values);
    let place = place(filter.clinical);
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

/// Findings: those that wait first, then worst for patients first, then worst first, then by age.
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
        "SELECT state, waits, COUNT(*) AS count FROM (SELECT {} AS state, {} AS waits FROM {LISTED_FROM} \
         LEFT JOIN assessment a ON {LATEST} WHERE {conditions}) x GROUP BY state, waits ORDER BY state, waits",
        state(),
        waits(filter.clinical)
    );
    (sql, values)
}

/// How many findings are in a state, and what the judgements of these wait for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// As [`Listed::state`].
    pub state: String,
    /// `signature`, `confirmation` or `clinical`, whichever comes first; empty for nothing.
    pub waits: String,
    /// How many.
    pub count: i64,
}

/// What a judgement waits for first.
fn waits(clinical: &str) -> String {
    format!(
        "CASE WHEN ({}) OR ({}) THEN 'signature' WHEN {} THEN 'confirmation' WHEN {} THEN 'clinical' ELSE '' END",
        awaits(Awaits::Signature, clinical),
        awaits(Awaits::Acceptance, clinical),
        awaits(Awaits::Confirmation, clinical),
        awaits(Awaits::Clinical, clinical),
    )
}

/// How many findings are in which state; the filter's state, page and limit are left out.
///
/// # Errors
/// What the database says.
pub async fn counts(conn: &mut Conn, filter: &Filter) -> Result<Vec<Counted>, StoreError> {
    let (sql, values) = counts_statement(filter);
    let rows = conn.fetch_all(sql, values).await?;
    let counted = |row: &Row| {
        Ok(Counted { state: row.get("state")?, waits: row.get("waits")?, count: row.get("count")? })
    };
    rows.iter().map(counted).collect()
}
