//! Components: what cannot be matched is disposed of, and the lists of a release and of all releases.

use serde_json::json;
use theriac_auth::{Access, Permission, ProductId, Scope, TokenId, TokenScope};
use theriac_model::Digest;
use theriac_service::findings::{
    self, Change, Components, Dispose, ListComponents, Order, PlacedComponent, SearchComponents, Since,
};
use theriac_service::{Paging, ServiceError, Who, products};
use theriac_store::on_both_engines;

use super::{CRITICAL, LEFT_PAD, NEW, OLD, advisory, bom, feed, hand_in, new_release, run_jobs, wrong};
use crate::story::{approved, sample};
use crate::world::World;

on_both_engines!(what_cannot_be_matched_is_disposed_of_and_later_releases_take_it_over, |store| {
    let world = World::new(&store).await;
    feed(&world, &[advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(CRITICAL))]).await;
    hand_in(&world, OLD, None, bom(&["own", "driver", "firmware", "sound@1.0.0"])).await;
    let (ben, otto) = (world.who("ben"), world.who("otto"));
    let shown = findings::unmatched(&world.app, &otto, "gateway", OLD).await.unwrap();
    assert_eq!((shown.total, shown.open), (3, 3));
    let dispose = |components: Components, expected: Digest| Dispose {
        product: "gateway".to_owned(),
        release: OLD.to_owned(),
        components,
        expected: Some(expected),
        disposition: "own".to_owned(),
        reason: "Written here".to_owned(),
    };
    let some = |keys: &[&str]| Components::Some(keys.iter().map(|key| (*key).to_owned()).collect());
    let refused = findings::dispose(&world.app, &otto, dispose(some(&["own"]), shown.expected)).await;
    assert!(matches!(refused, Err(ServiceError::Denied(_))));
    let mut words = dispose(some(&["own"]), shown.expected);
    words.disposition = "fine".to_owned();
    words.reason = String::new();
    let refused = findings::dispose(&world.app, &ben, words).await.unwrap_err();
    assert_eq!(wrong(&refused), ["disposition", "reason"]);
    let unknown = findings::dispose(&world.app, &ben, dispose(some(&["no"]), shown.expected)).await;
    assert!(matches!(unknown, Err(ServiceError::NotFound { .. })));
    assert_eq!(
        findings::dispose(&world.app, &ben, dispose(some(&["own"]), shown.expected)).await.unwrap(),
        1
    );
    let stale = findings::dispose(&world.app, &ben, dispose(Components::All, shown.expected)).await;
    assert!(matches!(stale, Err(ServiceError::Changed { .. })));
    let now = findings::unmatched(&world.app, &otto, "gateway", OLD).await.unwrap();
    assert_eq!(findings::dispose(&world.app, &ben, dispose(Components::All, now.expected)).await.unwrap(), 2);
    let now = findings::unmatched(&world.app, &otto, "gateway", OLD).await.unwrap();
    assert_eq!((now.total, now.open), (3, 0));
    let nothing = findings::dispose(&world.app, &ben, dispose(Components::All, now.expected)).await;
    assert!(matches!(nothing, Err(ServiceError::Rule(_))));

    new_release(&world).await;
    let added = hand_in(&world, NEW, None, bom(&["own", "driver", "radio"])).await;
    let left: Vec<_> = added.unmatched.iter().map(|line| line.component.as_str()).collect();
    assert_eq!(left, ["radio"]);
});

on_both_engines!(a_disposition_reaches_later_releases_that_are_there_already, |store| {
    let world = World::new(&store).await;
    feed(&world, &[advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(CRITICAL))]).await;
    new_release(&world).await;
    for release in [OLD, NEW] {
        hand_in(&world, release, None, bom(&["own", "driver"])).await;
    }
    let (ben, otto) = (world.who("ben"), world.who("otto"));
    let open =
        async |release: &str| findings::unmatched(&world.app, &otto, "gateway", release).await.unwrap().open;
    let dispose = |release: &str, key: &str| Dispose {
        product: "gateway".to_owned(),
        release: release.to_owned(),
        components: Components::Some(vec![key.to_owned()]),
        expected: None,
        disposition: "own".to_owned(),
        reason: "Written here".to_owned(),
    };
    findings::dispose(&world.app, &ben, dispose(OLD, "own")).await.unwrap();
    run_jobs(&world).await;
    assert_eq!((open(OLD).await, open(NEW).await), (1, 1));
    findings::dispose(&world.app, &ben, dispose(NEW, "driver")).await.unwrap();
    run_jobs(&world).await;
    assert_eq!((open(OLD).await, open(NEW).await), (1, 0), "earlier releases are left alone");
});

