//! Values in and out, units of work, numbers, reading the past.

use std::io::{Read as _, Write as _};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;
use theriac_model::{Clock as _, Digest};
use theriac_store::testing::{TestClock, TestIds, TestStore};
use theriac_store::{
    Access, Act, Actor, Args, Location, Store, StoreError, args, as_of, current, on_both_engines,
};

fn act(action: &str) -> Act {
    Act::new(Actor::Person(7), "test", action)
}

async fn make_table(store: &TestStore, columns: &str) {
    let mut work = store.maintain().await.unwrap();
    work.execute(format!("CREATE TABLE thing ({columns})"), args![]).await.unwrap();
    work.commit().await.unwrap();
}

#[tokio::test]
async fn sqlite_is_durable_strict_and_keeps_foreign_keys() {
    let store = TestStore::sqlite().await;
    let mut write = store.write(act("look")).await.unwrap();
    for (pragma, expected) in [("synchronous", 2), ("foreign_keys", 1)] {
        let row = write.fetch_one(format!("PRAGMA {pragma}"), args![]).await.unwrap();
        assert_eq!(row.get::<i64>(pragma).unwrap(), expected, "{pragma}");
    }
    let row = write.fetch_one("PRAGMA journal_mode", args![]).await.unwrap();
    assert_eq!(row.get::<String>("journal_mode").unwrap(), "wal");
    let mut read = store.read().await.unwrap();
    let row = read.fetch_one("PRAGMA foreign_keys", args![]).await.unwrap();
    assert_eq!(row.get::<i64>("foreign_keys").unwrap(), 1);
    let tables =
        "SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite%'";
    let tables = read.fetch_all(tables, args![]).await.unwrap();
    assert!(tables.len() > 40, "{}", tables.len());
    for table in &tables {
        let name: String = table.get("name").unwrap();
        assert_eq!(table.get::<i64>("strict").unwrap(), 1, "{name}");
    }
}

on_both_engines!(a_text_with_the_character_nul_is_refused_before_any_engine_sees_it, |store| {
    make_table(&store, "words TEXT").await;
    let mut write = store.write(act("fill")).await.unwrap();
    let refused = write.execute("INSERT INTO thing (words) VALUES ($1)", args!["a\0b"]).await.unwrap_err();
    assert!(matches!(refused, StoreError::Nul), "{refused}");
    let mut read = store.read().await.unwrap();
    let refused = read.fetch_all("SELECT words FROM thing WHERE words = $1", args!["\0"]).await.unwrap_err();
    assert!(matches!(refused, StoreError::Nul), "{refused}");
});

on_both_engines!(values_and_their_absence_come_back_as_they_went_in, |store| {
    let bytes = match store.engine() {
        theriac_store::Engine::Sqlite => "BLOB",
        theriac_store::Engine::Postgres => "BYTEA",
    };
    make_table(&store, &format!("id BIGINT, words TEXT, number BIGINT, bytes {bytes}")).await;
    let digest = Digest::of(b"x");
    let day = jiff::civil::date(2026, 2, 28);
    let mut write = store.write(act("fill")).await.unwrap();
    let sql = "INSERT INTO thing (id, words, number, bytes) VALUES ($1, $2, $3, $4)";
    // The first statement binds only absent values: their types must be right from the start.
    write.execute(sql, args![1_i64, None::<String>, None::<i64>, None::<Vec<u8>>]).await.unwrap();
    write.execute(sql, args![2_i64, "ünï\u{1f600}", i64::MIN, vec![0_u8, 255, 10]]).await.unwrap();
    write.execute(sql, args![3_i64, digest, true, Vec::<u8>::new()]).await.unwrap();
    write.execute(sql, args![4_i64, day, write.now(), None::<&[u8]>]).await.unwrap();
    write.commit().await.unwrap();

    let mut read = store.read().await.unwrap();
    let rows = read.fetch_all("SELECT words, number, bytes FROM thing ORDER BY id", args![]).await.unwrap();
    assert_eq!(rows[0].get::<Option<String>>("words").unwrap(), None);
    assert_eq!(rows[0].get::<Option<i64>>("number").unwrap(), None);
    assert_eq!(rows[0].get::<Option<Vec<u8>>>("bytes").unwrap(), None);
    assert_eq!(rows[1].get::<String>("words").unwrap(), "ünï\u{1f600}");
    assert_eq!(rows[1].get::<i64>("number").unwrap(), i64::MIN);
    assert_eq!(rows[1].get::<Vec<u8>>("bytes").unwrap(), [0, 255, 10]);
    assert_eq!(rows[2].get::<Digest>("words").unwrap(), digest);
    assert!(rows[2].get::<bool>("number").unwrap());
    assert_eq!(rows[2].get::<Option<Vec<u8>>>("bytes").unwrap(), Some(Vec::new()));
    assert_eq!(rows[3].get::<jiff::civil::Date>("words").unwrap(), day);
    assert_eq!(rows[3].get::<Timestamp>("number").unwrap(), store.clock.now());
    let sums = read
        .fetch_one(
            "SELECT COUNT(*) AS n, CAST(SUM(id) AS BIGINT) AS total, MAX(words) AS most, \
             CASE WHEN COUNT(*) > 100 THEN 'many' END AS absent, COUNT(*) > 3 AS yes FROM thing",
            args![],
        )
        .await
        .unwrap();
    assert_eq!(sums.get::<i64>("n").unwrap(), 4);
    assert_eq!(sums.get::<i64>("total").unwrap(), 10);
    assert_eq!(sums.get::<String>("most").unwrap(), "ünï\u{1f600}");
    assert_eq!(sums.get::<Option<String>>("absent").unwrap(), None);
    assert!(sums.get::<bool>("yes").unwrap());
    let error = rows[0].get::<i64>("number").unwrap_err();
    assert_eq!(error.to_string(), "column number: a value is expected, it is NULL");
    assert!(matches!(rows[0].get::<i64>("no_such"), Err(StoreError::Column { .. })));
});

