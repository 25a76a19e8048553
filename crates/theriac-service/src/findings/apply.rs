//! Writes what a matching found: findings are opened, changed, resolved with a reason and taken up again, never deleted.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::json;
use theriac_store::tables::components::{self as components, Disposition, Unmatched};
use theriac_store::tables::findings::{self as table, Finding, Known, Matching};
use theriac_store::tables::releases::Release;
use theriac_store::{Conn, Write, tables};
use theriac_vulndb::Match;

use super::carry::{self, Merged};
use super::matching::{Plan, Seen};
use super::package_of;
use crate::Result;

/// Most releases of a product that judgements and dispositions are carried over from.
const EARLIER_MAX: usize = 20;

/// What a matching changed.
#[derive(Debug, Default)]
pub(crate) struct Applied {
    /// Opened.
    pub new: Vec<Finding>,
    /// Taken up again, said to be worse than before, or to be assessed again because what that rests on has changed; with
    /// the reason.
    pub worse: Vec<(Finding, String)>,
    /// Closed, with the reason in them.
    pub resolved: Vec<Finding>,
}

/// Writes a plan that [still holds](Plan::still_holds).
pub(crate) async fn apply(write: &mut Write, release: &Release, plan: Plan) -> Result<Applied> {
    let before = table::of_release(write, release.id).await?;
    let mut changes = changes(write, release, &before, &plan);
    number(write, &mut changes.opened).await?;
    table::add_advisories(write, &plan.advisories).await?;
    table::add(write, &changes.opened).await?;
    table::change(write, &changes.changed).await?;
    let earlier = earlier_releases(write, release).await?;
    unmatched(write, release, &earlier, &plan).await?;
    let feed = plan.feed.as_ref().ok().map(|feed| feed.digest);
    if let Ok(feed) = &plan.feed {
        let matching = Matching {
            feed: feed.digest,
            feed_at: feed.at,
            imported_at: feed.imported_at,
            components: i64::try_from(plan.seen.len()).unwrap_or(i64::MAX),
            at: write.now(),
        };
        table::set_matching(write, release.id, &matching).await?;
    }
    let after = after(before, &changes);
    let carried = carry::renew(write, release, &earlier, &after, &changes.merged).await?;
    let lapsed = carried.lapsed.len() + carried.lapsed_on_the_way;
    let mut applied = Applied { new: changes.opened, ..changes.applied };
    let judged_anew =
        |changes: Vec<String>| format!("its assessment no longer holds: {}", changes.join("; "));
    applied.worse.extend(carried.lapsed.into_iter().map(|(finding, what)| (finding, judged_anew(what))));
    let detail = json!({
        "carried": carried.carried,
        "feed": feed,
        "lapsed": lapsed,
        "new": applied.new.len(),
        "resolved": applied.resolved.len(),
        "worse": applied.worse.len(),
    });
    write.audit(format!("release:{}", release.id), None, None, detail);
    Ok(applied)
}

/// What becomes of the findings of a release.
#[derive(Default)]
struct Changes {
    opened: Vec<Finding>,
    changed: Vec<Finding>,
    merged: Vec<Merged>,
    applied: Applied,
}

fn changes(write: &Write, release: &Release, before: &[Finding], plan: &Plan) -> Changes {
    let mut by_component: HashMap<&str, Vec<&Finding>> = HashMap::new();
    for finding in before {
        by_component.entry(&finding.component).or_default().push(finding);
    }
    let versions = versions(plan);
    let mut changes = Changes::default();
    for (component, seen) in &plan.seen {
        let Seen::LookedUp { unmatched, matches } = seen else { continue };
        let existing = by_component.get(component.as_str()).map_or(&[][..], Vec::as_slice);
        let (groups, left) = assign(matches, existing);
        for (found, group) in matches.iter().zip(groups) {
            match group.split_first() {
                None => changes.opened.push(open(write, release, component, found)),
                Some((oldest, younger)) => {
                    changes.known(oldest, known(found));
                    younger.iter().for_each(|younger| changes.merge(oldest, younger));
                }
            }
        }
        for finding in left {
            if plan.withdrawn.contains(&finding.known.vulnerability) {
                changes.resolve(finding, "the advisories were withdrawn".to_owned());
            } else if unmatched.is_none() {
                // A version that cannot be placed may still be vulnerable: what is open stays so.
                changes.resolve(finding, "the advisories no longer name this version".to_owned());
            }
        }
    }
    let gone = |finding: &&Finding| !plan.silent && !plan.seen.contains_key(&finding.component);
    for finding in before.iter().filter(gone) {
        let now = versions.get(package_of(&finding.component));
        let reason = match now.map(|keys| keys.join(", ")).filter(|keys| !keys.is_empty()) {
            Some(keys) => format!("the component is no longer part of the release; it now has {keys}"),
            None => "the component is no longer part of the release".to_owned(),
        };
        changes.resolve(finding, reason);
    }
    changes
}

