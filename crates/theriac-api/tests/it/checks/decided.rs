//! The whole pack met: the gate opens, a person decides, and from then on what was decided stands while what must go on is
//! judged anew. Attested clauses lapse with what they cite and with time.

use jiff::civil::Date;
use serde_json::json;
use theriac_conformity::facts::words::Scope;
use theriac_conformity::facts::words::Verdict::{self, Met, NotMet};
use theriac_conformity::pack::{ClauseKind, Judges, Level};
use theriac_conformity::{ClauseVerdict, Conformity, Facts, Gate};
use theriac_store::on_both_engines;

use super::Site;
use super::site::{ANA, RELEASE, SHIPS, activity, manifest, sample, tests};
use crate::client::PASSWORD;

/// Verdicts and gate.
pub(super) struct Judged {
    pub(super) conformity: Conformity,
    pub(super) gate: Gate,
}

/// What was read when a clause was judged that no check can compute.
fn judged(clause: &str, evidence: &[&str]) -> serde_json::Value {
    let fields =
        json!({ "title": clause, "clause": clause, "assessed_date": "2026-01-07", "evidence": evidence });
    sample("clause-assessment", fields)
}

/// The clauses that rest on evidence, by its page.
async fn resting(site: &Site<'_>, evidence: &str) -> Vec<String> {
    let page = site.get("otto", &format!("/evidence/{evidence}")).await.ok();
    page["clauses"].as_array().unwrap().iter().map(|clause| clause.as_str().unwrap().to_owned()).collect()
}

on_both_engines!(evidence_says_which_verdicts_rest_on_it, |store| {
    let site = Site::met(&store).await;
    site.whole().await;
    let clauses = resting(&site, "EVID-2").await;
    assert!(["5.2.1", "5.8.6"].iter().all(|one| clauses.iter().any(|clause| clause == one)), "{clauses:?}");
    let idle = site.hand_in("again.xml", tests(&["other.Case.alone"], &[])).await;
    assert_eq!(
        resting(&site, &idle).await,
        ["5.8.5"],
        "no record names its one case, which ran all the same"
    );
    site.decide("ship").await;
    assert_eq!(resting(&site, "EVID-2").await, clauses);
    site.disqualify("EVID-2").await;
    assert_eq!(resting(&site, "EVID-2").await, clauses, "it was decided on it");
});

impl Site<'_> {
    /// Everything met, the attested clauses too, and the pack adopted. Clause 5.3.1 cites the plan, DOC-1; the others cite
    /// the SBOM.
    pub(super) async fn whole(&self) {
        for clause in self.pack.clauses.iter().filter(|clause| clause.kind == ClauseKind::Attested) {
            let scope = match clause.level {
                Level::Organisation => Scope::Organisation,
                Level::Product => Scope::Product,
                Level::Release => Scope::Release,
                Level::FieldedRelease => continue,
            };
            let links: &[_] = if clause.number == "5.3.1" { &[("cites", "DOC-1")] } else { &[] };
            let evidence: &[_] = if links.is_empty() { &["EVID-1"] } else { &[] };
            let (reference, digest) =
                self.submitted_to(scope, "clause-assessment", judged(&clause.number, evidence), links).await;
            self.approve(&reference, digest).await;
        }
        self.adopt_pack("cleo").await;
    }

    pub(super) async fn judged(&self) -> Judged {
        Judged { conformity: self.conformity().await, gate: self.read("gate").await }
    }

    /// Cleo lets the release `ship`, or decides to `withdraw` that.
    pub(super) async fn decide(&self, decision: &str) {
        let preview = self.get("cleo", &format!("{RELEASE}/gate/preview")).await.ok();
        assert_eq!(preview["gate"]["open"], true, "{:#}", preview["gate"]["reasons"]);
        let decide = json!({
            "decision": decision, "reason": "All is well", "shown": preview["shown"], "password": PASSWORD
        });
        self.post("cleo", &format!("{RELEASE}/decisions"), decide).await.ok();
    }
}

