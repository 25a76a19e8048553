//! Rows about proof: requirements and their tests, reviews, campaigns, builds, artefacts, evidence.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::RangeInclusive;

use jiff::Timestamp;
use jiff::civil::Date;

use super::content::Content;
use theriac_model::{Place, independence_of};

use super::{Common, Index, approved, count, days, evidence_ref, row, text};
use crate::facts::FactsError;
use crate::facts::input::{BuildInput, EvidenceInput, LinkInput, PersonInput, RecordInput};
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

/// The day on which evidence was made, as far as known.
fn made_on(evidence: &EvidenceInput) -> Date {
    evidence.performed_on.unwrap_or(evidence.recorded_on)
}

/// When a result was made, to put those of a case in order. What nobody dated stands at the moment it was handed in; of what
/// is said without a time of day, what passed comes first on its day and all else last.
fn made(outcome: Outcome, evidence: &EvidenceInput) -> (Date, Option<Timestamp>) {
    let moment = match evidence.performed_on {
        None => Some(evidence.recorded_at),
        Some(_) => evidence.performed_at.or_else(|| (outcome != Outcome::Passed).then_some(Timestamp::MAX)),
    };
    (made_on(evidence), moment)
}

/// Whether it is known of which build evidence speaks, what made it and when, and there was such a build by then.
pub(super) fn bound(index: &Index<'_>, evidence: &EvidenceInput) -> bool {
    let named = [&evidence.build, &evidence.tool, &evidence.version].iter().all(|field| field.is_some());
    let performed = evidence.performed_on;
    named && performed.is_some_and(|day| !index.before_build(evidence.build.as_deref(), day))
}

/// The last outcome of every case on the candidate build; within one evidence, and of one moment, the worst counts.
pub(super) fn outcomes<'a>(index: &Index<'a>) -> HashMap<&'a str, CaseOutcome<'a>> {
    let mut outcomes: HashMap<&str, CaseOutcome<'_>> = HashMap::with_capacity(index.input.tests.len());
    for test in &index.input.tests {
        let Some(evidence) = index.evidence.get(test.evidence.as_str()).copied() else { continue };
        // What is not bound shows nothing to be right; that something is wrong counts all the same.
        let shows = bound(index, evidence) || test.outcome != Outcome::Passed;
        if evidence.disqualified || !shows || !index.counts(evidence) {
            continue;
        }
        let new = CaseOutcome { outcome: test.outcome, evidence };
        outcomes
            .entry(&test.case)
            .and_modify(|last| {
                let (before, after) = (made(last.outcome, last.evidence), made(test.outcome, evidence));
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
        let fails = |test: &&String| {
            index.outcomes.get(test.as_str()).is_some_and(|case| case.outcome != Outcome::Passed)
        };
        let failing_tests: Vec<String> = tests.iter().filter(fails).cloned().collect();
        let passed = count(found.iter().filter(|case| case.outcome == Outcome::Passed));
        let missing = count(tests.iter()) - count(found.iter());
        // What was run before the text was there does not show that the text is met.
        let written = (record.written_on, Some(record.written_at));
        let older = count(found.iter().filter(|case| made(case.outcome, case.evidence) < written));
        let mut evidence: Vec<_> = found.iter().map(|case| evidence_ref(case.evidence)).collect();
        evidence.sort();
        evidence.dedup();
        Ok(row!(Requirement, Common::of(record, index.at)?, {
            stage: content.word("stage")?,
            text: content.given("text"),
            measures: count(index.pointing_at("implemented-by", &record.id).iter()),
            tests_passed: passed,
            tests_failed: count(failing_tests.iter()),
            failing_tests,
            tests_missing: missing,
            tests_older: older,
            // Campaigns are joined in once they are known.
            verified_passed: !tests.is_empty() && passed == count(tests.iter()) && older == 0,
            tests,
            evidence,
            reviewed: reviewed.contains_key(record.id.as_str()),
            reviews: reviewed.get(record.id.as_str()).cloned().unwrap_or_default(),
        }))
    };
    index.kind("requirement").iter().map(row).collect()
}

/// Requirements whose very revision an approved requirements review read, once it was written, and did not reject.
/// Each with these reviews, `ID@digest`.
fn reviewed_requirements<'a>(index: &Index<'a>) -> Result<HashMap<&'a str, Vec<String>>, FactsError> {
    let mut reviewed: HashMap<&str, Vec<String>> = HashMap::new();
    for record in index.kind("review").iter().filter(|record| approved(record)) {
        let content = Content::of(record);
        let accepted =
            content.word("conclusion")?.is_some_and(|word: Conclusion| word != Conclusion::Rejected);
        if accepted && content.word("subject_type")? == Some(SubjectType::Requirements) {
            let held = content.date("held_date")?.filter(|held| *held <= index.at);
            let links = record.links.iter().filter(|link| link.link == "reviews");
            let targets = links.filter_map(|link| {
                let target = index.records.get(link.target.as_str()).copied();
                target.filter(|target| target.digest == link.pinned)
            });
            let read = targets.filter(|target| held.is_some_and(|held| target.written_on <= held));
            for target in read {
                reviewed.entry(target.id.as_str()).or_default().push(super::record_ref(record));
            }
        }
    }
    Ok(reviewed)
}

