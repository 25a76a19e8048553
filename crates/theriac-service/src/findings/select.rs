//! Findings with their judgements: those that people chose from a list, and those that were judged at once.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use theriac_auth::separation::{self, Conflict};
use theriac_auth::{Permission, PersonId};
use theriac_conformity::Owner;
use theriac_conformity::facts::words::{CLINICAL, VexStatus};
use theriac_model::record::Content;
use theriac_model::{Digest, Severity, known_since};
use theriac_store::Conn;
use theriac_store::tables::findings::{self as table, ACCEPTED, Assessment, CONFIRMED, Finding, SIGNED};
use theriac_store::tables::releases::{self, Release};
use theriac_store::tables::signatures::Signature;
use theriac_store::tables::{self, products};

use super::assess::{accepts_risk, can_harm, days_to, needs_clinical};
use super::carry::rests_on;
use super::grounds::RestsOn;
use super::ids_of;
use super::list::Dates;
use super::mended::{Menders, Mending};
use super::owed::Owners;
use crate::evidence::number;
use crate::products::{find, scope_of};
use crate::{App, Result, ServiceError, Who};

/// Most findings judged at once.
pub const SELECT_MAX: usize = 1_000;

/// Findings with their latest assessments.
#[derive(Debug, Default)]
pub(super) struct Selected {
    /// By number, or as they were given.
    pub findings: Vec<Finding>,
    /// The latest assessment of each finding that has one.
    latest: HashMap<i64, Assessment>,
    /// The signatures on these and on those they come from, by assessment.
    signatures: HashMap<i64, Vec<Signature>>,
    /// Everybody whom a signed judgement ever named to mend a finding.
    fixers: HashMap<i64, Vec<PersonId>>,
    /// The severities of the findings that had more than one, in order.
    severities: HashMap<i64, Vec<(Severity, Timestamp)>>,
}

impl Selected {
    /// Reads what was judged of findings, and who signed.
    pub(super) async fn read(conn: &mut Conn, findings: Vec<Finding>) -> Result<Self> {
        let ids: Vec<i64> = findings.iter().map(|finding| finding.id).collect();
        let latest = table::latest_of(conn, &ids).await?;
        let rows: BTreeSet<i64> = latest.iter().flat_map(|judged| [judged.id, judged.root]).collect();
        let mut signatures: HashMap<i64, Vec<Signature>> = HashMap::new();
        for row in table::signatures(conn, &rows.into_iter().collect::<Vec<_>>()).await? {
            signatures.entry(row.assessment).or_default().push(row.signature);
        }
        let latest = latest.into_iter().map(|judged| (judged.finding, judged)).collect();
        let mut fixers: HashMap<i64, Vec<PersonId>> = HashMap::new();
        for (finding, person) in table::fixers(conn, &ids).await? {
            fixers.entry(finding).or_default().push(PersonId(person));
        }
        let mut severities: HashMap<i64, Vec<(Severity, Timestamp)>> = HashMap::new();
        for (finding, severity, at) in table::severities(conn, &ids).await? {
            severities.entry(finding).or_default().push((severity, at));
        }
        Ok(Self { findings, latest, signatures, fixers, severities })
    }

    /// The last day that the limits allow a finding, `to` assess or fix, by the rule of the facts: its own limit runs from
    /// when it was known to be as bad as it is, and a milder one binds where it ends sooner.
    pub(super) fn limit(
        &self,
        finding: &Finding,
        limits: Option<&Content>,
        to: &str,
        zone: &TimeZone,
    ) -> Option<Date> {
        let now = (finding.known.severity, finding.opened_at);
        let mut known = known_since(self.severities.get(&finding.id).into_iter().flatten().copied());
        if known.is_empty() {
            known.push(now);
        }
        let days = |severity| limits.and_then(|limits| days_to(limits, to, severity));
        days(now.0)?;
        let end = |(severity, since): (Severity, Timestamp)| {
            let since = since.to_zoned_datetime(zone.clone()).date();
            since.checked_add(jiff::SignedDuration::from_hours(days(severity)? * 24)).ok()
        };
        known.into_iter().filter_map(end).min()
    }

