//! kill -9: a process that writes is killed at random moments, again and again; nothing that it acknowledged is lost,
//! nothing half-done is seen, and its jobs are taken up.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;

use serde_json::json;
use theriac_model::Digest;
use theriac_store::audit::Anchors;
use theriac_store::jobs::Handlers;
use theriac_store::testing::{TestClock, TestIds};
use theriac_store::{Access, Act, JobSpec, Location, Store, args, on_both_engines};

const ROUNDS: u64 = 24;
const PLACE: &str = "THERIAC_CRASH_PLACE";

/// The process that is killed: it writes until then. Run by the crash test only.
#[test]
#[ignore = "the helper process of the crash test"]
fn child() {
    let place = std::env::var(PLACE).expect("run by the crash test");
    let mut parts = place.splitn(3, '|');
    let round: u64 = parts.next().unwrap().parse().unwrap();
    let folder = parts.next().unwrap().into();
    let location = match parts.next().unwrap() {
        "" => Location::Sqlite { folder },
        url => Location::Postgres { url: url.to_owned(), folder },
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(work(location, round));
}

fn clock_of(round: u64) -> Arc<TestClock> {
    let clock = TestClock::default();
    clock.advance(i64::try_from(round).unwrap() * 1000);
    Arc::new(clock)
}

/// Bytes that do not compress, so that writing them takes a while.
fn noise(seed: &str, blocks: u32) -> Vec<u8> {
    (0..blocks).flat_map(|block| *Digest::of(format!("{seed} {block}").as_bytes()).as_bytes()).collect()
}

async fn work(location: Location, round: u64) {
    let ids = Arc::new(TestIds::seeded(round + 1));
    let store = Store::open(location, Access::ReadWrite, clock_of(round), ids).await.unwrap();
    let claimer = Handlers::new().on("work", |_| async { unreachable!("it is only claimed") });
    for step in 0.. {
        let blocks = if step % 3 == 2 { 100_000 } else { 10 };
        say(&format!("staging {step}"));
        let staged = store.stage_bytes(noise(&format!("{round} {step}"), blocks)).await.unwrap();
        let mut write = store.write(Act::system("crash test")).await.unwrap();
        let number = write.next_number("STEP").await.unwrap();
        for half in 0..2 {
            let sql = "INSERT INTO step (number, half, digest) VALUES ($1, $2, $3)";
            write.execute(sql, args![number, half, staged.digest]).await.unwrap();
        }
        write.keep(staged).await.unwrap();
        write.audit(format!("STEP-{number}"), None, Some(staged.digest), json!(null));
        write.enqueue(JobSpec::new("work", json!(number))).await.unwrap();
        let seq = write.commit().await.unwrap().seq;
        say(&format!("ack {number} {seq} {}", staged.digest));
        // Not in every round: a job that is in hand at eight crashes is given up.
        if step % 2 == 1 && round.is_multiple_of(4) {
            store.claim(&claimer).await.unwrap();
        }
    }
}

/// One line to the parent at once; the test harness prints on the same stream.
fn say(line: &str) {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{line}").and_then(|()| out.flush()).unwrap();
}

struct Ack {
    number: i64,
    seq: i64,
    digest: Digest,
}

impl Ack {
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.strip_prefix("ack ")?.split(' ');
        Some(Self {
            number: words.next()?.parse().ok()?,
            seq: words.next()?.parse().ok()?,
            digest: words.next()?.parse().ok()?,
        })
    }
}

/// Runs the child and kills it after the n-th acknowledgement, or in the middle of a blob; gives what it acknowledged.
fn run_and_kill(location: &Location, round: u64) -> Vec<Ack> {
    let url = match location {
        Location::Sqlite { .. } => "",
        Location::Postgres { url, .. } => url,
    };
    let chance = Digest::of(&round.to_be_bytes()).as_bytes()[0];
    let (acks, in_blob) = (usize::from(chance % 7), chance % 2 == 1);
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "crash::child", "--nocapture", "--test-threads=1"])
        .env(PLACE, format!("{round}|{}|{url}", location.folder().display()))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut seen = Vec::new();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for line in lines.by_ref() {
        let line = line.unwrap();
        seen.extend(Ack::parse(&line));
        let killed_here = if in_blob { line.starts_with("staging ") } else { line.starts_with("ack ") };
        if seen.len() >= acks.max(usize::from(!in_blob)) && killed_here {
            break;
        }
    }
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success(), "the child was killed, it did not end by itself");
    // What it said before it died, but we had not read yet, is acknowledged as well.
    seen.extend(lines.filter_map(|line| Ack::parse(&line.ok()?)));
    seen
}

