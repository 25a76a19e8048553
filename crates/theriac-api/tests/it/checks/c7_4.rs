//! 7.4: measures control the risks, and what remains is judged.

use serde_json::json;
use theriac_conformity::facts::words::Verdict::{Met, NotApplicable, NotMet, PartlyMet};
use theriac_store::on_both_engines;

use super::site::{ANA, BEN, CASES, RISK_LINKS, SHIPS, risk, sample, tests};
use super::{Driven, Site};

pub const TREATED: Driven = &[
    ("7.4-a", &[Met, NotMet, PartlyMet]),
    ("7.4-b", &[Met, NotMet, PartlyMet, NotApplicable]),
    ("7.4-c", &[Met]),
    ("7.4-d", &[Met]),
];
pub const VERIFIED: Driven = &[("7.4-c", &[Met, NotMet, PartlyMet]), ("7.4-d", &[Met, NotMet, PartlyMet])];

on_both_engines!(risks_are_treated_and_what_remains_is_acceptable, |store| {
    let mut site = Site::met(&store).await;
    site.all_met(&["7.4-a", "7.4-b", "7.4-c", "7.4-d"]).await;

    // A risk that nothing mitigates and whose rest nobody accepts.
    let rest =
        json!({ "title": "Second", "owner": "ben", "residual_impact": "serious", "patient_harm": "none" });
    site.approved("risk", risk(rest), &RISK_LINKS[1..]).await;
    let found = site.conformity().await;
    site.found(&found, "7.4-a", PartlyMet, &[("RISK-2", BEN, SHIPS)]);
    site.found(&found, "7.4-b", PartlyMet, &[("RISK-2", BEN, SHIPS)]);
    site.retire("RISK-1").await;
    let found = site.conformity().await;
    site.found(&found, "7.4-a", NotMet, &[("RISK-2", BEN, SHIPS)]);
    site.found(&found, "7.4-b", NotMet, &[("RISK-2", BEN, SHIPS)]);
    site.change("RISK-2", json!({ "reason": "Two people watch the transfer." })).await;
    site.finds("7.4-a", Met, &[]).await;
    site.change("RISK-2", json!({ "treatment": "avoid", "reason": "The transfer is taken out." })).await;
    let found = site.conformity().await;
    site.found(&found, "7.4-a", Met, &[]);
    site.found(&found, "7.4-b", NotApplicable, &[]);
    site.drove(TREATED);
});

on_both_engines!(measures_are_approved_and_verified_on_the_candidate, |store| {
    let mut site = Site::met(&store).await;
    let second = sample("measure", json!({ "title": "Second", "owner": "ben" }));
    let (second, digest) = site.submitted("measure", second, &[]).await;
    let found = site.conformity().await;
    site.found(&found, "7.4-c", PartlyMet, &[(&second, BEN, SHIPS)]);
    site.found(&found, "7.4-d", PartlyMet, &[(&second, BEN, SHIPS)]);
    site.approve(&second, digest).await;
    site.finds("7.4-c", Met, &[]).await;

    store.clock.advance_days(1);
    let failed = site.hand_in("again.xml", tests(&CASES[..1], &CASES[1..])).await;
    site.finds("7.4-d", NotMet, &[("MEAS-1", ANA, SHIPS), (&second, BEN, SHIPS)]).await;
    site.disqualify(&failed).await;
    site.retire(&second).await;
    site.finds("7.4-d", Met, &[]).await;

    // The requirement moves on, and the measure was written for what it was before.
    site.change("REQ-1", json!({ "title": "Refuse peers that are unknown" })).await;
    site.finds("7.4-c", NotMet, &[("MEAS-1", ANA, SHIPS)]).await;
    site.drove(VERIFIED);
});
