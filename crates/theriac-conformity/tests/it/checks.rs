//! Every computed check, driven to each verdict that it can reach by changing rows.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use theriac_conformity::Conformity;
use theriac_conformity::facts::input::{
    ArtefactInput, ArtefactSignatureInput, DecisionInput, EvidenceInput, PastInput, TermInput, TestInput,
};
use theriac_conformity::facts::words::*;
use theriac_conformity::pack::ClauseKind;
use theriac_model::{Digest, Severity};

use crate::sample::{Sample, assessment, component, day, digest, evidence, finding, pack, test};

fn verdict_of(conformity: &Conformity, check: &str) -> Verdict {
    let checks = conformity.clauses.iter().flat_map(|clause| &clause.checks);
    let found = checks.into_iter().find(|row| row.check == check).unwrap_or_else(|| panic!("no {check}"));
    assert_eq!(found.error, None, "{check}");
    found.verdict
}

/// A check, a change to the release that meets everything, and the verdict it then has.
type Case = (&'static str, &'static str, Verdict, fn(Sample) -> Sample);

use Verdict::{Met, NotApplicable, NotMet, PartlyMet};

fn affected() -> theriac_conformity::facts::input::AssessmentInput {
    let mut row = assessment(VexStatus::Affected);
    row.decision = Some(Decision::Accept);
    row.fixer = Some("dev".to_owned());
    row
}

/// A second record like the first, with one field changed.
fn second(sample: Sample, id: &str, field: &str, value: Value) -> Sample {
    let copy = format!("{id}0");
    sample.copy(id, &copy).set(&copy, field, value)
}

/// A requirement that names no test case, so that only the campaign verifies it.
fn by_campaign(sample: Sample) -> Sample {
    sample.set("REQ-1", "tests", json!([]))
}

fn unapprove(sample: Sample, id: &str) -> Sample {
    sample.with_record(id, |row| row.state = State::InReview)
}

/// The artefact as signed on 1 October at midnight, by one manifest for each time in which they say the key was valid.
fn signed(sample: Sample, keys: &[(&str, Option<&str>)]) -> Sample {
    let time = |text: &str| text.parse().unwrap();
    sample.with(|input| {
        let unsigned = input.builds[0].artefacts.remove(0);
        input.builds[0].artefacts.extend(keys.iter().map(|(from, to)| ArtefactInput {
            signature: Some(ArtefactSignatureInput {
                signed_at: time("2026-10-01T00:00:00Z"),
                valid_from: time(from),
                valid_to: to.map(time),
            }),
            ..unsigned.clone()
        }));
    })
}

/// With the feed of a day.
fn feed(sample: Sample, imported_on: &str) -> Sample {
    let imported_on = day(imported_on);
    sample.with(|input| input.feed.as_mut().unwrap().imported_on = imported_on)
}

/// With a record of its own that promised users more of some components until it was retired.
fn retired_item(sample: Sample, id: &str, pattern: &str) -> Sample {
    sample.with(|input| {
        let item = input.records.iter().find(|row| row.id == "ITEM-1").cloned();
        let mut record = item.unwrap_or_else(|| panic!("no ITEM-1"));
        record.id = id.to_owned();
        record.content.insert("class".to_owned(), json!("maintained"));
        record.content.insert("purls".to_owned(), json!([pattern]));
        input.past.push(PastInput { record, from: day("2026-01-20"), until: day("2026-02-01") });
    })
}

/// With a finding of January to be mended within the limits, and the days that signed judgements gave it.
fn overdue_unless(sample: Sample, terms: &[(&str, &str)]) -> Sample {
    let mut row = affected();
    row.decision = Some(Decision::Defer);
    row.terms = terms.iter().map(|(on, due)| TermInput { signed_on: day(on), due: day(due) }).collect();
    row.due = row.terms.last().map(|term| term.due);
    findings(sample, Some(row)).with(|input| input.findings[0].opened_on = day("2026-01-10"))
}

fn decision(at: &str, artefacts: Vec<(String, Digest)>) -> DecisionInput {
    DecisionInput { on: day(&at[..10]), at: at.parse().unwrap(), by: "ben".to_owned(), artefacts }
}

/// Decided on a day.
fn decided_on(sample: Sample, on: &str) -> Sample {
    let decision = decision(&format!("{on}T23:00:00Z"), vec![]);
    sample.with(|input| input.release.decision = Some(decision))
}

/// A build before the candidate.
fn earlier_build(sample: Sample) -> Sample {
    sample.with(|input| {
        let mut build = input.builds[0].clone();
        (build.name, build.candidate) = ("rc.1".to_owned(), false);
        input.builds.push(build);
    })
}

fn findings(sample: Sample, first: Option<theriac_conformity::facts::input::AssessmentInput>) -> Sample {
    sample.with(|input| input.findings = vec![finding("FIND-1", first)])
}

fn document_before(kind: &str, effective: &str) -> serde_json::Map<String, Value> {
    let content = json!({ "type": kind, "clauses": ["5.1.1"], "effective_date": effective });
    content.as_object().cloned().unwrap_or_default()
}

/// One more finding, soundly accepted.
fn sound(sample: Sample) -> Sample {
    sample.with(|input| input.findings.push(finding("FIND-2", Some(affected()))))
}

fn handed_in(sample: Sample, at: &str) -> Sample {
    sample.with(|input| {
        for row in &mut input.evidence {
            (row.recorded_on, row.recorded_at) = (day(&at[..10]), at.parse().unwrap());
        }
    })
}

/// What shows the activity, done on 2026-10-28, was handed in the day after.
fn later_evidence(sample: Sample) -> Sample {
    handed_in(sample, "2026-10-29T09:00:00Z")
}