async fn check(store: &Store, acks: &[Ack]) {
    let mut read = store.read().await.unwrap();
    for ack in acks {
        let sql = "SELECT s.half FROM step s JOIN audit_subject a ON a.subject = $1 AND a.seq = $2 \
                   WHERE s.number = $3 AND s.digest = $4";
        let subject = format!("STEP-{}", ack.number);
        let rows = read.fetch_all(sql, args![subject, ack.seq, ack.number, ack.digest]).await.unwrap();
        assert_eq!(rows.len(), 2, "step {} was acknowledged and is not there", ack.number);
    }
    // Numbers without gaps, two halves each, one job, one entry, one blob: no step is half there.
    let sql = "SELECT COUNT(*) AS halves, COUNT(DISTINCT number) AS steps, COALESCE(MAX(number), 0) AS last, \
               COUNT(DISTINCT digest) AS blobs, (SELECT COUNT(*) FROM job) AS jobs, \
               (SELECT COUNT(*) FROM audit WHERE action = 'crash test') AS entries, \
               (SELECT COUNT(*) FROM blob WHERE state = 'ready') AS kept, \
               COALESCE((SELECT last FROM counter WHERE prefix = 'STEP'), 0) AS counter FROM step";
    let row = read.fetch_one(sql, args![]).await.unwrap();
    let steps: i64 = row.get("steps").unwrap();
    assert_eq!(row.get::<i64>("halves").unwrap(), steps * 2);
    for same in ["last", "blobs", "jobs", "entries", "kept", "counter"] {
        assert_eq!(row.get::<i64>(same).unwrap(), steps, "{same}");
    }
    for blob in read.blobs_after(None, 10_000).await.unwrap() {
        assert_eq!(store.blob(blob.digest).await.unwrap().len() as u64, blob.size);
    }
    store.verify_audit(&Anchors::default()).await.unwrap();
}

on_both_engines!(nothing_acknowledged_is_lost_when_the_process_is_killed, |store| {
    let mut work = store.maintain().await.unwrap();
    let table = "CREATE TABLE step (number BIGINT, half BIGINT, digest TEXT, PRIMARY KEY (number, half))";
    work.execute(table, args![]).await.unwrap();
    work.execute("CREATE TABLE effect (job BIGINT PRIMARY KEY)", args![]).await.unwrap();
    work.commit().await.unwrap();
    let (location, guard): (Location, _) = (store.location().clone(), store.into_parts().await);
    let mut acks = Vec::new();
    for round in 0..ROUNDS {
        let (place, number) = (location.clone(), round);
        acks.extend(tokio::task::spawn_blocking(move || run_and_kill(&place, number)).await.unwrap());
        let ids = Arc::new(TestIds::seeded(1000 + round));
        let store = Store::open(location.clone(), Access::ReadWrite, clock_of(round), ids).await.unwrap();
        check(&store, &acks).await;
        store.close().await;
    }
    assert!(acks.len() >= usize::try_from(ROUNDS).unwrap());

    // Long after the last lease: what was queued or in hand is done, each exactly once.
    let ids = Arc::new(TestIds::seeded(5000));
    let store = Store::open(location, Access::ReadWrite, clock_of(ROUNDS + 1), ids).await.unwrap();
    let handlers = Handlers::new().on("work", |running| async move {
        let mut write = running.store.write(Act::system("effect")).await?;
        write.execute("INSERT INTO effect (job) VALUES ($1)", args![running.id]).await?;
        Ok(write.into())
    });
    store.run_due_jobs(&handlers).await.unwrap();
    let mut read = store.read().await.unwrap();
    let sql = "SELECT (SELECT COUNT(*) FROM effect) AS effects, COUNT(*) AS jobs, \
               COUNT(CASE WHEN state = 'done' THEN 1 END) AS done, \
               COUNT(CASE WHEN attempt > 1 THEN 1 END) AS again FROM job";
    let row = read.fetch_one(sql, args![]).await.unwrap();
    assert_eq!(row.get::<i64>("effects").unwrap(), row.get::<i64>("jobs").unwrap());
    assert_eq!(row.get::<i64>("done").unwrap(), row.get::<i64>("jobs").unwrap());
    assert!(row.get::<i64>("again").unwrap() > 0, "some jobs were in hand when the process was killed");
    println!("{} kills, {} acknowledged writes", ROUNDS, acks.len());
    drop(read);
    store.close().await;
    drop(guard);
});
