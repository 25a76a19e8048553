//! Evidence as people read it: the list of a release, one piece with what was read from it, and its bytes.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use theriac_auth::Permission;
use theriac_conformity::facts::words::EvidenceKind;
use theriac_model::Digest;
use theriac_store::tables::evidence::{self as table, Filter, Listed, Manifest, TestResult};
use theriac_store::{Conn, tables};

use super::{Found, find_evidence};
use crate::gate::clauses_resting_on;
use crate::page::{Page, Paging};
use crate::products::find;
use crate::{App, Result, ServiceError, Who};

/// Which evidence of a release to list. What is `None` or empty does not restrict.
#[derive(Debug, Clone, Default)]
pub struct ListEvidence {
    /// The product's key.
    pub product: String,
    /// The release's name.
    pub release: String,
    /// Of this kind.
    pub kind: Option<EvidenceKind>,
    /// Of the build of this name.
    pub build: Option<String>,
    /// With this in its file name.
    pub query: String,
    /// Which page.
    pub paging: Paging,
}

/// A piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EvidenceRow {
    /// `EVID-3`.
    #[serde(rename = "ref")]
    pub reference: String,
    /// What it is.
    pub kind: EvidenceKind,
    /// The format with its version.
    pub format: String,
    /// The name under which it was handed in.
    pub file: String,
    /// Bytes.
    pub size: i64,
    /// The digest of its bytes.
    pub digest: Digest,
    /// The name of the build it speaks of; `None` where it is not bound to one.
    pub build: Option<String>,
    /// The tool that made it.
    pub tool: Option<String>,
    /// The tool's version.
    pub tool_version: Option<String>,
    /// The digest of the rules used.
    pub rules: Option<Digest>,
    /// When it was made.
    pub performed_at: Option<Timestamp>,
    /// When it was handed in.
    pub recorded_at: Timestamp,
    /// Who handed it in: the key of a person, `token:9` or `system`.
    pub delivered_by: String,
    /// What is wrong with it, and was no reason to refuse it.
    pub defects: Vec<String>,
    /// Whether it was found wrong.
    pub disqualified: bool,
}

impl EvidenceRow {
    /// What is not said of it: `build`, `tool` (name and version), `performed_at`. While anything is missing it supports no
    /// verdict.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        let tool = self.tool.is_some() && self.tool_version.is_some();
        unsaid(self.build.is_some(), tool, self.performed_at.is_some())
    }
}

/// What has to be said of evidence so that it can support a verdict, and is not.
pub(super) fn unsaid(build: bool, tool: bool, performed: bool) -> Vec<&'static str> {
    let said = [("build", build), ("tool", tool), ("performed_at", performed)];
    said.into_iter().filter(|(_, said)| !said).map(|(what, _)| what).collect()
}

/// One piece of evidence with what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidencePage {
    /// The evidence.
    pub row: EvidenceRow,
    /// The product's key.
    pub product: String,
    /// The release's name.
    pub release: String,
    /// What a bill of materials calls itself.
    pub serial: Option<String>,
    /// That it was found wrong: why, the key of who signed, when.
    pub disqualified: Option<(String, String, Timestamp)>,
    /// How many components it names.
    pub components: i64,
    /// How many test results ended how.
    pub outcomes: Vec<(String, i64)>,
    /// A page of its test results.
    pub results: Page<TestResult>,
    /// What the build manifest says.
    pub manifest: Option<Manifest>,
    /// The clauses whose verdict at release rests on it: as the release was decided, or as it would be today.
    pub clauses: Vec<String>,
    /// The decision and the records that rest on it.
    pub relied_on_by: Vec<ReliedOn>,
}

/// Something that rests on evidence, and who owes a look at it when the evidence is found wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReliedOn {
    /// `RISK-12`, or the release's name.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The record's title, or the outcome of the release decision.
    pub title: String,
    /// The key of the record's owner or else author, or of the release's manager or else who decided.
    pub owner: Option<String>,
}

/// The evidence of a release, newest first.
///
/// # Errors
/// When there is no such release, or the actor may not read it.
#[crate::boxed]
pub async fn list(app: &App, who: &Who, input: &ListEvidence) -> Result<Page<EvidenceRow>> {
    let action = "evidence read";
    let found = find(app, who, Permission::Read, action, &input.product, &input.release).await?;
    let (_, release, mut read) = found;
    let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let filter = Filter {
        kind: input.kind.map(|kind| kind.to_string()),
        build: input.build.as_deref().and_then(given),
        name: given(&input.query),
        before: input.paging.after_id()?,
        limit: input.paging.fetch(),
    };
    let listed = table::list(&mut read, release.id, &filter).await?;
    let page = input.paging.page(listed, |listed| listed.evidence.number.to_string());
    let people = deliverers(&mut read, &page.items).await?;
    let items: Result<Vec<_>> = page.items.into_iter().map(|listed| row(listed, &people)).collect();
    Ok(Page { items: items?, next: page.next })
}

