//! Following the chain entry by entry: the same for an export and for the live database.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use theriac_model::{Digest, canonical_json};

use super::entry::Entry;
use super::keys::PublicKey;
use super::statement::{Purpose, Signed};

/// Where and why the log does not hold together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {why}")]
pub struct Broken {
    /// The first bad entry or line.
    pub place: String,
    /// What is wrong with it.
    pub why: String,
}

impl Broken {
    pub(crate) fn at(place: impl Into<String>, why: impl Into<String>) -> Self {
        Self { place: place.into(), why: why.into() }
    }
}

/// A log that holds together, and how far others vouch for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The installation whose log it is.
    pub installation: String,
    /// Number of entries, the genesis included.
    pub entries: i64,
    /// Sequence of the last entry.
    pub seq: i64,
    /// Hash of the last entry.
    pub head: Digest,
    /// When the last entry was committed.
    pub at: Timestamp,
    /// The key that signed the export; `None` for a live database.
    pub key: Option<PublicKey>,
    /// The last entry under a signed checkpoint, if any.
    pub signed_to: Option<i64>,
    /// The last entry that the anchor file vouches for, if any: up to here not even who holds the signing key
    /// can have changed the log.
    pub anchored_to: Option<i64>,
}

/// The lines of an anchor file, by sequence.
#[derive(Debug, Clone, Default)]
pub struct Anchors {
    signed: BTreeMap<i64, Signed>,
    torn: Vec<usize>,
}

impl Anchors {
    /// Reads the text of an anchor file. A line that begins as a checkpoint and breaks off is a write cut short: it
    /// vouches for nothing, as if it were not there, and [`torn`](Self::torn) names it. Anything else is an error.
    ///
    /// # Errors
    /// [`Broken`] names the line that is no checkpoint.
    pub fn parse(text: &str) -> Result<Self, Broken> {
        let mut anchors = Self::default();
        for (number, line) in (1..).zip(text.lines()) {
            let place = || format!("anchor file, line {number}");
            if is_cut_short(line) {
                anchors.torn.push(number);
                continue;
            }
            let signed = Signed::parse(line).map_err(|why| Broken::at(place(), why))?;
            if signed.statement.purpose != Purpose::Checkpoint {
                return Err(Broken::at(place(), "it is no checkpoint"));
            }
            anchors.signed.insert(signed.statement.seq, signed);
        }
        Ok(anchors)
    }

    /// The numbers of lines that break off, from 1: writes that did not come to their end.
    #[must_use]
    pub fn torn(&self) -> &[usize] {
        &self.torn
    }
}

/// How a signed statement begins.
const BEGINNING: &str = "{\"signature\":\"";

/// Whether a line is the beginning of a signed statement and no more.
fn is_cut_short(line: &str) -> bool {
    let begins = line.starts_with(BEGINNING) || (!line.is_empty() && BEGINNING.starts_with(line));
    begins && serde_json::from_str::<serde::de::IgnoredAny>(line).is_err_and(|error| error.is_eof())
}

/// The state of a chain that is being followed.
pub(crate) struct Check<'a> {
    anchors: &'a Anchors,
    installation: String,
    entries: i64,
    head: Digest,
    at: Timestamp,
    keys: BTreeSet<PublicKey>,
    signed_to: Option<i64>,
}

impl<'a> Check<'a> {
    pub(crate) fn new(anchors: &'a Anchors) -> Self {
        Self {
            anchors,
            installation: String::new(),
            entries: 0,
            head: Digest::of(b""),
            at: Timestamp::MIN,
            keys: BTreeSet::new(),
            signed_to: None,
        }
    }

    /// The installation, once the genesis was read.
    pub(crate) fn installation(&self) -> &str {
        &self.installation
    }

