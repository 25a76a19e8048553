//! Judgements that are taken over from earlier releases, and those that lapse because what they rest on has changed.
//!
//! A judgement that is taken over is a row of its own with what has changed in it; it holds when nothing has and the new
//! release confirms it by signature. One that holds no longer gets such a row, too, so that nothing signed is altered.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use theriac_conformity::facts::words::VexStatus;
use theriac_model::record::Content;
use theriac_store::tables::findings::{self as table, Assessment, Finding};
use theriac_store::tables::releases::{self, Release};
use theriac_store::{Conn, Write, tables};

use super::apply::earlier_releases;
use super::grounds::{EXPLOITED, Grounds, Present, RestsOn};
use super::mended::Mending;
use super::paths::{History, Step};
use super::select::Selected;
use super::{ids_of, package_of};
use crate::people::organisation_in;
use crate::{Result, ServiceError};

/// Two findings of which one has become the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Merged {
    pub into: i64,
    pub from: i64,
}

/// How many judgements were taken over; which lapsed, of those taken over and of the release's own.
#[derive(Debug, Default)]
pub(super) struct Renewed {
    /// Judgements that were written, those that hold again among them.
    pub written: usize,
    pub carried: usize,
    pub lapsed_on_the_way: usize,
    /// With what has changed.
    pub lapsed: Vec<(Finding, Vec<String>)>,
}

/// An assessment with what it rests on.
pub(super) struct Rested {
    assessment: Assessment,
    rests_on: RestsOn,
}

impl Rested {
    pub(super) fn of(assessment: Assessment) -> Result<Self> {
        Ok(Self { rests_on: rests_on(&assessment)?, assessment })
    }

    /// What it rests on and has changed; empty when it holds.
    pub(super) fn changes(&self, now: &Now, finding: &Finding, carried: bool) -> Vec<String> {
        let judged = Grounds {
            rests_on: &self.rests_on,
            at: self.assessment.at,
            exploited: self.assessment.exploitability.as_deref() == Some(EXPLOITED),
            carried,
        };
        let mut changes = now.present.changes(&judged, finding);
        changes.extend(self.is_fixed().then(|| now.mending.doubt(&self.rests_on.paths, finding)).flatten());
        changes
    }

    fn is_fixed(&self) -> bool {
        self.assessment.status == VexStatus::Fixed.as_str()
    }
}

/// What assessments can rest on, as it is in a release now.
pub(super) struct Now {
    present: Present,
    /// What shows that findings are mended.
    mending: Mending,
}

/// What an assessment rests on.
pub(super) fn rests_on(assessment: &Assessment) -> Result<RestsOn> {
    serde_json::from_str(&assessment.rests_on)
        .map_err(|error| ServiceError::Internal(format!("what an assessment rests on is damaged: {error}")))
}

