//! One finding: what is known of it, and everything that was ever judged.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;
use theriac_auth::Permission;
use theriac_model::Digest;
use theriac_store::tables::findings::{self as table, Assessment, AssessmentSignature, Finding, Matching};
use theriac_store::{Conn, tables};

use super::carry::rests_on;
use super::grounds::RestsOn;
use super::list::{FindingRow, row_of};
use super::select::Selected;
use crate::evidence::number;
use crate::products::scope_of;
use crate::{App, Result, ServiceError, Who};

/// Longest text of an advisory that is shown.
const DETAILS_MAX: usize = 20_000;

/// One finding with its history.
#[derive(Debug, Clone)]
pub struct FindingPage {
    /// As lists show it.
    pub row: FindingRow,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// The CVSS vector.
    pub cvss: Option<String>,
    /// What it rests on, by id.
    pub advisories: Vec<AdvisoryView>,
    /// The references of the bills of materials that name the component: `EVID-3`.
    pub evidence: Vec<String>,
    /// How the component gets into the product: what the product needs itself first, the component last, at most a hundred;
    /// empty where no bill of materials says so.
    pub way: Vec<String>,
    /// Against what the release was last matched.
    pub matching: Option<Matching>,
    /// Its judgements, newest first.
    pub assessments: Vec<AssessmentView>,
    /// What [`assess`](super::assess) expects.
    pub expected: Digest,
    /// The set that its judgement belongs to, for [`set`](super::set) and [`sign`](super::sign); `None` while it has no
    /// judgement of its own.
    pub set: Option<Digest>,
}

/// An advisory as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdvisoryView {
    /// Its OSV id.
    pub id: String,
    /// The digest of its canonical content.
    pub digest: Digest,
    /// One sentence; may be empty.
    pub summary: String,
    /// More; may be empty. Markdown of strangers: not to be trusted.
    pub details: String,
    /// When it was published, as written.
    pub published: Option<String>,
    /// Links to more, as written.
    pub references: Vec<String>,
}

/// A judgement as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssessmentView {
    /// The row.
    pub assessment: Assessment,
    /// What it rests on.
    pub rests_on: RestsOn,
    /// The key of who judged.
    pub assessor: String,
    /// The key of who mends it.
    pub fixer: Option<String>,
    /// Reference and release of the finding that it was taken over from.
    pub carried_from: Option<(String, String)>,
    /// The signatures on it, or on what it was taken over from.
    pub signatures: Vec<SignatureView>,
    /// By when it is mended.
    pub due: Option<Date>,
}

/// A signature as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureView {
    /// The key of who signed.
    pub person: String,
    /// What it means.
    pub meaning: String,
    /// How the person proved to be the person.
    pub method: String,
    /// When.
    pub at: Timestamp,
    /// The digest of the set that was signed.
    pub set: Digest,
    /// What the signer added in their own words; empty for nothing.
    pub comment: String,
}

/// One finding, by its reference: `FIND-7`.
///
/// # Errors
/// When there is none, or the actor may not read it.
#[crate::boxed]
pub async fn page(app: &App, who: &Who, reference: &str) -> Result<FindingPage> {
    let missing = || ServiceError::not_found("finding", reference);
    let number = number("FIND", reference).ok_or_else(missing)?;
    let mut read = app.store().read().await?;
    let found = table::by_numbers(&mut read, &[number]).await?.pop().ok_or_else(missing)?;
    let release = tables::releases::by_id(&mut read, found.release).await?.ok_or_else(missing)?;
    let product = tables::products::by_id(&mut read, release.product).await?.ok_or_else(missing)?;
    if !who.access().allows(Permission::Read, &scope_of(&product)) {
        return Err(missing());
    }
    let row = row_of(app, &mut read, found.id).await?.ok_or_else(missing)?;
    let advisories = table::advisories(&mut read, &found.known.advisories).await?;
    let files = tables::evidence::counting_sboms(&mut read, release.id, release.candidate).await?;
    let evidence = tables::components::files_with(&mut read, &files, &found.component).await?;
    let way = tables::components::way_to(&mut read, &files, &found.component).await?;
    let selected = Selected::read(&mut read, vec![found.clone()]).await?;
    let own = selected.latest(&found).filter(|latest| latest.carried_from.is_none());
    Ok(FindingPage {
        row,
        opened_at: found.opened_at,
        cvss: found.known.cvss.clone(),
        advisories: advisories.into_iter().map(advisory).collect(),
        evidence: evidence.into_iter().map(|number| format!("EVID-{number}")).collect(),
        way,
        matching: table::matching(&mut read, release.id).await?,
        assessments: history(&mut read, &found).await?,
        expected: selected.shown(),
        set: own.map(|latest| latest.set),
    })
}

