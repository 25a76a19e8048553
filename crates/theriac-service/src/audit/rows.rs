//! The rows that verdicts rest on, compared with their digests and with the entries of the log that made them.
//!
//! The chain proves the entries; this proves that revisions, their states, signatures, clearances, assessments, decisions,
//! advisories and evidence are still what the entries and digests say. To extend: one function per table, called in [`changed`].

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::SignedDuration;
use serde_json::{Value, json};
use theriac_model::Digest;
use theriac_store::Conn;
use theriac_store::audit::{Broken, Change, Entry};
use theriac_store::tables::evidence::Evidence;
use theriac_store::tables::findings::{self, Assessment, Finding};
use theriac_store::tables::integrity::{self as table, Named, State, Written};
use theriac_store::tables::signatures::Signature;

use crate::Result;
use crate::findings::{digest_of, set_of};
use crate::records::states;

/// Longer than any unit of work takes from its beginning to its entry.
const UNIT_OF_WORK: SignedDuration = SignedDuration::from_mins(10);
/// Most rows that are named.
const MOST: usize = 20;

/// The first rows that are not what their digests or the log say, at most 20. Reads everything in steps.
pub(super) async fn changed(conn: &mut Conn) -> Result<Vec<Broken>> {
    let mut found = Found::default();
    revisions(conn, &mut found).await?;
    revision_states(conn, &mut found).await?;
    submitted(conn, &mut found).await?;
    signatures(conn, &mut found).await?;
    clearances(conn, &mut found).await?;
    decisions(conn, &mut found).await?;
    decided(conn, &mut found).await?;
    assessments(conn, &mut found).await?;
    assessed(conn, &mut found).await?;
    advisories(conn, &mut found).await?;
    evidence(conn, &mut found).await?;
    handed_in(conn, &mut found).await?;
    found.rows.truncate(MOST);
    Ok(found.rows)
}

#[derive(Default)]
struct Found {
    rows: Vec<Broken>,
}

impl Found {
    fn add(&mut self, place: impl Into<String>, why: &str) {
        self.rows.push(Broken { place: place.into(), why: why.to_owned() });
    }

    fn is_full(&self) -> bool {
        self.rows.len() >= MOST
    }
}

/// An entry with its changes by what they are made to.
struct Said {
    entry: Entry,
    held: bool,
    by_subject: HashMap<String, Vec<usize>>,
}

impl Said {
    fn of<'a>(&'a self, subject: &str) -> impl Iterator<Item = &'a Change> {
        self.by_subject.get(subject).into_iter().flatten().filter_map(|place| self.entry.changes.get(*place))
    }
}

/// The entries of the transactions at hand; large ones are kept from one step to the next.
#[derive(Default)]
struct Entries(HashMap<i64, Said>);

impl Entries {
    async fn read(&mut self, conn: &mut Conn, txs: impl Iterator<Item = i64>) -> Result<()> {
        let txs: BTreeSet<i64> = txs.collect();
        self.0.retain(|tx, _| txs.contains(tx));
        let missing: Vec<i64> = txs.into_iter().filter(|tx| !self.0.contains_key(tx)).collect();
        for (tx, entry, held) in table::entries_of(conn, &missing).await? {
            let mut by_subject: HashMap<String, Vec<usize>> = HashMap::new();
            for (place, change) in entry.changes.iter().enumerate() {
                by_subject.entry(change.subject.clone()).or_default().push(place);
            }
            self.0.insert(tx, Said { entry, held, by_subject });
        }
        Ok(())
    }

    /// What was done in a transaction, if it was not refused.
    fn of(&self, tx: i64) -> Option<&Said> {
        self.0.get(&tx).filter(|said| said.entry.refused.is_none())
    }
}

