//! Facts, verdicts and gate of a release, today or on a day that has passed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use theriac_auth::{Permission, ProductId};
use theriac_conformity::facts::input::FactsInput;
use theriac_conformity::facts::words::Verdict;
use theriac_conformity::pack::Judges;
use theriac_conformity::{
    ClauseVerdict, Conformity, DecidedBy, EVALUATOR_VERSION, Facts, Gate, Missing, Pack, ReasonKind,
};
use theriac_model::Digest;
use theriac_store::tables::decisions::Decision;
use theriac_store::tables::releases::Release;
use theriac_store::tables::verdicts::{self, Stored, Sums};
use theriac_store::{Conn, Read, tables};

use super::disqualified;
use super::facts::{Built, Moment, read};
use super::packs::pack_at;
use crate::app::blocking;
use crate::people::organisation_in;
use crate::products::find;
use crate::{App, Result, ServiceError, Who};

/// Verdicts and gate together, as they are kept and shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// Clause by clause.
    pub conformity: Conformity,
    /// Whether the release may ship.
    pub gate: Gate,
    /// The day of the decision in force, if the release was decided.
    pub decided: Option<String>,
}

/// A release and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseState {
    /// The row id.
    pub id: i64,
    /// The product's key.
    pub product: String,
    /// What people call the product.
    pub product_name: String,
    /// The release's name.
    pub release: String,
    /// Whether it was decided to ship it.
    pub decided: bool,
    /// When it is to ship.
    pub planned_ship_date: Option<Date>,
}

/// What the evaluation of a release came to.
pub(super) struct Evaluated {
    pub facts: Facts,
    pub conformity: Conformity,
    pub gate: Gate,
    pub baseline: Vec<(i64, Digest)>,
    pub artefacts: Vec<(String, Digest)>,
    pub pack: Digest,
}

/// The moment of a day in the organisation's zone; now, where none is given.
async fn moment(app: &App, conn: &mut Conn, head: i64, at: Option<Date>) -> Result<Moment> {
    let zone = organisation_in(conn).await?.zone;
    let Some(day) = at else {
        return Ok(Moment { seq: head, day: app.today(&zone), zone });
    };
    let seq = conn.seq_at_end_of(day, &zone, app.now()).await.map_err(|error| match error {
        theriac_store::StoreError::Future(day) => {
            ServiceError::field("at", format!("{day} has not begun; a day up to today is expected"))
        }
        other => other.into(),
    })?;
    let seq = seq.ok_or_else(|| ServiceError::field("at", format!("nothing had been recorded by {day}")))?;
    Ok(Moment { seq, day, zone })
}

/// Reads and evaluates a release inside a transaction.
pub(super) async fn evaluate(
    app: &App,
    conn: &mut Conn,
    release: &Release,
    head: i64,
    at: Option<Date>,
) -> Result<Evaluated> {
    let moment = moment(app, conn, head, at).await?;
    let pack = pack_at(app, conn, moment.seq).await?;
    let Built { input, baseline } = read(app, conn, release, &moment).await?;
    let (digest, artefacts) = (pack.digest, artefacts(&input));
    let (facts, conformity, gate) = blocking(move || judge(input, &pack)).await??;
    Ok(Evaluated { facts, conformity, gate, baseline, artefacts, pack: digest })
}

/// Name and digest of each artefact of the candidate that a sound manifest names.
fn artefacts(input: &FactsInput) -> Vec<(String, Digest)> {
    let wrong: BTreeSet<_> =
        input.evidence.iter().filter(|row| row.disqualified).map(|row| row.id.as_str()).collect();
    let candidate = input.builds.iter().filter(|build| build.candidate).flat_map(|build| &build.artefacts);
    let sound = candidate.filter(|artefact| !wrong.contains(artefact.evidence.as_str()));
    let by_name: BTreeMap<_, _> = sound.map(|artefact| (artefact.name.clone(), artefact.digest)).collect();
    by_name.into_iter().collect()
}

fn build(input: FactsInput) -> Result<Facts> {
    Facts::build(input).map_err(|error| ServiceError::Internal(error.to_string()))
}

fn judge(input: FactsInput, pack: &Pack) -> Result<(Facts, Conformity, Gate)> {
    let facts = build(input)?;
    let conformity = theriac_conformity::evaluate(&facts, pack)
        .map_err(|error| ServiceError::Internal(error.to_string()))?;
    let gate = theriac_conformity::gate(&facts, &conformity);
    Ok((facts, conformity, gate))
}

/// The facts of a release.
///
/// # Errors
/// When there is no such release, the day is to come or before all records, or the actor may not read.
#[crate::boxed]
pub async fn facts(app: &App, who: &Who, product: &str, release: &str, at: Option<Date>) -> Result<Facts> {
    let (_, release, mut read) = find(app, who, Permission::ReadGate, "facts read", product, release).await?;
    let head = read.seq();
    let moment = moment(app, &mut read, head, at).await?;
    let built = super::facts::read(app, &mut read, &release, &moment).await?;
    blocking(move || build(built.input)).await?
}

