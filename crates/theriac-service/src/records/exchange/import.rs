//! Records in.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use theriac_auth::Permission;
use theriac_model::record::{Completeness, Content, FieldError, FieldType, Kind, direction_override};
use theriac_model::{Digest, canonical_json};
use theriac_store::blobs::Staged;
use theriac_store::tables::records::{self as table, Draft, Record};
use theriac_store::{Write, tables};

use super::super::begin::{Ids, ScopeInput, add, fits, resolve};
use super::super::draft::{
    self, ATTACHMENTS_MAX, DraftLink, TARGET_MAX, current, digest_of, file_name, head_of_draft, invalid,
    pinned_as_before, stored,
};
use super::super::{Attachment, author, scope_of};
use super::{ExportFile, ExportedRecord, FORMAT, Import, Imported, Outcome, RECORDS_MAX, VERSION};
use crate::{App, Result, ServiceError, Who};

/// An entry of the file that fits.
struct Fitting {
    entry: ExportedRecord,
    kind: &'static Kind,
    ids: Ids,
    content: Content,
    here: Option<Record>,
    /// Its numbers are those of another installation.
    foreign: bool,
    left_out: Vec<String>,
}

/// Imports a file of records as drafts. A draft of the importer's own that says something else is left alone unless it is to
/// be replaced.
///
/// # Errors
/// With every entry that does not fit, by its place in the file; nothing is stored then. When a product or release of the
/// file does not exist here, or the actor may not write the records.
#[crate::boxed]
pub async fn import(app: &App, who: &Who, file: ExportFile, how: Import) -> Result<Vec<Imported>> {
    let done = import_file(app, who, file, how).await;
    if let Err(error @ ServiceError::Invalid(_)) = &done {
        who.refused(app, "records import", &error.to_string()).await?;
    }
    done
}

async fn import_file(app: &App, who: &Who, file: ExportFile, how: Import) -> Result<Vec<Imported>> {
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
    if file.installation.as_ref().is_some_and(|id| id.chars().count() > TARGET_MAX) {
        return Err(ServiceError::field("installation", format!("is longer than {TARGET_MAX} characters")));
    }
    let here = tables::audit::installation(&mut *app.store().read().await?).await?;
    let foreign = !how.same_numbers && file.installation.is_some_and(|there| Some(there) != here);
    let fitting = check(app, who, file.records, foreign).await?;
    let bytes = decoded(&fitting, file.files)?;
    let mut files = Files::default();
    let done = import_staging(app, who, fitting, bytes, how, &mut files).await;
    for staged in files.staged.into_values() {
        app.store().unstage(staged).await;
    }
    done
}

/// Imports; what was staged and not kept is the caller's to remove.
async fn import_staging(
    app: &App,
    who: &Who,
    fitting: Vec<Fitting>,
    bytes: BTreeMap<Digest, Vec<u8>>,
    how: Import,
    files: &mut Files,
) -> Result<Vec<Imported>> {
    for (digest, bytes) in bytes {
        files.known.insert(digest);
        if !how.dry_run {
            files.staged.insert(digest, app.store().stage_bytes(bytes).await?);
        }
    }
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
    for (mut item, outcome, record) in drafted {
        let links = item.links(&names);
        let outcome =
            put(&mut write, who, &mut item, &record, links, files, (outcome, how.replace_drafts)).await?;
        let known = item.here.is_some() || !how.dry_run;
        report.push(Imported {
            from: item.entry.reference,
            reference: known.then_some(record.reference),
            outcome,
            left_out: item.left_out,
        });
    }
    if !how.dry_run {
        write.commit().await?;
    }
    Ok(report)
}

/// The files whose bytes came with the records.
#[derive(Default)]
struct Files {
    known: BTreeSet<Digest>,
    staged: BTreeMap<Digest, Staged>,
}

