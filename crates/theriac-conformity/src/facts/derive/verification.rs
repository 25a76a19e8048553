//! Rows about proof: requirements and their tests, reviews, campaigns, builds, artefacts, evidence.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::civil::Date;

use super::content::Content;
use super::{Common, Index, approved, count, days, evidence_ref, row, text};
use crate::facts::FactsError;
use crate::facts::input::{BuildInput, EvidenceInput, FactsInput, RecordInput};
use crate::facts::rows::{
    Artefact, Build, Campaign, Evidence, Facts, FailedTest, Limits, Requirement, Review, TestKindRow,
};
use crate::facts::words::{
    Conclusion, Discipline, DocumentType, Independence, Outcome, State, SubjectType, TestKind,
};

/// How a test case ended on the candidate build, by the evidence made last.
pub(super) struct CaseOutcome<'a> {
    pub(super) outcome: Outcome,
    evidence: &'a EvidenceInput,
}

/// When evidence was made, as far as known; the id decides between two of one day.
fn made(evidence: &EvidenceInput) -> (Date, Date, &str) {
    (evidence.performed_on.unwrap_or(evidence.recorded_on), evidence.recorded_on, &evidence.id)
}

/// The last outcome of every case on the candidate build; within one evidence the worst counts.
pub(super) fn outcomes<'a>(index: &Index<'a>) -> HashMap<&'a str, CaseOutcome<'a>> {
    let mut outcomes: HashMap<&str, CaseOutcome<'_>> = HashMap::with_capacity(index.input.tests.len());
    for test in &index.input.tests {
        let Some(evidence) = index.evidence.get(test.evidence.as_str()).copied() else { continue };
        if evidence.disqualified || !index.counts(evidence) {
            continue;
        }
        let new = CaseOutcome { outcome: test.outcome, evidence };
        outcomes
            .entry(&test.case)
            .and_modify(|last| {
                let (before, after) = (made(last.evidence), made(evidence));
                if before < after || (before == after && last.outcome < test.outcome) {
                    *last = CaseOutcome { outcome: test.outcome, evidence };
                }
            })
            .or_insert(new);
    }
    outcomes
}

/// Results that passed, and that did not, of each evidence.
pub(super) fn results<'a>(index: &Index<'a>) -> HashMap<&'a str, (i64, i64)> {
    let mut results: HashMap<&str, (i64, i64)> = HashMap::new();
    for test in &index.input.tests {
        let (passed, failed) = results.entry(&test.evidence).or_default();
        *(if test.outcome == Outcome::Passed { passed } else { failed }) += 1;
    }
    results
}

pub(super) fn requirements(index: &Index<'_>) -> Result<Vec<Requirement>, FactsError> {
    let reviewed = reviewed_requirements(index)?;
    let row = |record: &&RecordInput| {
        let content = Content::of(record);
        let mut tests = content.texts("tests")?;
        tests.sort();
        tests.dedup();
        let found: Vec<_> = tests.iter().filter_map(|test| index.outcomes.get(test.as_str())).collect();
        let passed = count(found.iter().filter(|case| case.outcome == Outcome::Passed));
        let missing = count(tests.iter()) - count(found.iter());
        let mut evidence: Vec<_> = found.iter().map(|case| evidence_ref(case.evidence)).collect();
        evidence.sort();
        evidence.dedup();
        Ok(row!(Requirement, Common::of(record, index.at)?, {
            stage: content.word("stage")?,
            text: content.given("text"),
            measures: count(index.pointing_at("implemented-by", &record.id).iter()),
            tests_passed: passed,
            tests_failed: count(found.iter()) - passed,
            tests_missing: missing,
            // Campaigns are joined in once they are known.
            verified_passed: !tests.is_empty() && passed == count(tests.iter()),
            tests,
            evidence,
            reviewed: reviewed.contains(record.id.as_str()),
        }))
    };
    index.kind("requirement").iter().map(row).collect()
}

/// Requirements whose very revision an approved requirements review read and did not reject.
fn reviewed_requirements<'a>(index: &Index<'a>) -> Result<HashSet<&'a str>, FactsError> {
    let mut reviewed = HashSet::new();
    for record in index.kind("review").iter().filter(|record| approved(record)) {
        let content = Content::of(record);
        let accepted =
            content.word("conclusion")?.is_some_and(|word: Conclusion| word != Conclusion::Rejected);
        if accepted && content.word("subject_type")? == Some(SubjectType::Requirements) {
            let links = record.links.iter().filter(|link| link.link == "reviews");
            reviewed.extend(
                links
                    .filter_map(|link| {
                        index
                            .records
                            .get_key_value(link.target.as_str())
                            .filter(|(_, target)| target.digest == link.pinned)
                    })
                    .map(|(id, _)| *id),
            );
        }
    }
    Ok(reviewed)
}