/// Lets approved campaigns on the candidate verify requirements: each that verifies one must have passed.
pub(super) fn join_verification(facts: &mut Facts) {
    let mut verdicts: HashMap<&str, (bool, Vec<&String>)> = HashMap::new();
    for campaign in facts.campaigns.iter().filter(|campaign| campaign.approved && campaign.on_candidate) {
        let left_out = |id: &&String| campaign.suspect_ids.contains(id) || campaign.later_ids.contains(id);
        for id in campaign.verifies_ids.iter().filter(|id| !left_out(id)) {
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
    let held = content.date("held_date")?;
    let subjects = Subjects::of(index, record, held);
    let attendees = Attendees::of(index, content, held, &subjects.authors)?;
    let (mut open_points, mut unresolved_points) = (0, 0);
    for point in content.rows("points")? {
        let closed = point.yes("closed")?;
        open_points += i64::from(!closed);
        unresolved_points += i64::from(closed && !point.given("resolution"));
    }
    Ok(row!(Review, Common::of(record, index.at)?, {
        subject_type: content.word("subject_type")?,
        held_on: held.map(text),
        held_in_time: held.is_some_and(|held| {
            held <= index.at && record.approved_on.is_none_or(|approved| held <= approved)
        }),
        missing_disciplines: ASKED.into_iter().filter(|asked| !attendees.disciplines.contains(asked)).collect(),
        disciplines: attendees.disciplines,
        attendees: attendees.all,
        repeated_attendees: attendees.repeated,
        independent_attendees: attendees.independent,
        only_authors: attendees.writers == attendees.all,
        false_independents: attendees.false_independents,
        independence_stated: content.given("independence"),
        open_points,
        unresolved_points,
        conclusion: content.word("conclusion")?,
        subjects: subjects.all,
        current_subjects: subjects.all - count(subjects.outdated.iter()),
        reviewed_current: subjects.all > 0 && subjects.outdated.is_empty(),
        outdated_subjects: subjects.outdated,
        later_subjects: subjects.later,
        // What a later review does not speak of is not settled by it.
        superseded: open_points + unresolved_points == 0 && superseded(index, record)?,
    }))
}

/// The disciplines that checks ask for.
const ASKED: [Discipline; 4] =
    [Discipline::ArchitectDeveloper, Discipline::Tester, Discipline::ClinicalCustomer, Discipline::Security];

/// Whether a later review of the same sort looked at all its subjects, was approved, and rejected nothing.
fn superseded(index: &Index<'_>, record: &RecordInput) -> Result<bool, FactsError> {
    let subjects = |review: &RecordInput| -> HashSet<String> {
        let links = review.links.iter().filter(|link| link.link == "reviews");
        links.map(|link| link.target.clone()).collect()
    };
    let sort = |review| Content::of(review).word::<SubjectType>("subject_type");
    // Held on one day, the order of their approvals counts.
    let order = |review: &RecordInput| -> Result<_, FactsError> {
        Ok((Content::of(review).date("held_date")?, review.approved_on, review.approved_seq))
    };
    let own = subjects(record);
    let Some(subject) = own.iter().next() else { return Ok(false) };
    for later in index.pointing_at("reviews", subject).iter().filter(|review| approved(review)) {
        let conclusion: Option<Conclusion> = Content::of(later).word("conclusion")?;
        if conclusion.is_some_and(|word| word != Conclusion::Rejected)
            && order(record)? < order(later)?
            && sort(record)? == sort(later)?
            && own.is_subset(&subjects(later))
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What a review looks at.
struct Subjects<'a> {
    all: i64,
    /// Everybody who wrote some of it.
    authors: HashSet<&'a str>,
    /// Those whose reviewed revision is not the one that counts.
    outdated: Vec<String>,
    /// Those whose reviewed revision was written after the review was held.
    later: Vec<String>,
}

impl<'a> Subjects<'a> {
    fn of(index: &Index<'a>, record: &RecordInput, held: Option<Date>) -> Self {
        let links = record.links.iter().filter(|link| link.link == "reviews");
        let mut subjects = Self { all: 0, authors: HashSet::new(), outdated: Vec::new(), later: Vec::new() };
        for link in links {
            subjects.all += 1;
            let target = index.records.get(link.target.as_str()).copied();
            subjects.authors.extend(target.into_iter().flat_map(authors));
            match target {
                Some(target) if target.state != State::Retired && target.digest == link.pinned => {
                    if held.is_some_and(|held| held < target.written_on) {
                        subjects.later.push(link.target.clone());
                    }
                }
                _ => subjects.outdated.push(link.target.clone()),
            }
        }
        subjects
    }
}

/// Everybody who wrote a revision of a record, up to the one that counts.
fn authors(record: &RecordInput) -> impl Iterator<Item = &str> {
    std::iter::once(&record.author).chain(&record.earlier_authors).map(String::as_str)
}

/// Who attended a review; a person counts once, in the first discipline that the list names for them.
#[derive(Default)]
struct Attendees {
    all: i64,
    repeated: i64,
    writers: i64,
    independent: i64,
    false_independents: i64,
    disciplines: Vec<Discipline>,
}

impl Attendees {
    /// Who stood nowhere in the organisation on that day was not there as one of it.
    fn of(
        index: &Index<'_>,
        content: Content<'_>,
        held: Option<Date>,
        authors: &HashSet<&str>,
    ) -> Result<Self, FactsError> {
        let (mut attendees, mut seen) = (Self::default(), HashSet::new());
        for row in content.rows("attendees")? {
            let Some(person) = row.person("person")? else { continue };
            if held.is_some_and(|held| index.person_on(&person, held).is_none()) {
                continue;
            }
            let (wrote, called) = (authors.contains(person.as_str()), row.yes("independent")?);
            attendees.false_independents += i64::from(called && wrote);
            if !seen.insert(person) {
                attendees.repeated += 1;
                continue;
            }
            attendees.all += 1;
            attendees.writers += i64::from(wrote);
            attendees.independent += i64::from(called && !wrote);
            attendees.disciplines.extend(row.word::<Discipline>("discipline")?);
        }
        attendees.disciplines.sort();
        attendees.disciplines.dedup();
        Ok(attendees)
    }
}

/// Authors of designs: documents that serve clauses 5.3 and 5.4.
pub(super) fn design_authors<'a>(index: &Index<'a>) -> Result<HashSet<&'a str>, FactsError> {
    let mut designers = HashSet::new();
    // Who designed it did so, though the document was retired since.
    for record in index.input.records.iter().filter(|record| record.kind == "document") {
        let content = Content::of(record);
        let design = content
            .texts("clauses")?
            .iter()
            .any(|clause| super::ancestors(clause).any(|heading| heading == "5.3" || heading == "5.4"));
        if design && content.word("type")?.is_some_and(|word: DocumentType| word != DocumentType::Policy) {
            designers.extend(authors(record));
        }
    }
    Ok(designers)
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
    let ids = content.texts("evidence")?;
    let results = Results::of(index, &ids, build.as_deref(), from.zip(to));
    let verified = Verified::of(index, record, results.since.or(to));
    let first = from.unwrap_or(index.at);
    let days = first..=to.unwrap_or(index.at).max(first);
    let tie = Ties::of(index, tester.as_deref(), days, &verified.ids);
    let shown = tie.independence;
    let before_build = from.is_some_and(|from| index.before_build(build.as_deref(), from));
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
        ties: tie.words,
        unknown_authors: index.unknown_authors,
        authors_known: index.authors_known,
        scope_described: content.given("scope"),
        evidence: index.evidence_refs(&ids),
        passed: !ids.is_empty() && results.unusable == 0 && results.passed > 0 && results.failed == 0,
        unusable_evidence: results.unusable,
        results_passed: results.passed,
        results_failed: results.failed,
        verifies: count(verified.ids.iter()),
        verifies_ids: verified.ids,
        suspect_ids: verified.suspect,
        later_ids: verified.later,
        held_in_time: to.is_some_and(|to| {
            to <= index.at && record.approved_on.is_none_or(|approved| to <= approved)
        }),
        before_build,
    }))
}

