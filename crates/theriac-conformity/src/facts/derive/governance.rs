//! Rows about who does what by which rule: responsibilities, limits, documents, activities, clause assessments,
//! applicability, deviations.

use std::collections::HashMap;

use jiff::civil::Date;

use super::content::Content;
use super::verification;
use super::{Accountable, Common, Index, Term, approved, count, days, number, overdue, plus, row, text};
use crate::facts::FactsError;
use crate::facts::input::{LinkInput, RecordInput};
use crate::facts::rows::{
    Activity, Applicability, ClauseAssessment, Deviation, Document, Limits, Responsibility,
};
use crate::facts::words::{DocumentForm, DocumentType, Scope, State};

/// The clause of the development plan.
const PLAN_CLAUSE: &str = "5.1.1";

pub(super) fn responsibilities(index: &Index<'_>) -> Result<Vec<Responsibility>, FactsError> {
    let row = |record: &&RecordInput| {
        let content = Content::of(record);
        let (from, to) = (content.date("from")?, content.date("to")?);
        let person = content.person("person")?;
        let here = person.as_deref().is_some_and(|person| index.person_on(person, index.at).is_some());
        let holds = here && from.is_none_or(|from| from <= index.at) && to.is_none_or(|to| index.at <= to);
        Ok(row!(Responsibility, Common::of(record, index.at)?, {
            clauses: content.texts("clauses")?,
            person,
            from: from.map(text),
            to: to.map(text),
            in_force: holds && approved(record),
        }))
    };
    index.kind("responsibility").iter().map(row).collect()
}

/// Who answers, and answered, for which clauses by approved responsibilities. On a day that revision counts which was in
/// force on it: what is retired or replaced later keeps its time, nobody is appointed for days gone by, and nobody answers
/// for days on which they do not stand in the organisation.
pub(super) fn accountable(index: &Index<'_>) -> Result<Accountable, FactsError> {
    let mut accountable = Accountable::default();
    let past = index.input.past.iter().filter(|past| past.record.kind == "responsibility");
    for past in past.filter(|past| approved(&past.record)) {
        add_terms(index, &mut accountable, &past.record, Some(past.from), Some(day_before(past.until)))?;
    }
    for record in index.kind("responsibility").iter().filter(|record| approved(record)) {
        add_terms(index, &mut accountable, record, record.approved_on, None)?;
    }
    Ok(accountable)
}

fn day_before(day: Date) -> Date {
    day.saturating_sub(jiff::Span::new().days(1))
}

/// The terms that a revision speaks of, as far as it was in force and its person was there.
fn add_terms(
    index: &Index<'_>,
    accountable: &mut Accountable,
    record: &RecordInput,
    since: Option<Date>,
    last: Option<Date>,
) -> Result<(), FactsError> {
    let content = Content::of(record);
    let Some(person) = content.person("person")? else { return Ok(()) };
    let from = [content.date("from")?, since].into_iter().flatten().max();
    let to = [content.date("to")?, last].into_iter().flatten().min();
    let clauses = content.texts("clauses")?;
    for place in index.people.get(person.as_str()).into_iter().flatten() {
        let from = from.max(Some(place.from));
        let to = [to, place.to.map(day_before)].into_iter().flatten().min();
        for clause in &clauses {
            accountable.0.entry(clause.clone()).or_default().push(Term { person: person.clone(), from, to });
        }
    }
    Ok(())
}

