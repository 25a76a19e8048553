//! How a revision is named: by the digest of everything that a signature must cover.

use serde::{Deserialize, Serialize};

use crate::{CanonicalError, Digest};

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
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// The content, as canonical JSON.
    pub content: &'a str,
    /// The sorted [`Link`]s, as canonical JSON.
    pub links: &'a str,
    /// The digests of the attachments with their names, sorted.
    pub attachments: &'a [(String, Digest)],
}

impl RevisionSeal<'_> {
    /// The digest of the revision: SHA-256 of the canonical JSON of its members.
    ///
    /// # Errors
    /// When a name cannot be written as JSON.
    pub fn digest(&self) -> Result<Digest, CanonicalError> {
        // Content and links are canonical already, and so are a text and a list of texts as they are written: put together
        // they need not be read again, which keeps checking cheap.
        let text = format!(
            "{{\"attachments\":{},\"content\":{},\"kind\":{},\"kind_version\":{},\"links\":{},\"number\":{},\
             \"predecessor\":{},\"record\":{}}}",
            serde_json::to_string(self.attachments)?,
            self.content,
            serde_json::to_string(self.kind)?,
            self.kind_version,
            self.links,
            self.number,
            serde_json::to_string(&self.predecessor)?,
            serde_json::to_string(self.record)?,
        );
        Ok(Digest::of(text.as_bytes()))
    }
}
