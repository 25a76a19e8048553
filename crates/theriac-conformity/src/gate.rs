//! The gate: may this release ship? Computed from facts and verdicts, read by CI; a person decides on it.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::facts::Facts;
use crate::facts::rows::{Component, Finding, SuspectLink};
use crate::facts::words::{Verdict, VexStatus};
use crate::pack::Judges;
use crate::verdict::{ClauseVerdict, Conformity, Missing};

/// Whether the release may ship, and every reason why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// Whether nothing stands against it.
    pub open: bool,
    /// Why it is closed.
    pub reasons: Vec<Reason>,
    /// Deviations that cover what is missing, as they are to be printed.
    pub deviations: Vec<Covered>,
}

/// One reason why the gate is closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// What sort of reason.
    pub kind: ReasonKind,
    /// The clause, finding, component or link.
    #[serde(rename = "ref")]
    pub reference: String,
    /// What is wrong, for people.
    pub text: String,
    /// Who owes the next step.
    pub owner: Option<String>,
    /// By when.
    pub due: Option<String>,
    /// The clauses that this keeps from being met.
    #[serde(default)]
    pub clauses: Vec<String>,
    /// What those clauses miss in it.
    pub missing: Vec<Missing>,
}

/// Sorts of reasons, in the order in which they are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReasonKind {
    /// Verdicts are provisional.
    PackNotAdopted,
    /// Nothing has been named that could ship.
    NoCandidate,
    /// A clause is neither met nor covered.
    Clause,
    /// A check of the pack cannot be evaluated.
    PackError,
    /// A finding lacks an assessment that holds.
    FindingNotAssessed,
    /// A finding affects the product, and is not soundly accepted.
    FindingUnacceptable,
    /// A component could not be matched, and nobody has disposed of it.
    ComponentUnmatched,
    /// Something the release rests on has moved on.
    SuspectLink,
}

/// A deviation and what it covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Covered {
    /// The deviation, `DEV-n@digest`.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The clause.
    pub clause: String,
    /// The `ref`s of the missing items that it covers.
    pub missing: Vec<String>,
    /// The last day on which it holds.
    pub expires: Option<String>,
}

/// Works out the gate.
#[must_use]
pub fn gate(facts: &Facts, conformity: &Conformity) -> Gate {
    let mut reasons = Vec::new();
    let mut deviations = Vec::new();
    let manager = || facts.release.manager.clone();
    let due = || facts.release.planned_ship_date.clone();
    if conformity.provisional {
        reasons.push(Reason {
            kind: ReasonKind::PackNotAdopted,
            reference: conformity.pack.clone(),
            text: "The pack has not been adopted against the manufacturer's own copy of the standard"
                .to_owned(),
            owner: manager(),
            due: due(),
            clauses: Vec::new(),
            missing: Vec::new(),
        });
    }
    if facts.release.candidate.is_none() {
        reasons.push(Reason {
            kind: ReasonKind::NoCandidate,
            reference: facts.release.reference.clone(),
            text: "No build has been named as the candidate".to_owned(),
            owner: manager(),
            due: due(),
            clauses: Vec::new(),
            missing: Vec::new(),
        });
    }
    let mut things = Things::of(facts);
    for clause in &conformity.clauses {
        reasons.extend(clause_reason(facts, clause, &mut things, &mut deviations));
    }
    reasons.append(&mut things.reasons);
    reasons.sort_by_key(|reason| reason.kind);
    Gate { open: reasons.is_empty(), reasons, deviations }
}

/// Findings, components and links that close the gate by themselves.
struct Things {
    reasons: Vec<Reason>,
    places: HashMap<String, usize>,
}

impl Things {
    fn of(facts: &Facts) -> Self {
        let due = || facts.release.planned_ship_date.clone();
        let loose = |component: &&Component| !component.matched && component.disposition.is_none();
        let mut reasons: Vec<_> = facts.findings.iter().filter_map(finding_reason).collect();
        reasons.extend(
            facts.components.iter().filter(loose).map(|component| component_reason(component, due())),
        );
        reasons.extend(facts.suspect_links.iter().map(|link| link_reason(link, due())));
        let places = reasons.iter().enumerate().map(|(place, row)| (row.reference.clone(), place)).collect();
        Self { reasons, places }
    }

    /// Notes what a clause misses in one of them; whether it is one of them.
    fn take(&mut self, clause: &str, item: &Missing) -> bool {
        let Some(reason) = self.places.get(&item.reference).map(|place| &mut self.reasons[*place]) else {
            return false;
        };
        if reason.clauses.last().is_none_or(|last| last != clause) {
            reason.clauses.push(clause.to_owned());
        }
        reason.missing.push(item.clone());
        true
    }
}

