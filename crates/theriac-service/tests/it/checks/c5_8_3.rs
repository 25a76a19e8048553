//! 5.8.3: what users receive is what was released.

use serde_json::json;
use theriac_conformity::facts::words::Verdict::{Met, NotMet, PartlyMet};
use theriac_store::on_both_engines;

use super::site::{ANA, SHIPS, document, manifest};
use super::{Driven, Site};

pub const DRIVEN: Driven = &[
    ("5.8.3-a", &[Met, NotMet, PartlyMet]),
    ("5.8.3-b", &[Met, NotMet, PartlyMet]),
    ("5.8.3-c", &[Met, NotMet, PartlyMet]),
];
const AUTHORS: &[&str] = &["ben@lumen.example"];

on_both_engines!(manifests_agree_and_users_are_told_how_to_verify, |store| {
    let mut site = Site::met(&store).await;
    site.all_met(&["5.8.3-a", "5.8.3-b", "5.8.3-c"]).await;

    // Another manifest names a second artefact, and other bytes for the first.
    let other = manifest(AUTHORS, &[("gateway.bin", "other"), ("manual.pdf", "manual")]);
    let other = site.hand_in_of("rc.1", "other.json", other, false).await;
    let found = site.conformity().await;
    site.found(&found, "5.8.3-a", PartlyMet, &[("gateway.bin", ANA, SHIPS)]);
    site.found(&found, "5.8.3-b", PartlyMet, &[(&other, ANA, SHIPS)]);
    let third = manifest(AUTHORS, &[("manual.pdf", "another manual")]);
    let third = site.hand_in("third.json", third).await;
    site.finds("5.8.3-a", NotMet, &[("gateway.bin", ANA, SHIPS), ("manual.pdf", ANA, SHIPS)]).await;

    // What was found wrong says nothing any more, neither of bytes nor of names.
    site.disqualify(&other).await;
    let found = site.conformity().await;
    site.found(&found, "5.8.3-a", Met, &[]);
    site.found(&found, "5.8.3-b", Met, &[]);
    site.disqualify("EVID-3").await;
    site.disqualify(&third).await;
    let found = site.conformity().await;
    site.found(&found, "5.8.3-a", NotMet, &[("5.8.3-a", ANA, SHIPS)]);
    site.found(&found, "5.8.3-b", NotMet, &[("5.8.3-b", ANA, SHIPS)]);
    let again = manifest(AUTHORS, &[("gateway.bin", "one")]);
    let unbound = site.hand_in_of("rc.1", "again.json", [again, b"\n".to_vec()].concat(), false).await;
    site.finds("5.8.3-b", NotMet, &[(&unbound, ANA, SHIPS)]).await;

    site.approved("document", document("guideline", "5.8.3"), &[]).await;
    site.change("DOC-4", json!({ "next_review": "2026-01-10" })).await;
    store.clock.advance_days(5);
    let due = Some("2026-01-10");
    site.finds("5.8.3-c", PartlyMet, &[("DOC-4", ANA, due)]).await;
    site.retire("DOC-3").await;
    site.finds("5.8.3-c", NotMet, &[("DOC-4", ANA, due)]).await;
    site.drove(DRIVEN);
});
