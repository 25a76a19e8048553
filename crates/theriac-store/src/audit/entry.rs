//! What an audit entry says.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use theriac_model::{Digest, canonical_json};

use crate::StoreError;
use crate::write::Act;

/// One thing that a transaction changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// What changed: `RISK-12`, `release:7`, `person:3`.
    pub subject: String,
    /// Digest of its content before, if it was there.
    pub before: Option<Digest>,
    /// Digest of its content after, if it is there.
    pub after: Option<Digest>,
    /// What else a reader of the log should see.
    pub detail: Value,
}

/// One entry of the log as its line says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The entry's place in the log; the genesis is 0.
    pub seq: i64,
    /// Hash of the entry before.
    pub prev: Digest,
    /// The transaction, as text since it is larger than what JSON numbers hold everywhere.
    pub tx: String,
    /// When it was committed (UTC, milliseconds); never earlier than the entry before.
    pub at: Timestamp,
    /// Who acted: `person:ID`, `token:ID`, `system`.
    pub actor: String,
    /// From where.
    pub via: String,
    /// What was done.
    pub action: String,
    /// Why the act was refused, when it was.
    pub refused: Option<String>,
    /// What changed, in the order of the changes.
    pub changes: Vec<Change>,
}

impl Entry {
    /// The bytes that are stored and hashed.
    ///
    /// # Errors
    /// When a detail holds a float.
    pub fn line(&self) -> Result<String, StoreError> {
        Ok(canonical_json(self)?)
    }
}

/// An entry before it has its place in the chain.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    pub(crate) act: &'a Act,
    pub(crate) tx: i64,
    pub(crate) now: Timestamp,
    pub(crate) changes: Vec<Change>,
    pub(crate) refused: Option<String>,
}

impl Draft<'_> {
    pub(crate) fn into_entry(self, seq: i64, prev: Digest, at: Timestamp) -> Entry {
        Entry {
            seq,
            prev,
            tx: self.tx.to_string(),
            at,
            actor: self.act.actor.to_string(),
            via: self.act.via.clone(),
            action: self.act.action.clone(),
            refused: self.refused,
            changes: self.changes,
        }
    }
}
