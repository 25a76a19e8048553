//! The chain, its exports, and every way to tamper with them that we could think of.

use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::json;
use theriac_model::Digest;
use theriac_store::audit::{Anchors, Broken, NotVerified, PublicKey, Verified, verify_export};
use theriac_store::testing::TestStore;
use theriac_store::{Act, Actor, StoreError, args, on_both_engines};

async fn change(store: &TestStore, subject: &str) {
    let mut write = store.write(Act::new(Actor::Person(7), "web 192.0.2.1", "record submit")).await.unwrap();
    write.audit(subject, None, Some(Digest::of(subject.as_bytes())), json!({"title": "Ünïcode \"quoted\""}));
    write.audit("release:1", Some(Digest::of(b"a")), None, json!(null));
    write.commit().await.unwrap();
}

async fn export(store: &TestStore) -> String {
    let path = store.folder().join("audit.jsonl");
    store.export_audit(&path).await.unwrap();
    std::fs::read_to_string(path).unwrap()
}

fn anchor(store: &TestStore) -> PathBuf {
    store.folder().join("anchor.jsonl")
}

fn anchors(store: &TestStore) -> Anchors {
    Anchors::parse(&std::fs::read_to_string(anchor(store)).unwrap()).unwrap()
}

fn as_broken(error: NotVerified) -> Broken {
    match error {
        NotVerified::Broken(broken) => broken,
        NotVerified::Unread(error) => panic!("bytes in memory are read: {error}"),
    }
}

fn verify(text: &[u8]) -> Result<Verified, Broken> {
    verify_export(text, None, &Anchors::default()).map_err(as_broken)
}

async fn small(store: &TestStore) -> String {
    change(store, "RISK-1").await;
    store.checkpoint(None).await.unwrap();
    change(store, "RISK-2").await;
    store.refused(Act::new(Actor::Token(3), "api", "release decide"), "machines never sign").await.unwrap();
    export(store).await
}

on_both_engines!(an_export_verifies_and_says_how_far_it_is_vouched_for, |store| {
    change(&store, "RISK-1").await;
    let point = store.checkpoint(Some(&anchor(&store))).await.unwrap();
    assert_eq!(store.checkpoint(Some(&anchor(&store))).await.unwrap(), point);
    assert_eq!(std::fs::read_to_string(anchor(&store)).unwrap().lines().count(), 1);
    change(&store, "RISK-2").await;
    store.checkpoint(None).await.unwrap();
    change(&store, "RISK-3").await;

    let text = export(&store).await;
    let key = store.read().await.unwrap().audit_keys().await.unwrap()[0].0.clone();
    let verified = verify_export(text.as_bytes(), Some(&key), &anchors(&store)).unwrap();
    assert_eq!((verified.entries, verified.seq), (4, 3));
    assert_eq!(verified.key, Some(key));
    assert_eq!((verified.signed_to, verified.anchored_to), (Some(2), Some(1)));
    let live = store.verify_audit(&anchors(&store)).await.unwrap();
    assert_eq!(live, Verified { key: None, ..verified });
    // The chain can be followed with nothing but sha256sum.
    let lines: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("{\"entry\":")).collect();
    let cut = |line: &str| line[..line.rfind(",\"hash\"").unwrap()].to_owned();
    assert!(lines[2].contains(&format!("\"prev\":\"{}\"", Digest::of(cut(lines[1]).as_bytes()))));
});

on_both_engines!(a_reader_beside_the_server_exports_the_log, |store| {
    change(&store, "RISK-1").await;
    let reader = store.open_again(theriac_store::Access::ReadOnly).await.unwrap();
    let path = store.folder().join("copy.jsonl");
    reader.export_audit(&path).await.unwrap();
    assert_eq!(verify(&std::fs::read(path).unwrap()).unwrap().seq, 1);
});