fn advisory((digest, id, content): (Digest, String, String)) -> AdvisoryView {
    // It was checked when it was imported; what cannot be read is shown as empty.
    let content: Value = serde_json::from_str(&content).unwrap_or_default();
    let text = |name: &str| content.get(name).and_then(Value::as_str).unwrap_or_default();
    let references = content.get("references").and_then(Value::as_array).into_iter().flatten();
    let urls = references.filter_map(|reference| reference.get("url")?.as_str());
    AdvisoryView {
        summary: text("summary").to_owned(),
        details: text("details").chars().take(DETAILS_MAX).collect(),
        published: content.get("published").and_then(Value::as_str).map(str::to_owned),
        references: urls.take(50).map(str::to_owned).collect(),
        id,
        digest,
    }
}

async fn history(conn: &mut Conn, finding: &Finding) -> Result<Vec<AssessmentView>> {
    let assessments = table::history(conn, finding.id).await?;
    let rows: Vec<i64> = assessments.iter().flat_map(|row| [row.id, row.root]).collect();
    let signatures = table::signatures(conn, &unique(rows)).await?;
    let from: Vec<i64> = assessments.iter().filter_map(|row| row.carried_from).collect();
    let from = table::assessments(conn, &unique(from)).await?;
    let origins = table::places_of(conn, &unique(from.iter().map(|row| row.finding).collect())).await?;
    let mut people: Vec<i64> = signatures.iter().map(|row| row.signature.person).collect();
    people.extend(assessments.iter().flat_map(|row| row.fixer.into_iter().chain([row.assessor])));
    let names = tables::people::names_among(conn, &unique(people)).await?;
    let keys: HashMap<i64, String> = names.into_iter().map(|name| (name.id, name.key)).collect();
    let key = |id: i64| keys.get(&id).cloned().unwrap_or_else(|| format!("person:{id}"));
    let mut views = Vec::with_capacity(assessments.len());
    for assessment in assessments {
        let source = from.iter().find(|row| Some(row.id) == assessment.carried_from);
        let origin = source.and_then(|row| origins.iter().find(|(finding, ..)| *finding == row.finding));
        views.push(AssessmentView {
            rests_on: rests_on(&assessment)?,
            assessor: key(assessment.assessor),
            fixer: assessment.fixer.map(key),
            carried_from: origin.map(|(_, number, release)| (format!("FIND-{number}"), release.clone())),
            signatures: signatures
                .iter()
                .filter(|row| covers(row, &assessment))
                .map(|row| signature(row, &key))
                .collect(),
            due: assessment.due,
            assessment,
        });
    }
    Ok(views)
}

fn covers(row: &AssessmentSignature, assessment: &Assessment) -> bool {
    row.assessment == assessment.id || row.assessment == assessment.root
}

fn signature(row: &AssessmentSignature, key: &dyn Fn(i64) -> String) -> SignatureView {
    let signature = &row.signature;
    SignatureView {
        person: key(signature.person),
        meaning: signature.meaning.clone(),
        method: signature.method.clone(),
        at: signature.at,
        set: signature.digest,
        comment: signature.comment.clone(),
    }
}

fn unique(mut ids: Vec<i64>) -> Vec<i64> {
    ids.sort_unstable();
    ids.dedup();
    ids
}
