//! 5.7.5: testers stand apart from those who developed.

use serde_json::json;
use theriac_conformity::facts::words::Verdict::{Met, NotApplicable, NotMet, PartlyMet};
use theriac_store::on_both_engines;

use super::site::{ANA, COMMIT, SHIPS, campaign, manifest, manifest_of};
use super::{Driven, Site};
use crate::client::Answer;

pub const INDEPENDENT: Driven =
    &[("5.7.5-a", &[Met, NotMet, PartlyMet]), ("5.7.5-b", &[Met, NotMet, PartlyMet]), ("5.7.5-c", &[Met])];
pub const KINDS: Driven = &[("5.7.5-d", &[Met, NotApplicable, NotMet, PartlyMet])];
pub const KNOWN: Driven = &[("5.7.5-b", &[Met, NotMet]), ("5.7.5-c", &[Met, NotMet, PartlyMet])];
const EARLIER: &str = "8f94139338f9404f26296befa88755fc2598c289";

/// A campaign found no approval because its tester is too near to the developers.
#[track_caller]
fn too_near(answer: &Answer) {
    let problem = answer.problem(403, "separation-of-duties");
    let words = problem["detail"].as_str().unwrap();
    assert!(words.contains("too near. Name another tester"), "{words}");
}

on_both_engines!(testers_are_as_independent_as_is_asked_and_as_is_said, |store| {
    let mut site = Site::met(&store).await;
    site.all_met(&["5.7.5-a", "5.7.5-b", "5.7.5-c"]).await;

    // Ben, who wrote the code, says that he is independent: his campaign finds no approval.
    let own = campaign(json!({ "title": "Own", "tester": "ben", "independence": "person" }));
    let (own, digest) = site.submitted("test-campaign", own, &[]).await;
    let found = site.conformity().await;
    site.found(&found, "5.7.5-a", PartlyMet, &[(&own, ANA, SHIPS)]);
    site.found(&found, "5.7.5-b", PartlyMet, &[(&own, ANA, SHIPS)]);
    too_near(&site.approval(&own, digest).await);
    site.retire("CAMP-1").await;
    let found = site.conformity().await;
    site.found(&found, "5.7.5-a", NotMet, &[(&own, ANA, SHIPS)]);
    site.found(&found, "5.7.5-b", NotMet, &[(&own, ANA, SHIPS)]);

    // Another build becomes the candidate: nobody has tested that one.
    site.build("rc.2", EARLIER).await;
    site.candidate("rc.2").await;
    site.finds("5.7.5-a", NotMet, &[("5.7.5-a", ANA, SHIPS)]).await;
    site.drove(INDEPENDENT);
});

on_both_engines!(a_tester_stands_apart_on_every_day_of_the_campaign, |store| {
    let site = Site::met(&store).await;
    let tested = async |title: &str, from: &str| {
        let days = campaign(json!({ "title": title, "independence": "department", "from_date": from }));
        let (reference, digest) = site.submitted("test-campaign", days, &[]).await;
        site.approval(&reference, digest).await
    };
    let approved = json!({ "approved": true, "waiting_for": null });
    assert_eq!(tested("All of it", "2026-01-01").await.ok(), approved);
    let absent = tested("Long ago", "2001-01-01").await.problem(409, "rule");
    let words = absent["detail"].as_str().unwrap();
    assert!(words.contains("had no place in the organisation on 2001-01-01"), "{words}");

    // Mei helped those who wrote the code for two days in between.
    let place =
        |department: &str, day: &str| json!({ "department": department, "manager": "otto", "from": day });
    site.place("mei", place("engineering", "2026-01-02")).await;
    site.place("mei", place("quality", "2026-01-04")).await;
    too_near(&tested("In between", "2026-01-01").await);
    assert_eq!(tested("Afterwards", "2026-01-04").await.ok(), approved);
});

on_both_engines!(each_kind_of_test_that_asks_for_independence_shows_it, |store| {
    let mut site = Site::met(&store).await;
    site.all_met(&["5.7.5-d"]).await;
    site.change("LIM-1", json!({ "independence_penetration": "organisation" })).await;
    site.finds("5.7.5-d", PartlyMet, &[("penetration", ANA, SHIPS)]).await;

    // Mei comes from another department, which is not what is asked, whatever the campaign says.
    let attack = json!({ "title": "Attack", "test_kind": "penetration", "independence": "organisation" });
    let (own, _) = site.submitted("test-campaign", campaign(attack), &[]).await;
    site.finds("5.7.5-d", PartlyMet, &[("penetration", ANA, SHIPS)]).await;
    site.retire("CAMP-1").await;
    site.finds("5.7.5-d", NotMet, &[("requirements-tests", ANA, SHIPS), ("penetration", ANA, SHIPS)]).await;
    site.change("LIM-1", json!({ "independence_requirements_tests": "none" })).await;
    site.finds("5.7.5-d", NotMet, &[("penetration", ANA, SHIPS)]).await;
    site.change("LIM-1", json!({ "independence_penetration": "department" })).await;
    site.change(&own, json!({ "independence": "department" })).await;
    site.finds("5.7.5-d", Met, &[]).await;
    site.change("LIM-1", json!({ "independence_penetration": "none" })).await;
    site.finds("5.7.5-d", NotApplicable, &[]).await;
    site.drove(KINDS);
});

