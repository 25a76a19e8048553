//! What later releases take over of judgements, and when a judgement lapses.

use serde_json::{Value, json};
use theriac_auth::separation::Conflict;
use theriac_auth::{Access, Grant, PersonId, Role, Scope};
use theriac_conformity::ReasonKind;
use theriac_conformity::facts::rows::Finding;
use theriac_conformity::facts::words::{Decision, PatientImpact, Verdict, VexStatus};
use theriac_model::Digest;
use theriac_service::audit::{self, Entries};
use theriac_service::evidence;
use theriac_service::findings::{self, FindingRow, Ground, Standing};
use theriac_service::gate;
use theriac_service::people;
use theriac_service::products::{self, NewRelease};
use theriac_service::{ServiceError, Who};
use theriac_store::{on_both_engines, tables};

use super::{
    CRITICAL, LEFT_PAD, NEW, OLD, advisory, affected, assess, bom, build, built, commit, confirm, feed,
    hand_in, judgement, list, manifest, new_release, of_release, row, run_jobs, sign, wrong,
};
use crate::evidence::things;
use crate::story::{approved, moved_on, sample};
use crate::world::{MANY, World, decide, id_of};

on_both_engines!(a_judgement_reaches_later_releases_when_it_is_signed, |store| {
    let world = World::new(&store).await;
    feed(&world, &[advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(CRITICAL))]).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0"])).await;
    new_release(&world).await;
    hand_in(&world, NEW, None, bom(&["left-pad@1.3.0"])).await;
    assert_eq!(of_release(&world, NEW).await[0].standing, Standing::New);
    let judged = assess(&world, OLD, &["FIND-1"], |_| {}).await;
    assert_eq!(of_release(&world, NEW).await[0].standing, Standing::New, "nobody has signed it yet");
    sign(&world, "ana", judged.set).await.unwrap();
    let rows = of_release(&world, NEW).await;
    assert_eq!((rows[0].standing, rows[0].carried), (Standing::Unconfirmed, true));
});

on_both_engines!(a_judgement_reaches_any_number_of_later_releases, |store| {
    let world = World::new(&store).await;
    feed(&world, &[advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", None)]).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0"])).await;
    for number in 0..22 {
        let name = format!("3.{number}");
        let new = NewRelease { product: "gateway".to_owned(), name: name.clone(), ..NewRelease::default() };
        products::add_release(&world.app, &world.who("ana"), new).await.unwrap();
        hand_in(&world, &name, None, bom(&["left-pad@1.3.0"])).await;
    }
    let (measure, _) = approved(&world, "measure", sample("measure", json!({})), vec![]).await;
    let count = async |of: fn(&FindingRow) -> bool| {
        let rows = list(&world, |input| input.paging = MANY).await.page.items;
        (rows.len(), rows.iter().filter(|row| of(row)).count())
    };
    let on_measure = assess(&world, OLD, &["FIND-1"], |input| {
        input.rests_on = vec![Ground::Measure(measure.clone())];
    });
    sign(&world, "ana", on_measure.await.set).await.unwrap();
    let judged = |row: &FindingRow| row.standing != Standing::New;
    assert_eq!(count(judged).await, (23, 21), "as many later ones as are renewed while others wait to write");
    run_jobs(&world).await;
    assert_eq!(count(judged).await, (23, 23));

    // What was decided and is in no customer's hands is not matched again, yet what holds no longer is said of it, too.
    let mut read = world.app.store().read().await.unwrap();
    let product = tables::products::by_key(&mut read, "gateway").await.unwrap().unwrap();
    let decided = tables::releases::of_product(&mut read, product.id).await.unwrap();
    drop(read);
    for release in &decided {
        decide(&world.app, release.id, tables::releases::RELEASED).await;
    }
    moved_on(&world, &measure, sample("measure", json!({ "title": "Another" }))).await;
    let lapsed = |row: &FindingRow| !row.changed.is_empty();
    assert_eq!(count(lapsed).await, (23, 20));
    run_jobs(&world).await;
    assert_eq!(count(lapsed).await, (23, 23));
    // The job looked at all of them each time, and wrote of those alone that were not as they should be.
    assert_eq!(looked_at_again(&world).await, 2 + 3);

    store.clock.advance_days(1);
    let exploited = assess(&world, OLD, &["FIND-1"], |input| {
        affected(input, Decision::Fix);
        input.exploitability = Some(findings::EXPLOITED.to_owned());
    });
    sign(&world, "ana", exploited.await.set).await.unwrap();
    let asked_again = |row: &FindingRow| row.changed.iter().any(|change| change.contains("exploitation"));
    assert_eq!(count(asked_again).await, (23, 19), "the first twenty, without the one that says it");
    run_jobs(&world).await;
    assert_eq!(count(asked_again).await, (23, 22));
});