async fn revisions(conn: &mut Conn, found: &mut Found) -> Result<()> {
    let (mut after, mut entries) = (String::new(), Entries::default());
    while !found.is_full() {
        let rows = table::revisions(conn, &after).await?;
        let Some(last) = rows.last() else { break };
        after = last.row.digest.to_string();
        entries.read(conn, rows.iter().map(|row| row.tx)).await?;
        for Written { tx, row: Named { record, number, digest, holds } } in &rows {
            let said = entries.of(*tx);
            let made = said.is_some_and(|said| said.of(record).any(|change| change.after == Some(*digest)));
            if !holds {
                let why = "its content, links, files or number are not those that its digest names";
                found.add(format!("{record}, revision {number}"), why);
            } else if !made {
                found.add(format!("{record}, revision {number}"), "no entry of the log made it");
            }
        }
    }
    Ok(())
}

async fn revision_states(conn: &mut Conn, found: &mut Found) -> Result<()> {
    let (mut after, mut entries) = (i64::MIN, Entries::default());
    while !found.is_full() {
        let rows = table::states(conn, after).await?;
        let Some(last) = rows.last() else { break };
        after = last.row.row_id;
        entries.read(conn, rows.iter().map(|row| row.tx)).await?;
        for Written { tx, row } in &rows {
            if !entries.of(*tx).is_some_and(|said| gave_state(said, row)) {
                found.add(&row.record, &format!("no entry of the log made a revision of it '{}'", row.state));
            } else if !row.follows {
                found.add(
                    &row.record,
                    &format!("a revision of it is no longer '{}', and nothing since", row.state),
                );
            } else if !row.signed && [states::APPROVED, states::RETIRED].contains(&row.state.as_str()) {
                found.add(
                    &row.record,
                    &format!("the signature that made a revision of it '{}' is not there", row.state),
                );
            }
        }
    }
    Ok(())
}

/// Whether an entry gave a revision this state.
fn gave_state(said: &Said, row: &State) -> bool {
    let names = |change: &Change| change.after == Some(row.revision);
    let told =
        |change: &Change| change.detail.get("state").and_then(|state| state.as_str()) == Some(&row.state);
    let retired =
        |change: &Change| change.detail.get("state").and_then(Value::as_str) == Some(states::RETIRED);
    let submitted = said.entry.action == SUBMIT;
    said.of(&row.record).any(|change| match row.state.as_str() {
        states::IN_REVIEW => submitted && names(change),
        states::APPROVED => {
            names(change) && change.detail.get("approved").and_then(Value::as_bool) == Some(true)
        }
        // One in review gives way to the next that is submitted.
        states::SENT_BACK => (names(change) && told(change)) || (submitted && !names(change)),
        // One that was sent back goes with the record that is retired.
        states::WITHDRAWN => (names(change) && told(change)) || retired(change),
        _ => names(change) && told(change),
    })
}

async fn clearances(conn: &mut Conn, found: &mut Found) -> Result<()> {
    let (mut after, mut entries) = (i64::MIN, Entries::default());
    while !found.is_full() {
        let rows = table::clearances(conn, after).await?;
        let Some(last) = rows.last() else { break };
        after = last.row.id;
        entries.read(conn, rows.iter().map(|row| row.tx)).await?;
        for Written { tx, row } in &rows {
            let name = format!("{} {} {}", row.source, row.link, row.target);
            let made = entries.of(*tx).is_some_and(|said| {
                said.entry.actor == format!("person:{}", row.person)
                    && said.of(&row.source).any(|change| {
                        (change.before, change.after) == (Some(row.from), Some(row.to))
                            && word(change, "link") == Some(name.as_str())
                            && word(change, "reason") == Some(row.reason.as_str())
                    })
            });
            if !made {
                found.add(format!("the link {name}"), "the log tells of no such clearance");
            }
        }
    }
    Ok(())
}

