//! Verdicts, the gate, the decision and what it pins, packs, duties.

use jiff::civil::Date;
use serde_json::json;
use theriac_auth::{Access, PersonId, Role};
use theriac_conformity::facts::words::{Route, StandIn, Verdict};
use theriac_conformity::pack::Judges;
use theriac_conformity::{ClauseVerdict, Conformity, Facts, Pack, ReasonKind};
use theriac_model::Digest;
use theriac_service::evidence;
use theriac_service::findings::{self, Ground, Standing};
use theriac_service::gate::{self, Decide, Judged, Outcome};
use theriac_service::people;
use theriac_service::products::{self, NewProduct, NewRelease};
use theriac_service::records::{self, DraftLink};
use theriac_service::{Paging, Result, ServiceError, Who};
use theriac_store::tables::packs::StoredPack;
use theriac_store::{args, on_both_engines, tables};

use crate::findings::{CRITICAL, advisory, assess, bom, feed, hand_in, judgement, row, sign};
use crate::installed::Installed;
use crate::story::{
    GATEWAY, approve, approved, candidate, done, finding, manifest, moved_on, revised, sample, submitted,
    submitted_to, write,
};
use crate::world::{MANY, World};

/// The patch of it.
const PATCH: &str = "2.4.1";
const PACK: &str = "id = \"small\"\ntitle = \"Small\"\n[confidence]\nP = \"x\"\n";
const CLAUSES: &str = r#"
[[clause]]
number = "5.2.1"
title = "Requirements"
level = "product"
confidence = "P"
kind = "computed"
duty = "Approve them."
[[clause.check]]
id = "5.2.1-a"
title = "Each requirement is approved"
over = "requirements"
pass = "r.approved"
none = "not met"
todo = "Approve this requirement"
owes = "r.owner"
due = "release.planned_ship_date"

[[clause]]
number = "6.2.1"
title = "Handling"
level = "release"
confidence = "P"
kind = "computed"
judges = ["standing"]
duty = "Assess them."
[[clause.check]]
id = "6.2.1-a"
title = "Each open finding is assessed"
over = "findings"
where = "r.open"
pass = "r.assessed"
none = "met"
todo = "Assess this finding"
"#;

/// Puts a pack of two clauses in force.
async fn small_pack(world: &World) -> Digest {
    pack_of(world, CLAUSES).await
}

async fn pack_of(world: &World, clauses: &str) -> Digest {
    let files = [("pack.toml", PACK), ("clauses/all.toml", clauses)];
    let pack = Pack::load(&files).unwrap();
    let mut open = write(world).await;
    let files = serde_json::to_string(&files).unwrap();
    let stored = StoredPack { digest: pack.digest, id: pack.id.clone(), files };
    tables::packs::activate(&mut open, &stored).await.unwrap();
    done(open, "pack:small").await;
    pack.digest
}

async fn adopted_pack(world: &World) {
    adopted(world, CLAUSES).await;
}

async fn adopted(world: &World, clauses: &str) {
    let digest = pack_of(world, clauses).await;
    let (who, proof) = (world.who("cleo"), world.proof("cleo"));
    gate::adopt_pack(&world.app, &who, &proof, digest, "Copy 17 of the library").await.unwrap();
}

/// A release with an open gate: the reference of its one requirement.
async fn ready(world: &World) -> String {
    adopted_pack(world).await;
    let (requirement, _) = approved(world, "requirement", sample("requirement", json!({})), vec![]).await;
    let build = candidate(world, "rc.1").await;
    manifest(world, build, &["ben@lumen.example"], &["gateway.bin", "manual.pdf"]).await;
    requirement
}

async fn judged(world: &World, at: Option<Date>) -> Judged {
    gate::judged(&world.app, &world.who("ana"), GATEWAY.0, GATEWAY.1, at).await.unwrap()
}

async fn shown(world: &World) -> Judged {
    gate::shown(&world.app, &world.who("ana"), GATEWAY.0, GATEWAY.1).await.unwrap()
}

fn clause<'a>(conformity: &'a Conformity, number: &str) -> &'a ClauseVerdict {
    conformity.clauses.iter().find(|clause| clause.clause == number).unwrap()
}

async fn decide_as(world: &World, key: &str, outcome: Outcome, shown: Digest) -> Result<()> {
    decide_on(world, key, GATEWAY.1, outcome, shown).await
}

async fn decide_on(world: &World, key: &str, release: &str, outcome: Outcome, shown: Digest) -> Result<()> {
    let decide = Decide {
        product: GATEWAY.0.to_owned(),
        release: release.to_owned(),
        outcome,
        reason: "All is well".to_owned(),
        shown,
    };
    gate::decide(&world.app, &world.who(key), &world.proof(key), decide).await
}

/// Decides on what is shown now.
async fn decide(world: &World, outcome: Outcome) -> Result<()> {
    let (_, shown) = gate::preview(&world.app, &world.who("cleo"), GATEWAY.0, GATEWAY.1).await.unwrap();
    decide_as(world, "cleo", outcome, shown).await
}

/// The decisions on the release, read page by page of one.
async fn decisions(world: &World, key: &str) -> Vec<gate::Decided> {
    let (mut all, mut paging) = (Vec::new(), Paging { after: None, limit: 1 });
    loop {
        let page = gate::decisions(&world.app, &world.who(key), GATEWAY.0, GATEWAY.1, &paging).await.unwrap();
        assert!(page.items.len() <= 1);
        all.extend(page.items);
        match page.next {
            None => return all,
            next => paging.after = next,
        }
    }
}

on_both_engines!(two_people_who_decide_at_once_learn_of_one_another, |store| {
    let world = World::new(&store).await;
    adopted_pack(&world).await;
    let (_, shown) = gate::preview(&world.app, &world.who("cleo"), GATEWAY.0, GATEWAY.1).await.unwrap();
    decide_as(&world, "cleo", Outcome::Postpone, shown).await.unwrap();
    let late = decide_as(&world, "cleo", Outcome::Postpone, shown).await.unwrap_err();
    assert!(matches!(late, ServiceError::Changed { now: Some(now), .. } if now != shown), "{late}");
    let kept = products::release(&world.app, &world.who("ana"), GATEWAY.0, GATEWAY.1).await.unwrap();
    assert!(kept.standing.unwrap().current, "lists show how the release stands after the decision");
});