/// How many releases the job has written of.
async fn looked_at_again(world: &World) -> usize {
    let filter = Entries { action: Some("release renew".to_owned()), ..Entries::default() };
    audit::entries(&world.app, &world.who("otto"), &filter, &MANY).await.unwrap().items.len()
}

on_both_engines!(a_new_release_takes_judgements_over_and_confirms_them_as_a_set, |store| {
    let world = World::new(&store).await;
    let records = ["left-pad", "right-pad", "top-pad"]
        .map(|name| advisory(&format!("GHSA-{name}"), name, Some(CRITICAL)));
    feed(&world, &records).await;
    let packages = ["left-pad@1.3.0", "right-pad@2.0.0", "top-pad@3.0.0"];
    hand_in(&world, OLD, None, bom(&packages)).await;
    let judged = assess(&world, OLD, &["FIND-1", "FIND-2"], |_| {}).await;
    sign(&world, "ana", judged.set).await.unwrap();
    // Not signed, so there is nothing to take over.
    assess(&world, OLD, &["FIND-3"], |_| {}).await;

    new_release(&world).await;
    hand_in(&world, NEW, None, bom(&["left-pad@1.3.0", "right-pad@2.0.1", "top-pad@3.0.0"])).await;
    let rows = of_release(&world, NEW).await;
    let seen: Vec<_> = rows.iter().map(|row| (row.component.as_str(), row.standing, row.carried)).collect();
    assert_eq!(
        seen,
        [
            ("pkg:npm/top-pad@3.0.0", Standing::New, false),
            ("pkg:npm/right-pad@2.0.1", Standing::Lapsed, true),
            (LEFT_PAD, Standing::Unconfirmed, true),
        ]
    );
    assert!(rows[1].changed[0].contains("right-pad@2.0.0"), "{:?}", rows[1].changed);
    assert_eq!(rows[1].state, "new");
    let page = findings::page(&world.app, &world.who("ana"), &rows[2].reference).await.unwrap();
    assert_eq!(page.assessments[0].carried_from, Some(("FIND-1".to_owned(), OLD.to_owned())));
    assert_eq!(page.set, None, "it is confirmed with the others, not signed");

    let wrong_set = Digest::of(b"another");
    let (ana, proof) = (world.who("ana"), world.proof("ana"));
    let stale = findings::confirm_carried(&world.app, &ana, &proof, "gateway", NEW, wrong_set).await;
    assert!(matches!(stale, Err(ServiceError::Changed { .. })));
    let refused = confirm(&world, "cleo", NEW).await.unwrap_err();
    assert!(matches!(refused, ServiceError::NotSigned(_)), "{refused}");
    assert_eq!(confirm(&world, "ana", NEW).await.unwrap(), 1);
    assert_eq!(of_release(&world, NEW).await[2].standing, Standing::Acceptable);
    let none = confirm(&world, "ana", NEW).await.unwrap_err();
    assert!(matches!(none, ServiceError::Rule(_)), "{none}");
    let old = row(&world, "FIND-1").await;
    assert_eq!((old.standing, old.carried), (Standing::Acceptable, false), "the old release keeps its own");
});