fn clause<'a>(conformity: &'a Conformity, number: &str) -> &'a ClauseVerdict {
    conformity.clauses.iter().find(|clause| clause.clause == number).unwrap()
}

fn both(conformity: &Conformity, number: &str) -> (Verdict, Verdict) {
    let found = clause(conformity, number);
    (found.verdict, found.standing)
}

on_both_engines!(a_decided_release_keeps_its_route, |store| {
    let site = Site::met(&store).await;
    site.whole().await;
    site.decide("ship").await;
    let before = site.judged().await;
    let now = site.get("adam", "/products/gateway").await.ok();
    let change = json!({ "name": now["name"], "route": "transitional", "support_end": now["support_end"] });
    site.put("adam", "/products/gateway", change).await.ok();
    let after = site.judged().await;
    for (then, now) in before.conformity.clauses.iter().zip(&after.conformity.clauses) {
        assert_eq!((&then.clause, then.verdict, then.standing), (&now.clause, now.verdict, now.standing));
    }
    // What is not decided yet goes by the route of today.
    site.post("ana", "/products/gateway/releases", json!({ "release": "3.0.0" })).await.ok();
    let next = site.get("otto", "/products/gateway/releases/3.0.0/conformity").await.ok();
    let next: Conformity = serde_json::from_value(next).unwrap();
    let applies = |conformity: &Conformity| {
        conformity.clauses.iter().filter(|clause| clause.verdict != Verdict::NotApplicable).count()
    };
    let (next, after) = (applies(&next), applies(&after.conformity));
    assert!(next < after, "{next} {after}");
});

on_both_engines!(what_was_decided_stands_and_what_goes_on_is_judged_anew, |store| {
    let site = Site::met(&store).await;
    site.whole().await;
    let before = site.judged().await;
    let wrong: Vec<_> = before
        .conformity
        .clauses
        .iter()
        .filter(|clause| !matches!(clause.verdict, Met | Verdict::NotApplicable))
        .map(|clause| (&clause.clause, &clause.missing))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(before.gate.open && !before.conformity.provisional);
    site.decide("ship").await;

    // Somebody hands in a manifest of the very build with other bytes.
    store.clock.advance_days(1);
    let other = manifest(&["ben@lumen.example"], &[("gateway.bin", "other")]);
    site.hand_in("other.json", other).await;
    let after = site.judged().await;
    assert_eq!(both(&after.conformity, "5.8.3"), (Met, NotMet));
    let missing = &clause(&after.conformity, "5.8.3").missing;
    assert_eq!(missing.len(), 1);
    assert!(missing[0].reference.starts_with("gateway.bin@") && missing[0].owner.as_deref() == ANA);
    assert_eq!((missing[0].due.as_deref(), missing[0].judges.as_slice()), (SHIPS, &[Judges::Standing][..]));

    // A vulnerability is published before customers have the release. Once they have it, it is found; and nobody judges it
    // within the two days of the limits.
    site.feed(&["CVE-2026-0001", "CVE-2026-0002"]).await;
    let findings = async |site: &Site<'_>| site.read::<Facts>("facts").await.findings.len();
    assert_eq!(findings(&site).await, 1);
    site.fielded().await;
    assert_eq!(findings(&site).await, 2);
    store.clock.advance_days(3);
    let after = site.judged().await;
    assert_eq!(both(&after.conformity, "5.8.5"), (Met, Verdict::PartlyMet));
    let missing: Vec<_> = clause(&after.conformity, "5.8.5").missing.iter().collect();
    assert_eq!((missing.len(), missing[0].reference.as_str()), (1, "FIND-2"));
    assert_eq!((missing[0].due.as_deref(), missing[0].owner.as_deref()), (Some("2026-01-10"), ANA));

    // The plan that a clause assessment cites moves on.
    site.change("DOC-1", json!({ "title": "Development plan, sharper" })).await;
    let after = site.judged().await;
    assert_eq!(both(&after.conformity, "5.3.1").0, Met);
    assert_eq!(before.conformity.clauses.len(), after.conformity.clauses.len());
    for (then, now) in before.conformity.clauses.iter().zip(&after.conformity.clauses) {
        assert_eq!((&then.clause, then.verdict), (&now.clause, now.verdict), "what was decided");
    }
    assert!(after.gate.open, "the gate is the one that was passed");
});

