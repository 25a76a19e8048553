//! The file that records are exported to and imported from, as the interface describes it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use theriac_service::Result;
use theriac_service::records::{Attachment, DraftLink, ExportFile, ExportedRecord};
use utoipa::ToSchema;

use super::view::{FileRef, text};
use crate::core::digest;

/// A file of records.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordsFile {
    /// `theriac-records`.
    format: String,
    /// The version of this form: 1.
    version: u32,
    /// The installation that the numbers are those of; leave it out of a file that you write for this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    installation: Option<String>,
    /// The records.
    records: Vec<RecordInFile>,
    /// The bytes of attached files in Base64, by digest.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    files: BTreeMap<String, String>,
}

/// A record of a file.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordInFile {
    /// Its number, such as `RISK-12`.
    #[serde(rename = "ref")]
    reference: String,
    /// The kind's id.
    kind: String,
    /// The version of the content; the present one where left out.
    kind_version: Option<u32>,
    /// The product's key.
    product: Option<String>,
    /// The release's name.
    release: Option<String>,
    /// For reading: the state when it was exported.
    state: Option<String>,
    /// For reading: the revision's number.
    revision: Option<i64>,
    /// For reading: the revision's digest.
    digest: Option<String>,
    /// The fields.
    #[schema(value_type = Object)]
    content: Map<String, Value>,
    /// The links.
    #[serde(default)]
    links: Vec<LinkInFile>,
    /// The attached files; their bytes stand in `files` of the whole.
    #[serde(default)]
    attachments: Vec<FileRef>,
}

/// A link of a record in a file.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinkInFile {
    /// The type, such as `mitigated-by`.
    #[serde(rename = "type")]
    link: String,
    /// The record it leads to.
    target: String,
    /// For reading: the target's revision that the link was made against.
    pinned: Option<String>,
}

impl From<ExportFile> for RecordsFile {
    fn from(file: ExportFile) -> Self {
        let link =
            |link: DraftLink| LinkInFile { link: link.link, target: link.target, pinned: text(link.pinned) };
        let record = |record: ExportedRecord| RecordInFile {
            reference: record.reference,
            kind: record.kind,
            kind_version: record.kind_version,
            product: record.product,
            release: record.release,
            state: record.state,
            revision: record.revision,
            digest: text(record.digest),
            content: record.content,
            links: record.links.into_iter().map(link).collect(),
            attachments: record.attachments.into_iter().map(FileRef::from).collect(),
        };
        Self {
            format: file.format,
            version: file.version,
            installation: file.installation,
            files: file.files.into_iter().map(|(digest, bytes)| (digest.to_string(), bytes)).collect(),
            records: file.records.into_iter().map(record).collect(),
        }
    }
}

impl RecordsFile {
    /// What is imported. What is there for reading is left behind, but digests must be ones.
    pub(super) fn into_file(self) -> Result<ExportFile> {
        let records = self.records.into_iter().enumerate();
        let records = records.map(|(index, record)| record.into_record(index)).collect::<Result<_>>()?;
        let files = self.files.into_iter();
        let files = files.map(|(text, bytes)| Ok((digest(&format!("files.{text}"), &text)?, bytes)));
        Ok(ExportFile {
            format: self.format,
            version: self.version,
            installation: self.installation,
            files: files.collect::<Result<_>>()?,
            records,
        })
    }
}

impl RecordInFile {
    fn into_record(self, index: usize) -> Result<ExportedRecord> {
        let field = |name: &str| format!("records.{index}.{name}");
        let file = |file: FileRef| {
            Ok(Attachment { name: file.name, digest: digest(&field("attachments"), &file.digest)? })
        };
        Ok(ExportedRecord {
            digest: self.digest.map(|text| digest(&field("digest"), &text)).transpose()?,
            attachments: self.attachments.into_iter().map(file).collect::<Result<_>>()?,
            reference: self.reference,
            kind: self.kind,
            kind_version: self.kind_version,
            product: self.product,
            release: self.release,
            state: self.state,
            revision: self.revision,
            content: self.content,
            links: self.links.into_iter().map(|link| DraftLink::new(link.link, link.target)).collect(),
        })
    }
}
