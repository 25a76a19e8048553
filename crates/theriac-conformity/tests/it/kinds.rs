//! Facts and the kinds of record: what one writes the other reads, by the same names and words.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use theriac_conformity::Facts;
use theriac_conformity::facts::input::RecordInput;
use theriac_conformity::facts::words::*;
use theriac_model::kinds;
use theriac_model::record::{Choices, Field, FieldType, Kind};

use crate::sample::{Sample, link, record};

/// Fields that say something to people and nothing to facts.
const FOR_PEOPLE: &[(&str, &str)] = &[
    ("document", "reference_id"),
    ("document", "reference_revision"),
    ("document", "reference_system"),
    // What is submitted is held against it, no verdict.
    ("limits", "max_term_deviation"),
    ("measure", "description"),
    ("responsibility", "note"),
    ("review", "points.point"),
    ("risk", "scenario"),
    // Which components an item covers is decided where components are read.
    ("software-item", "purls"),
];

/// Links that say something to people and nothing to facts, unless they are suspect.
const LINKS_FOR_PEOPLE: &[(&str, &str)] = &[
    ("applicability", "cites"),
    ("deviation", "cites"),
    ("document", "belongs-to"),
    ("document", "replaces"),
    ("requirement", "refines"),
];

/// A record of the sample for each kind that links may lead to.
const TARGETS: &[(&str, &str)] = &[
    ("document", "DOC-1"),
    ("measure", "MEAS-1"),
    ("requirement", "REQ-1"),
    ("risk-criteria", "CRIT-1"),
    ("software-item", "ITEM-1"),
];

/// The files that turn records into facts.
const DERIVE: &[&str] = &[
    include_str!("../../src/facts/derive/mod.rs"),
    include_str!("../../src/facts/derive/findings.rs"),
    include_str!("../../src/facts/derive/governance.rs"),
    include_str!("../../src/facts/derive/risk.rs"),
    include_str!("../../src/facts/derive/verification.rs"),
];

/// A release with one approved record of a kind, made from one of its samples.
struct Written {
    sample: Sample,
    id: String,
}

impl Written {
    fn all(kind: &'static Kind) -> Vec<Self> {
        (kind.samples)().into_iter().map(|content| Self::of(kind, content)).collect()
    }

    fn of(kind: &'static Kind, content: Value) -> Self {
        let id = format!("{}-77", kind.prefix);
        let scope = kind.scopes[0].as_str().parse().unwrap();
        let mut made = record(&id, kind.id, scope, content);
        // Not the owner that the samples name.
        made.author = "tom".to_owned();
        // Some of what is written means something about a subject only.
        match kind.id {
            "review" => made.links.push(link("reviews", "REQ-1")),
            "test-campaign" => made.links.push(link("verifies", "REQ-1")),
            "risk" => made.links.push(link("scored-under", "CRIT-1")),
            _ => {}
        }
        let mut sample = Sample::met();
        if kind.id == "limits" {
            sample = sample.without("LIM-1");
        }
        sample.0.records.push(made);
        Self { sample, id }
    }

    /// The facts after a change to the record.
    fn facts(&self, change: impl FnOnce(&mut RecordInput)) -> Facts {
        self.sample.clone().with_record(&self.id, change).facts()
    }
}

/// The fields of a kind, those inside rows as `points.closed`.
fn fields(kind: &Kind) -> Vec<(String, Field)> {
    let mut all = Vec::new();
    for field in kind.fields {
        match field.field_type {
            FieldType::Rows(inner) => {
                all.extend(inner.iter().map(|inner| (format!("{}.{}", field.id, inner.id), *inner)));
            }
            _ => all.push((field.id.to_owned(), *field)),
        }
    }
    all
}

/// Takes a field away, in every row where it is inside rows.
fn remove(record: &mut RecordInput, path: &str) {
    match path.split_once('.') {
        None => drop(record.content.remove(path)),
        Some((rows, inner)) => {
            for row in record.content[rows].as_array_mut().into_iter().flatten() {
                row.as_object_mut().unwrap().remove(inner);
            }
        }
    }
}

#[test]
fn the_samples_of_every_kind_become_facts() {
    for kind in kinds::ALL {
        for written in Written::all(kind) {
            let facts = serde_json::to_value(written.sample.facts()).unwrap();
            let rows = facts.as_object().unwrap().values().flat_map(|value| match value {
                Value::Array(rows) => rows.iter().collect(),
                other => vec![other],
            });
            let found: Vec<_> = rows.filter(|row| row["id"] == written.id.as_str()).collect();
            assert_eq!(found.len(), 1, "{}", kind.id);
        }
    }
}

