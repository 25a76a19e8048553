//! The numbered list of migrations and how a database is brought up to it.
//!
//! To add one: a file `migrations/NNNN_name.sql` and a line at the end of [`LIST`]. One text serves both engines,
//! with the tokens `{INT}`, `{TEXT}`, `{BLOB}` and `{STRICT}`. A migration that has been released is never changed.

use theriac_model::Digest;

use crate::{Conn, Engine, StoreError, args};

pub(crate) struct Migration {
    number: i64,
    name: &'static str,
    sql: &'static str,
}

const fn migration(number: i64, name: &'static str, sql: &'static str) -> Migration {
    Migration { number, name, sql }
}

/// Every migration, in the order in which they run.
pub(crate) const LIST: &[Migration] = &[
    migration(1, "engine", include_str!("../migrations/0001_engine.sql")),
    migration(100, "domain", include_str!("../migrations/0100_domain.sql")),
    migration(101, "finding_opened", include_str!("../migrations/0101_finding_opened.sql")),
    migration(120, "date_duty", include_str!("../migrations/0120_date_duty.sql")),
    migration(121, "stored_verdict", include_str!("../migrations/0121_stored_verdict.sql")),
    migration(130, "component_via", include_str!("../migrations/0130_component_via.sql")),
    migration(131, "signature_comment", include_str!("../migrations/0131_signature_comment.sql")),
    migration(132, "artefact_signature", include_str!("../migrations/0132_artefact_signature.sql")),
    migration(133, "verdict_findings", include_str!("../migrations/0133_verdict_findings.sql")),
    migration(134, "decision_release", include_str!("../migrations/0134_decision_release.sql")),
    migration(140, "separation", include_str!("../migrations/0140_separation.sql")),
];

impl Migration {
    fn text(&self, engine: Engine) -> String {
        let tokens = match engine {
            Engine::Sqlite => {
                [("{INT}", "INTEGER"), ("{TEXT}", "TEXT"), ("{BLOB}", "BLOB"), ("{STRICT}", "STRICT")]
            }
            // The "C" collation orders text by its bytes, as SQLite does.
            Engine::Postgres => {
                [("{INT}", "BIGINT"), ("{TEXT}", "TEXT COLLATE \"C\""), ("{BLOB}", "BYTEA"), ("{STRICT}", "")]
            }
        };
        tokens.iter().fold(self.sql.to_owned(), |text, (token, word)| text.replace(token, word))
    }

    fn digest(&self) -> Digest {
        Digest::of(self.sql.as_bytes())
    }
}

/// Runs the migrations of `list` that the database lacks, inside the caller's transaction.
pub(crate) async fn migrate(
    conn: &mut Conn,
    list: &[Migration],
    now: jiff::Timestamp,
) -> Result<(), StoreError> {
    let create = "CREATE TABLE IF NOT EXISTS migration (number {INT} NOT NULL PRIMARY KEY, name {TEXT} NOT NULL, \
                  digest {TEXT} NOT NULL, at {INT} NOT NULL) {STRICT}";
    let create = migration(0, "migration", create).text(conn.engine());
    conn.script(create).await?;
    for migration in &list[applied(conn, list).await?..] {
        conn.script(migration.text(conn.engine())).await?;
        conn.execute(
            "INSERT INTO migration (number, name, digest, at) VALUES ($1, $2, $3, $4)",
            args![migration.number, migration.name, migration.digest(), now],
        )
        .await?;
    }
    Ok(())
}

/// Checks that the database stands exactly at the end of `list`.
pub(crate) async fn check(conn: &mut Conn, list: &[Migration]) -> Result<(), StoreError> {
    let done = applied(conn, list).await?;
    if done < list.len() {
        let number = |migration: Option<&Migration>| migration.map_or(0, |migration| migration.number);
        let found = number(list[..done].last());
        return Err(StoreError::OlderDatabase { found, known: number(list.last()) });
    }
    Ok(())
}

/// How many migrations of `list` the database has; they must be its beginning, unchanged.
async fn applied(conn: &mut Conn, list: &[Migration]) -> Result<usize, StoreError> {
    let rows = conn.fetch_all("SELECT number, name, digest FROM migration ORDER BY number", args![]).await?;
    for (index, row) in rows.iter().enumerate() {
        let found: i64 = row.get("number")?;
        let Some(migration) = list.get(index) else {
            let known = list.last().map_or(0, |last| last.number);
            return Err(StoreError::NewerDatabase { found, known });
        };
        if migration.number != found || migration.digest() != row.get::<Digest>("digest")? {
            let name = format!("{found:04}_{}", row.get::<String>("name")?);
            return Err(StoreError::ChangedMigration { name });
        }
    }
    Ok(rows.len())
}

/// Whether this is a database of ours at all.
pub(crate) async fn exists(conn: &mut Conn) -> Result<bool, StoreError> {
    let sql = match conn.engine() {
        Engine::Sqlite => "SELECT 1 AS x FROM sqlite_master WHERE type = 'table' AND name = 'chain_head'",
        Engine::Postgres => {
            "SELECT 1 AS x FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'chain_head'"
        }
    };
    Ok(conn.fetch_optional(sql, args![]).await?.is_some())
}