/// The verdicts of a release: those of the decision where it was decided, and how it stands.
///
/// # Errors
/// As [`facts`].
#[crate::boxed]
pub async fn conformity(
    app: &App,
    who: &Who,
    product: &str,
    release: &str,
    at: Option<Date>,
) -> Result<Conformity> {
    Ok(judged(app, who, product, release, at).await?.conformity)
}

/// The gate of a release: that of the decision where it was decided.
///
/// # Errors
/// As [`facts`].
#[crate::boxed]
pub async fn gate(app: &App, who: &Who, product: &str, release: &str, at: Option<Date>) -> Result<Gate> {
    Ok(judged(app, who, product, release, at).await?.gate)
}

/// Verdicts and gate of a release, evaluated afresh.
///
/// # Errors
/// As [`facts`].
#[crate::boxed]
pub async fn judged(app: &App, who: &Who, product: &str, release: &str, at: Option<Date>) -> Result<Judged> {
    let (_, release, mut read) =
        find(app, who, Permission::ReadGate, "verdicts read", product, release).await?;
    judged_in(app, &mut read, &release, at).await
}

async fn judged_in(app: &App, read: &mut Read, release: &Release, at: Option<Date>) -> Result<Judged> {
    let head = read.seq();
    let fresh = evaluate(app, read, release, head, at).await?;
    let decision = tables::decisions::at(read, release.id, fresh.facts.seq).await?;
    let Some(decision) = decision.filter(Decision::ships) else {
        return Ok(Judged { conformity: fresh.conformity, gate: fresh.gate, decided: None });
    };
    let zone = organisation_in(read).await?.zone;
    let day = decision.at.to_zoned_datetime(zone).date();
    let then = decided(app, &decision).await?;
    let disqualified = disqualified::since(read, &decision, &then.conformity, fresh.facts.seq).await?;
    let conformity = as_decided(fresh.conformity, then.conformity);
    Ok(Judged {
        conformity: Conformity { disqualified: disqualified.clone(), ..conformity },
        gate: Gate { disqualified, ..then.gate },
        decided: Some(day.to_string()),
    })
}

/// What a decision pinned.
pub(super) async fn decided(app: &App, decision: &Decision) -> Result<Judged> {
    let bytes = app.store().blob(decision.verdicts).await?;
    serde_json::from_slice(&bytes).map_err(|error| ServiceError::Internal(error.to_string()))
}

/// Today's answer with what was decided: what bears on the release is read, never evaluated again.
fn as_decided(mut today: Conformity, decided: Conformity) -> Conformity {
    today.decided = Some(DecidedBy {
        at: decided.at.clone(),
        seq: decided.seq,
        pack: decided.pack.clone(),
        provisional: decided.provisional,
        evaluator: decided.evaluator,
    });
    let mut then: BTreeMap<_, _> =
        decided.clauses.into_iter().map(|clause| (clause.clause.clone(), clause)).collect();
    let now = std::mem::take(&mut today.clauses);
    today.clauses = now
        .iter()
        .map(|now| match then.remove(&now.clause) {
            Some(then) => join(then, now),
            None => join(undecided(now), now),
        })
        .collect();
    today.clauses.extend(then.into_values().map(|then| {
        let now = ClauseVerdict { standing: Verdict::NotApplicable, ..bare(&then) };
        join(then, &now)
    }));
    today
}

const NO_SUCH_CLAUSE: &str = "The pack of the decision has no such clause.";

/// A clause that came with a later pack: nothing was decided on it.
fn undecided(now: &ClauseVerdict) -> ClauseVerdict {
    let reason = Some(NO_SUCH_CLAUSE.to_owned());
    ClauseVerdict { verdict: Verdict::NotApplicable, reason, ..bare(now) }
}

fn bare(clause: &ClauseVerdict) -> ClauseVerdict {
    ClauseVerdict { checks: Vec::new(), missing: Vec::new(), ..clause.clone() }
}

/// A clause at release as it was decided, and standing as it is now.
fn join(then: ClauseVerdict, now: &ClauseVerdict) -> ClauseVerdict {
    ClauseVerdict {
        standing: now.standing,
        checks: sides(&then.checks, &now.checks, |check| &mut check.judges),
        missing: sides(&then.missing, &now.missing, |item| &mut item.judges),
        reason: reasons(&then, now),
        ..then
    }
}

