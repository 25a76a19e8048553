//! Jobs: claimed once, fenced, completed with their effect, tried again, unique.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use jiff::SignedDuration;
use serde_json::json;
use theriac_store::jobs::{ATTEMPTS, Effect, Handlers, LEASE};
use theriac_store::testing::TestStore;
use theriac_store::{Act, JobSpec, StoreError, Unique, Write, on_both_engines};

async fn write(store: &TestStore) -> Write {
    store.write(Act::system("test")).await.unwrap()
}

async fn queue(store: &TestStore, job: JobSpec) -> i64 {
    let mut write = write(store).await;
    let id = write.enqueue(job).await.unwrap();
    write.commit().await.unwrap();
    id
}

fn idle() -> Handlers {
    Handlers::new().on("work", |_| async { Ok(Effect::Nothing) })
}

async fn state(store: &TestStore, id: i64) -> String {
    store.read().await.unwrap().job(id).await.unwrap().unwrap().state
}

on_both_engines!(a_job_is_there_once_its_transaction_is, |store| {
    let mut given_up = write(&store).await;
    given_up.enqueue(JobSpec::new("work", json!({}))).await.unwrap();
    drop(given_up);
    assert_eq!(store.run_due_jobs(&idle()).await.unwrap(), 0);
    let id = queue(&store, JobSpec::new("work", json!({"release": 7}))).await;
    queue(&store, JobSpec::new("nobody handles this", json!(null))).await;
    assert_eq!(store.run_due_jobs(&idle()).await.unwrap(), 1);
    assert_eq!(state(&store, id).await, "done");
    assert_eq!(store.run_due_jobs(&idle()).await.unwrap(), 0);
});

on_both_engines!(a_job_waits_until_it_is_due, |store| {
    let due = store.now() + SignedDuration::from_secs(60);
    queue(&store, JobSpec::new("work", json!({})).due(due)).await;
    assert_eq!(store.run_due_jobs(&idle()).await.unwrap(), 0);
    store.clock.advance(60);
    assert_eq!(store.run_due_jobs(&idle()).await.unwrap(), 1);
});

on_both_engines!(effect_and_completion_commit_together, |store| {
    let handlers = Handlers::new().on("number", |running| async move {
        let mut write = running.store.write(Act::system("job")).await?;
        write.next_number("JOB").await?;
        Ok(write.into())
    });
    queue(&store, JobSpec::new("number", json!({}))).await;
    assert_eq!(store.run_due_jobs(&handlers).await.unwrap(), 1);
    assert_eq!(write(&store).await.next_number("JOB").await.unwrap(), 2);
});

on_both_engines!(an_attempt_that_was_overtaken_leaves_no_effect, |store| {
    let id = queue(&store, JobSpec::new("slow", json!({}))).await;
    let clock = store.clock.clone();
    let handlers = Handlers::new().on("slow", move |running| {
        let clock = clock.clone();
        async move {
            if running.attempt == 1 {
                // Its lease runs out while it works, and another worker claims the job.
                clock.advance(LEASE.as_secs());
                let other = Handlers::new().on("slow", |_| async { Ok(Effect::Nothing) });
                let second = running.store.claim(&other).await?.unwrap();
                assert_eq!((second.id, second.attempt), (running.id, 2));
                assert!(matches!(running.progress(1, 2, "late").await, Err(StoreError::Fenced { .. })));
            }
            let mut write = running.store.write(Act::system("job")).await?;
            write.next_number("JOB").await?;
            Ok(write.into())
        }
    });
    assert_eq!(store.run_due_jobs(&handlers).await.unwrap(), 1);
    assert_eq!(state(&store, id).await, "running");
    assert_eq!(write(&store).await.next_number("JOB").await.unwrap(), 1);
    // The second worker died with the job in hand: it is taken up a third time.
    store.clock.advance(LEASE.as_secs());
    assert_eq!(store.run_due_jobs(&handlers).await.unwrap(), 1);
    assert_eq!(state(&store, id).await, "done");
    assert_eq!(write(&store).await.next_number("JOB").await.unwrap(), 2);
});

