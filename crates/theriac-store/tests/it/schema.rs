//! Migrations, and the two schemas compared.

use std::collections::BTreeSet;
use std::path::Path;

use theriac_store::testing::TestStore;
use theriac_store::{Access, Conn, StoreError, args, on_both_engines};

async fn edit(store: &TestStore, sql: &'static str) {
    let mut work = store.maintain().await.unwrap();
    work.execute(sql, args![]).await.unwrap();
    work.commit().await.unwrap();
}

on_both_engines!(a_changed_migration_is_refused, |store| {
    edit(&store, "UPDATE migration SET digest = REPLACE(digest, SUBSTR(digest, 1, 1), 'z') WHERE number = 1")
        .await;
    let error = store.open_again(Access::ReadOnly).await.unwrap_err();
    assert!(matches!(error, StoreError::Column { .. }), "{error}");
    let other = "UPDATE migration SET digest = '0000000000000000000000000000000000000000000000000000000000000000' \
                 WHERE number = 1";
    edit(&store, other).await;
    let error = store.open_again(Access::ReadOnly).await.unwrap_err();
    assert!(error.to_string().starts_with("migration 0001_engine is not the one"), "{error}");
});

on_both_engines!(a_newer_database_is_refused, |store| {
    let newer = "INSERT INTO migration (number, name, digest, at) VALUES (9999, 'future', \
                 '0000000000000000000000000000000000000000000000000000000000000000', 0)";
    edit(&store, newer).await;
    let error = store.open_again(Access::ReadOnly).await.unwrap_err();
    assert!(error.to_string().contains("migration 9999"), "{error}");
    assert!(error.to_string().contains("use a newer version"), "{error}");
});

on_both_engines!(an_older_database_is_not_read, |store| {
    edit(&store, "DELETE FROM migration WHERE number = (SELECT MAX(number) FROM migration)").await;
    let error = store.open_again(Access::ReadOnly).await.unwrap_err();
    assert!(matches!(error, StoreError::OlderDatabase { .. }), "{error}");
});

#[tokio::test]
async fn reading_where_nothing_is_says_so_and_creates_nothing() {
    use theriac_store::Location;
    let store = TestStore::sqlite().await;
    let folder = store.folder().join("empty");
    std::fs::create_dir(&folder).unwrap();
    let location = Location::Sqlite { folder: folder.clone() };
    let (clock, ids) = (store.clock.clone(), std::sync::Arc::new(theriac_store::testing::TestIds::default()));
    let error = theriac_store::Store::open(location, Access::ReadOnly, clock, ids).await.unwrap_err();
    assert!(error.to_string().contains("theriac init"), "{error}");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0);
}

#[tokio::test]
async fn an_odd_folder_name_is_no_trouble() {
    use theriac_store::Location;
    let outer = TestStore::sqlite().await;
    let folder = outer.folder().join("é ?#%41&mode=memory");
    let location = Location::Sqlite { folder: folder.clone() };
    let (clock, ids) = (outer.clock.clone(), std::sync::Arc::new(theriac_store::testing::TestIds::default()));
    let store = theriac_store::Store::open(location, Access::ReadWrite, clock, ids).await.unwrap();
    store.close().await;
    assert!(folder.join("theriac.db").exists());
}

/// Tables, columns, indexes and foreign keys, each as one line of text that is the same on both engines.
const SQLITE: &[&str] = &[
    "SELECT 'column ' || m.name || '.' || c.name || ' ' || CASE c.type WHEN 'INTEGER' THEN 'bigint' \
     WHEN 'TEXT' THEN 'text' WHEN 'BLOB' THEN 'bytea' ELSE c.type END || \
     CASE WHEN c.\"notnull\" = 1 THEN ' not null' ELSE '' END || \
     CASE WHEN c.dflt_value IS NULL THEN '' ELSE ' default' END AS line \
     FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'",
    "SELECT 'index ' || m.name || CASE WHEN i.\"unique\" = 1 THEN ' unique' ELSE '' END || \
     CASE WHEN i.partial = 1 THEN ' partial' ELSE '' END || ' (' || \
     (SELECT GROUP_CONCAT(x.name, ',') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno) x) || ')' \
     AS line FROM sqlite_master m JOIN pragma_index_list(m.name) i WHERE m.type = 'table'",
    "SELECT 'index ' || m.name || ' unique (' || c.name || ')' AS line \
     FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.pk = 1 AND c.type = 'INTEGER' \
     AND NOT EXISTS (SELECT 1 FROM pragma_index_list(m.name) i WHERE i.origin = 'pk')",
    "SELECT 'reference ' || m.name || '.' || f.\"from\" || ' to ' || f.\"table\" || '.' || f.\"to\" || ' ' || \
     f.on_delete AS line FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'",
];
const POSTGRES: &[&str] = &[
    "SELECT CAST('column ' || c.relname || '.' || a.attname || ' ' || FORMAT_TYPE(a.atttypid, a.atttypmod) || \
     CASE WHEN a.attnotnull THEN ' not null' ELSE '' END || CASE WHEN a.atthasdef THEN ' default' ELSE '' END \
     AS TEXT) AS line FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 \
     AND NOT a.attisdropped WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace",
    "SELECT CAST('index ' || c.relname || CASE WHEN i.indisunique THEN ' unique' ELSE '' END || \
     CASE WHEN i.indpred IS NULL THEN '' ELSE ' partial' END || ' (' || \
     (SELECT STRING_AGG(a.attname, ',' ORDER BY k.n) FROM UNNEST(i.indkey) WITH ORDINALITY k(attnum, n) \
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum) || ')' AS TEXT) AS line \
     FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid \
     WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace",
    "SELECT CAST('reference ' || c.relname || '.' || a.attname || ' to ' || f.relname || '.' || b.attname || ' ' || \
     CASE k.confdeltype WHEN 'a' THEN 'NO ACTION' WHEN 'c' THEN 'CASCADE' WHEN 'r' THEN 'RESTRICT' \
     WHEN 'n' THEN 'SET NULL' ELSE 'SET DEFAULT' END AS TEXT) AS line FROM pg_constraint k \
     JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class f ON f.oid = k.confrelid \
     JOIN UNNEST(k.conkey, k.confkey) AS p(x, y) ON TRUE \
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.x \
     JOIN pg_attribute b ON b.attrelid = f.oid AND b.attnum = p.y WHERE k.contype = 'f'",
];

