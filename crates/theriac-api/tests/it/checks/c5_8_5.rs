//! 5.8.5: issues from tests, reviews and the field are dealt with.

use serde_json::json;
use theriac_conformity::facts::words::Verdict::{Met, NotMet, PartlyMet};
use theriac_conformity::facts::words::{Decision, PatientImpact, VexStatus};
use theriac_store::on_both_engines;

use super::site::{ANA, BEN, CASES, CRITICAL, SHIPS, affected, bom, review, sample, tests};
use super::{Driven, Site};

const LOW: &str = "CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N";
const MEDIUM: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:L/I:N/A:N";

pub const CLOSED: Driven = &[
    ("5.8.5-a", &[Met, NotMet, PartlyMet]),
    ("5.8.5-b", &[Met, NotMet]),
    ("5.8.5-c", &[Met, NotMet, PartlyMet]),
];
pub const SETTLED: Driven = &[
    ("5.8.5-f", &[Met, NotMet, PartlyMet]),
    ("5.8.5-g", &[Met, NotMet, PartlyMet]),
    ("5.8.5-h", &[Met, NotMet, PartlyMet]),
];
pub const IN_TIME: Driven = &[("5.8.5-d", &[Met, NotMet, PartlyMet]), ("5.8.5-e", &[Met, NotMet, PartlyMet])];

on_both_engines!(what_is_dated_ahead_was_made_when_it_was_handed_in, |store| {
    let mut site = Site::met(&store).await;
    store.clock.advance_days(1);
    let dated = |suite: Vec<u8>, at: &str| {
        let text = String::from_utf8(suite).unwrap();
        text.replace("<testsuite ", &format!("<testsuite timestamp=\"{at}\" ")).into_bytes()
    };
    let hand_in = async |name: &str, bytes: Vec<u8>| {
        site.hand_in_as(&format!("name={name}&build=rc.1&tool=runner@1.0"), bytes).await;
    };
    let now = store.now();
    let ahead = now + jiff::SignedDuration::from_hours(20);
    hand_in("ahead.xml", dated(tests(&CASES, &[]), &ahead.to_string())).await;
    // A real run after that, which fails.
    store.clock.advance(3600);
    let later = now + jiff::SignedDuration::from_mins(30);
    hand_in("later.xml", dated(tests(&[], &CASES[..1]), &later.to_string())).await;
    site.finds("5.8.5-b", NotMet, &[(CASES[0], ANA, SHIPS)]).await;
});

on_both_engines!(a_failure_that_nobody_dated_counts_from_when_it_was_handed_in, |store| {
    let mut site = Site::met(&store).await;
    let again = |text: &str| [tests(&CASES, &[]), text.as_bytes().to_vec()].concat();
    site.hand_in("passed.xml", again("\n")).await;
    store.clock.advance(3600);
    site.hand_in_of("rc.1", "failed.xml", tests(&[], &CASES[..1]), false).await;
    site.finds("5.8.5-b", NotMet, &[(CASES[0], ANA, SHIPS)]).await;
    store.clock.advance(3600);
    site.hand_in("passed-again.xml", again("\n\n")).await;
    site.finds("5.8.5-b", Met, &[]).await;
});

on_both_engines!(open_points_of_a_review_outlive_the_text_that_it_read, |store| {
    let mut site = Site::met(&store).await;
    site.approved("requirement", sample("requirement", json!({ "title": "Second" })), &[]).await;
    let open = json!([{ "point": "Races", "closed": false }]);
    let rejected = review(json!({ "owner": "ben", "points": open, "conclusion": "rejected" }));
    site.approved("review", rejected, &[("reviews", "REQ-2")]).await;
    let missing = [("REV-2", BEN, SHIPS)];
    site.finds("5.8.5-c", PartlyMet, &missing).await;
    site.change("REQ-2", json!({ "text": "Worded otherwise." })).await;
    site.finds("5.8.5-c", PartlyMet, &missing).await;

    // It does not vanish by being retired, nor by a review of something else, nor by one of another sort.
    let refused = site.retire_refused("REV-2").await;
    assert!(refused.contains("close its points"), "{refused}");
    store.clock.advance_days(1);
    let accepted = |subject: &str| review(json!({ "held_date": "2026-01-08", "subject_type": subject }));
    site.approved("review", accepted("requirements"), &[("reviews", "REQ-1")]).await;
    site.approved("review", accepted("design"), &[("reviews", "REQ-2")]).await;
    site.finds("5.8.5-c", PartlyMet, &missing).await;

    // A later one of the same subjects takes the place of a rejection, once its points are closed.
    site.approved("review", accepted("requirements"), &[("reviews", "REQ-2"), ("reviews", "REQ-1")]).await;
    site.finds("5.8.5-c", PartlyMet, &missing).await;
    let closed = json!([{ "point": "Races", "closed": true, "resolution": "A lock was added." }]);
    site.change("REV-2", json!({ "points": closed })).await;
    site.finds("5.8.5-c", Met, &[]).await;
    site.retire("REV-5").await;
    site.finds("5.8.5-c", PartlyMet, &missing).await;
    let refused = site.retire_refused("REV-2").await;
    assert!(refused.contains("rejected"), "{refused}");
    site.change("REV-2", json!({ "conclusion": "accepted" })).await;
    site.finds("5.8.5-c", Met, &[]).await;
    site.retire("REV-2").await;
});

