//! Evidence that was found wrong after somebody relied on it: what was decided on it is annotated, and who answers for
//! what rests on it owes a look. Nothing that was decided changes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use theriac_auth::{ProductId, Products};
use theriac_conformity::pack::Judges;
use theriac_conformity::{CheckVerdict, ClauseVerdict, Conformity, Disqualified, Owner};
use theriac_store::tables::decisions::Decision;
use theriac_store::tables::evidence::{self as table, Citing, FoundWrong};
use theriac_store::tables::releases::Release;
use theriac_store::{Conn, Read, tables};

use super::duties::{AT_ONCE, Duty, Names, Owed};
use super::judge::{shown_among, shown_in};
use crate::people::{Here, organisation_in};
use crate::{App, Result};

/// What a decision rests on and was found wrong since, as it was known at a sequence.
pub(super) async fn since(
    conn: &mut Conn,
    decision: &Decision,
    decided: &Conformity,
    seq: i64,
) -> Result<Vec<Disqualified>> {
    let mut rested: BTreeMap<i64, (&str, Vec<String>)> = BTreeMap::new();
    for clause in &decided.clauses {
        for (number, reference) in evidence_of(clause) {
            rested.entry(number).or_insert((reference, Vec::new())).1.push(clause.clause.clone());
        }
    }
    let numbers: Vec<i64> = rested.keys().copied().collect();
    let wrong = table::found_wrong_between(conn, &numbers, decision.seq, seq).await?;
    let zone = organisation_in(conn).await?.zone;
    let signers: Vec<i64> = wrong.iter().map(|wrong| wrong.said.person).collect();
    let keys = keys(conn, &signers).await?;
    let disqualified = |wrong: FoundWrong| {
        let (reference, clauses) = rested.remove(&wrong.number)?;
        Some(Disqualified {
            reference: reference.to_owned(),
            on: wrong.said.at.to_zoned_datetime(zone.clone()).date().to_string(),
            by: key(&keys, wrong.said.person),
            reason: wrong.said.reason,
            clauses,
        })
    };
    Ok(wrong.into_iter().filter_map(disqualified).collect())
}

/// The clauses whose verdict at release rests on evidence: as the release was decided, or as it would be today. No verdict
/// rests on evidence that supports none only because a check says so of it.
pub(crate) async fn clauses_resting_on(
    app: &App,
    read: &mut Read,
    release: &Release,
    evidence: i64,
    supports: bool,
) -> Result<Vec<String>> {
    let clauses = shown_in(app, read, release).await?.conformity.clauses.into_iter();
    let rests = |clause: &ClauseVerdict| match supports {
        true => evidence_of(clause).contains_key(&evidence),
        false => behind(clause).any(|name| number(name) == Some(evidence)),
    };
    let resting = clauses.filter(rests);
    Ok(resting.map(|clause| clause.clause).collect())
}

fn at_release(clause: &ClauseVerdict) -> impl Iterator<Item = &CheckVerdict> {
    clause.checks.iter().filter(|check| check.judges.contains(&Judges::AtRelease))
}

/// What passes a check at release, and what the subjects of one rest on.
fn behind(clause: &ClauseVerdict) -> impl Iterator<Item = &str> {
    let passing = at_release(clause).flat_map(|check| &check.passing).map(|subject| &subject.reference);
    let subjects = at_release(clause).flat_map(|check| check.failing.iter().chain(&check.passing));
    passing.chain(subjects.flat_map(|subject| &subject.rests_on)).map(String::as_str)
}

/// The evidence that a clause's verdict at release rests on, each once, by number.
fn evidence_of(clause: &ClauseVerdict) -> BTreeMap<i64, &str> {
    let subjects = at_release(clause).flat_map(|check| check.failing.iter().chain(&check.passing));
    let names = subjects.flat_map(|subject| std::iter::once(&subject.reference).chain(&subject.rests_on));
    names.filter_map(|name| Some((number(name)?, name.as_str()))).collect()
}

/// The 3 of `EVID-3` or `EVID-3@9f3c…`.
fn number(reference: &str) -> Option<i64> {
    crate::evidence::number("EVID", reference.split('@').next()?)
}

async fn keys(conn: &mut Conn, people: &[i64]) -> Result<BTreeMap<i64, String>> {
    let names = tables::people::names_among(conn, people).await?;
    Ok(names.into_iter().map(|name| (name.id, name.key)).collect())
}

fn key(keys: &BTreeMap<i64, String>, person: i64) -> String {
    keys.get(&person).cloned().unwrap_or_else(|| format!("person:{person}"))
}