/// Why a clause closes the gate, after the deviations in force have covered what they name. What it misses in a thing
/// that is a reason of its own goes to that reason, so that each thing to do is one reason.
fn clause_reason(
    facts: &Facts,
    clause: &ClauseVerdict,
    things: &mut Things,
    used: &mut Vec<Covered>,
) -> Option<Reason> {
    if matches!(clause.verdict, Verdict::Met | Verdict::NotApplicable) {
        return None;
    }
    let at_release = clause.missing.iter().filter(|item| item.judges.contains(&Judges::AtRelease));
    let mut open: Vec<_> = at_release.collect();
    if !clause.has_error() {
        for deviation in facts.deviations.iter().filter(|row| row.in_force && row.clause == clause.clause) {
            let named = |item: &&Missing| deviation.missing.iter().any(|name| item.is_named(name));
            let (covered, rest): (Vec<_>, Vec<_>) = open.into_iter().partition(named);
            open = rest;
            if !covered.is_empty() {
                used.push(Covered {
                    reference: deviation.reference.clone(),
                    clause: clause.clause.clone(),
                    missing: covered.iter().map(|item| item.reference.clone()).collect(),
                    expires: deviation.expires.clone(),
                });
            }
        }
        open.retain(|item| !things.take(&clause.clause, item));
        if open.is_empty() {
            return None;
        }
    }
    let earliest = open.iter().filter(|item| item.due.is_some()).min_by_key(|item| &item.due);
    let first = earliest.or(open.first());
    let (kind, what) = match clause.has_error() {
        true => (ReasonKind::PackError, "has a check that cannot be evaluated".to_owned()),
        false => (ReasonKind::Clause, format!("is {}; {} missing", clause.verdict, open.len())),
    };
    Some(Reason {
        kind,
        reference: clause.clause.clone(),
        text: format!("{} {} {what}", clause.clause, clause.title),
        owner: first.and_then(|item| item.owner.clone()),
        due: first.and_then(|item| item.due.clone()),
        clauses: vec![clause.clause.clone()],
        missing: open.into_iter().cloned().collect(),
    })
}

fn finding_reason(finding: &Finding) -> Option<Reason> {
    if finding.acceptable {
        return None;
    }
    let name = format!("{} in {}", finding.vulnerability, finding.component);
    let (kind, text) = if !finding.assessed {
        let why = match (&finding.status, finding.unconfirmed, finding.changed.is_empty(), finding.too_old) {
            (None, ..) => "has not been assessed".to_owned(),
            (Some(_), _, false, _) => {
                format!("is to be assessed again: changed since are {}", finding.changed.join(", "))
            }
            (Some(_), _, _, true) => "is to be assessed again: the carried assessment is too old".to_owned(),
            (Some(_), true, ..) => "has a carried assessment that this release has not confirmed".to_owned(),
            (Some(_), ..) => "has an assessment that nobody has signed".to_owned(),
        };
        (ReasonKind::FindingNotAssessed, format!("{name} {why}"))
    } else if finding.status == Some(VexStatus::UnderInvestigation) {
        (ReasonKind::FindingNotAssessed, format!("{name} is under investigation"))
    } else {
        let why = if finding.lacks_clinical_signature {
            "can harm a patient, and nobody has signed for that"
        } else if finding.accepted_by_fixer {
            "affects the product, and was accepted by who is to fix it"
        } else {
            "affects the product, and is not accepted"
        };
        (ReasonKind::FindingUnacceptable, format!("{name} {why}"))
    };
    Some(Reason {
        kind,
        reference: finding.reference.clone(),
        text,
        owner: finding.owner.clone(),
        due: finding.due.clone(),
        clauses: Vec::new(),
        missing: Vec::new(),
    })
}

fn component_reason(component: &Component, due: Option<String>) -> Reason {
    let why = component.unmatched_reason.as_deref().unwrap_or("no reason is known");
    Reason {
        kind: ReasonKind::ComponentUnmatched,
        reference: component.reference.clone(),
        text: format!("{} could not be matched ({why}), and nobody has disposed of it", component.reference),
        owner: component.owner.clone(),
        due,
        clauses: Vec::new(),
        missing: Vec::new(),
    }
}

fn link_reason(link: &SuspectLink, due: Option<String>) -> Reason {
    Reason {
        kind: ReasonKind::SuspectLink,
        reference: link.reference.clone(),
        text: format!("{} has moved on since {} was linked to it ({})", link.target, link.source, link.link),
        owner: Some(link.owner.clone()),
        due,
        clauses: Vec::new(),
        missing: Vec::new(),
    }
}