/// The keys of those among the deliverers who are people.
async fn deliverers(conn: &mut Conn, listed: &[Listed]) -> Result<BTreeMap<String, String>> {
    let id = |listed: &Listed| listed.evidence.delivered_by.strip_prefix("person:")?.parse().ok();
    let ids: Vec<i64> = listed.iter().filter_map(id).collect();
    let names = tables::people::names_among(conn, &ids).await?;
    Ok(names.into_iter().map(|name| (format!("person:{}", name.id), name.key)).collect())
}

fn row(listed: Listed, people: &BTreeMap<String, String>) -> Result<EvidenceRow> {
    let row = listed.evidence;
    let kind = row
        .kind
        .parse()
        .map_err(|error| ServiceError::Internal(format!("a stored word is damaged: {error}")))?;
    Ok(EvidenceRow {
        reference: row.reference(),
        kind,
        format: row.format,
        file: row.file_name,
        size: row.size,
        digest: row.digest,
        build: listed.build,
        tool: row.tool,
        tool_version: row.tool_version,
        rules: row.rules,
        performed_at: row.performed_at,
        recorded_at: row.recorded_at,
        delivered_by: people.get(&row.delivered_by).cloned().unwrap_or(row.delivered_by),
        defects: row.defects,
        disqualified: listed.disqualified,
    })
}

/// One piece of evidence by its reference, `EVID-3`, with a page of its test results.
///
/// # Errors
/// When there is none, or the actor may not read it.
#[crate::boxed]
pub async fn page(app: &App, who: &Who, reference: &str, results: &Paging) -> Result<EvidencePage> {
    let (found, mut read) = find_evidence(app, who, Permission::Read, "evidence read", reference).await?;
    let id = found.listed.evidence.id;
    let after = results.after_id()?.unwrap_or(-1);
    let rows = table::results_after(&mut read, id, after, results.fetch()).await?;
    let page = results.page(rows, |(position, _)| position.to_string());
    let disqualified = match table::disqualification(&mut read, id).await? {
        None => None,
        Some(wrong) => {
            let name = tables::people::names_among(&mut read, &[wrong.person]).await?.pop();
            let key = name.map_or_else(|| format!("person:{}", wrong.person), |name| name.key);
            Some((wrong.reason, key, wrong.at))
        }
    };
    let people = deliverers(&mut read, std::slice::from_ref(&found.listed)).await?;
    let row = row(found.listed.clone(), &people)?;
    let supports = row.missing().is_empty();
    let number = found.listed.evidence.number;
    Ok(EvidencePage {
        serial: found.listed.evidence.serial.clone(),
        components: tables::components::count_of(&mut read, id).await?,
        outcomes: table::outcomes(&mut read, id).await?,
        manifest: table::manifest(&mut read, id).await?,
        clauses: clauses_resting_on(app, &mut read, &found.release, number, supports).await?,
        relied_on_by: relied_on_by(&mut read, &found).await?,
        results: page.map(|(_, result)| result),
        disqualified,
        product: found.product.key,
        release: found.release.name,
        row,
    })
}

/// The records that cite evidence, and its release where it was decided since.
pub(super) async fn relied_on_by(conn: &mut Conn, found: &Found) -> Result<Vec<ReliedOn>> {
    let evidence = &found.listed.evidence;
    let decisions = tables::decisions::history(conn, found.release.id, None, 100).await?;
    let decided = decisions.into_iter().find(|decision| decision.at >= evidence.recorded_at);
    let cited = table::cited_by(conn, found.product.id, &evidence.reference()).await?;
    let answers = decided.as_ref().map(|decision| found.release.manager.unwrap_or(decision.person));
    let owners: Vec<i64> = cited.iter().map(|(.., owner)| *owner).chain(answers).collect();
    let names = tables::people::names_among(conn, &owners).await?;
    let key = |id: i64| names.iter().find(|name| name.id == id).map(|name| name.key.clone());
    let mut relying: Vec<ReliedOn> = decided
        .map(|decision| ReliedOn {
            reference: found.release.name.clone(),
            title: decision.outcome,
            owner: answers.and_then(key),
        })
        .into_iter()
        .collect();
    relying.extend(cited.into_iter().map(|(reference, title, owner)| ReliedOn {
        reference,
        title,
        owner: key(owner),
    }));
    Ok(relying)
}

/// A file as it was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceBytes {
    /// The name under which it was handed in.
    pub file: String,
    /// Its digest.
    pub digest: Digest,
    /// Its bytes, checked against the digest.
    pub bytes: Vec<u8>,
}

/// The bytes of evidence by its reference, `EVID-3`.
///
/// # Errors
/// When there is none, the actor may not read it, or the stored file is damaged.
#[crate::boxed]
pub async fn bytes(app: &App, who: &Who, reference: &str) -> Result<EvidenceBytes> {
    let (found, read) = find_evidence(app, who, Permission::Read, "evidence read", reference).await?;
    drop(read);
    let evidence = found.listed.evidence;
    let bytes = app.store().blob(evidence.digest).await?;
    Ok(EvidenceBytes { file: evidence.file_name, digest: evidence.digest, bytes })
}
