//! The audit log and the jobs.

use serde_json::json;
use theriac_store::audit::{Anchors, verify_export};
use theriac_store::{Act, JobSpec, on_both_engines};

use crate::client::{Server, each, every};

on_both_engines!(the_log_is_read_by_page_and_filter, |store| {
    let server = Server::new(&store).await;
    let (ana, ben) = (server.client("ana").await, server.client("ben").await);
    ana.post(&server, "/products", &json!({ "key": "pump", "name": "Pump", "route": "full" })).await.ok();
    ben.get(&server, "/audit").await.problem(403, "denied");
    let all = ana.get(&server, "/audit").await.ok();
    let sequences: Vec<i64> =
        all["items"].as_array().unwrap().iter().map(|entry| entry["seq"].as_i64().unwrap()).collect();
    let newest = server.seq().await;
    assert_eq!(sequences, (0..=newest).rev().collect::<Vec<_>>());
    assert_eq!(every(&ana, &server, "/audit", 3, "action").await.len(), sequences.len());
    let added = ana.get(&server, "/audit?action=product%20add").await.ok();
    assert_eq!(
        (&added["items"][0]["actor"], &added["items"][0]["via"]),
        (&json!("ana"), &json!("api 0.0.0.0"))
    );
    let subject = added["items"][0]["changes"][0]["subject"].as_str().unwrap().to_owned();
    assert_eq!(ana.get(&server, &format!("/audit?subject={subject}")).await.ok()["items"], added["items"]);
    let refused = ana.get(&server, "/audit?person=ben").await.ok();
    assert!(refused["items"][0]["refused"].as_str().unwrap().contains("You may not"), "{refused}");
    ana.get(&server, "/audit?person=ghost").await.problem(404, "not-found");
    assert_eq!(ana.get(&server, "/audit?after=x").await.field(), "after");
    assert_eq!(each(&ana.get(&server, "/audit?subject=none").await.ok(), "action").len(), 0);
});

on_both_engines!(an_export_verifies_without_the_server, |store| {
    let server = Server::new(&store).await;
    let (otto, ben) = (server.client("otto").await, server.client("ben").await);
    ben.get(&server, "/audit/export").await.problem(403, "denied");
    let export = otto.get(&server, "/audit/export").await;
    assert!(export.status.is_success());
    let verified = verify_export(export.text.as_bytes(), None, &Anchors::default()).unwrap();
    assert_eq!(verified.seq, server.seq().await);
    let left = std::fs::read_dir(store.folder()).unwrap().filter_map(Result::ok);
    let left: Vec<_> = left.filter(|entry| entry.file_name().to_string_lossy().contains("export")).collect();
    assert!(left.is_empty(), "{left:?}");
});

on_both_engines!(jobs_are_seen_with_how_far_they_are, |store| {
    let server = Server::new(&store).await;
    let otto = server.client("otto").await;
    let mut write = server.app.store().write(Act::system("test")).await.unwrap();
    for _ in 0..3 {
        write.enqueue(JobSpec::new("match", json!({}))).await.unwrap();
    }
    write.commit().await.unwrap();
    let jobs = every(&otto, &server, "/jobs", 2, "job").await;
    assert_eq!(jobs.len(), 3);
    let job = otto.get(&server, &format!("/jobs/{}", jobs[0])).await.ok();
    assert_eq!((&job["name"], &job["state"]), (&json!("match"), &json!("queued")));
    otto.get(&server, "/jobs/1").await.problem(404, "not-found");
    otto.get(&server, "/jobs/x").await.problem(404, "not-found");
    assert_eq!(otto.get(&server, "/jobs?after=x").await.field(), "after");
});
