//! Making the rows that were read from files again from their bytes. Findings, judgements and verdicts are history and
//! stay.

use serde::Serialize;
use serde_json::json;
use theriac_auth::{Permission, Scope};
use theriac_formats::Strictness;
use theriac_store::tables::evidence::{self as table, Evidence};
use theriac_store::{Conn, tables};

use super::add::add_rows;
use super::file::{self, Rows};
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
    /// Where the rows were not those that the bytes give; they are now, unless the bytes cannot be read.
    pub differences: Vec<Difference>,
}

/// Evidence whose rows were not those that its bytes give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// `EVID-3`.
    pub evidence: String,
    /// What differed.
    pub what: String,
}

/// Reads the bytes of all evidence again and puts right the rows that differ. `watch` is told how many pieces are done.
///
/// # Errors
/// When the actor may not, or the store fails; what was put right until then stays.
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
                rebuilt.differences.push(Difference { evidence: evidence.reference(), what });
            }
            rebuilt.evidence += 1;
            watch(rebuilt.evidence);
        }
        last = end;
    }
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
    let rows = match read {
        Ok(read) => read.rows,
        Err(refused) => return Ok(Some(format!("{}: {}", refused.place, refused.reason))),
    };
    let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    match &rows {
        Rows::Components(_) => rebuilt.components += count,
        Rows::Results(_) => rebuilt.results += count,
        Rows::Manifest(_) => rebuilt.manifests += 1,
    }
    let mut read = app.store().read().await?;
    let Some(what) = difference(&mut read, evidence.id, &rows).await? else { return Ok(None) };
    drop(read);
    let mut write = who.write(app, "evidence rebuild").await?;
    table::remove_derived(&mut write, evidence.id).await?;
    add_rows(&mut write, evidence.id, &rows).await?;
    if !matches!(rows, Rows::Results(_)) {
        jobs::enqueue(&mut write, evidence.release).await?;
    }
    write.audit(evidence.reference(), None, Some(evidence.digest), json!({ "difference": what }));
    write.commit().await?;
    Ok(Some(what))
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
