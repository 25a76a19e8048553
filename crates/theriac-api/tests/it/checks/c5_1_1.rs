//! 5.1.1: the plan of security activities.

use serde_json::json;
use theriac_conformity::facts::words::Verdict::{Met, NotMet, PartlyMet};
use theriac_store::on_both_engines;

use super::site::{ANA, BEN, SHIPS, activity, document, done};
use super::{Driven, Site};

pub const DRIVEN: Driven = &[
    ("5.1.1-a", &[Met, NotMet, PartlyMet]),
    ("5.1.1-b", &[Met, NotMet, PartlyMet]),
    ("5.1.1-c", &[Met, NotMet, PartlyMet]),
    ("5.1.1-d", &[Met, NotMet, PartlyMet]),
];

on_both_engines!(what_is_done_was_planned_before_by_a_plan_in_force, |store| {
    let mut site = Site::met(&store).await;
    site.all_met(&["5.1.1-a", "5.1.1-b", "5.1.1-c", "5.1.1-d"]).await;

    // A second plan whose review falls due.
    site.approved("document", document("plan", "5.1.1"), &[]).await;
    site.change("DOC-4", json!({ "next_review": "2026-01-10" })).await;
    site.finds("5.1.1-a", Met, &[]).await;
    store.clock.advance_days(4);
    site.finds("5.1.1-a", PartlyMet, &[("DOC-4", ANA, Some("2026-01-10"))]).await;

    let due = Some("2026-01-20");
    let (second, digest) = site.submitted("activity", activity(json!({ "title": "Fuzzing" })), &[]).await;
    site.finds("5.1.1-b", PartlyMet, &[(&second, BEN, due)]).await;
    site.approve(&second, digest).await;
    site.finds("5.1.1-b", Met, &[]).await;

    // Done before the plan was approved, and before it was planned itself.
    let early = json!({ "title": "Early", "start_date": "2025-12-01", "due_date": "2025-12-20" });
    site.approved("activity", activity(early), &[("planned-in", "DOC-1")]).await;
    site.change("ACT-3", done("2025-12-10", &["EVID-2"])).await;
    let found = site.conformity().await;
    site.found(&found, "5.1.1-c", PartlyMet, &[("ACT-3", BEN, SHIPS)]);
    site.found(&found, "5.1.1-d", PartlyMet, &[("ACT-3", BEN, SHIPS)]);
    site.change("ACT-1", json!({ "start_date": "2025-12-01", "done_date": "2025-12-31" })).await;
    let found = site.conformity().await;
    site.found(&found, "5.1.1-c", NotMet, &[("ACT-1", BEN, SHIPS), ("ACT-3", BEN, SHIPS)]);
    site.found(&found, "5.1.1-d", NotMet, &[("ACT-1", BEN, SHIPS), ("ACT-3", BEN, SHIPS)]);

    // The plan is given up: what was planned in it hangs in the air.
    site.retire("DOC-1").await;
    let found = site.conformity().await;
    site.found(&found, "5.1.1-a", NotMet, &[("DOC-4", ANA, Some("2026-01-10"))]);
    site.found(&found, "5.1.1-b", PartlyMet, &[("ACT-1", BEN, due), ("ACT-3", BEN, Some("2025-12-20"))]);
    site.retire(&second).await;
    let found = site.conformity().await;
    site.found(&found, "5.1.1-b", NotMet, &[("ACT-1", BEN, due), ("ACT-3", BEN, Some("2025-12-20"))]);
    site.drove(DRIVEN);
});
