//! Lists of records: filtered, in three orders, page by key.

use jiff::Timestamp;
use jiff::civil::Date;
use theriac_model::Digest;

use super::links::{SUSPECT, link_from};
use super::projections::listed_fields;
use super::{HEAD, Listed, RECORD, listed};
use crate::{Args, Conn, StoreError};

/// Which records a list shows. What is `None` does not restrict.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The products that may be seen; `None` for all.
    pub products: Option<Vec<i64>>,
    /// Whether the organisation's own records may be seen.
    pub organisation: bool,
    /// Of this product, with those of its releases.
    pub product: Option<i64>,
    /// Of this release.
    pub release: Option<i64>,
    /// Of this kind.
    pub kind: Option<String>,
    /// In one of these states.
    pub state: Option<String>,
    /// Owned by this person.
    pub owner: Option<i64>,
    /// With a suspect link.
    pub suspect: bool,
    /// In review, and this person may approve it.
    pub to_approve: Option<Approver>,
    /// Words, folded; each must occur.
    pub words: Vec<String>,
}

/// Who approves, and what.
#[derive(Debug, Clone)]
pub struct Approver {
    /// The person, who approves nothing of their own.
    pub person: i64,
    /// What they may approve; together.
    pub may: Vec<MayApprove>,
}

/// Kinds, and where they may be approved.
#[derive(Debug, Clone)]
pub struct MayApprove {
    /// The ids of the kinds.
    pub kinds: Vec<&'static str>,
    /// The products; `None` for all.
    pub products: Option<Vec<i64>>,
    /// Whether the organisation's own records may be approved.
    pub organisation: bool,
}

/// In which order a list goes, and where its next page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum After {
    /// By kind and number.
    Number(Option<(String, i64)>),
    /// By the next date, those without one left out.
    Due(Option<(Date, i64)>),
    /// The latest change first.
    Changed(Option<(Timestamp, i64)>),
}

/// The statement behind [`list`], for the test that looks at its plan too.
#[must_use]
pub fn list_statement(filter: &Filter, after: &After, limit: u32) -> (String, Args) {
    let mut values = Args::new();
    let mut conditions = conditions(filter, &mut values);
    let order = match after {
        After::Number(from) => {
            if let Some((kind, number)) = from {
                let (kind, number) = (values.push(kind), values.push(*number));
                conditions.push(format!("(r.kind > {kind} OR (r.kind = {kind} AND r.number > {number}))"));
            }
            "r.kind, r.number"
        }
        After::Due(from) => {
            conditions.push("h.due IS NOT NULL".to_owned());
            if let Some((due, record)) = from {
                let (due, record) = (values.push(*due), values.push(*record));
                conditions.push(format!("(h.due > {due} OR (h.due = {due} AND h.record > {record}))"));
            }
            "h.due, h.record"
        }
        After::Changed(from) => {
            if let Some((at, record)) = from {
                let (at, record) = (values.push(*at), values.push(*record));
                conditions
                    .push(format!("(h.changed_at < {at} OR (h.changed_at = {at} AND h.record < {record}))"));
            }
            "h.changed_at DESC, h.record DESC"
        }
    };
    let limit = values.push(limit);
    let sql = format!(
        "SELECT {RECORD}, {HEAD}, (SELECT COUNT(*) FROM {} WHERE l.revision = h.latest AND {SUSPECT}) AS suspect \
         FROM record r JOIN record_head h ON h.record = r.id WHERE {} ORDER BY {order} LIMIT {limit}",
        link_from(),
        conditions.join(" AND ")
    );
    (sql, values)
}

