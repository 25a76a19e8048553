//! Components of bills of materials, those that could not be matched, and what people say about the latter.

use theriac_model::Digest;

use super::{end_rows, text_list};
use crate::{Args, Conn, Row, StoreError, Write, args};

/// Most components that are read at once.
const ROWS_MAX: u32 = 1_000_000;

/// A component as its file describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// What names it in a release: its purl without qualifiers, else its CPE, else `name@version`.
    pub key: String,
    /// Its purl as written.
    pub purl: Option<String>,
    /// Its CPE as written.
    pub cpe: Option<String>,
    /// `library`, `application` …
    pub component_type: String,
    /// Group and name.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
    /// Who supplies it.
    pub supplier: Option<String>,
    /// Licence ids, names and expressions.
    pub licences: Vec<String>,
    /// `SHA-256 ab12…`.
    pub hashes: Vec<String>,
    /// The position of the component that holds it.
    pub parent: Option<i64>,
    /// Whether the product needs it itself, by the file's graph of dependencies.
    pub direct: bool,
    /// The position of the component through which the shortest way from the product leads; `None` for what the product
    /// needs itself, and for what the file's graph does not reach.
    pub via: Option<i64>,
}

/// What people say about a component that cannot be matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disposition {
    /// The row.
    pub row_id: i64,
    /// The component's key.
    pub component: String,
    /// The word for it.
    pub disposition: String,
    /// Why.
    pub reason: String,
    /// Who said so.
    pub person: i64,
    /// The row of the release that it was carried over from.
    pub carried_from: Option<i64>,
    /// When it was said.
    pub at: jiff::Timestamp,
}

/// A component that could not be matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmatched {
    /// The row.
    pub row_id: i64,
    /// The component's key.
    pub component: String,
    /// The word for the reason: `no-identity`, `no-version` …
    pub code: String,
    /// The reason.
    pub reason: String,
    /// What was said about it.
    pub disposition: Option<Disposition>,
}

/// A component as lists show it: once, however many bills of materials name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// What the first file says.
    pub component: Component,
    /// The number of that file's evidence.
    pub evidence: i64,
    /// Why it could not be matched: word and reason.
    pub unmatched: Option<(String, String)>,
    /// What was said about that.
    pub disposition: Option<Disposition>,
    /// Open findings.
    pub findings: i64,
    /// 0 unmatched, 1 unmatched and disposed of, 2 matched.
    pub rank: i64,
    /// The release.
    pub release: i64,
}

const COLUMNS: &str = "c.key, c.purl, c.cpe, c.component_type, c.name, c.version, c.supplier, c.licences, c.hashes, \
                       c.parent, c.direct, c.via";
const DISPOSITION: &str = "d.row_id AS d_row_id, d.component AS d_component, d.disposition, d.reason AS d_reason, \
                           d.person AS d_person, d.carried_from AS d_carried_from, d.at AS d_at";

fn component(row: &Row) -> Result<Component, StoreError> {
    Ok(Component {
        key: row.get("key")?,
        purl: row.get("purl")?,
        cpe: row.get("cpe")?,
        component_type: row.get("component_type")?,
        name: row.get("name")?,
        version: row.get("version")?,
        supplier: row.get("supplier")?,
        licences: text_list(row, "licences")?,
        hashes: text_list(row, "hashes")?,
        parent: row.get("parent")?,
        direct: row.get("direct")?,
        via: row.get("via")?,
    })
}

fn disposition(row: &Row) -> Result<Option<Disposition>, StoreError> {
    let Some(row_id) = row.get("d_row_id")? else { return Ok(None) };
    Ok(Some(Disposition {
        row_id,
        component: row.get("d_component")?,
        disposition: row.get("disposition")?,
        reason: row.get("d_reason")?,
        person: row.get("d_person")?,
        carried_from: row.get("d_carried_from")?,
        at: row.get("d_at")?,
    }))
}

/// Writes the components of a file.
///
/// # Errors
/// What the database says.
pub async fn add(conn: &mut Conn, evidence: i64, components: &[Component]) -> Result<(), StoreError> {
    let mut rows = Vec::with_capacity(components.len());
    for (position, row) in (0_i64..).zip(components) {
        rows.push(args![
            evidence,
            position,
            &row.key,
            row.purl.clone(),
            row.cpe.clone(),
            &row.component_type,
            &row.name,
            row.version.clone(),
            row.supplier.clone(),
            serde_json::to_string(&row.licences)?,
            serde_json::to_string(&row.hashes)?,
            row.parent,
            row.direct,
            row.via,
        ]);
    }
    let head = "INSERT INTO component (evidence, position, key, purl, cpe, component_type, name, version, supplier, \
                licences, hashes, parent, direct, via)";
    conn.insert_many(head, "", rows).await?;
    Ok(())
}