async fn decisions(conn: &mut Conn, found: &mut Found) -> Result<()> {
    let (mut after, mut entries) = (i64::MIN, Entries::default());
    while !found.is_full() {
        let rows = table::decisions(conn, after).await?;
        let Some(last) = rows.last() else { break };
        after = last.row.0.id;
        entries.read(conn, rows.iter().map(|row| row.tx)).await?;
        for Written { tx, row: (decision, follows) } in &rows {
            let (subject, facts) = (format!("release:{}", decision.release), decision.facts.to_string());
            let made = entries.of(*tx).is_some_and(|said| {
                said.of(&subject).any(|change| {
                    change.after == Some(decision.verdicts)
                        && word(change, "decision") == Some(decision.outcome.as_str())
                        && word(change, "facts") == Some(facts.as_str())
                        && word(change, "reason").is_none_or(|reason| reason == decision.reason)
                        && change.detail.get("seq").and_then(Value::as_i64) == Some(decision.seq)
                })
            });
            if !made {
                found.add(subject, &format!("the log tells of no such decision ('{}')", decision.outcome));
            } else if !follows {
                found.add(subject, "a decision is no longer in force, and no other came after it");
            }
        }
    }
    Ok(())
}

/// What the log says was decided is there.
async fn decided(conn: &mut Conn, found: &mut Found) -> Result<()> {
    let mut after = -1;
    while !found.is_full() {
        let entries = table::entries_called(conn, DECIDE, after).await?;
        let Some(last) = entries.last() else { break };
        after = last.seq;
        let made = made(&entries);
        let verdicts: Vec<Digest> = made.iter().map(|(_, verdicts)| *verdicts).collect();
        let there = table::decided_among(conn, &verdicts).await?.into_iter();
        let there: BTreeSet<_> =
            there.map(|(release, verdicts)| (format!("release:{release}"), verdicts)).collect();
        for (subject, verdicts) in made {
            if !there.contains(&(subject.to_owned(), verdicts)) {
                found.add(subject, "a decision that the log tells of is not there");
            }
        }
    }
    Ok(())
}

/// A text that an entry says of a change.
fn word<'a>(change: &'a Change, name: &str) -> Option<&'a str> {
    change.detail.get(name).and_then(Value::as_str)
}

const SUBMIT: &str = "record submit";
const DECIDE: &str = "release decide";
const ASSESS: &str = "finding assess";

/// What the log says was submitted is there.
async fn submitted(conn: &mut Conn, found: &mut Found) -> Result<()> {
    let mut after = -1;
    while !found.is_full() {
        let entries = table::entries_called(conn, SUBMIT, after).await?;
        let Some(last) = entries.last() else { break };
        after = last.seq;
        let made = made(&entries);
        let digests: Vec<Digest> = made.iter().map(|(_, digest)| *digest).collect();
        let there: BTreeSet<Digest> = table::revisions_among(conn, &digests).await?.into_iter().collect();
        for (subject, _) in made.iter().filter(|(_, digest)| !there.contains(digest)) {
            found.add(*subject, "a revision that the log says was submitted is not there");
        }
    }
    Ok(())
}

/// What the log says was judged is there.
async fn assessed(conn: &mut Conn, found: &mut Found) -> Result<()> {
    let mut after = -1;
    while !found.is_full() {
        let entries = table::entries_called(conn, ASSESS, after).await?;
        let Some(last) = entries.last() else { break };
        after = last.seq;
        let made = made(&entries);
        let numbers: BTreeSet<i64> =
            made.iter().filter_map(|(subject, _)| subject.strip_prefix("FIND-")?.parse().ok()).collect();
        let numbers: Vec<i64> = numbers.into_iter().collect();
        let there: BTreeSet<Digest> = table::assessments_on(conn, &numbers).await?.into_iter().collect();
        for (subject, _) in made.iter().filter(|(_, digest)| !there.contains(digest)) {
            found.add(*subject, "an assessment that the log tells of is not there");
        }
    }
    Ok(())
}

/// What entries that were not refused have made.
fn made(entries: &[Entry]) -> Vec<(&str, Digest)> {
    let done = entries.iter().filter(|entry| entry.refused.is_none());
    let changes = done.flat_map(|entry| &entry.changes);
    changes.filter_map(|change| Some((change.subject.as_str(), change.after?))).collect()
}