on_both_engines!(who_confirms_an_accepted_risk_did_not_accept_it, |store| {
    let world = World::new(&store).await;
    gate::ensure_built_in(&world.app).await.unwrap();
    approved(&world, "limits", sample("limits", json!({ "max_age_carried_assessment": 100 })), vec![]).await;
    feed(
        &world,
        &["left-pad", "right-pad"].map(|name| advisory(&format!("GHSA-{name}"), name, Some(CRITICAL))),
    )
    .await;
    let packages = ["left-pad@1.3.0", "right-pad@2.0.0"];
    hand_in(&world, OLD, None, bom(&packages)).await;
    // Ana judges both and is to mend the second; Eve accepts the risk of both.
    for (finding, fixer) in [("FIND-1", "ben"), ("FIND-2", "ana")] {
        let findings = [finding];
        let judged = assess(&world, OLD, &findings, |input| {
            affected(input, Decision::Accept);
            input.fixer = Some(fixer.to_owned());
        });
        sign(&world, "eve", judged.await.set).await.unwrap();
    }
    store.clock.advance_days(10);
    new_release(&world).await;
    hand_in(&world, NEW, None, bom(&packages)).await;
    let unconfirmed = gate_findings(&world).await;
    assert!(unconfirmed.iter().all(|row| row.unconfirmed && row.signer.as_deref() == Some("eve")));

    assert_eq!(confirm(&world, "ana", NEW).await.unwrap(), 2);
    let listed = of_release(&world, NEW).await;
    assert!(listed.iter().all(|row| row.standing == Standing::Acceptable), "{listed:?}");
    for row in gate_findings(&world).await {
        assert_eq!(row.signer.as_deref(), Some("eve"), "{row:?}");
        assert!(!row.unconfirmed && !row.accepted_by_assessor && !row.accepted_by_fixer, "{row:?}");
        assert!(row.acceptable, "{row:?}");
    }
    let judged = gate::judged(&world.app, &world.who("ana"), "gateway", NEW, None).await.unwrap();
    let open = [ReasonKind::FindingNotAssessed, ReasonKind::FindingUnacceptable];
    let finding = judged.gate.reasons.iter().find(|reason| open.contains(&reason.kind));
    assert!(finding.is_none(), "{finding:?}");
    let clause = judged.conformity.clauses.iter().find(|clause| clause.clause == "5.8.5").unwrap();
    let check = clause.checks.iter().find(|check| check.check == "5.8.5-e").unwrap();
    assert_eq!(check.verdict, Verdict::Met);
});

/// The findings of the new release as the gate reads them.
async fn gate_findings(world: &World) -> Vec<Finding> {
    gate::facts(&world.app, &world.who("ana"), "gateway", NEW, None).await.unwrap().findings
}

on_both_engines!(what_is_mended_was_changed_on_the_way_to_the_build_since_it_was_found, |store| {
    let world = World::new(&store).await;
    feed(&world, &[advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(CRITICAL))]).await;
    built(&world, '0', None, &[("src/pad.rs", '0'), ("src/old.rs", '0')]).await;
    let before = manifest('a', Some('0'), &[("src/pad.rs", '1'), ("src/old.rs", '1')]);
    build(&world, OLD, "a", &commit('a')).await;
    hand_in(&world, OLD, Some("a"), before.clone()).await;
    hand_in(&world, OLD, Some("a"), bom(&["left-pad@1.3.0"])).await;
    store.clock.advance_days(1);
    let mended = async |path: &str| {
        let mut input = judgement(&world, OLD, &["FIND-1"]).await;
        (input.status, input.justification) = (VexStatus::Fixed, None);
        input.rests_on = vec![Ground::Path(path.to_owned())];
        findings::assess(&world.app, &world.who("ana"), input).await
    };
    assert_eq!(wrong(&mended("src/pad.rs").await.unwrap_err()), ["rests_on"], "changed before it was found");
    let mut again: Value = serde_json::from_slice(&before).unwrap();
    again["built_at"] = json!(store.now());
    hand_in(&world, OLD, Some("a"), again.to_string().into_bytes()).await;
    assert_eq!(wrong(&mended("src/pad.rs").await.unwrap_err()), ["rests_on"], "the same commit, built again");
    // A build on another line changes it: that is not what the release's build is made from.
    built(&world, 'e', Some('a'), &[("src/pad.rs", '9')]).await;
    built(&world, 'b', Some('a'), &[("docs/a.md", '2')]).await;
    products::set_candidate(&world.app, &world.who("ana"), "gateway", OLD, "b").await.unwrap();
    assert_eq!(wrong(&mended("src/pad.rs").await.unwrap_err()), ["rests_on"], "changed beside it");
    built(&world, 'c', Some('b'), &[("src/pad.rs", '3')]).await;
    built(&world, 'd', Some('c'), &[("docs/a.md", '4')]).await;
    products::set_candidate(&world.app, &world.who("ana"), "gateway", OLD, "d").await.unwrap();
    // A build that is described since long ago lists old changes, too.
    let spans = [("src/pad.rs", '3'), ("src/old.rs", '1')];
    hand_in(&world, OLD, Some("d"), manifest('d', Some('0'), &spans)).await;
    for unknown in ["no/such/path", "src/pa", "src/pad.rs/more", "src/old.rs"] {
        assert_eq!(wrong(&mended(unknown).await.unwrap_err()), ["rests_on"], "{unknown}");
    }
    mended("src").await.unwrap();
    mended("src/pad.rs").await.unwrap();
});