on_both_engines!(a_long_log_is_exported_page_by_page, |store| {
    for _ in 0..501 {
        store.write(Act::system("tick")).await.unwrap().commit().await.unwrap();
    }
    assert_eq!(verify(export(&store).await.as_bytes()).unwrap().entries, 502);
    assert_eq!(store.verify_audit(&Anchors::default()).await.unwrap().entries, 502);
});

#[tokio::test]
async fn every_changed_byte_is_found() {
    let text = small(&TestStore::sqlite().await).await.into_bytes();
    verify(&text).unwrap();
    for place in 0..text.len() {
        for flip in [0x01, 0x20, 0x80] {
            let mut bad = text.clone();
            bad[place] ^= flip;
            assert!(verify(&bad).is_err(), "byte {place} ^ {flip:#x} was not found");
        }
    }
}

#[tokio::test]
async fn every_line_dropped_doubled_moved_or_cut_is_found() {
    let text = small(&TestStore::sqlite().await).await;
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for n in 0..lines.len() {
        let dropped = [&lines[..n], &lines[n + 1..]].concat().concat();
        assert!(verify(dropped.as_bytes()).is_err(), "line {n} dropped");
        let doubled = [&lines[..=n], &lines[n..]].concat().concat();
        assert!(verify(doubled.as_bytes()).is_err(), "line {n} doubled");
        for other in 0..n {
            let mut moved = lines.clone();
            moved.swap(n, other);
            assert!(verify(moved.concat().as_bytes()).is_err(), "lines {n} and {other} swapped");
        }
    }
    for length in 0..text.len() {
        assert!(verify(&text.as_bytes()[..length]).is_err(), "cut after {length} bytes");
    }
    assert!(verify(format!("{text}\n").as_bytes()).is_err(), "a line added");
}

#[tokio::test]
async fn the_first_bad_entry_is_named_with_the_reason() {
    let text = small(&TestStore::sqlite().await).await;
    let broken = verify(text.replacen("RISK-2", "RISK-3", 1).as_bytes()).unwrap_err();
    assert_eq!(broken.to_string(), "entry 2: its bytes do not have the hash that stands beside them");
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let gap = [&lines[..2], &lines[3..]].concat().concat();
    assert_eq!(verify(gap.as_bytes()).unwrap_err().place, "line 3", "the checkpoint speaks of what is gone");
    let gap = [&lines[..4], &lines[5..]].concat().concat();
    assert_eq!(verify(gap.as_bytes()).unwrap_err().to_string(), "entry 2: entry 3 stands in its place");
    let cut = lines[..lines.len() - 1].concat();
    let broken = verify(cut.as_bytes()).unwrap_err();
    assert!(broken.why.contains("signed last line is missing"), "{broken}");
}

#[tokio::test]
async fn an_edit_with_its_hash_made_to_fit_is_found_at_the_next_entry() {
    let text = small(&TestStore::sqlite().await).await;
    let line = text.lines().find(|line| line.contains("RISK-1")).unwrap();
    let entry = &line["{\"entry\":".len()..line.rfind(",\"hash\"").unwrap()];
    let edited = entry.replace("RISK-1", "RISK-9");
    let hash = Digest::of(edited.as_bytes());
    let bad = text.replace(line, &format!("{{\"entry\":{edited},\"hash\":\"{hash}\"}}"));
    let broken = verify(bad.as_bytes()).unwrap_err();
    assert_eq!(broken.to_string(), "line 4: it names another hash than the last entry before it has");
}

#[tokio::test]
async fn only_the_anchor_exposes_an_older_complete_export() {
    let store = TestStore::sqlite().await;
    let old = small(&store).await;
    change(&store, "RISK-4").await;
    store.checkpoint(Some(&anchor(&store))).await.unwrap();
    verify(old.as_bytes()).unwrap();
    let broken = verify_export(old.as_bytes(), None, &anchors(&store)).map_err(as_broken).unwrap_err();
    assert_eq!(broken.to_string(), "entry 4: it is missing: the anchor file vouches for entries up to 4");
}

