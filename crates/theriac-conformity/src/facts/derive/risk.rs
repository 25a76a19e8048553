//! Rows about risk: software items, criteria, risks, measures.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::civil::Date;

use super::content::Content;
use super::governance::{in_force_since, review_overdue};
use super::overlap::overlap;
use super::{Common, Index, approved, count, overdue, record_ref, row, text};
use crate::facts::FactsError;
use crate::facts::input::RecordInput;
use crate::facts::rows::{Measure, Requirement, Risk, RiskCriteria, SoftwareItem};
use crate::facts::words::{ItemClass, Scope, State, Treatment};

pub(super) fn software_items(index: &Index<'_>) -> Result<Vec<SoftwareItem>, FactsError> {
    let mut components: HashMap<&str, i64> = HashMap::new();
    for component in &index.input.components {
        if let Some(item) = &component.item {
            *components.entry(item).or_default() += 1;
        }
    }
    let past = past_classes(index)?;
    let row = |record: &&RecordInput| {
        let content = Content::of(record);
        let class: Option<ItemClass> = content.word("class")?;
        let stated: Option<ItemClass> = content.word("previous_class")?;
        let patterns = content.texts("purls")?;
        let named = Named::all(&patterns, &record.id, &past, record.approved_on.unwrap_or(index.at));
        let held = past.iter().filter(|past| past.lasted() && past.was(&record.id, &named));
        let before = held.map(|past| past.class);
        let previous_class = before.chain(stated).min();
        let support_end = content.date("support_end")?;
        let risks = index.pointing_at("affects", &record.id).iter().filter(|risk| approved(risk));
        Ok(row!(SoftwareItem, Common::of(record, index.at)?, {
            origin: content.word("origin")?,
            class,
            previous_class,
            // The classes are nested: a later one in the list promises users less.
            downgraded: class.zip(previous_class).is_some_and(|(now, before)| now > before),
            user_information: content.given("user_information") && !old_text(&past, record, &named)?,
            rationale: content.given("rationale"),
            support_end: support_end.map(text),
            support_ends_before_product: support_end
                .zip(index.input.product.support_end)
                .is_some_and(|(item, product)| item < product),
            risks: count(risks),
            components: components.get(record.id.as_str()).copied().unwrap_or(0),
        }))
    };
    index.kind("software-item").iter().map(row).collect()
}

/// A pattern of an item, and from when on.
struct Named {
    pattern: String,
    since: Date,
}

impl Named {
    /// Some patterns of an item, each since the item first had it.
    fn all(patterns: &[String], item: &str, past: &[PastClass<'_>], now: Date) -> Vec<Self> {
        let first = |pattern: &String| {
            let own = past.iter().filter(|own| own.item == item && own.patterns.contains(pattern));
            own.map(|own| own.from).min().unwrap_or(now)
        };
        patterns.iter().map(|pattern| Self { since: first(pattern), pattern: pattern.clone() }).collect()
    }

    /// Whether it takes components from a pattern that says less: plain ones come before those with a star, and of two of a
    /// sort the longer one.
    fn narrows(&self, wider: &str) -> bool {
        let longer = self.pattern.len() > wider.len();
        let takes = match (self.pattern.contains('*'), wider.contains('*')) {
            (false, true) => true,
            (true, false) => false,
            _ => longer,
        };
        takes && overlap(wider, &self.pattern)
    }
}

/// The class that a revision of an item promised users while it was in force.
struct PastClass<'a> {
    item: &'a str,
    class: ItemClass,
    /// What it told users.
    text: Option<&'a str>,
    from: Date,
    /// The first day at whose end it was in force no more; `None` while it is.
    until: Option<Date>,
    patterns: Vec<String>,
    /// Those of its patterns that its record has no more: another may have taken its place, under other patterns.
    given_up: Vec<String>,
}

