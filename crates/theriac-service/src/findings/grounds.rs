//! What an assessment rests on, and what of that has changed.
//!
//! To add a ground: a variant of [`Ground`], what is kept of it in [`RestsOn`], its comparison in [`Present::changes`].

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use theriac_model::Digest;
use theriac_store::tables::findings::Finding;

use super::paths::History;

/// The word of an assessment that says that a vulnerability is exploited in the wild.
pub const EXPLOITED: &str = "exploited";

/// Something that an assessment rests on, as people name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ground {
    /// The component in its version: `component`.
    Component,
    /// A path of the product: `path:src/decode`.
    Path(String),
    /// How it is configured, in a record: `configuration:DOC-4`.
    Configuration(String),
    /// Where and how it is used, in a record: `context:DOC-2`.
    Context(String),
    /// A risk control measure: `measure:MEAS-3`.
    Measure(String),
}

impl Ground {
    /// Whether it is a record.
    pub(super) const fn is_record(&self) -> bool {
        matches!(self, Self::Configuration(_) | Self::Context(_) | Self::Measure(_))
    }
}

impl FromStr for Ground {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "'{text}' is nothing to rest on; component, path:PATH, configuration:RECORD, context:RECORD or \
                 measure:RECORD is expected"
            )
        };
        let (word, rest) = text.trim().split_once(':').unwrap_or((text.trim(), ""));
        let rest = rest.trim().trim_matches('/');
        match (word, rest.is_empty()) {
            ("component", true) => Ok(Self::Component),
            ("path", false) if rest.split('/').any(|part| matches!(part, "" | "." | "..")) => Err(format!(
                "'{rest}' is no path as the repository names it: leave out '.', '..' and empty parts"
            )),
            ("path", false) => Ok(Self::Path(rest.to_owned())),
            ("configuration", false) => Ok(Self::Configuration(rest.to_owned())),
            ("context", false) => Ok(Self::Context(rest.to_owned())),
            ("measure", false) => Ok(Self::Measure(rest.to_owned())),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Ground {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Component => f.write_str("component"),
            Self::Path(path) => write!(f, "path:{path}"),
            Self::Configuration(record) => write!(f, "configuration:{record}"),
            Self::Context(record) => write!(f, "context:{record}"),
            Self::Measure(record) => write!(f, "measure:{record}"),
        }
    }
}

/// What an assessment rests on, as it was when it was made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestsOn {
    /// The component with its version, where that matters.
    pub component: Option<String>,
    /// The commit at which the paths were looked at.
    pub commit: Option<String>,
    /// Paths of the product.
    pub paths: Vec<String>,
    /// Records.
    pub records: Vec<RestedRecord>,
}

/// A record that an assessment rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestedRecord {
    /// `configuration`, `context` or `measure`.
    pub role: String,
    /// Its number.
    pub reference: String,
    /// The approved revision that was looked at.
    pub revision: Digest,
}

impl RestsOn {
    /// As people name it.
    #[must_use]
    pub fn grounds(&self) -> Vec<Ground> {
        let component = self.component.iter().map(|_| Ground::Component);
        let paths = self.paths.iter().cloned().map(Ground::Path);
        let records = self.records.iter().map(|record| {
            let reference = record.reference.clone();
            match record.role.as_str() {
                "configuration" => Ground::Configuration(reference),
                "context" => Ground::Context(reference),
                _ => Ground::Measure(reference),
            }
        });
        component.chain(paths).chain(records).collect()
    }
}

/// What assessments can rest on, as it is in a release now.
#[derive(Debug, Clone)]
pub struct Present {
    /// The commit of the candidate build, or of the newest.
    pub commit: Option<String>,
    /// The builds of the product.
    pub history: History,
    /// The approved revisions of records.
    pub records: HashMap<String, Digest>,
    /// When it became known of a vulnerability that it is exploited.
    pub exploited: HashMap<String, Timestamp>,
    /// How old a carried assessment may be, in days.
    pub max_age: Option<i64>,
    /// The present day.
    pub today: Date,
    /// The organisation's zone.
    pub zone: TimeZone,
}

/// An assessment as far as it can lapse.
#[derive(Debug, Clone)]
pub struct Grounds<'a> {
    /// What it rests on.
    pub rests_on: &'a RestsOn,
    /// When it was made.
    pub at: Timestamp,
    /// Whether it said itself that the vulnerability is exploited.
    pub exploited: bool,
    /// Whether it is taken over from an earlier release.
    pub carried: bool,
}

impl Present {
    /// What an assessment rests on and has changed, for a finding of this release; empty when it holds.
    #[must_use]
    pub fn changes(&self, judged: &Grounds<'_>, finding: &Finding) -> Vec<String> {
        let rests_on = judged.rests_on;
        let mut changes = Vec::new();
        if let Some(before) = rests_on.component.as_ref().filter(|before| **before != finding.component) {
            changes.push(format!("component: it was {before}, now it is {}", finding.component));
        }
        for path in &rests_on.paths {
            let same = self.history.is_same(path, rests_on.commit.as_deref(), self.commit.as_deref());
            if let Err(why) = same {
                changes.push(format!("path {path}: {why}"));
            }
        }
        for record in &rests_on.records {
            let (role, reference) = (&record.role, &record.reference);
            match self.records.get(reference) {
                Some(revision) if *revision == record.revision => {}
                Some(_) => changes.push(format!("{role} {reference}: a newer revision is approved")),
                None => changes.push(format!("{role} {reference}: no longer approved")),
            }
        }
        let known = finding.ids().filter_map(|id| self.exploited.get(id)).max();
        if let Some(known) = known.filter(|known| !judged.exploited && **known > judged.at) {
            changes.push(format!("exploitation: known since {}", self.day(*known)));
        }
        if let Some(max) = self.max_age.filter(|max| judged.carried && self.age(judged.at) > *max) {
            changes.push(format!("age: it is older than {max} days"));
        }
        changes
    }

    fn day(&self, at: Timestamp) -> Date {
        at.to_zoned_datetime(self.zone.clone()).date()
    }

    /// Whole days since a moment.
    fn age(&self, at: Timestamp) -> i64 {
        self.day(at).duration_until(self.today).as_hours() / 24
    }
}
