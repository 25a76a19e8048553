//! 5.2.1: security requirements.

use serde_json::json;
use theriac_conformity::facts::words::Verdict::{Met, NotApplicable, NotMet, PartlyMet};
use theriac_store::on_both_engines;

use super::site::{ANA, BEN, CASES, SHIPS, sample, tests};
use super::{Driven, Site};

pub const DRIVEN: Driven = &[
    ("5.2.1-a", &[Met, NotMet, PartlyMet]),
    ("5.2.1-b", &[Met, NotMet, PartlyMet]),
    ("5.2.1-c", &[Met, NotMet, PartlyMet, NotApplicable]),
];

on_both_engines!(measures_have_requirements_and_these_are_verified_on_the_candidate, |store| {
    let mut site = Site::met(&store).await;
    site.all_met(&["5.2.1-a", "5.2.1-b", "5.2.1-c"]).await;

    // What was submitted by mistake asks for nothing once it is withdrawn.
    let (mistake, digest) = site.submitted("requirement", sample("requirement", json!({})), &[]).await;
    site.finds("5.2.1-a", PartlyMet, &[(&mistake, ANA, SHIPS)]).await;
    site.withdraw(&mistake, digest).await;
    site.all_met(&["5.2.1-a", "5.2.1-b", "5.2.1-c"]).await;

    let untested = json!({ "title": "Untested", "owner": "ben", "tests": ["tls.PeerTest.never_run"] });
    let (second, digest) = site.submitted("requirement", sample("requirement", untested), &[]).await;
    site.finds("5.2.1-a", PartlyMet, &[(&second, BEN, SHIPS)]).await;
    let lock = sample("measure", json!({ "title": "Lock", "owner": "ben" }));
    site.approved("measure", lock, &[("implemented-by", &second)]).await;
    let found = site.conformity().await;
    site.found(&found, "5.2.1-b", PartlyMet, &[("MEAS-2", BEN, SHIPS)]);
    site.found(&found, "5.2.1-c", PartlyMet, &[(&second, BEN, SHIPS)]);
    site.approve(&second, digest).await;
    let found = site.conformity().await;
    site.found(&found, "5.2.1-a", Met, &[]);
    site.found(&found, "5.2.1-b", Met, &[]);

    // The tests run again, and one fails.
    store.clock.advance_days(1);
    let results = site.hand_in("again.xml", tests(&CASES[..1], &CASES[1..])).await;
    site.finds("5.2.1-c", NotMet, &[("REQ-1", ANA, SHIPS), (&second, BEN, SHIPS)]).await;
    site.disqualify(&results).await;
    site.finds("5.2.1-c", PartlyMet, &[(&second, BEN, SHIPS)]).await;
    let all = [CASES[0], CASES[1], "tls.PeerTest.never_run"];
    site.hand_in("more.xml", tests(&all, &[])).await;
    site.finds("5.2.1-c", Met, &[]).await;

    // What was tested is another build than the one that is to ship.
    site.build("rc.2", "8f94139338f9404f26296befa88755fc2598c289").await;
    site.candidate("rc.2").await;
    site.finds("5.2.1-c", NotMet, &[("REQ-1", ANA, SHIPS), (&second, BEN, SHIPS)]).await;
    site.candidate("rc.1").await;
    site.finds("5.2.1-c", Met, &[]).await;

    // The text changes: what was run before does not show that the new one is met, until the tests are run again.
    store.clock.advance_days(1);
    site.change("REQ-1", json!({ "text": "After four wrong passwords an account is locked." })).await;
    site.finds("5.2.1-c", PartlyMet, &[("REQ-1", ANA, SHIPS)]).await;
    site.hand_in("anew.xml", tests(&[CASES[0], CASES[1], "tls.PeerTest.never_run", "tls.PeerTest.new"], &[]))
        .await;
    site.finds("5.2.1-c", Met, &[]).await;

    // Without approved requirements the measures hang in the air.
    let (third, _) = site.submitted("requirement", sample("requirement", json!({})), &[]).await;
    site.retire("REQ-1").await;
    site.retire(&second).await;
    let found = site.conformity().await;
    site.found(&found, "5.2.1-a", NotMet, &[(&third, ANA, SHIPS)]);
    site.found(&found, "5.2.1-b", NotMet, &[("MEAS-1", ANA, SHIPS), ("MEAS-2", BEN, SHIPS)]);
    site.found(&found, "5.2.1-c", NotApplicable, &[]);
    site.drove(DRIVEN);
});