/// The organisation's limits: the approved record, the youngest where there are several.
pub(super) fn limits(index: &Index<'_>) -> Result<Option<Limits>, FactsError> {
    let approved = index.kind("limits").iter().filter(|record| approved(record));
    let Some(record) =
        approved.max_by_key(|record| (record.approved_on, record.approved_seq, number(&record.id)))
    else {
        return Ok(None);
    };
    let content = Content::of(record);
    Ok(Some(row!(Limits, Common::of(record, index.at)?, {
        assess_days_critical: content.days("assess_days_critical")?,
        assess_days_high: content.days("assess_days_high")?,
        assess_days_medium: content.days("assess_days_medium")?,
        assess_days_low: content.days("assess_days_low")?,
        fix_days_critical: content.days("fix_days_critical")?,
        fix_days_high: content.days("fix_days_high")?,
        fix_days_medium: content.days("fix_days_medium")?,
        fix_days_low: content.days("fix_days_low")?,
        max_age_carried_assessment: content.days("max_age_carried_assessment")?,
        max_age_clause_assessment: content.days("max_age_clause_assessment")?,
        max_age_feed: content.days("max_age_feed")?,
        interval_document_review: content.days("interval_document_review")?,
        interval_criteria_review: content.days("interval_criteria_review")?,
        independence_requirements_tests: content.word("independence_requirements_tests")?,
        independence_threat_mitigation: content.word("independence_threat_mitigation")?,
        independence_abuse_case: content.word("independence_abuse_case")?,
        independence_attack_surface: content.word("independence_attack_surface")?,
        independence_vulnerability_scan: content.word("independence_vulnerability_scan")?,
        independence_composition_analysis: content.word("independence_composition_analysis")?,
        independence_penetration: content.word("independence_penetration")?,
    })))
}

pub(super) fn documents(index: &Index<'_>) -> Result<Vec<Document>, FactsError> {
    let interval = index.limits.as_ref().and_then(|limits| limits.interval_document_review);
    let row = |record: &&RecordInput| {
        let content = Content::of(record);
        let form = form(record, content);
        let effective = content.date("effective_date")?;
        let next_review = content.date("next_review")?;
        Ok(row!(Document, Common::of(record, index.at)?, {
            document_type: content.word("type")?,
            clauses: content.texts("clauses")?,
            form,
            effective_date: effective.map(text),
            next_review: next_review.map(text),
            in_force: approved(record)
                && form != DocumentForm::Empty
                && effective.is_some_and(|day| day <= index.at),
            review_days_overdue: review_overdue(next_review, record, interval, index.at),
        }))
    };
    index.kind("document").iter().map(row).collect()
}

/// Days by which a review is overdue: the earlier of the record's own date and the organisation's interval counts.
pub(super) fn review_overdue(
    own: Option<Date>,
    record: &RecordInput,
    interval: Option<i64>,
    at: Date,
) -> i64 {
    let by_interval = record.approved_on.zip(interval).map(|(day, interval)| plus(day, interval));
    overdue(own, at).max(overdue(by_interval, at))
}

fn form(record: &RecordInput, content: Content<'_>) -> DocumentForm {
    if content.given("body") {
        DocumentForm::Markdown
    } else if record.attachments > 0 {
        DocumentForm::File
    } else if content.given("reference_digest") {
        DocumentForm::Reference
    } else {
        DocumentForm::Empty
    }
}

/// Whether a record is a plan that serves 5.1.1.
fn is_plan(content: &Content<'_>) -> Result<bool, FactsError> {
    Ok(content.word("type")? == Some(DocumentType::Plan)
        && content.texts("clauses")?.iter().any(|clause| clause == PLAN_CLAUSE))
}

pub(super) fn activities(index: &Index<'_>) -> Result<Vec<Activity>, FactsError> {
    index.kind("activity").iter().map(|record| activity(index, record)).collect()
}

