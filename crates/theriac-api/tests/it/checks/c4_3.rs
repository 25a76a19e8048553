//! 4.3: the classes of software items.

use serde_json::json;
use theriac_conformity::facts::words::Verdict::{Met, NotApplicable, NotMet, PartlyMet};
use theriac_store::on_both_engines;

use super::site::{ANA, SHIPS, bom, sample};
use super::{Driven, Site};

pub const CLASSED: Driven = &[
    ("4.3-a", &[Met, NotMet, PartlyMet]),
    ("4.3-b", &[Met, NotMet, PartlyMet]),
    ("4.3-c", &[Met]),
    ("4.3-d", &[Met]),
];
pub const TOLD: Driven = &[
    ("4.3-a", &[Met]),
    ("4.3-b", &[Met]),
    ("4.3-c", &[Met, NotMet, PartlyMet, NotApplicable]),
    ("4.3-d", &[Met, NotMet, PartlyMet, NotApplicable]),
];
const LEFT_PAD: &str = "pkg:npm/left-pad@1.3.0";

on_both_engines!(each_item_is_classed_and_covers_its_components, |store| {
    let mut site = Site::met(&store).await;
    site.all_met(&["4.3-a", "4.3-b", "4.3-c", "4.3-d"]).await;

    let own = json!({ "title": "Own", "origin": "own", "class": "maintained", "purls": ["pkg:generic/*"],
        "previous_class": null, "user_information": null, "support_end": null });
    let (own, digest) = site.submitted("software-item", sample("software-item", own), &[]).await;
    site.finds("4.3-a", PartlyMet, &[(&own, ANA, SHIPS)]).await;
    site.approve(&own, digest).await;
    site.finds("4.3-a", Met, &[]).await;

    // A component that no item covers, then one whose item is not approved.
    site.hand_in("more.json", bom(2, &["stray"])).await;
    site.finds("4.3-b", PartlyMet, &[("stray", ANA, SHIPS)]).await;
    site.disqualify("EVID-4").await;
    site.finds("4.3-b", Met, &[]).await;
    let other = sample("software-item", json!({ "title": "npm", "owner": "ben" }));
    site.submitted("software-item", other, &[]).await;
    site.retire("ITEM-1").await;
    site.retire(&own).await;
    let found = site.conformity().await;
    site.found(&found, "4.3-a", NotMet, &[("ITEM-3", Some("ben"), SHIPS)]);
    site.found(&found, "4.3-b", NotMet, &[(LEFT_PAD, Some("ben"), SHIPS)]);
    site.drove(CLASSED);
});

on_both_engines!(users_are_told_of_a_lowered_class_and_support_lasts_as_long_as_the_product, |store| {
    let mut site = Site::met(&store).await;
    let second = sample("software-item", json!({ "title": "Second", "purls": ["pkg:pypi/*"] }));
    site.approved("software-item", second, &[]).await;
    site.all_met(&["4.3-a", "4.3-b", "4.3-c", "4.3-d"]).await;

    site.change("ITEM-1", json!({ "user_information": null })).await;
    site.finds("4.3-c", PartlyMet, &[("ITEM-1", ANA, SHIPS)]).await;
    site.change("ITEM-2", json!({ "user_information": null })).await;
    site.finds("4.3-c", NotMet, &[("ITEM-1", ANA, SHIPS), ("ITEM-2", ANA, SHIPS)]).await;
    for item in ["ITEM-1", "ITEM-2"] {
        site.change(item, json!({ "previous_class": "required" })).await;
    }
    site.finds("4.3-c", NotApplicable, &[]).await;

    // A class that was lowered without a word shows by the revision that was in force.
    site.change("ITEM-2", json!({ "class": "supported" })).await;
    store.clock.advance_days(1);
    site.change("ITEM-2", json!({ "class": "required" })).await;
    site.finds("4.3-c", NotMet, &[("ITEM-2", ANA, SHIPS)]).await;

    // What each item owes is due by the day its support ends.
    site.supported_until("2030-06-30").await;
    let end = Some("2026-06-30");
    site.finds("4.3-d", NotMet, &[("ITEM-1", ANA, end), ("ITEM-2", ANA, end)]).await;
    site.change("ITEM-2", json!({ "support_end": "2030-06-30" })).await;
    site.finds("4.3-d", PartlyMet, &[("ITEM-1", ANA, end)]).await;
    for item in ["ITEM-1", "ITEM-2"] {
        site.change(item, json!({ "support_end": null })).await;
    }
    site.finds("4.3-d", NotMet, &[("ITEM-1", ANA, SHIPS), ("ITEM-2", ANA, SHIPS)]).await;
    for item in ["ITEM-1", "ITEM-2"] {
        site.change(item, json!({ "origin": "own" })).await;
    }
    site.finds("4.3-d", NotApplicable, &[]).await;
    site.drove(TOLD);
});

on_both_engines!(what_users_were_told_of_one_lowering_does_not_tell_of_the_next, |store| {
    let mut site = Site::met(&store).await;
    let second = json!({ "title": "Second", "purls": ["pkg:pypi/*"], "class": "maintained",
        "previous_class": null, "user_information": null });
    site.approved("software-item", sample("software-item", second), &[]).await;
    let missing = [("ITEM-2", ANA, SHIPS)];

    store.clock.advance_days(1);
    let told = "Updates come on request.";
    site.change("ITEM-2", json!({ "class": "supported", "user_information": told })).await;
    site.finds("4.3-c", Met, &[]).await;
    store.clock.advance_days(1);
    site.change("ITEM-2", json!({ "class": "required" })).await;
    site.finds("4.3-c", PartlyMet, &missing).await;
    site.change("ITEM-2", json!({ "user_information": "Updates are yours to find." })).await;
    site.finds("4.3-c", Met, &[]).await;

    // Raised and lowered again, all on one day.
    site.change("ITEM-2", json!({ "class": "maintained" })).await;
    site.change("ITEM-2", json!({ "class": "required" })).await;
    site.finds("4.3-c", PartlyMet, &missing).await;
    site.change("ITEM-2", json!({ "user_information": "Updates are yours to find again." })).await;
    site.finds("4.3-c", Met, &[]).await;

    // It takes over what another promised more of, and says what it said before.
    let third = json!({ "title": "Third", "purls": ["pkg:cargo/*"], "class": "maintained",
        "previous_class": null, "user_information": null });
    site.approved("software-item", sample("software-item", third), &[]).await;
    store.clock.advance_days(1);
    site.retire("ITEM-3").await;
    site.change("ITEM-2", json!({ "purls": ["pkg:pypi/*", "pkg:cargo/*"] })).await;
    site.finds("4.3-c", PartlyMet, &missing).await;
    site.change("ITEM-2", json!({ "user_information": "Updates of both are yours to find." })).await;
    site.finds("4.3-c", Met, &[]).await;
});