on_both_engines!(long_lists_are_bound_and_inserted, |store| {
    make_table(&store, "id BIGINT PRIMARY KEY, words TEXT").await;
    let mut write = store.write(act("fill")).await.unwrap();
    let rows = (0..1_234_i64).map(|n| args![n, (n % 2 == 0).then(|| n.to_string())]).collect();
    assert_eq!(write.insert_many("INSERT INTO thing (id, words)", "", rows).await.unwrap(), 1_234);
    let again = (1_230..1_240_i64).map(|n| args![n, "x"]).collect();
    let tail = "ON CONFLICT DO NOTHING";
    assert_eq!(write.insert_many("INSERT INTO thing (id, words)", tail, again).await.unwrap(), 6);
    write.commit().await.unwrap();

    let mut read = store.read().await.unwrap();
    let mut args = Args::new();
    let marks = args.push_all(0..300_i64);
    let found = read.fetch_all(format!("SELECT id FROM thing WHERE id IN ({marks})"), args).await.unwrap();
    assert_eq!(found.len(), 300);
    let mut none = Args::new();
    let marks = none.push_all(Vec::<i64>::new());
    assert!(
        read.fetch_all(format!("SELECT id FROM thing WHERE id IN ({marks})"), none).await.unwrap().is_empty()
    );
});

on_both_engines!(a_dropped_unit_of_work_leaves_nothing, |store| {
    let mut write = store.write(act("give up")).await.unwrap();
    assert_eq!(write.next_number("RISK").await.unwrap(), 1);
    drop(write);
    let mut write = store.write(act("stay")).await.unwrap();
    assert_eq!(write.next_number("RISK").await.unwrap(), 1);
    assert_eq!(write.next_number("REQ").await.unwrap(), 1);
    assert_eq!(write.commit().await.unwrap().seq, 1);
    let mut write = store.write(act("more")).await.unwrap();
    assert_eq!(write.next_number("RISK").await.unwrap(), 2);
    assert_eq!(write.commit().await.unwrap().seq, 2);
});

on_both_engines!(units_of_work_run_one_after_the_other, |store| {
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let store = (*store).clone();
            tokio::spawn(async move {
                let mut write = store.write(act("number")).await.unwrap();
                let number = write.next_number("RISK").await.unwrap();
                (write.commit().await.unwrap().seq, number)
            })
        })
        .collect();
    let mut seen = Vec::new();
    for task in tasks {
        seen.push(task.await.unwrap());
    }
    seen.sort_unstable();
    assert_eq!(seen, (1..=20).map(|n| (n, n)).collect::<Vec<_>>());
});

on_both_engines!(a_reader_keeps_its_snapshot_and_cannot_write, |store| {
    make_table(&store, "id BIGINT PRIMARY KEY").await;
    let mut before = store.read().await.unwrap();
    let mut write = store.write(act("fill")).await.unwrap();
    write.execute("INSERT INTO thing (id) VALUES ($1)", args![1_i64]).await.unwrap();
    write.commit().await.unwrap();
    assert!(before.fetch_all("SELECT id FROM thing", args![]).await.unwrap().is_empty());
    let mut after = store.read().await.unwrap();
    assert_eq!((before.seq(), after.seq()), (0, 1));
    assert_eq!(after.fetch_all("SELECT id FROM thing", args![]).await.unwrap().len(), 1);
    assert!(after.execute("DELETE FROM thing", args![]).await.is_err());
});