on_both_engines!(no_record_alone_shows_that_something_is_mended, |store| {
    let world = World::new(&store).await;
    feed(&world, &[advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(CRITICAL))]).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0"])).await;
    let (measure, _) = approved(&world, "measure", sample("measure", json!({})), vec![]).await;
    let grounds =
        [Ground::Measure(measure.clone()), Ground::Configuration(measure.clone()), Ground::Context(measure)];
    for ground in grounds {
        let mut input = judgement(&world, OLD, &["FIND-1"]).await;
        (input.status, input.justification) = (VexStatus::Fixed, None);
        input.rests_on = vec![ground];
        let refused = findings::assess(&world.app, &world.who("ana"), input).await.unwrap_err();
        assert_eq!(wrong(&refused), ["rests_on"]);
    }
});

on_both_engines!(who_mended_does_not_sign_that_it_is_fixed, |store| {
    let world = World::new(&store).await;
    feed(&world, &[advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(CRITICAL))]).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0"])).await;
    let named = assess(&world, OLD, &["FIND-1"], |input| {
        affected(input, Decision::Fix);
        input.fixer = Some("mei".to_owned());
    });
    sign(&world, "ana", named.await.set).await.unwrap();
    store.clock.advance_days(1);
    built(&world, 'a', None, &[("src/pad.rs", '0')]).await;
    let mut whole = judgement(&world, OLD, &["FIND-1"]).await;
    (whole.status, whole.justification) = (VexStatus::Fixed, None);
    whole.rests_on = vec![Ground::Path("src".to_owned())];
    let refused = findings::assess(&world.app, &world.who("ana"), whole).await.unwrap_err();
    assert_eq!(wrong(&refused), ["rests_on"], "a whole history says nothing of what changed");
    built(&world, 'b', Some('a'), &[("src/pad.rs", '1')]).await;
    let fixed = assess(&world, OLD, &["FIND-1"], |input| {
        (input.status, input.justification) = (VexStatus::Fixed, None);
        input.rests_on = vec![Ground::Path("src".to_owned())];
    });
    let set = fixed.await.set;
    let unknown = sign(&world, "ana", set).await.unwrap_err();
    assert!(unknown.to_string().contains("match the authors"), "{unknown}");
    people::add_address(&world.app, &world.who("adam"), "ben", "ben@lumen.example").await.unwrap();
    // Mei was to mend it, and Ben wrote the change.
    for key in ["mei", "ben"] {
        let officer = [Grant { role: Role::SecurityOfficer, scope: Scope::Organisation }];
        let who = Who::new(Access::of_person(PersonId(id_of(key)), officer), "test");
        let refused = findings::sign(&world.app, &who, &world.proof(key), &[set]).await.unwrap_err();
        assert!(matches!(refused, ServiceError::Conflict(Conflict::FixerConfirms)), "{key}: {refused}");
        let shown = findings::signable(&world.app, &who, &[set]).await.unwrap();
        assert!(shown[0].judge.as_ref().unwrap().contains("is fixed"), "{shown:?}");
    }
    sign(&world, "ana", set).await.unwrap();
    assert_eq!(row(&world, "FIND-1").await.standing, Standing::Acceptable);
    // Who wrote it stays known, whosever the address is by now.
    let adam = world.who("adam");
    people::withdraw_address(&world.app, &adam, "ben", "ben@lumen.example").await.unwrap();
    let again = assess(&world, OLD, &["FIND-1"], |input| {
        (input.status, input.justification) = (VexStatus::Fixed, None);
        input.rests_on = vec![Ground::Path("src".to_owned())];
    });
    let again = again.await.set;
    let officer = [Grant { role: Role::SecurityOfficer, scope: Scope::Organisation }];
    let ben = Who::new(Access::of_person(PersonId(id_of("ben")), officer), "test");
    let by_ben = async || findings::sign(&world.app, &ben, &world.proof("ben"), &[again]).await.unwrap_err();
    let refused = by_ben().await;
    assert!(refused.to_string().contains("match the authors"), "nobody's now: {refused}");
    people::add_address(&world.app, &adam, "ana", "ben@lumen.example").await.unwrap();
    let refused = by_ben().await;
    assert!(matches!(refused, ServiceError::Conflict(Conflict::FixerConfirms)), "{refused}");
    // Without the manifest nothing shows a change, and nobody signs that there was one.
    let (cleo, proof) = (world.who("cleo"), world.proof("cleo"));
    evidence::disqualify(&world.app, &cleo, &proof, "EVID-3", "Made of another branch").await.unwrap();
    for key in ["ben", "eve"] {
        let officer = [Grant { role: Role::SecurityOfficer, scope: Scope::Organisation }];
        let who = Who::new(Access::of_person(PersonId(id_of(key)), officer), "test");
        let refused = findings::sign(&world.app, &who, &world.proof(key), &[again]).await.unwrap_err();
        assert!(refused.to_string().contains("no build manifest says any more"), "{key}: {refused}");
    }
});

