//! The decision on a release: a person's signed act, with all reasons, that pins what it rests on.

use std::fmt;
use std::str::FromStr;

use serde_json::json;
use theriac_auth::{Permission, Reauthenticated, Signer};
use theriac_conformity::{Facts, Gate};
use theriac_model::{Digest, canonical_json};
use theriac_store::blobs::Staged;
use theriac_store::tables;
use theriac_store::tables::decisions::{self as table, Decision};
use theriac_store::tables::releases::{RELEASED, Release};

use super::judge::{Evaluated, Judged, evaluate, shown};
use crate::products::find;
use crate::{App, Page, Paging, Result, ServiceError, Who, signature};

const ACTION: &str = "release decide";

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The release ships.
    Ship,
    /// It does not ship yet.
    Postpone,
    /// What was decided to ship is taken back.
    Withdraw,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Ship, Self::Postpone, Self::Withdraw];

    /// The word in forms and rows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ship => RELEASED,
            Self::Postpone => "postpone",
            Self::Withdraw => "withdraw",
        }
    }

    /// What the signature means.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Ship => "Release decided: it ships",
            Self::Postpone => "Release postponed",
            Self::Withdraw => "Release decision withdrawn",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Outcome {
    type Err = ServiceError;

    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == text).ok_or_else(|| {
            let expected = "ship, postpone or withdraw is expected";
            let wrong = match text {
                "" => format!("choose what is decided: {expected}"),
                other => format!("'{other}' is no decision: {expected}"),
            };
            ServiceError::field("decision", wrong)
        })
    }
}

/// A decision to be made.
#[derive(Debug, Clone)]
pub struct Decide {
    /// The product's key.
    pub product: String,
    /// The release's name.
    pub release: String,
    /// What is decided.
    pub outcome: Outcome,
    /// Why.
    pub reason: String,
    /// The digest of what was shown: [`preview`] gives it.
    pub shown: Digest,
}

/// A decision as people read it.
#[derive(Debug, Clone)]
pub struct Decided {
    /// The row.
    pub decision: Decision,
    /// The name of who signed.
    pub by: String,
}

/// Names verdicts, gate and the decision in force as a person saw them; sequence and day do not count.
fn digest_of(
    product: &str,
    release: &str,
    judged: &Evaluated,
    in_force: Option<&Decision>,
) -> Result<Digest> {
    let seen = json!({
        "product": product, "release": release, "pack": judged.pack, "facts": timeless(&judged.facts)?,
        "in_force": in_force.map(|decision| decision.id.to_string()),
        "clauses": judged.conformity.clauses, "gate": judged.gate,
        "artefacts": judged.artefacts,
    });
    Ok(Digest::of(canonical_json(&seen)?.as_bytes()))
}

/// The facts without sequence and day: whatever else of them changes is to be seen before it is signed.
fn timeless(facts: &Facts) -> Result<Digest> {
    let mut value = serde_json::to_value(facts).map_err(|error| ServiceError::Internal(error.to_string()))?;
    if let Some(members) = value.as_object_mut() {
        members.retain(|name, _| !["seq", "at"].contains(&name.as_str()));
    }
    Ok(Digest::of(canonical_json(&value)?.as_bytes()))
}

/// The gate as it is now with the digest that a decision must name.
///
/// # Errors
/// When there is no such release, or the actor may not read it.
#[crate::boxed]
pub async fn preview(app: &App, who: &Who, product: &str, release: &str) -> Result<(Gate, Digest)> {
    let (_, row, mut read) = find(app, who, Permission::ReadGate, "gate read", product, release).await?;
    let head = read.seq();
    let judged = evaluate(app, &mut read, &row, head, None).await?;
    let in_force = table::at(&mut read, row.id, head).await?;
    let digest = digest_of(product, release, &judged, in_force.as_ref())?;
    Ok((judged.gate, digest))
}

/// Decides a release.
///
/// # Errors
/// [`ServiceError::Changed`] when something changed since it was shown; when it is to ship while the gate is closed, was
/// decided before, or the actor may not decide.
#[crate::boxed]
pub async fn decide(app: &App, who: &Who, proof: &Reauthenticated, input: Decide) -> Result<()> {
    let reason = input.reason.trim();
    if reason.is_empty() || reason.chars().count() > 4_000 {
        return Err(ServiceError::field("reason", "say why, in at most 4000 characters"));
    }
    let ready = ready(app, who, proof, &input).await?;
    let mut staged = Vec::new();
    let done = decide_staging(app, who, &input, &ready, &mut staged).await;
    for one in staged {
        app.store().unstage(one).await;
    }
    done?;
    // Lists show what is kept. The decision is made by now: that its verdicts cannot be kept is no reason to deny it.
    if let Err(error) = shown(app, who, &input.product, &input.release).await {
        tracing::error!(%error, product = input.product, release = input.release, "verdicts not kept after a decision");
    }
    Ok(())
}

/// What is decided on, and by whom, as it was before the transaction.
struct Ready<'a> {
    release: Release,
    signer: Signer<'a>,
    seq: i64,
    judged: Evaluated,
}

/// Whether this may be decided, by this person, on what was shown.
async fn ready<'a>(app: &App, who: &Who, proof: &'a Reauthenticated, input: &Decide) -> Result<Ready<'a>> {
    let (product, release, mut read) =
        find(app, who, Permission::DecideRelease, ACTION, &input.product, &input.release).await?;
    let scope = theriac_auth::Scope::Product(theriac_auth::ProductId(product.id));
    let signer = who.signer(app, proof, Permission::DecideRelease, scope, ACTION).await?;
    let seq = read.seq();
    let in_force = table::at(&mut read, release.id, seq).await?;
    allowed(input.outcome, in_force.as_ref())?;
    let judged = evaluate(app, &mut read, &release, seq, None).await?;
    check(input, &judged, in_force.as_ref())?;
    Ok(Ready { release, signer, seq, judged })
}