/// What the results say that a campaign cites.
#[derive(Default)]
struct Results {
    /// Evidence that shows nothing of this campaign.
    unusable: i64,
    passed: i64,
    failed: i64,
    /// The first day of those that show something.
    since: Option<Date>,
}

impl Results {
    fn of(index: &Index<'_>, ids: &[String], build: Option<&str>, days: Option<(Date, Date)>) -> Self {
        let mut results = Self::default();
        for id in ids {
            let within = |day: Date| days.is_some_and(|(from, to)| from <= day && day <= to);
            let usable = index.evidence.get(id.as_str()).filter(|row| {
                !row.disqualified
                    && bound(index, row)
                    && row.performed_on.is_some_and(within)
                    && (row.build.as_deref() == build || index.counts(row))
            });
            let Some(row) = usable else {
                results.unusable += 1;
                continue;
            };
            let (passed, failed) = index.results.get(id.as_str()).copied().unwrap_or_default();
            results.passed += passed;
            results.failed += failed;
            results.since = [results.since, row.performed_on].into_iter().flatten().min();
        }
        results
    }
}

/// What a campaign says that it verifies.
struct Verified {
    ids: Vec<String>,
    /// What has moved on since.
    suspect: Vec<String>,
    /// What was written after it was tried.
    later: Vec<String>,
}

