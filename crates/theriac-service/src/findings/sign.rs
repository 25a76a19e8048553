//! Signatures on judgements: of the assessor or the one who accepts the risk, of the clinical assessor, and of the
//! release that takes over judgements of an earlier one. A signature covers a set; what is signed is the set's digest.

use std::collections::BTreeSet;

use serde_json::json;
use theriac_auth::{Permission, PersonId, Reauthenticated, Signer, separation};
use theriac_conformity::facts::words::{CLINICAL, VexStatus};
use theriac_model::Digest;
use theriac_store::tables::findings::{self as table, ACCEPTED, Assessment, CONFIRMED, Finding, SIGNED};
use theriac_store::tables::releases::Release;
use theriac_store::{Conn, Write};

use super::assess::{accepts_risk, needs_clinical, set_digest};
use super::carry::{Rested, present};
use super::grounds::EXPLOITED;
use super::moved;
use super::select::{AssessmentSet, Judged, Selected, Standing};
use crate::products::{find, find_in, scope_of};
use crate::{App, Result, ServiceError, Who, signature};

/// What a signature led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// What it means.
    pub meaning: &'static str,
    /// The findings, by number.
    pub findings: Vec<String>,
    /// Those that still wait for a clinical assessor.
    pub await_clinical: Vec<String>,
    /// Those that still wait for the assessor or for who accepts the risk.
    pub await_signature: Vec<String>,
}

/// Signs judgements: each set that was judged at once gets a signature of its own, all of them in one transaction. Where the
/// product stays vulnerable (mitigated, deferred, accepted, another environment of use) the signature accepts the risk: it
/// takes a risk acceptor who mends none of the findings.
///
/// # Errors
/// When there is no such set, the sets are of several releases, a finding was judged anew since, it is signed already, what
/// it rests on has changed, or the actor may not sign one of them.
#[crate::boxed]
pub async fn sign(app: &App, who: &Who, proof: &Reauthenticated, sets: &[Digest]) -> Result<Signed> {
    let mut read = app.store().read().await?;
    let judged = Judged::find(&mut read, who, sets).await?;
    drop(read);
    let action = "finding sign";
    let (mut assess, mut accept) = (false, false);
    for set in judged.sets() {
        match judged.judges(set) {
            Permission::AcceptRisk => accept = true,
            _ => assess = true,
        }
    }
    let scope = scope_of(&judged.product);
    let signer = match (assess, accept) {
        (_, false) => who.signer(app, proof, Permission::AssessFinding, scope, action).await?,
        (false, true) => who.signer(app, proof, Permission::AcceptRisk, scope, action).await?,
        (true, true) => {
            who.signer(app, proof, Permission::AssessFinding, scope, action).await?;
            who.signer(app, proof, Permission::AcceptRisk, scope, action).await?
        }
    };
    signed(app, who, action, sets, &signer, Act::Judge).await
}

/// Signs that what the findings of these sets can do to patients has been judged.
///
/// # Errors
/// As [`sign`]; when the findings cannot harm a patient, or the actor judged, signed or mends one of them.
#[crate::boxed]
pub async fn sign_clinical(app: &App, who: &Who, proof: &Reauthenticated, sets: &[Digest]) -> Result<Signed> {
    let mut read = app.store().read().await?;
    let judged = Judged::find(&mut read, who, sets).await?;
    drop(read);
    let action = "finding sign clinical";
    let signer = who.signer(app, proof, Permission::SignClinical, scope_of(&judged.product), action).await?;
    signed(app, who, action, sets, &signer, Act::Clinical).await
}

/// What is signed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    /// The judgement, or the risk that it accepts.
    Judge,
    /// What it can do to a patient.
    Clinical,
}

impl Act {
    fn meaning(self, judged: &Judged, set: Digest) -> &'static str {
        match self {
            Self::Judge => judged.meaning(set),
            Self::Clinical => CLINICAL,
        }
    }
}