/// Up to `limit` records.
///
/// # Errors
/// What the database says.
pub async fn list(
    conn: &mut Conn,
    filter: &Filter,
    after: &After,
    limit: u32,
) -> Result<Vec<Listed>, StoreError> {
    let (sql, values) = list_statement(filter, after, limit);
    let mut rows: Vec<Listed> =
        conn.fetch_all(sql, values).await?.iter().map(listed).collect::<Result<_, _>>()?;
    let latest: Vec<Digest> = rows.iter().filter_map(|row| row.head.latest).collect();
    let mut fields = listed_fields(conn, &latest).await?;
    for row in &mut rows {
        let found = row.head.latest.and_then(|revision| fields.remove(&revision));
        row.fields = found.unwrap_or_default();
    }
    Ok(rows)
}

/// How many records a list has.
///
/// # Errors
/// What the database says.
pub async fn count(conn: &mut Conn, filter: &Filter) -> Result<i64, StoreError> {
    let mut values = Args::new();
    let conditions = conditions(filter, &mut values).join(" AND ");
    let sql = format!(
        "SELECT COUNT(*) AS records FROM record r JOIN record_head h ON h.record = r.id WHERE {conditions}"
    );
    conn.fetch_one(sql, values).await?.get("records")
}

fn conditions(filter: &Filter, values: &mut Args) -> Vec<String> {
    let mut conditions = vec![placed(filter.products.as_deref(), filter.organisation, values)];
    if let Some(approver) = &filter.to_approve {
        conditions.push(to_approve(approver, values));
    }
    let mut equal = |column: &str, mark: String| conditions.push(format!("{column} = {mark}"));
    if let Some(product) = filter.product {
        equal("r.product", values.push(product));
    }
    if let Some(release) = filter.release {
        equal("r.release", values.push(release));
    }
    if let Some(kind) = &filter.kind {
        equal("r.kind", values.push(kind));
    }
    if let Some(state) = &filter.state {
        equal("h.state", values.push(state));
    }
    if let Some(owner) = filter.owner {
        equal("h.owner", values.push(owner));
    }
    if filter.suspect {
        let links = link_from();
        conditions.push(format!("EXISTS (SELECT 1 FROM {links} WHERE l.revision = h.latest AND {SUSPECT})"));
    }
    for word in filter.words.iter().take(10) {
        let mark = values.push(format!("%{}%", like(word)));
        conditions.push(format!("h.folded LIKE {mark} ESCAPE '!'"));
    }
    conditions
}

/// In review, written by others since it was last approved, of a kind and in a place where the person approves.
fn to_approve(approver: &Approver, values: &mut Args) -> String {
    if approver.may.is_empty() {
        return "1 = 0".to_owned();
    }
    let person = values.push(approver.person);
    let mut may = Vec::new();
    for one in &approver.may {
        let kinds = values.push_all(one.kinds.iter().copied());
        may.push(format!(
            "(r.kind IN ({kinds}) AND {})",
            placed(one.products.as_deref(), one.organisation, values)
        ));
    }
    format!(
        "h.state = 'in review' AND ({}) \
         AND NOT EXISTS (SELECT 1 FROM revision v WHERE v.record = h.record AND v.author = {person} AND v.number > \
         COALESCE((SELECT a.number FROM revision a WHERE a.digest = h.approved), 0)) \
         AND NOT EXISTS (SELECT 1 FROM revision_hand x JOIN revision v ON v.digest = x.revision WHERE x.record = h.record \
         AND x.person = {person} AND v.number > \
         COALESCE((SELECT a.number FROM revision a WHERE a.digest = h.approved), 0))",
        may.join(" OR ")
    )
}

/// Of these products, and the organisation's own.
fn placed(products: Option<&[i64]>, organisation: bool, values: &mut Args) -> String {
    match (products, organisation) {
        (None, true) => "1 = 1".to_owned(),
        (None, false) => "r.product IS NOT NULL".to_owned(),
        (Some(products), organisation) => {
            let marks = values.push_all(products.iter().copied());
            let own = if organisation { " OR r.product IS NULL" } else { "" };
            format!("(r.product IN ({marks}){own})")
        }
    }
}

/// What a user typed, without meaning to LIKE.
fn like(word: &str) -> String {
    word.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}
