//! Saying by signature that evidence is wrong. It stays, and counts for nothing from then on.

use serde::Serialize;
use serde_json::json;
use theriac_auth::{Permission, Reauthenticated};
use theriac_conformity::facts::words::EvidenceKind;
use theriac_model::{Digest, canonical_json};
use theriac_store::tables::evidence as table;

use super::read::{ReliedOn, relied_on_by};
use super::{find_evidence, find_evidence_in};
use crate::check::Checks;
use crate::findings::{self, jobs};
use crate::products::scope_of;
use crate::{App, Result, ServiceError, Who, signature};

/// The meaning of the signature.
const MEANING: &str = "Evidence disqualified";

/// What disqualifying evidence led to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Disqualified {
    /// What relied on it, and who owes a look at it.
    pub relied_on_by: Vec<ReliedOn>,
    /// Whether the release is matched again, as a job.
    pub rematched: bool,
}

/// Disqualifies evidence, by its reference `EVID-3`.
///
/// # Errors
/// When there is none, it is disqualified already, the reason is missing, or the actor may not sign that.
#[crate::boxed]
pub async fn disqualify(
    app: &App,
    who: &Who,
    proof: &Reauthenticated,
    reference: &str,
    reason: &str,
) -> Result<Disqualified> {
    let action = "evidence disqualify";
    let (found, read) = find_evidence(app, who, Permission::Read, action, reference).await?;
    drop(read);
    let scope = scope_of(&found.product);
    let signer = who.signer(app, proof, Permission::DisqualifyEvidence, scope, action).await?;
    let mut checks = Checks::default();
    let reason = checks.line("reason", reason, 2_000);
    checks.done()?;
    let mut write = who.write(app, action).await?;
    let found = find_evidence_in(&mut write, reference).await?;
    let evidence = &found.listed.evidence;
    if found.listed.disqualified {
        return Err(ServiceError::rule(format!("{reference} is disqualified already.")));
    }
    let said = json!({ "evidence": reference, "digest": evidence.digest, "reason": reason });
    let digest = Digest::of(canonical_json(&said)?.as_bytes());
    let signature = signature::give(&mut write, digest, MEANING, signer.proof()).await?;
    table::disqualify(&mut write, evidence.id, &reason, signature).await?;
    let rematched = evidence.kind != EvidenceKind::TestResults.as_str();
    if rematched {
        jobs::enqueue(&mut write, found.release.id).await?;
    }
    if evidence.kind == EvidenceKind::BuildManifest.as_str() {
        findings::paths_moved(&mut write, found.product.id).await?;
    }
    let relied_on_by = relied_on_by(&mut write, &found).await?;
    let detail = json!({ "reason": reason, "relied_on_by": relied_on_by.len() });
    let detail = signature::said(detail, signer.proof());
    write.audit(reference, Some(evidence.digest), Some(digest), detail);
    write.commit().await?;
    Ok(Disqualified { relied_on_by, rematched })
}