impl PastClass<'_> {
    /// Whether it was in force at the end of a day.
    fn lasted(&self) -> bool {
        self.until.is_none_or(|until| self.from < until)
    }

    /// Whether it was the class of an item, or of components that the item's patterns name now.
    fn was(&self, item: &str, named: &[Named]) -> bool {
        if self.item == item {
            return self.until.is_some();
        }
        named.iter().any(|own| {
            let same = self.until.is_some() && self.patterns.contains(&own.pattern);
            let taken = || self.given_up.iter().any(|before| overlap(before, &own.pattern));
            let just_before = self.from < own.since && self.until.is_none_or(|until| own.since <= until);
            same || taken() || (just_before && self.patterns.iter().any(|wider| own.narrows(wider)))
        })
    }
}

/// The classes that items had, and those that they have.
fn past_classes<'a>(index: &Index<'a>) -> Result<Vec<PastClass<'a>>, FactsError> {
    let mut classes = Vec::new();
    for past in index.input.past.iter().filter(|past| past.record.kind == "software-item") {
        let now = index.records.get(past.record.id.as_str()).filter(|now| now.state != State::Retired);
        let kept = now.map(|now| Content::of(now).texts("purls")).transpose()?.unwrap_or_default();
        classes.extend(promised(&past.record, past.from, Some(past.until), &kept)?);
    }
    for record in index.kind("software-item").iter().filter(|record| approved(record)) {
        let kept = Content::of(record).texts("purls")?;
        if let Some(from) = record.approved_on {
            classes.extend(promised(record, from, None, &kept)?);
        }
    }
    Ok(classes)
}

fn promised<'a>(
    record: &'a RecordInput,
    from: Date,
    until: Option<Date>,
    kept: &[String],
) -> Result<Option<PastClass<'a>>, FactsError> {
    let content = Content::of(record);
    let Some(class) = content.word::<ItemClass>("class")? else { return Ok(None) };
    let patterns = content.texts("purls")?;
    let given_up = patterns.iter().filter(|pattern| !kept.contains(pattern)).cloned().collect();
    let text = content.text("user_information")?.map(str::trim);
    Ok(Some(PastClass { item: &record.id, class, text, from, until, patterns, given_up }))
}

/// Whether what an item tells users was there before its class was lowered: while it promised more itself, or while it did
/// not yet cover components of which another promised more.
fn old_text(past: &[PastClass<'_>], record: &RecordInput, named: &[Named]) -> Result<bool, FactsError> {
    let content = Content::of(record);
    let text = content.text("user_information")?.map(str::trim);
    let Some(now) = content.word::<ItemClass>("class")? else { return Ok(false) };
    let others = past.iter().filter(|other| other.item != record.id && other.lasted() && other.class < now);
    let taken: Vec<_> = others.filter(|other| other.was(&record.id, named)).collect();
    let mut same = past.iter().filter(|own| own.item == record.id && own.text == text);
    let covers = |own: &PastClass<'_>, other: &PastClass<'_>| {
        other.was(&record.id, &Named::all(&own.patterns, &record.id, past, own.from))
    };
    Ok(same.any(|own| own.class < now || taken.iter().any(|other| !covers(own, other))))
}

/// The scales of one record of risk criteria.
pub(super) struct Scales {
    method: Option<String>,
    criticality: Vec<String>,
    likelihood: Vec<String>,
    impact: Vec<String>,
    acceptable: Vec<String>,
    matrix: HashMap<(String, String), String>,
    in_force: bool,
    scope: Scope,
}

impl Scales {
    fn read(index: &Index<'_>, record: &RecordInput) -> Result<Self, FactsError> {
        let content = Content::of(record);
        let mut matrix = HashMap::new();
        for row in content.rows("matrix")? {
            let cell = row.owned("likelihood")?.zip(row.owned("impact")?).zip(row.owned("level")?);
            if let Some((cell, level)) = cell {
                matrix.insert(cell, level);
            }
        }
        Ok(Self {
            method: content.owned("method")?,
            criticality: content.texts("criticality")?,
            likelihood: content.texts("likelihood")?,
            impact: content.texts("impact")?,
            acceptable: content.texts("acceptable")?,
            matrix,
            in_force: approved(record) && content.date("effective_date")?.is_some_and(|day| day <= index.at),
            scope: record.scope,
        })
    }

    fn level(&self, likelihood: Option<&str>, impact: Option<&str>) -> Option<&String> {
        self.matrix.get(&(likelihood?.to_owned(), impact?.to_owned()))
    }

    fn gaps(&self) -> i64 {
        let levels: HashSet<_> = self.criticality.iter().collect();
        let cells = self.likelihood.iter().flat_map(|likelihood| {
            self.impact.iter().map(move |impact| self.level(Some(likelihood), Some(impact)))
        });
        count(cells.filter(|level| level.is_none_or(|level| !levels.contains(level))))
    }
}

pub(super) fn scales<'a>(index: &Index<'a>) -> Result<HashMap<&'a str, Scales>, FactsError> {
    let records = index.kind("risk-criteria").iter();
    records.map(|record| Ok((record.id.as_str(), Scales::read(index, record)?))).collect()
}