on_both_engines!(components_are_ordered_compared_and_found_in_every_release, |store| {
    let world = World::new(&store).await;
    feed(&world, &[advisory("GHSA-aaaa-aaaa-aaaa", "right-pad", Some(CRITICAL))]).await;
    let item = sample(
        "software-item",
        json!({ "title": "Pads", "purls": ["pkg:npm/*-pad@*"], "class": "supported" }),
    );
    let (item, _) = approved(&world, "software-item", item, vec![]).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0", "right-pad@2.0.0", "gone@1.0.0", "own"])).await;
    new_release(&world).await;
    hand_in(&world, NEW, None, bom(&["left-pad@1.4.0", "right-pad@2.0.0", "radio", "own"])).await;
    let otto = world.who("otto");
    let input = |release: &str| ListComponents {
        product: "gateway".to_owned(),
        release: release.to_owned(),
        order: Order::Key,
        ..ListComponents::default()
    };
    let keys = |list: &findings::ComponentList| -> Vec<String> {
        list.page.items.iter().map(|row| row.key.clone()).collect()
    };
    let of = |input: ListComponents| {
        let (app, otto) = (world.app.clone(), otto.clone());
        async move { findings::components(&app, &otto, &input).await.unwrap() }
    };
    let all = ["own", "pkg:npm/left-pad@1.4.0", "pkg:npm/right-pad@2.0.0", "radio"];
    let up = of(input(NEW)).await;
    assert_eq!((keys(&up), up.sources), (all.map(str::to_owned).to_vec(), vec!["EVID-2".to_owned()]));
    for (order, first) in [(Order::KeyDown, "radio"), (Order::Findings, "pkg:npm/right-pad@2.0.0")] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let paging = Paging { after, limit: 1 };
            let list = of(ListComponents { order, paging, ..input(NEW) }).await;
            seen.extend(keys(&list));
            after = list.page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!((seen.len(), seen[0].as_str()), (4, first), "{order:?}: {seen:?}");
    }
    let covered = up.page.items[1].item.clone().unwrap();
    assert_eq!(
        (covered.reference, covered.class, covered.state),
        (item, "supported".to_owned(), "approved".to_owned())
    );
    assert_eq!(up.page.items[0].item, None, "what has no purl belongs to no item");

    let against = findings::predecessor(&world.app, &otto, "gateway", NEW).await.unwrap();
    assert_eq!(against.as_deref(), Some(OLD));
    assert_eq!(findings::predecessor(&world.app, &otto, "gateway", OLD).await.unwrap(), None);
    let since = |since| ListComponents { against: against.clone(), since: Some(since), ..input(NEW) };
    let new = of(since(Since::New)).await;
    let changed: Vec<_> =
        new.page.items.iter().map(|row| (row.key.as_str(), row.change, row.was.clone())).collect();
    let was = vec![LEFT_PAD.to_owned()];
    assert_eq!(
        changed,
        [("pkg:npm/left-pad@1.4.0", Some(Change::Changed), was), ("radio", Some(Change::Added), vec![])]
    );
    let found = new.difference.unwrap();
    assert_eq!((found.before, found.same, found.added, found.changed, found.removed), (4, 2, 1, 1, 1));
    let gone = of(since(Since::Gone)).await;
    assert_eq!(keys(&gone), ["pkg:npm/gone@1.0.0", LEFT_PAD]);
    assert_eq!(gone.page.items[0].change, Some(Change::Removed));
    assert_eq!(keys(&of(since(Since::Same)).await), ["own", "pkg:npm/right-pad@2.0.0"]);

    let search = |query: &str| SearchComponents { query: query.to_owned(), ..SearchComponents::default() };
    let places = |page: theriac_service::Page<PlacedComponent>| -> Vec<(String, String)> {
        page.items.into_iter().map(|placed| (placed.release, placed.component.key)).collect()
    };
    let pair = |release: &str, key: &str| (release.to_owned(), key.to_owned());
    let right = "pkg:npm/right-pad@2.0.0";
    let page = findings::search_components(&world.app, &otto, &search("pad 2.0")).await.unwrap();
    assert_eq!(places(page), [pair(OLD, right), pair(NEW, right)]);
    products::set_fielded(&world.app, &world.who("ana"), "gateway", OLD, true).await.unwrap();
    let fielded = SearchComponents { fielded: true, with_findings: true, ..search("pad") };
    let page = findings::search_components(&world.app, &otto, &fielded).await.unwrap();
    assert_eq!((page.items[0].fielded, places(page)), (true, vec![pair(OLD, right)]));
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let input = SearchComponents { paging: Paging { after, limit: 1 }, ..search("") };
        let page = findings::search_components(&world.app, &otto, &input).await.unwrap();
        after = page.next.clone();
        seen.extend(places(page));
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 8, "{seen:?}");
    assert!(seen.is_sorted_by_key(|(_, key)| key.clone()), "{seen:?}");
    let soon = world.app.now() + jiff::SignedDuration::from_hours(1);
    let elsewhere = Scope::Product(ProductId(1));
    let elsewhere = TokenScope::new([Permission::Read], elsewhere, soon).unwrap();
    let elsewhere = Who::new(Access::of_token(TokenId(7), elsewhere), "test");
    let page = findings::search_components(&world.app, &elsewhere, &search("")).await.unwrap();
    assert!(page.items.is_empty(), "what may not be read is not found: {page:?}");
});
