//! What matching finds, closes and takes up again, and how it runs.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;
use theriac_conformity::facts::words::Decision;
use theriac_model::Severity;
use theriac_service::findings::{self, Standing};
use theriac_service::{Paging, ServiceError, products};
use theriac_store::on_both_engines;
use theriac_store::testing::TestStore;

use super::{
    CRITICAL, MEDIUM, NEW, OLD, advisory, affected, assess, bom, build, confirm, feed, hand_in, list,
    new_release, of_release, row, run_jobs, sign, with,
};
use crate::evidence::things;
use crate::world::World;

on_both_engines!(an_sbom_makes_findings_worst_first_in_the_same_call, |store| {
    let world = World::new(&store).await;
    let scored = advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(CRITICAL));
    let scored = with(scored, json!({ "aliases": ["CVE-2026-0001"] }));
    let unscored = advisory("GHSA-bbbb-bbbb-bbbb", "right-pad", None);
    let mild = advisory("GHSA-cccc-cccc-cccc", "left-pad", Some(MEDIUM));
    feed(&world, &[mild, scored, unscored]).await;
    let added = hand_in(&world, OLD, None, bom(&["left-pad@1.3.0", "right-pad@2.0.0", "sound@1.0.0"])).await;
    let told: Vec<_> = added
        .new
        .iter()
        .map(|line| (line.finding.as_str(), line.vulnerability.as_str(), line.severity))
        .collect();
    assert_eq!(
        told,
        [
            ("FIND-1", "CVE-2026-0001", Severity::Critical),
            ("FIND-2", "GHSA-bbbb-bbbb-bbbb", Severity::Unknown),
            ("FIND-3", "GHSA-cccc-cccc-cccc", Severity::Medium),
        ]
    );
    assert!(added.worse.is_empty() && added.resolved.is_empty() && added.unmatched.is_empty());
    assert_eq!((things(&added).len(), &added.not_matched), (3, &None));

    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = list(&world, |input| input.paging = Paging { after, limit: 1 }).await.page;
        seen.extend(page.items.into_iter().map(|row| row.reference));
        match page.next {
            None => break,
            next => after = next,
        }
    }
    assert_eq!(seen, ["FIND-1", "FIND-2", "FIND-3"]);
    let counts = list(&world, |_| {}).await.counts;
    assert_eq!(counts, [("new".to_owned(), 3)]);
    let narrow = list(&world, |input| input.query = "LEFT cve-2026".to_owned()).await.page.items;
    assert_eq!(narrow.iter().map(|row| row.reference.as_str()).collect::<Vec<_>>(), ["FIND-1"]);
    let unknown = list(&world, |input| input.severity = Some(Severity::Unknown)).await.page.items;
    assert_eq!(unknown[0].component, "pkg:npm/right-pad@2.0.0");
    assert!(list(&world, |input| input.awaits = Some("signature".to_owned())).await.page.items.is_empty());

    let page = findings::page(&world.app, &world.who("otto"), "FIND-1").await.unwrap();
    assert_eq!(page.row.aliases, ["GHSA-aaaa-aaaa-aaaa"]);
    assert_eq!((page.row.fixed, page.row.score_tenths), (vec!["9.0.0".to_owned()], Some(98)));
    assert_eq!(page.advisories[0].summary, "left-pad can be made to fall over");
    assert_eq!((page.evidence, page.set), (vec!["EVID-1".to_owned()], None));
    assert_eq!(page.matching.unwrap().components, 3);
});

on_both_engines!(a_new_feed_makes_worse_closes_and_takes_up_again_but_never_deletes, |store| {
    let world = World::new(&store).await;
    let first = advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(MEDIUM));
    feed(&world, &[first.clone(), advisory("GHSA-bbbb-bbbb-bbbb", "elsewhere", None)]).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0"])).await;

    let worse = advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(CRITICAL));
    let worse = with(worse, json!({ "modified": "2026-02-01T00:00:00Z" }));
    assert_eq!(feed(&world, &[worse]).await.report.replaced, 1);
    assert_eq!(row(&world, "FIND-1").await.severity, Severity::Critical);

    let fields = json!({ "modified": "2026-03-01T00:00:00Z", "withdrawn": "2026-03-01T00:00:00Z" });
    feed(&world, &[with(first.clone(), fields)]).await;
    let closed = row(&world, "FIND-1").await;
    assert_eq!((closed.state.as_str(), closed.standing), ("resolved", Standing::Resolved));
    assert!(closed.resolved.unwrap().contains("withdrawn"));

    feed(&world, &[with(first, json!({ "modified": "2026-04-01T00:00:00Z" }))]).await;
    let rows = of_release(&world, OLD).await;
    assert_eq!((rows.len(), rows[0].reference.as_str(), rows[0].state.as_str()), (1, "FIND-1", "new"));

    // Gone with the component, and back with it.
    let candidate = async |name: &str, bytes: Vec<u8>| {
        build(&world, OLD, name, "1111111111111111111111111111111111111111").await;
        products::set_candidate(&world.app, &world.who("ana"), "gateway", OLD, name).await.unwrap();
        hand_in(&world, OLD, Some(name), bytes).await
    };
    let gone = candidate("rc.1", bom(&["left-pad@9.0.0"])).await;
    assert_eq!(gone.resolved.len(), 1);
    let because = gone.resolved[0].because.clone().unwrap();
    assert!(because.contains("no longer part") && because.contains("left-pad@9.0.0"), "{because}");
    let back = candidate("rc.2", bom(&["left-pad@1.3.0", "other@1.0.0"])).await;
    assert!(back.new.is_empty(), "{back:?}");
    assert!(back.worse[0].because.as_ref().unwrap().contains("open again"), "{back:?}");
});