/// Lets approved campaigns on the candidate verify requirements: each that verifies one must have passed.
pub(super) fn join_verification(facts: &mut Facts) {
    let mut verdicts: HashMap<&str, (bool, Vec<&String>)> = HashMap::new();
    for campaign in facts.campaigns.iter().filter(|campaign| campaign.approved && campaign.on_candidate) {
        for id in &campaign.verifies_ids {
            let (passed, evidence) = verdicts.entry(id).or_insert((true, Vec::new()));
            *passed &= campaign.passed;
            evidence.extend(&campaign.evidence);
        }
    }
    for requirement in &mut facts.requirements {
        if let Some((passed, evidence)) = verdicts.get(requirement.id.as_str()) {
            requirement.verified_passed =
                *passed && (requirement.tests.is_empty() || requirement.verified_passed);
            requirement.evidence.extend(evidence.iter().copied().cloned());
            requirement.evidence.sort();
            requirement.evidence.dedup();
        }
    }
}

pub(super) fn reviews(index: &Index<'_>) -> Result<Vec<Review>, FactsError> {
    index.kind("review").iter().map(|record| review(index, record)).collect()
}

fn review(index: &Index<'_>, record: &RecordInput) -> Result<Review, FactsError> {
    let content = Content::of(record);
    let subjects: Vec<_> = record.links.iter().filter(|link| link.link == "reviews").collect();
    let mut outdated_subjects = Vec::new();
    let mut authors = HashSet::new();
    for link in &subjects {
        let target = index.records.get(link.target.as_str());
        authors.extend(target.map(|target| target.author.as_str()));
        if target.is_none_or(|target| target.state == State::Retired || target.digest != link.pinned) {
            outdated_subjects.push(link.target.clone());
        }
    }
    let mut disciplines = Vec::new();
    let (mut attendees, mut writers, mut independent, mut false_independents) = (0, 0, 0, 0);
    for attendee in content.rows("attendees")? {
        let wrote = attendee.person("person")?.is_some_and(|person| authors.contains(person.as_str()));
        let called = attendee.yes("independent")?;
        disciplines.extend(attendee.word::<Discipline>("discipline")?);
        attendees += 1;
        writers += i64::from(wrote);
        independent += i64::from(called && !wrote);
        false_independents += i64::from(called && wrote);
    }
    disciplines.sort();
    disciplines.dedup();
    let (mut open_points, mut unresolved_points) = (0, 0);
    for point in content.rows("points")? {
        let closed = point.yes("closed")?;
        open_points += i64::from(!closed);
        unresolved_points += i64::from(closed && !point.given("resolution"));
    }
    Ok(row!(Review, Common::of(record, index.at)?, {
        subject_type: content.word("subject_type")?,
        held_on: content.date("held_date")?.map(text),
        disciplines,
        attendees,
        independent_attendees: independent,
        only_authors: writers == attendees,
        false_independents,
        independence_stated: content.given("independence"),
        open_points,
        unresolved_points,
        conclusion: content.word("conclusion")?,
        subjects: count(subjects.iter()),
        current_subjects: count(subjects.iter()) - count(outdated_subjects.iter()),
        reviewed_current: !subjects.is_empty() && outdated_subjects.is_empty(),
        outdated_subjects,
    }))
}

/// Authors of designs: documents that serve clauses 5.3 and 5.4.
pub(super) fn design_authors<'a>(index: &Index<'a>) -> Result<HashSet<&'a str>, FactsError> {
    let mut authors = HashSet::new();
    for record in index.kind("document") {
        let content = Content::of(record);
        let design = content
            .texts("clauses")?
            .iter()
            .any(|clause| super::ancestors(clause).any(|heading| heading == "5.3" || heading == "5.4"));
        if design && content.word("type")?.is_some_and(|word: DocumentType| word != DocumentType::Policy) {
            authors.insert(record.author.as_str());
        }
    }
    Ok(authors)
}

pub(super) fn campaigns(index: &Index<'_>) -> Result<Vec<Campaign>, FactsError> {
    index.kind("test-campaign").iter().map(|record| campaign(index, record)).collect()
}