on_both_engines!(tests_pass_and_reviews_leave_nothing_open, |store| {
    let mut site = Site::met(&store).await;
    site.all_met(&["5.8.5-a", "5.8.5-b", "5.8.5-c"]).await;

    store.clock.advance_days(1);
    let unbound = site.hand_in_of("rc.1", "more.xml", tests(&[], &["net.Down.retries"]), false).await;
    let found = site.conformity().await;
    site.found(&found, "5.8.5-a", PartlyMet, &[(&unbound, ANA, SHIPS)]);
    site.found(&found, "5.8.5-b", NotMet, &[("net.Down.retries", ANA, SHIPS)]);
    site.disqualify("EVID-2").await;
    site.finds("5.8.5-a", NotMet, &[(&unbound, ANA, SHIPS)]).await;
    site.disqualify(&unbound).await;
    let found = site.conformity().await;
    site.found(&found, "5.8.5-a", NotMet, &[("5.8.5-a", ANA, SHIPS)]);
    site.found(&found, "5.8.5-b", Met, &[]);
    let empty = site.hand_in("empty.xml", b"<testsuites/>".to_vec()).await;
    site.finds("5.8.5-a", NotMet, &[(&empty, ANA, SHIPS)]).await;
    let skipped = b"<testsuite><testcase name='later'><skipped/></testcase></testsuite>".to_vec();
    let skipped = site.hand_in("skipped.xml", skipped).await;
    site.finds("5.8.5-a", NotMet, &[(&empty, ANA, SHIPS), (&skipped, ANA, SHIPS)]).await;
    site.disqualify(&empty).await;
    site.disqualify(&skipped).await;
    site.hand_in("again.xml", [tests(&CASES, &[]), b"\n".to_vec()].concat()).await;
    site.finds("5.8.5-a", Met, &[]).await;

    let open = review(json!({
        "subject_type": "design", "owner": "ben", "points": [{ "point": "Races", "closed": false }],
        "conclusion": "accepted-with-points"
    }));
    site.approved("review", open, &[("reviews", "REQ-1")]).await;
    site.finds("5.8.5-c", PartlyMet, &[("REV-2", BEN, SHIPS)]).await;
    site.retire("REV-1").await;
    site.finds("5.8.5-c", NotMet, &[("REV-2", BEN, SHIPS)]).await;
    let closed = json!([{ "point": "Races", "closed": true, "resolution": "A lock was added." }]);
    site.change("REV-2", json!({ "points": closed, "conclusion": "rejected" })).await;
    site.finds("5.8.5-c", NotMet, &[("REV-2", BEN, SHIPS)]).await;
    site.change("REV-2", json!({ "conclusion": "accepted" })).await;
    site.finds("5.8.5-c", Met, &[]).await;
    site.drove(CLOSED);
});

on_both_engines!(findings_keep_the_limits_and_nobody_accepts_what_they_mend, |store| {
    let mut site = Site::met(&store).await;
    site.all_met(&["5.8.5-d", "5.8.5-e"]).await;

    // Critical: two days to judge, 14 to mend.
    site.feed(&["CVE-2026-0001", "CVE-2026-0002"]).await;
    store.clock.advance_days(2);
    site.finds("5.8.5-d", Met, &[]).await;
    store.clock.advance_days(1);
    site.finds("5.8.5-d", PartlyMet, &[("FIND-2", ANA, Some("2026-01-09"))]).await;

    // Ana mends the first herself, and signs that judgement.
    let set = site.assess("FIND-1", |input| affected(input, Decision::Fix, "ana")).await;
    site.sign("ana", set).await;
    let first = ("FIND-1", ANA, Some("2026-01-19"));
    site.finds("5.8.5-e", NotMet, &[first]).await;
    let set = site.assess("FIND-2", |input| affected(input, Decision::Fix, "ben")).await;
    site.sign("ana", set).await;
    let second = ("FIND-2", BEN, Some("2026-01-21"));
    let found = site.conformity().await;
    site.found(&found, "5.8.5-d", Met, &[]);
    site.found(&found, "5.8.5-e", PartlyMet, &[first]);
    store.clock.advance_days(12);
    site.finds("5.8.5-d", NotMet, &[first, second]).await;
    let set = site.assess("FIND-1", |input| affected(input, Decision::Fix, "ben")).await;
    site.sign("ana", set).await;
    site.finds("5.8.5-e", Met, &[]).await;

    // Without limits nothing is within them.
    site.assess("FIND-1", |_| {}).await;
    site.retire("LIM-1").await;
    let found = site.conformity().await;
    site.found(&found, "5.8.5-d", NotMet, &[("FIND-1", ANA, SHIPS), second]);
    site.drove(IN_TIME);
});