on_both_engines!(what_was_withdrawn_is_closed_though_its_ecosystem_has_no_advisory_left, |store| {
    let world = World::new(&store).await;
    let only = advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(MEDIUM));
    feed(&world, std::slice::from_ref(&only)).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0"])).await;
    assert_eq!(row(&world, "FIND-1").await.state, "new");
    let fields = json!({ "modified": "2026-03-01T00:00:00Z", "withdrawn": "2026-03-01T00:00:00Z" });
    feed(&world, &[with(only.clone(), fields)]).await;
    let closed = row(&world, "FIND-1").await;
    assert_eq!(closed.state, "resolved");
    assert!(closed.resolved.unwrap().contains("withdrawn"));
    feed(&world, &[with(only, json!({ "modified": "2026-04-01T00:00:00Z" }))]).await;
    assert_eq!(row(&world, "FIND-1").await.state, "new");
});

on_both_engines!(another_candidate_brings_its_own_components_and_findings, |store| {
    let world = World::new(&store).await;
    feed(&world, &[advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(MEDIUM))]).await;
    for (name, component) in [("rc.1", "left-pad@1.3.0"), ("rc.2", "sound@1.0.0")] {
        build(&world, OLD, name, "1111111111111111111111111111111111111111").await;
        hand_in(&world, OLD, Some(name), bom(&[component])).await;
    }
    let ana = world.who("ana");
    let state_after = async |candidate: &str| {
        products::set_candidate(&world.app, &ana, "gateway", OLD, candidate).await.unwrap();
        run_jobs(&world).await;
        row(&world, "FIND-1").await.state
    };
    assert_eq!(state_after("rc.2").await, "resolved");
    assert_eq!(state_after("rc.1").await, "new");
    let jobs = async || store.read().await.unwrap().jobs(None, 100).await.unwrap().len();
    let before = jobs().await;
    assert_eq!(state_after("rc.1").await, "new");
    assert_eq!(jobs().await, before, "it was the candidate already");
});

on_both_engines!(matching_runs_as_a_job_that_shows_how_far_it_is, |store| {
    let world = World::new(&store).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0"])).await;
    let folder = tempfile::tempdir().unwrap();
    let record = advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(MEDIUM));
    std::fs::write(folder.path().join("one.json"), record.to_string()).unwrap();
    let (ana, paths) = (world.who("ana"), vec![folder.path().to_owned()]);
    findings::import_feed(&world.app, &ana, paths, Arc::new(|_| {})).await.unwrap();
    let waiting = store.read().await.unwrap().jobs(None, 10).await.unwrap();
    assert_eq!((waiting.len(), waiting[0].state.as_str()), (1, "queued"));
    assert!(of_release(&world, OLD).await.is_empty());
    run_jobs(&world).await;
    let done = store.read().await.unwrap().job(waiting[0].id).await.unwrap().unwrap();
    assert_eq!((done.state.as_str(), done.error.as_deref()), ("done", None));
    assert!(done.total > 0 && !done.words.is_empty());
    assert_eq!(of_release(&world, OLD).await.len(), 1);

    let refused = findings::import_feed(&world.app, &world.who("ben"), vec![], Arc::new(|_| {})).await;
    assert!(matches!(refused, Err(ServiceError::Denied(_))));
    let bad = folder.path().join("bad.json");
    std::fs::write(&bad, "{\"id\": 3}").unwrap();
    let refused = findings::import_feed(&world.app, &ana, vec![bad], Arc::new(|_| {})).await.unwrap_err();
    assert!(!refused.to_string().is_empty());
    assert_eq!(of_release(&world, OLD).await.len(), 1, "the index is as it was");
});

