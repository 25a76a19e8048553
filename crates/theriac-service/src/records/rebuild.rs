//! Making again what lists, links and duties take from revisions. Drafts, revisions and their states stay.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use theriac_model::Digest;
use theriac_model::record::{Content, Kind, Link};
use theriac_store::tables::records::{self as table, DateDuty, Head, Projection, Record, Standing};
use theriac_store::{Conn, tables};

use super::draft::{content_of, head_of_draft, head_owned_by, owner_key, stored};
use super::sign::{date_duties, duty_owners};
use super::states;
use super::submit::projection;
use crate::evidence::Difference;
use crate::{App, Result, Who};

/// How many records or revisions are compared at a time.
const STEP: u32 = 200;
const ACTION: &str = "records rebuild";

/// Compares what lists, links and duties take from every revision with what is stored, and puts it right. Gives how many records
/// there are.
pub(crate) async fn rebuild(app: &App, who: &Who, differences: &mut Vec<Difference>) -> Result<u64> {
    let records = heads(app, who, differences).await?;
    projections(app, who, differences).await?;
    duties(app, who, differences).await?;
    Ok(records)
}

/// What lists show of each record.
async fn heads(app: &App, who: &Who, differences: &mut Vec<Difference>) -> Result<u64> {
    let (mut after, mut count) = (i64::MIN, 0);
    loop {
        let mut read = app.store().read().await?;
        let rows = table::records_after(&mut read, after, STEP).await?;
        let Some((last, _)) = rows.last() else { return Ok(count) };
        after = last.id;
        count += u64::try_from(rows.len()).unwrap_or(u64::MAX);
        let is_sound = wrong_heads(app, &mut read, &rows).await?.is_empty();
        drop(read);
        if is_sound {
            continue;
        }
        // Others may write meanwhile: what is wrong is found again where nobody can.
        let mut write = who.write(app, ACTION).await?;
        let rows = table::records_after(&mut write, first_before(&rows), STEP).await?;
        for (reference, head) in wrong_heads(app, &mut write, &rows).await? {
            table::set_head(&mut write, &head).await?;
            let what = "what lists show of it was not what its latest revision says";
            write.audit(&reference, None, head.latest, json!({ "difference": what }));
            differences.push(Difference { of: reference, what: what.to_owned() });
        }
        write.commit().await?;
    }
}

fn first_before(rows: &[(Record, Option<Head>)]) -> i64 {
    rows.first().map_or(i64::MIN, |(record, _)| record.id.saturating_sub(1))
}