/// The components of each package, a few of each.
fn versions(plan: &Plan) -> BTreeMap<&str, Vec<&str>> {
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for component in plan.seen.keys() {
        let keys = versions.entry(package_of(component)).or_default();
        if keys.len() < 3 {
            keys.push(component);
        }
    }
    versions
}

impl Changes {
    /// Notes what is known of a finding now; one that was resolved is taken up again.
    fn known(&mut self, finding: &Finding, known: Known) {
        if finding.known == known {
            return;
        }
        let before = &finding.known;
        let after = Finding { known, ..finding.clone() };
        if let Some(reason) = &before.resolved {
            self.applied.worse.push((after.clone(), format!("open again; it was closed because {reason}")));
        } else if after.known.severity > before.severity {
            let words = format!("{}, it was {}", after.known.severity, before.severity);
            self.applied.worse.push((after.clone(), words));
        }
        self.changed.push(after);
    }

    fn resolve(&mut self, finding: &Finding, reason: String) {
        if finding.known.resolved.is_some() {
            return;
        }
        let known = Known { resolved: Some(reason), ..finding.known.clone() };
        let after = Finding { known, ..finding.clone() };
        self.applied.resolved.push(after.clone());
        self.changed.push(after);
    }

    /// Closes the younger of two findings whose vulnerabilities have turned out to be one.
    fn merge(&mut self, oldest: &Finding, younger: &Finding) {
        let into = format!("merged into {}:", oldest.reference());
        if younger.known.resolved.as_ref().is_some_and(|reason| reason.starts_with(&into)) {
            return;
        }
        let reason = format!("{into} {} and {} are one vulnerability", oldest.opened_as, younger.opened_as);
        let known = Known { resolved: Some(reason), ..younger.known.clone() };
        let after = Finding { known, ..younger.clone() };
        self.merged.push(Merged { into: oldest.id, from: younger.id });
        if younger.known.resolved.is_none() {
            self.applied.resolved.push(after.clone());
        }
        self.changed.push(after);
    }
}

/// For each match the findings that speak of it, oldest first; and those that no match speaks of.
pub(super) fn assign<'a>(
    matches: &[Match],
    existing: &[&'a Finding],
) -> (Vec<Vec<&'a Finding>>, Vec<&'a Finding>) {
    let ids: Vec<HashSet<&str>> = matches
        .iter()
        .map(|found| {
            std::iter::once(&found.vulnerability).chain(&found.aliases).map(String::as_str).collect()
        })
        .collect();
    let mut groups = vec![Vec::new(); matches.len()];
    let mut left = Vec::new();
    for finding in existing {
        // What it was opened as decides; what was known of it later helps where no match knows that id any more.
        let opened = ids.iter().position(|ids| ids.contains(finding.opened_as.as_str()));
        let place = opened.or_else(|| ids.iter().position(|ids| finding.ids().any(|id| ids.contains(id))));
        match place.and_then(|place| groups.get_mut(place)) {
            Some(group) => group.push(*finding),
            None => left.push(*finding),
        }
    }
    for group in &mut groups {
        group.sort_by_key(|finding: &&Finding| finding.number);
    }
    (groups, left)
}

fn known(found: &Match) -> Known {
    let mut advisories: Vec<String> = found.records.iter().map(|record| record.digest.to_string()).collect();
    advisories.sort_unstable();
    advisories.dedup();
    Known {
        vulnerability: found.vulnerability.clone(),
        aliases: found.aliases.clone(),
        severity: found.severity,
        score: found.score_tenths.map(i64::from),
        cvss: found.cvss.clone(),
        fixed: found.fixed.clone(),
        advisories,
        resolved: None,
    }
}

/// A finding without its number yet.
fn open(write: &Write, release: &Release, component: &str, found: &Match) -> Finding {
    Finding {
        id: 0,
        number: 0,
        release: release.id,
        component: component.to_owned(),
        opened_as: found.vulnerability.clone(),
        opened_at: write.now(),
        row_id: 0,
        known: known(found),
    }
}