/// Why a clause does not apply, or how it could be shown not to: as it was decided, and as it stands where that differs.
fn reasons(then: &ClauseVerdict, now: &ClauseVerdict) -> Option<String> {
    match (&then.reason, &now.reason) {
        (then, now) if then == now => now.clone(),
        (Some(then), None) if then == NO_SUCH_CLAUSE => Some(then.clone()),
        (Some(then), Some(now)) => Some(format!("At the decision: {then} Today: {now}")),
        (Some(then), None) => Some(format!("At the decision: {then}")),
        (None, now) => now.as_ref().map(|now| format!("Today: {now}")),
    }
}

/// What judges the release as it was then, and what judges today as it is now; what is the same stays one.
fn sides<T: Clone + PartialEq>(then: &[T], now: &[T], judges: fn(&mut T) -> &mut Vec<Judges>) -> Vec<T> {
    let mut all = Vec::new();
    for (items, others, side) in [(then, now, Judges::AtRelease), (now, then, Judges::Standing)] {
        for item in items {
            let (same, mut item) = (others.contains(item), item.clone());
            if !judges(&mut item).contains(&side) || (same && all.contains(&item)) {
                continue;
            }
            if !same {
                *judges(&mut item) = vec![side];
            }
            all.push(item);
        }
    }
    all
}

/// Verdicts and gate as pages show them: those kept, unless something happened since that can bear on the release.
///
/// # Errors
/// As [`facts`].
#[crate::boxed]
pub async fn shown(app: &App, who: &Who, product: &str, release: &str) -> Result<Judged> {
    let (_, release, mut read) =
        find(app, who, Permission::ReadGate, "verdicts read", product, release).await?;
    shown_in(app, &mut read, &release).await
}

/// What each clause misses in a release, as its verdict at release names it.
pub(crate) async fn missing(
    app: &App,
    read: &mut Read,
    release: &Release,
) -> Result<BTreeMap<String, Vec<Missing>>> {
    let judged = shown_in(app, read, release).await?;
    let of = |clause: ClauseVerdict| {
        let missing = clause.missing.into_iter();
        (clause.clause, missing.filter(|item| item.judges.contains(&Judges::AtRelease)).collect())
    };
    Ok(judged.conformity.clauses.into_iter().map(of).collect())
}

pub(super) async fn shown_in(app: &App, read: &mut Read, release: &Release) -> Result<Judged> {
    Ok(kept_in(app, read, release).await?.1)
}

/// Verdicts and gates of some releases, in their order: those kept are read together, only where something has happened
/// since are they evaluated. For as many as fit in memory.
pub(super) async fn shown_among(app: &App, read: &mut Read, releases: &[&Release]) -> Result<Vec<Judged>> {
    let standings = standings(app, read, releases).await?;
    let current = standings.iter().filter(|(_, standing)| standing.current).map(|(release, _)| *release);
    let mut kept = verdicts::stored_among(read, &current.collect::<Vec<_>>()).await?;
    let mut all = Vec::with_capacity(releases.len());
    for release in releases {
        let kept = kept.remove(&release.id).and_then(|text| serde_json::from_str(&text).ok());
        all.push(match kept {
            Some(judged) => judged,
            None => shown_in(app, read, release).await?,
        });
    }
    Ok(all)
}

/// What is kept of a release, made anew where something has happened since that can bear on it.
async fn kept_in(app: &App, read: &mut Read, release: &Release) -> Result<(Sums, Judged)> {
    let zone = organisation_in(read).await?.zone;
    let (today, head) = (app.today(&zone), read.seq());
    let pack = pack_at(app, read, head).await?.reference();
    if let Some(kept) = verdicts::stored(read, release.id).await? {
        let (seq, product, base) = (kept.sums.seq, release.product, release.based_on);
        let current = Now { today, pack: &pack }.is_of(&kept.sums) && seq <= head;
        let current = current && !verdicts::bears_since(read, seq, product, release.id, base).await?;
        // What an older program kept may not be readable; it is worked out again then.
        if let (true, Ok(judged)) = (current, serde_json::from_str(&kept.verdicts)) {
            return Ok((kept.sums, judged));
        }
    }
    let judged = judged_in(app, read, release, None).await?;
    let verdicts =
        serde_json::to_string(&judged).map_err(|error| ServiceError::Internal(error.to_string()))?;
    let sums = sums_of(&judged, release, (today, head), pack);
    keep(app, Stored { sums: sums.clone(), verdicts }).await?;
    Ok((sums, judged))
}

/// The sums of verdicts that were judged on a day at a sequence.
fn sums_of(judged: &Judged, release: &Release, (day, seq): (Date, i64), pack: String) -> Sums {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let clauses = |wanted: Verdict| {
        number(judged.conformity.clauses.iter().filter(|clause| clause.verdict == wanted).count())
    };
    let findings = judged.gate.reasons.iter().filter(|reason| reason.kind == ReasonKind::FindingNotAssessed);
    Sums {
        release: release.id,
        seq,
        day,
        pack,
        evaluator: EVALUATOR_VERSION,
        gate_open: judged.gate.open,
        reasons: number(judged.gate.reasons.len()),
        findings: number(findings.count()),
        clauses: [Verdict::Met, Verdict::PartlyMet, Verdict::NotMet, Verdict::NotApplicable].map(clauses),
    }
}

