//! Findings that people chose from a list, with the judgements they saw.

use std::collections::BTreeSet;

use serde::Serialize;
use theriac_auth::Permission;
use theriac_conformity::facts::words::CLINICAL;
use theriac_model::Digest;
use theriac_store::Conn;
use theriac_store::tables::findings::{
    self as table, ACCEPTED, ASSESSED, Assessment, AssessmentSignature, CONFIRMED, Finding,
};
use theriac_store::tables::releases::Release;

use super::assess::{accepts_risk, needs_clinical, set_digest};
use crate::evidence::number;
use crate::products::find;
use crate::{App, Result, ServiceError, Who};

/// Most findings judged or signed at once.
pub const SELECT_MAX: usize = 1_000;

/// Chosen findings with their latest assessments.
#[derive(Debug)]
pub(super) struct Selected {
    /// By number.
    pub findings: Vec<Finding>,
    /// The latest assessment of each that has one.
    pub assessments: Vec<Assessment>,
    /// The signatures on these and on those they come from.
    pub signatures: Vec<AssessmentSignature>,
    /// Names what was shown of them.
    pub shown: Digest,
}

impl Selected {
    pub(super) fn latest(&self, finding: i64) -> Option<&Assessment> {
        self.assessments.iter().find(|assessment| assessment.finding == finding)
    }

    pub(super) fn standing(&self, finding: &Finding) -> Standing {
        standing(finding, self.latest(finding.id), &self.signatures)
    }
}

/// Finds them, once each.
pub(super) async fn select(conn: &mut Conn, release: &Release, references: &[String]) -> Result<Selected> {
    if references.is_empty() {
        return Err(ServiceError::field("findings", "choose a finding"));
    }
    if references.len() > SELECT_MAX {
        return Err(ServiceError::field("findings", format!("choose at most {SELECT_MAX} findings at once")));
    }
    let missing = |reference: &String| ServiceError::not_found("finding", reference);
    let mut numbers = BTreeSet::new();
    for reference in references {
        numbers.insert(number("FIND", reference).ok_or_else(|| missing(reference))?);
    }
    let numbers: Vec<i64> = numbers.into_iter().collect();
    let mut findings = table::by_numbers(conn, &numbers).await?;
    findings.retain(|finding| finding.release == release.id);
    if let Some(absent) = numbers.iter().find(|number| !findings.iter().any(|known| known.number == **number))
    {
        return Err(missing(&format!("FIND-{absent}")));
    }
    with_judgements(conn, findings).await
}

/// Findings with their latest assessments and signatures.
pub(super) async fn with_judgements(conn: &mut Conn, findings: Vec<Finding>) -> Result<Selected> {
    let ids: Vec<i64> = findings.iter().map(|finding| finding.id).collect();
    let assessments = table::latest_of(conn, &ids).await?;
    let rows: BTreeSet<i64> =
        assessments.iter().flat_map(|assessment| [assessment.id, assessment.root]).collect();
    let signatures = table::signatures(conn, &rows.into_iter().collect::<Vec<_>>()).await?;
    let shown = shown(&findings, &assessments);
    Ok(Selected { findings, assessments, signatures, shown })
}

/// Names findings and judgements as they are now.
fn shown(findings: &[Finding], assessments: &[Assessment]) -> Digest {
    let mut parts: Vec<Vec<u8>> = Vec::new();
    for finding in findings {
        parts.push(finding.id.to_be_bytes().to_vec());
        parts.push(finding.row_id.to_be_bytes().to_vec());
        let latest = assessments.iter().find(|assessment| assessment.finding == finding.id);
        parts.push(latest.map(|latest| latest.digest.as_bytes().to_vec()).unwrap_or_default());
    }
    Digest::of_parts(parts.iter().map(Vec::as_slice))
}

/// How far the judgement of a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It is closed.
    Resolved,
    /// Nobody has judged it.
    New,
    /// What its judgement rested on has changed.
    Lapsed,
    /// Its judgement waits for a signature.
    Unsigned,
    /// Its judgement comes from an earlier release and waits for the confirmation.
    Unconfirmed,
    /// A clinical assessor has to sign, too.
    NoClinical,
    /// It is judged to be under investigation.
    UnderInvestigation,
    /// It is affected and is to be mended.
    ToBeFixed,
    /// The one who accepted the risk is the one who mends it.
    AcceptedByFixer,
    /// It is judged, and the product may ship with it.
    Acceptable,
}

