//! The build manifest: which commit a build was made from, what changed since, and what came out.
//!
//! ```json
//! {"format": "theriac-build-manifest", "version": 1,
//!  "commit": "4b825dc6…", "predecessor": "8f94139…",
//!  "authors": [{"name": "Ada", "email": "ada@example.org"}],
//!  "changed": [{"path": "src/dose.c", "tree": "e69de29b…"}, {"path": "src/gone.c", "tree": null}],
//!  "artefacts": [{"name": "pump.bin", "sha256": "ba7816bf…", "size": 1024,
//!                 "signature": {"key": "SHA256:8a5f…", "signed_at": "2026-01-31T12:05:00Z",
//!                               "valid_from": "2025-06-01T00:00:00Z", "valid_to": "2027-06-01T00:00:00Z"}}],
//!  "built_at": "2026-01-31T12:00:00Z", "tool": {"name": "theriac", "version": "0.1.0"}}
//! ```
//! `predecessor` and a path's `tree` (absent when the path was removed) may be null; `size`, `signature`, `built_at` and
//! `tool` (what wrote the manifest) may be left out. In `signature`, `key` names the key or certificate, and `valid_to` is its
//! end or the time at which it was revoked, left out when it has none. Ids of commits and trees are 40 or 64 hexadecimal
//! digits in lower case. Unknown keys are refused.

use serde::Serialize;
use theriac_model::{CanonicalError, Digest, canonical_json};

use crate::check::Report;
use crate::error::{ErrorKind, Place, ReadError};
use crate::limits::{Limits, Strictness};
use crate::recognise::{self, Parsed};
use crate::rules::Check::{Any, DateTime, Email, GitId, Length, Sha256};
use crate::rules::Kind::{Integer, Object, OrNull, Set, Text};
use crate::rules::{Syntax, Type, Version, has, must};
use crate::tree::{Node, Value};

const FORMAT: &str = "theriac-build-manifest";
const VERSION: i64 = 1;

/// What a build was made from and what came out of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BuildManifest {
    /// The commit that was built.
    pub commit: String,
    /// The commit of the build before, which [`changed`](Self::changed) compares with.
    pub predecessor: Option<String>,
    /// Who wrote what changed.
    pub authors: Vec<Author>,
    /// Paths that changed since the predecessor.
    pub changed: Vec<ChangedPath>,
    /// The files that the build made.
    pub artefacts: Vec<Artefact>,
    /// When it was built (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub built_at: Option<String>,
    /// What wrote the manifest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<ManifestTool>,
}

/// What wrote a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ManifestTool {
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
}

/// Who wrote a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Author {
    /// Name.
    pub name: String,
    /// E-mail address.
    pub email: String,
}

/// A path that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangedPath {
    /// Path from the root of the repository, with slashes.
    pub path: String,
    /// The id of its content (git blob or tree); none when it was removed.
    pub tree: Option<String>,
}

/// A file that a build made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Artefact {
    /// Name of the file.
    pub name: String,
    /// Its digest.
    pub sha256: Digest,
    /// Its size in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// How it was signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<ArtefactSignature>,
}

/// What a file was signed with, and when (times as RFC 3339).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ArtefactSignature {
    /// The key or certificate, by its fingerprint or id.
    pub key: String,
    /// When the file was signed.
    pub signed_at: String,
    /// From when the key was valid.
    pub valid_from: String,
    /// Until when the key was valid, a revocation included; none where it has no end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<String>,
}

/// A manifest that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// It breaks a rule of the format.
    #[error(transparent)]
    Invalid(#[from] ReadError),
    /// It has no canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
}

static AUTHOR: Type = Type {
    name: "author",
    members: &[must("name", Text(Length(1, 500))), must("email", Text(Email))],
    rules: &[],
    open: false,
};

static CHANGED_PATH: Type = Type {
    name: "changed path",
    members: &[must("path", Text(Length(1, 4096))), must("tree", OrNull(&Text(GitId)))],
    rules: &[],
    open: false,
};

static SIGNATURE: Type = Type {
    name: "signature",
    members: &[
        must("key", Text(Length(1, 500))),
        must("signed_at", Text(DateTime)),
        must("valid_from", Text(DateTime)),
        has("valid_to", Text(DateTime)),
    ],
    rules: &[],
    open: false,
};

static ARTEFACT: Type = Type {
    name: "artefact",
    members: &[
        must("name", Text(Length(1, 4096))),
        must("sha256", Text(Sha256)),
        has("size", Integer(0, i64::MAX)),
        has("signature", Object(&SIGNATURE)),
    ],
    rules: &[],
    open: false,
};