async fn schema(conn: &mut Conn, queries: &[&'static str]) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    for query in queries {
        for row in conn.fetch_all(*query, args![]).await.unwrap() {
            lines.insert(row.get::<String>("line").unwrap());
        }
    }
    lines
}

#[tokio::test(flavor = "multi_thread")]
async fn both_engines_have_the_same_schema() {
    let (sqlite, postgres) = (TestStore::sqlite().await, TestStore::postgres().await);
    let sqlite = schema(&mut sqlite.read().await.unwrap(), SQLITE).await;
    let postgres = schema(&mut postgres.read().await.unwrap(), POSTGRES).await;
    assert!(sqlite.contains("column audit.seq bigint not null"), "{sqlite:#?}");
    assert!(sqlite.contains("index audit unique (seq)"), "{sqlite:#?}");
    assert!(sqlite.contains("index job partial (due,id)"), "{sqlite:#?}");
    assert!(sqlite.contains("reference audit_subject.seq to audit.seq NO ACTION"), "{sqlite:#?}");
    let differences: Vec<_> = sqlite.symmetric_difference(&postgres).collect();
    assert!(differences.is_empty(), "only one engine has {differences:#?}");
}

/// The statements in a source file: string literals that begin with a verb of SQL and hold nothing to be filled in.
fn statements(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(start) = rest.find('"') {
        rest = &rest[start + 1..];
        let mut text = String::new();
        let mut letters = rest.char_indices();
        let mut end = rest.len();
        while let Some((place, letter)) = letters.next() {
            match letter {
                '"' => {
                    end = place + 1;
                    break;
                }
                '\\' => match letters.next() {
                    // A line that goes on: what leads the next one is not part of it.
                    Some((_, '\n')) => {
                        let after = letters.as_str();
                        let skip = after.len() - after.trim_start().len();
                        letters = {
                            let offset = rest.len() - after.len() + skip;
                            let mut again = rest.char_indices();
                            while again.as_str().len() > rest.len() - offset {
                                again.next();
                            }
                            again
                        };
                    }
                    Some((_, other)) => text.push(other),
                    None => break,
                },
                other => text.push(other),
            }
        }
        rest = &rest[end..];
        let verb =
            ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH "].iter().any(|verb| text.starts_with(verb));
        let complete = !text.contains('{')
            && (!text.starts_with("INSERT ") || text.contains(" VALUES ") || text.contains(" SELECT "));
        if verb && complete {
            found.push(text);
        }
    }
    found
}

fn sources(folder: &Path, out: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.extend(statements(&std::fs::read_to_string(path).unwrap()));
        }
    }
}

/// Engine-only statements are told by the catalogues and functions they name, and by locks of rows.
fn is_for(sql: &str, engine: theriac_store::Engine) -> bool {
    match engine {
        theriac_store::Engine::Sqlite => !sql.contains("pg_") && !sql.ends_with(" FOR NO KEY UPDATE"),
        theriac_store::Engine::Postgres => !sql.contains("sqlite_"),
    }
}

on_both_engines!(every_statement_in_the_source_is_accepted, |store| {
    let mut all = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
    assert!(
        all.iter()
            .any(|sql| sql.starts_with("INSERT INTO counter (prefix, last) VALUES ($1, 1) ON CONFLICT"))
    );
    assert!(all.len() > 30, "only {} statements were found", all.len());
    for sql in all.into_iter().filter(|sql| is_for(sql, store.engine())) {
        let mut work = store.maintain().await.unwrap();
        work.prepare(sql).await.unwrap_or_else(|error| panic!("{error}"));
    }
});
