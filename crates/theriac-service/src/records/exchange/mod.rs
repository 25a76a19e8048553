//! Records as one JSON file: out for reading and for another installation, in as drafts.
//!
//! An import never approves or signs: each record becomes a draft, of the record with this number where it is of the same
//! kind and scope, else of a new one. Numbers mean something in one installation only, so what another one wrote becomes new
//! records, unless the importer says otherwise. It happens whole or not at all; a dry run says what would happen.

mod export;
mod import;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use theriac_model::Digest;

use super::Attachment;
use super::draft::DraftLink;

pub use export::export;
pub use import::import;

const FORMAT: &str = "theriac-records";
const VERSION: u32 = 1;
/// Most records in one file.
const RECORDS_MAX: usize = 10_000;

/// A file of records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportFile {
    /// `theriac-records`.
    pub format: String,
    /// The version of this form.
    pub version: u32,
    /// The installation that the numbers of records and evidence are those of; absent, where somebody wrote the file for
    /// this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installation: Option<String>,
    /// The records, by kind and number.
    pub records: Vec<ExportedRecord>,
    /// The bytes of attached files in Base64 (RFC 4648, section 4), by digest.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<Digest, String>,
}

/// One record of a file: its latest revision, or its draft where it has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportedRecord {
    /// Its number, such as `RISK-12`.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The kind's id.
    pub kind: String,
    /// The version of the content; the present one where absent.
    #[serde(default)]
    pub kind_version: Option<u32>,
    /// The product's key.
    #[serde(default)]
    pub product: Option<String>,
    /// The release's name.
    #[serde(default)]
    pub release: Option<String>,
    /// For reading: the state when it was exported. An import takes no notice.
    #[serde(default)]
    pub state: Option<String>,
    /// For reading: the revision's number.
    #[serde(default)]
    pub revision: Option<i64>,
    /// For reading: the revision's digest.
    #[serde(default)]
    pub digest: Option<Digest>,
    /// The fields.
    pub content: Map<String, Value>,
    /// The links.
    #[serde(default)]
    pub links: Vec<DraftLink>,
    /// The attached files; their bytes stand in `files` of the whole.
    #[serde(default)]
    pub attachments: Vec<Attachment>,
}

/// What an import did, or would do, with one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// What the file calls it.
    pub from: String,
    /// What it is here; `None` in a dry run for one that would get a new number.
    pub reference: Option<String>,
    /// What happens.
    pub outcome: Outcome,
    /// What of it is left out, and why.
    pub left_out: Vec<String>,
}

/// What happens to a record of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Outcome {
    /// A new record with a draft.
    #[serde(rename = "new")]
    New,
    /// A draft of a record that is here.
    #[serde(rename = "draft")]
    Draft,
    /// A draft in place of the importer's own, as was asked for.
    #[serde(rename = "replaces your draft")]
    Replaced,
    /// Nothing, because the importer has a draft that says something else.
    #[serde(rename = "left alone, you have a draft")]
    LeftAlone,
    /// It says what is here already.
    #[serde(rename = "unchanged")]
    Unchanged,
}

impl Outcome {
    /// The words in answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Draft => "draft",
            Self::Replaced => "replaces your draft",
            Self::LeftAlone => "left alone, you have a draft",
            Self::Unchanged => "unchanged",
        }
    }
}

/// How to import.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Import {
    /// Only say what would happen.
    pub dry_run: bool,
    /// Put what the file says in place of the importer's own drafts; without this, these are left alone.
    pub replace_drafts: bool,
    /// Records of another installation are those with the same number here, as after an earlier import into an empty
    /// installation; without this, each becomes a new record.
    pub same_numbers: bool,
}
