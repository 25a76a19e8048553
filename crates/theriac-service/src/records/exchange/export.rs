//! Records out.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use theriac_auth::Permission;
use theriac_model::Digest;
use theriac_store::tables;
use theriac_store::tables::records::{self as table, Draft, Record};

use super::super::draft::stored;
use super::super::search::{ListInput, list};
use super::super::{MACHINE, author, scope_of};
use super::{ExportFile, ExportedRecord, FORMAT, RECORDS_MAX, VERSION};
use crate::{App, Result, ServiceError, Who};

/// Most bytes of attached files in one export, before Base64.
const BYTES_MAX: u64 = 32 << 20;
/// Most bytes of what is written in one export: with the files it stays below what an import takes.
const TEXT_MAX: usize = 12 << 20;

/// Exports the records that a list finds, with their files.
///
/// # Errors
/// As [`list`], and when there are more than 10,000 records, what is written in them has more than 12 MB or
/// their files have more than 32 MB.
#[crate::boxed]
pub async fn export(app: &App, who: &Who, filter: &ListInput) -> Result<ExportFile> {
    let (mut records, mut written) = (Vec::new(), 0);
    let mut input = ListInput { limit: 200, ..filter.clone() };
    loop {
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
            let own =
                drafts.iter().filter(|draft| draft.record == *id && shows(app, who, &row.record, draft));
            // One's own comes before that of a machine, as the form shows it.
            let draft = own.max_by_key(|draft| draft.author != MACHINE);
            let (content, links, attachments) = match (revision, draft) {
                (Some(found), _) => (&found.content, &found.links, &found.attachments),
                (None, Some(found)) => (&found.content, &found.links, &found.attachments),
                (None, None) => continue,
            };
            written += content.len() + links.len() + attachments.len();
            if written > TEXT_MAX {
                return Err(ServiceError::rule(format!(
                    "These records have more than the {TEXT_MAX} bytes of one export; export them by kind or product."
                )));
            }
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
            Some(_) if records.len() >= RECORDS_MAX => {
                return Err(ServiceError::rule(format!(
                    "There are more than {RECORDS_MAX} such records; export them by kind or product."
                )));
            }
            next => input.after = next,
        }
    }
    Ok(ExportFile {
        format: FORMAT.to_owned(),
        version: VERSION,
        installation: tables::audit::installation(&mut *app.store().read().await?).await?,
        files: files(app, &records).await?,
        records,
    })
}

/// Whether a draft is the actor's to see: their own, or one of a machine that they may take over.
fn shows(app: &App, who: &Who, record: &Record, draft: &Draft) -> bool {
    let may = app
        .kind(&record.kind)
        .is_some_and(|kind| who.access().allows(Permission::to_write(kind.family), &scope_of(record)));
    may && [author(who), MACHINE].contains(&draft.author)
}

/// The bytes of the files that the records have.
async fn files(app: &App, records: &[ExportedRecord]) -> Result<BTreeMap<Digest, String>> {
    let digests: BTreeSet<Digest> =
        records.iter().flat_map(|record| &record.attachments).map(|file| file.digest).collect();
    let digests: Vec<Digest> = digests.into_iter().collect();
    let mut read = app.store().read().await?;
    let mut bytes = 0;
    for chunk in digests.chunks(1000) {
        bytes += read.blob_sizes(chunk).await?.values().sum::<u64>();
    }
    drop(read);
    if bytes > BYTES_MAX {
        return Err(ServiceError::rule(format!(
            "The files of these records have {bytes} bytes, more than the {BYTES_MAX} of one export; export them by kind or \
             product."
        )));
    }
    let mut files = BTreeMap::new();
    for digest in digests {
        files.insert(digest, STANDARD.encode(app.store().blob(digest).await?));
    }
    Ok(files)
}