on_both_engines!(verdicts_are_provisional_until_the_pack_is_adopted_by_signature, |store| {
    let world = World::new(&store).await;
    let digest = small_pack(&world).await;
    approved(&world, "requirement", sample("requirement", json!({})), vec![]).await;
    candidate(&world, "rc.1").await;
    let before = judged(&world, None).await;
    assert!(before.conformity.provisional && !before.gate.open);
    assert_eq!(before.gate.reasons.len(), 1);
    assert_eq!(before.gate.reasons[0].kind, ReasonKind::PackNotAdopted);

    store.clock.advance_days(1);
    let adopt = async |key: &str, digest: Digest, copy: &str| {
        gate::adopt_pack(&world.app, &world.who(key), &world.proof(key), digest, copy).await
    };
    let other = adopt("cleo", Digest::of(b"other"), "Copy 17").await.unwrap_err();
    assert!(matches!(other, ServiceError::Changed { now: Some(now), .. } if now == digest), "{other}");
    assert!(matches!(adopt("cleo", digest, " ").await, Err(ServiceError::Invalid(_))));
    assert!(matches!(adopt("ben", digest, "Copy 17").await, Err(ServiceError::NotSigned(_))));
    adopt("cleo", digest, "Copy 17").await.unwrap();
    let after = judged(&world, None).await;
    assert!(!after.conformity.provisional && after.gate.open, "{:?}", after.gate.reasons);
    let yesterday: Date = "2026-01-05".parse().unwrap();
    assert_eq!(judged(&world, Some(yesterday)).await, before);
    let view = gate::pack_in_force(&world.app, &world.who("otto")).await.unwrap();
    assert_eq!(view.adoption.unwrap().copy_of, "Copy 17");
    assert_eq!(view.by.as_deref(), Some("Cleo Example"));
});

on_both_engines!(the_pack_of_the_program_is_put_in_force_once, |store| {
    let world = World::new(&store).await;
    gate::ensure_built_in(&world.app).await.unwrap();
    let seq = store.read().await.unwrap().seq();
    gate::ensure_built_in(&world.app).await.unwrap();
    assert_eq!(store.read().await.unwrap().seq(), seq);
    let judged = judged(&world, None).await;
    assert!(judged.conformity.pack.starts_with("iec-81001-5-1-2021@") && judged.conformity.provisional);
    assert!(judged.conformity.clauses.len() > 50);
    small_pack(&world).await;
    gate::ensure_built_in(&world.app).await.unwrap();
    let pack = gate::pack(&world.app).await.unwrap();
    assert_eq!(pack.reference(), judged.conformity.pack, "the program's pack replaces another one");
});

on_both_engines!(a_release_ships_through_an_open_gate_only, |store| {
    let world = World::new(&store).await;
    adopted_pack(&world).await;
    let (reference, digest) =
        submitted(&world, "requirement", sample("requirement", json!({})), vec![]).await;
    candidate(&world, "rc.1").await;
    let refused = decide(&world, Outcome::Ship).await.unwrap_err();
    assert!(refused.to_string().contains("closed for 1 reason"), "{refused}");
    decide(&world, Outcome::Postpone).await.unwrap();
    assert!(judged(&world, None).await.decided.is_none(), "postponed is not decided");

    let (_, stale) = gate::preview(&world.app, &world.who("cleo"), GATEWAY.0, GATEWAY.1).await.unwrap();
    crate::story::approve(&world, &reference, digest).await;
    let changed = decide_as(&world, "cleo", Outcome::Ship, stale).await.unwrap_err();
    let ServiceError::Changed { now: Some(now), .. } = changed else { panic!("{changed}") };
    let (open, shown) = gate::preview(&world.app, &world.who("cleo"), GATEWAY.0, GATEWAY.1).await.unwrap();
    assert!(open.open);
    assert_eq!(shown, now);
    for key in ["ben", "otto", "adam"] {
        let refused = decide_as(&world, key, Outcome::Ship, shown).await.unwrap_err();
        assert!(matches!(refused, ServiceError::Denied(_) | ServiceError::NotSigned(_)), "{key}: {refused}");
    }
    decide_as(&world, "cleo", Outcome::Ship, shown).await.unwrap();
    let again = decide(&world, Outcome::Postpone).await.unwrap_err();
    assert!(again.to_string().contains("Withdraw that decision first"), "{again}");
    decide(&world, Outcome::Withdraw).await.unwrap();
    let twice = decide(&world, Outcome::Withdraw).await.unwrap_err();
    assert!(matches!(twice, ServiceError::Rule(_)), "{twice}");
    let history = decisions(&world, "otto").await;
    let words: Vec<_> = history.iter().map(|row| (row.decision.outcome.as_str(), row.by.as_str())).collect();
    let cleo = "Cleo Example";
    assert_eq!(words, [("withdraw", cleo), ("ship", cleo), ("postpone", cleo)]);
});

on_both_engines!(of_two_decisions_at_once_one_counts, |store| {
    let world = World::new(&store).await;
    ready(&world).await;
    let (_, shown) = gate::preview(&world.app, &world.who("cleo"), GATEWAY.0, GATEWAY.1).await.unwrap();
    let both = tokio::join!(
        decide_as(&world, "cleo", Outcome::Ship, shown),
        decide_as(&world, "ana", Outcome::Ship, shown)
    );
    assert!(both.0.is_ok() != both.1.is_ok(), "{both:?}");
    let history = decisions(&world, "ana").await;
    assert_eq!(history.len(), 1);
});

on_both_engines!(a_decision_pins_facts_verdicts_baseline_and_artefacts, |store| {
    let world = World::new(&store).await;
    let requirement = ready(&world).await;
    submitted(&world, "measure", sample("measure", json!({})), vec![]).await;
    let mut read = store.read().await.unwrap();
    let build = tables::releases::build_by_name(&mut read, world.release, "rc.1").await.unwrap().unwrap().id;
    drop(read);
    let wrong = manifest(&world, build, &[], &["wrong.bin"]).await;
    let mut open = write(&world).await;
    let id = crate::world::id_of("ana");
    let signature =
        tables::signatures::add(&mut open, wrong.digest, id, "Found wrong", "password", "").await.unwrap();
    tables::evidence::disqualify(&mut open, wrong.id, "Another branch", signature).await.unwrap();
    done(open, &wrong.reference()).await;
    let before = judged(&world, None).await;
    let facts = gate::facts(&world.app, &world.who("ana"), GATEWAY.0, GATEWAY.1, None).await.unwrap();
    decide(&world, Outcome::Ship).await.unwrap();

    let history = decisions(&world, "ana").await;
    let decision = &history[0].decision;
    let pinned: Facts = serde_json::from_slice(&store.blob(decision.facts).await.unwrap()).unwrap();
    assert_eq!(pinned, facts);
    let verdicts: Judged = serde_json::from_slice(&store.blob(decision.verdicts).await.unwrap()).unwrap();
    assert_eq!(verdicts, before);
    let mut read = store.read().await.unwrap();
    let artefacts = tables::decisions::artefacts(&mut read, decision.id).await.unwrap();
    let expected = ["gateway.bin", "manual.pdf"].map(|name| (name.to_owned(), Digest::of(name.as_bytes())));
    assert_eq!(artefacts, expected);
    let sql = "SELECT r.ref FROM baseline b JOIN record r ON r.id = b.record WHERE b.decision = $1";
    let rows = read.fetch_all(sql, args![decision.id]).await.unwrap();
    let pinned: Vec<String> = rows.iter().map(|row| row.get("ref").unwrap()).collect();
    assert_eq!(pinned, [requirement], "what is not approved is no part of it");
    let digest = signed(&mut read, decision.signature).await;
    let signatures = tables::signatures::on(&mut read, digest).await.unwrap();
    assert_eq!(signatures[0].meaning, "Release decided: it ships");
});

