//! VEX for customers: what has been judged of a release's open findings, as far as it may leave the house.
//!
//! A judgement goes out once it is complete: signed, clinically where harm is possible, confirmed where it is carried
//! over, and resting on nothing that has changed. Every other open finding is under investigation, whoever has written
//! what about it. Closed findings are left out: the release has nothing to do with them any more.
//! What stays in the house: people, exploitability and its reasons, what it can do to a patient, and why it is deferred,
//! accepted or mended. The text "why" goes out, and the reason where it says what customers have to do.

use std::collections::HashMap;

use jiff::Timestamp;
use theriac_auth::Permission;
use theriac_conformity::facts::words::{Decision, EvidenceKind, VexStatus as Status};
use theriac_formats::{
    Limits, Strictness, Vex, VexFormat, VexJustification, VexProduct, VexResponse, VexStatement, VexStatus,
    read_bom, release_purl,
};
use theriac_store::Conn;
use theriac_store::tables::evidence::{self, Filter};
use theriac_store::tables::findings::{self as table, Assessment, Finding};
use theriac_store::tables::releases::{self, Release};

use super::select::{Selected, Standing};
use crate::app::blocking;
use crate::people::organisation_in;
use crate::products::find;
use crate::{App, Result, ServiceError, Who};

/// How many findings are read at a time.
const CHUNK: u32 = 500;
/// Most bills of materials that are read for the name of the product.
const SBOMS_MAX: u32 = 20;
/// Most statements of a document.
const STATEMENTS_MAX: usize = 100_000;

/// A document to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VexFile {
    /// What it is called, such as `gateway-2.4.0.openvex.json`.
    pub name: String,
    /// Its bytes: the same as long as nothing more was said.
    pub bytes: Vec<u8>,
}

/// What customers are told about the known vulnerabilities of a release, in a format.
///
/// # Errors
/// When there is no such release, it has no open finding, or the actor may not read.
#[crate::boxed]
pub async fn vex(app: &App, who: &Who, product: &str, release: &str, format: VexFormat) -> Result<VexFile> {
    let action = "findings read";
    let (product, release, mut read) = find(app, who, Permission::Read, action, product, release).await?;
    let statements = statements(&mut read, release.id).await?;
    if statements.is_empty() {
        let text = "has no open finding, so there is nothing that a VEX could say";
        return Err(ServiceError::rule(format!("{} {} {text}.", product.key, release.name)));
    }
    let at = table::last_said(&mut read, release.id).await?.unwrap_or_else(|| app.now());
    let named = match subject_purl(app, &mut read, &release).await? {
        Some(purl) => purl,
        None => release_purl(&product.key, &release.name).map_err(ServiceError::Internal)?,
    };
    let vex = Vex {
        author: organisation_in(&mut read).await?.name,
        product: VexProduct { purl: named, name: product.name, version: release.name.clone() },
        at: at.to_string(),
        statements,
    };
    let name = format!("{}-{}.{}", product.key, release.name, format.extension());
    let bytes = vex.write(format).map_err(|error| ServiceError::Internal(error.to_string()))?;
    Ok(VexFile { name, bytes })
}

/// What the newest sound bill of materials of the candidate that names the product calls it.
async fn subject_purl(app: &App, conn: &mut Conn, release: &Release) -> Result<Option<String>> {
    let Some(candidate) = release.candidate else { return Ok(None) };
    let filter = Filter {
        kind: Some(EvidenceKind::Sbom.to_string()),
        build: releases::build_by_id(conn, candidate).await?.map(|build| build.name),
        limit: SBOMS_MAX,
        ..Filter::default()
    };
    for listed in evidence::list(conn, release.id, &filter).await? {
        if listed.disqualified {
            continue;
        }
        let (bytes, version) = (app.store().blob(listed.evidence.digest).await?, release.name.clone());
        let limits = Limits { strictness: Strictness::AcceptListedDefects, ..Limits::default() };
        let purl = blocking(move || {
            read_bom(&bytes, &limits)
                .map_err(|error| ServiceError::Internal(error.to_string()))
                .map(|bom| bom.subject_purl(&version))
        });
        if let Some(purl) = purl.await?? {
            return Ok(Some(purl));
        }
    }
    Ok(None)
}