fn activity(index: &Index<'_>, record: &RecordInput) -> Result<Activity, FactsError> {
    let content = Content::of(record);
    let clause = content.owned("clause")?;
    let start = content.date("start_date")?;
    let planned = planned_start(index, record)?;
    let due = content.date("due_date")?;
    let done_on = content.date("done_date")?;
    // Nobody can have signed for what was still to come.
    let signed_for = done_on.zip(record.approved_on).is_none_or(|(done, approved)| done <= approved);
    let done = signed_for && done_on.is_some_and(|day| day <= index.at);
    let act_day = done_on.unwrap_or(index.at);
    let ids = content.texts("evidence")?;
    let named: Vec<_> = ids.iter().filter_map(|id| index.evidence.get(id.as_str())).collect();
    let results: Vec<_> = record.links.iter().filter(|link| link.link == "resulted-in").collect();
    // A revision that was approved in the time of the activity shows that it was done.
    let shows = |link: &&&LinkInput| {
        let began = |day: Date| planned.is_none_or(|start| start <= day);
        !link.suspect && link.pinned_approved_on.is_some_and(|day| day <= act_day && began(day))
    };
    let made = |row: &crate::facts::input::EvidenceInput| row.performed_on.unwrap_or(row.recorded_on);
    // What is done after the decision is shown by evidence from after it.
    let decision = index.input.release.decision.as_ref();
    let done_by = decision.filter(|decision| done_on.is_some_and(|done| done <= decision.on));
    let mut planned_on: Option<Date> = None;
    for link in record.links.iter().filter(|link| link.link == "planned-in") {
        if let Some(target) = index.records.get(link.target.as_str()).copied()
            && let Some(pinned) = Content::pinned(link, target)
            && is_plan(&pinned)?
        {
            planned_on = [planned_on, in_force_since(target, link)?].into_iter().flatten().min();
        }
    }
    let by_done = |day: Option<Date>| day.zip(done_on).is_some_and(|(day, done)| day <= done);
    let loose = results.iter().filter(|link| !shows(link)).map(|link| link.target.as_str()).collect();
    let unfit = Named { ids: &ids, start: planned, done_on, loose }.unfit(index);
    Ok(row!(Activity, Common::of(record, index.at)?, {
        responsible_persons: clause
            .as_deref()
            .map_or(0, |clause| count(index.accountable.on(clause, act_day).into_iter())),
        clause,
        assignee: content.person("assignee")?,
        start_date: start.map(text),
        due: due.map(text),
        done_on: done_on.map(text),
        done,
        days_overdue: if done { 0 } else { overdue(due, index.at) },
        plans: pinned_refs(record, "planned-in"),
        resulted_in: pinned_refs(record, "resulted-in"),
        unfit,
        planned_before_done: by_done(planned_on),
        approved_before_done: by_done(planned_as_is(index, record)?),
        outcome: content.given("outcome"),
        evidence: index.evidence_refs(&ids),
        evidence_missing: count(ids.iter().filter(|id| !index.evidence.contains_key(id.as_str()))),
        evidence_disqualified: count(named.iter().filter(|row| row.disqualified)),
        evidence_elsewhere: count(named.iter().filter(|row| !row.own)),
        evidence_other_build: count(named.iter().filter(|row| row.own && !index.counts(row))),
        results: count(results.iter().filter(shows)),
        results_unusable: count(results.iter()) - count(results.iter().filter(shows)),
        evidence_unbound: count(named.iter().filter(|row| !verification::bound(index, row))),
        done_before_start: planned.zip(done_on).is_some_and(|(start, done)| done < start),
        evidence_before_start: count(named.iter().filter(|row| planned.is_some_and(|start| made(row) < start))),
        evidence_after_done: count(named.iter().filter(|row| done_on.is_some_and(|done| done < made(row)))),
        evidence_after_decision: count(named.iter().filter(|row| {
            done_by.is_some_and(|decision| {
                let later = |moment| moment > decision.at;
                made(row) > decision.on || later(row.recorded_at) || row.performed_at.is_some_and(later)
            })
        })),
    }))
}

/// The revisions to which the links of a type were made, `ID@digest`.
pub(super) fn pinned_refs(record: &RecordInput, link_type: &str) -> Vec<String> {
    let links = record.links.iter().filter(|link| link.link == link_type);
    links.map(|link| format!("{}@{}", link.target, link.pinned)).collect()
}

/// What an activity names to show that it was done.
struct Named<'a> {
    ids: &'a [String],
    start: Option<Date>,
    done_on: Option<Date>,
    /// Records that it resulted in and that show nothing.
    loose: Vec<&'a str>,
}

impl Named<'_> {
    /// What of it does not show it, each with the reason.
    fn unfit(&self, index: &Index<'_>) -> Vec<String> {
        let mut unfit = Vec::new();
        if self.start.zip(self.done_on).is_some_and(|(start, done)| done < start) {
            unfit.push("it was done before its first day".to_owned());
        }
        let evidence = self.ids.iter().filter_map(|id| Some(format!("{id} {}", self.why(index, id)?)));
        let records =
            self.loose.iter().map(|id| format!("{id} was not approved in that time, or has moved on since"));
        unfit.extend(evidence.chain(records));
        unfit
    }

    /// Why evidence does not show it; `None` where it does.
    fn why(&self, index: &Index<'_>, id: &str) -> Option<&'static str> {
        let Some(row) = index.evidence.get(id) else { return Some("does not exist") };
        let made = row.performed_on.unwrap_or(row.recorded_on);
        let reasons = [
            (row.disqualified, "is disqualified"),
            (!row.own, "is of another release"),
            (row.own && !index.counts(row), "speaks of another build"),
            (!verification::bound(index, row), "does not say its build, tool, version and day"),
            (self.start.is_some_and(|start| made < start), "was made before the first day"),
            (self.done_on.is_some_and(|done| done < made), "was made after the day it was done"),
        ];
        reasons.into_iter().find(|(wrong, _)| *wrong).map(|(_, why)| why)
    }
}