async fn signatures(conn: &mut Conn, found: &mut Found) -> Result<()> {
    let (mut after, mut entries) = (i64::MIN, Entries::default());
    while !found.is_full() {
        let rows = table::signatures(conn, after).await?;
        let Some(last) = rows.last() else { break };
        after = last.row.id;
        entries.read(conn, rows.iter().map(|row| row.tx)).await?;
        for Written { tx, row } in &rows {
            let why = match entries.of(*tx) {
                None => Some("no entry of the log made it"),
                Some(said) => unlike(said, row),
            };
            if let Some(why) = why {
                found.add(format!("signature {}, '{}'", row.id, row.meaning), why);
            }
        }
    }
    Ok(())
}

/// How a signature differs from what the log says of it.
fn unlike(said: &Said, signature: &Signature) -> Option<&'static str> {
    let entry = &said.entry;
    let digest = signature.digest.to_string();
    let covers = |change: &&Change| {
        let named = ["set", "signed"].iter().any(|name| word(change, name) == Some(digest.as_str()));
        named || change.after == Some(signature.digest)
    };
    let Some(change) = entry.changes.iter().find(covers) else {
        return Some("the log says that something else was signed");
    };
    if entry.actor != format!("person:{}", signature.person) {
        return Some("the log says that somebody else signed");
    }
    if word(change, "meaning").is_some_and(|meaning| meaning != signature.meaning) {
        return Some("the log says that it means something else");
    }
    if word(change, "comment").unwrap_or_default() != signature.comment {
        return Some("the log says that something else was added to it");
    }
    // A unit of work begins a little before its entry. A clock that went back shows in the entry, whose time never does.
    let apart = signature.at.duration_since(entry.at).abs();
    let moment = apart <= UNIT_OF_WORK || (said.held && signature.at < entry.at);
    (!moment).then_some("the log says that it was given at another time")
}

async fn assessments(conn: &mut Conn, found: &mut Found) -> Result<()> {
    let (mut after, mut entries) = (i64::MIN, Entries::default());
    let mut sets: BTreeMap<Digest, (String, BTreeSet<Digest>)> = BTreeMap::new();
    while !found.is_full() {
        let ids = table::assessment_ids(conn, after).await?;
        let (Some(first), Some(last)) = (ids.first(), ids.last()) else { break };
        after = *last;
        let rows = table::assessments(conn, *first, *last).await?;
        entries.read(conn, rows.iter().map(|row| row.tx)).await?;
        let sources: Vec<i64> = rows.iter().filter_map(|row| row.row.1.carried_from).collect();
        let sources = findings::assessments(conn, &sources).await?;
        let sources: HashMap<i64, Assessment> = sources.into_iter().map(|row| (row.id, row)).collect();
        let whole: BTreeSet<i64> = rows.iter().map(|row| row.row.1.id).collect();
        for id in ids.iter().filter(|id| !whole.contains(id)) {
            found.add(
                format!("assessment {id}"),
                "its finding or the entry of the log that made it is not there",
            );
        }
        for Written { tx, row: (finding, row) } in &rows {
            let source = row.carried_from.and_then(|id| sources.get(&id));
            if let Some(why) = differs(entries.of(*tx), finding, row, source)? {
                found.add(format!("{}, assessment {}", finding.reference(), row.id), why);
            }
            if row.carried_from.is_none() {
                let set = sets.entry(row.set).or_insert_with(|| (finding.reference(), BTreeSet::new()));
                set.1.insert(row.digest);
            }
        }
    }
    for (set, (reference, digests)) in sets {
        if set_of(&digests) != set {
            found.add(reference, "the assessments that were made at once are not those that their set names");
        }
    }
    Ok(())
}

