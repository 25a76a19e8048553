//! The gate: may this release ship? Computed from facts and verdicts, read by CI; a person decides on it.

use std::collections::{BTreeSet, HashMap};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::facts::Facts;
use crate::facts::derive::number;
use crate::facts::rows::{Component, Deviation, Finding, SuspectLink};
use crate::facts::words::{StandIn, Verdict, VexStatus};
use crate::owner::Fallback;
use crate::pack::Judges;
use crate::verdict::{ClauseVerdict, Conformity, Disqualified, Missing};

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
    /// Deviations in force that permitted something as it was before: as it is now, nobody permitted it.
    #[serde(default)]
    pub lapsed: Vec<Lapsed>,
    /// Evidence that was found wrong after the release was decided on it; what was decided stays.
    #[serde(default)]
    pub disqualified: Vec<Disqualified>,
    /// What to do where something is owed by no day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undated: Option<Undated>,
}

/// Things that are owed by no day, since the release has no planned ship date and they have no day of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Undated {
    /// How many things.
    pub items: u32,
    /// What to do.
    pub todo: String,
    /// Who owes it.
    pub owner: Option<String>,
    /// As whom.
    pub stand_in: Option<StandIn>,
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
    /// What to do.
    #[serde(default)]
    pub todo: String,
    /// Who owes the next step.
    pub owner: Option<String>,
    /// As whom they owe it where nobody is named for it: somebody is to be appointed.
    #[serde(default)]
    pub stand_in: Option<StandIn>,
    /// By when; without a planned ship date there may be no day.
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
    /// The entries by which it names them, in the same order.
    #[serde(default)]
    pub entries: Vec<String>,
    /// The last day on which it holds.
    pub expires: Option<String>,
}

impl Covered {
    /// Whether it covers what a clause misses.
    #[must_use]
    pub fn covers(&self, clause: &str, item: &Missing) -> bool {
        self.clause == clause && self.entries.contains(&item.entry())
    }
}

/// A deviation and what of it has changed since it was permitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lapsed {
    /// The deviation, `DEV-n@digest`.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The clause.
    pub clause: String,
    /// The `ref`s of what is missing now in another way than it permits.
    pub missing: Vec<String>,
}

/// Works out the gate.
#[must_use]
pub fn gate(facts: &Facts, conformity: &Conformity) -> Gate {
    let mut reasons = Vec::new();
    let (mut deviations, mut lapsed) = (Vec::new(), Vec::new());
    let fallback = Fallback::of(facts);
    if conformity.provisional {
        let text = "The pack has not been adopted against the manufacturer's own copy of the standard";
        let todo = "Compare the pack with your own copy of the standard, and adopt it by signature";
        reasons.push(fallback.reason(
            ReasonKind::PackNotAdopted,
            &conformity.pack,
            text,
            todo,
            Owed::default(),
        ));
    }
    if facts.release.candidate.is_none() {
        let text = "No build has been named as the candidate";
        let todo = "Add a build to the release, and name the one that is to ship as its candidate";
        let release = &facts.release.reference;
        reasons.push(fallback.reason(ReasonKind::NoCandidate, release, text, todo, Owed::default()));
    }
    let mut things = Things::of(facts, &fallback);
    for clause in &conformity.clauses {
        reasons.extend(clause_reason(facts, clause, &mut things, &mut deviations, &mut lapsed));
    }
    reasons.append(&mut things.reasons);
    reasons.sort_by_key(|reason| reason.kind);
    let undated = undated(facts, conformity, &reasons, &fallback);
    Gate { open: reasons.is_empty(), reasons, deviations, lapsed, undated, disqualified: Vec::new() }
}

/// What asks for a planned ship date.
fn undated(
    facts: &Facts,
    conformity: &Conformity,
    reasons: &[Reason],
    fallback: &Fallback,
) -> Option<Undated> {
    if facts.release.planned_ship_date.is_some() || facts.release.decided {
        return None;
    }
    let missing = conformity.clauses.iter().flat_map(|clause| &clause.missing);
    let alone = reasons.iter().filter(|reason| reason.missing.is_empty() && reason.due.is_none());
    let items = missing.filter(|item| item.due.is_none()).count() + alone.count();
    let items = u32::try_from(items).unwrap_or(u32::MAX);
    let owner = fallback.owner(None);
    (items > 0).then(|| Undated {
        items,
        todo: "No date: set a planned ship date".to_owned(),
        owner: owner.person,
        stand_in: owner.stand_in,
    })
}

/// Whom and which day the facts name for a reason.
#[derive(Default)]
struct Owed {
    owner: Option<String>,
    due: Option<String>,
}