impl Verified {
    /// Whatever somebody says of a link: what was tried before a text was there does not show that the text is met.
    fn of(index: &Index<'_>, record: &RecordInput, tried: Option<Date>) -> Self {
        let links = record.links.iter().filter(|link| link.link == "verifies");
        let targets = |wanted: &dyn Fn(&LinkInput) -> bool| -> Vec<String> {
            links.clone().filter(|link| wanted(link)).map(|link| link.target.clone()).collect()
        };
        let later = |link: &LinkInput| {
            let written = index.records.get(link.target.as_str()).map(|target| target.written_on);
            written.zip(tried).is_some_and(|(written, tried)| tried < written)
        };
        let mut ids = targets(&|_| true);
        ids.dedup();
        Self { ids, suspect: targets(&|link| link.suspect), later: targets(&later) }
    }
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
    /// Each in words, at most [`TIES_MAX`].
    words: Vec<String>,
    author: bool,
    design_author: bool,
    manager: bool,
    department: bool,
    independence: Independence,
}

impl Ties {
    /// On each day of a campaign on which somebody's place changed, the first and the last; the nearest tie counts.
    fn of(index: &Index<'_>, tester: Option<&str>, days: RangeInclusive<Date>, verifies: &[String]) -> Self {
        let wrote = |tester: &str| {
            let of = |id: &String| index.records.get(id.as_str()).copied().into_iter().flat_map(authors);
            index.design_authors.contains(tester)
                || verifies.iter().flat_map(of).any(|author| author == tester)
        };
        let mut ties = Self {
            words: Vec::new(),
            author: tester.is_some_and(|tester| index.authors.contains(tester)),
            design_author: tester.is_some_and(wrote),
            manager: false,
            department: false,
            independence: Independence::None,
        };
        let own = [
            (ties.author, "wrote part of the release"),
            (ties.design_author, "wrote a design or what the campaign verifies"),
        ];
        ties.words.extend(own.iter().filter(|(wrote, _)| *wrote).map(|(_, words)| (*words).to_owned()));
        let Some(tester) = tester else { return ties };
        let mut nearest = Independence::Organisation;
        for day in turns(index, tester, days) {
            // Who stood nowhere on a day is not shown to stand apart.
            let Some(tester) = index.person_on(tester, day).map(place) else {
                nearest = Independence::None;
                continue;
            };
            for author in &index.authors {
                let author = last_place(index, author, day).map_or_else(|| Place::unknown(*author), place);
                let manager = (tester.manager.is_some() && tester.manager == author.manager)
                    || author.manager == Some(tester.person)
                    || tester.manager == Some(author.person);
                let department = tester.department.is_some() && tester.department == author.department;
                let another = author.person != tester.person;
                ties.note(another && manager, "line manager", author.person);
                ties.note(another && department, "department", author.person);
                ties.manager |= manager;
                ties.department |= department;
                nearest = nearest.min(independence_of(&tester, &author).into());
            }
            // An author whom nobody knows may be the tester, unless the tester comes from outside.
            if !index.authors_known && !tester.external {
                nearest = Independence::None;
            }
        }
        ties.independence = if ties.design_author { Independence::None } else { nearest };
        ties
    }

