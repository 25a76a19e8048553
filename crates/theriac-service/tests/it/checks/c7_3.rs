//! 7.3: risks are scored by criteria in force, signed for and reviewed.

use serde_json::json;
use theriac_conformity::facts::words::Verdict::{Met, NotApplicable, NotMet, PartlyMet};
use theriac_service::records::{self, ClearSuspect};
use theriac_store::on_both_engines;

use super::site::{ANA, BEN, RISK_LINKS, SHIPS, risk};
use super::{Driven, Site};
use crate::story::sample;

pub const SCORED: Driven = &[
    ("7.3-a", &[Met, NotMet, PartlyMet]),
    ("7.3-b", &[Met, NotMet, PartlyMet]),
    ("7.3-c", &[Met, NotMet, PartlyMet]),
    ("7.3-d", &[Met]),
];
pub const REVIEWED: Driven = &[("7.3-c", &[NotApplicable]), ("7.3-d", &[Met, NotMet, PartlyMet])];

on_both_engines!(risks_are_scored_by_criteria_in_force_and_signed_for_the_patient, |store| {
    let mut site = Site::met(&store).await;
    site.all_met(&["7.3-a", "7.3-b", "7.3-c", "7.3-d"]).await;

    // A second risk: unsigned, and scored as mild as the matrix does not say.
    let second = risk(json!({ "title": "Second", "owner": "ben", "criticality": "low" }));
    let (second, digest) = site.submitted("risk", second, RISK_LINKS).await;
    let found = site.conformity().await;
    site.found(&found, "7.3-a", PartlyMet, &[(&second, BEN, SHIPS)]);
    site.found(&found, "7.3-b", PartlyMet, &[(&second, BEN, SHIPS)]);
    site.found(&found, "7.3-c", PartlyMet, &[(&second, BEN, SHIPS)]);
    site.approve(&second, digest).await;
    let found = site.conformity().await;
    site.found(&found, "7.3-a", PartlyMet, &[(&second, BEN, SHIPS)]);
    site.found(&found, "7.3-b", Met, &[]);
    site.found(&found, "7.3-c", Met, &[]);
    site.change(&second, json!({ "criticality": "high" })).await;
    site.finds("7.3-a", Met, &[]).await;

    // The criteria move on: nobody says of an old score that it holds; the risk is scored again.
    let criteria = site.change("CRIT-1", json!({ "method": "Likelihood and harm, by two people." })).await;
    let found = site.conformity().await;
    site.found(&found, "7.3-a", NotMet, &[("RISK-1", ANA, SHIPS), (&second, BEN, SHIPS)]);
    site.found(&found, "7.3-b", NotMet, &[("RISK-1", ANA, SHIPS), (&second, BEN, SHIPS)]);
    let clear = ClearSuspect {
        source: "RISK-1".to_owned(),
        link: "scored-under".to_owned(),
        target: "CRIT-1".to_owned(),
        to: criteria,
        reason: "The levels are the same".to_owned(),
    };
    let refused = records::clear_suspect(&site.world.app, &site.world.who("ana"), clear).await.unwrap_err();
    assert!(refused.to_string().contains("edit RISK-1"), "{refused}");
    site.change("RISK-1", json!({})).await;
    site.finds("7.3-b", PartlyMet, &[(&second, BEN, SHIPS)]).await;

    // Criteria that were approved only after a risk had been accepted under them.
    let late = sample("risk-criteria", json!({ "title": "Late" }));
    let (late, digest) = site.submitted("risk-criteria", late, &[]).await;
    let early = risk(json!({ "title": "Early", "owner": "ben" }));
    let links = [RISK_LINKS[0], RISK_LINKS[1], ("scored-under", &late)];
    let (early, accepted) = site.submitted("risk", early, &links).await;
    site.approve(&early, accepted).await;
    store.clock.advance_days(1);
    site.approve(&late, digest).await;
    site.finds("7.3-b", PartlyMet, &[(&second, BEN, SHIPS), (&early, BEN, SHIPS)]).await;
    site.change(&early, json!({ "title": "Early, accepted again" })).await;
    site.finds("7.3-b", PartlyMet, &[(&second, BEN, SHIPS)]).await;
    site.retire(&early).await;

    let (third, _) = site.submitted("risk", risk(json!({ "title": "Third" })), RISK_LINKS).await;
    site.retire("RISK-1").await;
    site.retire(&second).await;
    site.finds("7.3-c", NotMet, &[(&third, ANA, SHIPS)]).await;
    site.drove(SCORED);
});

on_both_engines!(risks_are_reviewed_in_time, |store| {
    let mut site = Site::met(&store).await;
    let soon =
        json!({ "title": "Second", "owner": "ben", "next_review": "2026-01-10", "patient_harm": "none" });
    site.approved("risk", risk(soon), RISK_LINKS).await;
    site.finds("7.3-d", Met, &[]).await;
    store.clock.advance_days(4);
    let due = Some("2026-01-10");
    site.finds("7.3-d", PartlyMet, &[("RISK-2", BEN, due)]).await;
    site.retire("RISK-1").await;
    let found = site.conformity().await;
    site.found(&found, "7.3-d", NotMet, &[("RISK-2", BEN, due)]);
    site.found(&found, "7.3-c", NotApplicable, &[]);
    site.drove(REVIEWED);
});