on_both_engines!(a_judgement_that_something_is_mended_lapses_with_the_manifest_that_shows_it, |store| {
    let world = World::new(&store).await;
    feed(&world, &[advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(CRITICAL))]).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0"])).await;
    people::add_address(&world.app, &world.who("adam"), "ben", "ben@lumen.example").await.unwrap();
    store.clock.advance_days(1);
    built(&world, 'a', None, &[("src/pad.rs", '0')]).await;
    built(&world, 'b', Some('a'), &[("src/pad.rs", '1')]).await;
    let fixed = assess(&world, OLD, &["FIND-1"], |input| {
        (input.status, input.justification) = (VexStatus::Fixed, None);
        input.rests_on = vec![Ground::Path("src".to_owned())];
    });
    sign(&world, "ana", fixed.await.set).await.unwrap();
    assert_eq!(row(&world, "FIND-1").await.standing, Standing::Acceptable);
    let (cleo, proof) = (world.who("cleo"), world.proof("cleo"));
    evidence::disqualify(&world.app, &cleo, &proof, "EVID-3", "Made of another branch").await.unwrap();
    assert_eq!(row(&world, "FIND-1").await.standing, Standing::Lapsed);
});

on_both_engines!(a_change_that_is_taken_back_mends_and_who_takes_it_back_does_not_sign, |store| {
    let world = World::new(&store).await;
    feed(&world, &[advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(CRITICAL))]).await;
    people::add_address(&world.app, &world.who("adam"), "ben", "ben@lumen.example").await.unwrap();
    built(&world, 'a', None, &[("src/pad.rs", '1')]).await;
    built(&world, 'b', Some('a'), &[("src/pad.rs", '2')]).await;
    hand_in(&world, OLD, Some("b"), bom(&["left-pad@1.3.0"])).await;
    store.clock.advance_days(1);
    built(&world, 'c', Some('b'), &[("src/pad.rs", '1')]).await;
    let fixed = assess(&world, OLD, &["FIND-1"], |input| {
        (input.status, input.justification) = (VexStatus::Fixed, None);
        input.rests_on = vec![Ground::Path("src".to_owned())];
    });
    let set = fixed.await.set;
    let officer = [Grant { role: Role::SecurityOfficer, scope: Scope::Organisation }];
    let ben = Who::new(Access::of_person(PersonId(id_of("ben")), officer), "test");
    let refused = findings::sign(&world.app, &ben, &world.proof("ben"), &[set]).await.unwrap_err();
    assert!(matches!(refused, ServiceError::Conflict(Conflict::FixerConfirms)), "{refused}");
    sign(&world, "ana", set).await.unwrap();

    // What mended is taken back: the build has again what it had when the vulnerability was found.
    store.clock.advance_days(1);
    built(&world, 'd', Some('c'), &[("src/pad.rs", '2')]).await;
    let fixed_again = async |release: &str, finding: &str| {
        let mut input = judgement(&world, release, &[finding]).await;
        (input.status, input.justification) = (VexStatus::Fixed, None);
        input.rests_on = vec![Ground::Path("src".to_owned())];
        findings::assess(&world.app, &world.who("ana"), input).await
    };
    assert_eq!(wrong(&fixed_again(OLD, "FIND-1").await.unwrap_err()), ["rests_on"]);
    // A line that is described past that build has the same, too.
    new_release(&world).await;
    build(&world, NEW, "e", &commit('e')).await;
    hand_in(&world, NEW, Some("e"), manifest('e', Some('a'), &[("src/pad.rs", '2')])).await;
    hand_in(&world, NEW, Some("e"), bom(&["left-pad@1.3.0"])).await;
    assert_eq!(wrong(&fixed_again(NEW, "FIND-2").await.unwrap_err()), ["rests_on"]);
});

