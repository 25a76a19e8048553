//! 5.8.1: findings before release.

use serde_json::json;
use theriac_conformity::facts::words::Verdict::{Met, NotMet, PartlyMet};
use theriac_conformity::facts::words::{Decision, PatientImpact, VexStatus};
use theriac_store::on_both_engines;

use super::site::{ANA, BEN, RELEASE, SHIPS, affected, bom};
use super::{Driven, Site};

pub const KNOWN: Driven = &[("5.8.1-a", &[Met, NotMet, PartlyMet]), ("5.8.1-e", &[Met, NotMet, PartlyMet])];
pub const JUDGED: Driven = &[
    ("5.8.1-b", &[Met, NotMet, PartlyMet]),
    ("5.8.1-c", &[Met, NotMet, PartlyMet]),
    ("5.8.1-d", &[Met, NotMet, PartlyMet]),
];

pub const FED: Driven = &[("5.8.1-f", &[Met, NotMet]), ("5.8.1-g", &[Met, NotMet])];

on_both_engines!(the_feed_is_young_enough, |store| {
    let mut site = Site::met(&store).await;
    site.all_met(&["5.8.1-f", "5.8.1-g"]).await;
    site.feed(&["CVE-2026-0001"]).await;
    // Thirty days are allowed.
    store.clock.advance_days(30);
    site.all_met(&["5.8.1-f", "5.8.1-g"]).await;
    store.clock.advance_days(1);
    let found = site.conformity().await;
    for check in ["5.8.1-f", "5.8.1-g"] {
        site.found(&found, check, NotMet, &[("feed", ANA, SHIPS)]);
    }
    let clause = found.clauses.iter().find(|clause| clause.clause == "5.8.1").unwrap();
    let said: Vec<_> = clause.missing.iter().filter(|item| item.check == "5.8.1-f").collect();
    for words in ["imported on 2026-01-07", "age in days: 31", "limit: 30"] {
        assert!(said[0].todo.contains(words), "{}", said[0].todo);
    }
    site.feed(&["CVE-2026-0001"]).await;
    site.all_met(&["5.8.1-f", "5.8.1-g"]).await;
    site.drove(FED);
});

on_both_engines!(the_sbom_of_the_candidate_is_bound_and_each_component_matched, |store| {
    let mut site = Site::met(&store).await;
    site.all_met(&["5.8.1-a", "5.8.1-e"]).await;

    let unbound = site.hand_in_of("rc.1", "more.json", bom(2, &["left-pad@1.3.0", "codec"]), false).await;
    let found = site.conformity().await;
    site.found(&found, "5.8.1-a", PartlyMet, &[(&unbound, ANA, SHIPS)]);
    site.found(&found, "5.8.1-e", PartlyMet, &[("codec", ANA, SHIPS)]);
    let dispose = json!({ "disposition": "own", "reason": "We wrote it" });
    site.post("ana", &format!("{RELEASE}/components/dispose"), dispose).await.ok();
    site.finds("5.8.1-e", Met, &[]).await;

    site.disqualify("EVID-1").await;
    site.finds("5.8.1-a", NotMet, &[(&unbound, ANA, SHIPS)]).await;
    site.disqualify(&unbound).await;
    let found = site.conformity().await;
    site.found(&found, "5.8.1-a", NotMet, &[("5.8.1-a", ANA, SHIPS)]);
    site.found(&found, "5.8.1-e", NotMet, &[("5.8.1-e", ANA, SHIPS)]);
    site.hand_in("right.json", bom(3, &["stray"])).await;
    let found = site.conformity().await;
    site.found(&found, "5.8.1-a", Met, &[]);
    site.found(&found, "5.8.1-e", NotMet, &[("stray", ANA, SHIPS)]);
    site.drove(KNOWN);
});

on_both_engines!(each_finding_is_judged_accepted_and_signed_for_the_patient, |store| {
    let mut site = Site::met(&store).await;
    site.all_met(&["5.8.1-b", "5.8.1-c", "5.8.1-d"]).await;

    // A second vulnerability is published; a critical one is to be judged within two days, and mended within 14.
    site.feed(&["CVE-2026-0001", "CVE-2026-0002"]).await;
    let assess_by = Some("2026-01-09");
    site.finds("5.8.1-b", PartlyMet, &[("FIND-2", ANA, assess_by)]).await;
    let set = site.assess("FIND-2", |input| input.status = VexStatus::NotAffected).await;
    site.finds("5.8.1-b", PartlyMet, &[("FIND-2", ANA, assess_by)]).await;
    site.sign("ana", set).await;
    site.finds("5.8.1-b", Met, &[]).await;
    let doubt = async |site: &Site<'_>, finding: &str| {
        let set = site
            .assess(finding, |input| {
                input.status = VexStatus::UnderInvestigation;
                input.justification = None;
            })
            .await;
        site.sign("ana", set).await;
    };
    doubt(&site, "FIND-1").await;
    doubt(&site, "FIND-2").await;
    let first = ("FIND-1", ANA, Some("2026-01-07"));
    site.finds("5.8.1-b", NotMet, &[first, ("FIND-2", ANA, assess_by)]).await;

    // Both affect the product: one is to be mended, one is accepted.
    let set = site.assess("FIND-1", |input| affected(input, Decision::Fix, "ben")).await;
    site.sign("ana", set).await;
    let mend_by = Some("2026-01-19");
    site.finds("5.8.1-c", NotMet, &[("FIND-1", BEN, mend_by)]).await;
    let set = site
        .assess("FIND-2", |input| {
            affected(input, Decision::Accept, "ben");
            input.patient_safety_impact = PatientImpact::Minor;
        })
        .await;
    site.sign("eve", set).await;
    let found = site.conformity().await;
    let second = ("FIND-2", BEN, Some("2026-01-09"));
    site.found(&found, "5.8.1-b", Met, &[]);
    site.found(&found, "5.8.1-c", PartlyMet, &[("FIND-1", BEN, mend_by)]);
    site.found(&found, "5.8.1-d", PartlyMet, &[second]);
    site.sign_clinical("dan", set).await;
    site.finds("5.8.1-d", Met, &[]).await;
    let set = site
        .assess("FIND-1", |input| {
            affected(input, Decision::Accept, "ben");
            input.patient_safety_impact = PatientImpact::Serious;
        })
        .await;
    let other = site
        .assess("FIND-2", |input| {
            affected(input, Decision::Accept, "ben");
            input.patient_safety_impact = PatientImpact::Serious;
        })
        .await;
    site.sign("eve", set).await;
    site.sign("eve", other).await;
    let found = site.conformity().await;
    site.found(&found, "5.8.1-c", Met, &[]);
    site.found(&found, "5.8.1-d", NotMet, &[("FIND-1", BEN, Some("2026-01-07")), second]);

    // The component leaves the product, and so does what was found in it.
    site.disqualify("EVID-1").await;
    site.hand_in("new.json", bom(2, &["sound@1.0.0"])).await;
    site.all_met(&["5.8.1-b", "5.8.1-c", "5.8.1-d"]).await;
    site.drove(JUDGED);
});
