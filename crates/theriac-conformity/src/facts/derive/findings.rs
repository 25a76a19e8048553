//! Rows about components and findings.

use std::collections::HashMap;

use jiff::civil::Date;
use theriac_model::{Severity, known_since};

use super::content::Content;
use super::{Index, approved, days, overdue, owner, plus, text};
use crate::facts::FactsError;
use crate::facts::input::{AssessmentInput, ComponentInput, FeedInput, FindingInput, TermInput};
use crate::facts::rows::{Component, Feed, Finding, Limits};
use crate::facts::words::{Decision, ItemClass, PatientImpact, VexStatus};

pub(super) fn components(index: &Index<'_>) -> Result<Vec<Component>, FactsError> {
    let mut items = HashMap::new();
    for record in index.kind("software-item") {
        let class: Option<ItemClass> = Content::of(record).word("class")?;
        items
            .insert(record.id.as_str(), (class, approved(record), owner(record)?, super::record_ref(record)));
    }
    let row = |component: &ComponentInput| {
        let item = component.item.as_ref().and_then(|item| items.get(item.as_str()));
        Component {
            reference: component.key.clone(),
            purl: component.purl.clone(),
            name: component.name.clone(),
            component_version: component.version.clone(),
            item: component.item.clone(),
            item_ref: item.map(|(.., read)| read.clone()),
            class: item.and_then(|(class, ..)| *class),
            item_approved: item.is_some_and(|(_, approved, ..)| *approved),
            owner: item.map(|(_, _, owner, _)| owner.clone()),
            matched: component.unmatched.is_none(),
            unmatched_reason: component.unmatched.clone(),
            waiting: component.waiting,
            disposition: component.disposition.clone(),
            evidence: index
                .evidence
                .get(component.evidence.as_str())
                .map_or_else(|| component.evidence.clone(), |row| super::evidence_ref(row)),
        }
    };
    Ok(index.input.components.iter().map(row).collect())
}

/// The feed that was used last, as old as it is on the days that count.
pub(super) fn feeds(index: &Index<'_>) -> Vec<Feed> {
    let decided = index.input.release.decision.as_ref().map(|decision| decision.on);
    let row = |feed: &FeedInput| Feed {
        reference: format!("feed@{}", feed.digest),
        imported_on: text(feed.imported_on),
        newest_advisory_on: feed.newest_advisory_on.map(text),
        looked_up_on: text(feed.looked_up_on),
        age_days: days(feed.imported_on, index.at),
        age_days_at_release: days(feed.imported_on, decided.unwrap_or(index.at)),
        allowed_days: index.limits.as_ref().and_then(|limits| limits.max_age_feed),
        limits: index.limits.as_ref().map(|limits| limits.reference.clone()),
    };
    index.input.feed.iter().map(row).collect()
}

pub(super) fn findings(index: &Index<'_>) -> Vec<Finding> {
    let components = index.input.components.iter();
    let sboms: HashMap<&str, &str> =
        components.map(|component| (component.key.as_str(), component.evidence.as_str())).collect();
    index.input.findings.iter().map(|finding| finding_row(index, finding, &sboms)).collect()
}

/// `sboms` gives the SBOM of each component.
fn finding_row(index: &Index<'_>, finding: &FindingInput, sboms: &HashMap<&str, &str>) -> Finding {
    let judged = finding.assessment.as_ref();
    let open = finding.resolved.is_none();
    let limits = index.limits.as_ref();
    let assess_due = limits.and_then(|limits| due(finding, |severity| assess_days(limits, severity)));
    let accepted = judged.is_some_and(|judged| judged.decision == Some(Decision::Accept));
    // What is accepted is to be mended by no day but the one that the acceptance names.
    let fix_limit = limits.and_then(|limits| due(finding, |severity| fix_days(limits, severity)));
    let fix_limit = fix_limit.filter(|_| !accepted);
    let named = judged.and_then(|judged| judged.due);
    let extended = fix_limit.zip(named).is_some_and(|(limit, named)| limit < named);
    let fix_due = match (fix_limit, judged) {
        (Some(limit), Some(judged)) if extended => Some(extended_until(limit, &judged.terms)),
        _ => named.or(fix_limit),
    };
    let state = judged.map(|judged| Judged::of(judged, limits, index.at));
    let assessed = state.as_ref().is_some_and(|state| state.holds);
    let status = judged.map(|judged| judged.status);
    let affected = status == Some(VexStatus::Affected);
    Finding {
        reference: finding.id.clone(),
        component: finding.component.clone(),
        vulnerability: finding.vulnerability.clone(),
        severity: finding.severity.into(),
        opened_on: text(finding.opened_on),
        age_days: days(finding.opened_on, index.at),
        open,
        resolved: finding.resolved.clone(),
        advisories: finding
            .advisories
            .iter()
            .map(|digest| format!("{}@{digest}", finding.vulnerability))
            .collect(),
        evidence: sboms
            .get(finding.component.as_str())
            .and_then(|id| index.evidence.get(id))
            .map(|row| super::evidence_ref(row)),
        assessment: judged.map(|judged| format!("{}@{}", finding.id, judged.digest)),
        assessed,
        status,
        justification: judged.and_then(|judged| judged.justification.clone()),
        justified: judged.is_some_and(justified),
        exploitability: judged.and_then(|judged| judged.exploitability.clone()),
        patient_safety_impact: judged.map(|judged| judged.patient_safety_impact),
        decision: judged.and_then(|judged| judged.decision),
        assessor: judged.map(|judged| judged.assessor.clone()),
        signer: judged.and_then(|judged| judged.signer.clone()),
        fixer: judged.and_then(|judged| judged.fixer.clone()),
        owner: judged
            .and_then(|judged| if affected { judged.fixer.clone() } else { None })
            .or_else(|| judged.map(|judged| judged.assessor.clone())),
        accepted_by_fixer: state.as_ref().is_some_and(|state| state.accepted_by_fixer),
        accepted_by_assessor: state.as_ref().is_some_and(|state| state.accepted_by_assessor),
        clinically_signed: state.as_ref().is_some_and(|state| state.clinically_signed),
        lacks_clinical_signature: state.as_ref().is_some_and(|state| state.lacks_clinical_signature),
        carried: judged.is_some_and(|judged| judged.carried),
        unconfirmed: judged.is_some_and(|judged| judged.carried && !judged.confirmed),
        too_old: state.as_ref().is_some_and(|state| state.too_old),
        changed: judged.map(|judged| judged.changed.clone()).unwrap_or_default(),
        assess_due: assess_due.map(text),
        assess_days_overdue: if open && !assessed { overdue(assess_due, index.at) } else { 0 },
        fix_limit: fix_limit.map(text),
        extended,
        fix_due: fix_due.map(text),
        fix_days_overdue: if open && affected { overdue(fix_due, index.at) } else { 0 },
        due: if affected && assessed { fix_due.or(assess_due) } else { assess_due }.map(text),
        acceptable: !open
            || (assessed && judged.zip(state).is_some_and(|(judged, state)| state.acceptable(judged))),
    }
}

