//! Making the rows that were read from files again from their bytes, and with them what lists and links take from records.
//! Findings, judgements and verdicts are history and stay.

use serde::Serialize;
use serde_json::json;
use theriac_auth::{Permission, Scope};
use theriac_formats::Strictness;
use theriac_store::tables::evidence::{self as table, Evidence};
use theriac_store::{Conn, tables};

use super::add::add_rows;
use super::file::{self, FileRead, Rows};
use crate::app::blocking;
use crate::findings::jobs;
use crate::{App, Result, Who};

/// How many pieces of evidence are looked up at a time.
const STEP: u32 = 100;

/// What a rebuild found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Rebuilt {
    /// Pieces of evidence.
    pub evidence: u64,
    /// Components read from them.
    pub components: u64,
    /// Test results read from them.
    pub results: u64,
    /// Build manifests read from them.
    pub manifests: u64,
    /// Records whose lines in lists, links and listed fields were compared with their revisions.
    pub records: u64,
    /// Where the rows were not those that bytes or revisions give; they are now, unless the bytes cannot be read.
    pub differences: Vec<Difference>,
    /// Records, signatures, assessments and advisories that are not what their digests or the audit log say, at most 20.
    /// Nothing can make them again: they need a backup.
    pub changed: Vec<Difference>,
}

/// What was not as it must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What it is, such as `EVID-3`.
    pub of: String,
    /// What differed.
    pub what: String,
}

/// Reads the bytes of all evidence and all revisions again, and puts right the rows that differ. `watch` is told how many pieces are done.
///
/// # Errors
/// When the actor may not, or the store fails; what was put right until then stays.
#[crate::boxed]
pub async fn rebuild(app: &App, who: &Who, watch: &(dyn Fn(u64) + Send + Sync)) -> Result<Rebuilt> {
    let action = "evidence rebuild";
    who.require(app, Permission::AdministerInstallation, Scope::Organisation, action).await?;
    let (mut rebuilt, mut last) = (Rebuilt::default(), 0);
    loop {
        let mut read = app.store().read().await?;
        let some = table::after(&mut read, last, STEP).await?;
        drop(read);
        let Some(end) = some.last().map(|evidence| evidence.number) else { break };
        for evidence in &some {
            if let Some(what) = one(app, who, evidence, &mut rebuilt).await? {
                rebuilt.differences.push(Difference { of: evidence.reference(), what });
            }
            rebuilt.evidence += 1;
            watch(rebuilt.evidence);
        }
        last = end;
    }
    rebuilt.records = crate::records::rebuild(app, who, &mut rebuilt.differences).await?;
    let changed = crate::audit::changed(app.store()).await?.into_iter();
    rebuilt.changed = changed.map(|row| Difference { of: row.place, what: row.why }).collect();
    Ok(rebuilt)
}

/// Puts the rows of one file right, and says what differed.
async fn one(app: &App, who: &Who, evidence: &Evidence, rebuilt: &mut Rebuilt) -> Result<Option<String>> {
    let bytes = match app.store().blob(evidence.digest).await {
        Ok(bytes) => bytes,
        Err(error) => return Ok(Some(error.to_string())),
    };
    // What was taken with defects then is taken with them now.
    let read = blocking(move || file::read(&bytes, Strictness::AcceptListedDefects)).await?;
    let read = match read {
        Ok(read) => read,
        Err(refused) => return Ok(Some(format!("{}: {}", refused.place, refused.reason))),
    };
    let told = told(evidence, &read);
    let rows = read.rows;
    let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    match &rows {
        Rows::Components(_) => rebuilt.components += count,
        Rows::Results(_) => rebuilt.results += count,
        Rows::Manifest(_) => rebuilt.manifests += 1,
    }
    let mut read = app.store().read().await?;
    let derived = difference(&mut read, evidence.id, &rows).await?;
    drop(read);
    let columns = other_columns(evidence, &told);
    let what: Vec<String> = derived.iter().cloned().chain(columns).collect();
    if what.is_empty() {
        return Ok(None);
    }
    let what = what.join("; ");
    let mut write = who.write(app, "evidence rebuild").await?;
    table::describe(&mut write, &told).await?;
    if derived.is_some() {
        table::remove_derived(&mut write, evidence.id).await?;
        add_rows(&mut write, evidence.id, &rows).await?;
    }
    if !matches!(rows, Rows::Results(_)) {
        jobs::enqueue(&mut write, evidence.release).await?;
    }
    write.audit(evidence.reference(), None, Some(evidence.digest), json!({ "difference": what }));
    write.commit().await?;
    Ok(Some(what))
}

/// The evidence as its bytes describe it. What the file does not say is as it was said when it was handed in; the audit
/// log keeps that.
fn told(evidence: &Evidence, read: &FileRead) -> Evidence {
    let mut told = Evidence {
        kind: read.kind.to_string(),
        format: read.format.clone(),
        serial: read.says.serial.clone(),
        serial_revision: read.says.serial_revision,
        performed_at: match read.says.zone_unsaid {
            true => evidence.performed_at.or(read.says.at),
            false => read.says.at.or(evidence.performed_at),
        },
        ..evidence.clone()
    };
    let same = |(name, version): &(String, Option<String>)| {
        told.tool.as_ref() == Some(name) && (version.is_none() || told.tool_version == *version)
    };
    if let Some((name, version)) = read.says.tools.first()
        && !read.says.tools.iter().any(same)
    {
        (told.tool, told.tool_version) = (Some(name.clone()), version.clone());
    }
    if !evidence.defects.starts_with(&read.defects) {
        told.defects = read.defects.clone();
    }
    told
}

/// What is stored of evidence otherwise than its bytes say, in words.
fn other_columns(stored: &Evidence, told: &Evidence) -> Option<String> {
    let differ = [
        ("kind", stored.kind != told.kind),
        ("format", stored.format != told.format),
        ("serial", (&stored.serial, stored.serial_revision) != (&told.serial, told.serial_revision)),
        ("time", stored.performed_at != told.performed_at),
        ("tool", (&stored.tool, &stored.tool_version) != (&told.tool, &told.tool_version)),
        ("defects", stored.defects != told.defects),
    ];
    let names: Vec<&str> = differ.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect();
    (!names.is_empty()).then(|| format!("the file says otherwise of its {}", names.join(", ")))
}

/// How the stored rows differ from those that the bytes give.
async fn difference(conn: &mut Conn, evidence: i64, rows: &Rows) -> Result<Option<String>> {
    Ok(match rows {
        Rows::Components(now) => compared("components", &tables::components::of(conn, evidence).await?, now),
        Rows::Results(now) => compared("test results", &table::results(conn, evidence).await?, now),
        Rows::Manifest(now) => {
            let before: Vec<_> = table::manifest(conn, evidence).await?.into_iter().collect();
            compared("build manifests", &before, std::slice::from_ref(now))
        }
    })
}

fn compared<T: PartialEq>(what: &str, before: &[T], now: &[T]) -> Option<String> {
    if before == now {
        return None;
    }
    if before.len() != now.len() {
        return Some(format!("there were {} {what}, the bytes give {}", before.len(), now.len()));
    }
    let differ = before.iter().zip(now).filter(|(before, now)| before != now).count();
    Some(format!("{differ} of {} {what} differed", now.len()))
}