/// How an assessment differs from its digest, from the one that it was carried from, or from what the log says.
fn differs(
    said: Option<&Said>,
    finding: &Finding,
    row: &Assessment,
    source: Option<&Assessment>,
) -> Result<Option<&'static str>> {
    if digest_of(row, finding, source.map(|source| source.digest))? != row.digest {
        return Ok(Some("what it says is not what its digest names"));
    }
    if row.carried_from.is_some() {
        let same = source.is_some_and(|source| {
            let (id, finding, set) = (row.id, row.finding, row.set);
            let (carried_from, changed, digest) = (row.carried_from, row.changed.clone(), row.digest);
            Assessment { id, finding, set, carried_from, changed, digest, ..source.clone() } == *row
        });
        return Ok((!same).then_some("it is not what it was carried from"));
    }
    let made = said.is_some_and(|said| {
        let reference = finding.reference();
        said.entry.action == ASSESS && said.of(&reference).any(|change| change.after == Some(row.digest))
    });
    Ok((!made).then_some("no entry of the log made it"))
}

async fn advisories(conn: &mut Conn, found: &mut Found) -> Result<()> {
    let mut after = String::new();
    while !found.is_full() {
        let rows = table::advisories(conn, &after).await?;
        let Some((last, ..)) = rows.last() else { break };
        after = last.to_string();
        for (digest, id, content) in &rows {
            if Digest::of(content.as_bytes()) != *digest {
                found.add(format!("advisory {id}"), "its content is not what its digest names");
            }
        }
    }
    Ok(())
}

async fn evidence(conn: &mut Conn, found: &mut Found) -> Result<()> {
    let (mut after, mut entries) = (0, Entries::default());
    while !found.is_full() {
        let rows = table::evidence(conn, after).await?;
        let Some(last) = rows.last() else { break };
        after = last.row.number;
        entries.read(conn, rows.iter().map(|row| row.tx)).await?;
        for Written { tx, row } in &rows {
            let reference = row.reference();
            let made = entries.of(*tx).and_then(|said| {
                said.of(&reference)
                    .find(|change| change.after == Some(row.digest))
                    .map(|change| &change.detail)
            });
            let Some(detail) = made else {
                found.add(reference, "no entry of the log made it, or of other bytes");
                continue;
            };
            let other = BOUND
                .iter()
                .find(|name| detail.get(name).is_some_and(|said| bound(row).get(name) != Some(said)));
            if let Some(name) = other {
                found.add(reference, &format!("the log tells of another {} of it", name.replace('_', " ")));
            }
        }
    }
    Ok(())
}

/// What the log says of evidence beside its bytes; older entries say less.
const BOUND: &[&str] = &["release", "build", "tool", "tool_version", "rules", "performed_at"];

/// What evidence was bound to by who handed it in, as the log says it.
pub(crate) fn bound(row: &Evidence) -> Value {
    json!({
        "release": format!("release:{}", row.release),
        "build": row.build.map(|build| format!("build:{build}")),
        "tool": row.tool,
        "tool_version": row.tool_version,
        "rules": row.rules,
        "performed_at": row.performed_at,
    })
}

/// What the log says was handed in or disqualified still is.
async fn handed_in(conn: &mut Conn, found: &mut Found) -> Result<()> {
    for (action, why) in [
        ("evidence add", "evidence that the log tells of is not there"),
        ("evidence disqualify", "the log says that it was disqualified, and it is not"),
    ] {
        let mut after = -1;
        while !found.is_full() {
            let entries = table::entries_called(conn, action, after).await?;
            let Some(last) = entries.last() else { break };
            after = last.seq;
            let told: BTreeSet<i64> = made(&entries)
                .iter()
                .filter_map(|(subject, _)| subject.strip_prefix("EVID-")?.parse().ok())
                .collect();
            let numbers: Vec<i64> = told.iter().copied().collect();
            let there = table::evidence_among(conn, &numbers).await?;
            let there =
                there.into_iter().filter(|(_, disqualified)| *disqualified || action == "evidence add");
            let there: BTreeSet<i64> = there.map(|(number, _)| number).collect();
            for number in told.difference(&there) {
                found.add(format!("EVID-{number}"), why);
            }
        }
    }
    Ok(())
}
