//! Bytes by digest, and idempotency keys.

use std::io::{self, Read};

use jiff::SignedDuration;
use theriac_model::Digest;
use theriac_store::blobs::{LARGEST, Staged};
use theriac_store::testing::TestStore;
use theriac_store::{Act, Actor, Earlier, StoreError, on_both_engines};

async fn keep(store: &TestStore, staged: Staged) {
    let mut write = store.write(Act::system("keep")).await.unwrap();
    write.keep(staged).await.unwrap();
    write.commit().await.unwrap();
}

fn files(store: &TestStore) -> Vec<String> {
    let mut found = Vec::new();
    for folder in std::fs::read_dir(store.folder().join("blobs")).unwrap() {
        for file in std::fs::read_dir(folder.unwrap().path()).unwrap() {
            found.push(file.unwrap().file_name().into_string().unwrap());
        }
    }
    found
}

/// Input that fails after some bytes.
struct Failing(u32);

impl Read for Failing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0 -= 1;
        if self.0 == 0 { Err(io::Error::other("the line went dead")) } else { Ok(buffer.len()) }
    }
}

on_both_engines!(kept_bytes_come_back_and_are_stored_once, |store| {
    let bytes = b"<bom/>".repeat(1000);
    let staged = store.stage_bytes(bytes.clone()).await.unwrap();
    assert_eq!(staged, Staged { digest: Digest::of(&bytes), size: 6000 });
    assert_eq!(store.read().await.unwrap().blob_size(staged.digest).await.unwrap(), None);
    keep(&store, staged).await;
    assert_eq!(store.read().await.unwrap().blob_size(staged.digest).await.unwrap(), Some(6000));
    assert_eq!(store.blob(staged.digest).await.unwrap(), bytes);
    let again = store.stage_bytes(bytes).await.unwrap();
    keep(&store, again).await;
    assert_eq!(files(&store), [format!("{}.zst", staged.digest)]);
    let empty = store.stage_bytes(Vec::new()).await.unwrap();
    keep(&store, empty).await;
    assert_eq!(store.blob(empty.digest).await.unwrap(), b"");
    assert_eq!(store.read().await.unwrap().blobs_after(None, 10).await.unwrap().len(), 2);
});

on_both_engines!(input_that_is_too_large_or_breaks_off_leaves_nothing, |store| {
    let error = store.stage(io::repeat(b'x'), 1_000_000).await.unwrap_err();
    assert!(error.to_string().contains("larger than 1000000 bytes"), "{error}");
    let error = store.stage(io::repeat(b'x'), u64::MAX).await.unwrap_err();
    assert!(matches!(error, StoreError::TooLarge { limit: LARGEST }));
    let error = store.stage(Failing(3), LARGEST).await.unwrap_err();
    assert!(error.to_string().contains("the line went dead"), "{error}");
    assert_eq!(files(&store), Vec::<String>::new());
});

on_both_engines!(damage_is_found_on_reading, |store| {
    let staged = store.stage_bytes(b"a test report".to_vec()).await.unwrap();
    keep(&store, staged).await;
    let name = staged.digest.to_string();
    let path = store.folder().join("blobs").join(&name[..2]).join(format!("{name}.zst"));
    let good = std::fs::read(&path).unwrap();
    for place in 0..good.len() {
        let mut bad = good.clone();
        bad[place] ^= 0x10;
        std::fs::write(&path, bad).unwrap();
        match store.blob(staged.digest).await {
            Ok(bytes) => assert_eq!(bytes, b"a test report", "byte {place}"),
            Err(error) => assert!(matches!(error, StoreError::BlobDamaged { .. }), "{error}"),
        }
    }
    std::fs::write(&path, zstd::encode_all(&b"another report"[..], 3).unwrap()).unwrap();
    let error = store.blob(staged.digest).await.unwrap_err();
    assert!(error.to_string().contains("another digest"), "{error}");
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(store.blob(staged.digest).await, Err(StoreError::BlobMissing { .. })));
});

