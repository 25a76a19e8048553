//! Lists of findings: their order, their pages, what narrows them, and what they refuse.

use theriac_service::findings::{self, ListFindings};
use theriac_service::{Paging, ServiceError};
use theriac_store::on_both_engines;

use super::{CRITICAL, MEDIUM, OLD, advisory, bom, feed, hand_in, judgement, list, wrong};
use crate::world::World;

on_both_engines!(lists_begin_with_what_nobody_judged_then_by_severity_then_by_score, |store| {
    let world = World::new(&store).await;
    let high = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N";
    let higher = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:L/A:N";
    let advisories = [
        advisory("CVE-2026-0001", "left-pad", Some(CRITICAL)),
        advisory("CVE-2026-0002", "left-pad", Some(high)),
        advisory("CVE-2026-0003", "left-pad", Some(higher)),
        advisory("CVE-2026-0004", "left-pad", Some(MEDIUM)),
        advisory("CVE-2026-0005", "left-pad", None),
    ];
    feed(&world, &advisories).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0"])).await;
    let order = async || -> Vec<String> {
        let mut seen = Vec::new();
        let mut after = None;
        for _ in 0..10 {
            let paging = Paging { after, limit: 2 };
            let page = list(&world, |input| input.paging = paging).await.page;
            seen.extend(page.items.into_iter().map(|row| row.vulnerability[9..].to_owned()));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        seen
    };
    assert_eq!(order().await, ["0001", "0005", "0003", "0002", "0004"]);
    let first = list(&world, |_| {}).await.page.items[0].reference.clone();
    let input = judgement(&world, OLD, &[&first]).await;
    findings::assess(&world.app, &world.who("ana"), input).await.unwrap();
    assert_eq!(order().await, ["0005", "0003", "0002", "0004", "0001"], "what was judged comes last");
});

on_both_engines!(lists_and_pages_refuse_what_they_do_not_know, |store| {
    let world = World::new(&store).await;
    let otto = world.who("otto");
    let ask = async |change: fn(&mut ListFindings)| {
        let mut input = ListFindings::default();
        change(&mut input);
        findings::list(&world.app, &otto, &input).await.unwrap_err()
    };
    assert_eq!(wrong(&ask(|input| input.state = Some("open".to_owned())).await), ["state"]);
    assert_eq!(wrong(&ask(|input| input.awaits = Some("rain".to_owned())).await), ["awaits"]);
    assert_eq!(wrong(&ask(|input| input.paging.after = Some("x.y".to_owned())).await), ["after"]);
    assert_eq!(wrong(&ask(|input| input.release = Some(OLD.to_owned())).await), ["product"]);
    assert!(matches!(
        ask(|input| input.product = Some("no".to_owned())).await,
        ServiceError::NotFound { .. }
    ));
    assert!(matches!(ask(|input| input.person = Some("no".to_owned())).await, ServiceError::NotFound { .. }));
    for reference in ["FIND-1", "FIND-0", "FIND--1", "FIND-99999999999999999999", "RISK-1", ""] {
        let missing = findings::page(&world.app, &otto, reference).await.unwrap_err();
        assert!(matches!(missing, ServiceError::NotFound { .. }), "{reference}: {missing}");
    }
});

on_both_engines!(what_appeared_since_a_day_or_moment_is_listed, |store| {
    let world = World::new(&store).await;
    store.clock.set("2026-03-02T22:30:00Z".parse().unwrap());
    feed(&world, &[advisory("GHSA-left-pad", "left-pad", Some(MEDIUM))]).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0", "left-pad@1.2.0", "left-pad@1.1.0"])).await;
    // Half an hour later it is the third of March in Berlin.
    store.clock.set("2026-03-02T23:10:00Z".parse().unwrap());
    let records = [
        advisory("GHSA-left-pad", "left-pad", Some(MEDIUM)),
        advisory("GHSA-more", "left-pad", Some(CRITICAL)),
    ];
    feed(&world, &records).await;
    let since = async |since: &str| -> Vec<String> {
        let (mut seen, mut after) = (Vec::new(), None);
        for _ in 0..10 {
            let paging = Paging { after, limit: 2 };
            let found = list(&world, |input| {
                input.paging = paging;
                input.since = Some(since.to_owned());
            });
            let found = found.await;
            let counted: i64 = found.counts.iter().map(|(_, count)| count).sum();
            seen.extend(found.page.items.into_iter().map(|row| row.vulnerability));
            after = found.page.next;
            if after.is_none() {
                assert_eq!(counted, i64::try_from(seen.len()).unwrap());
                break;
            }
        }
        seen
    };
    assert_eq!(since("2026-03-02").await.len(), 6);
    assert_eq!(since("2026-03-03").await, ["GHSA-more"; 3], "the day begins in the organisation's zone");
    assert_eq!(since("2026-03-02T23:00:00Z").await, ["GHSA-more"; 3]);
    assert_eq!(since("2026-03-03T01:00:00+01:00").await.len(), 0);
    store.clock.set("2026-03-04T08:00:00Z".parse().unwrap());
    assert_eq!(since("yesterday").await, ["GHSA-more"; 3]);
    store.clock.set("2026-03-05T08:00:00Z".parse().unwrap());
    assert_eq!(since("yesterday").await.len(), 0);
    for odd in ["tomorrow", "2026-13-01", "2026-03-03T99:00Z", "0"] {
        let mut input = ListFindings { since: Some(odd.to_owned()), ..ListFindings::default() };
        input.open = true;
        let refused = findings::list(&world.app, &world.who("otto"), &input).await.unwrap_err();
        assert_eq!(wrong(&refused), ["since"], "{odd}");
    }
});
