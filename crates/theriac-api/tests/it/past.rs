//! The answer for a day that has passed never changes, and the same question has the same bytes as answer: whatever
//! people and machines do in whatever order.

use jiff::civil::Date;
use proptest::prelude::*;
use serde_json::json;
use theriac_conformity::facts::words::Verdict;
use theriac_conformity::{Facts, evaluate, gate as gate_of};
use theriac_store::on_both_engines;
use theriac_store::testing::TestStore;

use crate::checks::site::{RELEASE, Site, activity, bom, done, manifest_of, responsibility, sample, tests};
use crate::client::PASSWORD;

/// What somebody does on a day.
#[derive(Debug, Clone, Copy)]
enum Doing {
    Write,
    Submit,
    Revise,
    Retire,
    Build,
    Sbom,
    Tests,
    Manifest,
    Feed,
    Judge,
    Disqualify,
    Support,
    Limits,
    Appoint,
    Dismiss,
    Move,
    Adopt,
    Dispose,
    Postpone,
    Route,
}

const ALL: [Doing; 20] = [
    Doing::Write,
    Doing::Submit,
    Doing::Revise,
    Doing::Retire,
    Doing::Build,
    Doing::Sbom,
    Doing::Tests,
    Doing::Manifest,
    Doing::Feed,
    Doing::Judge,
    Doing::Disqualify,
    Doing::Support,
    Doing::Limits,
    Doing::Appoint,
    Doing::Dismiss,
    Doing::Move,
    Doing::Adopt,
    Doing::Dispose,
    Doing::Postpone,
    Doing::Route,
];

/// A release to which things happen; it remembers what there is to act on.
struct Life<'a> {
    site: Site<'a>,
    requirements: Vec<String>,
    builds: usize,
    evidence: Vec<String>,
    appointed: u32,
    dismissed: u32,
    done: u32,
}

impl Life<'_> {
    async fn happens(&mut self, doing: Doing) {
        self.done += 1;
        let (site, number) = (&self.site, self.done);
        let requirement =
            |title: &str| sample("requirement", json!({ "title": format!("{title} {number}") }));
        match doing {
            Doing::Write => {
                let (reference, digest) = site.submitted("requirement", requirement("Approved"), &[]).await;
                site.approve(&reference, digest).await;
                self.requirements.push(reference);
            }
            Doing::Submit => drop(site.submitted("requirement", requirement("Submitted"), &[]).await),
            Doing::Revise => {
                if let Some(reference) = self.requirements.last() {
                    site.change(reference, json!({ "title": format!("Revised {number}") })).await;
                }
            }
            Doing::Retire => {
                if let Some(reference) = self.requirements.pop() {
                    site.retire(&reference).await;
                }
            }
            Doing::Build => {
                self.builds += 1;
                let name = format!("rc.{}", self.builds);
                site.build(&name, &commit(self.builds)).await;
                site.candidate(&name).await;
            }
            Doing::Sbom => self.hand_in(bom(number, &["left-pad@1.3.0", "codec", "sound@2.0.0"])).await,
            Doing::Tests => {
                let other = format!("other.Test.case_{number}");
                self.hand_in(tests(&["tls.PeerTest.unknown_ca"], &[&other])).await;
            }
            Doing::Manifest => {
                let name = format!("file-{number}.bin");
                let commit = commit(self.builds);
                let authors = ["ben@lumen.example", "kim@elsewhere.example"];
                self.hand_in(manifest_of(&commit, &authors, &[(&name, "bytes")])).await;
            }
            Doing::Feed => site.feed(&[&format!("CVE-2026-{number:04}")]).await,
            Doing::Judge => {
                let facts: Facts = site.read("facts").await;
                if let Some(open) = facts.findings.iter().find(|finding| finding.open) {
                    let set = site.assess(&open.reference, |_| {}).await;
                    site.sign("ana", set).await;
                }
            }
            Doing::Disqualify => {
                if let Some(reference) = self.evidence.pop() {
                    site.disqualify(&reference).await;
                }
            }
            Doing::Support => site.supported_until(&format!("2030-01-{:02}", number % 28 + 1)).await,
            Doing::Limits => {
                let days = json!({ "assess_days_critical": number, "interval_document_review": number });
                site.approved("limits", sample("limits", days), &[]).await;
            }
            Doing::Appoint => {
                // Entered late: it says of itself that it holds since the first day.
                site.approved("responsibility", responsibility(json!({})), &[]).await;
                self.appointed += 1;
            }
            Doing::Dismiss => {
                if self.dismissed < self.appointed {
                    self.dismissed += 1;
                    site.retire(&format!("RESP-{}", self.dismissed)).await;
                }
            }
            Doing::Move => {
                // Entered late: Mei has been there for months.
                let from = "2025-06-01".parse::<Date>().unwrap() + jiff::Span::new().days(i64::from(number));
                site.place("mei", json!({ "department": format!("room {number}"), "from": from })).await;
            }
            Doing::Adopt => site.adopt_pack("ana").await,
            Doing::Dispose => {
                let all = json!({ "disposition": "own", "reason": format!("Ours {number}") });
                let done = site.post("ana", &format!("{RELEASE}/components/dispose"), all).await;
                assert!([200, 409].contains(&done.status.as_u16()), "all, or none is left: {done:?}");
            }
            Doing::Postpone => {
                let preview = site.get("cleo", &format!("{RELEASE}/gate/preview")).await.ok();
                let decide = json!({
                    "decision": "postpone", "reason": format!("Not yet {number}"), "shown": preview["shown"],
                    "password": PASSWORD,
                });
                assert_eq!(site.post("cleo", &format!("{RELEASE}/decisions"), decide).await.status, 204);
            }
            Doing::Route => {
                let route = if number % 2 == 0 { "full" } else { "transitional" };
                let product = json!({ "name": "Lumen Gateway", "route": route, "support_end": "2031-12-31" });
                site.put("ana", "/products/gateway", product).await.ok();
            }
        }
    }

    async fn hand_in(&mut self, bytes: Vec<u8>) {
        let build = format!("rc.{}", self.builds);
        let reference = self.site.hand_in_of(&build, "file", bytes, true).await;
        self.evidence.push(reference);
    }

    /// Facts, verdicts and gate of a day, as they are answered.
    async fn answer(&self, day: Option<Date>) -> [String; 3] {
        let of = day.map(|day| format!("?at={day}")).unwrap_or_default();
        let mut answers = ["facts", "conformity", "gate"].map(|what| format!("{RELEASE}/{what}{of}"));
        for text in &mut answers {
            let answer = self.site.get("otto", text).await;
            answer.ok();
            *text = answer.text;
        }
        answers
    }

    /// What is printed as facts comes to the same verdicts and gate without the database.
    async fn replays(&self) {
        let [facts, conformity, gate] = self.answer(None).await;
        let read: Facts = serde_json::from_str(&facts).unwrap();
        let again = evaluate(&read, &self.site.pack).unwrap();
        assert_eq!(serde_json::to_string(&again).unwrap(), conformity);
        assert_eq!(serde_json::to_string(&gate_of(&read, &again)).unwrap(), gate);
        assert!(again.clauses.iter().any(|clause| clause.verdict != Verdict::Met));
    }
}