/// The components of a file, in its order.
///
/// # Errors
/// What the database says.
pub async fn of(conn: &mut Conn, evidence: i64) -> Result<Vec<Component>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM component c WHERE c.evidence = $1 ORDER BY c.position LIMIT $2");
    conn.fetch_all(sql, args![evidence, ROWS_MAX]).await?.iter().map(component).collect()
}

/// How many components a file has.
///
/// # Errors
/// What the database says.
pub async fn count_of(conn: &mut Conn, evidence: i64) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) AS count FROM component WHERE evidence = $1";
    conn.fetch_one(sql, args![evidence]).await?.get("count")
}

/// What identifies the components of these files, in no order: key, purl, version.
///
/// # Errors
/// What the database says.
pub async fn identities(
    conn: &mut Conn,
    files: &[i64],
) -> Result<Vec<(String, Option<String>, Option<String>)>, StoreError> {
    let mut values = Args::new();
    let marks = values.push_all(files.iter().take(10_000).copied());
    let sql = format!(
        "SELECT c.key, c.purl, c.version FROM component c WHERE c.evidence IN ({marks}) ORDER BY c.evidence, c.position LIMIT {ROWS_MAX}"
    );
    let rows = conn.fetch_all(sql, values).await?;
    rows.iter().map(|row| Ok((row.get("key")?, row.get("purl")?, row.get("version")?))).collect()
}

/// The numbers of the evidence among these files that names a component, ascending.
///
/// # Errors
/// What the database says.
pub async fn files_with(conn: &mut Conn, files: &[i64], key: &str) -> Result<Vec<i64>, StoreError> {
    let mut values = args![key];
    let marks = values.push_all(files.iter().take(10_000).copied());
    let sql = format!(
        "SELECT DISTINCT e.number FROM component c JOIN evidence e ON e.id = c.evidence \
         WHERE c.key = $1 AND c.evidence IN ({marks}) ORDER BY e.number LIMIT 1000"
    );
    conn.fetch_all(sql, values).await?.iter().map(|row| row.get("number")).collect()
}

/// The most components of a way that are read.
const WAY_MAX: u32 = 100;
/// The way without the component itself.
const STEPS_MAX: u32 = WAY_MAX - 1;

/// The shortest way from the product to a component, as the first of these files that knows one says: what the product
/// needs itself first, the component last. Empty where no file says how it comes in.
///
/// # Errors
/// What the database says.
pub async fn way_to(conn: &mut Conn, files: &[i64], key: &str) -> Result<Vec<String>, StoreError> {
    let mut values = args![key];
    let marks = values.push_all(files.iter().take(10_000).copied());
    let sql = format!(
        "WITH RECURSIVE way (evidence, via, key, steps) AS ( \
         SELECT x.evidence, x.via, x.key, 0 FROM (SELECT c.evidence, c.via, c.key FROM component c \
         WHERE c.key = $1 AND c.evidence IN ({marks}) AND (c.direct <> 0 OR c.via IS NOT NULL) \
         ORDER BY c.evidence, c.direct DESC, c.position LIMIT 1) x \
         UNION ALL SELECT c.evidence, c.via, c.key, way.steps + 1 FROM way \
         JOIN component c ON c.evidence = way.evidence AND c.position = way.via WHERE way.steps < {STEPS_MAX}) \
         SELECT key FROM way ORDER BY steps DESC LIMIT {WAY_MAX}"
    );
    conn.fetch_all(sql, values).await?.iter().map(|row| row.get("key")).collect()
}

/// In which order components are listed; between equals the key decides, then the release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Those that await a disposition first, then those disposed of.
    #[default]
    Awaiting,
    /// By key.
    Key,
    /// By key, the last first.
    KeyDown,
    /// Those with the most open findings first.
    Findings,
}

impl Order {
    /// What a row is sorted by before its key.
    #[must_use]
    pub const fn value(self, listed: &Listed) -> i64 {
        match self {
            Self::Awaiting => listed.rank,
            Self::Key | Self::KeyDown => 0,
            // The most first, so that every order ascends by this.
            Self::Findings => -listed.findings,
        }
    }

    /// The same in SQL; keys descend in [`Order::KeyDown`] only.
    const fn sql(self) -> &'static str {
        match self {
            Self::Awaiting => "x.place",
            // A bare number would name a column.
            Self::Key | Self::KeyDown => "(0 + 0)",
            Self::Findings => "-x.findings",
        }
    }

    const fn beyond(self) -> (&'static str, &'static str) {
        if matches!(self, Self::KeyDown) { ("<", "DESC") } else { (">", "ASC") }
    }
}

