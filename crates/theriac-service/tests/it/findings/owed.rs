//! Who owes a finding: lists say what the gate says, over any number of releases, whoever has left meanwhile.

use serde_json::json;
use theriac_auth::Role;
use theriac_conformity::facts::words::{Decision, Route, StandIn};
use theriac_service::{findings, gate, people, products};
use theriac_store::on_both_engines;

use super::{NEW, OLD, advisory, affected, assess, bom, feed, hand_in, list, new_release, row, with};
use crate::world::World;

type Owing = (String, Option<String>, Option<StandIn>);

on_both_engines!(lists_name_the_owner_that_the_gate_names, |store| {
    let world = World::new(&store).await;
    let adam = world.who("adam");
    let pump = products::NewProduct {
        key: "pump".to_owned(),
        name: "Lumen Pump".to_owned(),
        route: Route::Full,
        support_end: None,
    };
    products::add_product(&world.app, &world.who("ana"), pump).await.unwrap();
    for (key, product) in [("eve", None), ("dan", Some("gateway")), ("ben", Some("pump"))] {
        people::grant(&world.app, &adam, key, Role::SecurityOfficer, product).await.unwrap();
    }
    feed(
        &world,
        &[advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", None), advisory("GHSA-bbbb-bbbb-bbbb", "once", None)],
    )
    .await;
    new_release(&world).await;
    for release in [OLD, NEW] {
        hand_in(&world, release, None, bom(&["left-pad@1.3.0", "once@1.4.0"])).await;
    }
    assess(&world, OLD, &["FIND-1"], |input| affected(input, Decision::Fix)).await;
    store.clock.advance_days(2);

    let (manager, officer) = (Some(StandIn::ReleaseManager), Some(StandIn::SecurityOfficer));
    // Ana manages the old release, and nobody the new one; the officer of another product is none of theirs.
    let (old, new) = (("ana", manager), ("dan", officer));
    assert_eq!(owing(&world).await, owed([("ben", None), old, new, new]));
    for (leaver, then) in [("ben", [old, old, new, new]), ("ana", [new; 4]), ("dan", [("eve", officer); 4])] {
        people::leave(&world.app, &adam, leaver, "2026-01-06".parse().unwrap()).await.unwrap();
        assert_eq!(owing(&world).await, owed(then), "{leaver} has left");
    }
    people::leave(&world.app, &adam, "eve", "2026-01-06".parse().unwrap()).await.unwrap();
    assert!(owing(&world).await.iter().all(|(_, owner, stand_in)| owner.is_none() && stand_in.is_none()));
});

on_both_engines!(nobody_owes_what_is_closed, |store| {
    let world = World::new(&store).await;
    let known = advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", None);
    feed(&world, std::slice::from_ref(&known)).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0"])).await;
    assess(&world, OLD, &["FIND-1"], |_| {}).await;
    assert_eq!(row(&world, "FIND-1").await.owner.as_deref(), Some("ana"));
    feed(&world, &[with(known, json!({ "withdrawn": "2026-01-04T00:00:00Z" }))]).await;
    let closed = row(&world, "FIND-1").await;
    assert!(closed.resolved.is_some() && closed.owner.is_none() && closed.stand_in.is_none(), "{closed:?}");
});

fn owed(of: [(&str, Option<StandIn>); 4]) -> Vec<Owing> {
    let numbered = (1..).zip(of);
    numbered
        .map(|(number, (key, stand_in))| (format!("FIND-{number}"), Some(key.to_owned()), stand_in))
        .collect()
}

/// Who owes each open finding of all releases, by number; lists, findings alone and selections agree with the gate.
async fn owing(world: &World) -> Vec<Owing> {
    let rows = list(world, |input| input.open = true).await.page.items;
    let mut all: Vec<Owing> = rows.into_iter().map(|row| (row.reference, row.owner, row.stand_in)).collect();
    all.sort();
    let mut by_gate = Vec::new();
    for release in [OLD, NEW] {
        let gate = gate::gate(&world.app, &world.who("otto"), "gateway", release, None).await.unwrap();
        let reasons = gate.reasons.into_iter().filter(|reason| reason.reference.starts_with("FIND-"));
        by_gate.extend(reasons.map(|reason| (reason.reference, reason.owner, reason.stand_in)));
    }
    by_gate.sort();
    assert_eq!(all, by_gate);
    for (finding, owner, stand_in) in &all {
        let row = row(world, finding).await;
        assert_eq!((&row.owner, &row.stand_in), (owner, stand_in));
        let (otto, chosen) = (world.who("otto"), [finding.clone()]);
        let chosen = findings::selection(&world.app, &otto, "gateway", &row.release, &chosen).await.unwrap();
        let chosen = &chosen.rows[0].owner;
        assert_eq!((&chosen.person, &chosen.stand_in), (owner, stand_in));
    }
    all
}
