//! What is signed: checkpoints, and the end of an export.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use theriac_model::{Digest, canonical_json};

use super::keys::{PublicKey, Signing};
use crate::StoreError;

/// What a statement is for; part of what is signed, so that one cannot pass for the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// The head of the chain at some moment.
    #[serde(rename = "theriac audit checkpoint")]
    Checkpoint,
    /// The last line of an export.
    #[serde(rename = "theriac audit export")]
    Export,
}

/// "The log of this installation had these entries, and its head was this."
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// What it is for.
    pub purpose: Purpose,
    /// The installation, as the genesis entry names it.
    pub installation: String,
    /// Number of entries, the genesis included.
    pub entries: i64,
    /// Sequence of the last entry.
    pub seq: i64,
    /// Hash of the last entry.
    pub hash: Digest,
    /// When it was signed.
    pub at: Timestamp,
    /// SHA-256 of all bytes of the export before this line; `null` for a checkpoint.
    pub content: Option<Digest>,
    /// The key that signed.
    pub key: PublicKey,
}

/// A statement with its signature: one line of canonical JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// Ed25519 over the canonical JSON of `statement`, 128 hexadecimal characters.
    pub signature: String,
    /// What was signed.
    pub statement: Statement,
}

impl Signed {
    pub(crate) fn new(key: &Signing, statement: Statement) -> Result<Self, StoreError> {
        let signature = key.sign(canonical_json(&statement)?.as_bytes());
        Ok(Self { signature, statement })
    }

    pub(crate) fn line(&self) -> Result<String, StoreError> {
        Ok(canonical_json(self)?)
    }

    /// Reads a line and checks its form and signature; whether the key may be trusted is for the caller to say.
    pub(crate) fn parse(line: &str) -> Result<Self, String> {
        let signed: Self =
            serde_json::from_str(line).map_err(|error| format!("it does not read: {error}"))?;
        if canonical_json(&signed).ok().as_deref() != Some(line) {
            return Err("it is not in canonical form".to_owned());
        }
        let message = canonical_json(&signed.statement).map_err(|error| error.to_string())?;
        if !signed.statement.key.signed(message.as_bytes(), &signed.signature) {
            return Err("its signature is wrong".to_owned());
        }
        Ok(signed)
    }
}