on_both_engines!(without_a_feed_nothing_passes_for_matched, |store| {
    let world = World::new(&store).await;
    let added = hand_in(&world, OLD, None, bom(&["left-pad@1.3.0", "nameless"])).await;
    assert!(added.not_matched.is_some());
    assert_eq!(added.unmatched.len(), 2);
    feed(&world, &[advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(MEDIUM))]).await;
    let left = findings::unmatched(&world.app, &world.who("otto"), "gateway", OLD).await.unwrap();
    assert_eq!((left.total, left.open), (1, 1), "only the one without a purl");
    assert_eq!(of_release(&world, OLD).await.len(), 1);

    // An index that cannot be read hides nothing that was known.
    std::fs::write(world.app.index(), "no index").unwrap();
    let added = hand_in(&world, OLD, None, bom(&["left-pad@1.3.0", "newcomer@1.0.0"])).await;
    assert!(added.not_matched.is_some());
    assert_eq!(added.unmatched.len(), 2, "the new one joins the one without a purl: {added:?}");
    assert_eq!(row(&world, "FIND-1").await.state, "new");
});

on_both_engines!(ids_that_turn_out_to_be_one_vulnerability_become_one_finding, |store| {
    let world = World::new(&store).await;
    let (first, second) = ("GHSA-aaaa-aaaa-aaaa", "CVE-2026-0002");
    feed(&world, &[advisory(first, "left-pad", Some(CRITICAL))]).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0"])).await;
    feed(&world, &[advisory(second, "left-pad", Some(CRITICAL))]).await;
    assert_eq!(of_release(&world, OLD).await.len(), 2);
    let mild = assess(&world, OLD, &["FIND-1"], |_| {}).await;
    sign(&world, "ana", mild.set).await.unwrap();
    let strict = assess(&world, OLD, &["FIND-2"], |input| affected(input, Decision::Fix)).await;
    sign(&world, "ana", strict.set).await.unwrap();

    let fields = json!({ "aliases": [second], "modified": "2026-02-01T00:00:00Z" });
    feed(&world, &[with(advisory(first, "left-pad", Some(CRITICAL)), fields)]).await;
    let (older, younger) = (row(&world, "FIND-1").await, row(&world, "FIND-2").await);
    assert!(younger.resolved.unwrap().contains("merged into FIND-1"));
    assert_eq!((older.vulnerability.as_str(), older.aliases), (second, vec![first.to_owned()]));
    assert_eq!((older.state.as_str(), older.standing), ("affected", Standing::Unconfirmed));
    assert_eq!(confirm(&world, "ana", OLD).await.unwrap(), 1);
    assert_eq!(row(&world, "FIND-1").await.standing, Standing::ToBeFixed);
    feed(&world, &[advisory("GHSA-dddd-dddd-dddd", "other", None)]).await;
    assert_eq!(row(&world, "FIND-1").await.standing, Standing::ToBeFixed, "matching again changes nothing");
});

on_both_engines!(an_import_that_died_after_the_swap_is_taken_up_at_the_next_start, |store| {
    let world = World::new(&store).await;
    assert!(!findings::catch_up_with_feed(&world.app).await.unwrap(), "there is no index yet");
    feed(&world, &[advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", None)]).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0", "right-pad@2.0.0"])).await;
    assert!(!findings::catch_up_with_feed(&world.app).await.unwrap(), "the log tells of it");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("1.json");
    std::fs::write(&path, advisory("GHSA-bbbb-bbbb-bbbb", "right-pad", None).to_string()).unwrap();
    let options = theriac_vulndb::ImportOptions::new(world.app.now());
    theriac_vulndb::import(&[path], world.app.index(), &options).unwrap();
    assert_eq!(of_release(&world, OLD).await.len(), 1);
    assert!(findings::catch_up_with_feed(&world.app).await.unwrap());
    run_jobs(&world).await;
    assert_eq!(of_release(&world, OLD).await.len(), 2);
    assert!(!findings::catch_up_with_feed(&world.app).await.unwrap(), "once");
});

/// Left out where `THERIAC_DATA` is not set.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn real_components_meet_real_advisories() {
    let Some(data) = std::env::var_os("THERIAC_DATA").map(PathBuf::from) else {
        println!("left out: THERIAC_DATA is not set, so there are no real advisories");
        return;
    };
    let store = TestStore::sqlite().await;
    let world = World::new(&store).await;
    let feeds = vec![data.join("osv/npm.tar.xz")];
    findings::import_feed(&world.app, &world.who("ana"), feeds, Arc::new(|_| {})).await.unwrap();
    let file =
        |version: &str| std::fs::read(data.join(format!("products/nightscout-{version}.cdx.json"))).unwrap();
    store.clock.set("2026-11-25T12:00:00Z".parse().unwrap());
    let added = hand_in(&world, OLD, None, file("13.0.1")).await;
    assert_eq!(added.new.len(), 2, "{:?}", added.new);
    new_release(&world).await;
    let added = hand_in(&world, NEW, None, file("15.0.7")).await;
    assert!(added.new.is_empty() && added.not_matched.is_none(), "{:?}", added.new);
}
