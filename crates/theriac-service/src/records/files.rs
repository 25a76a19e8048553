//! Records as one JSON file: out for reading and for another installation, in as drafts.
//!
//! An import never approves or signs: each record becomes a draft, of the record with this number where it is of the same
//! kind and scope, else of a new one. It happens whole or not at all; a dry run says what would happen.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use theriac_auth::Permission;
use theriac_model::Digest;
use theriac_model::record::{Completeness, Content, FieldError, Kind};
use theriac_store::tables::records::{self as table, Draft, Record};
use theriac_store::{Write, tables};

use super::begin::{Ids, ScopeInput, add, fits, resolve};
use super::draft::{DraftLink, TARGET_MAX, current, digest_of, head_of_draft, stored};
use super::search::{ListInput, list};
use super::{Attachment, MACHINE, author, scope_of};
use crate::{App, Result, ServiceError, Who};

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
    /// The records, by kind and number.
    pub records: Vec<ExportedRecord>,
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
    /// For reading: the files. Their bytes are not in the export.
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
}

/// Exports the records that a list finds, at most 10,000.
///
/// # Errors
/// As [`list`].
pub async fn export(app: &App, who: &Who, filter: &ListInput) -> Result<ExportFile> {
    let mut records = Vec::new();
    let mut input = ListInput { limit: 200, ..filter.clone() };
    while records.len() < RECORDS_MAX {
        let page = list(app, who, &input).await?;
        let mut read = app.store().read().await?;
        let ids: Vec<i64> = page.rows.iter().map(|row| row.record.id).collect();
        let revisions = table::latest_revisions(&mut read, &ids).await?;
        let drafts = table::drafts_among(&mut read, &ids).await?;
        let products = tables::products::all(&mut read).await?;
        let releases = tables::releases::all(&mut read).await?;
        drop(read);
        for row in &page.rows {
            let Record { id, reference, kind, product, release, .. } = &row.record;
            let revision = revisions.iter().find(|revision| revision.record == *id);
            let draft = drafts.iter().rfind(|draft| draft.record == *id);
            let (content, links, attachments) = match (revision, draft) {
                (Some(found), _) => (&found.content, &found.links, &found.attachments),
                (None, Some(found)) => (&found.content, &found.links, &found.attachments),
                (None, None) => continue,
            };
            records.push(ExportedRecord {
                reference: reference.clone(),
                kind: kind.clone(),
                kind_version: revision.map(|revision| revision.kind_version),
                product: products.iter().find(|row| Some(row.id) == *product).map(|row| row.key.clone()),
                release: releases.iter().find(|row| Some(row.id) == *release).map(|row| row.name.clone()),
                state: Some(row.head.state.clone()),
                revision: revision.map(|revision| revision.number),
                digest: revision.map(|revision| revision.digest),
                content: stored(content)?,
                links: stored(links)?,
                attachments: stored(attachments)?,
            });
        }
        match page.next {
            None => break,
            next => input.after = next,
        }
    }
    Ok(ExportFile { format: FORMAT.to_owned(), version: VERSION, records })
}

/// An entry of the file that fits.
struct Fitting {
    entry: ExportedRecord,
    kind: &'static Kind,
    ids: Ids,
    content: Content,
    here: Option<Record>,
}

/// Imports a file of records as drafts. A draft of the importer's own that says something else is left alone unless it is to
/// be replaced.
///
/// # Errors
/// With every entry that does not fit, by its place in the file; nothing is stored then. When a product or release of the
/// file does not exist here, or the actor may not write the records.
pub async fn import(app: &App, who: &Who, file: ExportFile, how: Import) -> Result<Vec<Imported>> {
    if file.format != FORMAT || file.version != VERSION {
        return Err(ServiceError::field(
            "format",
            format!(
                "a file of '{FORMAT}', version {VERSION}, is expected; this is '{}', version {}",
                file.format, file.version
            ),
        ));
    }
    if file.records.len() > RECORDS_MAX {
        return Err(ServiceError::field("records", format!("at most {RECORDS_MAX} records in one file")));
    }
    let fitting = check(app, who, file.records).await?;
    let mut write = who.write(app, "records import").await?;
    let mut report = Vec::new();
    let mut names: HashMap<String, String> = HashMap::new();
    let mut drafted = Vec::new();
    for item in fitting {
        let (outcome, record) = match &item.here {
            Some(record) => (Outcome::Draft, record.clone()),
            None => (Outcome::New, add(&mut write, item.kind, item.ids).await?),
        };
        names.insert(item.entry.reference.clone(), record.reference.clone());
        drafted.push((item, outcome, record));
    }
    for (item, outcome, record) in drafted {
        let links = item
            .entry
            .links
            .iter()
            .map(|link| DraftLink::new(&link.link, renamed(&names, &link.target)))
            .collect();
        let outcome = put(&mut write, who, &item, &record, links, (outcome, how.replace_drafts)).await?;
        let known = item.here.is_some() || !how.dry_run;
        report.push(Imported {
            from: item.entry.reference,
            reference: known.then_some(record.reference),
            outcome,
        });
    }
    if !how.dry_run {
        write.commit().await?;
    }
    Ok(report)
}

