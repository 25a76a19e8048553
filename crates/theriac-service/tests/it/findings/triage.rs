//! Judgements: what one must say, and that no window judges over another.

use jiff::civil::Date;
use serde_json::json;
use theriac_conformity::facts::words::{Decision, VexStatus};
use theriac_model::Digest;
use theriac_service::ServiceError;
use theriac_service::findings::{self, AssessFindings, Ground, Standing};
use theriac_store::on_both_engines;

use super::{
    OLD, advisory, affected, assess, bom, feed, hand_in, judgement, row, sign, sign_clinical, wrong,
};
use crate::story::{approved, sample};
use crate::world::World;

on_both_engines!(a_judgement_says_what_it_must_or_every_field_that_lacks, |store| {
    let world = World::new(&store).await;
    feed(&world, &[advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", None)]).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0"])).await;
    approved(&world, "limits", sample("limits", json!({ "fix_days_high": 30 })), vec![]).await;
    let limit: Date = "2026-02-04".parse().unwrap();
    let refuse = async |change: fn(&mut AssessFindings)| {
        let mut input = judgement(&world, OLD, &["FIND-1"]).await;
        change(&mut input);
        wrong(&findings::assess(&world.app, &world.who("ana"), input).await.unwrap_err())
    };
    assert_eq!(refuse(|input| input.justification = None).await, ["justification"]);
    assert_eq!(refuse(|input| input.justification = Some("a hunch".to_owned())).await, ["justification"]);
    assert_eq!(refuse(|input| input.status = VexStatus::Fixed).await, ["justification", "rests_on"]);
    assert_eq!(refuse(|input| input.explanation = " ".to_owned()).await, ["explanation"]);
    assert_eq!(refuse(|input| input.explanation = "x".repeat(20_000)).await, ["explanation"]);
    assert_eq!(refuse(|input| input.explanation = "a\0b".to_owned()).await, ["explanation"]);
    assert_eq!(refuse(|input| input.explanation = "a\u{202e}b".to_owned()).await, ["explanation"]);
    assert_eq!(refuse(|input| input.decision = Some(Decision::Fix)).await, ["decision", "fixer"]);
    assert_eq!(refuse(|input| input.due = Some("2026-02-01".parse().unwrap())).await, ["due"]);
    assert_eq!(refuse(|input| input.fixer = Some("nobody".to_owned())).await, ["fixer"]);
    assert_eq!(refuse(|input| input.rests_on = vec![Ground::Path("src".to_owned())]).await, ["rests_on"]);
    assert_eq!(
        refuse(|input| input.rests_on = vec![Ground::Measure("MEAS-9".to_owned())]).await,
        ["rests_on"]
    );
    for path in ["path:./src", "path:src//typo", "path:../x"] {
        assert!(path.parse::<Ground>().unwrap_err().contains("as the repository names it"), "{path}");
    }
    let absent = |input: &mut AssessFindings| input.justification = Some("component not present".to_owned());
    assert_eq!(refuse(absent).await, ["rests_on"], "the SBOM lists it");
    let mitigated = Some("inline mitigations already exist".to_owned());
    let mut hollow = judgement(&world, OLD, &["FIND-1"]).await;
    hollow.justification = mitigated;
    let hollow = findings::assess(&world.app, &world.who("ana"), hollow).await.unwrap_err();
    assert_eq!(wrong(&hollow), ["rests_on"]);
    let past = refuse(|input| {
        affected(input, Decision::Defer);
        input.due = Some("2020-01-01".parse().unwrap());
    });
    assert_eq!(past.await, ["due"]);
    let nobody = refuse(|input| {
        affected(input, Decision::Mitigate);
        input.fixer = None;
    });
    assert_eq!(nobody.await, ["fixer"]);
    let missing = refuse(|input| {
        input.status = VexStatus::Affected;
        input.justification = None;
    });
    assert_eq!(missing.await, ["exploitability", "decision"]);
    let no_words = refuse(|input| {
        affected(input, Decision::Defer);
        input.decision_reason = String::new();
        input.exploitability_reason = String::new();
    });
    assert_eq!(no_words.await, ["exploitability_reason", "decision_reason", "due"]);
    let late = refuse(|input| {
        affected(input, Decision::Fix);
        input.due = Some("2026-02-05".parse().unwrap());
    });
    assert_eq!(late.await, ["due"], "unknown severity takes high's limit");

    // The limit counts from the day it was opened, in the organisation's zone; to defer is to extend.
    assess(&world, OLD, &["FIND-1"], |input| affected(input, Decision::Fix)).await;
    assert_eq!(
        row(&world, "FIND-1").await.due,
        Some("2026-01-12".parse().unwrap()),
        "unsigned: assess by then"
    );
    let fix = assess(&world, OLD, &["FIND-1"], |input| affected(input, Decision::Fix)).await;
    sign(&world, "ana", fix.set).await.unwrap();
    let fixed = row(&world, "FIND-1").await;
    assert_eq!((fixed.due, fixed.owner.as_deref()), (Some(limit), Some("ben")));
    let later = assess(&world, OLD, &["FIND-1"], |input| {
        affected(input, Decision::Defer);
        input.due = Some("2026-06-01".parse().unwrap());
    });
    assert!(later.await.accepts_risk);
});

on_both_engines!(two_windows_do_not_judge_over_each_other, |store| {
    let world = World::new(&store).await;
    feed(&world, &[advisory("GHSA-aaaa-aaaa-aaaa", "left-pad", None)]).await;
    hand_in(&world, OLD, None, bom(&["left-pad@1.3.0"])).await;
    let first = judgement(&world, OLD, &["FIND-1"]).await;
    let second = first.clone();
    let ana = world.who("ana");
    let set = findings::assess(&world.app, &ana, first).await.unwrap().set;
    let late = findings::assess(&world.app, &ana, second).await.unwrap_err();
    assert!(matches!(late, ServiceError::Changed { .. }), "{late}");
    for key in ["ben", "eve", "dan", "otto", "adam"] {
        let input = judgement(&world, OLD, &["FIND-1"]).await;
        let refused = findings::assess(&world.app, &world.who(key), input).await.unwrap_err();
        assert!(matches!(refused, ServiceError::Denied(_)), "{key}: {refused}");
    }
    // Judged anew, the old set cannot be signed any more.
    let again = assess(&world, OLD, &["FIND-1"], |_| {}).await;
    let stale = sign(&world, "ana", set).await.unwrap_err();
    assert!(matches!(stale, ServiceError::Changed { .. }), "{stale}");
    sign(&world, "ana", again.set).await.unwrap();
    let twice = sign(&world, "ana", again.set).await.unwrap_err();
    assert!(matches!(twice, ServiceError::Rule(_)), "{twice}");
    let unknown = sign(&world, "ana", Digest::of(b"nothing")).await.unwrap_err();
    assert!(matches!(unknown, ServiceError::NotFound { .. }), "{unknown}");
    let for_nothing = sign_clinical(&world, "dan", again.set).await.unwrap_err();
    assert!(matches!(for_nothing, ServiceError::Rule(_)), "{for_nothing}");
    let page = findings::page(&world.app, &ana, "FIND-1").await.unwrap();
    assert_eq!((page.assessments.len(), page.row.standing), (2, Standing::Acceptable));
    assert_eq!(page.assessments[0].signatures[0].person, "ana");
    assert!(page.assessments[1].signatures.is_empty());
});