    pub(super) fn latest(&self, finding: &Finding) -> Option<&Assessment> {
        self.latest.get(&finding.id)
    }

    /// The findings that were judged, with the judgement.
    pub(super) fn judged(&self) -> impl Iterator<Item = (&Finding, &Assessment)> {
        self.findings.iter().filter_map(|finding| Some((finding, self.latest(finding)?)))
    }

    /// Whether a person may accept the risk of a finding, as far as who they are goes.
    pub(super) fn may_accept(
        &self,
        finding: &Finding,
        judged: &Assessment,
        person: PersonId,
    ) -> Result<(), Conflict> {
        let fixers: Vec<PersonId> = self.fixers(finding, judged).collect();
        separation::acceptor_stands_apart(PersonId(judged.assessor), &fixers, person)
    }

    /// Who mends a finding, and who was named for it before.
    pub(super) fn fixers(&self, finding: &Finding, judged: &Assessment) -> impl Iterator<Item = PersonId> {
        let named = self.fixers.get(&finding.id).into_iter().flatten().copied();
        named.chain(judged.fixer.map(PersonId))
    }

    /// Whether a signed judgement of a finding said that a patient can be harmed, and no clinical assessor has signed since
    /// that none can.
    pub(super) fn harm_before(&self, finding: &Finding) -> bool {
        let Some(latest) = self.latest(finding) else { return false };
        let signed = |meant: fn(&str) -> bool| self.signer(latest.root, meant).is_some();
        match signed(table::is_judgement) {
            true if can_harm(latest) => true,
            true => latest.harm_before && !signed(|meaning| meaning == CLINICAL),
            false => latest.harm_before,
        }
    }

    /// The signatures on an assessment, oldest first.
    pub(super) fn signatures(&self, assessment: i64) -> &[Signature] {
        self.signatures.get(&assessment).map_or(&[], Vec::as_slice)
    }

    /// Who signed an assessment last with this meaning.
    fn signer(&self, assessment: i64, meant: impl Fn(&str) -> bool) -> Option<i64> {
        let signatures = self.signatures(assessment).iter();
        signatures.filter(|signature| meant(&signature.meaning)).map(|signature| signature.person).next_back()
    }

    /// Names findings and judgements as they are now.
    pub(super) fn shown(&self) -> Digest {
        let mut parts: Vec<Vec<u8>> = Vec::new();
        for finding in &self.findings {
            parts.push(finding.id.to_be_bytes().to_vec());
            parts.push(finding.row_id.to_be_bytes().to_vec());
            parts.push(
                self.latest(finding).map(|latest| latest.digest.as_bytes().to_vec()).unwrap_or_default(),
            );
        }
        Digest::of_parts(parts.iter().map(Vec::as_slice))
    }

    /// How far a finding's judgement is.
    pub(super) fn standing(&self, finding: &Finding) -> Standing {
        if finding.known.resolved.is_some() {
            return Standing::Resolved;
        }
        let Some(latest) = self.latest(finding) else { return Standing::New };
        if !latest.changed.is_empty() {
            return Standing::Lapsed;
        }
        let Some(signer) = self.signer(latest.root, table::is_judgement) else { return Standing::Unsigned };
        if latest.carried_from.is_some() && self.signer(latest.id, |meaning| meaning == CONFIRMED).is_none() {
            return Standing::Unconfirmed;
        }
        if latest.status == "under investigation" {
            return Standing::UnderInvestigation;
        }
        if needs_clinical(latest) && self.signer(latest.root, |meaning| meaning == CLINICAL).is_none() {
            return Standing::NoClinical;
        }
        match latest.status.as_str() {
            "affected" if !accepts_risk(latest) => Standing::ToBeFixed,
            "affected" if self.may_accept(finding, latest, PersonId(signer)).is_err() => {
                Standing::NotSeparate
            }
            _ => Standing::Acceptable,
        }
    }