/// The last day of what is allowed for a finding: its own limit from the day on which it was known to be as bad as it is, or
/// that of a milder severity where it ends sooner.
fn due(finding: &FindingInput, days: impl Fn(Severity) -> Option<i64>) -> Option<Date> {
    days(finding.severity)?;
    let mut known = known_since(finding.severities.iter().copied());
    if known.is_empty() {
        known.push((finding.severity, finding.opened_on));
    }
    known.into_iter().filter_map(|(severity, since)| Some(plus(since, days(severity)?))).min()
}

/// The last day of a limit that was extended: more time counts where it was given before the time until then had passed.
fn extended_until(limit: Date, terms: &[TermInput]) -> Date {
    terms.iter().fold(limit, |until, term| if term.signed_on <= until { term.due } else { until })
}

/// What an assessment is worth on the day judged.
struct Judged {
    holds: bool,
    too_old: bool,
    accepted_by_fixer: bool,
    accepted_by_assessor: bool,
    clinically_signed: bool,
    lacks_clinical_signature: bool,
}

impl Judged {
    fn of(judged: &AssessmentInput, limits: Option<&Limits>, at: Date) -> Self {
        let max_age = limits.and_then(|limits| limits.max_age_carried_assessment);
        let too_old = judged.carried && max_age.is_none_or(|max| days(judged.on, at) > max);
        let signed = judged.signer.is_some();
        let accepts = judged.decision.is_some_and(|decision| decision != Decision::Fix);
        let clinically_signed = judged.clinical_signer.as_ref().is_some_and(|signer| {
            let mended = judged.fixer.as_ref() == Some(signer) || judged.fixers.contains(signer);
            !mended && *signer != judged.assessor
        });
        Self {
            holds: signed && judged.changed.is_empty() && !too_old && (!judged.carried || judged.confirmed),
            too_old,
            accepted_by_fixer: judged.signer.as_ref().is_some_and(|signer| {
                judged.fixer.as_ref() == Some(signer) || (accepts && judged.fixers.contains(signer))
            }),
            accepted_by_assessor: accepts && judged.signer.as_ref() == Some(&judged.assessor),
            clinically_signed,
            lacks_clinical_signature: (judged.patient_safety_impact != PatientImpact::None
                || judged.harm_before)
                && !clinically_signed,
        }
    }

    fn acceptable(&self, judged: &AssessmentInput) -> bool {
        match judged.status {
            VexStatus::UnderInvestigation => false,
            VexStatus::Fixed => !self.lacks_clinical_signature,
            VexStatus::NotAffected => justified(judged) && !self.lacks_clinical_signature,
            VexStatus::Affected => {
                judged.decision.is_some_and(|decision| decision != Decision::Fix)
                    && justified(judged)
                    && !self.accepted_by_fixer
                    && !self.accepted_by_assessor
                    && !self.lacks_clinical_signature
            }
        }
    }
}

fn justified(judged: &AssessmentInput) -> bool {
    judged.justification.as_ref().is_some_and(|text| !text.trim().is_empty())
}

/// The organisation's limit for assessing; unknown severity takes that of high, none that of low.
fn assess_days(limits: &Limits, severity: Severity) -> Option<i64> {
    match severity.treated_as() {
        Severity::Critical => limits.assess_days_critical,
        Severity::High | Severity::Unknown => limits.assess_days_high,
        Severity::Medium => limits.assess_days_medium,
        Severity::Low | Severity::None => limits.assess_days_low,
    }
}

/// The organisation's limit for mending.
fn fix_days(limits: &Limits, severity: Severity) -> Option<i64> {
    match severity.treated_as() {
        Severity::Critical => limits.fix_days_critical,
        Severity::High | Severity::Unknown => limits.fix_days_high,
        Severity::Medium => limits.fix_days_medium,
        Severity::Low | Severity::None => limits.fix_days_low,
    }
}