/// Which components a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of these files; a release lists a component once, however many of them name it.
    pub files: Vec<i64>,
    /// Only those that could not be matched (0 and 1), or the others (2).
    pub ranks: Option<Vec<i64>>,
    /// Words, each in key or name, in lower case.
    pub words: Vec<String>,
    /// Only those with open findings.
    pub with_findings: bool,
    /// Only those that these other files name as well (true), or do not name (false).
    pub named_by: Option<(Vec<i64>, bool)>,
    /// In which order.
    pub order: Order,
    /// [`Order::value`], key and release of the row before.
    pub after: Option<(i64, String, i64)>,
    /// How many.
    pub limit: u32,
}

/// Components as lists show them.
///
/// # Errors
/// What the database says.
pub async fn list(conn: &mut Conn, filter: &Filter) -> Result<Vec<Listed>, StoreError> {
    let mut values = Args::new();
    let files = values.push_all(filter.files.iter().take(10_000).copied());
    let conditions = conditions(filter, &mut values);
    let limit = values.push(filter.limit);
    let (value, (_, way)) = (filter.order.sql(), filter.order.beyond());
    let sql = format!(
        "SELECT * FROM (SELECT {COLUMNS}, {DISPOSITION}, e.number AS evidence_number, e.release AS of_release, u.code, \
         u.reason, (SELECT COUNT(*) FROM finding f JOIN finding_version v ON v.finding = f.id AND v.tx_to IS NULL \
          AND v.resolved IS NULL WHERE f.release = e.release AND f.component = c.key) AS findings, \
         CASE WHEN u.row_id IS NULL THEN 2 WHEN d.row_id IS NULL THEN 0 ELSE 1 END AS place \
         FROM component c JOIN evidence e ON e.id = c.evidence \
         LEFT JOIN unmatched u ON u.release = e.release AND u.component = c.key AND u.tx_to IS NULL \
         LEFT JOIN disposition d ON d.release = e.release AND d.component = c.key AND d.tx_to IS NULL \
         WHERE c.evidence IN ({files}) AND NOT EXISTS (SELECT 1 FROM component o JOIN evidence oe ON oe.id = o.evidence \
         WHERE o.key = c.key AND o.evidence IN ({files}) AND oe.release = e.release \
         AND (o.evidence < c.evidence OR (o.evidence = c.evidence AND o.position < c.position))) \
         ) x WHERE {} ORDER BY {value}, x.key {way}, x.of_release {way} LIMIT {limit}",
        conditions.join(" AND ")
    );
    conn.fetch_all(sql, values).await?.iter().map(listed).collect()
}

fn conditions(filter: &Filter, values: &mut Args) -> Vec<String> {
    let mut conditions = vec!["1 = 1".to_owned()];
    if let Some(ranks) = &filter.ranks {
        conditions.push(format!("x.place IN ({})", values.push_all(ranks.iter().copied())));
    }
    for word in filter.words.iter().take(10) {
        let mark = values.push(super::containing(word));
        conditions
            .push(format!("(LOWER(x.key) LIKE {mark} ESCAPE '!' OR LOWER(x.name) LIKE {mark} ESCAPE '!')"));
    }
    if filter.with_findings {
        conditions.push("x.findings > 0".to_owned());
    }
    if let Some((others, named)) = &filter.named_by {
        let marks = values.push_all(others.iter().take(10_000).copied());
        let not = if *named { "" } else { "NOT " };
        conditions.push(format!(
            "{not}EXISTS (SELECT 1 FROM component o WHERE o.key = x.key AND o.evidence IN ({marks}))"
        ));
    }
    if let Some((after, key, release)) = &filter.after {
        let (value, (beyond, _)) = (filter.order.sql(), filter.order.beyond());
        let (after, key, release) = (values.push(*after), values.push(key), values.push(*release));
        conditions.push(format!(
            "({value} > {after} OR ({value} = {after} AND (x.key {beyond} {key} \
             OR (x.key = {key} AND x.of_release {beyond} {release}))))"
        ));
    }
    conditions
}

fn listed(row: &Row) -> Result<Listed, StoreError> {
    let code: Option<String> = row.get("code")?;
    let reason: Option<String> = row.get("reason")?;
    Ok(Listed {
        component: component(row)?,
        evidence: row.get("evidence_number")?,
        unmatched: code.zip(reason),
        disposition: disposition(row)?,
        findings: row.get("findings")?,
        rank: row.get("place")?,
        release: row.get("of_release")?,
    })
}