/// Gives opened findings their rows and numbers, the worst first.
async fn number(write: &mut Write, opened: &mut [Finding]) -> Result<()> {
    if opened.is_empty() {
        return Ok(());
    }
    opened.sort_by(|one, other| {
        let key = |finding: &Finding| (std::cmp::Reverse(finding.known.severity), finding.component.clone());
        key(one).cmp(&key(other)).then_with(|| one.opened_as.cmp(&other.opened_as))
    });
    let first = table::take_numbers(write, i64::try_from(opened.len()).unwrap_or(i64::MAX)).await?;
    for (number, finding) in (first..).zip(opened) {
        finding.number = number;
        finding.id = write.id();
    }
    Ok(())
}

/// The findings of the release as they are after the changes.
fn after(before: Vec<Finding>, changes: &Changes) -> Vec<Finding> {
    let changed: HashMap<i64, &Finding> =
        changes.changed.iter().map(|finding| (finding.id, finding)).collect();
    let unchanged = before.into_iter().filter(|finding| !changed.contains_key(&finding.id));
    unchanged.chain(changes.changed.iter().cloned()).chain(changes.opened.iter().cloned()).collect()
}

/// The releases that judgements are carried over from: those that it is based on, then the product's other earlier ones,
/// the newest first.
pub(super) async fn earlier_releases(conn: &mut Conn, release: &Release) -> Result<Vec<i64>> {
    let others = tables::releases::of_product(conn, release.product).await?;
    let mut earlier = Vec::new();
    let mut base = release.based_on;
    while let Some(id) = base.filter(|id| earlier.len() < EARLIER_MAX && !earlier.contains(id)) {
        earlier.push(id);
        base = others.iter().find(|other| other.id == id).and_then(|other| other.based_on);
    }
    for other in others.iter().filter(|other| other.id < release.id) {
        if earlier.len() < EARLIER_MAX && !earlier.contains(&other.id) {
            earlier.push(other.id);
        }
    }
    Ok(earlier)
}

/// Writes which components could not be matched, and carries over what earlier releases say about them.
async fn unmatched(write: &mut Write, release: &Release, earlier: &[i64], plan: &Plan) -> Result<()> {
    let before = components::unmatched(write, release.id).await?;
    let mut now: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    let mut ended = Vec::new();
    for (component, seen) in &plan.seen {
        if let Seen::LookedUp { unmatched: Some((code, reason)), .. } = seen {
            now.insert(component, (code, reason));
        }
    }
    let mut known: HashSet<&str> = HashSet::new();
    for row in &before {
        let same = now.get(row.component.as_str()) == Some(&(row.code.as_str(), row.reason.as_str()));
        if same || matches!(plan.seen.get(&row.component), Some(Seen::Before)) {
            known.insert(&row.component);
        } else {
            ended.push(row.row_id);
        }
    }
    let begun: Vec<(String, String, String)> = now
        .iter()
        .filter(|(component, _)| !known.contains(*component))
        .map(|(component, (code, reason))| {
            ((*component).to_owned(), (*code).to_owned(), (*reason).to_owned())
        })
        .collect();
    components::change_unmatched(write, release.id, &ended, &begun).await?;
    let awaiting = components::unmatched(write, release.id).await?;
    carry_dispositions(write, release, earlier, &awaiting).await
}

async fn carry_dispositions(
    write: &mut Write,
    release: &Release,
    earlier: &[i64],
    unmatched: &[Unmatched],
) -> Result<()> {
    let awaiting: HashSet<&str> =
        unmatched.iter().filter(|row| row.disposition.is_none()).map(|row| row.component.as_str()).collect();
    if awaiting.is_empty() || earlier.is_empty() {
        return Ok(());
    }
    let mut nearest: BTreeMap<String, (usize, Disposition)> = BTreeMap::new();
    for (from, said) in components::dispositions_of(write, earlier).await? {
        let place = earlier.iter().position(|id| *id == from).unwrap_or(usize::MAX);
        let is_nearer = nearest.get(&said.component).is_none_or(|(other, _)| place < *other);
        if awaiting.contains(said.component.as_str()) && is_nearer {
            nearest.insert(said.component.clone(), (place, said));
        }
    }
    let begun: Vec<Disposition> = nearest
        .into_values()
        .map(|(_, said)| Disposition { carried_from: Some(said.row_id), ..said })
        .collect();
    components::change_dispositions(write, release.id, &[], &begun).await?;
    Ok(())
}
