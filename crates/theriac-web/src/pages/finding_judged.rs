//! What a judgement says, field by field in the words of its form: for whoever reads it.

use askama::Template;
use theriac_service::findings::{Assessment, AssessmentView, Ground, RestsOn, Selection};

use super::names::Names;
use crate::http::{Form, Me};
use crate::parts::{Fact, Facts, Link, Value};
use crate::urls;

/// The fields of a judgement in the order of its form: name and label.
const FIELDS: [(&str, &str); 11] = [
    ("status", "VEX status"),
    ("justification", "Justification"),
    ("rests_on", "What it rests on"),
    ("explanation", "Why"),
    ("exploitability", "Exploitability in context"),
    ("exploitability_reason", "Exploitability, why"),
    ("patient_safety_impact", "Patient-safety impact"),
    ("decision", "Decision"),
    ("decision_reason", "Reason of the decision"),
    ("fixer", "Who mends it"),
    ("due", "Due"),
];

/// What people call a field.
pub(super) fn label(name: &str) -> &'static str {
    FIELDS.iter().find(|(known, _)| *known == name).map_or("", |(_, label)| label)
}

/// A word with a capital letter.
pub(super) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// What the form of a judgement holds: name and value of each field.
pub(super) fn values(
    row: &Assessment,
    rests_on: &RestsOn,
    fixer: Option<&str>,
) -> Vec<(&'static str, String)> {
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    let grounds: Vec<String> = rests_on.grounds().iter().map(ToString::to_string).collect();
    vec![
        ("status", row.status.clone()),
        ("justification", optional(&row.justification)),
        ("rests_on", grounds.join("\n")),
        ("explanation", row.explanation.clone()),
        ("exploitability", optional(&row.exploitability)),
        ("exploitability_reason", row.exploitability_reason.clone()),
        ("patient_safety_impact", row.patient_safety_impact.clone()),
        ("decision", optional(&row.decision)),
        ("decision_reason", row.decision_reason.clone()),
        ("fixer", fixer.unwrap_or_default().to_owned()),
        ("due", row.due.map(|day| day.to_string()).unwrap_or_default()),
    ]
}

/// The value of a field as people read it.
fn words(name: &str, value: &str, names: &Names) -> String {
    match name {
        _ if value.is_empty() => String::new(),
        "fixer" => names.person(value),
        "status" | "justification" | "exploitability" | "patient_safety_impact" | "decision" => {
            capital(value)
        }
        _ => value.to_owned(),
    }
}

/// The judgement in full: what it says, who judged, and who has signed what.
pub(super) fn facts(me: &Me, judged: &AssessmentView, names: &Names, product: &str) -> Facts {
    let row = &judged.assessment;
    let said = values(row, &judged.rests_on, judged.fixer.as_deref());
    let mut facts: Vec<Fact> = said
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| match (*name, row.due) {
            ("rests_on", _) => {
                let grounds = judged.rests_on.grounds();
                Fact { term: label(name).to_owned(), values: grounds.iter().map(ground).collect() }
            }
            ("due", Some(day)) => Fact::new(label(name), Value::When(me.day(day))),
            _ => Fact::text(label(name), words(name, value, names)),
        })
        .collect();
    let by = vec![Value::Text(names.person(&judged.assessor)), Value::When(me.when(row.at))];
    facts.push(Fact { term: "Judged by".to_owned(), values: by });
    if let Some((number, release)) = &judged.carried_from {
        let link = Link::new(format!("{number} of {release}"), urls::finding(product, release, number));
        facts.push(Fact::links("Taken over from", vec![link]));
    }
    facts.extend(signed(me, judged, names));
    Facts::from(facts)
}

/// Who signed it, what that means and when.
fn signed(me: &Me, judged: &AssessmentView, names: &Names) -> Vec<Fact> {
    if judged.signatures.is_empty() {
        return vec![Fact::text("Signed by", "nobody yet")];
    }
    let fact = |signature: &theriac_service::findings::SignatureView| {
        let who = Value::Text(names.person(&signature.person));
        let meaning = Value::Text(format!("\"{}\"", signature.meaning));
        Fact { term: "Signed by".to_owned(), values: vec![who, meaning, Value::When(me.when(signature.at))] }
    };
    judged.signatures.iter().map(fact).collect()
}

