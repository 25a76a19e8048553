//! Joins and date arithmetic: raw rows in, facts out.
//!
//! [`Index`] is built once, in one pass over the rows; every row then costs a few look-ups, so that the whole grows
//! linearly. One file per group of rows; to add a derived field, compute it where its row is made.

mod content;
mod findings;
mod governance;
mod overlap;
mod risk;
mod verification;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::civil::Date;

use super::FactsError;
use super::input::{BuildInput, EvidenceInput, FactsInput, PersonInput, RecordInput};
use super::rows::{Adoption, FACTS_VERSION, Facts, Limits, Person, Product, Release, SuspectLink};
use super::words::{CLINICAL, EvidenceKind, Scope, State};
use content::Content;

impl Facts {
    /// Joins raw rows to facts. The order of the rows does not matter.
    ///
    /// # Errors
    /// When a record's content does not fit its kind, or one id comes twice.
    pub fn build(mut input: FactsInput) -> Result<Self, FactsError> {
        sort(&mut input);
        let index = Index::new(&input)?;
        let mut facts = Self {
            version: FACTS_VERSION,
            at: input.at.to_string(),
            seq: input.seq,
            product: product(&input),
            release: release(&input, &index),
            limits: index.limits.clone(),
            adoptions: adoptions(&input),
            people: people(&input),
            responsibilities: governance::responsibilities(&index)?,
            documents: governance::documents(&index)?,
            software_items: risk::software_items(&index)?,
            risk_criteria: risk::criteria(&index)?,
            risks: risk::risks(&index)?,
            measures: Vec::new(),
            requirements: verification::requirements(&index)?,
            reviews: verification::reviews(&index)?,
            campaigns: verification::campaigns(&index)?,
            test_kinds: Vec::new(),
            activities: governance::activities(&index)?,
            clause_assessments: governance::clause_assessments(&index)?,
            applicabilities: governance::applicabilities(&index)?,
            deviations: governance::deviations(&index)?,
            builds: verification::builds(&index),
            artefacts: verification::artefacts(&index),
            evidence: verification::evidence(&index),
            failed_tests: verification::failed_tests(&index)?,
            components: findings::components(&index)?,
            feeds: findings::feeds(&index),
            findings: findings::findings(&index),
            suspect_links: suspect_links(&index),
        };
        verification::join_verification(&mut facts);
        facts.measures = risk::measures(&index, &facts.requirements)?;
        facts.test_kinds = verification::test_kinds(&facts);
        facts.sort();
        Ok(facts)
    }

    /// Puts every list into its one order.
    fn sort(&mut self) {
        macro_rules! by_ref {
            ($($list:ident),*) => { $(self.$list.sort_by(|a, b| a.reference.cmp(&b.reference));)* };
        }
        by_ref!(
            adoptions,
            people,
            responsibilities,
            documents,
            software_items,
            risk_criteria,
            risks,
            measures,
            requirements,
            reviews,
            campaigns,
            test_kinds,
            activities,
            clause_assessments,
            applicabilities,
            deviations,
            builds,
            artefacts,
            evidence,
            failed_tests,
            components,
            findings,
            suspect_links
        );
    }
}

/// Sorts the rows whose order could otherwise show.
fn sort(input: &mut FactsInput) {
    input.records.sort_by(|a, b| a.id.cmp(&b.id));
    for record in &mut input.records {
        record.links.sort_by(|a, b| (&a.link, &a.target, a.pinned).cmp(&(&b.link, &b.target, b.pinned)));
    }
    input.people.sort();
    input.evidence.sort_by(|a, b| a.id.cmp(&b.id));
    input.builds.sort_by(|a, b| a.name.cmp(&b.name));
    for build in &mut input.builds {
        build.authors.sort();
        build.authors.dedup();
        build.artefacts.sort();
    }
    input.components.sort();
    // The same component in two SBOMs of one release is one component.
    input.components.dedup_by(|a, b| a.key == b.key);
    for finding in &mut input.findings {
        if let Some(assessment) = &mut finding.assessment {
            assessment.terms.sort();
            assessment.changed.sort();
            assessment.changed.dedup();
        }
    }
}