    /// Says once what the tester shares with an author.
    fn note(&mut self, shared: bool, what: &str, author: &str) {
        let words = format!("shares the {what} of {author}");
        if shared && self.words.len() < TIES_MAX && !self.words.contains(&words) {
            self.words.push(words);
        }
    }
}

/// Most ties of a tester that are named.
const TIES_MAX: usize = 10;

/// The first and the last of some days, and those between on which a place of the tester or of an author begins or ends.
fn turns(index: &Index<'_>, tester: &str, days: RangeInclusive<Date>) -> BTreeSet<Date> {
    let people = std::iter::once(tester).chain(index.authors.iter().copied());
    let places = people.filter_map(|person| index.people.get(person)).flatten();
    let turns = places.flat_map(|place| std::iter::once(place.from).chain(place.to));
    let mut turns: BTreeSet<Date> = turns.filter(|day| days.contains(day)).collect();
    turns.extend([*days.start(), *days.end()]);
    turns
}

/// Where a person stood in the organisation chart on a day, or else last before it.
fn last_place<'a>(index: &Index<'a>, person: &str, day: Date) -> Option<&'a PersonInput> {
    index.people.get(person)?.iter().rev().find(|place| place.from <= day).copied()
}

fn place(version: &PersonInput) -> Place<&str> {
    Place {
        person: &version.id,
        department: version.department.clone(),
        manager: version.manager.as_deref(),
        external: version.external,
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
        let independent = |campaign: &&&Campaign| {
            shows_something(campaign, *kind)
                && campaign.held_in_time
                && !campaign.before_build
                && campaign.independence_enough
                && campaign.independence_true
        };
        TestKindRow {
            reference: *kind,
            required_independence: required_independence(facts.limits.as_ref(), *kind),
            campaigns: count(campaigns.iter()),
            passed: count(campaigns.iter().filter(|campaign| campaign.passed)),
            independent: count(campaigns.iter().filter(independent)),
            campaign_refs: campaigns.iter().map(|campaign| campaign.reference.clone()).collect(),
        }
    };
    TestKind::ALL.iter().map(row).collect()
}