async fn signed(read: &mut theriac_store::Read, signature: i64) -> Digest {
    let row = read.fetch_one("SELECT digest FROM signature WHERE id = $1", args![signature]).await.unwrap();
    row.get("digest").unwrap()
}

on_both_engines!(what_was_decided_is_read_and_what_must_go_on_is_judged_today, |store| {
    let world = World::new(&store).await;
    let requirement = ready(&world).await;
    let undecided = judged(&world, None).await;
    let yesterday: Date = "2026-01-05".parse().unwrap();
    store.clock.advance_days(1);
    decide(&world, Outcome::Ship).await.unwrap();
    let decided = judged(&world, None).await;
    assert_eq!(decided.decided.as_deref(), Some("2026-01-06"));
    assert_eq!(clause(&decided.conformity, "5.2.1"), clause(&undecided.conformity, "5.2.1"));

    store.clock.advance_days(1);
    let (cleo, proof) = (world.who("cleo"), world.proof("cleo"));
    let shown = records::record(&world.app, &cleo, &requirement, None).await.unwrap().head.latest.unwrap();
    records::retire(&world.app, &cleo, &proof, &requirement, shown, "Dropped").await.unwrap();
    finding(&world, "pkg:npm/left-pad@1.3.0", "CVE-2026-1").await;
    let later = judged(&world, None).await;
    let requirements = clause(&later.conformity, "5.2.1");
    assert_eq!((requirements.verdict, requirements.standing), (Verdict::Met, Verdict::NotMet));
    let sides: Vec<_> =
        requirements.checks.iter().map(|check| (check.judges.clone(), check.verdict)).collect();
    let expected = [(vec![Judges::AtRelease], Verdict::Met), (vec![Judges::Standing], Verdict::NotMet)];
    assert_eq!(sides, expected);
    assert!(requirements.missing.iter().all(|item| item.judges == [Judges::Standing]));
    assert_eq!(requirements.missing.len(), 1);
    let handling = clause(&later.conformity, "6.2.1");
    assert_eq!((handling.verdict, handling.standing), (Verdict::NotApplicable, Verdict::NotMet));
    assert!(later.gate.open, "the gate is the one that was passed");
    assert_eq!(judged(&world, Some(yesterday)).await, undecided);

    decide(&world, Outcome::Withdraw).await.unwrap();
    let withdrawn = judged(&world, None).await;
    assert!(withdrawn.decided.is_none() && !withdrawn.gate.open);
    assert_eq!(clause(&withdrawn.conformity, "5.2.1").verdict, Verdict::NotMet);
});

on_both_engines!(a_clause_of_a_later_pack_was_not_decided, |store| {
    let world = World::new(&store).await;
    ready(&world).await;
    decide(&world, Outcome::Ship).await.unwrap();
    gate::ensure_built_in(&world.app).await.unwrap();
    let later = judged(&world, None).await;
    let known = clause(&later.conformity, "5.2.1");
    assert_eq!((known.verdict, known.title.as_str()), (Verdict::Met, "Requirements"));
    let new = clause(&later.conformity, "5.8.1");
    assert_eq!(new.verdict, Verdict::NotApplicable);
    assert_eq!(new.reason.as_deref(), Some("The pack of the decision has no such clause."));
    assert!(new.checks.iter().all(|check| !check.judges.contains(&Judges::AtRelease)));
    assert!(later.gate.open);
});

/// Begins 2.4.1, based on the decided 2.4.0.
async fn patch_release(world: &World) {
    let new = NewRelease {
        product: GATEWAY.0.to_owned(),
        name: PATCH.to_owned(),
        based_on: Some(GATEWAY.1.to_owned()),
        planned_ship_date: None,
        manager: None,
    };
    products::add_release(&world.app, &world.who("ana"), new).await.unwrap();
}

async fn patch_facts(world: &World, at: Option<Date>) -> Facts {
    gate::facts(&world.app, &world.who("ana"), GATEWAY.0, PATCH, at).await.unwrap()
}

async fn adopt(world: &World, reference: &str, revision: Digest) -> Result<()> {
    let (cleo, proof) = (world.who("cleo"), world.proof("cleo"));
    let revisions = [(reference.to_owned(), revision)];
    gate::adopt_revisions(&world.app, &cleo, &proof, GATEWAY.0, PATCH, &revisions).await
}

on_both_engines!(a_patch_release_rests_on_the_baseline_and_on_what_it_adopts, |store| {
    let world = World::new(&store).await;
    let requirement = ready(&world).await;
    let links = vec![DraftLink::new("implemented-by", &requirement)];
    approved(&world, "measure", sample("measure", json!({})), links).await;
    decide(&world, Outcome::Ship).await.unwrap();
    let ana = world.who("ana");
    patch_release(&world).await;
    let facts = async || patch_facts(&world, None).await;
    let titles = |facts: &Facts| facts.requirements.iter().map(|row| row.title.clone()).collect::<Vec<_>>();
    let was = titles(&facts().await);
    assert_eq!(facts().await.release.based_on.as_deref(), Some(GATEWAY.1));

    let second = moved_on(&world, &requirement, sample("requirement", json!({ "title": "Second" }))).await;
    let (later, _) =
        approved(&world, "requirement", sample("requirement", json!({ "title": "Later" })), vec![]).await;
    let scope = records::ScopeInput::Release(GATEWAY.0.to_owned(), "2.4.1".to_owned());
    submitted_to(&world, scope, "document", sample("document", json!({ "title": "Its own" })), vec![]).await;
    let read = facts().await;
    assert_eq!(titles(&read), was);
    assert!(read.suspect_links.is_empty(), "within the baseline nothing has moved");
    assert_eq!(read.documents.iter().map(|row| row.title.as_str()).collect::<Vec<_>>(), ["Its own"]);

    let moved = gate::moved_on(&world.app, &ana, GATEWAY.0, PATCH, &Paging::default()).await.unwrap().items;
    let rows: Vec<_> = moved.iter().map(|row| (row.reference.as_str(), row.from, row.number)).collect();
    assert_eq!(rows, [(requirement.as_str(), Some(1), 2), (later.as_str(), None, 1)]);
    let adopt = async |digest: Digest| adopt(&world, &requirement, digest).await;
    let stale = adopt(Digest::of(b"other")).await.unwrap_err();
    assert!(matches!(stale, ServiceError::Changed { now: Some(now), .. } if now == second), "{stale}");
    let day = store.now();
    store.clock.advance_days(1);
    adopt(second).await.unwrap();
    let read = facts().await;
    assert_eq!(titles(&read), ["Second"]);
    assert_eq!(read.suspect_links.len(), 1, "the measure was linked to the first");
    assert!(matches!(adopt(second).await, Err(ServiceError::Changed { .. })), "it rests on it already");
    let yesterday = day.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
    let then = patch_facts(&world, Some(yesterday)).await;
    assert_eq!(titles(&then), was);
});