on_both_engines!(no_older_judgement_is_taken_over_past_one_that_is_judged_anew, |store| {
    let world = World::new(&store).await;
    feed(&world, &[advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(CRITICAL))]).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0"])).await;
    sign(&world, "ana", assess(&world, OLD, &["FIND-1"], |_| {}).await.set).await.unwrap();
    let between =
        NewRelease { product: "gateway".to_owned(), name: "2.4.5".to_owned(), ..NewRelease::default() };
    products::add_release(&world.app, &world.who("ana"), between).await.unwrap();
    hand_in(&world, "2.4.5", None, bom(&["left-pad@1.3.0"])).await;
    let harmful = assess(&world, "2.4.5", &["FIND-2"], |input| {
        input.patient_safety_impact = PatientImpact::Serious;
    });
    sign(&world, "ana", harmful.await.set).await.unwrap();
    assess(&world, "2.4.5", &["FIND-2"], |_| {}).await;
    new_release(&world).await;
    hand_in(&world, NEW, None, bom(&["left-pad@1.3.0"])).await;
    assert_eq!(row(&world, "FIND-3").await.standing, Standing::New);
    assert!(assess(&world, NEW, &["FIND-3"], |_| {}).await.needs_clinical);
});

on_both_engines!(a_draft_and_what_was_carried_over_hide_no_harm_of_an_older_release, |store| {
    let world = World::new(&store).await;
    feed(&world, &[advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(CRITICAL))]).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0"])).await;
    sign(&world, "ana", assess(&world, OLD, &["FIND-1"], |_| {}).await.set).await.unwrap();
    for name in ["2.4.5", NEW] {
        let next =
            NewRelease { product: "gateway".to_owned(), name: name.to_owned(), ..NewRelease::default() };
        products::add_release(&world.app, &world.who("ana"), next).await.unwrap();
        hand_in(&world, name, None, bom(&["left-pad@1.3.0"])).await;
    }
    let harmful = assess(&world, OLD, &["FIND-1"], |input| {
        input.patient_safety_impact = PatientImpact::Serious;
    });
    sign(&world, "ana", harmful.await.set).await.unwrap();
    assert!(assess(&world, NEW, &["FIND-3"], |_| {}).await.needs_clinical, "what is between is carried over");
    assess(&world, "2.4.5", &["FIND-2"], |_| {}).await;
    assert!(assess(&world, NEW, &["FIND-3"], |_| {}).await.needs_clinical, "what is between is a draft");
});

on_both_engines!(harm_of_an_earlier_release_is_not_judged_away_while_it_is_judged_anew, |store| {
    let world = World::new(&store).await;
    feed(&world, &[advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(CRITICAL))]).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0"])).await;
    let harmful = assess(&world, OLD, &["FIND-1"], |input| {
        input.patient_safety_impact = PatientImpact::Serious;
    });
    sign(&world, "ana", harmful.await.set).await.unwrap();
    assess(&world, OLD, &["FIND-1"], |_| {}).await;
    new_release(&world).await;
    hand_in(&world, NEW, None, bom(&["left-pad@1.3.0"])).await;
    assert_eq!(row(&world, "FIND-2").await.standing, Standing::New, "nothing signed is there to take over");
    assert!(assess(&world, NEW, &["FIND-2"], |_| {}).await.needs_clinical);
});