/// Whether a campaign cites what shows that it was held: usable results, or for a look at what the product is made of any
/// usable evidence.
fn shows_something(campaign: &Campaign, kind: TestKind) -> bool {
    let looks = matches!(kind, TestKind::VulnerabilityScan | TestKind::CompositionAnalysis);
    let ran = campaign.results_passed + campaign.results_failed > 0;
    !campaign.evidence.is_empty() && campaign.unusable_evidence == 0 && (ran || looks)
}

pub(super) fn builds(index: &Index<'_>) -> Vec<Build> {
    let row = |build: &BuildInput| Build {
        reference: build.name.clone(),
        commit: build.commit.clone(),
        predecessor: build.predecessor.clone(),
        authors: build.authors.clone(),
        unknown_authors: i64::from(build.unknown_authors),
        follows: build.follows,
        authors_known: super::authors_known(build),
        evidence: index.evidence_refs(&build.manifests),
        changed_paths: i64::from(build.changed_paths),
        artefacts: count(
            build.artefacts.iter().map(|artefact| &artefact.name).collect::<HashSet<_>>().into_iter(),
        ),
        candidate: build.candidate,
    };
    index.input.builds.iter().map(row).collect()
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
        let signatures: Vec<_> = rows.iter().filter_map(|row| row.signature.as_ref()).collect();
        Artefact {
            reference: format!("{name}@{}", digests.first().or(decided.as_ref()).map_or("", String::as_str)),
            name: name.to_owned(),
            agreed: digests.len() == 1,
            differs_from_decision: decision.is_some()
                && decided.as_ref().is_none_or(|digest| digests != [digest.clone()]),
            decided_digest: decided,
            digests,
            sound: ids.iter().any(sound),
            signed: !signatures.is_empty(),
            signing_key_valid: !signatures.is_empty()
                && signatures.iter().all(|signature| signature.key_was_valid()),
            evidence: index.evidence_refs(&ids),
        }
    };
    by_name.into_iter().map(row).collect()
}

pub(super) fn evidence(index: &Index<'_>) -> Vec<Evidence> {
    let mut executed: HashMap<&str, i64> = HashMap::new();
    for test in index.input.tests.iter().filter(|test| test.outcome != Outcome::Skipped) {
        *executed.entry(&test.evidence).or_default() += 1;
    }
    let row = |evidence: &EvidenceInput| {
        let made = made_on(evidence);
        Evidence {
            reference: evidence_ref(evidence),
            id: evidence.id.clone(),
            kind: evidence.kind,
            build: evidence.build.clone(),
            own: evidence.own,
            on_candidate: index.counts(evidence),
            tool: evidence.tool.clone(),
            tool_version: evidence.version.clone(),
            rules: evidence.rules.clone(),
            feed_on: evidence.feed_on.map(text),
            feed_age_days: evidence.feed_on.map(|feed| days(feed, made)),
            performed_on: evidence.performed_on.map(text),
            recorded_on: text(evidence.recorded_on),
            bound: bound(index, evidence),
            before_build: evidence
                .performed_on
                .is_some_and(|day| index.before_build(evidence.build.as_deref(), day)),
            disqualified: evidence.disqualified,
            defects: i64::from(evidence.defects),
            tests_executed: executed.get(evidence.id.as_str()).copied().unwrap_or(0),
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
