//! 4.1.2: who answers for what.

use serde_json::json;
use theriac_conformity::facts::words::Verdict::{Met, NotMet, PartlyMet};
use theriac_store::on_both_engines;

use super::site::{ANA, BEN, SHIPS, activity, check_in, done, responsibility};
use super::{Driven, Site};

pub const DRIVEN: Driven = &[
    ("4.1.2-a", &[Met, NotMet, PartlyMet]),
    ("4.1.2-b", &[Met, NotMet, PartlyMet]),
    ("4.1.2-c", &[Met, NotMet, PartlyMet]),
];

on_both_engines!(one_person_answers_for_each_clause_and_answered_for_each_activity, |store| {
    let mut site = Site::met(&store).await;
    site.all_met(&["4.1.2-a", "4.1.2-b", "4.1.2-c"]).await;

    // Ben takes over one clause; until that is approved, it is an appointment that nobody approved.
    let one = responsibility(json!({ "clauses": ["5.5.2"], "person": "ben" }));
    let (reference, digest) = site.submitted("responsibility", one, &[]).await;
    site.finds("4.1.2-a", PartlyMet, &[(&reference, ANA, SHIPS)]).await;
    site.approve(&reference, digest).await;
    site.all_met(&["4.1.2-a", "4.1.2-b", "4.1.2-c"]).await;

    // Two people for one clause, and an activity of that clause.
    let both = responsibility(json!({ "clauses": ["5.5.2"], "person": "mei" }));
    site.approved("responsibility", both, &[]).await;
    let found = site.conformity().await;
    site.found(&found, "4.1.2-b", PartlyMet, &[("5.5.2", BEN, SHIPS)]);
    site.approved("activity", activity(json!({ "title": "Review", "clause": "5.5.2" })), &[]).await;
    site.change("ACT-2", done("2026-01-07", &["EVID-2"])).await;
    site.finds("4.1.2-c", PartlyMet, &[("ACT-2", BEN, SHIPS)]).await;

    // Ana's appointment ends: from then on nobody answers for the rest; what was done in her time stays answered for.
    site.change("RESP-1", json!({ "to": "2026-01-08" })).await;
    for reference in ["RESP-2", "RESP-3"] {
        site.retire(reference).await;
    }
    site.finds("4.1.2-b", Met, &[]).await;
    store.clock.advance_days(2);
    let found = site.conformity().await;
    let check = check_in(&found, "4.1.2-b");
    assert!(check.passing.is_empty() && check.failing.len() > 50);
    let failing: Vec<_> = check.failing.iter().map(|row| (row.reference.as_str(), ANA, SHIPS)).collect();
    site.found(&found, "4.1.2-b", NotMet, &failing);
    site.found(&found, "4.1.2-c", Met, &[]);

    // An appointment that was found to have begun later covers nothing that was done before.
    site.change("RESP-1", json!({ "from": "2026-01-08", "to": null })).await;
    site.finds("4.1.2-c", NotMet, &[("ACT-1", BEN, SHIPS), ("ACT-2", BEN, SHIPS)]).await;
    site.finds("4.1.2-b", Met, &[]).await;
    let (again, _) = site.submitted("responsibility", responsibility(json!({})), &[]).await;
    site.retire("RESP-1").await;
    site.finds("4.1.2-a", NotMet, &[(&again, ANA, SHIPS)]).await;
    site.drove(DRIVEN);
});