/// The bytes of the files that records have, checked against their digests.
fn decoded(fitting: &[Fitting], files: BTreeMap<Digest, String>) -> Result<BTreeMap<Digest, Vec<u8>>> {
    let wanted: BTreeSet<Digest> =
        fitting.iter().flat_map(|item| &item.entry.attachments).map(|file| file.digest).collect();
    let mut found = BTreeMap::new();
    for (digest, text) in files {
        let bytes = STANDARD.decode(text).ok().filter(|bytes| Digest::of(bytes) == digest);
        let bytes = bytes.ok_or_else(|| {
            ServiceError::field(
                format!("files.{digest}"),
                "bytes in Base64 are expected that have this digest (SHA-256)",
            )
        })?;
        if wanted.contains(&digest) {
            found.insert(digest, bytes);
        }
    }
    Ok(found)
}

impl Fitting {
    /// The links as they are here. What leads out of the file of another installation would lead to whatever has that
    /// number here, so it is left out.
    fn links(&mut self, names: &HashMap<String, String>) -> Vec<DraftLink> {
        let mut links = Vec::new();
        for link in &self.entry.links {
            match names.get(&link.target) {
                Some(target) => links.push(DraftLink::new(&link.link, target)),
                None if self.foreign => self.left_out.push(format!(
                    "the link '{} {}': that record is not in the file",
                    link.link, link.target
                )),
                None => links.push(DraftLink::new(&link.link, &link.target)),
            }
        }
        links
    }

    /// The files of the draft: those that it has, and those of the entry whose bytes are at hand.
    fn attachments(&mut self, present: Vec<Attachment>, files: &Files) -> Result<Vec<Attachment>> {
        let mut all = present.clone();
        for file in &self.entry.attachments {
            if !files.known.contains(&file.digest) && !present.contains(file) {
                self.left_out.push(format!("the file '{}': its bytes are not in the file", file.name));
                continue;
            }
            all.retain(|other| other.name != file.name);
            all.push(file.clone());
        }
        all.sort();
        if all.len() > ATTACHMENTS_MAX {
            let words = format!("{} would have more than {ATTACHMENTS_MAX} files", self.entry.reference);
            return Err(ServiceError::field("attachments", words));
        }
        Ok(all)
    }
}

/// Writes the draft, unless it says what is there already or the author has one that is not to be replaced.
async fn put(
    write: &mut Write,
    who: &Who,
    item: &mut Fitting,
    record: &Record,
    links: Vec<DraftLink>,
    files: &Files,
    (outcome, replace): (Outcome, bool),
) -> Result<Outcome> {
    table::lock(write, record.id).await?;
    let now = current(write, who, record).await?;
    let known = DraftLink::read(&now.draft.links)?;
    let links = links.into_iter().map(|link| pinned_as_before(link, &known)).collect();
    let links = DraftLink::write(item.kind, links)?;
    let content = item.content.canonical()?;
    let attachments = item.attachments(stored(&now.draft.attachments)?, files)?;
    let new: Vec<Digest> = attachments.iter().map(|file| file.digest).collect();
    let attachments = canonical_json(&attachments)?;
    let plain = |text: &str| -> Result<Vec<(String, String)>> {
        Ok(DraftLink::read(text)?.into_iter().map(|link| (link.link, link.target)).collect())
    };
    let same = now.draft.content == content && now.draft.attachments == attachments;
    if item.here.is_some() && same && plain(&now.draft.links)? == plain(&links)? {
        return Ok(Outcome::Unchanged);
    }
    let mine = table::draft_of(write, record.id, author(who)).await?.is_some();
    if mine && !replace {
        return Ok(Outcome::LeftAlone);
    }
    for staged in new.iter().filter_map(|digest| files.staged.get(digest)) {
        write.keep(*staged).await?;
    }
    let before = now.replaced()?;
    let saved_at = write.now();
    let draft = Draft { content, links, attachments, saved_at, author: author(who), ..now.draft };
    let draft = draft::put(write, who, draft).await?;
    if now.latest.is_none() {
        table::set_head(write, &head_of_draft(record, item.kind, &item.content, draft.saved_at)).await?;
    }
    write.audit(&record.reference, before, Some(digest_of(&draft)?), json!({ "from": item.entry.reference }));
    Ok(if mine { Outcome::Replaced } else { outcome })
}