pub(super) fn criteria(index: &Index<'_>) -> Result<Vec<RiskCriteria>, FactsError> {
    let interval = index.limits.as_ref().and_then(|limits| limits.interval_criteria_review);
    let row = |record: &&RecordInput| {
        let content = Content::of(record);
        let scales = Scales::read(index, record)?;
        let next_review = content.date("next_review")?;
        let rival = |(id, other): &(&&str, &Scales)| {
            **id != record.id && other.in_force && other.scope == scales.scope
        };
        Ok(row!(RiskCriteria, Common::of(record, index.at)?, {
            rivals: if scales.in_force { count(index.criteria.iter().filter(rival)) } else { 0 },
            matrix_gaps: scales.gaps(),
            in_force: scales.in_force,
            method: scales.method,
            criticality: scales.criticality,
            likelihood: scales.likelihood,
            impact: scales.impact,
            acceptable: scales.acceptable,
            effective_date: content.date("effective_date")?.map(text),
            next_review: next_review.map(text),
            review_days_overdue: review_overdue(next_review, record, interval, index.at),
            safety_scales: content.given("safety_scales"),
        }))
    };
    index.kind("risk-criteria").iter().map(row).collect()
}

/// Whether risks are scored under these criteria: those of the product come before those of the organisation.
fn governs(index: &Index<'_>, scales: &Scales) -> bool {
    let of_product = |other: &Scales| other.in_force && other.scope == Scope::Product;
    scales.in_force && (scales.scope == Scope::Product || !index.criteria.values().any(of_product))
}

pub(super) fn risks(index: &Index<'_>) -> Result<Vec<Risk>, FactsError> {
    index.kind("risk").iter().map(|record| risk(index, record)).collect()
}

