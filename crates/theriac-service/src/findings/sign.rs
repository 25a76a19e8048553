//! Signatures on judgements: of the assessor or the one who accepts the risk, of the clinical assessor, and of the
//! release that takes over judgements of an earlier one. A signature covers a set; what is signed is the set's digest.

use serde_json::json;
use theriac_auth::{Permission, PersonId, Reauthenticated, Signer, separation};
use theriac_conformity::facts::words::CLINICAL;
use theriac_model::Digest;
use theriac_store::tables::findings::{self as table, ACCEPTED, ASSESSED, Assessment, CONFIRMED, Finding};
use theriac_store::tables::releases::Release;
use theriac_store::{Conn, Write, tables};

use super::assess::{accepts_risk, needs_clinical, set_digest};
use super::carry::{present, rests_on};
use super::grounds::{EXPLOITED, Judged};
use super::select::{Selected, Standing, select, with_judgements};
use crate::products::{find, find_in, scope_of};
use crate::{App, Result, ServiceError, Who};

/// Judgements to be signed.
#[derive(Debug, Clone)]
pub struct SignFindings {
    /// The product's key.
    pub product: String,
    /// The release's name.
    pub release: String,
    /// The findings: `FIND-7`.
    pub findings: Vec<String>,
    /// The set as it was shown: what [`assess`](super::assess) or [`selection`](super::selection) gave.
    pub set: Digest,
}

/// What a signature led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// What it means.
    pub meaning: &'static str,
    /// Findings that still wait for a clinical assessor.
    pub await_clinical: Vec<String>,
    /// Findings that still wait for the assessor or for who accepts the risk.
    pub await_signature: Vec<String>,
}

/// Signs judgements. Where the product stays vulnerable (mitigated, deferred, accepted, another environment of use) the
/// signature accepts the risk: it takes a risk acceptor who mends none of the findings.
///
/// # Errors
/// When the set is another than was shown, is signed already, what it rests on has changed, it mixes accepted risks with
/// other judgements, or the actor may not sign.
pub async fn sign(app: &App, who: &Who, proof: &Reauthenticated, input: SignFindings) -> Result<Signed> {
    let action = "finding sign";
    let (product, release, mut read) =
        find(app, who, Permission::Read, action, &input.product, &input.release).await?;
    let selected = select(&mut read, &release, &input.findings).await?;
    drop(read);
    let accepted = selected.assessments.iter().filter(|assessment| accepts_risk(assessment)).count();
    if accepted != 0 && accepted != selected.assessments.len() {
        return Err(ServiceError::rule(
            "Some of these judgements accept a risk, which takes a risk acceptor: sign them apart from the others.",
        ));
    }
    let (permission, meaning) = match accepted {
        0 => (Permission::AssessFinding, ASSESSED),
        _ => (Permission::AcceptRisk, ACCEPTED),
    };
    let signer = who.signer(app, proof, permission, scope_of(&product), action).await?;
    signed(app, who, action, &input, &signer, meaning).await
}

/// Signs that what findings can do to patients has been judged.
///
/// # Errors
/// As [`sign`]; when a finding cannot harm a patient, or the actor judged, signed or mends one of them.
pub async fn sign_clinical(
    app: &App,
    who: &Who,
    proof: &Reauthenticated,
    input: SignFindings,
) -> Result<Signed> {
    let action = "finding sign clinical";
    let (product, _, read) = find(app, who, Permission::Read, action, &input.product, &input.release).await?;
    drop(read);
    let signer = who.signer(app, proof, Permission::SignClinical, scope_of(&product), action).await?;
    signed(app, who, action, &input, &signer, CLINICAL).await
}

async fn signed(
    app: &App,
    who: &Who,
    action: &str,
    input: &SignFindings,
    signer: &Signer<'_>,
    meaning: &'static str,
) -> Result<Signed> {
    let mut write = who.write(app, action).await?;
    let (_, release) = find_in(&mut write, &input.product, &input.release).await?;
    let selected = select(&mut write, &release, &input.findings).await?;
    match may_sign(&mut write, &release, &selected, input.set, signer.person(), meaning).await {
        Ok(()) => {}
        Err(error) => {
            drop(write);
            who.refused(app, action, &error.to_string()).await?;
            return Err(error);
        }
    }
    cover(&mut write, input.set, signer, meaning, &selected.assessments).await?;
    for (finding, assessment) in pairs(&selected) {
        write.audit(
            finding.reference(),
            None,
            Some(assessment.digest),
            json!({ "meaning": meaning, "set": input.set }),
        );
    }
    let after = with_judgements(&mut write, selected.findings).await?;
    write.commit().await?;
    let waiting = |wanted: Standing| {
        let some = after.findings.iter().filter(|finding| after.standing(finding) == wanted);
        some.map(Finding::reference).collect()
    };
    Ok(Signed {
        meaning,
        await_clinical: waiting(Standing::NoClinical),
        await_signature: waiting(Standing::Unsigned),
    })
}

fn pairs(selected: &Selected) -> impl Iterator<Item = (&Finding, &Assessment)> {
    selected.findings.iter().filter_map(|finding| Some((finding, selected.latest(finding.id)?)))
}