on_both_engines!(a_patch_release_is_judged_by_the_limits_and_responsibilities_of_today, |store| {
    let world = World::new(&store).await;
    let requirement = ready(&world).await;
    let limits = |days: i64| sample("limits", json!({ "max_age_feed": days, "fix_days_critical": days }));
    let answers = |person: &str| sample("responsibility", json!({ "person": person }));
    let (limit, _) = approved(&world, "limits", limits(7), vec![]).await;
    let (task, _) = approved(&world, "responsibility", answers("ana"), vec![]).await;
    decide(&world, Outcome::Ship).await.unwrap();
    patch_release(&world).await;
    let read = |facts: &Facts| {
        let people: Vec<_> = facts.responsibilities.iter().map(|row| row.person.clone().unwrap()).collect();
        let titles: Vec<_> = facts.requirements.iter().map(|row| row.title.clone()).collect();
        (facts.limits.as_ref().and_then(|limits| limits.max_age_feed), people, titles)
    };
    let title = sample("requirement", json!({}))["title"].as_str().unwrap().to_owned();
    let before = (Some(7), vec!["ana".to_owned()], vec![title.clone()]);
    assert_eq!(read(&patch_facts(&world, None).await), before);

    let day = store.now().to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
    store.clock.advance_days(1);
    moved_on(&world, &limit, limits(2)).await;
    moved_on(&world, &task, answers("mei")).await;
    moved_on(&world, &requirement, sample("requirement", json!({ "title": "Second" }))).await;
    approved(&world, "responsibility", answers("otto"), vec![]).await;
    let (late, _) = approved(&world, "limits", limits(3), vec![]).await;
    let now = read(&patch_facts(&world, None).await);
    assert_eq!(now, (Some(3), vec!["mei".to_owned(), "otto".to_owned()], vec![title.clone()]));
    revised(&world, &late, limits(1)).await;
    assert_eq!(read(&patch_facts(&world, None).await), now, "in review is not yet in force");
    assert_eq!(read(&patch_facts(&world, Some(day)).await), before, "that day had its own");

    let ana = world.who("ana");
    let moved = gate::moved_on(&world.app, &ana, GATEWAY.0, PATCH, &MANY).await.unwrap().items;
    let offered: Vec<_> = moved.iter().map(|row| row.reference.as_str()).collect();
    assert_eq!(offered, [requirement.as_str()]);
});

on_both_engines!(a_decided_patch_release_stands_by_what_is_approved_today, |store| {
    let world = World::new(&store).await;
    let requirement = ready(&world).await;
    decide(&world, Outcome::Ship).await.unwrap();
    patch_release(&world).await;
    let titles = async |at| {
        let facts = patch_facts(&world, at).await;
        facts.requirements.into_iter().map(|row| row.title).collect::<Vec<_>>()
    };
    let before = titles(None).await;
    moved_on(&world, &requirement, sample("requirement", json!({ "title": "Second" }))).await;
    assert_eq!(titles(None).await, before, "it goes on from what its base was decided with");
    let day = store.now().to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
    store.clock.advance_days(1);
    let mut read = world.app.store().read().await.unwrap();
    let patch = tables::releases::by_name(&mut read, world.product, PATCH).await.unwrap().unwrap();
    drop(read);
    crate::world::decide(&world.app, patch.id, tables::releases::RELEASED).await;
    assert_eq!(titles(None).await, ["Second"], "nothing can be adopted any more");
    assert_eq!(titles(Some(day)).await, before, "that day had its own");
});

on_both_engines!(a_judgement_rests_on_the_revision_that_the_release_reads, |store| {
    let world = World::new(&store).await;
    ready(&world).await;
    let (measure, _) = approved(&world, "measure", sample("measure", json!({})), vec![]).await;
    decide(&world, Outcome::Ship).await.unwrap();
    patch_release(&world).await;
    feed(&world, &[advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(CRITICAL))]).await;
    hand_in(&world, PATCH, None, bom(&["left-pad@1.3.0"])).await;
    let judged = assess(&world, PATCH, &["FIND-1"], |input| {
        input.justification = Some("inline mitigations already exist".to_owned());
        input.rests_on = vec![Ground::Measure(measure.clone())];
    });
    sign(&world, "ana", judged.await.set).await.unwrap();
    let (later, digest) = approved(&world, "measure", sample("measure", json!({})), vec![]).await;
    let mut on_later = judgement(&world, PATCH, &["FIND-1"]).await;
    on_later.rests_on = vec![Ground::Measure(later.clone())];
    let refused = findings::assess(&world.app, &world.who("ana"), on_later.clone()).await.unwrap_err();
    assert!(refused.to_string().contains("no approved record"), "the patch does not have it: {refused}");
    adopt(&world, &later, digest).await.unwrap();
    let second = moved_on(&world, &measure, sample("measure", json!({ "title": "Second" }))).await;
    assert_eq!(row(&world, "FIND-1").await.standing, Standing::Acceptable, "the patch still has the first");
    findings::assess(&world.app, &world.who("ana"), on_later).await.unwrap();
    let judged = assess(&world, PATCH, &["FIND-1"], |input| {
        input.justification = Some("inline mitigations already exist".to_owned());
        input.rests_on = vec![Ground::Measure(measure.clone())];
    });
    sign(&world, "ana", judged.await.set).await.unwrap();
    adopt(&world, &measure, second).await.unwrap();
    let lapsed = row(&world, "FIND-1").await;
    assert_eq!(lapsed.standing, Standing::Lapsed, "{lapsed:?}");
    let judged = assess(&world, PATCH, &["FIND-1"], |input| {
        input.justification = Some("inline mitigations already exist".to_owned());
        input.rests_on = vec![Ground::Measure(measure.clone())];
    });
    sign(&world, "ana", judged.await.set).await.unwrap();
    assert_eq!(row(&world, "FIND-1").await.standing, Standing::Acceptable);

    // Once the patch has shipped it stands by what is approved, as any release does.
    let mut read = world.app.store().read().await.unwrap();
    let patch = tables::releases::by_name(&mut read, world.product, PATCH).await.unwrap().unwrap();
    drop(read);
    crate::world::decide(&world.app, patch.id, tables::releases::RELEASED).await;
    assert_eq!(row(&world, "FIND-1").await.standing, Standing::Acceptable);
    moved_on(&world, &measure, sample("measure", json!({ "title": "Third" }))).await;
    assert_eq!(row(&world, "FIND-1").await.standing, Standing::Lapsed);
});

