//! 5.8.3: what users receive is what was released.

use serde_json::{Value, json};
use theriac_conformity::facts::words::Verdict::{Met, NotApplicable, NotMet, PartlyMet};
use theriac_model::Digest;
use theriac_store::on_both_engines;

use super::site::{ANA, SHIPS, document, manifest};
use super::{Driven, Site};

pub const DRIVEN: Driven = &[
    ("5.8.3-a", &[Met, NotMet, PartlyMet]),
    ("5.8.3-b", &[Met, NotMet, PartlyMet]),
    ("5.8.3-c", &[Met, NotMet, PartlyMet]),
];
pub const SIGNED: Driven = &[("5.8.3-d", &[Met, NotApplicable, NotMet, PartlyMet])];
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

/// A manifest of files signed on 2 January at noon, and until when the key of each was valid.
fn signed(artefacts: &[(&str, Option<&str>)]) -> Vec<u8> {
    let mut written: Value = serde_json::from_slice(&manifest(AUTHORS, &[])).unwrap();
    let artefact = |(name, valid_to): &(&str, Option<&str>)| {
        let mut signature = json!({
            "key": "SHA256:8a5f", "signed_at": "2026-01-02T12:00:00Z", "valid_from": "2025-01-01T00:00:00Z"
        });
        if let Some(end) = valid_to {
            signature["valid_to"] = json!(end);
        }
        json!({ "name": name, "sha256": Digest::of(b"one").to_string(), "signature": signature })
    };
    written["artefacts"] = artefacts.iter().map(artefact).collect();
    written.to_string().into_bytes()
}

on_both_engines!(a_signature_counts_where_its_key_was_valid, |store| {
    let mut site = Site::met(&store).await;
    site.finds("5.8.3-d", NotApplicable, &[]).await;
    site.disqualify("EVID-3").await;
    site.hand_in("signed.json", signed(&[("gateway.bin", None), ("tool", Some("2026-01-02T12:00:00Z"))]))
        .await;
    site.all_met(&["5.8.3-d"]).await;

    // The key of one turns out to have been revoked before it signed.
    let revoked = site.hand_in("revoked.json", signed(&[("tool", Some("2026-01-01T00:00:00Z"))])).await;
    site.finds("5.8.3-d", PartlyMet, &[("tool", ANA, SHIPS)]).await;
    let both = [("gateway.bin", Some("2026-01-02T11:59:59Z"))];
    let other = site.hand_in("both.json", signed(&both)).await;
    site.finds("5.8.3-d", NotMet, &[("gateway.bin", ANA, SHIPS), ("tool", ANA, SHIPS)]).await;
    site.disqualify(&other).await;
    site.disqualify(&revoked).await;
    site.finds("5.8.3-d", Met, &[]).await;
    site.drove(SIGNED);
});