#[tokio::test]
async fn a_log_made_by_another_installation_or_key_is_told_apart() {
    let (store, other) = (TestStore::sqlite().await, TestStore::sqlite().await);
    let text = small(&store).await;
    store.checkpoint(Some(&anchor(&store))).await.unwrap();
    let stranger: PublicKey =
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a".parse().unwrap();
    let broken =
        verify_export(text.as_bytes(), Some(&stranger), &anchors(&store)).map_err(as_broken).unwrap_err();
    assert!(broken.why.contains(", not by d75a98"), "{broken}");
    // Another history under the same genesis: both test stores draw the same ids.
    other.rotate_audit_key(Act::system("new key")).await.unwrap();
    let text = small(&other).await;
    let broken = verify_export(text.as_bytes(), None, &anchors(&store)).map_err(as_broken).unwrap_err();
    assert!(broken.why.contains("not the entry that was anchored"), "{broken}");
}

/// A write that a crash cut short is no tampering, and vouches for nothing; what follows begins on a line of its own.
#[tokio::test]
async fn an_anchor_that_was_cut_short_is_told_apart_from_one_that_was_changed() {
    let store = TestStore::sqlite().await;
    let path = anchor(&store);
    change(&store, "RISK-1").await;
    store.checkpoint(Some(&path)).await.unwrap();
    let first = std::fs::read_to_string(&path).unwrap();
    change(&store, "RISK-2").await;
    store.checkpoint(Some(&path)).await.unwrap();
    let both = std::fs::read_to_string(&path).unwrap();
    for end in first.len() + 1..both.len() - 1 {
        let read = Anchors::parse(&both[..end]).unwrap();
        assert_eq!(read.torn(), [2], "cut at {end}");
        assert_eq!(store.verify_audit(&read).await.unwrap().anchored_to, Some(1));
    }
    let whole = Anchors::parse(&both[..both.len() - 1]).unwrap();
    assert!(whole.torn().is_empty(), "only the end of the line is missing");
    assert_eq!(store.verify_audit(&whole).await.unwrap().anchored_to, Some(2));

    std::fs::write(&path, &both[..both.len() - 40]).unwrap();
    change(&store, "RISK-3").await;
    store.checkpoint(Some(&path)).await.unwrap();
    let read = anchors(&store);
    assert_eq!(read.torn(), [2]);
    assert_eq!(store.verify_audit(&read).await.unwrap().anchored_to, Some(3));

    let digit = |old: char| if old == '1' { "2" } else { "1" };
    let at = both.len() - 20;
    let mut changed = both.clone();
    changed.replace_range(at..=at, digit(both.as_bytes()[at].into()));
    for changed in [changed, format!("{first}x\n"), format!("{first}\n{first}"), format!("{first}{{}}\n")] {
        let broken = Anchors::parse(&changed).unwrap_err();
        assert_eq!(broken.place, "anchor file, line 2", "{broken}");
    }
}

on_both_engines!(after_rotation_both_keys_verify_and_the_new_one_signs, |store| {
    change(&store, "RISK-1").await;
    store.checkpoint(Some(&anchor(&store))).await.unwrap();
    let new = store.rotate_audit_key(Act::new(Actor::Person(1), "cli", "")).await.unwrap();
    change(&store, "RISK-2").await;
    store.checkpoint(Some(&anchor(&store))).await.unwrap();
    let text = export(&store).await;
    let verified = verify_export(text.as_bytes(), Some(&new), &anchors(&store)).unwrap();
    assert_eq!((verified.seq, verified.anchored_to), (3, Some(3)));
    let keys = store.read().await.unwrap().audit_keys().await.unwrap();
    assert_eq!(keys.iter().map(|(_, since)| *since).collect::<Vec<_>>(), [0, 2]);
    assert_eq!(keys[1].0, new);
});