/// Decides; what was staged and not kept is the caller's to remove.
async fn decide_staging(
    app: &App,
    who: &Who,
    input: &Decide,
    ready: &Ready<'_>,
    staged: &mut Vec<Staged>,
) -> Result<()> {
    let Ready { release, signer, seq, judged } = ready;
    let facts = stage(app, &judged.facts, staged).await?;
    let pinned = Judged { conformity: judged.conformity.clone(), gate: judged.gate.clone(), decided: None };
    let verdicts = stage(app, &pinned, staged).await?;

    let mut write = who.write(app, ACTION).await?;
    // Whatever came between reading and this transaction must not be decided unseen.
    let head = table::head(&mut write).await?;
    let before = table::at(&mut write, release.id, head).await?;
    allowed(input.outcome, before.as_ref())?;
    if head != *seq {
        check(input, &evaluate(app, &mut write, release, head, None).await?, before.as_ref())?;
    }
    write.keep(facts).await?;
    write.keep(verdicts).await?;
    let reason = input.reason.trim();
    let signed = canonical_json(
        &json!({ "shown": input.shown, "decision": input.outcome.as_str(), "reason": reason }),
    )?;
    let signed = Digest::of(signed.as_bytes());
    let meaning = input.outcome.meaning();
    let decision = Decision {
        id: write.id(),
        release: release.id,
        outcome: input.outcome.to_string(),
        reason: reason.to_owned(),
        seq: *seq,
        facts: facts.digest,
        verdicts: verdicts.digest,
        pack: judged.pack,
        signature: signature::give(&mut write, signed, meaning, signer.proof()).await?,
        at: write.now(),
        person: signer.person().0,
        meaning: meaning.to_owned(),
        method: signer.proof().method().to_owned(),
    };
    table::add(&mut write, &decision, &judged.baseline, &judged.artefacts).await?;
    if release.based_on.is_some() {
        // What it rests on is read otherwise once it is decided, and again once that is taken back.
        crate::findings::baseline_moved(&mut write, release.id).await?;
    }
    if input.outcome == Outcome::Withdraw {
        // What was published since the decision has not been looked up for it.
        crate::findings::jobs::enqueue(&mut write, release.id).await?;
    }
    let detail = json!({
        "decision": decision.outcome, "reason": reason, "seq": seq, "facts": facts.digest, "signed": signed,
    });
    let detail = signature::said(detail, signer.proof());
    let subject = format!("release:{}", release.id);
    write.audit(subject, before.map(|row| row.verdicts), Some(verdicts.digest), detail);
    write.commit().await?;
    Ok(())
}

fn allowed(outcome: Outcome, before: Option<&Decision>) -> Result<()> {
    let shipped = before.is_some_and(Decision::ships);
    match (outcome, shipped) {
        (Outcome::Ship | Outcome::Postpone, true) => Err(ServiceError::rule(
            "This release was decided to ship. Withdraw that decision first; the two stay in its history.",
        )),
        (Outcome::Withdraw, false) => {
            Err(ServiceError::rule("There is no decision to ship that could be withdrawn."))
        }
        _ => Ok(()),
    }
}

fn check(input: &Decide, judged: &Evaluated, in_force: Option<&Decision>) -> Result<()> {
    let now = digest_of(&input.product, &input.release, judged, in_force)?;
    if now != input.shown {
        return Err(ServiceError::Changed {
            what: format!("{} {}", input.product, input.release),
            now: Some(now),
        });
    }
    passes(input.outcome, &judged.gate)
}

/// Nothing ships through a closed gate.
fn passes(outcome: Outcome, gate: &Gate) -> Result<()> {
    if outcome == Outcome::Ship && !gate.open {
        let count = gate.reasons.len();
        return Err(ServiceError::rule(format!(
            "The gate is closed for {count} reason{}: close them, or postpone the release.",
            if count == 1 { "" } else { "s" }
        )));
    }
    Ok(())
}

/// Why an outcome cannot be decided now, by the rules that the decision itself goes by; `None` when it can. Takes the
/// decision in force and the gate as it is now.
#[must_use]
pub fn hindrance(outcome: Outcome, in_force: Option<&Decision>, gate: &Gate) -> Option<String> {
    let may = allowed(outcome, in_force).and_then(|()| passes(outcome, gate));
    may.err().map(|error| error.to_string())
}

async fn stage<T: serde::Serialize>(app: &App, value: &T, staged: &mut Vec<Staged>) -> Result<Staged> {
    let text = serde_json::to_vec(value).map_err(|error| ServiceError::Internal(error.to_string()))?;
    let one = app.store().stage_bytes(text).await?;
    staged.push(one);
    Ok(one)
}

/// The decisions on a release, newest first.
///
/// # Errors
/// As [`preview`].
#[crate::boxed]
pub async fn decisions(
    app: &App,
    who: &Who,
    product: &str,
    release: &str,
    paging: &Paging,
) -> Result<Page<Decided>> {
    let (_, release, mut read) =
        find(app, who, Permission::ReadGate, "decisions read", product, release).await?;
    let rows = table::history(&mut read, release.id, paging.after_id()?, paging.fetch()).await?;
    let page = paging.page(rows, |decision| decision.id.to_string());
    let people: Vec<i64> = page.items.iter().map(|decision| decision.person).collect();
    let names = tables::people::names_among(&mut read, &people).await?;
    let by =
        |id: i64| names.iter().find(|name| name.id == id).map(|name| name.name.clone()).unwrap_or_default();
    Ok(page.map(|decision| Decided { by: by(decision.person), decision }))
}