async fn check(app: &App, who: &Who, entries: Vec<ExportedRecord>, foreign: bool) -> Result<Vec<Fitting>> {
    let mut read = app.store().read().await?;
    let mut fitting: Vec<Fitting> = Vec::new();
    let mut errors = Vec::new();
    let mut names = BTreeSet::new();
    for (index, entry) in entries.into_iter().enumerate() {
        let at = |field: &str| format!("records.{index}.{field}");
        if let Some(wrong) = wrong_name(&entry.reference) {
            errors.push(FieldError::new(at("ref"), wrong));
            continue;
        }
        if !names.insert(entry.reference.clone()) {
            errors.push(FieldError::new(at("ref"), format!("{} stands there twice", entry.reference)));
            continue;
        }
        match fit(app, &mut read, who, entry, foreign).await {
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
    invalid(errors)?;
    for item in &fitting {
        who.require(app, Permission::ImportRecords, item.ids.place(), "records import").await?;
        who.require(app, Permission::to_write(item.kind.family), item.ids.place(), "records import").await?;
    }
    Ok(fitting)
}

/// What is wrong with what an entry calls its record.
fn wrong_name(name: &str) -> Option<String> {
    if name.trim().is_empty() {
        return Some(
            "is empty; call the record something, such as RISK-1, for links and answers to name it"
                .to_owned(),
        );
    }
    if name.chars().count() > TARGET_MAX {
        return Some(format!("is longer than {TARGET_MAX} characters"));
    }
    if let Some(message) = direction_override(name) {
        return Some(message);
    }
    name.contains(char::is_control).then(|| "has characters that cannot be printed".to_owned())
}

async fn fit(
    app: &App,
    conn: &mut theriac_store::Conn,
    who: &Who,
    mut entry: ExportedRecord,
    foreign: bool,
) -> Result<Fitting> {
    let unknown = || ServiceError::field("kind", format!("there is no kind '{}'", entry.kind));
    let kind = app.kind(&entry.kind).ok_or_else(unknown)?;
    let scope = ScopeInput::new(entry.product.clone(), entry.release.clone())?;
    let ids = resolve(conn, who, &scope).await?;
    fits(kind, ids.scope)?;
    let version = entry.kind_version.unwrap_or(kind.version);
    if version > kind.version {
        return Err(ServiceError::field(
            "kind_version",
            format!("this program knows versions up to {}", kind.version),
        ));
    }
    let mut lifted = kind.lift(version, std::mem::take(&mut entry.content)).into_map();
    let mut left_out = Vec::new();
    let numbers = |field: &FieldType| matches!(field, FieldType::Evidence | FieldType::Refs);
    for field in kind.fields.iter().filter(|field| foreign && numbers(&field.field_type)) {
        if lifted.remove(field.id).is_some_and(|list| list.as_array().is_none_or(|list| !list.is_empty())) {
            left_out.push(format!("'{}': its numbers are those of another installation", field.label));
        }
    }
    let content = Content::check(kind, &Value::Object(lifted), Completeness::Draft);
    let within = |error: FieldError| FieldError::new(format!("content.{}", error.field), error.message);
    let content =
        content.map_err(|errors| ServiceError::Invalid(errors.into_iter().map(within).collect()))?;
    DraftLink::write(kind, entry.links.clone())?;
    let mut files = BTreeSet::new();
    for (index, file) in entry.attachments.iter_mut().enumerate() {
        let place = format!("attachments.{index}.name");
        file.name = file.name.trim().to_owned();
        file_name(&place, &file.name)?;
        if !files.insert(&file.name) {
            return Err(ServiceError::field(place, format!("'{}' stands there twice", file.name)));
        }
    }
    let here = if foreign { None } else { table::by_ref(conn, &entry.reference).await? };
    let same = |record: &Record| {
        record.kind == kind.id && record.product == ids.product && record.release == ids.release
    };
    let here = here.filter(same).filter(|record| who.access().allows(Permission::Read, &scope_of(record)));
    Ok(Fitting { entry, kind, ids, content, here, foreign, left_out })
}