on_both_engines!(a_deviation_lets_nobody_off_the_date_of_what_is_not_the_releases_own, |store| {
    let world = World::new(&store).await;
    let clauses = CLAUSES
        .replace("over = \"requirements\"", "over = \"documents\"")
        .replace("pass = \"r.approved\"", "pass = \"r.approved && r.review_days_overdue == 0\"");
    adopted(&world, &clauses.replace("release.planned_ship_date", "r.next_review")).await;
    let fields = json!({ "owner": "ben", "effective_date": "2026-01-01", "next_review": "2026-01-10" });
    let (document, _) = approved(&world, "document", sample("document", fields), vec![]).await;
    store.clock.advance_days(10);
    let fields = json!({ "clause": "5.2.1", "missing": [document], "expires": "2026-03-01", "owner": "ana" });
    approved(&world, "deviation", sample("deviation", fields), vec![]).await;
    let duties = gate::duties(&world.app, &world.who("ben"), "ben", &MANY).await.unwrap().page.items;
    let mut due: Vec<_> = duties
        .iter()
        .filter(|duty| duty.reference.starts_with(&document))
        .map(|duty| (duty.due.as_deref().unwrap(), duty.covered.is_some()))
        .collect();
    due.sort_unstable();
    assert_eq!(due, [("2026-01-10", false), ("2026-03-01", true)]);
});

/// How a release stands to what a review of it and a clause assessment read.
fn judgements(facts: &Facts) -> (i64, bool, usize) {
    let (review, assessment) = (&facts.reviews[0], &facts.clause_assessments[0]);
    assert_eq!(review.subjects, 1);
    (review.current_subjects, assessment.holds, facts.suspect_links.len())
}

on_both_engines!(what_a_patch_release_judges_is_the_revision_that_it_reads, |store| {
    let world = World::new(&store).await;
    let requirement = ready(&world).await;
    approved(&world, "limits", sample("limits", json!({})), vec![]).await;
    decide(&world, Outcome::Ship).await.unwrap();
    patch_release(&world).await;
    let second = moved_on(&world, &requirement, sample("requirement", json!({ "title": "Second" }))).await;
    let (later, _) = approved(&world, "requirement", sample("requirement", json!({})), vec![]).await;

    let scope = || records::ScopeInput::Release(GATEWAY.0.to_owned(), PATCH.to_owned());
    let written = async |kind: &str, content, links| {
        let (reference, digest) = submitted_to(&world, scope(), kind, content, links).await;
        approve(&world, &reference, digest).await;
        reference
    };
    let read = sample("review", json!({ "held_date": "2026-01-05", "points": [] }));
    let review = written("review", read.clone(), vec![DraftLink::new("reviews", &requirement)]).await;
    let judged = json!({ "clause": "5.2.1", "assessed_date": "2026-01-05", "evidence": [] });
    let cites = vec![DraftLink::new("cites", &requirement)];
    let assessment = written("clause-assessment", sample("clause-assessment", judged), cites).await;
    let links = [&requirement, &later].map(|target| DraftLink::new("resulted-in", target));
    let activity =
        written("activity", sample("activity", json!({ "clause": "5.2.1", "evidence": [] })), links.into())
            .await;
    assert_eq!(judgements(&patch_facts(&world, None).await), (1, true, 0));

    let ana = world.who("ana");
    // Of each link: the revision pinned, the one that the release reads, and whether the link is suspect.
    let links_of = async |reference: &str| {
        let view = records::record(&world.app, &ana, reference, None).await.unwrap();
        let links = view.links.iter();
        let seen = links.map(|link| (link.pinned_number, link.approved.map(|(_, now)| now), link.suspect));
        seen.collect::<Vec<_>>()
    };
    for judges in [&review, &assessment] {
        assert_eq!(links_of(judges).await, [(1, Some(1), false)], "{judges}");
    }
    assert_eq!(links_of(&activity).await, [(1, Some(1), false), (1, Some(1), false)]);
    let suspects = async || {
        let input = records::ListInput { suspect: true, ..records::ListInput::default() };
        let listed = records::list(&world.app, &ana, &input).await.unwrap().rows;
        listed.iter().map(|row| row.record.reference.clone()).collect::<Vec<_>>()
    };
    assert_eq!(suspects().await, [""; 0]);
    let backlinks = records::record(&world.app, &ana, &requirement, None).await.unwrap().backlinks;
    assert_eq!(backlinks.iter().filter(|link| link.suspect).count(), 0);

    adopt(&world, &requirement, second).await.unwrap();
    assert_eq!(judgements(&patch_facts(&world, None).await), (0, false, 3));
    for judges in [&review, &assessment] {
        assert_eq!(links_of(judges).await, [(1, Some(2), true)], "{judges}");
    }
    assert_eq!(links_of(&activity).await, [(1, Some(2), true), (1, Some(1), false)]);
    assert_eq!(suspects().await.len(), 3);
    let clear = records::ClearSuspect {
        source: activity.clone(),
        link: "resulted-in".to_owned(),
        target: requirement.clone(),
        to: second,
        reason: "It made this one, too".to_owned(),
    };
    records::clear_suspect(&world.app, &ana, clear).await.unwrap();
    assert_eq!(links_of(&activity).await, [(1, Some(2), false), (1, Some(1), false)]);
    moved_on(&world, &review, read).await;
    assert_eq!(judgements(&patch_facts(&world, None).await), (1, false, 1));
    assert_eq!(links_of(&review).await, [(2, Some(2), false)]);

    // What is retired for the product is still what this release rests on, until it is that very revision.
    moved_on(&world, &requirement, sample("requirement", json!({ "title": "Third" }))).await;
    let (cleo, proof) = (world.who("cleo"), world.proof("cleo"));
    let third = records::record(&world.app, &cleo, &requirement, None).await.unwrap().head.latest.unwrap();
    records::retire(&world.app, &cleo, &proof, &requirement, third, "Dropped").await.unwrap();
    assert_eq!(links_of(&review).await, [(2, Some(2), false)]);
    assert_eq!(judgements(&patch_facts(&world, None).await), (1, false, 1));
});

on_both_engines!(shown_verdicts_stay_until_something_bears_on_the_release, |store| {
    let world = World::new(&store).await;
    ready(&world).await;
    let ana = world.who("ana");
    let first = shown(&world).await;
    assert_eq!(first, judged(&world, None).await);
    let new = NewProduct {
        key: "pump".to_owned(),
        name: "Pump".to_owned(),
        route: "full".parse().unwrap(),
        support_end: None,
    };
    products::add_product(&world.app, &ana, new).await.unwrap();
    let scope = records::ScopeInput::Product("pump".to_owned());
    submitted_to(&world, scope, "requirement", sample("requirement", json!({})), vec![]).await;
    world.who("ben").refused(&world.app, "release decide", "tried").await.unwrap();
    assert_eq!(shown(&world).await.conformity.seq, first.conformity.seq, "another product's doings");

    // What the organisation rests on evidence counts for every product.
    let mut read = world.app.store().read().await.unwrap();
    let pump = tables::products::by_key(&mut read, "pump").await.unwrap().unwrap();
    drop(read);
    let release = NewRelease { product: "pump".to_owned(), name: "1".to_owned(), ..NewRelease::default() };
    products::add_release(&world.app, &ana, release).await.unwrap();
    let mut read = world.app.store().read().await.unwrap();
    let release = tables::releases::by_name(&mut read, pump.id, "1").await.unwrap().unwrap();
    drop(read);
    let wrong = crate::story::evidence(&world, release.id, None, "test-results").await;
    assert_eq!(shown(&world).await.conformity.seq, first.conformity.seq, "of another product");
    let (proof, wrong) = (world.proof("ana"), wrong.reference());
    evidence::disqualify(&world.app, &ana, &proof, &wrong, "Wrong").await.unwrap();
    let cited = shown(&world).await;
    assert!(cited.conformity.seq > first.conformity.seq, "a record of the organisation may cite it");
    people::close_account(&world.app, &world.who("adam"), "mei").await.unwrap();
    let closed = shown(&world).await;
    assert!(closed.conformity.seq > cited.conformity.seq, "who stands in may be another");
    let first = closed;

    let (reference, _) = submitted(&world, "requirement", sample("requirement", json!({})), vec![]).await;
    let second = shown(&world).await;
    assert!(second.conformity.seq > first.conformity.seq, "{reference} bears on it");
    assert_eq!(clause(&second.conformity, "5.2.1").verdict, Verdict::PartlyMet);
    finding(&world, "pkg:npm/left-pad@1.3.0", "CVE-2026-1").await;
    assert_eq!(clause(&shown(&world).await.conformity, "6.2.1").standing, Verdict::NotMet);
    store.clock.advance_days(1);
    assert_eq!(shown(&world).await.conformity.at, "2026-01-06", "another day");
});

