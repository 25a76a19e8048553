//! 7.1.1: the plan of risk management and its criteria.

use serde_json::json;
use theriac_conformity::facts::words::Verdict::{Met, NotMet, PartlyMet};
use theriac_store::on_both_engines;

use super::site::{ANA, BEN, document, sample};
use super::{Driven, Site};

pub const DRIVEN: Driven = &[("7.1.1-a", &[Met, NotMet, PartlyMet]), ("7.1.1-b", &[Met, NotMet, PartlyMet])];

on_both_engines!(plan_and_criteria_are_in_force_and_reviewed_in_time, |store| {
    let mut site = Site::met(&store).await;
    site.all_met(&["7.1.1-a", "7.1.1-b"]).await;

    let (plan, digest) = site.submitted("document", document("plan", "7.1.1"), &[]).await;
    site.finds("7.1.1-a", PartlyMet, &[(&plan, ANA, Some("2026-06-30"))]).await;
    site.approve(&plan, digest).await;
    site.finds("7.1.1-a", Met, &[]).await;

    // Criteria that hold from a later day on.
    let later = json!({ "title": "Later", "owner": "ben", "effective_date": "2026-02-01" });
    site.approved("risk-criteria", sample("risk-criteria", later), &[]).await;
    let review = Some("2026-06-30");
    site.finds("7.1.1-b", PartlyMet, &[("CRIT-2", BEN, review)]).await;
    site.retire("CRIT-1").await;
    site.finds("7.1.1-b", NotMet, &[("CRIT-2", BEN, review)]).await;
    store.clock.advance_days(30);
    site.finds("7.1.1-b", Met, &[]).await;

    // The organisation shortens its interval, and all is overdue.
    site.change("LIM-1", json!({ "interval_document_review": 20, "interval_criteria_review": 20 })).await;
    let found = site.conformity().await;
    site.found(
        &found,
        "7.1.1-a",
        NotMet,
        &[("DOC-2", ANA, Some("2026-06-30")), (&plan, ANA, Some("2026-06-30"))],
    );
    site.found(&found, "7.1.1-b", NotMet, &[("CRIT-2", BEN, review)]);
    site.drove(DRIVEN);
});