on_both_engines!(a_conflict_is_told_apart, |store| {
    make_table(&store, "id BIGINT PRIMARY KEY").await;
    let mut write = store.write(act("fill")).await.unwrap();
    write.execute("INSERT INTO thing (id) VALUES ($1)", args![1_i64]).await.unwrap();
    let error = write.execute("INSERT INTO thing (id) VALUES ($1)", args![1_i64]).await.unwrap_err();
    assert!(error.is_conflict(), "{error}");
});

on_both_engines!(past_versions_are_seen_as_they_were_known, |store| {
    make_table(&store, "name TEXT, tx_from BIGINT NOT NULL, tx_to BIGINT").await;
    for name in ["first", "second", "third"] {
        let mut write = store.write(act("rename")).await.unwrap();
        let tx = write.tx();
        write.execute("UPDATE thing SET tx_to = $1 WHERE tx_to IS NULL", args![tx]).await.unwrap();
        let sql = "INSERT INTO thing (name, tx_from) VALUES ($1, $2)";
        write.execute(sql, args![name, tx]).await.unwrap();
        let latest = format!("SELECT name FROM thing t WHERE {}", current("t"));
        let row = write.fetch_one(latest, args![]).await.unwrap();
        assert_eq!(row.get::<String>("name").unwrap(), name);
        write.commit().await.unwrap();
        store.clock.advance_days(1);
    }
    let mut read = store.read().await.unwrap();
    let sql = format!("SELECT name FROM thing t WHERE {}", as_of("t", "$1"));
    let zone = jiff::tz::TimeZone::get("Pacific/Auckland").unwrap();
    let now = store.clock.now();
    let mut seen = Vec::new();
    for day in 4..=8 {
        let day = jiff::civil::date(2026, 1, day);
        let seq = read.seq_at_end_of(day, &zone, now).await.unwrap();
        let rows = read.fetch_all(sql.clone(), args![seq]).await.unwrap();
        seen.push(rows.first().map(|row| row.get::<String>("name").unwrap()));
    }
    let names = [None, Some("first"), Some("second"), Some("third"), Some("third")];
    assert_eq!(seen, names.map(|name| name.map(str::to_owned)));
    let tomorrow = read.seq_at_end_of(jiff::civil::date(2026, 1, 9), &zone, now).await.unwrap_err();
    assert_eq!(tomorrow.to_string(), "2026-01-09 lies in the future; nothing is known for it yet");
});

on_both_engines!(the_time_of_the_log_never_runs_back, |store| {
    let first = store.write(act("one")).await.unwrap().commit().await.unwrap();
    store.clock.advance(-3600);
    let second = store.write(act("two")).await.unwrap().commit().await.unwrap();
    assert_eq!(second.at, first.at);
    store.clock.advance(7200);
    let third = store.refused(act("three"), "not allowed").await.unwrap();
    assert!(third.at > first.at);
    let mut read = store.read().await.unwrap();
    let row = read.fetch_one("SELECT entry FROM audit WHERE seq = $1", args![third.seq]).await.unwrap();
    let entry: serde_json::Value = row.get("entry").unwrap();
    assert_eq!(entry["refused"], json!("not allowed"));
    assert_eq!(entry["actor"], json!("person:7"));
});

on_both_engines!(one_process_writes_and_others_read, |store| {
    let error = store.open_again(Access::ReadWrite).await.unwrap_err();
    assert!(error.to_string().contains("stop it first"), "{error}");
    let reader = store.open_again(Access::ReadOnly).await.unwrap();
    store.write(act("beside")).await.unwrap().commit().await.unwrap();
    assert_eq!(reader.read().await.unwrap().seq(), 1);
    assert!(matches!(reader.write(act("no")).await, Err(StoreError::ReadOnly)));
});

/// A database server that answers the wish for TLS as PostgreSQL does when it speaks none.
fn server_without_tls() -> std::net::SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, mut wish) = (stream.unwrap(), [0; 8]);
            stream.read_exact(&mut wish).unwrap();
            assert_eq!(wish, [0, 0, 0, 8, 4, 210, 22, 47], "the request for TLS");
            stream.write_all(b"N").unwrap();
        }
    });
    address
}

#[tokio::test]
async fn a_server_without_tls_is_named_with_what_to_do() {
    let address = server_without_tls();
    for mode in ["require", "verify-full"] {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("postgres://theriac:secret@{address}/theriac?sslmode={mode}");
        let location = Location::Postgres { url, folder: folder.path().to_owned() };
        let (clock, ids) = (Arc::new(TestClock::default()), Arc::new(TestIds::default()));
        let refused = Store::open(location, Access::ReadWrite, clock, ids).await.unwrap_err();
        assert!(matches!(refused, StoreError::Tls { .. }), "{refused:?}");
        let words = refused.to_string();
        for said in [&address.to_string(), "does not support TLS", "ssl = on", "sslmode=disable"] {
            assert!(words.contains(said), "{said} in {words}");
        }
        assert!(!words.contains("secret"), "{words}");
    }
}