on_both_engines!(a_person_sees_what_they_owe_first_things_first, |store| {
    let world = World::new(&store).await;
    adopted_pack(&world).await;
    let requirement = |owner: &str| sample("requirement", json!({ "owner": owner }));
    let (mine, _) = submitted(&world, "requirement", requirement("ben"), vec![]).await;
    submitted(&world, "requirement", requirement("ana"), vec![]).await;
    finding(&world, "pkg:npm/left-pad@1.3.0", "CVE-2026-1").await;
    let duties = gate::duties(&world.app, &world.who("ben"), "ben", &MANY).await.unwrap().page.items;
    assert_eq!(duties.len(), 1);
    assert_eq!(duties[0].clause.as_deref(), Some("5.2.1"));
    assert!(duties[0].reference.starts_with(&mine));
    assert_eq!((duties[0].product.as_str(), duties[0].release.as_str()), GATEWAY);
    let ana = gate::duties(&world.app, &world.who("ana"), "ana", &MANY).await.unwrap().page.items;
    let clauses: Vec<_> = ana.iter().map(|duty| duty.clause.as_deref()).collect();
    // The manager of the release owes what nobody else does: a ship date, a candidate, and the assessment of the finding.
    assert_eq!(ana.len(), 4, "{ana:?}");
    for clause in [None, Some("5.2.1"), Some("6.2.1")] {
        assert!(clauses.contains(&clause), "{ana:?}");
    }
    assert!(ana.iter().any(|duty| duty.todo == "No date: set a planned ship date"), "{ana:?}");
    assert!(ana.is_sorted_by_key(|duty| (duty.due.is_none(), duty.due.clone())), "{ana:?}");
    assert!(gate::duties(&world.app, &world.who("ana"), "otto", &MANY).await.unwrap().page.items.is_empty());
});