/// What is said of the open findings of a release, by number.
async fn statements(conn: &mut Conn, release: i64) -> Result<Vec<VexStatement>> {
    let mut statements = Vec::new();
    let mut after = 0;
    loop {
        let findings = table::open_after(conn, release, after, CHUNK).await?;
        let Some(last) = findings.last() else { return Ok(statements) };
        after = last.number;
        let selected = Selected::read(conn, findings).await?;
        let ids: Vec<i64> = selected.judged().map(|(_, judged)| judged.id).collect();
        let written: HashMap<i64, Timestamp> = table::written_at(conn, &ids).await?.into_iter().collect();
        for finding in &selected.findings {
            statements.push(statement(&selected, &written, finding)?);
        }
        if statements.len() > STATEMENTS_MAX {
            let text =
                format!("The release has more than {STATEMENTS_MAX} open findings; judge or close some.");
            return Err(ServiceError::rule(text));
        }
    }
}

fn statement(
    selected: &Selected,
    written: &HashMap<i64, Timestamp>,
    finding: &Finding,
) -> Result<VexStatement> {
    let latest = selected.latest(finding);
    let complete = matches!(selected.standing(finding), Standing::ToBeFixed | Standing::Acceptable);
    let (status, at) = match latest.filter(|_| complete) {
        Some(judged) => (status(judged)?, signed_at(selected, judged)),
        None => (VexStatus::UnderInvestigation, latest.and_then(|judged| written.get(&judged.id).copied())),
    };
    let known = &finding.known;
    let mut aliases = known.aliases.clone();
    aliases.retain(|alias| *alias != known.vulnerability);
    aliases.dedup();
    Ok(VexStatement {
        reference: finding.reference(),
        vulnerability: known.vulnerability.clone(),
        aliases,
        severity: known.severity,
        component: finding.component.clone(),
        at: at.unwrap_or(finding.opened_at).to_string(),
        status,
    })
}

/// When the last signature was given that a judgement needs.
fn signed_at(selected: &Selected, judged: &Assessment) -> Option<Timestamp> {
    let own = selected.signatures(judged.id).iter();
    own.chain(selected.signatures(judged.root)).map(|signature| signature.at).max()
}

/// What a complete judgement says to customers.
fn status(judged: &Assessment) -> Result<VexStatus> {
    let damaged = |error: String| ServiceError::Internal(format!("a stored judgement is damaged: {error}"));
    let why = judged.explanation.clone();
    Ok(match judged.status.parse().map_err(damaged)? {
        Status::UnderInvestigation => VexStatus::UnderInvestigation,
        Status::Fixed => VexStatus::Fixed { why },
        Status::NotAffected => {
            let word = judged.justification.as_deref().unwrap_or_default();
            let justification = justification(word).ok_or_else(|| damaged(word.to_owned()))?;
            VexStatus::NotAffected { justification, why }
        }
        Status::Affected => {
            let decision = judged.decision.as_deref().unwrap_or_default().parse().map_err(damaged)?;
            let (action, response) = action(decision, judged);
            VexStatus::Affected { why, action, response }
        }
    })
}

/// A word of [`JUSTIFICATIONS`](super::JUSTIFICATIONS).
fn justification(word: &str) -> Option<VexJustification> {
    Some(match word {
        "component not present" => VexJustification::ComponentNotPresent,
        "vulnerable code not present" => VexJustification::VulnerableCodeNotPresent,
        "vulnerable code not in execute path" => VexJustification::VulnerableCodeNotInExecutePath,
        "vulnerable code cannot be controlled by adversary" => {
            VexJustification::VulnerableCodeCannotBeControlledByAdversary
        }
        "inline mitigations already exist" => VexJustification::InlineMitigationsAlreadyExist,
        _ => return None,
    })
}

/// What is done, in words for customers. Where they have to do something themselves, the reason of the decision says what.
fn action(decision: Decision, judged: &Assessment) -> (String, Option<VexResponse>) {
    let by = judged.due.map(|day| format!(" It is due by {day}.")).unwrap_or_default();
    let reason = format!("{}.", judged.decision_reason.trim_end_matches('.'));
    match decision {
        Decision::Fix => (format!("An update will mend it.{by}"), Some(VexResponse::Update)),
        Decision::Mitigate => (
            format!("Something other than an update makes it smaller: {reason}{by}"),
            Some(VexResponse::Workaround),
        ),
        Decision::ChangeOfUseEnvironment => (
            format!("The environment in which the product is used has to change: {reason}{by}"),
            Some(VexResponse::Workaround),
        ),
        Decision::Defer => {
            let until = judged.due.map(|day| format!(" It is decided again by {day}.")).unwrap_or_default();
            (format!("It is not mended for the time being.{until}"), None)
        }
        Decision::Accept => {
            let text = "The risk that stays was judged and accepted; no update is planned.";
            (text.to_owned(), Some(VexResponse::WillNotFix))
        }
    }
}