on_both_engines!(the_sweeper_takes_only_old_blobs_that_nobody_kept, |store| {
    let kept = store.stage_bytes(b"kept".to_vec()).await.unwrap();
    keep(&store, kept).await;
    let old = store.stage_bytes(b"old".to_vec()).await.unwrap();
    let again = store.stage_bytes(b"again".to_vec()).await.unwrap();
    store.clock.advance(7200);
    let young = store.stage_bytes(b"young".to_vec()).await.unwrap();
    store.stage_bytes(b"again".to_vec()).await.unwrap();
    let cutoff = store.now() - SignedDuration::from_secs(3600);
    assert_eq!(store.sweep_blobs(cutoff).await.unwrap(), 1);
    for staged in [young, again] {
        keep(&store, staged).await;
    }
    for (staged, bytes) in [(kept, "kept"), (young, "young"), (again, "again")] {
        assert_eq!(store.blob(staged.digest).await.unwrap(), bytes.as_bytes());
    }
    let mut write = store.write(Act::system("keep")).await.unwrap();
    assert!(matches!(write.keep(old).await, Err(StoreError::BlobSwept { .. })));
    assert!(matches!(store.blob(old.digest).await, Err(StoreError::BlobMissing { .. })));
});

on_both_engines!(what_is_unstaged_goes_unless_somebody_keeps_it_or_still_has_it_staged, |store| {
    let gone = store.stage_bytes(b"gone".to_vec()).await.unwrap();
    store.unstage(gone).await;
    assert_eq!(files(&store), Vec::<String>::new());
    let mut write = store.write(Act::system("keep")).await.unwrap();
    assert!(matches!(write.keep(gone).await, Err(StoreError::BlobSwept { .. })));
    drop(write);

    let (one, other) = (store.stage_bytes(b"both".to_vec()).await, store.stage_bytes(b"both".to_vec()).await);
    let (one, other) = (one.unwrap(), other.unwrap());
    store.unstage(one).await;
    keep(&store, other).await;
    store.unstage(other).await;
    assert_eq!(store.blob(other.digest).await.unwrap(), b"both");
    let again = store.stage_bytes(b"both".to_vec()).await.unwrap();
    store.unstage(again).await;
    assert_eq!(store.blob(again.digest).await.unwrap(), b"both", "what is kept stays");
});

on_both_engines!(unfinished_files_are_cleared_when_the_store_opens, |store| {
    let left = store.folder().join("blobs/tmp/0123");
    std::fs::write(&left, b"half").unwrap();
    let upload = store.passing_folder();
    std::fs::create_dir(&upload).unwrap();
    std::fs::write(upload.join("file"), b"half").unwrap();
    let store = store.reopen().await;
    assert!(!left.exists() && !upload.exists());
    assert_eq!(files(&store), Vec::<String>::new());
});

on_both_engines!(a_request_under_a_known_key_is_answered_as_before, |store| {
    let (actor, request) = (Actor::Token(3), Digest::of(b"POST risks"));
    let mut write = store.write(Act::new(actor, "api", "record create")).await.unwrap();
    assert_eq!(write.earlier(actor, "k1", request).await.unwrap(), Earlier::Unknown);
    write.remember("k1", request, 201, "{\"number\":1}").await.unwrap();
    write.commit().await.unwrap();
    let mut read = store.read().await.unwrap();
    let answer = Earlier::Answered { status: 201, response: "{\"number\":1}".to_owned() };
    assert_eq!(read.earlier(actor, "k1", request).await.unwrap(), answer);
    let other = Digest::of(b"POST measures");
    assert_eq!(read.earlier(actor, "k1", other).await.unwrap(), Earlier::OtherRequest);
    assert_eq!(read.earlier(Actor::Token(4), "k1", request).await.unwrap(), Earlier::Unknown);
    store.clock.advance_days(2);
    let mut work = store.maintain().await.unwrap();
    let cutoff = store.now() - SignedDuration::from_hours(24);
    assert_eq!(work.forget_keys_before(cutoff).await.unwrap(), 1);
});