/// Takes over judgements for open findings that have none, and renews those whose grounds have moved.
pub(super) async fn renew(
    write: &mut Write,
    release: &Release,
    earlier: &[i64],
    findings: &[Finding],
    merged: &[Merged],
) -> Result<Renewed> {
    let open: Vec<&Finding> = findings.iter().filter(|finding| finding.known.resolved.is_none()).collect();
    if open.is_empty() {
        return Ok(Renewed::default());
    }
    let mut latest: HashMap<i64, Rested> = HashMap::new();
    for assessment in table::latest_assessments(write, release.id).await? {
        latest.insert(assessment.finding, Rested::of(assessment)?);
    }
    let unjudged: Vec<&Finding> =
        open.iter().copied().filter(|finding| !latest.contains_key(&finding.id)).collect();
    let mut sources = sources(write, earlier, &unjudged).await?;
    let known: Vec<&Assessment> =
        latest.values().chain(sources.values()).map(|rested| &rested.assessment).collect();
    let signed = signed_among(write, &known).await?;
    sources.retain(|_, source| signed.contains(&source.assessment.root));
    let judgements: Vec<&Rested> = latest.values().chain(sources.values()).collect();
    let is_judged = |finding: &Finding| latest.contains_key(&finding.id) || sources.contains_key(&finding.id);
    let judged: Vec<&Finding> = open.iter().copied().filter(|finding| is_judged(finding)).collect();
    let at = write.now();
    let present = present(write, at, release, &judgements, &judged).await?;

    let mut renewed = Renewed::default();
    let mut rows: HashMap<i64, Assessment> = HashMap::new();
    for finding in &open {
        if let Some(own) = latest.get(&finding.id) {
            if !signed.contains(&own.assessment.root) {
                continue;
            }
            let changes = own.changes(&present, finding, own.assessment.carried_from.is_some());
            if changes != own.assessment.changed {
                if !changes.is_empty() {
                    renewed.lapsed.push(((*finding).clone(), changes.clone()));
                }
                rows.insert(finding.id, derive(write, finding, &own.assessment, changes)?);
            }
        } else if let Some(source) = sources.get(&finding.id) {
            let changes = source.changes(&present, finding, true);
            let (carried, lapsed) = if changes.is_empty() { (1, 0) } else { (0, 1) };
            renewed.carried += carried;
            renewed.lapsed_on_the_way += lapsed;
            rows.insert(finding.id, derive(write, finding, &source.assessment, changes)?);
        }
    }
    for merged in merged {
        if let Some(row) = stricter(write, *merged, &open, &latest, &rows, &present)? {
            rows.insert(merged.into, row);
        }
    }
    let mut rows: Vec<Assessment> = rows.into_values().collect();
    rows.sort_by_key(|row| row.id);
    table::add_assessments(write, &rows).await?;
    renewed.written = rows.len();
    Ok(renewed)
}

/// The judgement of the younger of two findings that have become one, where it demands more than that of the older.
fn stricter(
    write: &Write,
    Merged { into, from }: Merged,
    open: &[&Finding],
    latest: &HashMap<i64, Rested>,
    rows: &HashMap<i64, Assessment>,
    present: &Now,
) -> Result<Option<Assessment>> {
    let finding = open.iter().find(|finding| finding.id == into);
    let (Some(finding), Some(younger)) = (finding, latest.get(&from)) else { return Ok(None) };
    let older = rows.get(&into).or_else(|| latest.get(&into).map(|own| &own.assessment));
    if older.is_some_and(|older| strictness(&younger.assessment) <= strictness(older)) {
        return Ok(None);
    }
    let changes = younger.changes(present, finding, true);
    Ok(Some(derive(write, finding, &younger.assessment, changes)?))
}

/// For findings that nobody has judged, the judgement of the nearest earlier release on the same package.
async fn sources(conn: &mut Conn, earlier: &[i64], unjudged: &[&Finding]) -> Result<HashMap<i64, Rested>> {
    if earlier.is_empty() || unjudged.is_empty() {
        return Ok(HashMap::new());
    }
    let ids = ids_of(unjudged.iter().copied());
    let elsewhere = table::elsewhere(conn, earlier, &ids).await?;
    let candidates: Vec<&Assessment> = elsewhere.iter().map(|(_, assessment)| assessment).collect();
    let signed = signed_among(conn, &candidates).await?;
    let mut by_package: HashMap<&str, Vec<&(Finding, Assessment)>> = HashMap::new();
    for pair in &elsewhere {
        by_package.entry(package_of(&pair.0.component)).or_default().push(pair);
    }
    // While the nearest release is judging anew, an older judgement is not taken over past it.
    let settled = |assessment: &Assessment| {
        signed.contains(&assessment.root) && assessment.status != "under investigation"
    };
    let mut sources = HashMap::new();
    for finding in unjudged {
        let same = by_package.get(package_of(&finding.component)).into_iter().flatten();
        let same = same.filter(|(other, _)| other.ids().any(|id| finding.ids().any(|own| own == id)));
        let best = same.min_by_key(|(other, assessment)| {
            let place = earlier.iter().position(|id| *id == other.release).unwrap_or(usize::MAX);
            (place, other.component != finding.component, Reverse(strictness(assessment)))
        });
        if let Some((_, assessment)) = best.filter(|(_, assessment)| settled(assessment)) {
            sources.insert(finding.id, Rested::of(assessment.clone())?);
        }
    }
    Ok(sources)
}