on_both_engines!(in_a_new_installation_everything_has_an_owner, |store| {
    let here = Installed::new(&store).await;
    gate::ensure_built_in(&here.app).await.unwrap();
    let ana = here.who("ana").await;
    let route = Route::Full;
    let product = NewProduct { key: "pump".to_owned(), name: "Pump".to_owned(), route, support_end: None };
    products::add_product(&here.app, &ana, product).await.unwrap();
    let release = NewRelease { product: "pump".to_owned(), name: "1.0".to_owned(), ..NewRelease::default() };
    products::add_release(&here.app, &ana, release).await.unwrap();
    let judged = gate::judged(&here.app, &ana, "pump", "1.0", None).await.unwrap();
    assert!(judged.gate.reasons.len() > 50, "{}", judged.gate.reasons.len());
    for reason in &judged.gate.reasons {
        let owner = (reason.owner.as_deref(), reason.stand_in);
        assert_eq!(owner, (Some("ana"), Some(StandIn::SecurityOfficer)), "{reason:?}");
        assert!(!reason.todo.is_empty(), "{reason:?}");
    }
    let facts = gate::facts(&here.app, &ana, "pump", "1.0", None).await.unwrap();
    let roles: Vec<_> =
        facts.people.iter().map(|row| (row.reference.as_str(), row.roles.join(" "))).collect();
    assert!(roles.contains(&("ana", "security-officer".to_owned())), "{roles:?}");
    let duties = gate::duties(&here.app, &ana, "ana", &MANY).await.unwrap().page.items;
    assert!(duties.len() > 50 && duties.iter().all(|duty| duty.stand_in.is_some()), "{duties:?}");
    let (mut paged, mut after) = (Vec::new(), None);
    loop {
        let paging = Paging { after, limit: 20 };
        let page = gate::duties(&here.app, &ana, "ana", &paging).await.unwrap().page;
        paged.extend(page.items);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(paged, duties, "page by page it is the same");
    let asked = duties.iter().filter(|duty| duty.todo == "No date: set a planned ship date").count();
    assert_eq!(asked, 1);

    // Another role is another answer, also of what is kept.
    let adam = here.who("adam").await;
    people::withdraw(&here.app, &adam, "ana", Role::SecurityOfficer, None).await.unwrap();
    let otto = here.who("otto").await;
    let after = gate::shown(&here.app, &otto, "pump", "1.0").await.unwrap();
    assert!(after.gate.reasons.iter().all(|reason| reason.owner.is_none()), "{:?}", after.gate.reasons[0]);
});

on_both_engines!(dates_of_approved_records_are_duties_before_a_check_fails, |store| {
    let world = World::new(&store).await;
    adopted_pack(&world).await;
    let of = async |who: &str, person: &str| {
        let duties = gate::duties(&world.app, &world.who(who), person, &MANY).await.unwrap().page.items;
        duties.into_iter().filter(|duty| duty.reference.starts_with("DOC-")).collect::<Vec<_>>()
    };
    let document =
        |owner: &str, next: &str| sample("document", json!({ "owner": owner, "next_review": next }));
    let (first, digest) = submitted(&world, "document", document("ben", "2026-06-01"), vec![]).await;
    assert!(of("ben", "ben").await.is_empty(), "nobody has approved it yet");
    approve(&world, &first, digest).await;
    let duties = of("ben", "ben").await;
    assert_eq!(duties.len(), 1);
    assert_eq!(
        (duties[0].reference.as_str(), duties[0].due.as_deref()),
        (first.as_str(), Some("2026-06-01"))
    );
    assert_eq!(duties[0].todo, "Review this document and set the next date");
    assert_eq!(duties[0].clause, None);

    // A revision in review changes nothing; an approved one does.
    let next = revised(&world, &first, document("mei", "2027-06-01")).await;
    assert_eq!(of("ben", "ben").await, duties);
    store.clock.advance_days(200);
    let late = async |who: &str| {
        let late = gate::overview(&world.app, &world.who(who), who).await.unwrap().late;
        let rows = late.unwrap().into_iter().map(|owed| (owed.owner, owed.duty.reference));
        rows.filter(|(_, reference)| reference.starts_with("DOC-")).collect::<Vec<_>>()
    };
    assert_eq!(late("otto").await, [("ben".to_owned(), first.clone())]);
    approve(&world, &first, next).await;
    assert!(of("ben", "ben").await.is_empty() && late("otto").await.is_empty());
    assert_eq!(of("mei", "mei").await[0].due.as_deref(), Some("2027-06-01"));
    let (cleo, proof) = (world.who("cleo"), world.proof("cleo"));
    records::retire(&world.app, &cleo, &proof, &first, next, "Replaced").await.unwrap();
    assert!(of("mei", "mei").await.is_empty());
});

on_both_engines!(what_nobody_else_answers_for_in_the_field_is_of_who_decided, |store| {
    let world = World::new(&store).await;
    ready(&world).await;
    decide(&world, Outcome::Ship).await.unwrap();
    products::set_fielded(&world.app, &world.who("ana"), GATEWAY.0, GATEWAY.1, true).await.unwrap();
    finding(&world, "pkg:npm/left-pad@1.3.0", "CVE-2026-1").await;
    let of = async |person: &str| {
        let duties = gate::duties(&world.app, &world.who("otto"), person, &MANY).await.unwrap().page.items;
        duties.into_iter().filter(|duty| duty.reference == "FIND-1").count()
    };
    assert_eq!((of("ana").await, of("cleo").await), (1, 0), "Ana manages the release");
    store.clock.advance_days(2);
    for (leaver, left) in [("ana", 1), ("cleo", 0)] {
        people::leave(&world.app, &world.who("adam"), leaver, "2026-01-06".parse().unwrap()).await.unwrap();
        assert_eq!((of("ana").await, of("cleo").await), (0, left), "{leaver} has left");
    }
});

on_both_engines!(what_is_not_looked_at_is_said, |store| {
    let world = World::new(&store).await;
    adopted_pack(&world).await;
    let ana = world.who("ana");
    for number in 1..=200 {
        let name = format!("3.{number}");
        let manager = Some("ana".to_owned());
        let new = NewRelease { product: GATEWAY.0.to_owned(), name, manager, ..NewRelease::default() };
        products::add_release(&world.app, &ana, new).await.unwrap();
    }
    let overview = gate::overview(&world.app, &ana, "ana").await.unwrap();
    assert_eq!(
        overview.left_out,
        ["Of 201 releases that nobody has decided, only the newest 200 are looked at."]
    );
    let looked_at: std::collections::BTreeSet<_> =
        overview.own.iter().map(|duty| duty.release.as_str()).collect();
    assert_eq!((looked_at.len(), looked_at.contains(GATEWAY.1)), (200, false), "the oldest is left out");

    // Customers have it: it is looked at whatever its age, and nobody decided it.
    products::set_fielded(&world.app, &ana, GATEWAY.0, GATEWAY.1, true).await.unwrap();
    let after = gate::duties(&world.app, &ana, "ana", &MANY).await.unwrap();
    assert_eq!(after.left_out, Vec::<String>::new());
});

on_both_engines!(what_a_deviation_in_force_covers_is_not_overdue, |store| {
    let world = World::new(&store).await;
    adopted_pack(&world).await;
    let requirement = sample("requirement", json!({ "owner": "ben" }));
    let (mine, _) = submitted(&world, "requirement", requirement, vec![]).await;
    let change = products::ReleaseChange {
        expected: None,
        planned_ship_date: Some("2026-01-10".parse().unwrap()),
        manager: Some("ana".to_owned()),
    };
    products::change_release(&world.app, &world.who("ana"), GATEWAY.0, GATEWAY.1, change).await.unwrap();
    let deviation = sample(
        "deviation",
        json!({ "clause": "5.2.1", "missing": [mine], "expires": "2026-03-01", "owner": "ben" }),
    );
    approved(&world, "deviation", deviation, vec![]).await;
    store.clock.advance_days(20);
    let ben = async || gate::duties(&world.app, &world.who("ben"), "ben", &MANY).await.unwrap().page.items;
    let late = async || {
        let late = gate::overview(&world.app, &world.who("otto"), "otto").await.unwrap().late.unwrap();
        late.into_iter().filter(|owed| owed.owner == "ben").count()
    };
    let duties = ben().await;
    let covered = duties.iter().find(|duty| duty.reference.starts_with(&mine)).unwrap();
    assert_eq!(covered.due.as_deref(), Some("2026-03-01"));
    assert_eq!(covered.covered.as_ref().unwrap().deviation, "DEV-1");
    let expires = duties.iter().find(|duty| duty.reference == "DEV-1").unwrap();
    assert_eq!(expires.todo, "This deviation expires: close its missing items");
    assert_eq!((expires.due.as_deref(), late().await), (Some("2026-03-01"), 0));
    store.clock.advance_days(60);
    let duties = ben().await;
    let open = duties.iter().find(|duty| duty.reference.starts_with(&mine)).unwrap();
    assert_eq!((open.due.as_deref(), open.covered.as_ref()), (Some("2026-01-10"), None));
    assert_eq!(late().await, 2, "the requirement and the deviation");
});

on_both_engines!(overdue_duties_come_in_pages, |store| {
    let world = World::new(&store).await;
    adopted_pack(&world).await;
    for number in 0..5 {
        let day = format!("2026-06-{:02}", 20 + number / 2);
        let content = json!({ "title": format!("Guide {number}"), "owner": "ben", "next_review": day });
        approved(&world, "document", sample("document", content), vec![]).await;
    }
    store.clock.advance_days(250);
    let page = async |after: Option<String>| {
        let paging = Paging { after, limit: 2 };
        gate::overdue(&world.app, &world.who("otto"), "otto", &paging).await
    };
    let (mut seen, mut after, mut pages) = (Vec::new(), None, 0);
    loop {
        let found = page(after).await.unwrap().page;
        seen.extend(found.items.into_iter().map(|owed| (owed.duty.due, owed.duty.reference)));
        pages += 1;
        after = found.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!((seen.len(), pages), (5, 3), "{seen:?}");
    assert!(seen.is_sorted_by(|one, other| one.0 <= other.0), "{seen:?}");
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 5, "each once");
    assert!(page(Some("nonsense".to_owned())).await.is_err());
});

on_both_engines!(who_looks_after_others_sees_what_these_let_pass, |store| {
    let world = World::new(&store).await;
    adopted_pack(&world).await;
    let change = products::ReleaseChange {
        expected: None,
        planned_ship_date: Some("2026-03-01".parse().unwrap()),
        manager: Some("ana".to_owned()),
    };
    products::change_release(&world.app, &world.who("ana"), GATEWAY.0, GATEWAY.1, change).await.unwrap();
    for owner in ["ben", "mei"] {
        submitted(&world, "requirement", sample("requirement", json!({ "owner": owner })), vec![]).await;
    }
    let seen = |who: &str, person: &str| {
        let (app, who, person) = (world.app.clone(), world.who(who), person.to_owned());
        async move { gate::overview(&app, &who, &person).await.unwrap() }
    };
    let owners = |late: &Option<Vec<gate::Owed>>| -> Option<Vec<String>> {
        Some(late.as_ref()?.iter().map(|owed| owed.owner.clone()).collect())
    };
    assert_eq!(seen("otto", "otto").await.late, Some(vec![]), "nothing is overdue yet");
    store.clock.advance_days(100);
    let all = seen("ana", "ana").await.late;
    let both = Some(vec!["ben".to_owned(), "mei".to_owned()]);
    assert_eq!(owners(&all), both, "{all:?}");
    assert_eq!(all.unwrap()[0].duty, seen("ben", "ben").await.own[0]);
    // Ben may not read the audit log: he sees as much as whom he asks for leads. Otto leads Mei, Adam leads Otto.
    assert_eq!(owners(&seen("ben", "otto").await.late), Some(vec!["mei".to_owned()]));
    let led = Some(["ana", "ben", "mei"].map(str::to_owned).to_vec());
    assert_eq!(owners(&seen("ben", "adam").await.late), led, "also those who report through others");
    assert_eq!(seen("ben", "ben").await.late, None);
});

on_both_engines!(releases_are_listed_with_whether_they_were_decided, |store| {
    let world = World::new(&store).await;
    ready(&world).await;
    let list = async || gate::releases(&world.app, &world.who("otto")).await.unwrap();
    assert!(!list().await[0].decided);
    decide(&world, Outcome::Ship).await.unwrap();
    let rows = list().await;
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (rows[0].product.as_str(), rows[0].release.as_str(), rows[0].decided),
        ("gateway", "2.4.0", true)
    );
});