on_both_engines!(a_judgement_lapses_when_the_path_it_rests_on_moves, |store| {
    let world = World::new(&store).await;
    feed(&world, &[advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(CRITICAL))]).await;
    build(&world, OLD, "one", &commit('a')).await;
    hand_in(&world, OLD, Some("one"), manifest('a', None, &[("src/pad.rs", '1')])).await;
    hand_in(&world, OLD, Some("one"), bom(&["left-pad@1.3.0"])).await;
    let judged = assess(&world, OLD, &["FIND-1"], |input| {
        input.rests_on = vec![Ground::Path("src".to_owned())];
    });
    sign(&world, "ana", judged.await.set).await.unwrap();
    assert_eq!(row(&world, "FIND-1").await.standing, Standing::Acceptable);

    // Another file moves: it still holds. Another version of the component does not matter to it either.
    new_release(&world).await;
    build(&world, NEW, "two", &commit('b')).await;
    hand_in(&world, NEW, Some("two"), manifest('b', Some('a'), &[("docs/a.md", '2')])).await;
    hand_in(&world, NEW, Some("two"), bom(&["left-pad@1.3.1"])).await;
    assert_eq!(row(&world, "FIND-2").await.standing, Standing::Unconfirmed);
    confirm(&world, "ana", NEW).await.unwrap();

    // A file in it moves: it is asked again, and the reason said.
    build(&world, NEW, "three", &commit('c')).await;
    let told = hand_in(&world, NEW, Some("three"), manifest('c', Some('b'), &[("src/pad.rs", '3')])).await;
    let worse: Vec<_> =
        told.worse.iter().map(|line| (&*line.finding, line.because.clone().unwrap())).collect();
    let why = format!("its assessment no longer holds: path src: changed in commit {}", "c".repeat(12));
    assert_eq!(worse, [("FIND-2", why)]);
    assert!(things(&told).iter().any(|reason| reason.reference == "FIND-2"), "{:?}", told.blocking);
    let lapsed = row(&world, "FIND-2").await;
    assert_eq!(lapsed.standing, Standing::Lapsed);
    assert_eq!(lapsed.changed, [format!("path src: changed in commit {}", "c".repeat(12))]);
    assert_eq!(row(&world, "FIND-1").await.standing, Standing::Acceptable, "the old release is as it was");

    // A build of which nobody knows what changed: unknown means changed.
    build(&world, NEW, "four", &commit('d')).await;
    products::set_candidate(&world.app, &world.who("ana"), "gateway", NEW, "four").await.unwrap();
    run_jobs(&world).await;
    hand_in(&world, NEW, Some("four"), bom(&["left-pad@1.3.1", "sound@1.0.0"])).await;
    assert!(row(&world, "FIND-2").await.changed[0].contains("nothing says"));
});

on_both_engines!(what_a_manifest_of_one_release_says_bears_on_the_releases_that_go_on_from_it, |store| {
    let world = World::new(&store).await;
    feed(&world, &[advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(CRITICAL))]).await;
    built(&world, 'a', None, &[("src/pad.rs", '1')]).await;
    hand_in(&world, OLD, Some("a"), bom(&["left-pad@1.3.0"])).await;
    let judged = assess(&world, OLD, &["FIND-1"], |input| {
        input.rests_on = vec![Ground::Path("src".to_owned())];
    });
    sign(&world, "ana", judged.await.set).await.unwrap();
    built(&world, 'b', Some('a'), &[("docs/a.md", '2')]).await;
    new_release(&world).await;
    build(&world, NEW, "c", &commit('c')).await;
    hand_in(&world, NEW, Some("c"), manifest('c', Some('b'), &[("docs/b.md", '3')])).await;
    hand_in(&world, NEW, Some("c"), bom(&["left-pad@1.3.0"])).await;
    confirm(&world, "ana", NEW).await.unwrap();
    let shown = async || gate::shown(&world.app, &world.who("ana"), "gateway", NEW).await.unwrap();
    let before = shown().await;
    assert_eq!(row(&world, "FIND-2").await.standing, Standing::Acceptable);

    // The build in between turns out to have changed the path.
    let corrected = hand_in(&world, OLD, Some("b"), manifest('b', Some('a'), &[("src/pad.rs", '4')])).await;
    let lapsed = row(&world, "FIND-2").await;
    assert_eq!(lapsed.standing, Standing::Lapsed, "{lapsed:?}");
    let after = shown().await;
    assert!(after.conformity.seq > before.conformity.seq, "pages judge the release anew");
    assert!(
        after.gate.reasons.iter().any(|reason| reason.reference == "FIND-2"),
        "{:#?}",
        after.gate.reasons
    );

    let manifest = &corrected.evidence[0].number;
    let (ana, proof) = (world.who("ana"), world.proof("ana"));
    evidence::disqualify(&world.app, &ana, &proof, manifest, "Made of another branch").await.unwrap();
    assert_eq!(row(&world, "FIND-2").await.changed, [""; 0], "nothing says so any more");
});