async fn signed(
    app: &App,
    who: &Who,
    action: &str,
    sets: &[Digest],
    signer: &Signer<'_>,
    act: Act,
) -> Result<Signed> {
    let mut write = who.write(app, action).await?;
    let judged = Judged::find(&mut write, who, sets).await?;
    if let Err(error) = may_sign(&mut write, &judged, signer.person(), act).await {
        drop(write);
        who.refused(app, action, &error.to_string()).await?;
        return Err(error);
    }
    for set in judged.sets() {
        cover(&mut write, set, signer, act.meaning(&judged, set), judged.of(set)).await?;
    }
    // One word for all: that of accepting, where a risk is accepted with them.
    let meanings: BTreeSet<&'static str> =
        judged.sets().into_iter().map(|set| act.meaning(&judged, set)).collect();
    let meaning =
        if meanings.contains(ACCEPTED) { ACCEPTED } else { meanings.first().copied().unwrap_or(SIGNED) };
    for (finding, row) in &judged.rows {
        let meaning = act.meaning(&judged, row.set);
        let detail = signature::said(json!({ "meaning": meaning, "set": row.set }), signer.proof());
        write.audit(finding.reference(), None, Some(row.digest), detail);
    }
    let release = judged.release.clone();
    let exploited = judged.rows.iter().any(|(_, row)| row.exploitability.as_deref() == Some(EXPLOITED));
    let findings: Vec<Finding> = judged.rows.into_iter().map(|(finding, _)| finding).collect();
    if act == Act::Judge {
        moved::judged(&mut write, &release).await?;
        if exploited {
            // What is exploited is judged anew wherever else it was judged before.
            moved::exploited(&mut write, &findings).await?;
        }
    }
    let after = Selected::read(&mut write, findings).await?;
    write.commit().await?;
    let waiting = |wanted: Standing| {
        let some = after.findings.iter().filter(|finding| after.standing(finding) == wanted);
        some.map(Finding::reference).collect()
    };
    Ok(Signed {
        meaning,
        findings: after.findings.iter().map(Finding::reference).collect(),
        await_clinical: waiting(Standing::NoClinical),
        await_signature: waiting(Standing::Unsigned),
    })
}

async fn cover(
    write: &mut Write,
    set: Digest,
    signer: &Signer<'_>,
    meaning: &str,
    rows: impl Iterator<Item = &(Finding, Assessment)>,
) -> Result<()> {
    let signature = signature::give(write, set, meaning, signer.proof()).await?;
    let ids: Vec<i64> = rows.map(|(_, row)| row.id).collect();
    table::cover(write, signature, &ids).await?;
    Ok(())
}

async fn may_sign(write: &mut Write, judged: &Judged, person: PersonId, act: Act) -> Result<()> {
    for set in judged.sets() {
        hindered(judged, set, person, act)?;
    }
    still_hold(write, &judged.release, &judged.rows).await
}

/// A set, and what keeps a person from signing it, permissions aside.
#[derive(Debug, Clone)]
pub struct Signable {
    /// The set.
    pub set: AssessmentSet,
    /// What keeps the person from signing the judgement; `None` when nothing does.
    pub judge: Option<String>,
    /// What keeps the person from signing for the patient.
    pub clinical: Option<String>,
}

/// What the actor could sign of these sets, in their order of findings. Whether what they rest on still holds shows itself
/// when they are signed.
///
/// # Errors
/// When there is no such set, the sets are of several releases, or the actor may not read them or is no person.
#[crate::boxed]
pub async fn signable(app: &App, who: &Who, sets: &[Digest]) -> Result<Vec<Signable>> {
    let mut read = app.store().read().await?;
    let judged = Judged::find(&mut read, who, sets).await?;
    who.require(app, Permission::Read, scope_of(&judged.product), "findings read").await?;
    let person = who.person()?;
    let words = |set, act| hindered(&judged, set, person, act).err().map(|error| error.to_string());
    let mut all: Vec<Signable> = judged
        .sets()
        .into_iter()
        .map(|set| Signable {
            set: judged.set(set),
            judge: words(set, Act::Judge),
            clinical: words(set, Act::Clinical),
        })
        .collect();
    all.sort_by_key(|one| one.set.rows.first().map(|(finding, _)| finding.number));
    Ok(all)
}

/// What keeps a person from giving a signature on a set.
fn hindered(judged: &Judged, set: Digest, person: PersonId, act: Act) -> Result<()> {
    let meaning = act.meaning(judged, set);
    if let Some(finding) = judged.replaced(judged.of(set)) {
        let now = judged.now.latest(finding).map(|latest| latest.set);
        return Err(ServiceError::Changed { what: format!("the judgement of {}", finding.reference()), now });
    }
    for (finding, row) in judged.of(set) {
        let reference = finding.reference();
        if judged.given_on(set).any(|other| other.meaning == meaning) {
            return Err(ServiceError::rule(format!("The judgement of {reference} has been signed already.")));
        }
        if act == Act::Judge && accepts_risk(row) {
            judged.now.may_accept(finding, row, person)?;
        }
        let menders = judged.menders(finding, row);
        if menders.unknown {
            return Err(ServiceError::rule(format!(
                "Nobody knows all who wrote what mended {reference}: match the authors in the build manifests to people first."
            )));
        }
        if act == Act::Judge && row.status == VexStatus::Fixed.as_str() {
            separation::signer_mended_nothing(&menders.known, person)?;
        }
        if act == Act::Clinical {
            may_sign_clinical(row, &reference, person, menders.known.contains(&person))?;
        }
        if needs_clinical(row) && judged.given_on(set).any(|other| other.person == person.0) {
            return Err(separation::Conflict::ClinicalIsSame.into());
        }
    }
    Ok(())
}

