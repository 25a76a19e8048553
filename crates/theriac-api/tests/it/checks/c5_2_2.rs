//! 5.2.2: the review of requirements.

use serde_json::json;
use theriac_conformity::facts::words::Verdict::{Met, NotMet, PartlyMet};
use theriac_store::on_both_engines;

use super::site::{ANA, BEN, SHIPS, review, sample};
use super::{Driven, Site};

pub const DRIVEN: Driven = &[
    ("5.2.2-a", &[Met, NotMet, PartlyMet]),
    ("5.2.2-b", &[Met, NotMet, PartlyMet]),
    ("5.2.2-c", &[Met, NotMet, PartlyMet]),
    ("5.2.2-d", &[Met, NotMet, PartlyMet]),
];

on_both_engines!(requirements_are_reviewed_by_all_who_must_in_the_very_revision, |store| {
    let mut site = Site::met(&store).await;
    site.all_met(&["5.2.2-a", "5.2.2-b", "5.2.2-c", "5.2.2-d"]).await;

    let second = sample("requirement", json!({ "title": "Second", "owner": "ben" }));
    site.approved("requirement", second, &[]).await;
    site.finds("5.2.2-d", PartlyMet, &[("REQ-2", BEN, SHIPS)]).await;

    // Ana, who wrote it, reviews it alone, calls herself independent and leaves a point open.
    let alone = review(json!({
        "owner": "ben", "conclusion": "accepted-with-points", "held_date": "2026-01-07",
        "attendees": [{ "person": "ana", "discipline": "security", "independent": true }],
        "points": [{ "point": "Too vague", "closed": false }]
    }));
    let (reference, digest) = site.submitted("review", alone, &[("reviews", "REQ-2")]).await;
    let found = site.conformity().await;
    for check in ["5.2.2-a", "5.2.2-b", "5.2.2-c"] {
        site.found(&found, check, PartlyMet, &[(&reference, BEN, SHIPS)]);
    }
    site.found(&found, "5.2.2-d", PartlyMet, &[("REQ-2", BEN, SHIPS)]);
    site.approve(&reference, digest).await;
    site.finds("5.2.2-d", Met, &[]).await;
    site.retire("REV-1").await;
    let found = site.conformity().await;
    for check in ["5.2.2-a", "5.2.2-b", "5.2.2-c"] {
        site.found(&found, check, NotMet, &[(&reference, BEN, SHIPS)]);
    }
    site.found(&found, "5.2.2-d", PartlyMet, &[("REQ-1", ANA, SHIPS)]);

    // The requirement moves on: the review read an older revision, and no review of the present one is left.
    site.change("REQ-2", json!({ "title": "Second, sharper" })).await;
    let found = site.conformity().await;
    site.found(&found, "5.2.2-d", NotMet, &[("REQ-1", ANA, SHIPS), ("REQ-2", BEN, SHIPS)]);
    site.found(&found, "5.2.2-a", NotMet, &[("5.2.2-a", ANA, SHIPS)]);
    // A review that is dated before the requirement was written read something else.
    let links = &[("reviews", "REQ-1"), ("reviews", "REQ-2")];
    site.approved("review", review(json!({})), links).await;
    let found = site.conformity().await;
    site.found(&found, "5.2.2-a", NotMet, &[("REV-3", ANA, SHIPS)]);
    site.found(&found, "5.2.2-d", PartlyMet, &[("REQ-2", BEN, SHIPS)]);
    site.change("REV-3", json!({ "held_date": "2026-01-07" })).await;
    site.all_met(&["5.2.2-a", "5.2.2-b", "5.2.2-c", "5.2.2-d"]).await;
    site.drove(DRIVEN);
});
