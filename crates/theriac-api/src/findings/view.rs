//! Findings and judgements as they are answered. People are named by key.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use theriac_service::findings::{FindingRow as Row, RestsOn};
use theriac_service::{App, Result, ServiceError, people};
use theriac_store::tables::findings::{Assessment, Finding};
use theriac_store::tables::signatures::Signature;
use utoipa::ToSchema;

use crate::core::word;

/// A finding in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FindingView {
    /// Its number, such as `FIND-7`.
    finding: String,
    /// The product's key.
    product: String,
    /// The release's name.
    release: String,
    /// The component.
    component: String,
    /// The vulnerability.
    vulnerability: String,
    /// Its other ids.
    aliases: Vec<String>,
    /// `critical`, `high`, `medium`, `low`, `none` or `unknown`.
    severity: String,
    /// The CVSS score in tenths.
    score_tenths: Option<i64>,
    /// Versions that fix it.
    fixed: Vec<String>,
    /// `new`, `under investigation`, `affected`, `not affected`, `fixed`, `risk accepted` or `resolved`.
    state: String,
    /// How far its judgement is, such as `new`, `unsigned`, `lapsed` or `acceptable`.
    standing: String,
    /// Why it is closed.
    resolved: Option<String>,
    /// Whether harm to a patient was judged to be possible.
    harm: bool,
    /// Whether its judgement is taken over from an earlier release.
    carried: bool,
    /// What its judgement rested on and has changed.
    changed: Vec<String>,
    /// By when it must be mended, or judged while it is not.
    #[schema(value_type = Option<String>, format = Date)]
    due: Option<Date>,
    /// The key of who owes that; absent for what is closed.
    owner: Option<String>,
    /// As whom, where nobody is named for it: `release manager` or `security officer`.
    stand_in: Option<String>,
}

impl From<Row> for FindingView {
    fn from(row: Row) -> Self {
        Self {
            finding: row.reference,
            product: row.product,
            release: row.release,
            component: row.component,
            vulnerability: row.vulnerability,
            aliases: row.aliases,
            severity: row.severity.to_string(),
            score_tenths: row.score_tenths,
            fixed: row.fixed,
            state: row.state,
            standing: word(&row.standing),
            resolved: row.resolved,
            harm: row.harm,
            carried: row.carried,
            changed: row.changed,
            due: row.due,
            owner: row.owner,
            stand_in: row.stand_in.map(|role| role.to_string()),
        }
    }
}

/// A judgement of a finding.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JudgementView {
    /// The VEX status.
    status: String,
    /// Why it is not affected.
    justification: Option<String>,
    /// Why, in words: the impact statement of VEX.
    explanation: String,
    /// How exploitable it is in the product's context.
    exploitability: Option<String>,
    /// Why that.
    exploitability_reason: String,
    /// What it can do to a patient.
    patient_safety_impact: String,
    /// What is done.
    decision: Option<String>,
    /// Why that.
    decision_reason: String,
    /// By when it is mended.
    #[schema(value_type = Option<String>, format = Date)]
    due: Option<Date>,
    /// The key of who mends it.
    fixer: Option<String>,
    /// What it rests on: `component`, `path:src/decode`, `measure:MEAS-3`.
    rests_on: Vec<String>,
    /// What of that has changed since.
    changed: Vec<String>,
    /// The key of who judged.
    assessor: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// What was judged at once: what is signed.
    set: String,
}

impl JudgementView {
    pub(super) fn new(row: Assessment, rests_on: &RestsOn, keys: &BTreeMap<i64, String>) -> Self {
        let key = |id: i64| keys.get(&id).cloned().unwrap_or_else(|| format!("person:{id}"));
        Self {
            status: row.status,
            justification: row.justification,
            explanation: row.explanation,
            exploitability: row.exploitability,
            exploitability_reason: row.exploitability_reason,
            patient_safety_impact: row.patient_safety_impact,
            decision: row.decision,
            decision_reason: row.decision_reason,
            due: row.due,
            fixer: row.fixer.map(key),
            rests_on: rests_on.grounds().iter().map(ToString::to_string).collect(),
            changed: row.changed,
            assessor: key(row.assessor),
            at: row.at,
            set: row.set.to_string(),
        }
    }
}

/// A finding with a judgement of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JudgedView {
    /// The finding.
    finding: String,
    /// The component.
    component: String,
    /// The vulnerability.
    vulnerability: String,
    /// How bad it is said to be.
    severity: String,
    /// The judgement; `null` while there is none.
    judgement: Option<JudgementView>,
}

/// Findings with their judgements, as they are answered: one query for the people, however many there are.
pub(super) async fn judged(app: &App, rows: Vec<(Finding, Option<Assessment>)>) -> Result<Vec<JudgedView>> {
    let named = rows.iter().filter_map(|(_, row)| row.as_ref());
    let named = named.flat_map(|row| row.fixer.into_iter().chain([row.assessor]));
    let keys = people::keys(app, named.collect::<Vec<_>>()).await?;
    let view = |(finding, row): (Finding, Option<Assessment>)| {
        let judgement = match row {
            None => None,
            Some(row) => {
                let rests_on: RestsOn = serde_json::from_str(&row.rests_on)
                    .map_err(|error| ServiceError::Internal(format!("a stored text is damaged: {error}")))?;
                Some(JudgementView::new(row, &rests_on, &keys))
            }
        };
        Ok(JudgedView {
            finding: finding.reference(),
            component: finding.component,
            vulnerability: finding.known.vulnerability,
            severity: finding.known.severity.to_string(),
            judgement,
        })
    };
    rows.into_iter().map(view).collect()
}

/// A signature on judgements.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JudgementSignature {
    /// The key of who signed.
    pub(super) person: String,
    /// What it means.
    pub(super) meaning: String,
    /// How the person proved to be the person.
    pub(super) method: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub(super) at: Timestamp,
    /// What was signed.
    pub(super) set: String,
    /// What the signer added in their own words; empty for nothing.
    pub(super) comment: String,
}

impl JudgementSignature {
    pub(super) fn new(signature: Signature, keys: &BTreeMap<i64, String>) -> Self {
        let person = keys.get(&signature.person).cloned();
        Self {
            person: person.unwrap_or_else(|| format!("person:{}", signature.person)),
            meaning: signature.meaning,
            method: signature.method,
            at: signature.at,
            set: signature.digest.to_string(),
            comment: signature.comment,
        }
    }
}

/// What a signature led to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignedView {
    /// What it means.
    meaning: String,
    /// The findings.
    findings: Vec<String>,
    /// Those that still wait for a clinical assessor.
    await_clinical: Vec<String>,
    /// Those that still wait for the assessor or for who accepts the risk.
    await_signature: Vec<String>,
}

impl From<theriac_service::findings::Signed> for SignedView {
    fn from(signed: theriac_service::findings::Signed) -> Self {
        Self {
            meaning: signed.meaning.to_owned(),
            findings: signed.findings,
            await_clinical: signed.await_clinical,
            await_signature: signed.await_signature,
        }
    }
}
