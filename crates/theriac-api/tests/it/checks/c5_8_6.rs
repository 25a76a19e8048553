//! 5.8.6: every planned activity was done, by records.

use serde_json::json;
use theriac_conformity::facts::words::Verdict::{Met, NotMet, PartlyMet};
use theriac_store::on_both_engines;

use super::site::{BEN, CASES, activity, done, tests};
use super::{Driven, Site};

pub const DRIVEN: Driven = &[("5.8.6-a", &[Met, NotMet, PartlyMet]), ("5.8.6-b", &[Met, NotMet, PartlyMet])];

pub const LATER: Driven = &[("5.8.6-a", &[Met]), ("5.8.6-b", &[Met]), ("5.8.6-c", &[Met, NotMet, PartlyMet])];

on_both_engines!(activities_are_done_and_shown_by_evidence_of_their_time, |store| {
    let mut site = Site::met(&store).await;
    site.all_met(&["5.8.6-a", "5.8.6-b"]).await;

    let due = Some("2026-01-20");
    site.approved("activity", activity(json!({ "title": "Fuzzing", "start_date": "2026-01-07" })), &[]).await;
    site.finds("5.8.6-a", PartlyMet, &[("ACT-2", BEN, due)]).await;
    site.finds("5.8.6-b", Met, &[]).await;

    // It cites what was made before it began.
    site.change("ACT-2", done("2026-01-07", &["EVID-2"])).await;
    let found = site.conformity().await;
    site.found(&found, "5.8.6-a", Met, &[]);
    site.found(&found, "5.8.6-b", PartlyMet, &[("ACT-2", BEN, due)]);
    site.disqualify("EVID-2").await;
    site.finds("5.8.6-b", NotMet, &[("ACT-1", BEN, due), ("ACT-2", BEN, due)]).await;
    // A start that is moved back once all is done was not planned.
    for reference in ["ACT-1", "ACT-2"] {
        site.change(reference, json!({ "evidence": ["EVID-3"], "start_date": "2026-01-05" })).await;
    }
    site.finds("5.8.6-b", PartlyMet, &[("ACT-2", BEN, due)]).await;
    let own = site.hand_in("fuzzing.xml", tests(&["fuzz.Parser.runs"], &[])).await;
    site.change("ACT-2", json!({ "evidence": [&own] })).await;
    site.finds("5.8.6-b", Met, &[]).await;

    let (third, _) = site.submitted("activity", activity(json!({ "title": "Third" })), &[]).await;
    site.retire("ACT-1").await;
    site.retire("ACT-2").await;
    site.finds("5.8.6-a", NotMet, &[(&third, BEN, due)]).await;
    site.drove(DRIVEN);
});

on_both_engines!(the_start_that_was_planned_counts, |store| {
    let mut site = Site::met(&store).await;
    let plan = |day: &str| activity(json!({ "title": "Fuzzing", "start_date": day }));
    let (second, third) = (("ACT-2", BEN, Some("2026-01-20")), ("ACT-3", BEN, Some("2026-01-20")));
    site.approved("activity", plan("2026-01-09"), &[]).await;
    site.approved("activity", plan("2026-01-10"), &[]).await;
    let early = site.hand_in("early.xml", tests(&["fuzz.Parser.runs"], &[])).await;

    // Pulled forward before that day, it may begin then; afterwards, it began on the day of the new plan.
    store.clock.advance_days(1);
    site.change("ACT-2", json!({ "start_date": "2026-01-08" })).await;
    let ran = site.hand_in("ran.xml", tests(&["fuzz.Parser.runs", "fuzz.Parser.stops"], &[])).await;
    site.change("ACT-2", done("2026-01-08", &[&ran])).await;
    site.finds("5.8.6-b", Met, &[]).await;
    site.change("ACT-3", json!({ "start_date": "2026-01-07" })).await;
    site.change("ACT-3", done("2026-01-08", &[&early])).await;
    site.finds("5.8.6-b", PartlyMet, &[third]).await;

    // Once done, and on whichever day somebody changes it, its plan stays.
    site.change("ACT-3", json!({ "evidence": [&ran] })).await;
    site.finds("5.8.6-b", Met, &[]).await;
    site.change("ACT-2", json!({ "start_date": "2026-01-07", "evidence": [&early] })).await;
    site.finds("5.8.6-b", PartlyMet, &[second]).await;
    store.clock.advance_days(1);
    site.change("ACT-2", json!({ "done_date": null, "start_date": "2026-01-01" })).await;
    site.change("ACT-2", json!({ "done_date": "2026-01-08", "start_date": "2026-01-07" })).await;
    site.finds("5.8.6-b", PartlyMet, &[second]).await;
});

on_both_engines!(what_was_done_is_not_shown_by_evidence_from_after_the_decision, |store| {
    let mut site = Site::met(&store).await;
    site.approved("activity", activity(json!({ "title": "Fuzzing" })), &[("planned-in", "DOC-1")]).await;
    site.change("ACT-2", done("2026-01-07", &["EVID-2"])).await;
    site.whole().await;
    site.decide("ship").await;
    site.all_met(&["5.8.6-a", "5.8.6-b", "5.8.6-c"]).await;

    // Tests are run again the day after, and the activities are made to cite them. What was decided stands.
    store.clock.advance_days(1);
    let again = tests(&[CASES[0], CASES[1], "tls.PeerTest.revoked"], &[]);
    let late = site.hand_in("later.xml", again).await;
    let due = Some("2026-01-20");
    site.change("ACT-2", json!({ "evidence": [&late] })).await;
    site.finds("5.8.6-c", PartlyMet, &[("ACT-2", BEN, due)]).await;
    site.change("ACT-1", json!({ "evidence": [&late] })).await;
    let found = site.conformity().await;
    site.found(&found, "5.8.6-c", NotMet, &[("ACT-1", BEN, due), ("ACT-2", BEN, due)]);
    let clause = found.clauses.iter().find(|clause| clause.clause == "5.8.6").unwrap();
    assert_eq!((clause.verdict, clause.standing), (Met, NotMet));

    // The one was not done by then after all; the other shows what there was.
    site.change("ACT-1", json!({ "done_date": "2026-01-08" })).await;
    site.change("ACT-2", json!({ "evidence": ["EVID-2"] })).await;
    site.finds("5.8.6-c", Met, &[]).await;
    site.drove(LATER);
});