/// From when on the linked revision is in force: approved, and in effect by its own date as far as that is known.
pub(super) fn in_force_since(target: &RecordInput, link: &LinkInput) -> Result<Option<Date>, FactsError> {
    let pinned = Content::pinned(link, target);
    let effective = pinned.map(|pinned| pinned.date("effective_date")).transpose()?.flatten();
    Ok(link.pinned_approved_on.map(|approved| effective.map_or(approved, |day| day.max(approved))))
}

/// The first day on which an activity was approved for the clause and the person that it now names: what was planned as
/// something else was not planned as this.
fn planned_as_is(index: &Index<'_>, record: &RecordInput) -> Result<Option<Date>, FactsError> {
    let plan = |record: &RecordInput| -> Result<_, FactsError> {
        let content = Content::of(record);
        Ok((content.owned("clause")?, content.person("assignee")?))
    };
    let (now, mut known) = (plan(record)?, false);
    let mut first = record.approved_on;
    for past in index.input.past.iter().filter(|past| past.record.id == record.id && past.lasted()) {
        known = true;
        if plan(&past.record)? == now {
            first = [first, Some(past.from)].into_iter().flatten().min();
        }
    }
    Ok(if known { first } else { record.first_approved_on.or(record.approved_on) })
}

/// The first day of an activity as it was planned. A plan that sets it earlier lets it begin on the day of its approval at
/// the earliest, and once it is said to be done it is set earlier no more.
fn planned_start(index: &Index<'_>, record: &RecordInput) -> Result<Option<Date>, FactsError> {
    let mut past: Vec<_> = index.input.past.iter().filter(|past| past.record.id == record.id).collect();
    past.sort_by_key(|past| past.record.revision);
    let revisions = past.iter().map(|past| (&past.record, past.from));
    let mut planned: Option<Date> = None;
    for (revision, approved) in revisions.chain([(record, record.approved_on.unwrap_or(index.at))]) {
        let content = Content::of(revision);
        let Some(start) = content.date("start_date")? else { continue };
        let done = content.date("done_date")?.is_some();
        planned = Some(match planned {
            None => start,
            Some(before) if done => start.max(before),
            Some(before) => start.max(before.min(approved)),
        });
    }
    Ok(planned)
}

pub(super) fn clause_assessments(index: &Index<'_>) -> Result<Vec<ClauseAssessment>, FactsError> {
    let records = index.kind("clause-assessment");
    let mut rows =
        records.iter().map(|record| clause_assessment(index, record)).collect::<Result<Vec<_>, _>>()?;
    let mut latest: HashMap<(String, Scope), usize> = HashMap::new();
    // Of one day, what was approved last counts.
    let rank = |position: usize, row: &ClauseAssessment| {
        let seq = records[position].approved_seq;
        (row.approved, row.assessed_on.clone(), row.approved_on.clone(), seq, number(&row.id))
    };
    for (position, row) in rows.iter().enumerate() {
        latest
            .entry((row.clause.clone(), row.scope))
            .and_modify(|best| {
                if rank(*best, &rows[*best]) < rank(position, row) {
                    *best = position;
                }
            })
            .or_insert(position);
    }
    for position in latest.into_values() {
        rows[position].latest = true;
    }
    Ok(rows)
}

