//! How a revision is named: by the digest of everything that a signature must cover.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{CanonicalError, Digest, canonical_json};

/// A record as others point to it: `RISK-12`.
pub type RecordRef = String;

/// A link that leaves a revision: part of what is signed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The type, such as `mitigated-by`.
    #[serde(rename = "type")]
    pub link: String,
    /// The target record's id.
    pub target: RecordRef,
    /// The target's revision that the link was made against.
    pub pinned: Digest,
}

/// Everything that names a revision. Its digest changes with any of it, the predecessor included, so an old
/// signature never comes back to life when content returns to what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RevisionSeal<'a> {
    /// The record's id.
    pub record: &'a str,
    /// The revision's number, from 1.
    pub number: i64,
    /// The kind's id.
    pub kind: &'a str,
    /// The version of the kind's content.
    pub kind_version: u32,
    /// The digest of the revision before.
    pub predecessor: Option<Digest>,
    /// The content.
    pub content: &'a Map<String, Value>,
    /// The links, sorted.
    pub links: &'a [Link],
    /// The digests of the attachments with their names, sorted.
    pub attachments: &'a [(String, Digest)],
}

impl RevisionSeal<'_> {
    /// The digest of the revision.
    ///
    /// # Errors
    /// When the content holds a number that is not whole.
    pub fn digest(&self) -> Result<Digest, CanonicalError> {
        canonical_json(self).map(|text| Digest::of(text.as_bytes()))
    }
}
