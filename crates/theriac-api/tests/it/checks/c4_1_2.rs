//! 4.1.2: who answers for what.

use serde_json::json;
use theriac_conformity::facts::words::Verdict::{Met, NotMet, PartlyMet};
use theriac_conformity::{Conformity, Facts};
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

    // A new appointment takes nothing from those before it, and gives nothing to days before its own.
    site.change("RESP-1", json!({ "from": "2026-01-09", "to": null })).await;
    site.all_met(&["4.1.2-b", "4.1.2-c"]).await;
    for reference in ["ACT-1", "ACT-2"] {
        site.change(reference, json!({ "start_date": "2025-12-01", "done_date": "2025-12-31" })).await;
    }
    site.finds("4.1.2-c", NotMet, &[("ACT-1", BEN, SHIPS), ("ACT-2", BEN, SHIPS)]).await;
    let (again, _) = site.submitted("responsibility", responsibility(json!({})), &[]).await;
    site.retire("RESP-1").await;
    site.finds("4.1.2-a", NotMet, &[(&again, ANA, SHIPS)]).await;
    site.drove(DRIVEN);
});

on_both_engines!(an_appointment_that_has_ended_keeps_its_time, |store| {
    let site = Site::met(&store).await;
    // ACT-1 was done yesterday, the sixth; Ana's appointment is retired today.
    site.retire("RESP-1").await;
    assert_eq!(answered(&site, None).await, [1], "who answered yesterday still did");
    site.approved("activity", activity(json!({ "title": "Review", "clause": "5.5.2" })), &[]).await;
    site.change("ACT-2", done("2026-01-07", &["EVID-2"])).await;
    assert_eq!(answered(&site, None).await, [1, 0], "from the seventh on nobody does");

    // Ben from the eighth, and Mei in his place from the tenth, by the same record.
    store.clock.advance_days(1);
    let ben = responsibility(json!({ "person": "ben", "from": "2026-01-08" }));
    site.approved("responsibility", ben, &[]).await;
    site.change("ACT-2", json!({ "done_date": "2026-01-08" })).await;
    assert_eq!(answered(&site, None).await, [1, 1]);
    store.clock.advance_days(2);
    site.change("RESP-2", json!({ "person": "mei" })).await;
    assert_eq!(answered(&site, None).await, [1, 1], "Mei does not answer for Ben's days beside him");
    site.change("ACT-2", json!({ "done_date": "2026-01-10" })).await;
    assert_eq!(answered(&site, None).await, [1, 1]);

    // What was retired on the day it was approved was never in force at a day's end.
    let wrong = responsibility(json!({ "clauses": ["5.5.2"], "person": "dan" }));
    site.approved("responsibility", wrong, &[]).await;
    site.retire("RESP-3").await;
    site.retire("RESP-2").await;
    assert_eq!(answered(&site, None).await, [1, 0]);
    site.change("ACT-2", json!({ "done_date": "2026-01-08" })).await;
    assert_eq!(answered(&site, None).await, [1, 1]);

    // Each day has the answer that it had.
    for (day, then) in [("2026-01-06", &[1][..]), ("2026-01-07", &[1, 0]), ("2026-01-08", &[1, 1])] {
        assert_eq!(answered(&site, Some(day)).await, then, "{day}");
    }
});

on_both_engines!(who_has_left_answers_for_nothing_and_owes_nothing, |store| {
    let site = Site::met(&store).await;
    site.approved("activity", activity(json!({ "title": "Review", "clause": "5.5.2" })), &[]).await;
    store.clock.advance_days(2);
    site.change("ACT-2", done("2026-01-09", &["EVID-2"])).await;
    assert_eq!(answered(&site, None).await, [1, 1]);
    site.post("adam", "/people/ana/leave", json!({ "from": "2026-01-08" })).await.ok();
    assert_eq!(answered(&site, None).await, [1, 0], "until the seventh she answered");
    let found = site.conformity().await;
    let check = check_in(&found, "4.1.2-b");
    assert!(check.passing.is_empty() && check.failing.len() > 50);
    let owners = found.clauses.iter().flat_map(|clause| &clause.missing).map(|item| &item.owner);
    assert!(owners.clone().all(|owner| owner.as_deref() != ANA), "{owners:?}");
    // The day before has the answer that it had.
    let then: Conformity = site.read("conformity?at=2026-01-08").await;
    assert_eq!(check_in(&then, "4.1.2-b").verdict, Met);
});

/// How many people answered for each activity on the day it was done, by the facts of a day.
async fn answered(site: &Site<'_>, day: Option<&str>) -> Vec<i64> {
    let of = day.map(|day| format!("?at={day}")).unwrap_or_default();
    let facts: Facts = site.read(&format!("facts{of}")).await;
    facts.activities.iter().map(|row| row.responsible_persons).collect()
}
