//! Evidence that is found wrong after people relied on it: nothing vanishes, what was decided says so, and somebody owes
//! a look at each thing that rests on it.

use serde::Deserialize;
use serde_json::json;
use theriac_conformity::facts::words::Verdict::{Met, NotMet};
use theriac_conformity::{Conformity, Disqualified, Facts, ReasonKind};
use theriac_service::gate;
use theriac_store::on_both_engines;

use super::Site;
use super::site::{GATEWAY, bom};

/// Something that a person owes.
#[derive(Debug, Deserialize)]
struct Duty {
    #[serde(rename = "ref")]
    reference: String,
    release: Option<String>,
    todo: String,
}

impl Site<'_> {
    /// The vulnerabilities of the release that nobody has resolved.
    async fn open(&self) -> Vec<String> {
        let facts: Facts = self.read("facts").await;
        facts.findings.iter().filter(|row| row.open).map(|row| row.vulnerability.clone()).collect()
    }

    /// What a person owes because of evidence found wrong.
    async fn owed_for_wrong(&self, person: &str) -> Vec<Duty> {
        let page = self.get("otto", &format!("/duties?person={person}&limit=200")).await.ok();
        let duties: Vec<Duty> = serde_json::from_value(page["items"].clone()).unwrap();
        duties.into_iter().filter(|duty| duty.todo.contains("found wrong")).collect()
    }
}

on_both_engines!(what_wrong_evidence_makes_people_owe_falls_to_who_is_there, |store| {
    let site = Site::met(&store).await;
    site.whole().await;
    site.decide("ship").await;
    store.clock.advance_days(1);
    site.disqualify("EVID-1").await;
    let of_release = async |person: &str| {
        let owed = site.owed_for_wrong(person).await;
        owed.iter().filter(|duty| duty.reference.starts_with("EVID-1@")).count()
    };
    assert_eq!((of_release("ana").await, of_release("cleo").await), (1, 0), "Ana manages the release");
    site.post("adam", "/people/ana/leave", json!({ "from": "2026-01-08" })).await.ok();
    assert_eq!((of_release("ana").await, of_release("cleo").await), (0, 1), "who decided is there still");
});

on_both_engines!(what_shipped_on_wrong_evidence_keeps_its_findings_and_says_so, |store| {
    let site = Site::met(&store).await;
    site.whole().await;
    site.decide("ship").await;
    site.fielded().await;
    site.feed(&["CVE-2026-0001", "CVE-2026-0002"]).await;
    let before = site.judged().await;
    assert!(before.conformity.disqualified.is_empty() && before.gate.disqualified.is_empty());
    assert!(site.owed_for_wrong("ana").await.is_empty());

    store.clock.advance_days(1);
    site.disqualify("EVID-1").await;
    assert_eq!(site.open().await, ["CVE-2026-0001", "CVE-2026-0002"], "nothing says that left-pad has gone");
    let after = site.judged().await;
    let clause = after.conformity.clauses.iter().find(|row| row.clause == "5.8.1").unwrap();
    assert_eq!((clause.verdict, clause.standing), (Met, NotMet));
    let [said] = after.gate.disqualified.as_slice() else { panic!("{:?}", after.gate) };
    let Disqualified { reference, on, by, reason, clauses } = said;
    assert!(reference.starts_with("EVID-1@"));
    assert_eq!((on.as_str(), by.as_str(), reason.as_str()), ("2026-01-08", "ana", "Of another branch"));
    assert!(clauses.iter().any(|row| row == "5.8.1") && !clauses.iter().any(|row| row == "5.1.1"));
    assert_eq!(after.conformity.disqualified, after.gate.disqualified);
    assert!(after.gate.open, "the gate is the one that was passed");
    // Only pages show the verdicts that are kept.
    let shown = gate::shown(site.app(), &site.who("otto").await, GATEWAY.0, GATEWAY.1).await.unwrap();
    assert_eq!(shown.gate, after.gate);
    let then: Conformity = site.read("conformity?at=2026-01-07").await;
    assert!(then.disqualified.is_empty(), "nobody knew then");

    // The manager owes a look at the release, and the owners at what cites it.
    let owed = site.owed_for_wrong("ana").await;
    let of = |name: &str| owed.iter().filter(|duty| duty.reference.split('@').next() == Some(name)).count();
    assert_eq!((of("EVID-1"), of("CLA-1")), (1, 1), "{owed:#?}");
    assert!(owed.iter().all(|duty| duty.release.as_deref() == Some(GATEWAY.1)));

    // Sound evidence takes its place: it says that left-pad has gone, and nobody owes the release a look any more.
    site.hand_in("right.json", bom(2, &["sound@1.0.0"])).await;
    assert_eq!(site.open().await, Vec::<String>::new());
    let mended = site.judged().await;
    let clause = mended.conformity.clauses.iter().find(|row| row.clause == "5.8.1").unwrap();
    assert_eq!((clause.verdict, clause.standing), (Met, Met));
    assert_eq!(mended.gate.disqualified, after.gate.disqualified, "what was decided rests on it for ever");
    let owed = site.owed_for_wrong("ana").await;
    assert!(!owed.is_empty() && owed.iter().all(|duty| duty.reference.starts_with("CLA-")), "{owed:#?}");
});

on_both_engines!(an_undecided_release_without_a_sound_sbom_keeps_its_findings_and_its_gate_closed, |store| {
    let site = Site::met(&store).await;
    site.whole().await;
    // Another build has a sound bill of materials: it says nothing about the candidate.
    site.build("rc.0", "5b825dc642cb6eb9a060e54bf8d69288fbee4904").await;
    site.hand_in_of("rc.0", "older.json", bom(7, &["sound@1.0.0"]), true).await;
    site.feed(&["CVE-2026-0001", "CVE-2026-0002"]).await;
    site.disqualify("EVID-1").await;
    assert_eq!(site.open().await, ["CVE-2026-0001", "CVE-2026-0002"]);
    let judged = site.judged().await;
    assert!(judged.gate.disqualified.is_empty(), "nothing was decided");
    let reasons: Vec<_> = judged.gate.reasons.iter().map(|row| (row.kind, row.reference.as_str())).collect();
    assert!(reasons.contains(&(ReasonKind::FindingNotAssessed, "FIND-2")), "{reasons:?}");
    let without = judged.gate.reasons.iter().find(|row| row.reference == "5.8.1").unwrap();
    assert!(without.missing.iter().any(|item| item.todo.contains("a sound SBOM")), "{without:#?}");
    // A feed that comes now changes nothing about what cannot be looked up.
    site.feed(&["CVE-2026-0001"]).await;
    assert_eq!(site.open().await.len(), 2);
});