/// The references of the records whose stored heads are not what they must be, with those.
async fn wrong_heads(
    app: &App,
    conn: &mut Conn,
    rows: &[(Record, Option<Head>)],
) -> Result<Vec<(String, Head)>> {
    let ids: Vec<i64> = rows.iter().map(|(record, _)| record.id).collect();
    let standing = table::standings(conn, &ids).await?;
    let mut read: Vec<(&Record, &'static Kind, Content, &Standing)> = Vec::new();
    for (record, _) in rows {
        let (Some(kind), Some(standing)) = (app.kind(&record.kind), standing.get(&record.id)) else {
            continue;
        };
        let Some(latest) = &standing.latest else { continue };
        read.push((record, kind, content_of(kind, latest.kind_version, &latest.content)?, standing));
    }
    let owners: BTreeSet<&str> =
        read.iter().filter_map(|(_, kind, content, _)| owner_key(kind, content)).collect();
    let owners: Vec<String> = owners.into_iter().map(str::to_owned).collect();
    let owners: BTreeMap<String, i64> = tables::people::names_by_keys(conn, &owners)
        .await?
        .into_iter()
        .map(|name| (name.key, name.id))
        .collect();
    let mut expected: BTreeMap<i64, Head> = BTreeMap::new();
    for (record, kind, content, standing) in read {
        let Some(latest) = &standing.latest else { continue };
        let owner = owner_key(kind, &content).and_then(|key| owners.get(key)).copied();
        let head = head_owned_by(owner, record, kind, &content, latest, standing.approved);
        expected.insert(record.id, Head { changed_at: standing.since, ..head });
    }
    let bare: Vec<&Record> = rows
        .iter()
        .filter(|(record, head)| {
            !standing.contains_key(&record.id) && !head.as_ref().is_some_and(shows_draft)
        })
        .map(|(record, _)| record)
        .collect();
    for head in heads_of_drafts(app, conn, &bare).await? {
        expected.insert(head.record, head);
    }
    let wrong = rows.iter().filter_map(|(record, head)| {
        let expected = expected.remove(&record.id)?;
        (head.as_ref() != Some(&expected)).then(|| (record.reference.clone(), expected))
    });
    Ok(wrong.collect())
}

/// Whether a head can be that of a draft; its title is that of the draft which was saved last, by whomever.
fn shows_draft(head: &Head) -> bool {
    let Head { latest, approved, state, owner, due, .. } = head;
    latest.is_none() && approved.is_none() && owner.is_none() && due.is_none() && state == states::DRAFT
}

/// What lists show of records that have no revision.
async fn heads_of_drafts(app: &App, conn: &mut Conn, records: &[&Record]) -> Result<Vec<Head>> {
    let ids: Vec<i64> = records.iter().map(|record| record.id).collect();
    let drafts = table::drafts_among(conn, &ids).await?;
    let mut heads = Vec::with_capacity(records.len());
    for record in records {
        let Some(kind) = app.kind(&record.kind) else { continue };
        heads.push(match drafts.iter().rfind(|draft| draft.record == record.id) {
            Some(draft) => {
                let content = content_of(kind, kind.version, &draft.content)?;
                head_of_draft(record, kind, &content, draft.saved_at)
            }
            None => head_of_draft(record, kind, &Content::default(), record.created_at),
        });
    }
    Ok(heads)
}

/// Links and listed fields of each revision.
async fn projections(app: &App, who: &Who, differences: &mut Vec<Difference>) -> Result<()> {
    let mut after = String::new();
    loop {
        let mut read = app.store().read().await?;
        let rows = table::revisions_after(&mut read, &after, STEP).await?;
        let Some((last, _)) = rows.last() else { return Ok(()) };
        after = last.to_string();
        // Revisions never change: what is wrong now is wrong whatever others write.
        let rows: Vec<_> = rows.into_iter().filter_map(|(_, whole)| whole).collect();
        let wrong = wrong_projections(app, &mut read, &rows).await?;
        drop(read);
        if wrong.is_empty() {
            continue;
        }
        let mut write = who.write(app, ACTION).await?;
        for (at, expected) in wrong {
            let Some((record, revision)) = rows.get(at) else { continue };
            table::set_projection(&mut write, record.id, revision.digest, &expected).await?;
            let what = format!("links or listed fields were not those of revision {}", revision.number);
            write.audit(&record.reference, None, Some(revision.digest), json!({ "difference": what }));
            differences.push(Difference { of: record.reference.clone(), what });
        }
        write.commit().await?;
    }
}

/// Which of the revisions have other links or listed fields stored than they give, with those.
async fn wrong_projections(
    app: &App,
    conn: &mut Conn,
    rows: &[(Record, table::Revision)],
) -> Result<Vec<(usize, Projection)>> {
    let mut links: Vec<Vec<Link>> = Vec::with_capacity(rows.len());
    for (_, revision) in rows {
        links.push(stored(&revision.links)?);
    }
    let targets: BTreeSet<&String> = links.iter().flatten().map(|link| &link.target).collect();
    let targets: Vec<String> = targets.into_iter().cloned().collect();
    let mut ids: BTreeMap<String, i64> = BTreeMap::new();
    for chunk in targets.chunks(1000) {
        let found = table::by_refs(conn, chunk).await?.into_iter();
        ids.extend(found.map(|row| (row.record.reference, row.record.id)));
    }
    let digests: Vec<_> = rows.iter().map(|(_, revision)| revision.digest).collect();
    let mut there = table::projections(conn, &digests).await?;
    let mut wrong = Vec::new();
    for (at, ((record, revision), links)) in rows.iter().zip(links).enumerate() {
        let Some(kind) = app.kind(&record.kind) else { continue };
        let content = content_of(kind, revision.kind_version, &revision.content)?;
        let links: Vec<(Link, i64)> = links
            .into_iter()
            .filter_map(|link| ids.get(&link.target).map(|id| (link.clone(), *id)))
            .collect();
        let expected = projection(kind, &content, &links);
        if there.remove(&revision.digest).unwrap_or_default() != expected {
            wrong.push((at, expected));
        }
    }
    Ok(wrong)
}

/// What the dates of each record make people owe.
async fn duties(app: &App, who: &Who, differences: &mut Vec<Difference>) -> Result<()> {
    let mut after = i64::MIN;
    loop {
        let mut read = app.store().read().await?;
        let rows = table::records_after(&mut read, after, STEP).await?;
        let Some((last, _)) = rows.last() else { return Ok(()) };
        after = last.id;
        let is_sound = wrong_duties(app, &mut read, &rows).await?.is_empty();
        drop(read);
        if is_sound {
            continue;
        }
        // Others may write meanwhile: what is wrong is found again where nobody can.
        let mut write = who.write(app, ACTION).await?;
        let rows = table::records_after(&mut write, first_before(&rows), STEP).await?;
        for (record, expected) in wrong_duties(app, &mut write, &rows).await? {
            table::set_date_duties(&mut write, record.id, &expected).await?;
            let what = "what its dates make people owe was not what its approved revision says";
            write.audit(&record.reference, None, None, json!({ "difference": what }));
            differences.push(Difference { of: record.reference.clone(), what: what.to_owned() });
        }
        write.commit().await?;
    }
}

/// The records whose stored duties are not what their approved revisions give, with those.
async fn wrong_duties<'a>(
    app: &App,
    conn: &mut Conn,
    rows: &'a [(Record, Option<Head>)],
) -> Result<Vec<(&'a Record, Vec<DateDuty>)>> {
    let ids: Vec<i64> = rows.iter().map(|(record, _)| record.id).collect();
    let digests: Vec<Digest> =
        rows.iter().filter_map(|(_, head)| head.as_ref().and_then(|head| head.approved)).collect();
    let approved = table::revisions_by_digests(conn, &digests).await?;
    let mut contents = BTreeMap::new();
    for (record, head) in rows {
        let digest = head.as_ref().and_then(|head| head.approved);
        let revision = approved.iter().find(|revision| Some(revision.digest) == digest);
        if let (Some(revision), Some(kind)) = (revision, app.kind(&record.kind)) {
            let content = content_of(kind, revision.kind_version, &revision.content)?;
            contents.insert(record.id, (kind, content, revision.author));
        }
    }
    let named: BTreeSet<&str> =
        contents.values().flat_map(|(kind, content, _)| duty_owners(kind, content)).collect();
    let named: Vec<String> = named.into_iter().map(str::to_owned).collect();
    let owners = tables::people::names_by_keys(conn, &named).await?;
    let owners = owners.into_iter().map(|name| (name.key, name.id)).collect();
    let mut stored = table::date_duties_of(conn, &ids).await?;
    let wrong = rows.iter().filter_map(|(record, head)| {
        let expected = match contents.get(&record.id) {
            Some((kind, content, author)) => date_duties(kind, content, *author, &owners),
            // Of a kind that this program does not know, or changed behind its back: nothing can be said of it.
            None if head.as_ref().is_some_and(|head| head.approved.is_some()) => return None,
            None => Vec::new(),
        };
        (stored.remove(&record.id).unwrap_or_default() != expected).then_some((record, expected))
    });
    Ok(wrong.collect())
}