    pub(super) fn rows(&self, dates: &Dates, owners: &Owners) -> Result<Vec<SelectedFinding>> {
        let row = |finding: &Finding| {
            let standing = self.standing(finding);
            Ok(SelectedFinding {
                rests_on: self.latest(finding).map(rests_on).transpose()?.unwrap_or_default(),
                assessment: self.latest(finding).cloned(),
                due: dates.due(self, finding, standing),
                owner: owners.of(finding, self.latest(finding)),
                standing,
                finding: finding.clone(),
            })
        };
        self.findings.iter().map(row).collect()
    }
}

/// Finds what was chosen, once each.
pub(super) async fn select(conn: &mut Conn, release: &Release, references: &[String]) -> Result<Selected> {
    if references.is_empty() {
        return Err(ServiceError::field("findings", "choose a finding"));
    }
    if references.len() > SELECT_MAX {
        return Err(ServiceError::field("findings", format!("choose at most {SELECT_MAX} findings at once")));
    }
    let missing = |reference: &String| ServiceError::not_found("finding", reference);
    let mut numbers = BTreeSet::new();
    for reference in references {
        numbers.insert(number("FIND", reference).ok_or_else(|| missing(reference))?);
    }
    let wanted: Vec<i64> = numbers.iter().copied().collect();
    let mut findings = table::by_numbers(conn, &wanted).await?;
    findings.retain(|finding| finding.release == release.id);
    findings.iter().for_each(|finding| {
        numbers.remove(&finding.number);
    });
    match numbers.first() {
        Some(absent) => Err(missing(&format!("FIND-{absent}"))),
        None => Selected::read(conn, findings).await,
    }
}

/// How far the judgement of a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It is closed.
    Resolved,
    /// Nobody has judged it.
    New,
    /// What its judgement rested on has changed.
    Lapsed,
    /// Its judgement waits for a signature.
    Unsigned,
    /// Its judgement comes from an earlier release and waits for the confirmation.
    Unconfirmed,
    /// A clinical assessor has to sign, too.
    NoClinical,
    /// It is judged to be under investigation.
    UnderInvestigation,
    /// It is affected and is to be mended.
    ToBeFixed,
    /// The one who accepted the risk judged the finding, or mends it.
    NotSeparate,
    /// It is judged, and the product may ship with it.
    Acceptable,
}

impl Standing {
    /// Why it keeps a release from shipping; `None` when it does not.
    #[must_use]
    pub const fn blocks(self) -> Option<&'static str> {
        match self {
            Self::Resolved | Self::Acceptable => None,
            Self::New => Some("nobody has judged it"),
            Self::Lapsed => Some("what its judgement rested on has changed"),
            Self::Unsigned => Some("its judgement is not signed"),
            Self::Unconfirmed => Some("its judgement comes from an earlier release and is not confirmed"),
            Self::NoClinical => Some("no clinical assessor has signed what it can do to a patient"),
            Self::UnderInvestigation => Some("it is under investigation"),
            Self::ToBeFixed => Some("it is affected and to be mended"),
            Self::NotSeparate => Some("who judged or mends it has accepted its risk"),
        }
    }
}

/// Chosen findings as the pages for judging and signing show them.
#[derive(Debug, Clone)]
pub struct Selection {
    /// The findings with their judgements, by number.
    pub rows: Vec<SelectedFinding>,
    /// What [`assess`](super::assess) expects.
    pub expected: Digest,
    /// The sets that their judgements belong to, for [`set`] and [`sign`](super::sign); carried ones have none.
    pub sets: Vec<Digest>,
    /// The keys of those who judged and who mend, by id.
    pub people: HashMap<i64, String>,
}

/// One chosen finding.
#[derive(Debug, Clone)]
pub struct SelectedFinding {
    /// The finding.
    pub finding: Finding,
    /// Its latest assessment.
    pub assessment: Option<Assessment>,
    /// How far that is.
    pub standing: Standing,
    /// By when it must be judged or mended.
    pub due: Option<Date>,
    /// Who owes that.
    pub owner: Owner,
    /// What its latest assessment rests on.
    pub rests_on: RestsOn,
}