on_both_engines!(nobody_knows_who_wrote_what_no_manifest_describes, |store| {
    let mut site = Site::met(&store).await;
    let going_on = |commit: &str, from: &str| {
        let text = String::from_utf8(manifest_of(commit, &["ben@lumen.example"], &[("gateway.bin", "one")]))
            .unwrap();
        text.replace("\"predecessor\":null", &format!("\"predecessor\":\"{from}\"")).into_bytes()
    };
    // Ben changed a line since a commit of which nobody handed in a manifest: Mei may have written all the rest.
    let other = "a".repeat(40);
    site.build("rc.2", EARLIER).await;
    let shallow = site.hand_in_of("rc.2", "shallow.json", going_on(EARLIER, &other), true).await;
    let found = site.conformity().await;
    site.found(&found, "5.7.5-c", PartlyMet, &[("rc.2", ANA, SHIPS)]);
    let todo =
        found.clauses.iter().flat_map(|clause| &clause.missing).find(|item| item.check == "5.7.5-c").unwrap();
    assert!(todo.todo.contains(&other), "{}", todo.todo);
    let (again, digest) = site.submitted("test-campaign", campaign(json!({ "title": "Again" })), &[]).await;
    too_near(&site.approval(&again, digest).await);

    // That commit is described, but as going on from this one: two that name each other begin nowhere.
    site.build("rc.0", &other).await;
    let circle = site.hand_in_of("rc.0", "circle.json", going_on(&other, EARLIER), true).await;
    site.finds("5.7.5-c", PartlyMet, &[("rc.0", ANA, SHIPS), ("rc.2", ANA, SHIPS)]).await;
    too_near(&site.approval(&again, digest).await);

    // It is described since the build that is known; then all is said.
    site.disqualify(&circle).await;
    site.hand_in_of("rc.0", "after.json", going_on(&other, COMMIT), true).await;
    site.finds("5.7.5-c", Met, &[]).await;
    site.disqualify(&shallow).await;
    site.hand_in_of("rc.2", "whole.json", going_on(EARLIER, COMMIT), true).await;
    site.finds("5.7.5-c", Met, &[]).await;
    site.approve(&again, digest).await;
    site.all_met(&["5.7.5-b"]).await;
    // The manifest that it goes on from turns out to be wrong.
    site.disqualify("EVID-3").await;
    site.finds("5.7.5-c", NotMet, &[("rc.0", ANA, SHIPS), ("rc.1", ANA, SHIPS), ("rc.2", ANA, SHIPS)]).await;
});

on_both_engines!(every_author_is_known, |store| {
    let mut site = Site::met(&store).await;
    let wrong = manifest(&["ben@lumen.example", "kim@elsewhere.example"], &[("gateway.bin", "one")]);
    let wrong = site.hand_in("again.json", wrong).await;
    site.finds("5.7.5-c", NotMet, &[("rc.1", ANA, SHIPS)]).await;
    // The tester cannot be shown to stand apart from somebody unknown.
    site.finds("5.7.5-b", NotMet, &[("CAMP-1", ANA, SHIPS)]).await;
    site.build("rc.0", EARLIER).await;
    site.hand_in_of("rc.0", "early.json", manifest_of(EARLIER, &["ben@lumen.example"], &[]), true).await;
    site.finds("5.7.5-c", PartlyMet, &[("rc.1", ANA, SHIPS)]).await;
    let address = json!({ "address": "kim@elsewhere.example" });
    site.post("adam", "/people/ben/addresses", address).await.ok();
    site.all_met(&["5.7.5-b", "5.7.5-c"]).await;

    // A manifest that was found wrong names no authors.
    let other =
        site.hand_in("other.json", manifest(&["ann@nowhere.example"], &[("gateway.bin", "one")])).await;
    site.finds("5.7.5-c", PartlyMet, &[("rc.1", ANA, SHIPS)]).await;
    site.disqualify(&other).await;
    site.finds("5.7.5-c", Met, &[]).await;
    site.disqualify(&wrong).await;
    site.finds("5.7.5-c", Met, &[]).await;
    site.drove(KNOWN);
});