fn renamed<'a>(names: &'a HashMap<String, String>, target: &'a str) -> &'a str {
    names.get(target).map_or(target, String::as_str)
}

/// Writes the draft, unless it says what is there already or the author has one that is not to be replaced.
async fn put(
    write: &mut Write,
    who: &Who,
    item: &Fitting,
    record: &Record,
    links: Vec<DraftLink>,
    (outcome, replace): (Outcome, bool),
) -> Result<Outcome> {
    let now = current(write, who, record).await?;
    let links = DraftLink::write(item.kind, links)?;
    let content = item.content.canonical()?;
    let plain = |text: &str| -> Result<Vec<(String, String)>> {
        Ok(DraftLink::read(text)?.into_iter().map(|link| (link.link, link.target)).collect())
    };
    if item.here.is_some() && now.draft.content == content && plain(&now.draft.links)? == plain(&links)? {
        return Ok(Outcome::Unchanged);
    }
    let mine = author(who) != MACHINE && table::draft_of(write, record.id, author(who)).await?.is_some();
    if mine && !replace {
        return Ok(Outcome::LeftAlone);
    }
    let before = now.replaced()?;
    let draft = Draft { content, links, saved_at: write.now(), author: author(who), ..now.draft };
    table::save_draft(write, &draft).await?;
    if now.latest.is_none() {
        table::set_head(write, &head_of_draft(record, item.kind, &item.content, draft.saved_at)).await?;
    }
    write.audit(&record.reference, before, Some(digest_of(&draft)?), json!({ "from": item.entry.reference }));
    Ok(if mine { Outcome::Replaced } else { outcome })
}

async fn check(app: &App, who: &Who, entries: Vec<ExportedRecord>) -> Result<Vec<Fitting>> {
    let mut read = app.store().read().await?;
    let mut fitting: Vec<Fitting> = Vec::new();
    let mut errors = Vec::new();
    for (index, entry) in entries.into_iter().enumerate() {
        let at = |field: &str| format!("records.{index}.{field}");
        if entry.reference.chars().count() > TARGET_MAX {
            errors.push(FieldError::new(at("ref"), format!("is longer than {TARGET_MAX} characters")));
            continue;
        }
        if fitting.iter().any(|other| other.entry.reference == entry.reference) {
            errors.push(FieldError::new(at("ref"), format!("{} stands there twice", entry.reference)));
            continue;
        }
        match fit(app, &mut read, who, entry).await {
            Ok(item) => fitting.push(item),
            Err(ServiceError::Invalid(found)) => {
                errors
                    .extend(found.into_iter().map(|error| FieldError::new(at(&error.field), error.message)));
            }
            Err(error @ ServiceError::NotFound { .. }) => {
                errors.push(FieldError::new(at("scope"), error.to_string()));
            }
            Err(error) => return Err(error),
        }
        if errors.len() >= 100 {
            break;
        }
    }
    drop(read);
    super::draft::invalid(errors)?;
    for item in &fitting {
        who.require(app, Permission::ImportRecords, item.ids.place(), "records import").await?;
        who.require(app, Permission::to_write(item.kind.family), item.ids.place(), "records import").await?;
    }
    Ok(fitting)
}

async fn fit(app: &App, conn: &mut theriac_store::Conn, who: &Who, entry: ExportedRecord) -> Result<Fitting> {
    let unknown = || ServiceError::field("kind", format!("there is no kind '{}'", entry.kind));
    let kind = app.kind(&entry.kind).ok_or_else(unknown)?;
    let scope = ScopeInput::new(entry.product.clone(), entry.release.clone());
    let ids = resolve(conn, who, &scope).await?;
    fits(kind, ids.scope)?;
    let version = entry.kind_version.unwrap_or(kind.version);
    if version > kind.version {
        return Err(ServiceError::field(
            "kind_version",
            format!("this program knows versions up to {}", kind.version),
        ));
    }
    let lifted = Value::Object(kind.lift(version, entry.content.clone()).into_map());
    let content = Content::check(kind, &lifted, Completeness::Draft).map_err(ServiceError::Invalid)?;
    DraftLink::write(kind, entry.links.clone())?;
    let here = table::by_ref(conn, &entry.reference).await?;
    let same = |record: &Record| {
        record.kind == kind.id && record.product == ids.product && record.release == ids.release
    };
    let here = here.filter(same).filter(|record| who.access().allows(Permission::Read, &scope_of(record)));
    Ok(Fitting { entry, kind, ids, content, here })
}