    /// The next entry, from its stored bytes and the hash stored with it.
    pub(crate) fn entry(&mut self, line: &str, hash: &str) -> Result<Entry, Broken> {
        let seq = self.entries;
        let broken = |why: String| Broken::at(format!("entry {seq}"), why);
        if Digest::of(line.as_bytes()).to_string() != hash {
            return Err(broken("its bytes do not have the hash that stands beside them".to_owned()));
        }
        let entry: Entry =
            serde_json::from_str(line).map_err(|error| broken(format!("it does not read: {error}")))?;
        if canonical_json(&entry).ok().as_deref() != Some(line) {
            return Err(broken("it is not in canonical form".to_owned()));
        }
        if entry.seq != seq {
            return Err(broken(format!("entry {} stands in its place", entry.seq)));
        }
        if entry.prev != self.head {
            return Err(broken("it does not follow the entry before: that one has another hash".to_owned()));
        }
        if entry.at < self.at {
            return Err(broken(format!("its time {} is before that of the entry before", entry.at)));
        }
        self.head = Digest::of(line.as_bytes());
        self.at = entry.at;
        self.entries += 1;
        self.learn(&entry)?;
        self.compare_with_anchor(seq)?;
        Ok(entry)
    }

    /// Takes the installation's name from the genesis, and public keys from their entries.
    fn learn(&mut self, entry: &Entry) -> Result<(), Broken> {
        if entry.seq == 0 {
            let name = entry.changes.iter().find_map(|change| change.subject.strip_prefix("installation:"));
            let name = name.ok_or_else(|| Broken::at("entry 0", "it does not name the installation"))?;
            self.installation = name.to_owned();
        }
        // Only these two entries bring keys: no other act can smuggle one in.
        if entry.seq == 0 || entry.action == super::ROTATE {
            let keys = entry.changes.iter().filter_map(|change| change.subject.strip_prefix("key:"));
            self.keys.extend(keys.filter_map(|key| key.parse().ok()));
        }
        Ok(())
    }

    fn compare_with_anchor(&self, seq: i64) -> Result<(), Broken> {
        let Some(anchor) = self.anchors.signed.get(&seq) else { return Ok(()) };
        if anchor.statement.installation != self.installation {
            return Err(Broken::at(format!("entry {seq}"), "the anchor file is of another installation"));
        }
        if anchor.statement.hash != self.head {
            return Err(Broken::at(
                format!("entry {seq}"),
                "it is not the entry that was anchored: it or one before was changed afterwards",
            ));
        }
        Ok(())
    }

    /// A signed statement that must speak of the chain as it stands here.
    pub(crate) fn statement(&mut self, place: &str, line: &str, purpose: Purpose) -> Result<Signed, Broken> {
        let signed = Signed::parse(line).map_err(|why| Broken::at(place, why))?;
        let said = &signed.statement;
        let wrong = if said.purpose != purpose {
            Some("it is signed for another purpose")
        } else if said.installation != self.installation {
            Some("it is of another installation")
        } else if !self.keys.contains(&said.key) {
            Some("it is signed by a key that the log does not name")
        } else if said.entries != self.entries || said.seq + 1 != self.entries {
            Some("it counts other entries than stand before it")
        } else if said.hash != self.head {
            Some("it names another hash than the last entry before it has")
        } else {
            None
        };
        if let Some(why) = wrong {
            return Err(Broken::at(place, why));
        }
        if purpose == Purpose::Checkpoint {
            self.signed_to = Some(said.seq);
        }
        Ok(signed)
    }

    /// The end of the log: it must reach as far as the anchors.
    pub(crate) fn finish(self, key: Option<PublicKey>) -> Result<Verified, Broken> {
        let last = self.anchors.signed.keys().next_back().copied();
        if let Some(last) = last.filter(|last| *last >= self.entries) {
            return Err(Broken::at(
                format!("entry {}", self.entries),
                format!("it is missing: the anchor file vouches for entries up to {last}"),
            ));
        }
        if self.entries == 0 {
            return Err(Broken::at("entry 0", "it is missing: the log is empty"));
        }
        Ok(Verified {
            installation: self.installation,
            entries: self.entries,
            seq: self.entries - 1,
            head: self.head,
            at: self.at,
            key,
            signed_to: self.signed_to,
            anchored_to: last,
        })
    }
}