#[test]
fn facts_read_every_field_that_is_not_for_people_alone() {
    let mut unread = BTreeSet::new();
    for kind in kinds::ALL {
        let all = Written::all(kind);
        for (path, _) in fields(kind) {
            let read =
                |written: &Written| written.facts(|record| remove(record, &path)) != written.sample.facts();
            if !all.iter().any(read) {
                unread.insert((kind.id, path));
            }
        }
    }
    let mut expected: BTreeSet<_> =
        FOR_PEOPLE.iter().map(|(kind, field)| (*kind, (*field).to_owned())).collect();
    // The title comes beside the content.
    expected.extend(kinds::ALL.iter().map(|kind| (kind.id, "title".to_owned())));
    assert_eq!(unread, expected, "left: not read; right: said not to be");
}

#[test]
fn facts_read_every_link_that_is_not_for_people_alone() {
    let mut unread = BTreeSet::new();
    for kind in kinds::ALL {
        for link_type in kind.links {
            let fitting = TARGETS.iter().filter(|(target, _)| link_type.allows(target)).map(|(_, id)| *id);
            // A link to what is gone counts too: it proves nothing.
            let targets: Vec<_> = fitting.chain(["GONE-1"]).collect();
            let bare = |record: &mut RecordInput| record.links.retain(|link| link.link != link_type.id);
            let linked = |record: &mut RecordInput, target: &str| {
                bare(record);
                record.links.push(link(link_type.id, target));
            };
            let read = |written: &Written| {
                let without = written.facts(bare);
                targets.iter().any(|target| written.facts(|record| linked(record, target)) != without)
            };
            if !Written::all(kind).iter().any(read) {
                unread.insert((kind.id, link_type.id));
            }
        }
    }
    assert_eq!(unread, LINKS_FOR_PEOPLE.iter().copied().collect(), "left: not read; right: said not to be");
}

/// The texts that follow a piece of source text, up to the next quote.
fn named<'a>(source: &'a str, before: &'a str) -> impl Iterator<Item = &'a str> {
    source.split(before).skip(1).filter_map(|rest| rest.split('"').next())
}

#[test]
fn facts_read_no_field_link_or_kind_that_there_is_not() {
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for kind in kinds::ALL {
        for field in kind.fields {
            known.insert(field.id);
            if let FieldType::Rows(inner) = field.field_type {
                known.extend(inner.iter().map(|inner| inner.id));
            }
        }
    }
    let links: BTreeSet<_> = kinds::ALL.iter().flat_map(|kind| kind.links).map(|link| link.id).collect();
    let readers = ["text", "owned", "given", "person", "date", "days", "word", "texts", "rows", "yes"];
    let mut read = 0;
    for source in DERIVE {
        for name in readers.iter().map(|reader| format!(".{reader}(\"")) {
            for field in named(source, &name) {
                assert!(known.contains(field), "no kind has the field '{field}'");
                read += 1;
            }
        }
        for before in ["link.link == \"", "pointing_at(\"", "to(\""] {
            for link in named(source, before) {
                assert!(links.contains(link), "no kind has the link '{link}'");
            }
        }
        for kind in named(source, "index.kind(\"") {
            assert!(kinds::by_id(kind).is_some(), "there is no kind '{kind}'");
        }
    }
    assert!(read > 80, "the reading functions have other names by now: {read}");
}

#[test]
fn a_choice_has_the_words_that_facts_know_in_the_same_order() {
    macro_rules! words {
        ($($kind:literal $field:literal $words:ident),+ $(,)?) => {
            BTreeMap::from([$((
                ($kind, $field.to_owned()),
                $words::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>(),
            )),+])
        };
    }
    let mut expected = words! {
        "clause-assessment" "verdict" Verdict,
        "document" "type" DocumentType,
        "limits" "independence_abuse_case" Independence,
        "limits" "independence_attack_surface" Independence,
        "limits" "independence_composition_analysis" Independence,
        "limits" "independence_penetration" Independence,
        "limits" "independence_requirements_tests" Independence,
        "limits" "independence_threat_mitigation" Independence,
        "limits" "independence_vulnerability_scan" Independence,
        "requirement" "stage" Stage,
        "review" "attendees.discipline" Discipline,
        "review" "conclusion" Conclusion,
        "review" "subject_type" SubjectType,
        "risk" "patient_harm" PatientHarm,
        "risk" "treatment" Treatment,
        "software-item" "class" ItemClass,
        "software-item" "origin" Origin,
        "software-item" "previous_class" ItemClass,
        "test-campaign" "independence" Independence,
        "test-campaign" "test_kind" TestKind,
    };
    // Nobody judges that a clause does not apply: that takes a justification.
    for words in expected.values_mut() {
        words.retain(|word| *word != Verdict::NotApplicable.as_str());
    }
    let mut found = BTreeMap::new();
    for kind in kinds::ALL {
        for (path, field) in fields(kind) {
            if let FieldType::Choice(Choices::Fixed(words)) = field.field_type {
                found.insert((kind.id, path), words.to_vec());
            }
        }
    }
    assert_eq!(found, expected);
}