on_both_engines!(what_was_published_while_a_release_was_decided_is_found_when_it_is_withdrawn, |store| {
    let site = Site::met(&store).await;
    site.whole().await;
    site.decide("ship").await;
    site.feed(&["CVE-2026-0001", "CVE-2026-0002"]).await;
    assert_eq!(both(&site.judged().await.conformity, "5.8.1").0, Met);
    site.decide("withdraw").await;
    site.jobs().await;
    let after = site.judged().await;
    assert_eq!(both(&after.conformity, "5.8.1").0, Verdict::PartlyMet);
    let reasons: Vec<_> = after.gate.reasons.iter().map(|reason| reason.reference.as_str()).collect();
    assert_eq!(reasons, ["FIND-2"], "the finding alone keeps 5.8.1, and is said once");
});

on_both_engines!(an_attested_clause_lapses_with_what_it_cites_and_with_time, |store| {
    let mut site = Site::met(&store).await;
    site.whole().await;
    let missing = |conformity: &Conformity, number: &str| {
        let items = &clause(conformity, number).missing;
        items.iter().map(|item| item.reference.split('@').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let found = site.conformity().await;
    site.found(&found, "5.3.1-attested", Met, &[]);
    let reference =
        clause(&found, "5.3.1").checks[0].passing[0].reference.split('@').next().unwrap().to_owned();

    site.change("DOC-1", json!({ "title": "Development plan, sharper" })).await;
    let found = site.conformity().await;
    site.found(&found, "5.3.1-attested", NotMet, &[(&reference, ANA, SHIPS)]);
    assert_eq!(both(&found, "5.3.2").0, Met, "it cites something else");

    // What most of them cite is found wrong.
    site.disqualify("EVID-1").await;
    let found = site.conformity().await;
    assert_eq!(both(&found, "4.1.1"), (NotMet, NotMet));
    let cited = missing(&found, "4.1.1");
    let (again, digest) =
        site.submitted_to(Scope::Organisation, "clause-assessment", judged("4.1.1", &["EVID-2"]), &[]).await;
    assert_eq!(missing(&site.conformity().await, "4.1.1"), cited, "what is in review judges nothing yet");
    site.approve(&again, digest).await;
    assert_eq!(both(&site.conformity().await, "4.1.1"), (Met, Met));

    // It holds as long as the limits say: 365 days.
    store.clock.advance_days(365);
    assert_eq!(both(&site.conformity().await, "4.1.1"), (Met, Met));
    store.clock.advance_days(1);
    let found = site.conformity().await;
    assert_eq!((both(&found, "4.1.1"), missing(&found, "4.1.1")), ((NotMet, NotMet), vec![again]));
});

on_both_engines!(a_deviation_opens_the_gate_for_what_it_names_until_it_expires, |store| {
    let site = Site::met(&store).await;
    site.whole().await;
    site.approved("activity", activity(json!({ "title": "Penetration test" })), &[("planned-in", "DOC-1")])
        .await;
    let closed = site.judged().await.gate;
    let reasons: Vec<_> = closed.reasons.iter().map(|reason| reason.reference.as_str()).collect();
    assert_eq!(reasons, ["5.8.6"]);
    assert_eq!(closed.reasons[0].missing.len(), 1);

    let deviation = |missing: &str| {
        let fields = json!({ "clause": "5.8.6", "missing": [missing], "expires": "2026-01-09" });
        sample("deviation", fields)
    };
    let other = site.refused("deviation", deviation("ACT-9")).await;
    assert_eq!(other.len(), 1);
    assert!(other[0].0 == "missing" && other[0].1.contains("it misses ACT-2"), "{other:?}");
    let (reference, digest) = site.submitted("deviation", deviation("ACT-2"), &[]).await;
    assert!(!site.judged().await.gate.open, "nobody permits it yet");
    site.approve(&reference, digest).await;
    let open = site.judged().await;
    assert!(open.gate.open, "{:#?}", open.gate.reasons);
    assert!(open.gate.deviations[0].reference.starts_with(&reference));
    assert_eq!(
        both(&open.conformity, "5.8.6").0,
        Verdict::PartlyMet,
        "it opens the gate and turns no clause"
    );
    store.clock.advance_days(2);
    assert!(site.judged().await.gate.open, "its last day");
    store.clock.advance_days(1);
    assert!(!site.judged().await.gate.open);
});

on_both_engines!(what_names_no_clause_of_the_pack_is_not_taken_into_review, |store| {
    let site = Site::met(&store).await;
    let clause = |kind: &str, clause: &str| sample(kind, json!({ "clause": clause, "evidence": null }));
    for kind in ["clause-assessment", "activity", "deviation", "applicability"] {
        let mut content = clause(kind, "nonsense");
        if !["clause-assessment", "activity"].contains(&kind) {
            content.as_object_mut().unwrap().remove("evidence");
        }
        let wrong = site.refused(kind, content).await;
        assert!(
            wrong.iter().any(|(field, why)| field == "clause" && why.contains("'nonsense'")),
            "{kind}: {wrong:?}"
        );
    }
    let always = site.refused("applicability", sample("applicability", json!({ "clause": "5.8.1" }))).await;
    assert!(always[0].0 == "clause" && always[0].1.contains("always applies"), "{always:?}");
    site.submitted("applicability", sample("applicability", json!({ "clause": "4.1.5" })), &[]).await;

    let past = json!({ "clause": "5.8.6", "missing": ["FOO"], "expires": "2020-01-31" });
    let past = site.refused("deviation", sample("deviation", past)).await;
    let fields: Vec<&str> = past.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["missing", "expires"], "{past:?}");
    assert!(past[0].1.contains("it misses nothing"), "{past:?}");
});

on_both_engines!(a_deviation_expires_within_the_term_of_the_limits_and_within_ten_years, |store| {
    let site = Site::met(&store).await;
    let activity = activity(json!({ "title": "Penetration test" }));
    site.approved("activity", activity, &[("planned-in", "DOC-1")]).await;
    let until = |day: &str| {
        let fields = json!({ "clause": "5.8.6", "missing": ["ACT-2"], "expires": day });
        sample("deviation", fields)
    };
    let last = async |day: &str, by: &str| {
        let wrong = site.refused("deviation", until("2999-12-31")).await;
        assert_eq!((wrong.len(), wrong[0].0.as_str()), (1, "expires"), "{wrong:?}");
        assert!(
            wrong[0].1.contains(by) && wrong[0].1.contains(&format!("{day} is the last day")),
            "{wrong:?}"
        );
        let next = day.parse::<Date>().unwrap().tomorrow().unwrap().to_string();
        assert_eq!(site.refused("deviation", until(&next)).await.len(), 1);
        site.submitted("deviation", until(day), &[]).await;
    };
    last("2027-01-07", "at most 365 days ahead by the limits in force").await;
    site.change("LIM-1", json!({ "max_term_deviation": 30 })).await;
    last("2026-02-06", "at most 30 days ahead").await;
    // Limits that say nothing of it stay valid.
    site.change("LIM-1", json!({ "max_term_deviation": null })).await;
    last("2036-01-05", "at most 3650 days ahead where no limits in force say less").await;
});