fn clause_assessment(index: &Index<'_>, record: &RecordInput) -> Result<ClauseAssessment, FactsError> {
    let content = Content::of(record);
    let assessed = content.date("assessed_date")?;
    let days_ago = assessed.map(|day| days(day, index.at));
    let max_age = index.limits.as_ref().and_then(|limits| limits.max_age_clause_assessment);
    // Nobody can have signed for a day that was still to come.
    let ahead = assessed.zip(record.approved_on).is_some_and(|(assessed, approved)| assessed > approved);
    let too_old = ahead || days_ago.zip(max_age).is_none_or(|(age, max)| age > max || age < 0);
    let ids = content.texts("evidence")?;
    let of_release = record.scope == Scope::Release;
    let unusable = ids.iter().filter(|id| {
        index.evidence.get(id.as_str()).is_none_or(|row| {
            row.disqualified
                || !verification::bound(index, row)
                || (of_release && !(row.own && index.counts(row)))
        })
    });
    let mut cited = Citations::default();
    for link in record.links.iter().filter(|link| link.link == "cites") {
        cited.read(index, link, assessed);
    }
    let usable = ids.iter().filter_map(|id| index.evidence.get(id.as_str()));
    let newer = usable.filter(|row| assessed.is_some_and(|assessed| assessed < row.recorded_on));
    cited.later.extend(newer.map(|row| row.id.clone()));
    let (rationale, samples) = (content.given("rationale"), content.given("samples"));
    let unusable_evidence = count(unusable);
    let holds = approved(record)
        && rationale
        && samples
        && !too_old
        && unusable_evidence == 0
        && (cited.all > 0 || !ids.is_empty())
        && [&cited.superseded, &cited.retired, &cited.unapproved, &cited.suspect, &cited.later]
            .iter()
            .all(|ids| ids.is_empty());
    Ok(row!(ClauseAssessment, Common::of(record, index.at)?, {
        clause: content.owned("clause")?.unwrap_or_default(),
        verdict: content.word("verdict")?,
        rationale,
        samples,
        assessed_on: assessed.map(text),
        assessed_days_ago: days_ago,
        too_old,
        cites: cited.all,
        cited: pinned_refs(record, "cites"),
        superseded: cited.superseded,
        retired: cited.retired,
        unapproved: cited.unapproved,
        suspect_citations: cited.suspect,
        later: cited.later,
        evidence: index.evidence_refs(&ids),
        unusable_evidence,
        latest: false,
        holds,
    }))
}

/// What became of the records that an assessment cites.
#[derive(Default)]
struct Citations {
    all: i64,
    superseded: Vec<String>,
    retired: Vec<String>,
    unapproved: Vec<String>,
    suspect: Vec<String>,
    /// What came after the day of the judgement.
    later: Vec<String>,
}

impl Citations {
    fn read(&mut self, index: &Index<'_>, link: &LinkInput, assessed: Option<Date>) {
        self.all += 1;
        let id = || link.target.clone();
        if assessed.zip(link.pinned_approved_on).is_some_and(|(assessed, approved)| assessed < approved) {
            self.later.push(id());
        }
        if link.suspect {
            self.suspect.push(id());
        }
        let here = index.records.get(link.target.as_str()).copied();
        match here.map(|target| target.state).or(link.elsewhere) {
            None => self.superseded.push(id()),
            Some(State::Retired) => self.retired.push(id()),
            Some(_) if here.is_some_and(|target| target.digest != link.pinned) => self.superseded.push(id()),
            Some(state) if state != State::Approved || !here.is_none_or(approved) => {
                self.unapproved.push(id())
            }
            Some(_) => {}
        }
    }
}

pub(super) fn applicabilities(index: &Index<'_>) -> Result<Vec<Applicability>, FactsError> {
    let row = |record: &&RecordInput| {
        let content = Content::of(record);
        Ok(row!(Applicability, Common::of(record, index.at)?, {
            clause: content.owned("clause")?.unwrap_or_default(),
            reason: content.given("reason"),
        }))
    };
    index.kind("applicability").iter().map(row).collect()
}

pub(super) fn deviations(index: &Index<'_>) -> Result<Vec<Deviation>, FactsError> {
    let row = |record: &&RecordInput| {
        let content = Content::of(record);
        let expires = content.date("expires")?;
        let (reason, compensating) = (content.given("reason"), content.given("compensating"));
        Ok(row!(Deviation, Common::of(record, index.at)?, {
            clause: content.owned("clause")?.unwrap_or_default(),
            missing: content.texts("missing")?,
            reason,
            compensating,
            expires: expires.map(text),
            in_force: approved(record) && reason && compensating && expires.is_some_and(|day| index.at <= day),
        }))
    };
    index.kind("deviation").iter().map(row).collect()
}