fn campaign(index: &Index<'_>, record: &RecordInput) -> Result<Campaign, FactsError> {
    let content = Content::of(record);
    let test_kind = content.word("test_kind")?;
    let build = content.owned("build")?;
    let tester = content.person("tester")?;
    let from = content.date("from_date")?;
    let to = content.date("to_date")?;
    let independence: Option<Independence> = content.word("independence")?;
    let required = test_kind.and_then(|kind| required_independence(index.limits.as_ref(), kind));
    let mut verifies_ids: Vec<_> =
        record.links.iter().filter(|link| link.link == "verifies").map(|link| link.target.clone()).collect();
    verifies_ids.dedup();
    let tie = Ties::of(index, tester.as_deref(), from.unwrap_or(index.at), &verifies_ids);
    let shown = tie.independence();
    let ids = content.texts("evidence")?;
    let usable = ids.iter().filter(|id| {
        index
            .evidence
            .get(id.as_str())
            .is_some_and(|row| !row.disqualified && (row.build == build || index.counts(row)))
    });
    let (mut results_passed, mut results_failed) = (0, 0);
    for id in usable.clone() {
        let (passed, failed) = index.results.get(id.as_str()).copied().unwrap_or_default();
        results_passed += passed;
        results_failed += failed;
    }
    let unusable_evidence = count(ids.iter()) - count(usable);
    Ok(row!(Campaign, Common::of(record, index.at)?, {
        test_kind,
        on_candidate: index.candidate.is_some() && build.as_deref() == index.candidate,
        build,
        tester,
        from: from.map(text),
        to: to.map(text),
        independence,
        required_independence: required,
        shown_independence: shown,
        independence_enough: independence.zip(required).is_some_and(|(said, required)| said >= required),
        independence_true: independence.is_some_and(|said| shown >= said),
        tester_is_author: tie.author,
        tester_is_design_author: tie.design_author,
        tester_shares_manager_with_author: tie.manager,
        tester_shares_department_with_author: tie.department,
        unknown_authors: tie.unknown_authors,
        scope_described: content.given("scope"),
        evidence: index.evidence_refs(&ids),
        passed: !ids.is_empty() && unusable_evidence == 0 && results_passed > 0 && results_failed == 0,
        unusable_evidence,
        results_passed,
        results_failed,
        verifies: count(verifies_ids.iter()),
        verifies_ids,
    }))
}

/// The independence that the organisation's limits ask for a kind of test.
fn required_independence(limits: Option<&Limits>, kind: TestKind) -> Option<Independence> {
    let limits = limits?;
    match kind {
        TestKind::RequirementsTests => limits.independence_requirements_tests,
        TestKind::ThreatMitigation => limits.independence_threat_mitigation,
        TestKind::AbuseCase => limits.independence_abuse_case,
        TestKind::AttackSurface => limits.independence_attack_surface,
        TestKind::VulnerabilityScan => limits.independence_vulnerability_scan,
        TestKind::CompositionAnalysis => limits.independence_composition_analysis,
        TestKind::Penetration => limits.independence_penetration,
    }
}

/// What ties a tester to those who wrote the software.
struct Ties {
    known: bool,
    author: bool,
    design_author: bool,
    manager: bool,
    department: bool,
    outside: bool,
    unplaced_author: bool,
    unknown_authors: i64,
}

impl Ties {
    fn of(index: &Index<'_>, tester: Option<&str>, day: Date, verifies: &[String]) -> Self {
        let place = tester.and_then(|tester| index.person_on(tester, day));
        let manager = place.and_then(|place| place.manager.as_deref());
        let department = place.and_then(|place| place.department.as_deref());
        let mut ties = Self {
            known: tester.is_some(),
            author: tester.is_some_and(|tester| index.authors.contains(tester)),
            design_author: tester.is_some_and(|tester| {
                let wrote =
                    |id: &String| index.records.get(id.as_str()).is_some_and(|row| row.author == tester);
                index.design_authors.contains(tester) || verifies.iter().any(wrote)
            }),
            manager: false,
            department: false,
            outside: place.is_some() && manager.is_none() && department.is_none(),
            unplaced_author: false,
            unknown_authors: index.input.builds.iter().map(|row| i64::from(row.unknown_authors)).sum(),
        };
        for author in &index.authors {
            match index.person_on(author, day) {
                None => ties.unplaced_author = true,
                Some(row) => {
                    let leads = |lead: Option<&str>, whom: Option<&str>| lead.is_some() && lead == whom;
                    ties.manager |= leads(manager, row.manager.as_deref())
                        || leads(row.manager.as_deref(), tester)
                        || leads(manager, Some(*author));
                    ties.department |= leads(department, row.department.as_deref());
                }
            }
        }
        ties
    }

    /// What is not shown is not assumed: an author without a place in the chart leaves no department independent.
    fn independence(&self) -> Independence {
        if !self.known || self.author || self.design_author {
            Independence::None
        } else if self.manager || self.department {
            Independence::Person
        } else if self.outside {
            Independence::Organisation
        } else if self.unplaced_author || self.unknown_authors > 0 {
            Independence::Person
        } else {
            Independence::Department
        }
    }
}

