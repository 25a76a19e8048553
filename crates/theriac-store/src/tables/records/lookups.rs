//! What others ask of records, and records of evidence and people: one question, one query.

use super::unchanged;
use crate::tables::facts;
use crate::{Args, Conn, Row, StoreError, args};

/// Which of these evidence names (`EVID-3`) exist for a product, or for any where it is `None`; at most 1,000.
///
/// # Errors
/// What the database says.
pub async fn evidence_among(
    conn: &mut Conn,
    product: Option<i64>,
    names: &[String],
) -> Result<Vec<String>, StoreError> {
    let numbers = names.iter().filter_map(|name| name.strip_prefix("EVID-")?.parse::<i64>().ok());
    let mut values = Args::new();
    let marks = values.push_all(numbers.take(1000));
    let own = product.map_or_else(String::new, |product| {
        let mark = values.push(product);
        format!(" AND e.release IN (SELECT id FROM release WHERE product = {mark})")
    });
    let sql = format!(
        "SELECT e.number FROM evidence e WHERE e.number IN ({marks}){own} ORDER BY e.number LIMIT 1000"
    );
    let rows = conn.fetch_all(sql, values).await?;
    rows.iter().map(|row| Ok(format!("EVID-{}", row.get::<i64>("number")?))).collect()
}

/// The content of the approved record of a kind that is in force: the product's own before the organisation's, the newer
/// before the older.
///
/// # Errors
/// [`StoreError::RevisionChanged`], or what the database says.
pub async fn approved_content(
    conn: &mut Conn,
    kind: &str,
    product: Option<i64>,
) -> Result<Option<String>, StoreError> {
    let sql = "SELECT r.ref, r.kind, v.digest, v.number, v.kind_version, v.predecessor, v.content, v.links, v.attachments \
               FROM record r JOIN record_head h ON h.record = r.id JOIN revision v ON v.digest = h.approved \
               WHERE r.kind = $1 AND (r.product IS NULL OR r.product = $2) \
               ORDER BY CASE WHEN r.product IS NULL THEN 1 ELSE 0 END, r.number DESC LIMIT 1";
    let Some(row) = conn.fetch_optional(sql, args![kind, product]).await? else { return Ok(None) };
    unchanged(&row)?;
    row.get("content").map(Some)
}

/// A record in its latest revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    /// Its product.
    pub product: Option<i64>,
    /// Its number within the kind.
    pub number: i64,
    /// Its state.
    pub state: String,
    /// The version of the kind that its content was written for.
    pub kind_version: u32,
    /// Its content.
    pub content: String,
}

/// The records of a kind that these products have and that are neither retired nor withdrawn, in their latest revision, by number, at
/// most 10,000.
///
/// # Errors
/// [`StoreError::RevisionChanged`], or what the database says.
pub async fn present_of_kind(
    conn: &mut Conn,
    kind: &str,
    products: &[i64],
) -> Result<Vec<Present>, StoreError> {
    let mut values = args![kind];
    let marks = values.push_all(products.iter().take(1000).copied());
    let sql = format!(
        "SELECT r.product, r.number AS record_number, h.state, r.ref, r.kind, v.digest, v.number, v.kind_version, \
         v.predecessor, v.content, v.links, v.attachments FROM record r JOIN record_head h ON h.record = r.id JOIN revision v ON v.digest = h.latest \
         WHERE r.kind = $1 AND r.product IN ({marks}) AND h.state NOT IN ('retired', 'withdrawn') ORDER BY r.number LIMIT 10000"
    );
    let present = |row: &Row| {
        unchanged(row)?;
        Ok(Present {
            product: row.get("product")?,
            number: row.get("record_number")?,
            state: row.get("state")?,
            kind_version: row.get("kind_version")?,
            content: row.get("content")?,
        })
    };
    conn.fetch_all(sql, values).await?.iter().map(present).collect()
}

/// Who wrote what the manifests of a release's builds name, those left out that are disqualified, and whether an address
/// is nobody's.
///
/// # Errors
/// What the database says.
pub async fn developers_of(conn: &mut Conn, release: i64) -> Result<(Vec<i64>, bool), StoreError> {
    let sql = "SELECT DISTINCT p.person FROM evidence e JOIN manifest_author m ON m.evidence = e.id \
               LEFT JOIN person_address p ON p.address = m.address AND p.tx_to IS NULL \
               WHERE e.release = $1 \
               AND NOT EXISTS (SELECT 1 FROM disqualification d WHERE d.evidence = e.id) LIMIT 10000";
    let rows = conn.fetch_all(sql, args![release]).await?;
    let people = rows.iter().map(|row| row.get("person")).collect::<Result<Vec<Option<i64>>, _>>()?;
    let unknown = people.contains(&None) || goes_on_from_unknown(conn, release).await?;
    Ok((people.iter().flatten().copied().collect(), unknown))
}

/// Whether the history that a sound manifest of a release goes on from is not described to its beginning: nothing says who
/// wrote what was there before. Of a build the latest manifest counts.
async fn goes_on_from_unknown(conn: &mut Conn, release: i64) -> Result<bool, StoreError> {
    let sql = "SELECT r.product, m.predecessor FROM evidence e JOIN manifest m ON m.evidence = e.id \
               JOIN release r ON r.id = e.release AND r.tx_to IS NULL WHERE e.release = $1 AND m.predecessor IS NOT NULL \
               AND NOT EXISTS (SELECT 1 FROM disqualification d WHERE d.evidence = e.id) \
               AND NOT EXISTS (SELECT 1 FROM manifest n JOIN evidence g ON g.id = n.evidence WHERE g.build = e.build \
               AND g.number > e.number AND NOT EXISTS (SELECT 1 FROM disqualification d WHERE d.evidence = g.id)) LIMIT 10000";
    let rows = conn.fetch_all(sql, args![release]).await?;
    let Some(first) = rows.first() else { return Ok(false) };
    let described = facts::described(conn, first.get("product")?, i64::MAX).await?;
    for row in &rows {
        if !described.contains(&row.get::<String>("predecessor")?) {
            return Ok(true);
        }
    }
    Ok(false)
}