/// The chosen findings of a release.
///
/// # Errors
/// When one does not exist, or the actor may not read.
#[crate::boxed]
pub async fn selection(
    app: &App,
    who: &Who,
    product: &str,
    release: &str,
    findings: &[String],
) -> Result<Selection> {
    let (_, release, mut read) = find(app, who, Permission::Read, "findings read", product, release).await?;
    let selected = select(&mut read, &release, findings).await?;
    let dates = Dates::read(&mut read).await?;
    let owners = Owners::read(&mut read, &selected, app.today(&dates.zone)).await?;
    let own = selected.judged().filter(|(_, judged)| judged.carried_from.is_none());
    let sets: BTreeSet<Digest> = own.map(|(_, judged)| judged.set).collect();
    let people: BTreeSet<i64> =
        selected.judged().flat_map(|(_, judged)| judged.fixer.into_iter().chain([judged.assessor])).collect();
    let names = tables::people::names_among(&mut read, &people.into_iter().collect::<Vec<_>>()).await?;
    Ok(Selection {
        people: names.into_iter().map(|name| (name.id, name.key)).collect(),
        expected: selected.shown(),
        sets: sets.into_iter().collect(),
        rows: selected.rows(&dates, &owners)?,
    })
}

/// Findings that were judged at once: what is signed.
#[derive(Debug, Clone)]
pub struct AssessmentSet {
    /// Names it.
    pub set: Digest,
    /// The product's key.
    pub product: String,
    /// The release's name.
    pub release: String,
    /// What was judged, each with this judgement of it, by number.
    pub rows: Vec<(Finding, Assessment)>,
    /// The signatures on it.
    pub signatures: Vec<Signature>,
    /// Whether its signature accepts a risk, which takes a risk acceptor.
    pub accepts_risk: bool,
    /// Whether harm to a patient is possible, which takes a clinical signature as well.
    pub needs_clinical: bool,
    /// The first finding that was judged anew since; then it cannot be signed any more.
    pub replaced: Option<String>,
}

/// What was judged at once.
///
/// # Errors
/// When there is no such set, or the actor may not read it.
#[crate::boxed]
pub async fn set(app: &App, who: &Who, set: Digest) -> Result<AssessmentSet> {
    let mut read = app.store().read().await?;
    let judged = Judged::find(&mut read, who, &[set]).await?;
    who.require(app, Permission::Read, scope_of(&judged.product), "findings read").await?;
    Ok(judged.set(set))
}

/// The rows of sets of one release, with what is true of their findings now.
pub(super) struct Judged {
    pub product: products::Product,
    pub release: Release,
    /// By number; each names its set.
    pub rows: Vec<(Finding, Assessment)>,
    pub now: Selected,
    /// Who wrote what is said to have mended a finding, by row of the judgement.
    menders: HashMap<i64, Menders>,
    /// The signatures on the sets, oldest first.
    pub given: Vec<Signature>,
}

impl Judged {
    /// Reads sets; one that the actor may not read does not exist.
    pub(super) async fn find(conn: &mut Conn, who: &Who, sets: &[Digest]) -> Result<Self> {
        if sets.len() > SELECT_MAX {
            return Err(ServiceError::field("set", format!("choose at most {SELECT_MAX} sets at once")));
        }
        let missing = |set: Option<&Digest>| {
            ServiceError::not_found("set of assessments", set.map(ToString::to_string).unwrap_or_default())
        };
        let none = || missing(sets.first());
        let rows = table::of_sets(conn, sets).await?;
        let found: BTreeSet<Digest> = rows.iter().map(|row| row.set).collect();
        if let Some(absent) = sets.iter().find(|set| !found.contains(*set)) {
            return Err(missing(Some(absent)));
        }
        let ids: Vec<i64> = rows.iter().map(|row| row.finding).collect();
        let findings = table::by_ids(conn, &ids).await?;
        let first = findings.first().ok_or_else(none)?;
        let release = releases::by_id(conn, first.release).await?.ok_or_else(none)?;
        let product = products::by_id(conn, release.product).await?.ok_or_else(none)?;
        if !who.access().allows(Permission::Read, &scope_of(&product)) {
            return Err(none());
        }
        if findings.iter().any(|finding| finding.release != release.id) {
            return Err(ServiceError::field("set", "choose judgements of one release"));
        }
        let by_id: HashMap<i64, &Finding> = findings.iter().map(|finding| (finding.id, finding)).collect();
        let known = |row: Assessment| Some(((*by_id.get(&row.finding)?).clone(), row));
        let mut rows: Vec<(Finding, Assessment)> = rows.into_iter().filter_map(known).collect();
        rows.sort_by_key(|(finding, row)| (finding.number, row.id));
        let now = Selected::read(conn, findings).await?;
        let given = tables::signatures::on_each(conn, sets).await?;
        let menders = menders(conn, &release, &rows).await?;
        Ok(Self { rows, product, release, now, menders, given })
    }