fn ground(ground: &Ground) -> Value {
    let record =
        |role: &str, number: &str| Value::Link(Link::new(format!("{role} {number}"), urls::record(number)));
    match ground {
        Ground::Component => Value::Text("the component in its version".to_owned()),
        Ground::Path(path) => Value::Code(path.clone()),
        Ground::Configuration(number) => record("configuration", number),
        Ground::Context(number) => record("context", number),
        Ground::Measure(number) => record("measure", number),
    }
}

/// A judgement that somebody saved meanwhile, beside what was typed.
#[derive(Debug, Clone, Template)]
#[template(path = "macros/judged_beside.html")]
pub struct Beside {
    /// Whose judgement of what, and when.
    pub heading: String,
    /// Label, what is saved, and what was typed where that differs.
    pub rows: Vec<(&'static str, String, Option<String>)>,
}

impl askama::filters::HtmlSafe for Beside {}

impl Beside {
    /// What a judgement says, beside what was sent.
    fn of(heading: String, saved: &[(&'static str, String)], sent: &Form, names: &Names) -> Self {
        let typed = |name: &str| match name {
            "rests_on" => sent.all(name).join("\n").replace("\r\n", "\n").trim().to_owned(),
            _ => sent.get(name).replace("\r\n", "\n").trim().to_owned(),
        };
        let said = saved.iter().map(|(name, value)| (*name, value, typed(name)));
        let rows = said.filter(|(_, value, typed)| !(value.is_empty() && typed.is_empty()));
        let row = |(name, value, typed): (&'static str, &String, String)| {
            let differs = (typed != *value).then(|| words(name, &typed, names));
            (label(name), words(name, value, names), differs)
        };
        Self { heading, rows: rows.map(row).collect() }
    }

    /// The latest judgement of one finding.
    pub(super) fn of_one(
        me: &Me,
        reference: &str,
        judged: &AssessmentView,
        sent: &Form,
        names: &Names,
    ) -> Self {
        let saved = values(&judged.assessment, &judged.rests_on, judged.fixer.as_deref());
        let who = names.person(&judged.assessor);
        Self::of(heading(me, &who, reference, &judged.assessment), &saved, sent, names)
    }

    /// The latest judgements of chosen findings, the newest first; what was judged together stands together.
    pub(super) fn of_many(me: &Me, chosen: &Selection, sent: &Form, names: &Names) -> Vec<Self> {
        let mut judged: Vec<(Vec<String>, &Assessment, &RestsOn)> = Vec::new();
        for row in &chosen.rows {
            let Some(said) = &row.assessment else { continue };
            match judged.iter_mut().find(|(_, other, _)| other.set == said.set) {
                Some((findings, ..)) => findings.push(row.finding.reference()),
                None => judged.push((vec![row.finding.reference()], said, &row.rests_on)),
            }
        }
        judged.sort_by_key(|(_, said, _)| std::cmp::Reverse(said.at));
        let key = |id: i64| chosen.people.get(&id).map(String::as_str).unwrap_or_default();
        let beside = |(findings, said, rests_on): (Vec<String>, &Assessment, &RestsOn)| {
            let saved = values(said, rests_on, said.fixer.map(key));
            let who = names.person(key(said.assessor));
            Self::of(heading(me, &who, &findings.join(", "), said), &saved, sent, names)
        };
        judged.into_iter().take(BESIDE_MAX).map(beside).collect()
    }
}

/// Most judgements of chosen findings that stand beside what was typed.
const BESIDE_MAX: usize = 10;

fn heading(me: &Me, who: &str, findings: &str, said: &Assessment) -> String {
    format!("{who} judged {findings} on {}", me.when(said.at).shown)
}