/// `mended` says whether the person mends the finding, or was named for it before.
fn may_sign_clinical(assessment: &Assessment, reference: &str, person: PersonId, mended: bool) -> Result<()> {
    if !needs_clinical(assessment) {
        return Err(ServiceError::rule(format!(
            "{reference} cannot harm a patient, so it needs no clinical signature."
        )));
    }
    if assessment.assessor == person.0 || mended {
        return Err(separation::Conflict::ClinicalIsSame.into());
    }
    Ok(())
}

/// What judgements rest on has not changed between judging and signing.
async fn still_hold(write: &mut Write, release: &Release, rows: &[(Finding, Assessment)]) -> Result<()> {
    let rows: Vec<_> = rows.iter().filter(|(finding, _)| finding.known.resolved.is_none()).collect();
    let all = rows.iter().map(|(_, row)| Rested::of(row.clone())).collect::<Result<Vec<_>>>()?;
    let judgements: Vec<_> = all.iter().collect();
    let findings: Vec<_> = rows.iter().map(|(finding, _)| finding).collect();
    let now = write.now();
    let present = present(write, now, release, &judgements, &findings).await?;
    for ((finding, row), judged) in rows.iter().zip(&all) {
        let changes = judged.changes(&present, finding, row.carried_from.is_some());
        if !changes.is_empty() {
            return Err(ServiceError::rule(format!(
                "What the judgement of {} rests on has changed ({}): judge it again.",
                finding.reference(),
                changes.join("; ")
            )));
        }
    }
    Ok(())
}

/// The judgements that a release takes over from earlier ones and has not confirmed.
#[derive(Debug, Clone)]
pub struct CarriedSet {
    /// What [`confirm_carried`] takes.
    pub set: Digest,
    /// The findings with their judgements, by number.
    pub rows: Vec<(Finding, Assessment)>,
}

/// The judgements that wait for the confirmation of a release.
///
/// # Errors
/// When there is no such release, or the actor may not read.
#[crate::boxed]
pub async fn carried(app: &App, who: &Who, product: &str, release: &str) -> Result<CarriedSet> {
    let (_, release, mut read) = find(app, who, Permission::Read, "findings read", product, release).await?;
    carried_in(&mut read, &release).await
}

async fn carried_in(conn: &mut Conn, release: &Release) -> Result<CarriedSet> {
    let findings = table::of_release(conn, release.id).await?;
    let selected = Selected::read(conn, findings).await?;
    let waiting =
        selected.judged().filter(|(finding, _)| selected.standing(finding) == Standing::Unconfirmed);
    let rows: Vec<(Finding, Assessment)> =
        waiting.map(|(finding, assessment)| (finding.clone(), assessment.clone())).collect();
    Ok(CarriedSet { set: set_digest(rows.iter().map(|(_, assessment)| assessment)), rows })
}

/// Confirms by one signature that the judgements taken over from earlier releases hold for this one.
///
/// # Errors
/// When there are none, the set is another than was shown, what one rests on has changed since, or the actor may not.
#[crate::boxed]
pub async fn confirm_carried(
    app: &App,
    who: &Who,
    proof: &Reauthenticated,
    product: &str,
    release: &str,
    set: Digest,
) -> Result<usize> {
    let action = "finding confirm carried";
    let (found, _, read) = find(app, who, Permission::Read, action, product, release).await?;
    drop(read);
    let signer = who.signer(app, proof, Permission::AssessFinding, scope_of(&found), action).await?;
    let mut write = who.write(app, action).await?;
    let (_, release) = find_in(&mut write, product, release).await?;
    let carried = carried_in(&mut write, &release).await?;
    if carried.rows.is_empty() {
        return Err(ServiceError::rule("No judgement of an earlier release waits to be confirmed."));
    }
    if carried.set != set {
        return Err(ServiceError::Changed {
            what: "the carried judgements".to_owned(),
            now: Some(carried.set),
        });
    }
    still_hold(&mut write, &release, &carried.rows).await?;
    cover(&mut write, set, &signer, CONFIRMED, carried.rows.iter()).await?;
    for (finding, row) in &carried.rows {
        let detail = signature::said(json!({ "meaning": CONFIRMED, "set": set }), proof);
        write.audit(finding.reference(), None, Some(row.digest), detail);
    }
    write.commit().await?;
    Ok(carried.rows.len())
}