on_both_engines!(a_judgement_lapses_when_a_record_moves_exploitation_is_known_or_it_grows_old, |store| {
    let world = World::new(&store).await;
    let names = ["left-pad", "right-pad", "top-pad"];
    feed(&world, &names.map(|name| advisory(&format!("GHSA-{name}"), name, Some(CRITICAL)))).await;
    let packages = ["left-pad@1.3.0", "right-pad@2.0.0", "top-pad@3.0.0"];
    hand_in(&world, OLD, None, bom(&packages)).await;
    approved(&world, "limits", sample("limits", json!({ "max_age_carried_assessment": 100 })), vec![]).await;
    let (measure, _) = approved(&world, "measure", sample("measure", json!({})), vec![]).await;
    let (requirement, _) = approved(&world, "requirement", sample("requirement", json!({})), vec![]).await;
    let mut no_measure = judgement(&world, OLD, &["FIND-1"]).await;
    no_measure.rests_on = vec![Ground::Measure(requirement)];
    let refused = findings::assess(&world.app, &world.who("ana"), no_measure).await.unwrap_err();
    assert_eq!(wrong(&refused), ["rests_on"]);
    let on_measure = assess(&world, OLD, &["FIND-1"], |input| {
        input.rests_on = vec![Ground::Measure(measure.clone())];
    });
    sign(&world, "ana", on_measure.await.set).await.unwrap();
    let plain = assess(&world, OLD, &["FIND-2", "FIND-3"], |_| {}).await;
    sign(&world, "ana", plain.set).await.unwrap();

    store.clock.advance_days(10);
    new_release(&world).await;
    hand_in(&world, NEW, None, bom(&packages)).await;
    assert_eq!(confirm(&world, "ana", NEW).await.unwrap(), 3);

    // The measure moves on: both releases are asked again once they are matched again.
    moved_on(&world, &measure, sample("measure", json!({ "title": "Another" }))).await;
    for release in [600, new_id(&world).await] {
        findings::rematch(&world.app, release).await.unwrap();
    }
    for reference in ["FIND-1", "FIND-4"] {
        let lapsed = row(&world, reference).await;
        assert!(lapsed.changed[0].contains(&measure), "{reference}: {lapsed:?}");
    }

    // Somebody sees it exploited: that judgement stands, the other releases are asked again.
    let exploited = assess(&world, OLD, &["FIND-2"], |input| {
        affected(input, Decision::Fix);
        input.exploitability = Some(findings::EXPLOITED.to_owned());
    });
    sign(&world, "ana", exploited.await.set).await.unwrap();
    run_jobs(&world).await;
    assert_eq!(row(&world, "FIND-2").await.standing, Standing::ToBeFixed);
    let lapsed = row(&world, "FIND-5").await;
    assert!(lapsed.changed[0].contains("exploitation"), "{lapsed:?}");

    // The third is too old for a release that comes later.
    store.clock.advance_days(100);
    let new = NewRelease { product: "gateway".to_owned(), name: "2.6.0".to_owned(), ..NewRelease::default() };
    products::add_release(&world.app, &world.who("ana"), new).await.unwrap();
    hand_in(&world, "2.6.0", None, bom(&["top-pad@3.0.0"])).await;
    let old = of_release(&world, "2.6.0").await;
    assert!(old[0].changed.iter().any(|change| change.contains("older than 100 days")), "{old:?}");
});

async fn new_id(world: &World) -> i64 {
    products::release(&world.app, &world.who("ana"), "gateway", NEW).await.unwrap().id
}