impl Standing {
    /// Why it keeps a release from shipping; `None` when it does not.
    #[must_use]
    pub const fn blocks(self) -> Option<&'static str> {
        match self {
            Self::Resolved | Self::Acceptable => None,
            Self::New => Some("nobody has judged it"),
            Self::Lapsed => Some("what its judgement rested on has changed"),
            Self::Unsigned => Some("its judgement is not signed"),
            Self::Unconfirmed => Some("its judgement comes from an earlier release and is not confirmed"),
            Self::NoClinical => Some("harm to a patient is possible and no clinical assessor has signed"),
            Self::UnderInvestigation => Some("it is under investigation"),
            Self::ToBeFixed => Some("it is affected and to be mended"),
            Self::AcceptedByFixer => Some("who mends it has accepted its risk"),
        }
    }
}

/// How far a finding's judgement is, by its latest assessment and the signatures on it and on what it comes from.
pub(super) fn standing(
    finding: &Finding,
    latest: Option<&Assessment>,
    signatures: &[AssessmentSignature],
) -> Standing {
    if finding.known.resolved.is_some() {
        return Standing::Resolved;
    }
    let Some(latest) = latest else { return Standing::New };
    if !latest.changed.is_empty() {
        return Standing::Lapsed;
    }
    let signer = |row: i64, meanings: &[&str]| {
        let mine = signatures.iter().filter(|signature| signature.assessment == row);
        mine.filter(|signature| meanings.contains(&&*signature.signature.meaning))
            .map(|signature| signature.signature.person)
            .next_back()
    };
    let Some(main) = signer(latest.root, &[ASSESSED, ACCEPTED]) else { return Standing::Unsigned };
    if latest.carried_from.is_some() && signer(latest.id, &[CONFIRMED]).is_none() {
        return Standing::Unconfirmed;
    }
    if latest.status == "under investigation" {
        return Standing::UnderInvestigation;
    }
    let clinical = signer(latest.root, &[CLINICAL]);
    if needs_clinical(latest) && clinical.is_none() {
        return Standing::NoClinical;
    }
    match latest.status.as_str() {
        "affected" if !accepts_risk(latest) => Standing::ToBeFixed,
        "affected" if latest.fixer == Some(main) => Standing::AcceptedByFixer,
        _ => Standing::Acceptable,
    }
}

/// Chosen findings as the pages for judging and signing show them.
#[derive(Debug, Clone)]
pub struct Selection {
    /// The findings with their judgements, by number.
    pub rows: Vec<SelectedFinding>,
    /// What [`assess`](super::assess) expects.
    pub expected: Digest,
    /// What [`sign`](super::sign) and [`sign_clinical`](super::sign_clinical) take; `None` when one of them has no
    /// judgement.
    pub set: Option<Digest>,
    /// Whether signing accepts the risk of some of them.
    pub accepts_risk: bool,
    /// Whether harm to a patient is possible with some of them.
    pub needs_clinical: bool,
}

/// One chosen finding.
#[derive(Debug, Clone)]
pub struct SelectedFinding {
    /// The finding.
    pub finding: Finding,
    /// Its latest assessment.
    pub assessment: Option<Assessment>,
    /// How far that is.
    pub standing: Standing,
}

/// The chosen findings of a release.
///
/// # Errors
/// When one does not exist, or the actor may not read.
pub async fn selection(
    app: &App,
    who: &Who,
    product: &str,
    release: &str,
    findings: &[String],
) -> Result<Selection> {
    let (_, release, mut read) = find(app, who, Permission::Read, "findings read", product, release).await?;
    let selected = select(&mut read, &release, findings).await?;
    let rows: Vec<SelectedFinding> = selected
        .findings
        .iter()
        .map(|finding| SelectedFinding {
            finding: finding.clone(),
            assessment: selected.latest(finding.id).cloned(),
            standing: selected.standing(finding),
        })
        .collect();
    let all: Option<Vec<&Assessment>> = rows.iter().map(|row| row.assessment.as_ref()).collect();
    Ok(Selection {
        expected: selected.shown,
        set: all.map(set_digest),
        accepts_risk: selected.assessments.iter().any(accepts_risk),
        needs_clinical: selected.assessments.iter().any(needs_clinical),
        rows,
    })
}