const CASES: &[Case] = &[
    ("4.1.2-a", "approved by the author", NotMet, |s| {
        s.with_record("RESP-1", |row| row.approver = Some("ana".to_owned()))
    }),
    ("4.1.2-a", "one of two without person", PartlyMet, |s| second(s, "RESP-1", "person", Value::Null)),
    ("4.1.2-a", "no appointment", NotMet, |s| s.without_kind("responsibility")),
    ("4.1.2-b", "two people for one clause", PartlyMet, |s| {
        second(s, "RESP-1", "person", json!("ben")).set("RESP-10", "clauses", json!(["5"]))
    }),
    ("4.1.2-b", "one person for the heading, another for a clause under it", Met, |s| {
        second(s, "RESP-1", "person", json!("ben")).set("RESP-10", "clauses", json!(["5.8"]))
    }),
    ("4.1.2-b", "the appointment has ended", NotMet, |s| s.set("RESP-1", "to", json!("2026-10-31"))),
    ("4.1.2-c", "nobody answered on the day", NotMet, |s| s.set("RESP-1", "from", json!("2026-10-29"))),
    ("4.1.2-c", "one of two activities without", PartlyMet, |s| {
        second(s, "ACT-1", "done_date", json!("2025-01-01"))
    }),
    ("4.1.2-c", "nothing done yet", NotApplicable, |s| s.set("ACT-1", "done_date", Value::Null)),
    ("4.3-a", "no reason for the class", NotMet, |s| s.set("ITEM-1", "rationale", json!(" "))),
    ("4.3-a", "one of two unclassed", PartlyMet, |s| second(s, "ITEM-1", "class", Value::Null)),
    ("4.3-b", "a component without item", PartlyMet, |s| {
        s.with(|input| {
            input.components.push(component("pkg:npm/b@1"));
            input.components[1].item = None;
        })
    }),
    ("4.3-b", "the item is not approved", NotMet, |s| unapprove(s, "ITEM-1")),
    ("4.3-b", "no component known", NotMet, |s| s.with(|input| input.components.clear())),
    ("4.3-c", "lowered in silence", NotMet, |s| s.set("ITEM-1", "previous_class", json!("maintained"))),
    ("4.3-c", "one of two lowered in silence", PartlyMet, |s| {
        second(
            s.set("ITEM-1", "previous_class", json!("supported")),
            "ITEM-1",
            "user_information",
            json!("Told."),
        )
    }),
    ("4.3-c", "lowered by another record of the same components", NotMet, |s| {
        s.with(|input| {
            let item = input.records.iter().find(|row| row.id == "ITEM-1").cloned();
            let mut record = item.unwrap_or_else(|| panic!("no ITEM-1"));
            record.id = "ITEM-0".to_owned();
            record.content.insert("class".to_owned(), json!("maintained"));
            input.past.push(PastInput { record, from: day("2026-01-20"), until: day("2026-02-01") });
        })
    }),
    ("4.3-c", "lowered by another record under a narrower pattern of the same components", NotMet, |s| {
        let s = s.set("ITEM-1", "purls", json!(["pkg:npm/left-*", "pkg:npm/right-pad"]));
        retired_item(s, "ITEM-0", "pkg:npm/*")
    }),
    ("4.3-c", "another record promised more of other components", NotApplicable, |s| {
        retired_item(s.set("ITEM-1", "purls", json!(["pkg:npm/left-*"])), "ITEM-0", "pkg:npm/right-*")
    }),
    ("4.3-c", "another record promised more until this one took components from it", NotMet, |s| {
        retired_item(s.set("ITEM-1", "purls", json!(["pkg:npm/left-pad"])), "ITEM-0", "pkg:npm/*")
            .copy("ITEM-1", "ITEM-0")
            .set("ITEM-0", "purls", json!(["pkg:npm/*"]))
            .set("ITEM-0", "class", json!("maintained"))
    }),
    ("4.3-c", "a wider record promises more since the same day", NotApplicable, |s| {
        s.set("ITEM-1", "purls", json!(["pkg:npm/left-pad"]))
            .copy("ITEM-1", "ITEM-0")
            .set("ITEM-0", "purls", json!(["pkg:npm/*"]))
            .set("ITEM-0", "class", json!("maintained"))
    }),
    ("4.3-c", "a wider record promised more before, and still does of the rest", NotMet, |s| {
        s.set("ITEM-1", "purls", json!(["pkg:npm/left-pad"]))
            .copy("ITEM-1", "ITEM-0")
            .set("ITEM-0", "purls", json!(["pkg:npm/*"]))
            .set("ITEM-0", "class", json!("maintained"))
            .with_record("ITEM-0", |row| row.approved_on = Some(day("2026-01-20")))
    }),
    ("4.3-c", "a version of what another record promised more for in all versions", NotMet, |s| {
        s.set("ITEM-1", "purls", json!(["pkg:npm/left-pad@1.3.0"]))
            .copy("ITEM-1", "ITEM-0")
            .set("ITEM-0", "purls", json!(["pkg:npm/left-pad"]))
            .set("ITEM-0", "class", json!("maintained"))
            .with_record("ITEM-0", |row| row.approved_on = Some(day("2026-01-20")))
    }),
    ("4.3-c", "users were told, and both records were approved again since", Met, |s| {
        let s = s.set("ITEM-1", "purls", json!(["pkg:npm/left-pad"]));
        let s = s.set("ITEM-1", "user_information", json!("Left-pad is no longer maintained."));
        let s = s.copy("ITEM-1", "ITEM-0").set("ITEM-0", "purls", json!(["pkg:npm/*"])).set(
            "ITEM-0",
            "class",
            json!("maintained"),
        );
        let s = s.with(|input| {
            for (id, from, until) in
                [("ITEM-0", "2026-01-01", "2026-01-10"), ("ITEM-1", "2026-01-05", "2026-01-12")]
            {
                let record = input.records.iter().find(|row| row.id == id).cloned();
                let record = record.unwrap_or_else(|| panic!("no {id}"));
                input.past.push(PastInput { record, from: day(from), until: day(until) });
            }
        });
        s.with_record("ITEM-0", |row| row.approved_on = Some(day("2026-01-10")))
            .with_record("ITEM-1", |row| row.approved_on = Some(day("2026-01-12")))
    }),
    ("4.3-c", "a narrower record promises more, and keeps its components", NotApplicable, |s| {
        s.set("ITEM-1", "purls", json!(["pkg:npm/*"]))
            .copy("ITEM-1", "ITEM-0")
            .set("ITEM-0", "purls", json!(["pkg:npm/left-pad"]))
            .set("ITEM-0", "class", json!("maintained"))
            .with_record("ITEM-0", |row| row.approved_on = Some(day("2026-01-20")))
    }),
    ("4.3-c", "a wider record promised more, and users were told", Met, |s| {
        s.set("ITEM-1", "purls", json!(["pkg:npm/left-pad"]))
            .set("ITEM-1", "user_information", json!("Left-pad is no longer maintained."))
            .copy("ITEM-1", "ITEM-0")
            .set("ITEM-0", "purls", json!(["pkg:npm/*"]))
            .set("ITEM-0", "purls", json!(["pkg:npm/*"]))
            .set("ITEM-0", "class", json!("maintained"))
            .with_record("ITEM-0", |row| row.approved_on = Some(day("2026-01-20")))
    }),
    ("4.3-c", "lowered, and told", Met, |s| {
        s.set("ITEM-1", "previous_class", json!("supported")).set(
            "ITEM-1",
            "user_information",
            json!("Told."),
        )
    }),
    ("4.3-c", "lowered, and told what was said before", NotMet, |s| {
        let s = s.set("ITEM-1", "user_information", json!("Told."));
        retired_item(s, "ITEM-1", "pkg:npm/*")
    }),
    ("4.3-d", "support ends before the product's", NotMet, |s| {
        s.set("ITEM-1", "support_end", json!("2030-12-31"))
    }),
    ("4.3-d", "one of two ends before", PartlyMet, |s| {
        second(s, "ITEM-1", "support_end", json!("2030-12-31"))
    }),
    ("4.3-d", "the item's end is not known", NotMet, |s| s.set("ITEM-1", "support_end", Value::Null)),
    ("4.3-d", "the product's end is not known", NotMet, |s| s.with(|input| input.product.support_end = None)),
    ("4.3-d", "own items alone", NotApplicable, |s| {
        s.set("ITEM-1", "support_end", Value::Null).set("ITEM-1", "origin", json!("own"))
    }),
    ("5.1.1-a", "the plan's review is overdue", NotMet, |s| {
        s.set("DOC-1", "next_review", json!("2026-11-01"))
    }),
    ("5.1.1-a", "the organisation's interval has passed", NotMet, |s| {
        s.set("LIM-1", "interval_document_review", json!(30))
    }),
    ("5.1.1-a", "a plan without text", NotMet, |s| s.set("DOC-1", "body", json!(""))),
    ("5.1.1-a", "one of two not yet effective", PartlyMet, |s| {
        second(s, "DOC-1", "effective_date", json!("2026-12-01"))
    }),
    ("5.1.1-a", "no plan", NotMet, |s| s.without("DOC-1")),
    ("5.1.1-b", "an activity nobody does", NotMet, |s| s.set("ACT-1", "assignee", Value::Null)),
    ("5.1.1-b", "one of two without date", PartlyMet, |s| second(s, "ACT-1", "due_date", Value::Null)),
    ("5.1.1-c", "planned after it was done", NotMet, |s| {
        s.with_record("ACT-1", |row| row.links[0].pinned_approved_on = Some(day("2026-10-29")))
    }),
    ("5.1.1-c", "planned in a revision that nobody approved", NotMet, |s| {
        s.with_record("ACT-1", |row| row.links[0].pinned_approved_on = None)
    }),
    ("5.1.1-c", "planned in what is no plan", NotMet, |s| {
        let policy = s.copy("DOC-1", "DOC-9").set("DOC-9", "type", json!("policy"));
        policy.with_record("ACT-1", |row| row.links[0].target = "DOC-9".to_owned())
    }),
    ("5.1.1-c", "planned in what became a plan once it was done", NotMet, |s| {
        s.with_record("ACT-1", |row| {
            row.links[0].pinned = digest("DOC-1 before");
            row.links[0].pinned_content = Some(document_before("report", "2026-02-01"));
        })
    }),
    ("5.1.1-c", "planned in a revision that took effect once it was done", NotMet, |s| {
        s.with_record("ACT-1", |row| {
            row.links[0].pinned = digest("DOC-1 before");
            row.links[0].pinned_content = Some(document_before("plan", "2026-10-29"));
        })
    }),
    ("5.1.1-c", "planned in a revision before the present one", Met, |s| {
        s.with_record("ACT-1", |row| {
            row.links[0].pinned = digest("DOC-1 before");
            row.links[0].pinned_content = Some(document_before("plan", "2026-02-01"));
        })
    }),
    ("5.1.1-c", "said to be done on a day after its approval", NotApplicable, |s| {
        s.with_record("ACT-1", |row| row.approved_on = Some(day("2026-10-27")))
    }),
    ("5.1.1-c", "planned nowhere", NotMet, |s| s.with_record("ACT-1", |row| row.links.clear())),
    ("5.1.1-c", "one of two done before the plan", PartlyMet, |s| {
        second(s, "ACT-1", "done_date", json!("2026-01-31"))
    }),
    ("5.1.1-c", "nothing done yet", NotApplicable, |s| s.set("ACT-1", "done_date", Value::Null)),
    ("5.1.1-d", "written down after it was done", NotMet, |s| {
        s.with_record("ACT-1", |row| row.first_approved_on = Some(day("2026-10-29")))
    }),
    ("5.1.1-d", "planned for another clause until it was done", NotMet, |s| {
        s.with_record("ACT-1", |row| row.approved_on = Some(day("2026-10-29"))).with(|input| {
            let plan = input.records.iter().find(|row| row.id == "ACT-1").cloned();
            let mut record = plan.unwrap_or_else(|| panic!("no ACT-1"));
            record.content.insert("clause".to_owned(), json!("5.5.2"));
            input.past.push(PastInput { record, from: day("2026-09-01"), until: day("2026-10-29") });
        })
    }),
    ("5.1.1-d", "one of two done before it was approved", PartlyMet, |s| {
        second(s, "ACT-1", "done_date", json!("2026-01-31"))
    }),
    ("5.1.1-d", "nothing done yet", NotApplicable, |s| s.set("ACT-1", "done_date", Value::Null)),
    ("5.2.1-a", "the signature covers another revision", NotMet, |s| {
        s.with_record("REQ-1", |row| row.signatures[0].digest = Digest::of(b"other"))
    }),
    ("5.2.1-a", "one of two without text", PartlyMet, |s| second(s, "REQ-1", "text", json!(""))),
    ("5.2.1-b", "a measure without requirement", NotMet, |s| {
        s.with_record("MEAS-1", |row| row.links.clear())
    }),
    ("5.2.1-b", "one of two without", PartlyMet, |s| {
        s.copy("MEAS-1", "MEAS-2").with_record("MEAS-2", |row| row.links.clear())
    }),
    ("5.2.1-b", "no measure", NotApplicable, |s| s.without("MEAS-1")),
    ("5.2.1-c", "a skipped test", NotMet, |s| s.with(|input| input.tests[0].outcome = Outcome::Skipped)),
    ("5.2.1-c", "written after its tests were run", NotMet, |s| {
        s.with_record("REQ-1", |row| row.written_on = day("2026-10-11"))
    }),
    ("5.2.1-c", "tests that ran earlier on the day of the text", NotMet, |s| {
        s.with_record("REQ-1", |row| {
            (row.written_on, row.written_at) = (day("2026-10-10"), "2026-10-10T15:00:00Z".parse().unwrap());
        })
        .with(|input| input.evidence[1].performed_at = Some("2026-10-10T09:00:00Z".parse().unwrap()))
    }),
    ("5.2.1-c", "tests that ran later on the day of the text", Met, |s| {
        s.with_record("REQ-1", |row| {
            (row.written_on, row.written_at) = (day("2026-10-10"), "2026-10-10T08:00:00Z".parse().unwrap());
        })
        .with(|input| input.evidence[1].performed_at = Some("2026-10-10T09:00:00Z".parse().unwrap()))
    }),
    ("5.2.1-c", "a campaign with results from before the text", NotMet, |s| {
        by_campaign(s).with_record("REQ-1", |row| row.written_on = day("2026-10-11"))
    }),
    ("5.2.1-c", "the same, and somebody cleared the link", NotMet, |s| {
        by_campaign(s)
            .with_record("REQ-1", |row| row.written_on = day("2026-10-11"))
            .with_record("CAMP-1", |row| row.links[0].pinned = digest("an older revision"))
    }),
    ("5.2.1-c", "a campaign with results from before its first day", NotMet, |s| {
        by_campaign(s).set("CAMP-1", "from_date", json!("2026-10-11")).set(
            "CAMP-1",
            "to_date",
            json!("2026-10-12"),
        )
    }),
    ("5.2.1-c", "a campaign alone", Met, by_campaign),
    ("5.2.1-c", "tests of another build", NotMet, |s| {
        s.with(|input| input.evidence[1].build = Some("rc.1".to_owned()))
    }),
    ("5.2.1-c", "one of two has no test", PartlyMet, |s| {
        second(s, "REQ-1", "tests", json!([]))
            .with_record("MEAS-1", |row| row.links.push(crate::sample::link("implemented-by", "REQ-10")))
    }),
    ("5.2.1-c", "no measure", NotApplicable, |s| s.without("MEAS-1")),
    ("5.2.2-a", "nobody for the patients", NotMet, |s| {
        s.with_record("REV-1", |row| row.content["attendees"][2]["discipline"] = json!("other"))
    }),
    ("5.2.2-a", "one of two without tester", PartlyMet, |s| second(s, "REV-1", "attendees", json!([]))),
    ("5.2.2-a", "one person for two disciplines", NotMet, |s| {
        s.with_record("REV-1", |row| row.content["attendees"][2]["person"] = json!("mei"))
    }),
    ("5.2.2-a", "held on a day to come", NotMet, |s| s.set("REV-1", "held_date", json!("2026-11-03"))),
    ("5.2.2-a", "held after it was approved", NotMet, |s| s.set("REV-1", "held_date", json!("2026-02-02"))),
    ("5.2.2-a", "held before what it reviews was written", NotMet, |s| {
        s.with_record("REQ-1", |row| row.written_on = day("2026-02-02"))
    }),
    ("5.2.2-b", "called independent, and wrote an earlier revision", NotMet, |s| {
        s.with_record("REQ-1", |row| row.earlier_authors = vec!["mei".to_owned()])
    }),
    ("5.2.2-b", "called independent, and an author", NotMet, |s| {
        s.with_record("REV-1", |row| row.content["attendees"][3]["independent"] = json!(true))
    }),
    ("5.2.2-b", "one of two by authors alone", PartlyMet, |s| {
        second(s, "REV-1", "attendees", json!([{"person": "ana", "discipline": "security"}]))
    }),
    ("5.2.2-c", "an open point", NotMet, |s| {
        s.with_record("REV-1", |row| row.content["points"][0]["closed"] = json!(false))
    }),
    ("5.2.2-c", "one of two rejected", PartlyMet, |s| second(s, "REV-1", "conclusion", json!("rejected"))),
    ("5.2.2-c", "rejected, and accepted by a later review of the same", Met, |s| {
        s.copy("REV-1", "REV-0").set("REV-0", "conclusion", json!("rejected")).set(
            "REV-0",
            "held_date",
            json!("2026-01-31"),
        )
    }),
    ("5.2.2-d", "the reviewed revision is not the one", NotMet, |s| {
        s.with_record("REV-1", |row| row.links[0].pinned = digest("an older revision"))
    }),
    ("5.2.2-d", "written after the review was held", NotMet, |s| {
        s.with_record("REQ-1", |row| row.written_on = day("2026-02-02"))
    }),
    ("5.2.2-d", "one of two never reviewed", PartlyMet, |s| s.copy("REQ-1", "REQ-2")),
    ("5.7.5-a", "less independent than asked", NotMet, |s| s.set("CAMP-1", "independence", json!("person"))),
    ("5.7.5-a", "approved before its last day had come", NotMet, |s| {
        s.with_record("CAMP-1", |row| row.approved_on = Some(day("2026-10-09")))
    }),
    ("5.7.5-a", "held before its build was made", NotMet, |s| {
        s.set("CAMP-1", "from_date", json!("2026-09-01"))
    }),
    ("5.7.5-a", "one of two not approved", PartlyMet, |s| unapprove(s.copy("CAMP-1", "CAMP-2"), "CAMP-2")),
    ("5.7.5-a", "the campaign tested another build", NotMet, |s| s.set("CAMP-1", "build", json!("rc.1"))),
    ("5.7.5-b", "the tester is an author", NotMet, |s| {
        s.with(|input| input.builds[0].authors.push("mei".to_owned()))
    }),
    ("5.7.5-b", "tester and author share a manager", NotMet, |s| {
        s.with(|input| input.people.iter_mut().for_each(|row| row.manager = Some("leo".to_owned())))
    }),
    ("5.7.5-b", "one of two tested by an author", PartlyMet, |s| second(s, "CAMP-1", "tester", json!("dev"))),
    ("5.7.5-b", "the tester is an author of an earlier build", NotMet, |s| {
        earlier_build(s).with(|input| input.builds[1].authors = vec!["mei".to_owned()])
    }),
    ("5.7.5-c", "a build without manifest", NotMet, |s| {
        s.with(|input| {
            input.builds[0].manifest = false;
            input.builds[0].authors.clear();
        })
    }),
    ("5.7.5-c", "a manifest that names nobody", NotMet, |s| s.with(|input| input.builds[0].authors.clear())),
    ("5.7.5-c", "an author nobody knows", NotMet, |s| s.with(|input| input.builds[0].unknown_authors = 1)),
    ("5.7.5-c", "one of two builds with unknown authors", PartlyMet, |s| {
        earlier_build(s).with(|input| input.builds[1].unknown_authors = 2)
    }),
    ("5.7.5-c", "a manifest that goes on from what nobody described", NotMet, |s| {
        s.with(|input| input.builds[0].follows = false)
    }),
    ("5.7.5-b", "nobody says who wrote what was there before", NotMet, |s| {
        s.with(|input| input.builds[0].follows = false)
    }),
    ("5.7.5-b", "the tester wrote a design that was retired since", NotMet, |s| {
        s.copy("DOC-3", "DOC-9").set("DOC-9", "clauses", json!(["5.4.2"])).with_record("DOC-9", |row| {
            row.author = "mei".to_owned();
            row.state = State::Retired;
        })
    }),
    ("5.7.5-d", "the campaign cites nothing that ran", NotMet, |s| {
        s.set("CAMP-1", "evidence", json!(["EVID-1"]))
    }),
    ("5.7.5-d", "the campaign cites what is from before it", NotMet, |s| {
        s.with(|input| input.evidence[1].performed_on = Some(day("2026-10-01"))).set(
            "CAMP-1",
            "from_date",
            json!("2026-10-05"),
        )
    }),
    ("5.7.5-c", "no build", NotMet, |s| s.with(|input| input.builds.clear())),
    ("5.7.5-d", "one of two kinds has no campaign", PartlyMet, |s| {
        s.set("LIM-1", "independence_abuse_case", json!("person"))
    }),
    ("5.7.5-d", "no kind has a campaign of the candidate", NotMet, |s| {
        s.set("CAMP-1", "build", json!("rc.1"))
    }),
    ("5.7.5-d", "no kind asks for independence", NotApplicable, |s| {
        s.set("LIM-1", "independence_requirements_tests", json!("none"))
    }),
    ("5.8.1-a", "the SBOM is disqualified", NotMet, |s| {
        s.with(|input| input.evidence[0].disqualified = true)
    }),
    ("5.8.1-a", "one of two unbound", PartlyMet, |s| {
        s.with(|input| {
            input.evidence.push(evidence("EVID-4", EvidenceKind::Sbom));
            input.evidence[3].tool = None;
        })
    }),
    ("5.8.1-a", "no SBOM", NotMet, |s| {
        s.with(|input| input.evidence.retain(|row| row.kind != EvidenceKind::Sbom))
    }),
    ("5.8.1-b", "not assessed", NotMet, |s| findings(s, None)),
    ("5.8.1-b", "under investigation", NotMet, |s| {
        findings(s, Some(assessment(VexStatus::UnderInvestigation)))
    }),
    ("5.8.1-b", "what it rests on has changed", NotMet, |s| {
        let mut row = assessment(VexStatus::NotAffected);
        row.changed = vec!["src/tls".to_owned()];
        findings(s, Some(row))
    }),
    ("5.8.1-b", "carried and too old", NotMet, |s| {
        let mut row = assessment(VexStatus::NotAffected);
        (row.carried, row.confirmed, row.on) = (true, true, day("2025-11-01"));
        findings(s, Some(row))
    }),
    ("5.8.1-b", "not affected without saying why", NotMet, |s| {
        let mut row = assessment(VexStatus::NotAffected);
        row.justification = Some(" ".to_owned());
        findings(s, Some(row))
    }),
    ("5.8.1-b", "carried and not confirmed", PartlyMet, |s| {
        let mut row = assessment(VexStatus::NotAffected);
        row.carried = true;
        sound(findings(s, Some(row)))
    }),
    ("5.8.1-b", "no finding", Met, |s| s.with(|input| input.findings.clear())),
    ("5.8.1-c", "to be mended", NotMet, |s| {
        let mut row = affected();
        row.decision = Some(Decision::Fix);
        findings(s, Some(row))
    }),
    ("5.8.1-c", "accepted without reason", NotMet, |s| {
        let mut row = affected();
        row.justification = None;
        findings(s, Some(row))
    }),
    ("5.8.1-c", "accepted by its fixer", NotMet, |s| {
        let mut row = affected();
        row.fixer.clone_from(&row.signer);
        findings(s, Some(row))
    }),
    ("5.8.1-c", "accepted with reason by another than its fixer", Met, |s| findings(s, Some(affected()))),
    ("5.8.1-c", "one of two without decision", PartlyMet, |s| {
        let mut row = affected();
        row.decision = None;
        sound(findings(s, Some(row)))
    }),
    ("5.8.1-d", "harm without clinical signature", NotMet, |s| {
        let mut row = affected();
        row.patient_safety_impact = PatientImpact::Serious;
        findings(s, Some(row))
    }),
    ("5.8.1-d", "one of two without", PartlyMet, |s| {
        let mut row = affected();
        row.patient_safety_impact = PatientImpact::Minor;
        row.clinical_signer = Some("dev".to_owned());
        sound(findings(s, Some(row)))
    }),
    ("5.8.1-f", "a feed older than allowed", NotMet, |s| feed(s, "2026-10-02")),
    ("5.8.1-f", "a feed as old as allowed", Met, |s| feed(s, "2026-10-03")),
    ("5.8.1-f", "no limit is set", NotMet, |s| s.set("LIM-1", "max_age_feed", Value::Null)),
    ("5.8.1-f", "never looked up", NotMet, |s| s.with(|input| input.feed = None)),
    ("5.8.1-f", "young enough when it was decided", Met, |s| feed(decided_on(s, "2026-10-20"), "2026-09-20")),
    ("5.8.1-f", "too old when it was decided", NotMet, |s| feed(decided_on(s, "2026-10-20"), "2026-09-19")),
    ("5.8.1-g", "a feed older than allowed", NotMet, |s| feed(s, "2026-10-02")),
    ("5.8.1-g", "young enough when it was decided", NotMet, |s| {
        feed(decided_on(s, "2026-10-20"), "2026-09-20")
    }),
    ("5.8.1-g", "never looked up", NotMet, |s| s.with(|input| input.feed = None)),
    ("5.8.1-e", "unmatched and not disposed of", NotMet, |s| {
        s.with(|input| input.components[0].unmatched = Some("no version".to_owned()))
    }),
    ("5.8.1-e", "one of two unmatched", PartlyMet, |s| {
        s.with(|input| {
            input.components.push(component("b"));
            input.components[1].unmatched = Some("no version".to_owned());
        })
    }),
    ("5.8.1-e", "unmatched, and disposed of", Met, |s| {
        s.with(|input| {
            input.components[0].unmatched = Some("no version".to_owned());
            input.components[0].disposition = Some("Own code".to_owned());
        })
    }),
    ("5.8.3-a", "two manifests disagree", NotMet, |s| {
        s.with(|input| {
            let mut other = input.builds[0].artefacts[0].clone();
            other.digest = digest("other bytes");
            input.builds[0].artefacts.push(other);
        })
    }),
    ("5.8.3-a", "one of two from a disqualified manifest", PartlyMet, |s| {
        s.with(|input| {
            let mut other = input.builds[0].artefacts[0].clone();
            other.name = "tool".to_owned();
            other.evidence = "EVID-9".to_owned();
            input.builds[0].artefacts.push(other);
        })
    }),
    ("5.8.3-a", "the decision pinned other bytes", NotMet, |s| {
        s.with(|input| {
            let artefacts = vec![("gateway.deb".to_owned(), digest("other bytes"))];
            input.release.decision = Some(decision("2026-11-01T12:00:00Z", artefacts));
        })
    }),
    ("5.8.3-a", "what was decided on is gone", PartlyMet, |s| {
        s.with(|input| {
            let artefacts = ["gateway.deb", "tool"].map(|name| (name.to_owned(), digest(name))).to_vec();
            input.release.decision = Some(decision("2026-11-01T12:00:00Z", artefacts));
        })
    }),
    ("5.8.3-a", "no artefact", NotMet, |s| s.with(|input| input.builds[0].artefacts.clear())),
    ("5.8.3-b", "no manifest of the candidate", NotMet, |s| {
        s.with(|input| input.evidence[2].build = Some("rc.1".to_owned()))
    }),
    ("5.8.3-b", "one of two disqualified", Met, |s| {
        s.with(|input| {
            input.evidence.push(evidence("EVID-4", EvidenceKind::BuildManifest));
            input.evidence[3].disqualified = true;
        })
    }),
    ("5.8.3-b", "one of two unbound", PartlyMet, |s| {
        s.with(|input| {
            input.evidence.push(evidence("EVID-4", EvidenceKind::BuildManifest));
            input.evidence[3].performed_on = None;
        })
    }),
    ("5.8.3-d", "the key was valid", Met, |s| {
        signed(s, &[("2026-10-01T00:00:00Z", Some("2026-10-01T00:00:00Z"))])
    }),
    ("5.8.3-d", "the key has no end", Met, |s| signed(s, &[("2026-10-01T00:00:00Z", None)])),
    ("5.8.3-d", "the key had ended", NotMet, |s| {
        signed(s, &[("2026-09-01T00:00:00Z", Some("2026-09-30T23:59:59Z"))])
    }),
    ("5.8.3-d", "one of two with a key that had ended", PartlyMet, |s| {
        signed(s, &[("2026-09-01T00:00:00Z", None), ("2026-09-01T00:00:00Z", Some("2026-09-15T00:00:00Z"))])
            .with(|input| input.builds[0].artefacts[0].name = "tool".to_owned())
    }),
    ("5.8.3-d", "the key had not begun", NotMet, |s| signed(s, &[("2026-10-01T00:00:01Z", None)])),
    ("5.8.3-d", "another manifest says that the key was revoked", NotMet, |s| {
        signed(s, &[("2026-09-01T00:00:00Z", None), ("2026-09-01T00:00:00Z", Some("2026-09-15T00:00:00Z"))])
    }),
    ("5.8.3-c", "not approved", NotMet, |s| unapprove(s, "DOC-3")),
    ("5.8.3-c", "one of two overdue", PartlyMet, |s| second(s, "DOC-3", "next_review", json!("2026-10-01"))),
    ("5.8.5-a", "no test result", NotMet, |s| s.with(|input| drop(input.evidence.remove(1)))),
    ("5.8.5-a", "one of two disqualified", Met, |s| {
        s.with(|input| {
            input.evidence.push(evidence("EVID-4", EvidenceKind::TestResults));
            input.evidence[3].disqualified = true;
        })
    }),
    ("5.8.5-a", "one of two unbound", PartlyMet, |s| {
        s.with(|input| {
            input.evidence.push(evidence("EVID-4", EvidenceKind::TestResults));
            input.evidence[3].version = None;
        })
    }),
    ("5.8.5-b", "a failed test", NotMet, |s| {
        s.with(|input| input.tests.push(test("other", Outcome::Failed)))
    }),
    ("5.8.5-b", "a failure that nobody dated, handed in after a pass", NotMet, |s| {
        s.with(|input| {
            input.evidence[1].performed_at = Some("2026-10-10T09:00:00Z".parse().unwrap());
            let recorded_at = "2026-10-10T10:00:00Z".parse().unwrap();
            let undated = evidence("EVID-4", EvidenceKind::TestResults);
            let recorded_on = day("2026-10-10");
            input.evidence.push(EvidenceInput { performed_on: None, recorded_on, recorded_at, ..undated });
            let failed = test("tls.expired", Outcome::Failed);
            input.tests.push(TestInput { evidence: "EVID-4".to_owned(), ..failed });
        })
    }),
    ("5.8.5-c", "an open point", NotMet, |s| {
        s.with_record("REV-1", |row| row.content["points"][0]["closed"] = json!(false))
    }),
    ("5.8.5-c", "an open point about an older text", NotMet, |s| {
        s.with_record("REV-1", |row| row.content["points"][0]["closed"] = json!(false))
            .with_record("REQ-1", |row| row.digest = digest("a later revision"))
    }),
    ("5.8.5-c", "rejected, and accepted on a later day", Met, |s| {
        s.copy("REV-1", "REV-2").set("REV-2", "held_date", json!("2026-02-02")).set(
            "REV-1",
            "conclusion",
            json!("rejected"),
        )
    }),
    ("5.8.5-c", "one of two rejected", PartlyMet, |s| second(s, "REV-1", "conclusion", json!("rejected"))),
    ("5.8.5-c", "no review", Met, |s| s.without("REV-1")),
    ("5.8.5-d", "a limit has passed", NotMet, |s| findings(s, None)),
    ("5.8.5-d", "raised: the limit runs from then", Met, |s| {
        findings(s, None).with(|input| {
            let row = &mut input.findings[0];
            row.severity = Severity::Critical;
            row.severities = vec![(Severity::Low, row.opened_on), (Severity::Critical, day("2026-11-01"))];
        })
    }),
    ("5.8.5-d", "raised, and that limit has passed", NotMet, |s| {
        findings(s, None).with(|input| {
            let row = &mut input.findings[0];
            row.severity = Severity::Critical;
            row.severities = vec![(Severity::Low, row.opened_on), (Severity::Critical, day("2026-10-20"))];
        })
    }),
    ("5.8.5-d", "accepted: nothing is to be mended by any day", Met, |s| {
        let mut row = affected();
        row.decision = Some(Decision::Accept);
        findings(s, Some(row)).with(|input| input.findings[0].opened_on = day("2026-01-01"))
    }),
    ("5.8.5-d", "one of two past its limit", PartlyMet, |s| {
        let mut row = affected();
        row.due = Some(day("2026-11-01"));
        s.with(|input| input.findings.push(finding("FIND-2", Some(row))))
    }),
    ("5.8.5-d", "more time was given before the limit had passed, and again before that", Met, |s| {
        overdue_unless(s, &[("2026-02-01", "2026-06-01"), ("2026-05-01", "2027-01-01")])
    }),
    ("5.8.5-d", "more time was given once the limit had passed", NotMet, |s| {
        overdue_unless(s, &[("2026-10-20", "2027-01-01")])
    }),
    ("5.8.5-d", "more time was given twice, with a gap between", NotMet, |s| {
        overdue_unless(s, &[("2026-02-01", "2026-06-01"), ("2026-07-01", "2027-01-01")])
    }),
    ("5.8.5-d", "no limits", NotMet, |s| s.without("LIM-1")),
    ("5.8.5-e", "accepted by its fixer", NotMet, |s| {
        let mut row = affected();
        row.fixer.clone_from(&row.signer);
        findings(s, Some(row))
    }),
    ("5.8.5-e", "one of two accepted by its fixer", PartlyMet, |s| {
        let mut row = affected();
        row.fixer.clone_from(&row.signer);
        sound(findings(s, Some(row)))
    }),
    ("5.8.5-f", "under investigation", NotMet, |s| {
        findings(s, Some(assessment(VexStatus::UnderInvestigation)))
    }),
    ("5.8.5-f", "one of two without judgement", PartlyMet, |s| sound(findings(s, None))),
    ("5.8.5-g", "unmatched and not disposed of", NotMet, |s| {
        s.with(|input| input.components[0].unmatched = Some("no version".to_owned()))
    }),
    ("5.8.5-g", "one of two unmatched", PartlyMet, |s| {
        s.with(|input| {
            input.components.push(component("b"));
            input.components[1].unmatched = Some("no version".to_owned());
        })
    }),
    ("5.8.5-h", "harm without clinical signature", NotMet, |s| {
        let mut row = affected();
        row.patient_safety_impact = PatientImpact::Serious;
        findings(s, Some(row))
    }),
    ("5.8.5-h", "one of two without", PartlyMet, |s| {
        let mut row = affected();
        row.patient_safety_impact = PatientImpact::Minor;
        row.clinical_signer = Some("dev".to_owned());
        sound(findings(s, Some(row)))
    }),
    ("5.8.6-a", "not done", NotMet, |s| s.set("ACT-1", "done_date", Value::Null)),
    ("5.8.6-a", "one of two without outcome", PartlyMet, |s| second(s, "ACT-1", "outcome", Value::Null)),
    ("5.8.6-a", "no activity planned", NotMet, |s| s.without("ACT-1")),
    ("5.8.6-b", "evidence from before it began", NotMet, |s| {
        s.set("ACT-1", "start_date", json!("2026-10-20"))
    }),
    ("5.8.6-b", "evidence from after it was done", NotMet, |s| {
        s.set("ACT-1", "done_date", json!("2026-10-09"))
    }),
    ("5.8.6-b", "evidence from before the build was made", NotMet, |s| {
        s.with(|input| input.evidence[1].performed_on = Some(day("2026-09-15")))
    }),
    ("5.8.6-b", "evidence of another release", NotMet, |s| s.with(|input| input.evidence[1].own = false)),
    ("5.8.6-b", "evidence of another build", NotMet, |s| {
        s.with(|input| input.evidence[1].build = Some("rc.1".to_owned()))
    }),
    ("5.8.6-b", "no evidence, but a record that it resulted in", Met, |s| resulted(s, "2026-10-28")),
    ("5.8.6-b", "a record from before it began", NotMet, |s| resulted(s, "2026-08-31")),
    ("5.8.6-b", "a record from after it was done", NotMet, |s| {
        resulted(s.set("ACT-1", "done_date", json!("2026-10-20")), "2026-10-28")
    }),
    ("5.8.6-b", "evidence that is bound to no tool", NotMet, |s| {
        s.with(|input| input.evidence[1].tool = None)
    }),
    ("5.8.6-b", "done before it began", NotMet, |s| {
        s.set("ACT-1", "start_date", json!("2026-10-01")).set("ACT-1", "done_date", json!("2026-09-30"))
    }),
    ("5.8.6-b", "one of two with evidence that is not there", PartlyMet, |s| {
        second(s, "ACT-1", "evidence", json!(["EVID-9"]))
    }),
    ("5.8.6-b", "nothing done", NotApplicable, |s| s.set("ACT-1", "done_date", Value::Null)),
    ("5.8.6-c", "evidence from after the decision", NotMet, |s| decided_on(later_evidence(s), "2026-10-28")),
    ("5.8.6-c", "evidence from later on the day of the decision", NotMet, |s| {
        handed_in(decided_on(s, "2026-10-28"), "2026-10-28T23:30:00Z")
    }),
    ("5.8.6-c", "evidence from earlier on the day of the decision", Met, |s| {
        handed_in(decided_on(s, "2026-10-28"), "2026-10-28T22:00:00Z")
    }),
    ("5.8.6-c", "done after the decision", Met, |s| decided_on(later_evidence(s), "2026-10-27")),
    ("5.8.6-c", "one of two with later evidence", PartlyMet, |s| {
        decided_on(later_evidence(second(s, "ACT-1", "evidence", json!([]))), "2026-10-28")
    }),
    ("7.1.1-a", "no plan", NotMet, |s| s.without("DOC-2")),
    ("7.1.1-a", "one of two not approved", PartlyMet, |s| unapprove(s.copy("DOC-2", "DOC-9"), "DOC-9")),
    ("7.1.1-b", "the matrix has a gap", NotMet, |s| {
        s.set("CRIT-1", "impact", json!(["minor", "serious", "fatal"]))
    }),
    ("7.1.1-b", "one of two without safety scales", PartlyMet, |s| {
        second(s, "CRIT-1", "safety_scales", Value::Null)
            .with_record("CRIT-10", |row| row.scope = Scope::Organisation)
    }),
    ("7.1.1-b", "two of one scope in force", NotMet, |s| s.copy("CRIT-1", "CRIT-2")),
    ("7.3-a", "the level is not the matrix's", NotMet, |s| s.set("RISK-1", "criticality", json!("low"))),
    ("7.3-a", "one of two unscored", PartlyMet, |s| second(s, "RISK-1", "impact", Value::Null)),
    ("7.3-a", "no risk", NotMet, |s| s.without("RISK-1")),
    ("7.3-b", "scored under an older revision", NotMet, |s| {
        s.with_record("RISK-1", |row| row.links[2].pinned = digest("older criteria"))
    }),
    ("7.3-b", "that revision of the criteria was approved after acceptance", NotMet, |s| {
        s.with_record("RISK-1", |row| row.links[2].pinned_approved_on = Some(day("2026-03-01")))
    }),
    ("7.3-b", "both on one day, the criteria last", NotMet, |s| {
        s.with_record("RISK-1", |row| {
            row.approved_seq = Some(7);
            row.links[2].pinned_approved_seq = Some(8);
        })
    }),
    ("7.3-b", "the criteria were in effect only after acceptance", NotMet, |s| {
        s.set("CRIT-1", "effective_date", json!("2026-03-01"))
    }),
    ("7.3-b", "scored under two sets of criteria", NotMet, |s| {
        s.copy("CRIT-1", "CRIT-2")
            .with_record("RISK-1", |row| row.links.push(crate::sample::link("scored-under", "CRIT-2")))
    }),
    ("7.3-b", "scored under those of the organisation, though the product has its own", NotMet, |s| {
        s.copy("CRIT-1", "CRIT-2").with_record("CRIT-1", |row| row.scope = Scope::Organisation)
    }),
    ("7.3-b", "one of two under none", PartlyMet, |s| {
        s.copy("RISK-1", "RISK-2").with_record("RISK-2", |row| row.links.truncate(2))
    }),
    ("7.3-c", "harm without clinical signature", NotMet, |s| {
        s.with_record("RISK-1", |row| row.signatures.truncate(1))
    }),
    ("7.3-c", "one of two without", PartlyMet, |s| {
        s.copy("RISK-1", "RISK-2").with_record("RISK-2", |row| row.signatures.truncate(1))
    }),
    ("7.3-c", "no harm possible", NotApplicable, |s| s.set("RISK-1", "patient_harm", json!("none"))),
    ("7.3-d", "review overdue", NotMet, |s| s.set("RISK-1", "next_review", json!("2026-11-01"))),
    ("7.3-d", "one of two overdue", PartlyMet, |s| second(s, "RISK-1", "next_review", json!("2026-11-01"))),
    ("7.4-a", "what remains is not acceptable", NotMet, |s| {
        s.set("RISK-1", "residual_impact", json!("serious"))
    }),
    ("7.4-a", "one of two not judged", PartlyMet, |s| second(s, "RISK-1", "residual_impact", Value::Null)),
    ("7.4-b", "reduced by nothing", NotMet, |s| s.with_record("RISK-1", |row| drop(row.links.remove(0)))),
    ("7.4-b", "one of two by nothing", PartlyMet, |s| {
        s.copy("RISK-1", "RISK-2").with_record("RISK-2", |row| drop(row.links.remove(0)))
    }),
    ("7.4-b", "nothing to reduce", NotApplicable, |s| s.set("RISK-1", "treatment", json!("avoid"))),
    ("7.4-a", "avoided, nobody says how", NotMet, |s| {
        s.set("RISK-1", "treatment", json!("avoid")).set("RISK-1", "residual_impact", Value::Null)
    }),
    ("7.4-a", "avoided, and said how", Met, |s| {
        s.set("RISK-1", "treatment", json!("avoid")).set("RISK-1", "residual_impact", Value::Null).set(
            "RISK-1",
            "reason",
            json!("The interface is gone."),
        )
    }),
    ("7.4-c", "side effects not judged", NotMet, |s| s.set("MEAS-1", "side_effects", Value::Null)),
    ("7.4-c", "one of two not judged", PartlyMet, |s| second(s, "MEAS-1", "side_effects", Value::Null)),
    ("7.4-c", "no measure", NotApplicable, |s| s.without("MEAS-1")),
    ("7.4-d", "a failed test", NotMet, |s| s.with(|input| input.tests[0].outcome = Outcome::Failed)),
    ("7.4-d", "one of two without requirement", PartlyMet, |s| {
        s.copy("MEAS-1", "MEAS-2").with_record("MEAS-2", |row| row.links.clear())
    }),
    ("7.4-d", "no measure", NotApplicable, |s| s.without("MEAS-1")),
];