async fn cover(
    write: &mut Write,
    set: Digest,
    signer: &Signer<'_>,
    meaning: &str,
    assessments: &[Assessment],
) -> Result<()> {
    let method = signer.proof().method();
    let signature = tables::signatures::add(write, set, signer.person().0, meaning, method).await?;
    let ids: Vec<i64> = assessments.iter().map(|assessment| assessment.id).collect();
    table::cover(write, signature, &ids).await?;
    Ok(())
}

async fn may_sign(
    write: &mut Write,
    release: &Release,
    selected: &Selected,
    set: Digest,
    person: PersonId,
    meaning: &'static str,
) -> Result<()> {
    if let Some(unjudged) = selected.findings.iter().find(|finding| selected.latest(finding.id).is_none()) {
        return Err(ServiceError::rule(format!("{} has no judgement to sign yet.", unjudged.reference())));
    }
    let now = set_digest(&selected.assessments);
    if now != set {
        return Err(ServiceError::Changed { what: "the judgements".to_owned(), now: Some(now) });
    }
    for (finding, assessment) in pairs(selected) {
        let reference = finding.reference();
        if finding.known.resolved.is_some() {
            return Err(ServiceError::rule(format!("{reference} is closed; there is nothing to sign.")));
        }
        if assessment.carried_from.is_some() {
            return Err(ServiceError::rule(format!(
                "The judgement of {reference} comes from an earlier release: confirm it with the others, or judge it anew."
            )));
        }
        let mine = selected.signatures.iter().filter(|row| row.assessment == assessment.id);
        let others: Vec<_> = mine.map(|row| (&*row.signature.meaning, row.signature.person)).collect();
        if others.iter().any(|(other, _)| *other == meaning) {
            return Err(ServiceError::rule(format!("The judgement of {reference} has been signed already.")));
        }
        // Meanings were chosen by the judgements as they were read before: they are the same, or the digest is not.
        if meaning == ACCEPTED {
            separation::acceptor_is_no_fixer(assessment.fixer.map(PersonId), person)?;
        }
        if meaning == CLINICAL {
            may_sign_clinical(assessment, &reference, person)?;
        }
        if needs_clinical(assessment) && others.iter().any(|(_, other)| *other == person.0) {
            return Err(separation::Conflict::ClinicalIsSame.into());
        }
    }
    still_hold(write, release, selected).await
}

fn may_sign_clinical(assessment: &Assessment, reference: &str, person: PersonId) -> Result<()> {
    if !needs_clinical(assessment) {
        return Err(ServiceError::rule(format!(
            "{reference} cannot harm a patient, so it needs no clinical signature."
        )));
    }
    if assessment.assessor == person.0 || assessment.fixer == Some(person.0) {
        return Err(separation::Conflict::ClinicalIsSame.into());
    }
    Ok(())
}

/// What a judgement rests on has not changed between judging and signing.
async fn still_hold(write: &mut Write, release: &Release, selected: &Selected) -> Result<()> {
    let mut grounds = Vec::with_capacity(selected.assessments.len());
    for (finding, assessment) in pairs(selected) {
        grounds.push((finding, assessment, rests_on(assessment)?));
    }
    let all: Vec<_> = grounds.iter().map(|(.., rests_on)| rests_on).collect();
    let now = write.now();
    let present = present(write, now, release, &all, selected.findings.iter()).await?;
    for (finding, assessment, rests_on) in &grounds {
        let exploited = assessment.exploitability.as_deref() == Some(EXPLOITED);
        let judged = Judged { rests_on, at: assessment.at, exploited, carried: false };
        let changes = present.changes(&judged, finding);
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
pub async fn carried(app: &App, who: &Who, product: &str, release: &str) -> Result<CarriedSet> {
    let (_, release, mut read) = find(app, who, Permission::Read, "findings read", product, release).await?;
    carried_in(&mut read, &release).await
}

async fn carried_in(conn: &mut Conn, release: &Release) -> Result<CarriedSet> {
    let findings = table::of_release(conn, release.id).await?;
    let selected = with_judgements(conn, findings).await?;
    let waiting = pairs(&selected).filter(|(finding, _)| selected.standing(finding) == Standing::Unconfirmed);
    let rows: Vec<(Finding, Assessment)> =
        waiting.map(|(finding, assessment)| (finding.clone(), assessment.clone())).collect();
    Ok(CarriedSet { set: set_digest(rows.iter().map(|(_, assessment)| assessment)), rows })
}

/// Confirms by one signature that the judgements taken over from earlier releases hold for this one.
///
/// # Errors
/// When there are none, the set is another than was shown, what one rests on has changed since, or the actor may not.
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
    let findings = carried.rows.iter().map(|(finding, _)| finding.clone()).collect();
    let selected = with_judgements(&mut write, findings).await?;
    still_hold_carried(&mut write, &release, &selected).await?;
    cover(&mut write, set, &signer, CONFIRMED, &selected.assessments).await?;
    for (finding, assessment) in pairs(&selected) {
        write.audit(
            finding.reference(),
            None,
            Some(assessment.digest),
            json!({ "meaning": CONFIRMED, "set": set }),
        );
    }
    write.commit().await?;
    Ok(carried.rows.len())
}

async fn still_hold_carried(write: &mut Write, release: &Release, selected: &Selected) -> Result<()> {
    still_hold(write, release, selected).await
}