/// Everything that rows look up, by what they look it up.
struct Index<'a> {
    input: &'a FactsInput,
    at: Date,
    records: HashMap<&'a str, &'a RecordInput>,
    by_kind: HashMap<&'a str, Vec<&'a RecordInput>>,
    /// By link type, then target: the records that the links leave from.
    incoming: HashMap<&'a str, HashMap<&'a str, Vec<&'a RecordInput>>>,
    evidence: HashMap<&'a str, &'a EvidenceInput>,
    people: HashMap<&'a str, Vec<&'a PersonInput>>,
    candidate: Option<&'a str>,
    /// The day on which each build was made, by the earliest sound manifest that speaks of it.
    built_on: HashMap<&'a str, Date>,
    limits: Option<Limits>,
    criteria: HashMap<&'a str, risk::Scales>,
    accountable: Accountable,
    outcomes: HashMap<&'a str, verification::CaseOutcome<'a>>,
    results: HashMap<&'a str, (i64, i64)>,
    /// Everyone who wrote something in a build of the release.
    authors: BTreeSet<&'a str>,
    /// Whether the builds say who that is, and all are known.
    authors_known: bool,
    unknown_authors: i64,
    design_authors: HashSet<&'a str>,
}

impl<'a> Index<'a> {
    fn new(input: &'a FactsInput) -> Result<Self, FactsError> {
        once("record", input.records.iter().map(|record| record.id.as_str()))?;
        once("evidence", input.evidence.iter().map(|evidence| evidence.id.as_str()))?;
        once("finding", input.findings.iter().map(|finding| finding.id.as_str()))?;
        once("build", input.builds.iter().map(|build| build.name.as_str()))?;
        let mut records = HashMap::with_capacity(input.records.len());
        let mut by_kind: HashMap<_, Vec<_>> = HashMap::new();
        let mut incoming: HashMap<&str, HashMap<&str, Vec<&RecordInput>>> = HashMap::new();
        for record in &input.records {
            records.insert(record.id.as_str(), record);
            if record.state == State::Retired {
                continue;
            }
            by_kind.entry(record.kind.as_str()).or_default().push(record);
            for link in &record.links {
                incoming.entry(&link.link).or_default().entry(&link.target).or_default().push(record);
            }
        }
        let mut people: HashMap<_, Vec<_>> = HashMap::new();
        for person in &input.people {
            people.entry(person.id.as_str()).or_default().push(person);
        }
        let mut index = Self {
            input,
            at: input.at,
            records,
            by_kind,
            incoming,
            evidence: input.evidence.iter().map(|row| (row.id.as_str(), row)).collect(),
            people,
            candidate: input.builds.iter().find(|build| build.candidate).map(|build| build.name.as_str()),
            built_on: built_on(input),
            limits: None,
            criteria: HashMap::new(),
            accountable: Accountable::default(),
            outcomes: HashMap::new(),
            results: HashMap::new(),
            authors: input.builds.iter().flat_map(|build| &build.authors).map(String::as_str).collect(),
            authors_known: input.builds.iter().all(authors_known) && !input.builds.is_empty(),
            unknown_authors: input.builds.iter().map(|row| i64::from(row.unknown_authors)).sum(),
            design_authors: HashSet::new(),
        };
        index.limits = governance::limits(&index)?;
        index.criteria = risk::scales(&index)?;
        index.accountable = governance::accountable(&index)?;
        index.outcomes = verification::outcomes(&index);
        index.results = verification::results(&index);
        index.design_authors = verification::design_authors(&index)?;
        Ok(index)
    }

    /// The records of a kind that are not retired.
    fn kind(&self, kind: &str) -> &[&'a RecordInput] {
        self.by_kind.get(kind).map_or(&[], Vec::as_slice)
    }

    /// The records, not retired, from which a link of this type leads to this target.
    fn pointing_at(&self, link: &str, target: &str) -> &[&'a RecordInput] {
        self.incoming.get(link).and_then(|targets| targets.get(target)).map_or(&[], Vec::as_slice)
    }

    /// A person as the organisation knew them on a day.
    fn person_on(&self, id: &str, day: Date) -> Option<&'a PersonInput> {
        let versions = self.people.get(id)?;
        versions
            .iter()
            .rev()
            .find(|person| person.from <= day && person.to.is_none_or(|to| day < to))
            .copied()
    }

    /// Whether evidence counts for the candidate build: it speaks of that one. A kind of record that lets the evidence of
    /// another build count, by a signed analysis of what differs, would be read here.
    fn counts(&self, evidence: &EvidenceInput) -> bool {
        self.candidate.is_some() && evidence.build.as_deref() == self.candidate
    }

    /// Whether something is said to have happened to a build before there was one. A day is let pass, because what belongs
    /// to a build is made around midnight too.
    fn before_build(&self, build: Option<&str>, day: Date) -> bool {
        let built_on = build.and_then(|build| self.built_on.get(build));
        built_on.is_some_and(|built_on| day < built_on.saturating_sub(jiff::Span::new().days(1)))
    }

    fn evidence_refs(&self, ids: &[String]) -> Vec<String> {
        let mut refs: Vec<_> = ids
            .iter()
            .map(|id| self.evidence.get(id.as_str()).map_or_else(|| id.clone(), |row| evidence_ref(row)))
            .collect();
        refs.sort();
        refs.dedup();
        refs
    }
}

