//! What the build manifests of a product say of its history: which commit went on from which, what changed, and who wrote it.
//!
//! The manifest of one build is in [`super::evidence`].

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use theriac_model::Digest;

use super::evidence::ROWS_MAX;
use crate::{Args, Conn, Row, StoreError, args};

/// A build manifest as a step of a product's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryStep {
    /// The evidence.
    pub evidence: i64,
    /// The commit of the build.
    pub commit: String,
    /// The commit of the build before.
    pub predecessor: Option<String>,
    /// When the manifest was made; when it was handed in, where that is not said or was earlier.
    pub made_at: Timestamp,
    /// Whether nobody has disqualified it.
    pub sound: bool,
}

/// The build manifests of a product, oldest first, at most 10,000.
///
/// # Errors
/// What the database says.
pub async fn manifests_of(conn: &mut Conn, product: i64) -> Result<Vec<HistoryStep>, StoreError> {
    let sql = "SELECT m.evidence, m.commit_id, m.predecessor, CASE WHEN e.performed_at < e.recorded_at THEN e.performed_at \
               ELSE e.recorded_at END AS made_at, \
               CASE WHEN EXISTS (SELECT 1 FROM disqualification d WHERE d.evidence = e.id) THEN 0 ELSE 1 END AS sound \
               FROM manifest m JOIN evidence e ON e.id = m.evidence \
               JOIN release r ON r.id = e.release AND r.tx_to IS NULL WHERE r.product = $1 \
               ORDER BY m.evidence LIMIT 10000";
    let step = |row: &Row| {
        Ok(HistoryStep {
            evidence: row.get("evidence")?,
            commit: row.get("commit_id")?,
            predecessor: row.get("predecessor")?,
            made_at: row.get("made_at")?,
            sound: row.get("sound")?,
        })
    };
    conn.fetch_all(sql, args![product]).await?.iter().map(step).collect()
}

/// When the first build of each commit was added to a product: commit and moment, at most a million.
///
/// # Errors
/// What the database says.
pub async fn builds_added(conn: &mut Conn, product: i64) -> Result<Vec<(String, Timestamp)>, StoreError> {
    let sql = format!(
        "SELECT b.commit_id, MIN(w.at) AS first_at FROM build b JOIN release r ON r.id = b.release AND r.tx_to IS NULL \
         JOIN audit w ON w.tx = b.tx_from WHERE r.product = $1 GROUP BY b.commit_id LIMIT {ROWS_MAX}"
    );
    let rows = conn.fetch_all(sql, args![product]).await?;
    rows.iter().map(|row| Ok((row.get("commit_id")?, row.get("first_at")?))).collect()
}

/// Who wrote what some manifests describe: manifest and person, each whose address it ever was, and `None` for one that is
/// nobody's now.
///
/// # Errors
/// What the database says.
pub async fn writers_of(
    conn: &mut Conn,
    manifests: &[i64],
) -> Result<BTreeSet<(i64, Option<i64>)>, StoreError> {
    let (mut people, mut held) = (BTreeSet::new(), BTreeMap::new());
    for some in manifests.chunks(1000) {
        let mut values = Args::new();
        let marks = values.push_all(some.iter().copied());
        let sql = format!(
            "SELECT m.evidence, m.address, p.person, CASE WHEN p.person IS NOT NULL AND p.tx_to IS NULL THEN 1 ELSE 0 END \
             AS holds FROM manifest_author m LEFT JOIN person_address p ON p.address = m.address \
             WHERE m.evidence IN ({marks}) LIMIT {ROWS_MAX}"
        );
        for row in &conn.fetch_all(sql, values).await? {
            let evidence: i64 = row.get("evidence")?;
            people.extend(row.get::<Option<i64>>("person")?.map(|person| (evidence, Some(person))));
            *held.entry((evidence, row.get::<Digest>("address")?)).or_insert(false) |=
                row.get::<bool>("holds")?;
        }
    }
    people.extend(held.into_iter().filter(|(_, held)| !held).map(|((evidence, _), _)| (evidence, None)));
    Ok(people)
}

/// What these manifests list in, at or above some paths, in no order: manifest, path, tree. The folders above a path
/// come with one entry below them, where the manifest has one.
///
/// # Errors
/// What the database says.
pub async fn changes_around(
    conn: &mut Conn,
    manifests: &[i64],
    paths: &[String],
) -> Result<Vec<(i64, String, Option<String>)>, StoreError> {
    let (mut found, mut below) = (Vec::new(), BTreeSet::new());
    let mut chunks = Vec::new();
    for some in manifests.chunks(1000) {
        chunks.extend(paths.chunks(100).map(|paths| (some, paths)));
    }
    for (manifests, paths) in chunks {
        let mut values = Args::new();
        let marks = values.push_all(manifests.iter().copied());
        let above: Vec<&str> = paths.iter().flat_map(|path| folders(path)).collect();
        let above = values.push_all(above);
        let mut around = vec![format!("p.path IN ({above})")];
        for path in paths {
            let exact = values.push(path);
            let below = values.push(format!("{}/%", super::escaped(path)));
            around.push(format!("p.path = {exact} OR p.path LIKE {below} ESCAPE '!'"));
        }
        let sql = format!(
            "SELECT p.evidence, p.path, p.tree, CASE WHEN p.path IN ({above}) THEN (SELECT MIN(o.path) FROM \
             manifest_path o WHERE o.evidence = p.evidence AND SUBSTR(o.path, 1, LENGTH(p.path) + 1) = p.path || '/') END \
             AS below FROM manifest_path p WHERE p.evidence IN ({marks}) AND ({}) ORDER BY p.evidence, p.position \
             LIMIT {ROWS_MAX}",
            around.join(" OR ")
        );
        for row in &conn.fetch_all(sql, values).await? {
            let evidence: i64 = row.get("evidence")?;
            found.push((evidence, row.get("path")?, row.get("tree")?));
            below.extend(row.get::<Option<String>>("below")?.map(|path| (evidence, path)));
        }
    }
    for (evidence, path, _) in &found {
        below.remove(&(*evidence, String::clone(path)));
    }
    found.extend(below.into_iter().map(|(evidence, path)| (evidence, path, None)));
    Ok(found)
}

/// The folders that a path lies in.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(end, _)| &path[..end])
}