static TOOL: Type = Type {
    name: "tool",
    members: &[must("name", Text(Length(1, 500))), must("version", Text(Length(1, 500)))],
    rules: &[],
    open: false,
};

static MANIFEST: Type = Type {
    name: "build manifest",
    members: &[
        must("format", Text(Any)),
        must("version", Integer(VERSION, VERSION)),
        must("commit", Text(GitId)),
        must("predecessor", OrNull(&Text(GitId))),
        must("authors", Set(&Object(&AUTHOR))),
        must("changed", Set(&Object(&CHANGED_PATH))),
        must("artefacts", Set(&Object(&ARTEFACT))),
        has("built_at", Text(DateTime)),
        has("tool", Object(&TOOL)),
    ],
    rules: &[],
    open: false,
};

/// Whether a JSON document says that it is a build manifest.
pub(crate) fn is_marked(root: &Node<'_>) -> bool {
    root.text("format") == Some(FORMAT)
}

impl BuildManifest {
    /// Reads a manifest. It is our own format, so defects are never accepted, whatever the limits say.
    ///
    /// # Errors
    /// When the file is no build manifest of version 1, or breaks a rule of the format.
    pub fn read(bytes: &[u8], limits: &Limits) -> Result<Self, ReadError> {
        let text = recognise::decode(bytes, limits)?;
        match recognise::parse(&text, limits)? {
            Parsed::BuildManifest(root) => {
                let strict = Limits { strictness: Strictness::Refuse, ..*limits };
                Report::new(&text, Version::V1, Syntax::Json, &strict).object(&root, &MANIFEST)?;
                Self::from_checked(&root)
            }
            other => Err(ReadError::new(
                ErrorKind::Unrecognised,
                Place::Whole,
                format!("this is {}, not a build manifest", other.format()),
            )),
        }
    }

    /// Writes the manifest as canonical JSON (RFC 8785), so that equal manifests are equal bytes.
    ///
    /// # Errors
    /// When the manifest breaks a rule of the format, so that it could not be read again.
    pub fn write(&self) -> Result<String, ManifestError> {
        let marked = Marked { format: FORMAT, version: VERSION, manifest: self };
        let text = canonical_json(&marked)?;
        Self::read(text.as_bytes(), &Limits::default())?;
        Ok(text)
    }

    fn from_checked(root: &Node<'_>) -> Result<Self, ReadError> {
        if root.text("predecessor").is_some_and(|before| root.text("commit") == Some(before)) {
            let reason = "names the commit itself; the commit of the build before it is expected, or null";
            let place = Place::Pointer("/predecessor".to_owned());
            return Err(ReadError::new(ErrorKind::Structure, place, reason.to_owned()));
        }
        Ok(Self {
            commit: text(root, "commit"),
            predecessor: root.owned("predecessor"),
            authors: root
                .list("authors")
                .iter()
                .map(|node| Author { name: text(node, "name"), email: text(node, "email") })
                .collect(),
            changed: root
                .list("changed")
                .iter()
                .map(|node| ChangedPath { path: text(node, "path"), tree: node.owned("tree") })
                .collect(),
            artefacts: root.list("artefacts").iter().map(artefact).collect::<Result<_, _>>()?,
            built_at: root.owned("built_at"),
            tool: root
                .get("tool")
                .map(|tool| ManifestTool { name: text(tool, "name"), version: text(tool, "version") }),
        })
    }
}

fn text(node: &Node<'_>, name: &str) -> String {
    node.text(name).unwrap_or_default().to_owned()
}

fn signature(node: &Node<'_>) -> ArtefactSignature {
    ArtefactSignature {
        key: text(node, "key"),
        signed_at: text(node, "signed_at"),
        valid_from: text(node, "valid_from"),
        valid_to: node.owned("valid_to"),
    }
}

fn artefact(node: &Node<'_>) -> Result<Artefact, ReadError> {
    let size = match node.get("size").map(|size| &size.value) {
        Some(Value::Integer(size)) => u64::try_from(*size).ok(),
        _ => None,
    };
    let sha256 = node.text("sha256").unwrap_or_default().parse::<Digest>();
    let sha256 =
        sha256.map_err(|error| ReadError::new(ErrorKind::Structure, Place::Whole, error.to_string()))?;
    Ok(Artefact { name: text(node, "name"), sha256, size, signature: node.get("signature").map(signature) })
}

#[derive(Serialize)]
struct Marked<'m> {
    format: &'static str,
    version: i64,
    #[serde(flatten)]
    manifest: &'m BuildManifest,
}