on_both_engines!(a_failing_job_is_tried_again_later_and_then_given_up, |store| {
    let id = queue(&store, JobSpec::new("fail", json!({}))).await;
    let handlers = Handlers::new().on("fail", |running| async move {
        assert!(running.attempt % 2 == 0, "odd attempts panic");
        Err("the feed is not there".into())
    });
    for attempt in 1..=ATTEMPTS {
        assert_eq!(store.run_due_jobs(&handlers).await.unwrap(), 1, "attempt {attempt}");
        assert_eq!(store.run_due_jobs(&handlers).await.unwrap(), 0, "not at once after attempt {attempt}");
        store.clock.advance_days(1);
    }
    let job = store.read().await.unwrap().job(id).await.unwrap().unwrap();
    assert_eq!((job.state.as_str(), job.attempt), ("failed", ATTEMPTS));
    assert_eq!(job.error.as_deref(), Some("the feed is not there"));
    assert!(job.ended_at.is_some());
});

on_both_engines!(progress_is_seen_while_the_job_runs, |store| {
    let id = queue(&store, JobSpec::new("count", json!({}))).await;
    let handlers = Handlers::new().on("count", |running| async move {
        running.progress(3, 10, "matching").await?;
        let job = running.store.read().await?.job(running.id).await?.unwrap();
        assert_eq!((job.done, job.total, job.words.as_str()), (3, 10, "matching"));
        Ok(Effect::Nothing)
    });
    assert_eq!(store.run_due_jobs(&handlers).await.unwrap(), 1);
    assert_eq!(state(&store, id).await, "done");
    assert_eq!(store.read().await.unwrap().jobs(None, 10).await.unwrap().len(), 1);
});

on_both_engines!(a_queued_job_absorbs_its_like_but_a_running_one_does_not, |store| {
    let job = || JobSpec::new("work", json!({})).unique(Unique::WhileQueued("release 7".to_owned()));
    let first = queue(&store, job().due(store.now() + SignedDuration::from_secs(600))).await;
    assert_eq!(queue(&store, job()).await, first);
    let running = store.claim(&idle()).await.unwrap().unwrap();
    assert_eq!(running.id, first, "the earlier due time counts");
    let second = queue(&store, job()).await;
    assert_ne!(second, first);
    assert_eq!(queue(&store, job()).await, second);
});

on_both_engines!(a_timer_runs_once_per_due_time, |store| {
    let tick = |at| JobSpec::new("work", json!({})).due(at).unique(Unique::Ever("daily".to_owned()));
    let due = store.now();
    let first = queue(&store, tick(due)).await;
    assert_eq!(store.run_due_jobs(&idle()).await.unwrap(), 1);
    assert_eq!(queue(&store, tick(due)).await, first);
    assert_eq!(store.run_due_jobs(&idle()).await.unwrap(), 0);
    assert_ne!(queue(&store, tick(due + SignedDuration::from_secs(1))).await, first);
});

on_both_engines!(the_loop_wakes_for_new_jobs_and_stops_cleanly, |store| {
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let (done, mut finished) = tokio::sync::mpsc::channel(10);
    let runs = Arc::new(AtomicU32::new(0));
    let seen = runs.clone();
    let handlers = Handlers::new().on("work", move |running| {
        let (done, seen) = (done.clone(), seen.clone());
        async move {
            seen.fetch_add(1, Ordering::SeqCst);
            done.send(running.id).await?;
            Ok(Effect::Nothing)
        }
    });
    let looped = (*store).clone();
    let task = tokio::spawn(async move { looped.run_jobs(&handlers, stopped).await });
    for _ in 0..5 {
        let id = queue(&store, JobSpec::new("work", json!({}))).await;
        assert_eq!(finished.recv().await, Some(id));
    }
    stop.send(true).unwrap();
    task.await.unwrap();
    assert_eq!(runs.load(Ordering::SeqCst), 5);
    let jobs = store.read().await.unwrap().jobs(None, 10).await.unwrap();
    assert!(jobs.iter().all(|job| job.state == "done"), "the job in hand is finished first");
});

on_both_engines!(what_a_dead_process_was_at_is_taken_up_when_the_store_opens, |store| {
    let id = queue(&store, JobSpec::new("work", json!({}))).await;
    drop(store.claim(&idle()).await.unwrap().unwrap());
    assert_eq!(store.run_due_jobs(&idle()).await.unwrap(), 0, "its lease holds");
    let store = store.reopen().await;
    assert_eq!(store.run_due_jobs(&idle()).await.unwrap(), 1);
    assert_eq!(state(&store, id).await, "done");
});
