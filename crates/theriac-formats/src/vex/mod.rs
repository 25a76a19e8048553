//! VEX: what a manufacturer tells about the known vulnerabilities of one release. One plain type, one writer a format.
//!
//! The type holds nothing but what may leave the house; who fills it decides that. Writing it twice gives the same
//! bytes: times come in with it, and the id of a document follows from what it says.
//! To add a format: a file with structs of its own and a `write` function, a variant of [`VexFormat`].

mod cyclonedx;
mod openvex;

use std::fmt::Write as _;

use packageurl::PackageUrl;
use serde::Serialize;
use theriac_model::{Digest, Severity};

/// A format in which VEX is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VexFormat {
    /// OpenVEX 0.2.
    OpenVex,
    /// CycloneDX 1.6 as JSON.
    CycloneDx,
}

impl VexFormat {
    /// Every format.
    pub const ALL: [Self; 2] = [Self::OpenVex, Self::CycloneDx];

    /// The word in addresses and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenVex => "openvex",
            Self::CycloneDx => "cyclonedx",
        }
    }

    /// What the name of a file in this format ends with.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::OpenVex => "openvex.json",
            Self::CycloneDx => "vex.cdx.json",
        }
    }
}

impl std::str::FromStr for VexFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|format| format.as_str() == text);
        known.ok_or_else(|| format!("'{text}' is none of: openvex, cyclonedx"))
    }
}

/// What a manufacturer tells about a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Vex {
    /// The manufacturer.
    pub author: String,
    /// The release.
    pub product: VexProduct,
    /// When this was said last (RFC 3339).
    pub at: String,
    /// One statement for each component and vulnerability; at least one.
    pub statements: Vec<VexStatement>,
}

/// The release that a VEX speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VexProduct {
    /// What people call the product.
    pub name: String,
    /// The release's name.
    pub version: String,
    /// What names the release to machines; see [`release_purl`].
    pub purl: String,
}

/// What is said of one vulnerability in one component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VexStatement {
    /// What the manufacturer calls it, such as `FIND-7`; unique in the document.
    pub reference: String,
    /// The id of the vulnerability.
    pub vulnerability: String,
    /// Its other ids, without doubles.
    pub aliases: Vec<String>,
    /// How bad it is said to be.
    pub severity: Severity,
    /// What names the component: a purl, a CPE, else name and version.
    pub component: String,
    /// Since when this is said (RFC 3339).
    pub at: String,
    /// What is said.
    pub status: VexStatus,
}

/// The status, with what each asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum VexStatus {
    /// Nobody has judged it to the end.
    UnderInvestigation,
    /// The release is vulnerable.
    Affected {
        /// Why.
        why: String,
        /// What is done, and by whom.
        action: String,
        /// The same in one word, where there is one.
        response: Option<VexResponse>,
    },
    /// The release is not vulnerable.
    NotAffected {
        /// Why, as a word.
        justification: VexJustification,
        /// Why, as a text.
        why: String,
    },
    /// It was vulnerable, and is no longer.
    Fixed {
        /// How.
        why: String,
    },
}

/// Why a release is not affected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum VexJustification {
    /// The component is not there.
    ComponentNotPresent,
    /// The component is there without the vulnerable code.
    VulnerableCodeNotPresent,
    /// The vulnerable code is never run.
    VulnerableCodeNotInExecutePath,
    /// Who attacks has no say in what reaches the code.
    VulnerableCodeCannotBeControlledByAdversary,
    /// Something in the product keeps it from being used.
    InlineMitigationsAlreadyExist,
}

/// What a manufacturer does about a vulnerability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum VexResponse {
    /// An update mends it.
    Update,
    /// Something else makes it smaller.
    Workaround,
    /// It stays.
    WillNotFix,
}

/// What names a release to machines: a purl of the type `generic`, from the product's key and the release's name.
///
/// # Errors
/// When the key is nothing that a purl can name; in words.
pub fn release_purl(product: &str, release: &str) -> Result<String, String> {
    let wrong = |error: packageurl::Error| format!("no purl can name '{product}' '{release}': {error}");
    let mut purl = PackageUrl::new("generic", product).map_err(wrong)?;
    purl.with_version(release).map_err(wrong)?;
    Ok(purl.to_string())
}

impl Vex {
    /// The document in a format, as bytes.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn write(&self, format: VexFormat) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = match format {
            VexFormat::OpenVex => serde_json::to_vec_pretty(&openvex::Document::of(self)?)?,
            VexFormat::CycloneDx => serde_json::to_vec_pretty(&cyclonedx::Document::of(self)?)?,
        };
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// `urn:uuid:` and a UUID that follows from what the document says (RFC 9562, version 8).
    fn id(&self) -> Result<String, serde_json::Error> {
        let digest = Digest::of(&serde_json::to_vec(self)?);
        let mut id = "urn:uuid:".to_owned();
        for (index, byte) in digest.as_bytes().iter().take(16).enumerate() {
            let byte = match index {
                6 => byte & 0x0f | 0x80,
                8 => byte & 0x3f | 0x80,
                _ => *byte,
            };
            if [4, 6, 8, 10].contains(&index) {
                id.push('-');
            }
            // Writing to a text cannot fail.
            let _ = write!(id, "{byte:02x}");
        }
        Ok(id)
    }
}
