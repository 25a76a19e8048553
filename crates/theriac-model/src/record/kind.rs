//! A kind of record: one static value that describes itself.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Content, Field, FieldError};

/// What a record belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// The manufacturer.
    Organisation,
    /// One product.
    Product,
    /// One release.
    Release,
}

impl Scope {
    /// The word in files and interfaces.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::Product => "product",
            Self::Release => "release",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Organisation, Self::Product, Self::Release]
            .into_iter()
            .find(|scope| scope.as_str() == text)
            .ok_or_else(|| format!("'{text}' is not a scope: organisation, product or release is expected"))
    }
}

/// Which part of the life cycle a kind belongs to: who may write it and who may approve it follow from this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Responsibilities, documents, limits.
    Governance,
    /// Risk criteria, risks, measures.
    Risk,
    /// Software items, requirements, reviews.
    Development,
    /// Test campaigns.
    Testing,
    /// Activities of a release.
    Plan,
    /// Clause assessments, applicability justifications, deviations.
    Conformity,
}

/// How a revision becomes approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Workflow {
    /// Who approves it, by family of permission.
    pub approve: Family,
    /// What the approving signature means.
    pub meaning: &'static str,
    /// A further signature, that harm to patients has been judged, is needed when this choice field holds
    /// this word.
    pub clinical_if: Option<(&'static str, &'static str)>,
}

/// A type of link that leaves records of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkType {
    /// The key and the words, such as `mitigated-by`.
    pub id: &'static str,
    /// The kinds that it may point to; empty: any kind.
    pub targets: &'static [&'static str],
    /// How many a submitted revision needs.
    pub at_least: usize,
    /// Whether the record judges the very revision that it points to, as a review does. Such a link is never cleared: a new
    /// revision of the record judges anew.
    pub judges: bool,
}

/// A link to records of these kinds; none named: of any kind.
#[must_use]
pub const fn out(id: &'static str, targets: &'static [&'static str]) -> LinkType {
    LinkType { id, targets, at_least: 0, judges: false }
}

impl LinkType {
    /// A submitted revision needs at least this many.
    #[must_use]
    pub const fn at_least(mut self, number: usize) -> Self {
        self.at_least = number;
        self
    }

    /// The record judges the very revision that it points to.
    #[must_use]
    pub const fn judges(mut self) -> Self {
        self.judges = true;
        self
    }

    /// Whether it may point to that kind.
    #[must_use]
    pub fn allows(&self, kind: &str) -> bool {
        self.targets.is_empty() || self.targets.contains(&kind)
    }
}

/// Something owed on the day that a date field names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateDuty {
    /// The date field.
    pub date: &'static str,
    /// The person field that says who owes it.
    pub owner: &'static str,
    /// What is owed.
    pub todo: &'static str,
    /// The duty is met once this date field is filled in.
    pub unless: Option<&'static str>,
}

/// Lifts content of one version to the next.
pub type Upcaster = fn(Map<String, Value>) -> Map<String, Value>;

/// A kind of record.
#[derive(Debug)]
pub struct Kind {
    /// The key, such as `risk`.
    pub id: &'static str,
    /// The prefix of its numbers, such as `RISK`.
    pub prefix: &'static str,
    /// The version of its content; raised with an upcaster.
    pub version: u32,
    /// What a record of it may belong to.
    pub scopes: &'static [Scope],
    /// One of it, in words.
    pub title: &'static str,
    /// Many of it, in words.
    pub plural: &'static str,
    /// What it is for: one sentence for forms and empty lists.
    pub purpose: &'static str,
    /// The clauses that ask for it.
    pub clauses: &'static [&'static str],
    /// Who writes it.
    pub family: Family,
    /// Its fields; the first is always `title`.
    pub fields: &'static [Field],
    /// The links that leave it.
    pub links: &'static [LinkType],
    /// How it is approved.
    pub workflow: Workflow,
    /// What its dates make people owe.
    pub duties: &'static [DateDuty],
    /// Rules over several fields, on complete content only.
    pub validate: fn(&Content, &mut Vec<FieldError>),
    /// For each old version, the function that lifts its content to the next.
    pub upcast: &'static [(u32, Upcaster)],
    /// Complete contents that drive the round-trip tests.
    pub samples: fn() -> Vec<Value>,
}

impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Kind {
    /// The field of this id.
    #[must_use]
    pub fn field(&self, id: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// The link type of this id.
    #[must_use]
    pub fn link(&self, id: &str) -> Option<&'static LinkType> {
        self.links.iter().find(|link| link.id == id)
    }

    /// Content of an old version, lifted to the present one. Old revisions themselves are never rewritten.
    #[must_use]
    pub fn lift(&self, version: u32, content: Map<String, Value>) -> Content {
        let lifted = self
            .upcast
            .iter()
            .filter(|(from, _)| *from >= version)
            .fold(content, |content, (_, step)| step(content));
        Content::from_stored(lifted)
    }
}

/// No rule over several fields.
pub(crate) fn no_further_rules(_: &Content, _: &mut Vec<FieldError>) {}