/// When builds were made.
fn built_on(input: &FactsInput) -> HashMap<&str, Date> {
    let mut built_on: HashMap<&str, Date> = HashMap::new();
    let manifests =
        input.evidence.iter().filter(|row| row.kind == EvidenceKind::BuildManifest && !row.disqualified);
    for (build, day) in manifests.filter_map(|row| row.build.as_deref().zip(row.performed_on)) {
        built_on.entry(build).and_modify(|first| *first = day.min(*first)).or_insert(day);
    }
    built_on
}

/// The number in an id, by which ids of one prefix are ordered: 10 of `EVID-10`.
pub(crate) fn number(id: &str) -> u64 {
    id.rsplit('-').next().and_then(|digits| digits.parse().ok()).unwrap_or(u64::MAX)
}

/// Whether it is known who wrote a build.
pub(super) fn authors_known(build: &BuildInput) -> bool {
    build.manifest && build.follows && !build.authors.is_empty() && build.unknown_authors == 0
}

/// An error when one id comes twice.
fn once<'a>(what: &'static str, ids: impl Iterator<Item = &'a str>) -> Result<(), FactsError> {
    let mut seen = HashSet::new();
    for id in ids {
        if !seen.insert(id) {
            return Err(FactsError::Twice { what, id: id.to_owned() });
        }
    }
    Ok(())
}

/// Who answers for which clauses, on which days.
#[derive(Default)]
struct Accountable(BTreeMap<String, Vec<Term>>);

/// One person's time of answering for a clause, both days included.
struct Term {
    person: String,
    from: Option<Date>,
    to: Option<Date>,
}

impl Accountable {
    /// The different people who answer for a clause on a day; the most specific clause that anyone answers for counts.
    fn on(&self, clause: &str, day: Date) -> Vec<&str> {
        for name in ancestors(clause) {
            let mut people: Vec<_> = self
                .0
                .get(name)
                .into_iter()
                .flatten()
                .filter(|term| term.from.is_none_or(|from| from <= day) && term.to.is_none_or(|to| day <= to))
                .map(|term| term.person.as_str())
                .collect();
            people.sort_unstable();
            people.dedup();
            if !people.is_empty() {
                return people;
            }
        }
        Vec::new()
    }
}

/// A clause and the headings above it: `5.2.1`, `5.2`, `5`.
pub(crate) fn ancestors(clause: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(clause), |name| name.rsplit_once('.').map(|(heading, _)| heading))
}

/// The fields that all record rows share.
struct Common {
    reference: String,
    id: String,
    scope: Scope,
    title: String,
    revision: i64,
    state: State,
    approved: bool,
    author: String,
    approver: Option<String>,
    self_approved: bool,
    signed: bool,
    clinically_signed: bool,
    approved_on: Option<String>,
    first_approved_on: Option<String>,
    age_days: Option<i64>,
    suspect: i64,
    owner: String,
}

impl Common {
    fn of(record: &RecordInput, at: Date) -> Result<Self, FactsError> {
        let covering = || record.signatures.iter().filter(|signature| signature.digest == record.digest);
        Ok(Self {
            reference: record_ref(record),
            id: record.id.clone(),
            scope: record.scope,
            title: record.title.clone(),
            revision: i64::from(record.revision),
            state: record.state,
            approved: approved(record),
            author: record.author.clone(),
            approver: record.approver.clone(),
            self_approved: record.approver.as_ref() == Some(&record.author),
            signed: covering().next().is_some(),
            clinically_signed: covering()
                .any(|signature| signature.meaning == CLINICAL && signature.signer != record.author),
            approved_on: record.approved_on.map(text),
            first_approved_on: record.first_approved_on.map(text),
            age_days: record.approved_on.map(|day| days(day, at)),
            suspect: count(record.links.iter().filter(|link| link.suspect)),
            owner: owner(record)?,
        })
    }
}

/// Makes a record row from the common fields and its own.
macro_rules! row {
    ($name:ident, $common:expr, { $($field:ident $(: $value:expr)?),* $(,)? }) => {{
        let common = $common;
        crate::facts::rows::$name {
            reference: common.reference,
            id: common.id,
            scope: common.scope,
            title: common.title,
            revision: common.revision,
            state: common.state,
            approved: common.approved,
            author: common.author,
            approver: common.approver,
            self_approved: common.self_approved,
            signed: common.signed,
            clinically_signed: common.clinically_signed,
            approved_on: common.approved_on,
            first_approved_on: common.first_approved_on,
            age_days: common.age_days,
            suspect: common.suspect,
            owner: common.owner,
            $($field $(: $value)?,)*
        }
    }};
}
use row;