async fn open(location: Location, access: Access) -> Result<Store, StoreError> {
    let (clock, ids) = (Arc::new(TestClock::default()), Arc::new(TestIds::default()));
    Store::open(location, access, clock, ids).await
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_told_with_the_reason() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    for (address, reason) in
        [(closed, "Connection refused"), (silent.local_addr().unwrap(), "no answer within 5 s")]
    {
        let url = format!("postgres://theriac:secret@{address}/theriac");
        let location = Location::Postgres { url, folder: data.clone() };
        let words = open(location, Access::ReadWrite).await.unwrap_err().to_string();
        assert!(
            words.starts_with(&format!("cannot open the database postgres://{address}/theriac: ")),
            "{words}"
        );
        assert!(words.contains(reason), "{words}");
        assert!(!data.exists());
    }
}

on_both_engines!(what_the_database_refuses_is_told_without_its_statement, |store| {
    let mut read = store.read().await.unwrap();
    let error = read.execute("UPDATE chain_head SET seq = seq + 1", args![]).await.unwrap_err();
    let words = error.to_string();
    assert!(words.starts_with("the database refused: ") && !words.contains("chain_head"), "{words}");
    assert!(words.contains("read"), "{words}");
});

/// Rows on a server belong to one folder: others are refused before anything is laid into them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_on_a_server_have_one_folder() {
    let store = TestStore::postgres().await;
    let Location::Postgres { url, folder } = store.location().clone() else {
        unreachable!("it is PostgreSQL")
    };
    let keep = async |bytes: &'static [u8]| {
        let staged = store.stage_bytes(bytes).await.unwrap();
        let mut write = store.write(act("keep")).await.unwrap();
        write.keep(staged).await.unwrap();
        write.commit().await.unwrap();
        staged.digest
    };
    keep(b"first").await;
    let other = tempfile::tempdir().unwrap();
    let at = |name: &str| other.path().join(name);
    std::fs::create_dir_all(at("foreign")).unwrap();
    std::fs::write(at("foreign/installation"), "somebody else's\n").unwrap();
    let copied = std::process::Command::new("cp").arg("-r").args([&folder, &at("copy")]).status().unwrap();
    assert!(copied.success());
    store.clock.advance(1);
    let last = keep(b"second").await;
    for access in [Access::ReadWrite, Access::ReadOnly] {
        let refused = async |name: &str| {
            let location = Location::Postgres { url: url.clone(), folder: at(name) };
            open(location, access).await.unwrap_err().to_string()
        };
        let empty = refused("empty").await;
        assert!(empty.contains("it holds nothing of the installation in this database"), "{empty}");
        assert!(!at("empty").exists());
        let foreign = refused("foreign").await;
        assert!(foreign.contains("it is the folder of another installation"), "{foreign}");
        let copy = refused("copy").await;
        assert!(copy.contains(&format!("lacks the stored file {last}")), "{copy}");
    }
    // One from before folders were named.
    std::fs::remove_file(folder.join("installation")).unwrap();
    let store = store.reopen().await;
    assert!(folder.join("installation").exists());
    drop(store);
}

#[tokio::test]
async fn a_folder_is_of_the_installation_that_began_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::Sqlite { folder: folder.path().to_owned() };
    open(location.clone(), Access::ReadWrite).await.unwrap().close().await;
    for file in ["theriac.db", "theriac.db-wal", "theriac.db-shm"] {
        let _ = std::fs::remove_file(folder.path().join(file));
    }
    let error = open(location, Access::ReadWrite).await.unwrap_err();
    assert!(matches!(error, StoreError::OtherInstallation { .. }), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_data_folder_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("new/data");
    let store = open(Location::Sqlite { folder: data.clone() }, Access::ReadWrite).await.unwrap();
    let staged = store.stage_bytes(b"evidence").await.unwrap();
    let name = staged.digest.to_string();
    let blob = format!("blobs/{}/{name}.zst", &name[..2]);
    for (path, mode) in [
        ("", 0o700),
        ("theriac.db", 0o600),
        ("theriac.db-wal", 0o600),
        ("theriac.lock", 0o600),
        ("installation", 0o600),
        ("keys", 0o700),
        ("blobs", 0o700),
        ("blobs/tmp", 0o700),
        (&blob, 0o600),
    ] {
        let there = std::fs::metadata(data.join(path)).unwrap().permissions().mode() & 0o777;
        assert_eq!(there, mode, "{path}: {there:o}");
    }
    assert!(!theriac_store::is_open_to_others(&data));
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o755)).unwrap();
    assert!(theriac_store::is_open_to_others(&data));
}