pub(super) fn test_kinds(facts: &Facts) -> Vec<TestKindRow> {
    let row = |kind: &TestKind| {
        let campaigns: Vec<_> = facts
            .campaigns
            .iter()
            .filter(|campaign| {
                campaign.test_kind == Some(*kind) && campaign.approved && campaign.on_candidate
            })
            .collect();
        TestKindRow {
            reference: *kind,
            required_independence: required_independence(facts.limits.as_ref(), *kind),
            campaigns: count(campaigns.iter()),
            passed: count(campaigns.iter().filter(|campaign| campaign.passed)),
            campaign_refs: campaigns.iter().map(|campaign| campaign.reference.clone()).collect(),
        }
    };
    TestKind::ALL.iter().map(row).collect()
}

pub(super) fn builds(input: &FactsInput) -> Vec<Build> {
    let row = |build: &BuildInput| Build {
        reference: build.name.clone(),
        commit: build.commit.clone(),
        predecessor: build.predecessor.clone(),
        authors: build.authors.clone(),
        unknown_authors: i64::from(build.unknown_authors),
        changed_paths: i64::from(build.changed_paths),
        artefacts: count(
            build.artefacts.iter().map(|artefact| &artefact.name).collect::<HashSet<_>>().into_iter(),
        ),
        candidate: build.candidate,
    };
    input.builds.iter().map(row).collect()
}

pub(super) fn artefacts(index: &Index<'_>) -> Vec<Artefact> {
    let candidate = index.input.builds.iter().filter(|build| build.candidate);
    let mut by_name: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for artefact in candidate.flat_map(|build| &build.artefacts) {
        by_name.entry(&artefact.name).or_default().push(artefact);
    }
    for (name, _) in index.input.release.decision.iter().flat_map(|decision| &decision.artefacts) {
        by_name.entry(name).or_default();
    }
    let decision = index.input.release.decision.as_ref();
    let pinned: HashMap<&str, _> = decision
        .map(|decision| decision.artefacts.iter().map(|(name, digest)| (name.as_str(), digest)).collect())
        .unwrap_or_default();
    let row = |(name, rows): (&str, Vec<&crate::facts::input::ArtefactInput>)| {
        let mut digests: Vec<_> = rows.iter().map(|row| row.digest.to_string()).collect();
        digests.sort();
        digests.dedup();
        let decided = pinned.get(name).map(ToString::to_string);
        let ids: Vec<_> = rows.iter().map(|row| row.evidence.clone()).collect();
        let sound = |id: &String| index.evidence.get(id.as_str()).is_some_and(|row| !row.disqualified);
        Artefact {
            reference: format!("{name}@{}", digests.first().or(decided.as_ref()).map_or("", String::as_str)),
            name: name.to_owned(),
            agreed: digests.len() == 1,
            differs_from_decision: decision.is_some()
                && decided.as_ref().is_none_or(|digest| digests != [digest.clone()]),
            decided_digest: decided,
            digests,
            sound: ids.iter().any(sound),
            evidence: index.evidence_refs(&ids),
        }
    };
    by_name.into_iter().map(row).collect()
}

pub(super) fn evidence(index: &Index<'_>) -> Vec<Evidence> {
    let row = |evidence: &EvidenceInput| {
        let made = evidence.performed_on.unwrap_or(evidence.recorded_on);
        let bound = [&evidence.build, &evidence.tool, &evidence.version].iter().all(|field| field.is_some());
        Evidence {
            reference: evidence_ref(evidence),
            id: evidence.id.clone(),
            kind: evidence.kind,
            build: evidence.build.clone(),
            on_candidate: index.counts(evidence),
            tool: evidence.tool.clone(),
            tool_version: evidence.version.clone(),
            rules: evidence.rules.clone(),
            feed_on: evidence.feed_on.map(text),
            feed_age_days: evidence.feed_on.map(|feed| days(feed, made)),
            performed_on: evidence.performed_on.map(text),
            recorded_on: text(evidence.recorded_on),
            bound: bound && evidence.performed_on.is_some(),
            disqualified: evidence.disqualified,
            defects: i64::from(evidence.defects),
        }
    };
    index.input.evidence.iter().map(row).collect()
}

pub(super) fn failed_tests(index: &Index<'_>) -> Result<Vec<FailedTest>, FactsError> {
    let mut requirements: HashMap<String, Vec<String>> = HashMap::new();
    for record in index.kind("requirement") {
        for case in Content::of(record).texts("tests")? {
            requirements.entry(case).or_default().push(record.id.clone());
        }
    }
    let failed = index.outcomes.iter().filter(|(_, case)| case.outcome != Outcome::Passed);
    Ok(failed
        .map(|(name, case)| FailedTest {
            reference: (*name).to_owned(),
            outcome: case.outcome,
            evidence: evidence_ref(case.evidence),
            requirements: requirements.get(*name).cloned().unwrap_or_default(),
        })
        .collect())
}