#[test]
fn each_change_turns_its_check() {
    let pack = pack();
    let mut wrong = Vec::new();
    for (check, change, expected, apply) in CASES {
        let facts = apply(Sample::met()).facts();
        let found = verdict_of(&theriac_conformity::evaluate(&facts, &pack).unwrap(), check);
        if found != *expected {
            wrong.push(format!("{check}, {change}: expected {expected}, found {found}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_computed_check_is_driven_to_each_verdict_that_it_can_reach() {
    // What cannot be partly met: its subjects fail one and all.
    let never_partly = BTreeSet::from(["5.8.1-f", "5.8.1-g", "5.8.5-b"]);
    let met = Sample::met().conformity();
    let mut reached: BTreeMap<&str, BTreeSet<Verdict>> = BTreeMap::new();
    for (check, _, verdict, _) in CASES {
        reached.entry(check).or_default().insert(*verdict);
    }
    let pack = pack();
    for clause in pack.clauses.iter().filter(|clause| clause.kind == ClauseKind::Computed) {
        for check in &clause.checks {
            let mut found = reached.remove(check.id.as_str()).unwrap_or_default();
            found.insert(verdict_of(&met, &check.id));
            let mut expected = BTreeSet::from([Met, NotMet]);
            if !never_partly.contains(check.id.as_str()) {
                expected.insert(PartlyMet);
            }
            expected.insert(check.none);
            assert_eq!(found, expected, "{}", check.id);
        }
    }
    assert!(reached.is_empty(), "no such checks: {reached:?}");
}

fn attested(sample: &Sample) -> Verdict {
    verdict_of(&sample.conformity(), "5.3.1-attested")
}

/// An assessment that cites a record of another release.
fn cites_elsewhere(state: State) -> Sample {
    Sample::met().with_record("CLA-5.3.1", |row| {
        row.links[0].target = "REV-7".to_owned();
        row.links[0].elsewhere = Some(state);
    })
}

/// An assessment of 2026-03-01 that cites evidence handed in on a day.
fn cites_evidence(recorded: &'static str) -> Sample {
    Sample::met()
        .set("CLA-5.3.1", "evidence", json!(["EVID-1"]))
        .with(move |input| input.evidence[0].recorded_on = day(recorded))
}

#[test]
fn an_attested_clause_lapses_with_what_it_rests_on() {
    let sample = Sample::met;
    assert_eq!(attested(&sample()), Met);
    assert_eq!(attested(&sample().set("CLA-5.3.1", "verdict", json!("partly met"))), PartlyMet);
    assert_eq!(attested(&cites_elsewhere(State::Approved)), Met);
    assert_eq!(attested(&cites_evidence("2026-03-01")), Met);
    let lapsed: &[(&str, Sample)] = &[
        ("says not met", sample().set("CLA-5.3.1", "verdict", json!("not met"))),
        ("gone", sample().without("CLA-5.3.1")),
        ("not approved", unapprove(sample(), "CLA-5.3.1")),
        ("self-approved", sample().with_record("CLA-5.3.1", |row| row.author = "ben".to_owned())),
        ("too old", sample().set("CLA-5.3.1", "assessed_date", json!("2025-11-01"))),
        ("no limits", sample().without("LIM-1")),
        ("nothing read", sample().set("CLA-5.3.1", "samples", json!(""))),
        ("nothing cited", sample().with_record("CLA-5.3.1", |row| row.links.clear())),
        (
            "cited revision superseded",
            sample().with_record("DOC-1", |row| {
                row.digest = digest("newer");
                row.signatures[0].digest = row.digest;
            }),
        ),
        (
            "cited record gone",
            sample().with_record("CLA-5.3.1", |row| row.links[0].target = "DOC-99".to_owned()),
        ),
        ("cited record not approved", unapprove(sample(), "DOC-1")),
        ("cited record of another release not approved", cites_elsewhere(State::InReview)),
        ("cited record of another release retired", cites_elsewhere(State::Retired)),
        ("cited record retired", sample().with_record("DOC-1", |row| row.state = State::Retired)),
        ("citation suspect", sample().with_record("CLA-5.3.1", |row| row.links[0].suspect = true)),
        (
            "evidence disqualified",
            cites_evidence("2026-03-01").with(|input| input.evidence[0].disqualified = true),
        ),
        ("evidence handed in after the judgement", cites_evidence("2026-03-02")),
        (
            "what it cites was approved after the judgement",
            sample().with_record("CLA-5.3.1", |row| {
                row.links[0].pinned_approved_on = Some(day("2026-03-02"));
            }),
        ),
        ("of another level", sample().with_record("CLA-5.3.1", |row| row.scope = Scope::Release)),
    ];
    for (why, sample) in lapsed {
        assert_eq!(attested(sample), NotMet, "{why}");
    }
}

#[test]
fn a_younger_approved_assessment_replaces_an_older_one() {
    let older = second(Sample::met(), "CLA-5.3.1", "verdict", json!("not met"));
    assert_eq!(attested(&older.clone().set("CLA-5.3.10", "assessed_date", json!("2026-02-01"))), Met);
    assert_eq!(attested(&older.set("CLA-5.3.10", "assessed_date", json!("2026-04-01"))), NotMet);
}

fn applicability(sample: Sample, clause: &str) -> Sample {
    sample.with(|input| {
        let content = json!({"clause": clause, "reason": "Nothing is made to order.", "owner": "ana"});
        input.records.push(crate::sample::record("APPL-1", "applicability", Scope::Product, content));
    })
}

/// Shown by a record of this day instead of evidence.
fn resulted(sample: Sample, approved_on: &str) -> Sample {
    sample.set("ACT-1", "evidence", json!([])).with_record("ACT-1", |row| {
        let mut link = crate::sample::link("resulted-in", "REV-1");
        link.pinned_approved_on = Some(day(approved_on));
        row.links.push(link);
    })
}

fn clause_of(sample: &Sample, clause: &str) -> (Verdict, Option<String>) {
    let conformity = sample.conformity();
    let found = conformity.clauses.into_iter().find(|row| row.clause == clause).unwrap();
    (found.verdict, found.reason)
}

#[test]
fn a_justification_holds_only_for_a_conditional_clause_whose_facts_agree_and_when_approved() {
    let bare = || Sample::met().without("CLA-4.1.5");
    assert_eq!(clause_of(&bare(), "4.1.5").0, NotMet);
    let (verdict, reason) = clause_of(&applicability(bare(), "4.1.5"), "4.1.5");
    assert_eq!(verdict, NotApplicable);
    assert!(reason.unwrap().contains("APPL-1@"));
    let unapproved = unapprove(applicability(bare(), "4.1.5"), "APPL-1");
    assert_eq!(clause_of(&unapproved, "4.1.5").0, NotMet);
    let (verdict, reason) =
        clause_of(&applicability(bare(), "4.1.5").set("ITEM-1", "origin", json!("made-to-order")), "4.1.5");
    assert_eq!(verdict, NotMet);
    assert!(reason.unwrap().contains("does not hold"));
    // While nothing is known the clause applies.
    assert_eq!(clause_of(&applicability(bare().without("ITEM-1"), "4.1.5"), "4.1.5").0, NotMet);
    let unknown = Sample::met().without("CLA-5.2.3").set("ITEM-1", "origin", json!("own"));
    let unknown = unknown.set("ITEM-1", "class", json!("maintained"));
    assert_eq!(clause_of(&applicability(unknown.clone(), "5.2.3"), "5.2.3").0, NotApplicable);
    let unknown = unknown.with(|input| input.components.clear());
    assert_eq!(clause_of(&applicability(unknown, "5.2.3"), "5.2.3").0, NotMet);
    let unconditional = applicability(Sample::met().without("CLA-5.3.1"), "5.3.1");
    let (verdict, reason) = clause_of(&unconditional, "5.3.1");
    assert_eq!(verdict, NotMet);
    assert!(reason.unwrap().contains("unconditional"));
}

#[test]
fn the_transitional_route_asks_for_annex_f_and_leaves_the_development_clauses_out() {
    let sample = Sample::met().with(|input| input.product.route = Route::Transitional);
    for (clause, verdict) in
        [("5.2.1", NotApplicable), ("7.3", NotApplicable), ("F.2", Met), ("4.1.1", Met), ("6.1.1", Met)]
    {
        assert_eq!(clause_of(&sample, clause).0, verdict, "{clause}");
    }
    assert_eq!(clause_of(&sample.without("CLA-F.3"), "F.3").0, NotMet);
}

#[test]
fn a_release_that_no_customer_has_owes_nothing_for_fielded_ones() {
    let sample = Sample::met().with(|input| input.release.fielded = false).without("CLA-9.4");
    assert_eq!(clause_of(&sample, "9.4").0, NotApplicable);
    assert_eq!(clause_of(&sample.with(|input| input.release.fielded = true), "9.4").0, NotMet);
}

#[test]
fn standing_turns_without_the_answer_at_release() {
    let sample = findings(Sample::met(), None);
    let conformity = sample.conformity();
    let clause = conformity.clauses.iter().find(|row| row.clause == "5.8.5").unwrap();
    assert_eq!((clause.verdict, clause.standing), (PartlyMet, NotMet));
    let clause = conformity.clauses.iter().find(|row| row.clause == "5.7.5").unwrap();
    assert_eq!(clause.standing, NotApplicable);
    let clause = conformity.clauses.iter().find(|row| row.clause == "5.8.1").unwrap();
    assert_eq!(clause.standing, Met, "only the age of the feed goes on");
}