on_both_engines!(a_limit_that_a_raised_severity_brings_runs_from_then, |store| {
    let mut site = Site::met(&store).await;
    let rated = async |site: &Site<'_>, vector: &str| {
        site.feed_rated(&[("CVE-2026-0001", CRITICAL), ("CVE-2026-0002", vector)]).await;
    };
    let listed = async |site: &Site<'_>| {
        let page = site.get("ana", "/findings").await.ok();
        let row = page["items"].as_array().unwrap().iter().find(|row| row["finding"] == "FIND-2");
        row.unwrap()["due"].as_str().map(str::to_owned)
    };
    // Low: 90 days to judge, critical 2, medium 30.
    rated(&site, LOW).await;
    assert_eq!(listed(&site).await.as_deref(), Some("2026-04-07"));
    store.clock.advance_days(50);
    rated(&site, CRITICAL).await;
    site.finds("5.8.5-d", Met, &[]).await;
    assert_eq!(listed(&site).await.as_deref(), Some("2026-02-28"));
    store.clock.advance_days(3);
    site.finds("5.8.5-d", PartlyMet, &[("FIND-2", ANA, Some("2026-02-28"))]).await;

    // Milder than it was, it has been as bad as that since it was raised; milder still, since it was opened.
    rated(&site, MEDIUM).await;
    site.finds("5.8.5-d", Met, &[]).await;
    assert_eq!(listed(&site).await.as_deref(), Some("2026-03-28"));
    rated(&site, LOW).await;
    assert_eq!(listed(&site).await.as_deref(), Some("2026-04-07"));

    // Raised on its last days, it has no more time than it had.
    store.clock.advance_days(36);
    rated(&site, CRITICAL).await;
    assert_eq!(listed(&site).await.as_deref(), Some("2026-04-07"));
    store.clock.advance_days(2);
    site.finds("5.8.5-d", PartlyMet, &[("FIND-2", ANA, Some("2026-04-07"))]).await;
});

on_both_engines!(nothing_stays_open_unmatched_or_unsigned_for_the_patient, |store| {
    let mut site = Site::met(&store).await;
    site.all_met(&["5.8.5-f", "5.8.5-g", "5.8.5-h"]).await;

    site.feed(&["CVE-2026-0001", "CVE-2026-0002"]).await;
    let second = ("FIND-2", ANA, Some("2026-01-09"));
    site.finds("5.8.5-f", PartlyMet, &[second]).await;
    let set = site.assess("FIND-1", |input| {
        input.status = VexStatus::UnderInvestigation;
        input.justification = None;
    });
    let set = set.await;
    site.sign("ana", set).await;
    site.finds("5.8.5-f", NotMet, &[("FIND-1", ANA, Some("2026-01-07")), second]).await;

    // Both can harm a patient; eve accepts the risk, and then Dan signs for the patients.
    let mut sets = Vec::new();
    for finding in ["FIND-1", "FIND-2"] {
        let set = site.assess(finding, |input| {
            affected(input, Decision::Accept, "ben");
            input.patient_safety_impact = PatientImpact::Minor;
        });
        let set = set.await;
        site.sign("eve", set).await;
        sets.push(set);
    }
    let (first, second) = (("FIND-1", BEN, Some("2026-01-07")), ("FIND-2", BEN, Some("2026-01-09")));
    site.finds("5.8.5-h", NotMet, &[first, second]).await;
    site.sign_clinical("dan", sets[0]).await;
    site.finds("5.8.5-h", PartlyMet, &[second]).await;
    site.sign_clinical("dan", sets[1]).await;
    site.all_met(&["5.8.5-f", "5.8.5-h"]).await;

    site.hand_in("more.json", bom(2, &["stray"])).await;
    site.finds("5.8.5-g", PartlyMet, &[("stray", ANA, SHIPS)]).await;
    site.disqualify("EVID-1").await;
    site.finds("5.8.5-g", NotMet, &[("stray", ANA, SHIPS)]).await;
    site.drove(SETTLED);
});
