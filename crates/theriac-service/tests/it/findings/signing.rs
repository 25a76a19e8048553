//! Signatures under judgements: whose they must be, and several sets in one act.

use serde_json::json;
use theriac_auth::separation::Conflict;
use theriac_auth::{Access, Grant, PersonId, Role, Scope};
use theriac_conformity::facts::words::{Decision, PatientImpact};
use theriac_model::Digest;
use theriac_service::findings::{self, AssessFindings, Standing};
use theriac_service::{ServiceError, Who, gate};
use theriac_store::on_both_engines;

use super::{
    CRITICAL, OLD, advisory, affected, assess, bom, feed, hand_in, judgement, list, row, sign, sign_clinical,
};
use crate::evidence::things;
use crate::story::{approved, sample};
use crate::world::{World, id_of};

on_both_engines!(who_was_to_mend_it_does_not_sign_for_the_patient, |store| {
    let world = World::new(&store).await;
    feed(&world, &[advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(CRITICAL))]).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0"])).await;
    let mended = assess(&world, OLD, &["FIND-1"], |input| {
        affected(input, Decision::Fix);
        input.fixer = Some("dan".to_owned());
    });
    sign(&world, "ana", mended.await.set).await.unwrap();
    let accepted = assess(&world, OLD, &["FIND-1"], |input| {
        affected(input, Decision::Accept);
        input.patient_safety_impact = PatientImpact::Minor;
    });
    let refused = sign_clinical(&world, "dan", accepted.await.set).await.unwrap_err();
    assert!(matches!(refused, ServiceError::Conflict(Conflict::ClinicalIsSame)), "{refused}");
});

on_both_engines!(harm_that_was_possible_is_not_judged_away_without_a_clinical_assessor, |store| {
    let world = World::new(&store).await;
    feed(&world, &[advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(CRITICAL))]).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0"])).await;
    let harmful = assess(&world, OLD, &["FIND-1"], |input| {
        input.patient_safety_impact = PatientImpact::Minor;
    });
    let harmful = harmful.await.set;
    sign_clinical(&world, "dan", harmful).await.unwrap();
    sign(&world, "ana", harmful).await.unwrap();
    assert_eq!(row(&world, "FIND-1").await.standing, Standing::Acceptable);

    // Said twice, the second time after the first was signed by its assessor alone.
    for _ in 0..2 {
        let lowered = assess(&world, OLD, &["FIND-1"], |_| {}).await;
        assert!(lowered.needs_clinical);
        sign(&world, "ana", lowered.set).await.unwrap();
        assert_eq!(row(&world, "FIND-1").await.standing, Standing::NoClinical);
        let waits = list(&world, |input| input.awaits = Some("clinical".to_owned())).await;
        assert_eq!(waits.page.items.len(), 1, "the clinical assessor sees it");
        let facts = gate::facts(&world.app, &world.who("ana"), "gateway", OLD, None).await.unwrap();
        assert!(facts.findings[0].lacks_clinical_signature && !facts.findings[0].acceptable);
    }
    let lowered = assess(&world, OLD, &["FIND-1"], |_| {}).await.set;
    sign(&world, "ana", lowered).await.unwrap();
    sign_clinical(&world, "dan", lowered).await.unwrap();
    assert_eq!(row(&world, "FIND-1").await.standing, Standing::Acceptable);
    let again = assess(&world, OLD, &["FIND-1"], |_| {}).await;
    assert!(!again.needs_clinical, "a clinical assessor has signed that it harms nobody");
});

on_both_engines!(more_time_is_given_by_who_judges_or_accepts_and_not_by_the_clinical_assessor, |store| {
    let world = World::new(&store).await;
    approved(&world, "limits", sample("limits", json!({ "fix_days_critical": 14 })), vec![]).await;
    feed(&world, &[advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(CRITICAL))]).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0"])).await;
    let deferred = async || {
        let judged = assess(&world, OLD, &["FIND-1"], |input| {
            affected(input, Decision::Defer);
            input.patient_safety_impact = PatientImpact::Minor;
            input.due = Some("2026-12-31".parse().unwrap());
        });
        judged.await.set
    };
    let overdue = async || {
        let facts = gate::facts(&world.app, &world.who("ana"), "gateway", OLD, None).await.unwrap();
        facts.findings[0].fix_days_overdue
    };
    sign_clinical(&world, "dan", deferred().await).await.unwrap();
    store.clock.advance_days(30);
    let late = deferred().await;
    sign_clinical(&world, "dan", late).await.unwrap();
    sign(&world, "eve", late).await.unwrap();
    assert_eq!(overdue().await, 16, "nobody gave the time before the limit had passed");
});

