//! What people and records are called: facts name them by key and by reference, pages by what a reader knows.

use std::collections::{BTreeMap, BTreeSet};

use theriac_conformity::facts::words::StandIn;
use theriac_conformity::{CheckVerdict, ClauseVerdict, Gate};
use theriac_service::{ServiceError, people, records};

use crate::http::{Me, Web};

/// Names of people by key and titles of records by reference.
#[derive(Debug, Default)]
pub(super) struct Names {
    people: BTreeMap<String, String>,
    records: BTreeMap<String, String>,
}

impl Names {
    /// Reads the names of these people.
    pub(super) async fn people<'k>(
        web: &Web,
        keys: impl IntoIterator<Item = &'k String>,
    ) -> Result<Self, ServiceError> {
        let keys: BTreeSet<String> = keys.into_iter().cloned().collect();
        let people = people::names(web.app(), &keys.into_iter().collect::<Vec<_>>()).await?;
        Ok(Self { people, records: BTreeMap::new() })
    }

    /// Reads the names of these people and records, in two queries.
    pub(super) async fn of(
        web: &Web,
        me: &Me,
        people: BTreeSet<&str>,
        references: BTreeSet<&str>,
    ) -> Result<Self, ServiceError> {
        let owned = |texts: BTreeSet<&str>| texts.into_iter().map(str::to_owned).collect::<Vec<_>>();
        let records = references.into_iter().map(number).filter(|name| is_record(name)).collect();
        Ok(Self {
            people: people::names(web.app(), &owned(people)).await?,
            records: records::titles(web.app(), me.who(), &owned(records)).await?,
        })
    }

    /// Reads the names of those who owe something by verdicts and a gate, and of the records that these rest on, for
    /// at most so many subjects of a check.
    pub(super) async fn of_verdicts(
        web: &Web,
        me: &Me,
        clauses: &[ClauseVerdict],
        gate: &Gate,
        subjects: usize,
    ) -> Result<Self, ServiceError> {
        let missing = || clauses.iter().flat_map(|clause| &clause.missing);
        let owners = missing().filter_map(|item| item.owner.as_deref());
        let owners = owners.chain(gate.reasons.iter().filter_map(|reason| reason.owner.as_deref()));
        let owners = owners.chain(gate.disqualified.iter().map(|row| row.by.as_str()));
        let rested =
            clauses.iter().flat_map(|clause| &clause.checks).flat_map(|check| rests_on(check, subjects));
        let reasons = clauses.iter().filter_map(|clause| clause.reason.as_deref());
        let justified = reasons.flat_map(|reason| reason.split(' ')).filter_map(pinned).map(|(name, _)| name);
        let covers = gate.deviations.iter();
        let covered = covers.flat_map(|row| row.missing.iter().chain([&row.reference]).map(String::as_str));
        let lapsed = gate.lapsed.iter();
        let lapsed = lapsed.flat_map(|row| row.missing.iter().chain([&row.reference]).map(String::as_str));
        let references = rested.chain(missing().map(|item| item.reference.as_str()));
        let references = references.chain(justified).chain(covered).chain(lapsed);
        Self::of(web, me, owners.collect(), references.collect()).await
    }

    /// The person's name, or the key of someone whose name is not known.
    pub(super) fn person(&self, key: &str) -> String {
        self.people.get(key).map_or(key, String::as_str).to_owned()
    }

    /// Who owes something, and as whom where nobody is named for it.
    pub(super) fn owner(&self, key: Option<&str>, stand_in: Option<StandIn>) -> String {
        match (key.map(|key| self.person(key)), stand_in) {
            (None, _) => "nobody yet".to_owned(),
            (Some(name), None) => name,
            (Some(name), Some(role)) => format!("{name} (as {role})"),
        }
    }

    /// As [`Self::owner`]; empty where nobody owes it.
    pub(super) fn owed(&self, key: Option<&str>, stand_in: Option<StandIn>) -> String {
        key.map_or_else(String::new, |key| self.owner(Some(key), stand_in))
    }

    /// The number and the title of the record that a reference names; what else it names as it is.
    pub(super) fn titled(&self, reference: &str) -> String {
        let name = match number(reference) {
            name if is_number(name) => name,
            "feed" => "the advisory feed",
            _ => reference,
        };
        match self.title(reference) {
            "" => name.to_owned(),
            title => format!("{name} “{title}”"),
        }
    }

    /// Words in which the records that are named by digest stand with their titles.
    pub(super) fn in_words(&self, words: &str) -> String {
        let word = |word: &str| match pinned(word) {
            Some((reference, rest)) => format!("{}{rest}", self.titled(reference)),
            None => word.to_owned(),
        };
        words.split(' ').map(word).collect::<Vec<_>>().join(" ")
    }

    /// The title of the record that `RISK-12` or `RISK-12@9f3c…` names; empty for what is no record.
    pub(super) fn title(&self, reference: &str) -> &str {
        self.records.get(number(reference)).map_or("", String::as_str)
    }
}

/// What a check names: its subjects and what they rest on.
pub(super) fn rests_on(check: &CheckVerdict, subjects: usize) -> impl Iterator<Item = &str> {
    let shown = check.failing.iter().take(subjects).chain(check.passing.iter().take(subjects));
    shown.flat_map(|subject| std::iter::once(&subject.reference).chain(&subject.rests_on).map(String::as_str))
}

/// The reference `RISK-12@9f3c…` that a word begins with, and what follows it.
fn pinned(word: &str) -> Option<(&str, &str)> {
    let (name, digest) = word.split_once('@')?;
    let hexadecimal = digest.as_bytes().get(..DIGEST)?.iter().all(u8::is_ascii_hexdigit);
    (is_number(name) && hexadecimal).then(|| word.split_at(name.len() + 1 + DIGEST))
}

/// Digits of a digest.
const DIGEST: usize = 64;

/// `RISK-12` of `RISK-12@9f3c…`.
pub(super) fn number(reference: &str) -> &str {
    reference.split('@').next().unwrap_or(reference)
}

/// Whether it has the form of a number: capital letters, a hyphen, digits.
pub(super) fn is_number(name: &str) -> bool {
    name.rsplit_once('-').is_some_and(|(prefix, digits)| {
        !prefix.is_empty()
            && prefix.bytes().all(|byte| byte.is_ascii_uppercase())
            && !digits.is_empty()
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// Whether it is the number of a record: not of evidence or a finding, which are no records.
pub(super) fn is_record(name: &str) -> bool {
    is_number(name) && !name.starts_with("EVID-") && !name.starts_with("FIND-")
}