#[cfg(unix)]
#[tokio::test]
async fn the_private_key_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let store = TestStore::sqlite().await;
    let file = std::fs::read_dir(store.folder().join("keys")).unwrap().next().unwrap().unwrap();
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::remove_file(file.path()).unwrap();
    let error = store.checkpoint(None).await.unwrap_err();
    assert!(
        error.to_string().contains("restore it from a backup, or make a new one: theriac audit rotate-key"),
        "{error}"
    );
}

on_both_engines!(tampering_with_the_live_database_is_found, |store| {
    small(&store).await;
    store.verify_audit(&Anchors::default()).await.unwrap();
    let tampers = [
        ("UPDATE audit SET entry = REPLACE(entry, 'RISK-2', 'RISK-5') WHERE seq = 2", "entry 2:"),
        ("UPDATE audit SET actor = 'person:8' WHERE seq = 1", "entry 1: the columns"),
        ("UPDATE audit SET at = at + 1 WHERE seq = 1", "entry 1: the columns"),
        ("UPDATE audit SET tx = 5 WHERE seq = 3", "entry 3: the columns"),
        ("DELETE FROM audit_subject WHERE subject = 'RISK-1'", "entry 1: the columns"),
        ("DELETE FROM audit WHERE seq = 3", "entry 3:"),
        ("UPDATE chain_head SET seq = 9", "entry 4: the head row"),
        ("UPDATE checkpoint SET line = REPLACE(line, '1', '2')", "checkpoint 1:"),
        ("UPDATE checkpoint SET seq = 2", "checkpoint 2:"),
        ("UPDATE checkpoint SET seq = 7", "entry 4: rows speak"),
    ];
    for (tamper, expected) in tampers {
        let mut work = store.maintain().await.unwrap();
        let kept = [
            "CREATE TABLE kept_audit AS SELECT * FROM audit",
            "CREATE TABLE kept_subject AS SELECT * FROM audit_subject",
            "CREATE TABLE kept_head AS SELECT * FROM chain_head",
            "CREATE TABLE kept_checkpoint AS SELECT * FROM checkpoint",
        ];
        for sql in kept {
            work.execute(sql, args![]).await.unwrap();
        }
        work.execute(tamper, args![]).await.unwrap();
        work.commit().await.unwrap();
        let error = store.verify_audit(&Anchors::default()).await.unwrap_err();
        assert!(matches!(error, StoreError::Audit(_)), "{tamper}: {error}");
        assert!(error.to_string().contains(expected), "{tamper}: {error}");
        let mut work = store.maintain().await.unwrap();
        for table in ["audit_subject", "checkpoint", "chain_head", "audit"] {
            work.execute(format!("DELETE FROM {table}"), args![]).await.unwrap();
        }
        for (table, kept) in [
            ("audit", "audit"),
            ("audit_subject", "subject"),
            ("chain_head", "head"),
            ("checkpoint", "checkpoint"),
        ] {
            work.execute(format!("INSERT INTO {table} SELECT * FROM kept_{kept}"), args![]).await.unwrap();
            work.execute(format!("DROP TABLE kept_{kept}"), args![]).await.unwrap();
        }
        work.commit().await.unwrap();
        store.verify_audit(&Anchors::default()).await.unwrap();
    }
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(verify(&bytes).is_err());
        let _ = Anchors::parse(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn details_of_any_shape_survive(text in "[^\\x00]{0,40}", number in any::<i64>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let store = TestStore::sqlite().await;
            let mut write = store.write(Act::system(text.clone())).await.unwrap();
            write.audit(text.clone(), None, None, json!({ text.clone(): [number, text, null, true] }));
            write.commit().await.unwrap();
            assert_eq!(verify(export(&store).await.as_bytes()).unwrap().seq, 1);
            store.verify_audit(&Anchors::default()).await.unwrap();
        });
    }
}