/// Whether a revision is approved by someone other than its author whose signature covers it.
fn approved(record: &RecordInput) -> bool {
    record.state == State::Approved
        && record.approver.as_ref().is_some_and(|approver| {
            *approver != record.author
                && record
                    .signatures
                    .iter()
                    .any(|signature| signature.signer == *approver && signature.digest == record.digest)
        })
}

/// Who owes what is missing in a record.
fn owner(record: &RecordInput) -> Result<String, FactsError> {
    let content = Content::of(record);
    let named = [content.person("owner")?, content.person("assignee")?, content.person("tester")?];
    Ok(named.into_iter().flatten().next().unwrap_or_else(|| record.author.clone()))
}

fn record_ref(record: &RecordInput) -> String {
    format!("{}@{}", record.id, record.digest)
}

fn evidence_ref(evidence: &EvidenceInput) -> String {
    format!("{}@{}", evidence.id, evidence.digest)
}

/// Whole days from one day to another; negative when the second comes first.
fn days(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_hours() / 24
}

/// Days by which a day is past; 0 while it is not.
fn overdue(due: Option<Date>, at: Date) -> i64 {
    due.map_or(0, |due| days(due, at).max(0))
}

/// A day some days later; the last day that can be written where there is no such day.
fn plus(day: Date, later: i64) -> Date {
    day.saturating_add(jiff::Span::new().days(later.clamp(0, 36_525)))
}

fn text(day: Date) -> String {
    day.to_string()
}

fn count<T>(items: impl Iterator<Item = T>) -> i64 {
    i64::try_from(items.count()).unwrap_or(i64::MAX)
}

fn product(input: &FactsInput) -> Product {
    Product {
        reference: input.product.key.clone(),
        route: input.product.route,
        support_end: input.product.support_end.map(text),
    }
}

fn release(input: &FactsInput, index: &Index<'_>) -> Release {
    let release = &input.release;
    Release {
        reference: release.name.clone(),
        based_on: release.based_on.clone(),
        planned_ship_date: release.planned_ship_date.map(text),
        days_to_ship: release.planned_ship_date.map(|day| days(input.at, day)),
        manager: release.manager.clone(),
        fielded: release.fielded,
        candidate: index.candidate.map(str::to_owned),
        decided: release.decision.is_some(),
        decided_on: release.decision.as_ref().map(|decision| text(decision.on)),
        decided_by: release.decision.as_ref().map(|decision| decision.by.clone()),
    }
}

fn adoptions(input: &FactsInput) -> Vec<Adoption> {
    let row = |adoption: &super::input::AdoptionInput| Adoption {
        reference: adoption.pack.to_string(),
        by: adoption.by.clone(),
        on: text(adoption.on),
    };
    let mut rows: Vec<_> = input.adoptions.iter().map(row).collect();
    rows.sort_by(|a, b| (&a.reference, &a.on, &a.by).cmp(&(&b.reference, &b.on, &b.by)));
    rows.dedup_by(|a, b| a.reference == b.reference);
    rows
}

fn people(input: &FactsInput) -> Vec<Person> {
    let mut roles: HashMap<&str, BTreeSet<&str>> = HashMap::new();
    for held in &input.roles {
        roles.entry(&held.person).or_default().insert(&held.role);
    }
    let valid = |person: &&PersonInput| person.from <= input.at && person.to.is_none_or(|to| input.at < to);
    let mut rows: Vec<_> = input
        .people
        .iter()
        .filter(valid)
        .map(|person| Person {
            reference: person.id.clone(),
            department: person.department.clone(),
            manager: person.manager.clone(),
            external: person.external,
            roles: roles
                .get(person.id.as_str())
                .into_iter()
                .flatten()
                .map(|role| (*role).to_owned())
                .collect(),
        })
        .collect();
    rows.reverse();
    rows.sort_by(|a, b| a.reference.cmp(&b.reference));
    rows.dedup_by(|a, b| a.reference == b.reference);
    rows
}

fn suspect_links(index: &Index<'_>) -> Vec<SuspectLink> {
    let alive = index.input.records.iter().filter(|record| record.state != State::Retired);
    alive
        .flat_map(|record| record.links.iter().filter(|link| link.suspect).map(move |link| (record, link)))
        .map(|(record, link)| SuspectLink {
            reference: format!("{} {} {}", record.id, link.link, link.target),
            source: record.id.clone(),
            source_ref: record_ref(record),
            link: link.link.clone(),
            target: link.target.clone(),
            owner: owner(record).unwrap_or_else(|_| record.author.clone()),
        })
        .collect()
}
