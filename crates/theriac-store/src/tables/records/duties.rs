//! What the dates of approved records make people owe, by person and by day.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::{Args, Conn, Row, StoreError, args};

/// What a date field of a record makes somebody owe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateDuty {
    /// The date field.
    pub field: String,
    /// Who owes it.
    pub owner: i64,
    /// The day.
    pub due: Date,
}

/// The same with the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordDuty {
    /// What is owed.
    pub duty: DateDuty,
    /// The record's id: `DOC-3`.
    pub reference: String,
    /// Its kind.
    pub kind: String,
    /// Its product; `None` for the organisation's own.
    pub product: Option<i64>,
    /// Its release.
    pub release: Option<i64>,
}

/// Which duties are asked for. What is `None` does not restrict.
#[derive(Debug, Clone, Default)]
pub struct Owing {
    /// The products that may be seen; `None` for all.
    pub products: Option<Vec<i64>>,
    /// Whether the organisation's own records may be seen.
    pub organisation: bool,
    /// Of these people, at most 1,000.
    pub owners: Option<Vec<i64>>,
    /// Owed before this day.
    pub before: Option<Date>,
}

/// Writes what the dates of a record make people owe, instead of what was written before.
///
/// # Errors
/// What the database says.
pub async fn set_date_duties(conn: &mut Conn, record: i64, duties: &[DateDuty]) -> Result<(), StoreError> {
    conn.execute("DELETE FROM date_duty WHERE record = $1", args![record]).await?;
    for duty in duties {
        let sql = "INSERT INTO date_duty (record, field, owner, due) VALUES ($1, $2, $3, $4)";
        conn.execute(sql, args![record, &duty.field, duty.owner, duty.due]).await?;
    }
    Ok(())
}

/// What the dates of these records make people owe, by record and field; at most 1,000 records.
///
/// # Errors
/// What the database says.
pub async fn date_duties_of(
    conn: &mut Conn,
    records: &[i64],
) -> Result<BTreeMap<i64, Vec<DateDuty>>, StoreError> {
    let mut values = Args::new();
    let marks = values.push_all(records.iter().take(1000).copied());
    let sql = format!(
        "SELECT record, field, owner, due FROM date_duty WHERE record IN ({marks}) ORDER BY record, field"
    );
    let mut found: BTreeMap<i64, Vec<DateDuty>> = BTreeMap::new();
    for row in &conn.fetch_all(sql, values).await? {
        let duty = DateDuty { field: row.get("field")?, owner: row.get("owner")?, due: row.get("due")? };
        found.entry(row.get("record")?).or_default().push(duty);
    }
    Ok(found)
}

/// The statement behind [`date_duties`], for the test that looks at its plan too.
#[must_use]
pub fn date_duties_statement(owing: &Owing, limit: u32) -> (String, Args) {
    let mut values = Args::new();
    let mut conditions = Vec::new();
    if let Some(owners) = &owing.owners {
        let marks = values.push_all(owners.iter().take(1000).copied());
        conditions.push(format!("d.owner IN ({marks})"));
    }
    if let Some(day) = owing.before {
        conditions.push(format!("d.due < {}", values.push(day)));
    }
    let own = if owing.organisation { "r.product IS NULL" } else { "1 = 0" };
    conditions.push(match &owing.products {
        None if owing.organisation => "1 = 1".to_owned(),
        None => "r.product IS NOT NULL".to_owned(),
        Some(products) => {
            format!("({own} OR r.product IN ({}))", values.push_all(products.iter().copied()))
        }
    });
    let limit = values.push(limit);
    let sql = format!(
        "SELECT d.field, d.owner, d.due, r.ref, r.kind, r.product, r.release FROM date_duty d \
         JOIN record r ON r.id = d.record WHERE {} ORDER BY d.due, d.record, d.field LIMIT {limit}",
        conditions.join(" AND ")
    );
    (sql, values)
}

/// Up to `limit` duties, the soonest first.
///
/// # Errors
/// What the database says.
pub async fn date_duties(conn: &mut Conn, owing: &Owing, limit: u32) -> Result<Vec<RecordDuty>, StoreError> {
    let (sql, values) = date_duties_statement(owing, limit);
    let duty = |row: &Row| {
        Ok(RecordDuty {
            duty: DateDuty { field: row.get("field")?, owner: row.get("owner")?, due: row.get("due")? },
            reference: row.get("ref")?,
            kind: row.get("kind")?,
            product: row.get("product")?,
            release: row.get("release")?,
        })
    };
    conn.fetch_all(sql, values).await?.iter().map(duty).collect()
}