on_both_engines!(lists_of_releases_say_how_each_stood_when_it_was_last_looked_at, |store| {
    let world = World::new(&store).await;
    adopted_pack(&world).await;
    let listed = async || {
        let paging = Paging::default();
        let page = products::releases(&world.app, &world.who("otto"), None, &paging).await.unwrap();
        page.items.into_iter().next().unwrap().standing
    };
    assert_eq!(listed().await, None, "nobody has looked at it");
    let judged = shown(&world).await;
    let standing = listed().await.unwrap();
    assert!(standing.current);
    assert_eq!(standing.sums.gate_open, judged.gate.open);
    assert_eq!(standing.sums.reasons as usize, judged.gate.reasons.len());
    assert_eq!(standing.sums.clauses.iter().sum::<u32>() as usize, judged.conformity.clauses.len());
    assert_eq!(
        (standing.sums.seq, standing.sums.day.to_string()),
        (judged.conformity.seq, judged.conformity.at)
    );

    // Another product's records leave it as it is, its own do not: what is kept is shown, with of when it is.
    let product =
        NewProduct { key: "pump".to_owned(), name: "Pump".to_owned(), route: Route::Full, support_end: None };
    products::add_product(&world.app, &world.who("ana"), product).await.unwrap();
    let elsewhere = records::ScopeInput::Product("pump".to_owned());
    submitted_to(&world, elsewhere, "requirement", sample("requirement", json!({})), vec![]).await;
    assert!(listed().await.unwrap().current);
    submitted(&world, "requirement", sample("requirement", json!({})), vec![]).await;
    let stale = listed().await.unwrap();
    assert_eq!((stale.current, &stale.sums), (false, &standing.sums));
    shown(&world).await;
    assert!(listed().await.unwrap().current);
    store.clock.advance_days(1);
    assert!(!listed().await.unwrap().current);
});

on_both_engines!(sums_of_releases_are_those_of_their_verdicts_whatever_happened_since, |store| {
    let world = World::new(&store).await;
    ready(&world).await;
    for name in ["2.5.0", "2.6.0"] {
        let new =
            NewRelease { product: GATEWAY.0.to_owned(), name: name.to_owned(), ..NewRelease::default() };
        products::add_release(&world.app, &world.who("ana"), new).await.unwrap();
    }
    let alike = async || {
        let otto = world.who("otto");
        let states = gate::releases(&world.app, &otto).await.unwrap();
        let sums = gate::sums(&world.app, &otto, &states).await.unwrap();
        assert_eq!((states.len(), sums.len()), (3, 3));
        for (state, sums) in states.iter().zip(&sums) {
            let now = gate::judged(&world.app, &otto, &state.product, &state.release, None).await.unwrap();
            let count = |wanted| {
                let clauses = now.conformity.clauses.iter().filter(|clause| clause.verdict == wanted);
                u32::try_from(clauses.count()).unwrap()
            };
            use Verdict::{Met, NotApplicable, NotMet, PartlyMet};
            assert_eq!(sums.clauses, [Met, PartlyMet, NotMet, NotApplicable].map(count), "{}", state.release);
            assert_eq!(sums.gate_open, now.gate.open, "{}", state.release);
            let new = now.gate.reasons.iter().filter(|reason| reason.kind == ReasonKind::FindingNotAssessed);
            assert_eq!(
                (sums.reasons as usize, sums.findings as usize),
                (now.gate.reasons.len(), new.count())
            );
        }
        sums
    };
    let first = alike().await;
    assert!(first.iter().any(|sums| sums.gate_open) && first.iter().any(|sums| !sums.gate_open));
    assert_eq!(alike().await, first, "as they were kept");
    finding(&world, "pkg:npm/left-pad@1.3.0", "CVE-2026-1").await;
    let second = alike().await;
    assert_eq!(second.iter().map(|sums| sums.findings).sum::<u32>(), 1, "one of them has a finding now");
    store.clock.advance_days(40);
    alike().await;

    let states = gate::releases(&world.app, &world.who("otto")).await.unwrap();
    let stranger = Who::new(Access::of_person(PersonId(999), []), "test");
    let hidden = gate::sums(&world.app, &stranger, &states).await;
    assert!(matches!(hidden, Err(ServiceError::NotFound { .. })), "{hidden:?}");
});

on_both_engines!(the_same_question_has_the_same_bytes_as_answer, |store| {
    let world = World::new(&store).await;
    gate::ensure_built_in(&world.app).await.unwrap();
    for number in 0..12 {
        let content = sample("requirement", json!({ "title": format!("Requirement {number}") }));
        submitted(&world, "requirement", content, vec![]).await;
    }
    let build = candidate(&world, "rc.1").await;
    manifest(&world, build, &["a@b", "c@d", "e@f"], &["z", "y", "x"]).await;
    let ask = async || serde_json::to_string(&judged(&world, None).await).unwrap();
    let first = ask().await;
    for _ in 0..4 {
        assert_eq!(ask().await, first);
    }
    let kept = serde_json::to_string(&shown(&world).await).unwrap();
    assert_eq!(kept, first);
    assert_eq!(serde_json::to_string(&shown(&world).await).unwrap(), first, "and as it was kept");
});