impl Fallback {
    /// A reason of its own, with who owes it and by when.
    fn reason(
        &self,
        kind: ReasonKind,
        reference: &str,
        text: impl Into<String>,
        todo: &str,
        owed: Owed,
    ) -> Reason {
        let owner = self.owner(owed.owner);
        Reason {
            kind,
            reference: reference.to_owned(),
            text: text.into(),
            todo: todo.to_owned(),
            owner: owner.person,
            stand_in: owner.stand_in,
            due: self.due(owed.due, true),
            clauses: Vec::new(),
            missing: Vec::new(),
        }
    }
}

/// Findings, components and links that close the gate by themselves.
struct Things {
    reasons: Vec<Reason>,
    places: HashMap<String, usize>,
}

impl Things {
    fn of(facts: &Facts, fallback: &Fallback) -> Self {
        let loose = |component: &&Component| !component.matched && component.disposition.is_none();
        let findings = facts.findings.iter().filter_map(|finding| finding_reason(finding, fallback));
        let mut reasons: Vec<_> = findings.collect();
        // What is due first comes first, wherever the list is cut.
        reasons.sort_by_key(|reason| (reason.due.is_none(), reason.due.clone(), number(&reason.reference)));
        let (waiting, loose): (Vec<_>, Vec<_>) =
            facts.components.iter().filter(loose).partition(|component| component.waiting);
        reasons.extend(loose.into_iter().map(|component| component_reason(component, fallback)));
        reasons.extend(facts.suspect_links.iter().map(|link| link_reason(link, fallback)));
        let by_reference = |(place, row): (usize, &Reason)| (row.reference.clone(), place);
        let mut places: HashMap<String, usize> = reasons.iter().enumerate().map(by_reference).collect();
        // What is only to be waited for is one reason, however many components it is about.
        if let Some(reason) = waiting_reason(facts, &waiting, fallback) {
            places.extend(waiting.iter().map(|component| (component.reference.clone(), reasons.len())));
            reasons.push(reason);
        }
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
    lapsed: &mut Vec<Lapsed>,
) -> Option<Reason> {
    if matches!(clause.verdict, Verdict::Met | Verdict::NotApplicable) {
        return None;
    }
    let at_release = clause.missing.iter().filter(|item| item.judges.contains(&Judges::AtRelease));
    let mut open: Vec<_> = at_release.collect();
    let mut before = BTreeSet::new();
    if !clause.has_error() {
        let in_force = || facts.deviations.iter().filter(|row| row.in_force && row.clause == clause.clause);
        for deviation in in_force() {
            let (covered, rest): (Vec<_>, Vec<_>) =
                open.into_iter().partition(|item| deviation.missing.contains(&item.entry()));
            open = rest;
            if !covered.is_empty() {
                used.push(Covered {
                    reference: deviation.reference.clone(),
                    clause: clause.clause.clone(),
                    missing: covered.iter().map(|item| item.reference.clone()).collect(),
                    entries: covered.iter().map(|item| item.entry()).collect(),
                    expires: deviation.expires.clone(),
                });
            }
        }
        for deviation in in_force() {
            let changed: Vec<_> = open.iter().filter(|item| names_as_it_was(deviation, item)).collect();
            if !changed.is_empty() {
                before.insert(deviation.id.as_str());
                lapsed.push(Lapsed {
                    reference: deviation.reference.clone(),
                    clause: clause.clause.clone(),
                    missing: changed.iter().map(|item| item.reference.clone()).collect(),
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
        false => {
            let what = format!("is {}; {} missing", clause.verdict, open.len());
            let before: Vec<_> = before.into_iter().collect();
            let permitted = match before.as_slice() {
                [] => String::new(),
                ids => format!("; what {} permitted has changed since", ids.join(", ")),
            };
            (ReasonKind::Clause, format!("{what}{permitted}"))
        }
    };
    Some(Reason {
        kind,
        reference: clause.clause.clone(),
        text: format!("{} {} {what}", clause.clause, clause.title),
        todo: todo(&open),
        owner: first.and_then(|item| item.owner.clone()),
        stand_in: first.and_then(|item| item.stand_in),
        due: first.and_then(|item| item.due.clone()),
        clauses: vec![clause.clause.clone()],
        missing: open.into_iter().cloned().collect(),
    })
}

/// Whether a deviation names something that is still missing, though not as its signer saw it.
fn names_as_it_was(deviation: &Deviation, item: &Missing) -> bool {
    let name = item.name();
    deviation.missing.iter().any(|entry| {
        entry.rsplit_once(" #").is_some_and(|(before, _)| before == name) || item.is_named(entry)
    })
}

/// What some missing items ask for: the first thing, and how many others there are.
fn todo(open: &[&Missing]) -> String {
    let different: BTreeSet<_> = open.iter().map(|item| &item.todo).collect();
    match (open.first(), different.len()) {
        (None, _) => String::new(),
        (Some(first), 1) => first.todo.clone(),
        (Some(first), number) => format!("{} (and {} more)", first.todo, number - 1),
    }
}

fn finding_reason(finding: &Finding, fallback: &Fallback) -> Option<Reason> {
    if finding.acceptable {
        return None;
    }
    let (kind, why, todo) = if !finding.assessed {
        let (why, todo) = not_assessed(finding);
        (ReasonKind::FindingNotAssessed, why, todo)
    } else if finding.status == Some(VexStatus::UnderInvestigation) {
        let todo = "End the investigation: say whether the product is affected, and why";
        (ReasonKind::FindingNotAssessed, "is under investigation".to_owned(), todo)
    } else {
        let (why, todo) = if finding.lacks_clinical_signature {
            (
                "can harm a patient, and nobody has signed for that",
                "Have a clinical assessor sign this assessment",
            )
        } else if finding.accepted_by_fixer {
            (
                "affects the product, and was accepted by who is to fix it",
                "Have someone other than its fixer accept it with reason",
            )
        } else {
            (
                "affects the product, and is not accepted",
                "Mend this finding, or have someone other than its fixer accept it with reason",
            )
        };
        (ReasonKind::FindingUnacceptable, why.to_owned(), todo)
    };
    let text = format!("{} in {} {why}", finding.vulnerability, finding.component);
    let owed = Owed { owner: finding.owner.clone(), due: finding.due.clone() };
    Some(fallback.reason(kind, &finding.reference, text, todo, owed))
}

/// What an assessment that does not hold lacks, and what to do.
fn not_assessed(finding: &Finding) -> (String, &'static str) {
    let again = "Assess this finding again, and sign";
    match (&finding.status, finding.unconfirmed, finding.changed.is_empty(), finding.too_old) {
        (None, ..) => ("has not been assessed".to_owned(), "Assess this finding, say why, and sign"),
        (Some(_), _, false, _) => {
            (format!("is to be assessed again: changed since are {}", finding.changed.join(", ")), again)
        }
        (Some(_), _, _, true) => {
            ("is to be assessed again: the carried assessment is too old".to_owned(), again)
        }
        (Some(_), true, ..) => (
            "has a carried assessment that this release has not confirmed".to_owned(),
            "Confirm the carried assessments of this release by one signature",
        ),
        (Some(_), ..) => ("has an assessment that nobody has signed".to_owned(), "Sign this assessment"),
    }
}

/// That components have still to be looked up.
fn waiting_reason(facts: &Facts, waiting: &[&Component], fallback: &Fallback) -> Option<Reason> {
    let why = waiting.first()?.unmatched_reason.as_deref().unwrap_or("not looked up yet");
    let number = waiting.len();
    let text = format!("Components still to be looked up among the vulnerabilities: {number} ({why})");
    let todo = "Import an advisory feed if there is none, wait until the components have been matched, and read the gate again";
    Some(fallback.reason(
        ReasonKind::ComponentUnmatched,
        &facts.release.reference,
        text,
        todo,
        Owed::default(),
    ))
}

fn component_reason(component: &Component, fallback: &Fallback) -> Reason {
    let why = component.unmatched_reason.as_deref().unwrap_or("no reason is known");
    let text = format!("{} could not be matched ({why}), and nobody has disposed of it", component.reference);
    let todo = "Give this component an identity that can be matched, or dispose of it with reason";
    let owed = Owed { owner: component.owner.clone(), due: None };
    fallback.reason(ReasonKind::ComponentUnmatched, &component.reference, text, todo, owed)
}

/// Whether the record that the link leaves judges what it leads to: such a link is never cleared.
fn judges(link: &SuspectLink) -> bool {
    let kind = link.source.split_once('-').and_then(|(prefix, _)| theriac_model::kinds::by_prefix(prefix));
    kind.and_then(|kind| kind.link(&link.link)).is_some_and(|link| link.judges)
}

fn link_reason(link: &SuspectLink, fallback: &Fallback) -> Reason {
    let text = format!("{} has moved on since {} was linked to it ({})", link.target, link.source, link.link);
    let (source, target) = (&link.source, &link.target);
    let todo = if judges(link) {
        format!("Revise {source}: judge what {target} says now, and have it approved again")
    } else {
        format!(
            "Look whether {source} still holds with what {target} says now: clear the link with a reason, or revise {source}"
        )
    };
    let owed = Owed { owner: Some(link.owner.clone()), due: None };
    fallback.reason(ReasonKind::SuspectLink, &link.reference, text, &todo, owed)
}