fn commit(build: usize) -> String {
    format!("{build:040x}")
}

async fn lived(store: &TestStore, doings: &[Doing]) {
    let site = Site::bare(store).await;
    let mut life =
        Life { site, requirements: vec![], builds: 0, evidence: vec![], appointed: 0, dismissed: 0, done: 0 };
    life.happens(Doing::Build).await;
    // What was done while somebody answered for it, and by whom, is part of every answer.
    life.site.approved("activity", activity(json!({})), &[]).await;
    life.site.change("ACT-1", done("2026-01-05", &[])).await;
    let mut days: Vec<(Date, [String; 3])> = Vec::new();
    for doing in doings {
        life.happens(*doing).await;
        let today = today(store);
        let answer = life.answer(None).await;
        assert_eq!(life.answer(Some(today)).await, answer, "today is the day that it is");
        assert_eq!(life.answer(None).await, answer, "the same question");
        life.replays().await;
        days.push((today, answer));
        store.clock.advance_days(1);
        if let Some((day, then)) = days.first() {
            assert_eq!(&life.answer(Some(*day)).await, then, "the first day, after {doing:?}");
        }
    }
    for (day, then) in &days {
        assert_eq!(&life.answer(Some(*day)).await, then, "{day} after all of {doings:?}");
    }
}

/// The day of the organisation.
fn today(store: &TestStore) -> Date {
    let zone = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
    store.now().to_zoned_datetime(zone).date()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 8, max_shrink_iters: 24, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn the_answer_for_yesterday_does_not_change_tomorrow(
        doings in prop::collection::vec(prop::sample::select(ALL.to_vec()), 3..9)
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async { lived(&TestStore::sqlite().await, &doings).await });
    }
}

// Each thing once, in an order in which everything has something to act on.
on_both_engines!(everything_that_can_happen_leaves_the_past_alone, |store| {
    lived(&store, &ALL).await;
});
