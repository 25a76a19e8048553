//! Which ids are one vulnerability: the transitive closure of `aliases`.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::osv::Record;

/// One vulnerability under all its ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    /// A CVE where there is one, else a GHSA, else the lowest id; among several of a sort the lowest.
    pub id: String,
    /// The other ids, sorted.
    pub aliases: Vec<String>,
    /// The ids of the records that speak of it, sorted.
    pub records: Vec<String>,
}

/// The groups, sorted by id.
///
/// What a withdrawn record says of its aliases no longer holds for records that stand. Among themselves withdrawn
/// records stay together, so that a vulnerability that was withdrawn is still known by all its ids.
pub(crate) fn groups<'a>(records: impl Iterator<Item = &'a Record>) -> Vec<Group> {
    let mut sets = Sets::default();
    let mut own = Vec::new();
    let (withdrawn, current): (Vec<&Record>, Vec<&Record>) =
        records.partition(|record| record.withdrawn.is_some());
    for record in &current {
        let number = sets.number(&record.id);
        own.push((number, record.id.as_str()));
        for alias in &record.aliases {
            let alias = sets.number(alias);
            sets.join(number, alias);
        }
    }
    let standing: HashSet<usize> = own.iter().map(|(number, _)| sets.root(*number)).collect();
    for record in &withdrawn {
        let number = sets.number(&record.id);
        own.push((number, record.id.as_str()));
        if standing.contains(&sets.root(number)) {
            continue;
        }
        for alias in &record.aliases {
            let alias = sets.number(alias);
            if !standing.contains(&sets.root(alias)) {
                sets.join(number, alias);
            }
        }
    }
    let mut members: BTreeMap<usize, (Vec<&str>, Vec<String>)> = BTreeMap::new();
    for (number, id) in own {
        members.entry(sets.root(number)).or_default().1.push(id.to_owned());
    }
    for (id, number) in std::mem::take(&mut sets.numbers) {
        members.entry(sets.root(number)).or_default().0.push(id);
    }
    let mut groups: Vec<Group> = members.into_values().map(|(ids, records)| group(ids, records)).collect();
    groups.sort_by(|a, b| a.id.cmp(&b.id));
    groups
}

fn group(mut ids: Vec<&str>, mut records: Vec<String>) -> Group {
    ids.sort_unstable();
    records.sort_unstable();
    let primary =
        ["CVE-", "GHSA-", ""].iter().find_map(|prefix| ids.iter().find(|id| id.starts_with(prefix)));
    let id = primary.map(|id| (*id).to_owned()).unwrap_or_default();
    let aliases = ids.into_iter().filter(|other| *other != id).map(str::to_owned).collect();
    Group { id, aliases, records }
}

/// Disjoint sets of ids.
#[derive(Default)]
struct Sets<'a> {
    numbers: HashMap<&'a str, usize>,
    parents: Vec<usize>,
}

impl<'a> Sets<'a> {
    fn number(&mut self, id: &'a str) -> usize {
        let next = self.parents.len();
        let number = *self.numbers.entry(id).or_insert(next);
        if number == next {
            self.parents.push(next);
        }
        number
    }

    fn root(&mut self, mut number: usize) -> usize {
        while self.parents[number] != number {
            self.parents[number] = self.parents[self.parents[number]];
            number = self.parents[number];
        }
        number
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.parents[a.max(b)] = a.min(b);
    }
}