/// How many different components these files name.
///
/// # Errors
/// What the database says.
pub async fn count(conn: &mut Conn, files: &[i64]) -> Result<i64, StoreError> {
    let mut values = Args::new();
    let marks = values.push_all(files.iter().take(10_000).copied());
    let sql = format!("SELECT COUNT(DISTINCT c.key) AS count FROM component c WHERE c.evidence IN ({marks})");
    conn.fetch_one(sql, values).await?.get("count")
}

/// The components of a release that could not be matched, by key, at most a million.
///
/// # Errors
/// What the database says.
pub async fn unmatched(conn: &mut Conn, release: i64) -> Result<Vec<Unmatched>, StoreError> {
    let sql = format!(
        "SELECT u.row_id, u.component, u.code, u.reason, {DISPOSITION} FROM unmatched u \
         LEFT JOIN disposition d ON d.release = u.release AND d.component = u.component AND d.tx_to IS NULL \
         WHERE u.release = $1 AND u.tx_to IS NULL ORDER BY u.component LIMIT {ROWS_MAX}"
    );
    let rows = conn.fetch_all(sql, args![release]).await?;
    let unmatched = |row: &Row| {
        Ok(Unmatched {
            row_id: row.get("row_id")?,
            component: row.get("component")?,
            code: row.get("code")?,
            reason: row.get("reason")?,
            disposition: disposition(row)?,
        })
    };
    rows.iter().map(unmatched).collect()
}

/// How many components of a release could not be matched, and how many of these await a disposition.
///
/// # Errors
/// What the database says.
pub async fn unmatched_counts(conn: &mut Conn, release: i64) -> Result<(i64, i64), StoreError> {
    let sql = "SELECT COUNT(*) AS all_of_them, COUNT(d.row_id) AS disposed FROM unmatched u \
               LEFT JOIN disposition d ON d.release = u.release AND d.component = u.component AND d.tx_to IS NULL \
               WHERE u.release = $1 AND u.tx_to IS NULL";
    let row = conn.fetch_one(sql, args![release]).await?;
    let (all, disposed): (i64, i64) = (row.get("all_of_them")?, row.get("disposed")?);
    Ok((all, all - disposed))
}

/// Ends what was said to be unmatched and says anew: component, word, reason.
///
/// # Errors
/// What the database says.
pub async fn change_unmatched(
    write: &mut Write,
    release: i64,
    ended: &[i64],
    begun: &[(String, String, String)],
) -> Result<(), StoreError> {
    end_rows(write, "unmatched", ended).await?;
    let mut rows = Vec::with_capacity(begun.len());
    for (component, code, reason) in begun {
        rows.push(args![write.id(), release, component, code, reason, write.tx()]);
    }
    let head = "INSERT INTO unmatched (row_id, release, component, code, reason, tx_from)";
    write.insert_many(head, "", rows).await?;
    Ok(())
}

/// Ends dispositions by row and adds others; their `row_id` is given by this function.
///
/// # Errors
/// What the database says.
pub async fn change_dispositions(
    write: &mut Write,
    release: i64,
    ended: &[i64],
    begun: &[Disposition],
) -> Result<(), StoreError> {
    end_rows(write, "disposition", ended).await?;
    let mut rows = Vec::with_capacity(begun.len());
    for row in begun {
        rows.push(args![
            write.id(),
            release,
            &row.component,
            &row.disposition,
            &row.reason,
            row.person,
            row.carried_from,
            row.at,
            write.tx(),
        ]);
    }
    let head = "INSERT INTO disposition (row_id, release, component, disposition, reason, person, carried_from, at, \
                tx_from)";
    write.insert_many(head, "", rows).await?;
    Ok(())
}

/// The dispositions in force in these releases, with the release, newest first, at most a million.
///
/// # Errors
/// What the database says.
pub async fn dispositions_of(
    conn: &mut Conn,
    releases: &[i64],
) -> Result<Vec<(i64, Disposition)>, StoreError> {
    let mut values = Args::new();
    let marks = values.push_all(releases.iter().take(1000).copied());
    let sql = format!(
        "SELECT d.release, {DISPOSITION} FROM disposition d WHERE d.release IN ({marks}) AND d.tx_to IS NULL \
         ORDER BY d.row_id DESC LIMIT {ROWS_MAX}"
    );
    let rows = conn.fetch_all(sql, values).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        if let Some(disposition) = disposition(row)? {
            found.push((row.get("release")?, disposition));
        }
    }
    Ok(found)
}

/// Names a list of unmatched components as it is now, so that a disposition of another list is refused.
#[must_use]
pub fn digest_of(unmatched: &[Unmatched]) -> Digest {
    let texts = unmatched.iter().flat_map(|row| {
        let said = row.disposition.as_ref().map_or("", |said| said.disposition.as_str());
        [row.component.as_bytes(), row.code.as_bytes(), said.as_bytes()]
    });
    Digest::of_parts(texts)
}