fn risk(index: &Index<'_>, record: &RecordInput) -> Result<Risk, FactsError> {
    let content = Content::of(record);
    let mut scored_under = record.links.iter().filter(|link| link.link == "scored-under");
    // Under two sets of criteria nobody knows which counts.
    let link = scored_under.next().filter(|_| scored_under.next().is_none());
    let criteria = link.and_then(|link| index.records.get(link.target.as_str()).copied());
    let scales = criteria.and_then(|criteria| index.criteria.get(criteria.id.as_str()));
    let read_current = link.zip(criteria).is_some_and(|(link, criteria)| link.pinned == criteria.digest);
    let criteria_since = match link.zip(criteria) {
        None => None,
        Some((link, criteria)) => in_force_since(criteria, link)?,
    };
    let level = |likelihood, impact| scales.and_then(|scales| scales.level(likelihood, impact)).cloned();
    let (likelihood, impact) = (content.text("likelihood")?, content.text("impact")?);
    let (residual_likelihood, residual_impact) =
        (content.text("residual_likelihood")?, content.text("residual_impact")?);
    let criticality = content.owned("criticality")?;
    let by_matrix = level(likelihood, impact);
    let treatment: Option<Treatment> = content.word("treatment")?;
    let residual_level = level(residual_likelihood, residual_impact)
        // What is borne as it is remains as it is.
        .or_else(|| by_matrix.clone().filter(|_| treatment == Some(Treatment::Accept)));
    let next_review = content.date("next_review")?;
    let to = |link_type: &'static str| record.links.iter().filter(move |link| link.link == link_type);
    let measures: Vec<_> =
        to("mitigated-by").filter_map(|link| index.records.get(link.target.as_str()).copied()).collect();
    Ok(row!(Risk, Common::of(record, index.at)?, {
        likelihood: likelihood.map(str::to_owned),
        impact: impact.map(str::to_owned),
        cvss: content.owned("cvss")?,
        patient_harm: content.word("patient_harm")?,
        treatment,
        reason: content.given("reason"),
        residual_likelihood: residual_likelihood.map(str::to_owned),
        residual_impact: residual_impact.map(str::to_owned),
        residual_acceptable: scales
            .zip(residual_level.as_ref())
            .is_some_and(|(scales, level)| scales.acceptable.contains(level)),
        residual_level,
        next_review: next_review.map(text),
        review_days_overdue: overdue(next_review, index.at),
        criteria: criteria.map(record_ref),
        criteria_in_force: read_current && scales.is_some_and(|scales| governs(index, scales)),
        criteria_before_acceptance: criteria_since
            .zip(record.approved_on)
            .is_some_and(|(criteria, risk)| criteria <= risk)
            // On one day, the order of the two approvals counts.
            && link.is_some_and(|link| link.pinned_approved_seq <= record.approved_seq),
        scored: by_matrix.is_some(),
        criticality_by_matrix: criticality.is_some() && criticality == by_matrix,
        criticality,
        affects: count(to("affects")),
        measures: count(to("mitigated-by")),
        approved_measures: count(measures.iter().filter(|measure| approved(measure))),
        measure_refs: measures.iter().map(|measure| record_ref(measure)).collect(),
    }))
}

pub(super) fn measures(index: &Index<'_>, requirements: &[Requirement]) -> Result<Vec<Measure>, FactsError> {
    let by_id: HashMap<_, _> = requirements.iter().map(|row| (row.id.as_str(), row)).collect();
    let row = |record: &&RecordInput| {
        let content = Content::of(record);
        let mut implemented_by: Vec<_> = record
            .links
            .iter()
            .filter(|link| link.link == "implemented-by")
            .map(|link| link.target.clone())
            .collect();
        implemented_by.dedup();
        let linked: Vec<_> = implemented_by.iter().filter_map(|id| by_id.get(id.as_str())).collect();
        let mut evidence: Vec<_> = linked.iter().flat_map(|row| &row.evidence).cloned().collect();
        evidence.sort();
        evidence.dedup();
        let failing: BTreeSet<String> = linked.iter().flat_map(|row| &row.failing_tests).cloned().collect();
        let read = implemented_by.iter().map(|id| match by_id.get(id.as_str()) {
            Some(row) => row.reference.clone(),
            None => id.clone(),
        });
        let verified = !linked.is_empty() && linked.iter().all(|row| row.approved && row.verified_passed);
        Ok(row!(Measure, Common::of(record, index.at)?, {
            side_effects: content.given("side_effects"),
            risks: count(index.pointing_at("mitigated-by", &record.id).iter()),
            requirements: count(linked.iter().filter(|row| row.approved)),
            tests_failed: linked.iter().map(|row| row.tests_failed).sum(),
            failing_tests: failing.into_iter().collect(),
            // A requirement that is gone verifies nothing.
            verified: verified && linked.len() == implemented_by.len(),
            implemented_by: read.collect(),
            evidence,
        }))
    };
    index.kind("measure").iter().map(row).collect()
}