/// What people owe because evidence was found wrong: the owner of each record in use that cites it, and who manages (or
/// else decided) each release that was decided on it, until sound evidence is in its place. No limit sets a day for it.
pub(super) async fn owed(
    app: &App,
    read: &mut Read,
    products: &Products,
    names: &Names,
    decisions: &[Decision],
    today: Date,
) -> Result<Vec<Owed>> {
    let mut wrong = table::all_found_wrong(read).await?;
    wrong.retain(|wrong| products.contains(ProductId(wrong.product)));
    if wrong.is_empty() {
        return Ok(Vec::new());
    }
    let mut last = BTreeMap::new();
    for wrong in &wrong {
        let at = last.entry(wrong.product).or_insert(wrong.said.at);
        *at = wrong.said.at.max(*at);
    }
    let wrong = Wrong {
        last,
        by_number: wrong.into_iter().map(|wrong| (wrong.number, wrong)).collect(),
        releases: names.releases.iter().map(|release| (release.id, release)).collect(),
        names,
    };
    let mut all = wrong.of_records(app, read).await?;
    all.extend(wrong.of_decisions(app, read, decisions).await?);
    let people: BTreeSet<i64> = all.iter().flat_map(|(owing, _)| owing.people()).collect();
    let here = Here::read(read, people.iter().copied(), today).await?;
    let keys = keys(read, &people.into_iter().collect::<Vec<_>>()).await?;
    let owed = |(owing, duty): (Owing, Duty)| {
        let named = owing.named.and_then(|person| here.key(person));
        let manager = owing.manager.and_then(|person| here.key(person));
        let owner = Owner::of(named, manager, here.officer(owing.product));
        let person = owner.person.unwrap_or_else(|| key(&keys, owing.last));
        Owed { duty: Duty { stand_in: owner.stand_in, ..duty }, owner: person }
    };
    Ok(all.into_iter().map(owed).collect())
}

/// Who may owe something.
struct Owing {
    named: Option<i64>,
    manager: Option<i64>,
    product: i64,
    /// Who remains where nobody else is there.
    last: i64,
}

impl Owing {
    fn people(&self) -> impl Iterator<Item = i64> {
        self.named.into_iter().chain(self.manager).chain([self.last])
    }
}

/// Evidence that was found wrong, and the releases that it may be of.
struct Wrong<'a> {
    by_number: BTreeMap<i64, FoundWrong>,
    /// When the last of it was found wrong, by product.
    last: BTreeMap<i64, Timestamp>,
    releases: BTreeMap<i64, &'a Release>,
    names: &'a Names,
}

impl Wrong<'_> {
    fn duty(&self, release: &Release, reference: String, todo: String) -> Duty {
        Duty { reference, todo, ..self.names.place(Some(release.product), Some(release)) }
    }

    /// Who owns a record that cites some of it, and what they owe.
    async fn of_records(&self, app: &App, read: &mut Read) -> Result<Vec<(Owing, Duty)>> {
        let zone = organisation_in(read).await?.zone;
        let mut all = Vec::new();
        for record in table::citing(read).await? {
            for number in cited(app, &record)? {
                let Some(wrong) = self.by_number.get(&number) else { continue };
                let Some(release) = self.releases.get(&wrong.release) else { continue };
                if record.product.is_some_and(|product| product != wrong.product) {
                    continue;
                }
                let todo = format!(
                    "Cite sound evidence in place of EVID-{number}, which was found wrong on {}, or retire this",
                    wrong.said.at.to_zoned_datetime(zone.clone()).date()
                );
                let owing = Owing {
                    named: Some(record.owner),
                    manager: release.manager,
                    product: release.product,
                    last: record.owner,
                };
                all.push((owing, self.duty(release, record.reference.clone(), todo)));
            }
        }
        Ok(all)
    }

    /// Who answers for a release that was decided on some of it, and what they owe.
    async fn of_decisions(
        &self,
        app: &App,
        read: &mut Read,
        decisions: &[Decision],
    ) -> Result<Vec<(Owing, Duty)>> {
        let decided: Vec<(&Release, &Decision)> =
            decisions.iter().filter_map(|decision| Some((self.bearing_on(decision)?, decision))).collect();
        let mut all = Vec::new();
        for some in decided.chunks(AT_ONCE) {
            let releases: Vec<&Release> = some.iter().map(|(release, _)| *release).collect();
            let shown = shown_among(app, read, &releases).await?;
            for ((release, decision), judged) in some.iter().zip(shown) {
                let owing = || Owing {
                    named: None,
                    manager: release.manager,
                    product: release.product,
                    last: decision.person,
                };
                let rows = judged.conformity.disqualified.into_iter();
                all.extend(rows.filter_map(|row| Some((owing(), self.decided_on(release, row)?))));
            }
        }
        Ok(all)
    }

    /// The release that ships by a decision, where something of its product was found wrong since.
    fn bearing_on(&self, decision: &Decision) -> Option<&Release> {
        let release = self.releases.get(&decision.release).copied().filter(|_| decision.ships())?;
        let last = self.last.get(&release.product)?;
        (*last >= decision.at).then_some(release)
    }

    /// What is owed for a release that was decided on evidence found wrong, until sound evidence is in its place.
    fn decided_on(&self, release: &Release, row: Disqualified) -> Option<Duty> {
        let number = number(&row.reference)?;
        self.by_number.get(&number).filter(|wrong| !wrong.replaced)?;
        let todo = format!(
            "Hand in sound evidence in place of EVID-{number}, which was found wrong on {} after the release was \
             decided on it, or withdraw the decision",
            row.on
        );
        Some(self.duty(release, row.reference, todo))
    }
}

/// The numbers of the evidence that a record cites.
fn cited(app: &App, record: &Citing) -> Result<BTreeSet<i64>> {
    let Some(kind) = app.kind(&record.kind) else { return Ok(BTreeSet::new()) };
    let content = crate::records::content(kind, record.kind_version, &record.content)?;
    Ok(content.evidence(kind).iter().filter_map(|(_, name)| number(name)).collect())
}