/// How releases stand, in their order: by the sums of the verdicts that are kept, of all at once; only where something has
/// happened since are they evaluated.
///
/// # Errors
/// When the actor may not read one of them, or what the store says.
#[crate::boxed]
pub async fn sums(app: &App, who: &Who, states: &[ReleaseState]) -> Result<Vec<Sums>> {
    let mut read = app.store().read().await?;
    let ids: Vec<i64> = states.iter().map(|state| state.id).collect();
    let releases = tables::releases::among(&mut read, &ids).await?;
    let kept = standings(app, &mut read, &releases.iter().collect::<Vec<_>>()).await?;
    let products = who.access().products(Permission::ReadGate);
    let mut all = Vec::with_capacity(states.len());
    for state in states {
        let readable =
            |release: &&Release| release.id == state.id && products.contains(ProductId(release.product));
        let release = releases.iter().find(readable);
        let release = release.ok_or_else(|| ServiceError::not_found("release", &state.release))?;
        all.push(match kept.get(&state.id).filter(|standing| standing.current) {
            Some(standing) => standing.sums.clone(),
            None => kept_in(app, &mut read, release).await?.0,
        });
    }
    Ok(all)
}

/// What verdicts of today are made with.
struct Now<'a> {
    today: Date,
    pack: &'a str,
}

impl Now<'_> {
    fn is_of(&self, sums: &Sums) -> bool {
        sums.day == self.today && sums.pack == self.pack && sums.evaluator == EVALUATOR_VERSION
    }
}

/// How a release stands by the verdicts that are kept of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The sums of the verdicts.
    pub sums: Sums,
    /// Whether nothing has happened since that can bear on the release, and the day has not changed.
    pub current: bool,
}

/// How some releases stand by the verdicts that are kept of them, by id; nothing is evaluated. Those that nobody has looked
/// at yet are left out.
pub(crate) async fn standings(
    app: &App,
    read: &mut Read,
    releases: &[&Release],
) -> Result<BTreeMap<i64, Standing>> {
    let ids: Vec<i64> = releases.iter().map(|release| release.id).collect();
    let kept = verdicts::sums_of(read, &ids).await?;
    let Some(oldest) = kept.iter().map(|sums| sums.seq).min() else { return Ok(BTreeMap::new()) };
    let (zone, head) = (organisation_in(read).await?.zone, read.seq());
    let pack = pack_at(app, read, head).await?.reference();
    let now = Now { today: app.today(&zone), pack: &pack };
    let bearing = verdicts::bearing_since(read, oldest).await?;
    let standing = |sums: Sums| {
        let release = releases.iter().find(|release| release.id == sums.release)?;
        let moved = bearing.bears(sums.seq, release.product, release.id, release.based_on);
        let current = now.is_of(&sums) && sums.seq <= head && !moved;
        Some((sums.release, Standing { current, sums }))
    };
    Ok(kept.into_iter().filter_map(standing).collect())
}

/// Keeps verdicts where this process may write.
async fn keep(app: &App, stored: Stored) -> Result<()> {
    match app.store().maintain().await {
        Err(theriac_store::StoreError::ReadOnly) => Ok(()),
        Err(error) => Err(error.into()),
        Ok(mut work) => {
            verdicts::store(&mut work, &stored).await?;
            work.commit().await?;
            Ok(())
        }
    }
}

/// All releases that the actor may read, and whether each was decided, the one added last first.
///
/// # Errors
/// What the store says.
#[crate::boxed]
pub async fn releases(app: &App, who: &Who) -> Result<Vec<ReleaseState>> {
    let products = who.access().products(Permission::ReadGate);
    let mut read = app.store().read().await?;
    let decisions = tables::decisions::in_force(&mut read).await?;
    let names = tables::products::all(&mut read).await?;
    let releases = tables::releases::all(&mut read).await?;
    let visible = releases.iter().filter(|release| products.contains(ProductId(release.product)));
    let state = |release: &Release| {
        let product = names.iter().find(|product| product.id == release.product);
        let product = product.map(|product| (product.key.clone(), product.name.clone()));
        let (product, product_name) = product.unwrap_or_default();
        ReleaseState {
            id: release.id,
            product,
            product_name,
            release: release.name.clone(),
            decided: decisions.iter().any(|row| row.release == release.id && row.ships()),
            planned_ship_date: release.planned_ship_date,
        }
    };
    Ok(visible.map(state).collect())
}
