//! 7.3: risks are scored by criteria in force, signed for and reviewed.

use serde_json::{Value, json};
use theriac_conformity::facts::words::Verdict::{Met, NotApplicable, NotMet, PartlyMet};
use theriac_store::on_both_engines;

use super::site::{ANA, BEN, RISK_LINKS, SHIPS, risk, sample};
use super::{Driven, Site};

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
    let clear = json!({
        "type": "scored-under", "target": "CRIT-1", "to": criteria.to_string(),
        "reason": "The levels are the same"
    });
    let refused = site.post("ana", "/records/RISK-1/clear", clear).await.problem(409, "rule");
    assert!(refused["detail"].as_str().unwrap().contains("edit RISK-1"), "{refused}");
    site.change("RISK-1", json!({})).await;
    site.finds("7.3-b", PartlyMet, &[(&second, BEN, SHIPS)]).await;

    // Criteria that were approved only after a risk had been accepted under them.
    let late = sample("risk-criteria", json!({ "title": "Late" }));
    let (late, digest) = site.submitted("risk-criteria", late, &[]).await;
    let early = risk(json!({ "title": "Early", "owner": "ben" }));
    let links = [RISK_LINKS[0], RISK_LINKS[1], ("scored-under", &late)];
    let (early, accepted) = site.submitted("risk", early, &links).await;
    site.approve(&early, accepted).await;
    // On the same day, even in the same moment: the order counts.
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

on_both_engines!(a_vector_of_a_risk_can_be_read, |store| {
    let site = Site::met(&store).await;
    let wrong = async |vector: &str| {
        let wrong = site.refused("risk", risk(json!({ "cvss": vector }))).await;
        wrong.into_iter().find(|(field, _)| field == "cvss").map(|(_, message)| message)
    };
    for vector in
        ["high", "7.5", "CVSS:3.1/AV:N", "CVSS:3.1/AV:Q/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N", "CVSS:9.9/AV:N"]
    {
        let message = wrong(vector).await.unwrap();
        assert!(message.contains(&format!("'{vector}' is no CVSS vector")), "{message}");
    }
    for vector in [
        "AV:N/AC:L/Au:N/C:P/I:P/A:P",
        "CVSS:3.0/AV:A/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N",
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
    ] {
        assert_eq!(wrong(vector).await, None, "{vector}");
    }
});

on_both_engines!(reviews_are_set_within_the_interval_of_the_limits_and_within_ten_years, |store| {
    let site = Site::met(&store).await;
    let wrong = async |content: Value, kind: &str| {
        let wrong = site.refused(kind, content).await;
        wrong.into_iter().find(|(field, _)| field == "next_review").map(|(_, message)| message)
    };
    let of = |kind: &str, day: &str| match kind {
        "document" => sample(kind, json!({ "effective_date": "2026-01-05", "next_review": day })),
        _ => sample(kind, json!({ "next_review": day })),
    };
    site.change("LIM-1", json!({ "interval_document_review": 180 })).await;
    for (kind, last, later) in [
        ("risk", "2027-01-07", "2027-01-08"),
        ("risk-criteria", "2027-01-07", "2027-01-08"),
        ("document", "2026-07-06", "2026-07-07"),
    ] {
        let message = wrong(of(kind, later), kind).await.unwrap();
        assert!(message.contains("by the limits in force") && message.contains(last), "{kind}: {message}");
        match kind {
            "risk" => assert_eq!(wrong(of(kind, last), kind).await, None),
            _ => drop(site.submitted(kind, of(kind, last), &[]).await),
        }
    }
    site.retire("LIM-1").await;
    for kind in ["risk", "risk-criteria", "document"] {
        let message = wrong(of(kind, "2036-01-06"), kind).await.unwrap();
        assert!(message.contains("2036-01-05 is the last day"), "{kind}: {message}");
    }
});