/// Which of the assessments that these come from are signed.
async fn signed_among(conn: &mut Conn, assessments: &[&Assessment]) -> Result<BTreeSet<i64>> {
    let roots: BTreeSet<i64> = assessments.iter().map(|assessment| assessment.root).collect();
    let roots: Vec<i64> = roots.into_iter().collect();
    let signatures = table::signatures(conn, &roots).await?;
    let main = signatures.into_iter().filter(|row| table::is_judgement(&row.signature.meaning));
    Ok(main.map(|row| row.assessment).collect())
}

/// The same judgement for a finding, with what has changed.
fn derive(write: &Write, finding: &Finding, from: &Assessment, changed: Vec<String>) -> Result<Assessment> {
    let mut row = Assessment {
        id: write.id(),
        finding: finding.id,
        carried_from: Some(from.id),
        changed,
        ..from.clone()
    };
    row.digest = super::assess::digest_of(&row, finding, Some(from.digest))?;
    row.set = row.digest;
    Ok(row)
}

/// How much a judgement demands: the greater stands where two meet.
fn strictness(assessment: &Assessment) -> (u8, u8, bool) {
    let status = match assessment.status.as_str() {
        "affected" => 3,
        "under investigation" => 2,
        "fixed" => 1,
        _ => 0,
    };
    let harm = match assessment.patient_safety_impact.as_str() {
        "serious" => 2,
        "minor" => 1,
        _ => 0,
    };
    (status, harm, assessment.decision.as_deref() == Some("fix"))
}

/// What these judgements of a release's findings rest on, as it is now.
pub(super) async fn present(
    conn: &mut Conn,
    now: Timestamp,
    release: &Release,
    judgements: &[&Rested],
    findings: &[&Finding],
) -> Result<Now> {
    let zone = organisation_in(conn).await?.zone;
    let limits = limits(conn).await?;
    let ids = ids_of(findings.iter().copied());
    let grounds = judgements.iter().map(|judged| &judged.rests_on);
    let references = grounds.clone().flat_map(|rests_on| &rests_on.records);
    let references: BTreeSet<&String> = references.map(|record| &record.reference).collect();
    let all = |paths: BTreeSet<&String>| paths.into_iter().cloned().collect::<Vec<_>>();
    let paths = all(grounds.flat_map(|rests_on| &rests_on.paths).collect());
    let fixed = judgements.iter().filter(|judged| judged.is_fixed());
    let mended = all(fixed.flat_map(|judged| &judged.rests_on.paths).collect());
    let mending = Mending::read(conn, release, &mended, &ids).await?;
    let present = Present {
        commit: commit_of(conn, release).await?,
        history: history(conn, release.product, &paths).await?,
        records: approved(conn, release, &references.into_iter().cloned().collect::<Vec<_>>()).await?,
        exploited: table::exploited(conn, EXPLOITED, &ids).await?.into_iter().collect(),
        max_age: limits.and_then(|limits| limits.integer("max_age_carried_assessment")),
        today: now.to_zoned_datetime(zone.clone()).date(),
        zone,
    };
    Ok(Now { present, mending })
}

/// Whether a finding has a signed judgement of its own.
fn settles(selected: &Selected, finding: &Finding) -> bool {
    selected.latest(finding).is_some_and(|row| {
        let mut signatures = selected.signatures(row.root).iter();
        row.carried_from.is_none() && signatures.any(|signature| table::is_judgement(&signature.meaning))
    })
}