on_both_engines!(who_mends_does_not_accept_and_harm_takes_a_second_person, |store| {
    let world = World::new(&store).await;
    feed(&world, &[advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", Some(CRITICAL))]).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0"])).await;
    let by_eve = assess(&world, OLD, &["FIND-1"], |input| {
        affected(input, Decision::Accept);
        input.fixer = Some("eve".to_owned());
    });
    let refused = sign(&world, "eve", by_eve.await.set).await.unwrap_err();
    assert!(matches!(refused, ServiceError::Conflict(Conflict::FixerAccepts)), "{refused}");

    let mut own = judgement(&world, OLD, &["FIND-1"]).await;
    affected(&mut own, Decision::Accept);
    let roles = [Role::SecurityOfficer, Role::RiskAcceptor];
    let both = roles.map(|role| Grant { role, scope: Scope::Organisation });
    let eve = Who::new(Access::of_person(PersonId(id_of("eve")), both), "test");
    let own = findings::assess(&world.app, &eve, own).await.unwrap().set;
    let refused = findings::sign(&world.app, &eve, &world.proof("eve"), &[own]).await.unwrap_err();
    assert!(matches!(refused, ServiceError::Conflict(Conflict::AssessorAccepts)), "{refused}");

    let accepted = assess(&world, OLD, &["FIND-1"], |input| {
        affected(input, Decision::Accept);
        input.patient_safety_impact = PatientImpact::Minor;
    });
    let accepted = accepted.await;
    assert!(accepted.accepts_risk && accepted.needs_clinical);
    for key in ["ana", "cleo", "adam"] {
        let refused = sign(&world, key, accepted.set).await.unwrap_err();
        assert!(matches!(refused, ServiceError::NotSigned(_)), "{key}: {refused}");
    }
    let refused = sign_clinical(&world, "eve", accepted.set).await.unwrap_err();
    assert!(matches!(refused, ServiceError::NotSigned(_)), "{refused}");
    let waiting = sign_clinical(&world, "dan", accepted.set).await.unwrap();
    assert_eq!(waiting.await_signature, ["FIND-1"]);
    let done = sign(&world, "eve", accepted.set).await.unwrap();
    assert!(done.await_clinical.is_empty() && done.await_signature.is_empty());
    let row = row(&world, "FIND-1").await;
    assert_eq!((row.state.as_str(), row.standing, row.harm), ("risk accepted", Standing::Acceptable, true));
    let set = findings::set(&world.app, &world.who("otto"), accepted.set).await.unwrap();
    assert_eq!((set.rows.len(), set.signatures.len(), set.replaced), (1, 2, None));
    let again = hand_in(&world, OLD, None, bom(&["left-pad@1.3.0", "sound@1.0.0"])).await;
    assert!(things(&again).is_empty(), "{:?}", again.blocking);

    // Whom a signed judgement names to mend it accepts nothing later, when nobody is named any more.
    let fix = assess(&world, OLD, &["FIND-1"], |input| {
        affected(input, Decision::Fix);
        input.fixer = Some("eve".to_owned());
    });
    sign(&world, "ana", fix.await.set).await.unwrap();
    let accepted = assess(&world, OLD, &["FIND-1"], |input| affected(input, Decision::Accept)).await;
    let refused = sign(&world, "eve", accepted.set).await.unwrap_err();
    assert!(matches!(refused, ServiceError::Conflict(Conflict::FixerAccepts)), "{refused}");
});

on_both_engines!(several_sets_are_signed_in_one_act_or_none_of_them, |store| {
    let world = World::new(&store).await;
    let records = ["left-pad", "right-pad", "top-pad"]
        .map(|name| advisory(&format!("GHSA-{name}"), name, Some(CRITICAL)));
    feed(&world, &records).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0", "right-pad@2.0.0", "top-pad@3.0.0"])).await;
    let harmful = |input: &mut AssessFindings| input.patient_safety_impact = PatientImpact::Minor;
    let one = assess(&world, OLD, &["FIND-1"], harmful).await.set;
    let two = assess(&world, OLD, &["FIND-2"], harmful).await.set;
    let accepted = assess(&world, OLD, &["FIND-3"], |input| affected(input, Decision::Accept)).await.set;
    let (ana, dan) = (world.who("ana"), world.who("dan"));

    let signable = findings::signable(&world.app, &dan, &[accepted, two, one]).await.unwrap();
    let of: Vec<_> = signable.iter().map(|one| (one.set.set, one.clinical.is_none())).collect();
    assert_eq!(of, [(one, true), (two, true), (accepted, false)], "by finding");
    let refused = findings::sign(&world.app, &ana, &world.proof("ana"), &[one, two, accepted]).await;
    assert!(matches!(refused, Err(ServiceError::NotSigned(_))), "one takes a risk acceptor");
    let row_of = async |reference: &'static str| row(&world, reference).await.standing;
    assert_eq!(row_of("FIND-1").await, Standing::Unsigned);
    let signed = findings::sign(&world.app, &ana, &world.proof("ana"), &[one, two]).await.unwrap();
    assert_eq!(signed.findings, ["FIND-1", "FIND-2"]);
    assert_eq!(signed.await_clinical, ["FIND-1", "FIND-2"]);
    let proof = world.proof("dan");
    let refused = findings::sign_clinical(&world.app, &dan, &proof, &[one, accepted]).await.unwrap_err();
    assert!(
        matches!(&refused, ServiceError::Rule(words) if words.contains("FIND-3 cannot harm")),
        "{refused}"
    );
    assert_eq!(row_of("FIND-1").await, Standing::NoClinical, "nothing was signed");
    findings::sign_clinical(&world.app, &dan, &proof, &[one, two]).await.unwrap();
    for (reference, set) in [("FIND-1", one), ("FIND-2", two)] {
        assert_eq!(row_of(reference).await, Standing::Acceptable);
        let set = findings::set(&world.app, &ana, set).await.unwrap();
        assert_eq!(set.signatures.len(), 2, "each set has its own");
    }
    let again = findings::signable(&world.app, &ana, &[one]).await.unwrap();
    assert!(again[0].judge.as_ref().unwrap().contains("signed already"), "{again:?}");
    let missing = findings::sign(&world.app, &ana, &world.proof("ana"), &[one, Digest::of(b"none")]).await;
    assert!(matches!(missing, Err(ServiceError::NotFound { .. })));
});