    /// Who mends a finding or was to, and who wrote what is said to have mended it.
    pub(super) fn menders(&self, finding: &Finding, row: &Assessment) -> Menders {
        let mut menders = self.menders.get(&row.id).cloned().unwrap_or_default();
        menders.known.extend(self.now.fixers(finding, row));
        menders
    }

    /// The sets that were asked for.
    pub(super) fn sets(&self) -> BTreeSet<Digest> {
        self.rows.iter().map(|(_, row)| row.set).collect()
    }

    /// The rows of one set.
    pub(super) fn of(&self, set: Digest) -> impl Iterator<Item = &(Finding, Assessment)> {
        self.rows.iter().filter(move |(_, row)| row.set == set)
    }

    /// The signatures on one set.
    pub(super) fn given_on(&self, set: Digest) -> impl Iterator<Item = &Signature> {
        self.given.iter().filter(move |signature| signature.digest == set)
    }

    /// The first finding whose latest judgement is another by now.
    pub(super) fn replaced<'a>(
        &self,
        rows: impl IntoIterator<Item = &'a (Finding, Assessment)>,
    ) -> Option<&'a Finding> {
        let other = |(finding, row): &&(Finding, Assessment)| {
            self.now.latest(finding).is_none_or(|latest| latest.id != row.id)
        };
        rows.into_iter().find(other).map(|(finding, _)| finding)
    }

    /// The permission that the signature of who judges, or of who accepts the risk, takes.
    pub(super) fn judges(&self, set: Digest) -> Permission {
        match self.of(set).any(|(_, row)| accepts_risk(row)) {
            true => Permission::AcceptRisk,
            false => Permission::AssessFinding,
        }
    }

    /// What the signature of who judges, or of who accepts the risk, means.
    pub(super) fn meaning(&self, set: Digest) -> &'static str {
        match self.judges(set) {
            Permission::AcceptRisk => ACCEPTED,
            _ => SIGNED,
        }
    }

    /// A set as pages show it.
    pub(super) fn set(&self, set: Digest) -> AssessmentSet {
        AssessmentSet {
            set,
            product: self.product.key.clone(),
            release: self.release.name.clone(),
            rows: self.of(set).cloned().collect(),
            signatures: self.given_on(set).cloned().collect(),
            accepts_risk: self.of(set).any(|(_, row)| accepts_risk(row)),
            needs_clinical: self.of(set).any(|(_, row)| needs_clinical(row)),
            replaced: self.replaced(self.of(set)).map(Finding::reference),
        }
    }
}

/// Who wrote what is said to have mended each finding that is judged fixed, by row of the judgement.
async fn menders(
    conn: &mut Conn,
    release: &Release,
    rows: &[(Finding, Assessment)],
) -> Result<HashMap<i64, Menders>> {
    let mut fixed = Vec::new();
    for (finding, row) in rows.iter().filter(|(_, row)| row.status == VexStatus::Fixed.as_str()) {
        fixed.push((finding, row.id, rests_on(row)?.paths));
    }
    let paths: BTreeSet<&String> = fixed.iter().flat_map(|(.., paths)| paths).collect();
    let paths: Vec<String> = paths.into_iter().cloned().collect();
    let ids = ids_of(fixed.iter().map(|(finding, ..)| *finding));
    let mending = Mending::read(conn, release, &paths, &ids).await?;
    Ok(fixed.into_iter().map(|(finding, id, paths)| (id, mending.menders(&paths, finding))).collect())
}