/// The findings among these that have no judgement of their own and of which earlier releases, up to the nearest that settled
/// it, said that a patient can be harmed, without a clinical assessor having signed since that none can: by id.
pub(super) async fn harm_elsewhere(
    conn: &mut Conn,
    release: &Release,
    selected: &Selected,
) -> Result<BTreeSet<i64>> {
    let own = |finding: &&Finding| selected.latest(finding).is_some_and(|row| row.carried_from.is_none());
    let unjudged: Vec<&Finding> = selected.findings.iter().filter(|finding| !own(finding)).collect();
    let earlier = earlier_releases(conn, release).await?;
    if unjudged.is_empty() || earlier.is_empty() {
        return Ok(BTreeSet::new());
    }
    let ids = ids_of(unjudged.iter().copied());
    let others = table::elsewhere(conn, &earlier, &ids).await?;
    let others = Selected::read(conn, others.into_iter().map(|(finding, _)| finding).collect()).await?;
    let mut by_package: HashMap<&str, Vec<&Finding>> = HashMap::new();
    for other in &others.findings {
        by_package.entry(package_of(&other.component)).or_default().push(other);
    }
    let place = |other: &Finding| earlier.iter().position(|id| *id == other.release);
    let is_harmful = |finding: &&&Finding| {
        let same = by_package.get(package_of(&finding.component)).into_iter().flatten();
        let same: Vec<_> =
            same.filter(|other| other.ids().any(|id| finding.ids().any(|own| own == id))).collect();
        // A signed judgement of a release's own ends the search; a draft or one that was carried over does not.
        let settled = same.iter().filter(|other| settles(&others, other)).map(|other| place(other)).min();
        let harms =
            |other: &&&Finding| settled.is_none_or(|end| place(other) <= end) && others.harm_before(other);
        same.iter().any(harms)
    };
    Ok(unjudged.iter().filter(is_harmful).map(|finding| finding.id).collect())
}

/// The organisation's approved limits.
pub(super) async fn limits(conn: &mut Conn) -> Result<Option<Content>> {
    let Some(text) = tables::records::approved_content(conn, "limits", None).await? else { return Ok(None) };
    let content = serde_json::from_str(&text)
        .map_err(|error| ServiceError::Internal(format!("the stored limits are damaged: {error}")))?;
    Ok(Some(Content::from_stored(content)))
}

/// The commit of the candidate build, or of the newest while there is no candidate.
pub(super) async fn commit_of(conn: &mut Conn, release: &Release) -> Result<Option<String>> {
    let build = match release.candidate {
        Some(candidate) => releases::build_by_id(conn, candidate).await?,
        None => releases::builds(conn, release.id, None, 1).await?.into_iter().next(),
    };
    Ok(build.map(|build| build.commit))
}

/// The revisions of these records that a release reads: those of its baseline and those that it adopted, or those in force.
pub(super) async fn approved(
    conn: &mut Conn,
    release: &Release,
    references: &[String],
) -> Result<HashMap<String, theriac_model::Digest>> {
    let mut approved = HashMap::new();
    let baseline = !references.is_empty() && tables::baseline::is_read_by(conn, release.id).await?;
    for chunk in references.chunks(1000) {
        let rows = tables::records::by_refs(conn, chunk).await?;
        let ids: Vec<i64> = rows.iter().map(|row| row.record.id).collect();
        let read = tables::baseline::read_of(conn, release.id, &ids).await?;
        for row in rows {
            // What came after the baseline and was not adopted is not there.
            let latest = row.head.approved.filter(|_| !baseline || row.record.release == Some(release.id));
            let revision = read.get(&row.record.id).copied().or(latest);
            approved.extend(revision.map(|revision| (row.record.reference, revision)));
        }
    }
    Ok(approved)
}

/// What the product's manifests say about these paths.
async fn history(conn: &mut Conn, product: i64, paths: &[String]) -> Result<History> {
    let mut history = History::default();
    if paths.is_empty() {
        return Ok(history);
    }
    let mut manifests = tables::history::manifests_of(conn, product).await?;
    manifests.retain(|step| step.sound);
    let ids: Vec<i64> = manifests.iter().map(|step| step.evidence).collect();
    let mut changed: HashMap<i64, Vec<(String, Option<String>)>> = HashMap::new();
    for (manifest, path, tree) in tables::history::changes_around(conn, &ids, paths).await? {
        changed.entry(manifest).or_default().push((path, tree));
    }
    for step in manifests {
        let changed = changed.remove(&step.evidence).unwrap_or_default();
        history.add(&step.commit, Step { predecessor: step.predecessor, changed });
    }
    Ok(history)
}
