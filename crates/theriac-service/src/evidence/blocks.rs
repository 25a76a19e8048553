//! What closes the gate once files were handed in: the same reasons that the gate gives.

use serde::Serialize;
use theriac_auth::{Permission, ProductId, Scope};
use theriac_conformity::facts::words::StandIn;
use theriac_conformity::{Reason, ReasonKind};

use crate::products::find_in;
use crate::{App, Result, Who, gate};

/// Most reasons in an answer; the gate lists all.
const REASONS_MAX: usize = 100;

/// What now closes the gate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Blocking {
    /// How many reasons there are; `None` when [`Blocking::unknown`] says why that is not known.
    pub total: Option<usize>,
    /// The first of them, at most a hundred, in the order of the gate.
    pub reasons: Vec<BlockingReason>,
    /// Why the gate was not read; `None` when it was.
    pub unknown: Option<String>,
}

/// One reason why the gate is closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BlockingReason {
    /// What sort of reason.
    pub kind: ReasonKind,
    /// The clause, finding, component or link.
    pub reference: String,
    /// What is wrong.
    pub what: String,
    /// The first thing to do about it.
    pub todo: String,
    /// The key of who owes it.
    pub owner: Option<String>,
    /// As whom, where nobody is named for it.
    pub stand_in: Option<StandIn>,
    /// By when.
    pub due: Option<String>,
}

impl From<Reason> for BlockingReason {
    fn from(reason: Reason) -> Self {
        let first = reason.missing.into_iter().next().map(|item| item.todo);
        Self {
            kind: reason.kind,
            reference: reason.reference,
            what: reason.text,
            todo: first.unwrap_or(reason.todo),
            owner: reason.owner,
            stand_in: reason.stand_in,
            due: reason.due,
        }
    }
}

/// Reads the gate of a release after a change was committed. The verdicts are kept, so that a page which shows them next
/// need not work them out again. What was handed in is kept by now: that the gate cannot be read is no reason to refuse it.
pub(super) async fn what_blocks(app: &App, who: &Who, product: &str, release: &str) -> Result<Blocking> {
    let mut read = app.store().read().await?;
    let (found, _) = find_in(&mut read, product, release).await?;
    drop(read);
    let unknown = |why: &str| Blocking { unknown: Some(why.to_owned()), ..Blocking::default() };
    if !who.access().allows(Permission::ReadGate, &Scope::Product(ProductId(found.id))) {
        return Ok(unknown("who handed this in may not read the gate (permission read-gate)"));
    }
    let gate = match gate::shown(app, who, product, release).await {
        Ok(judged) => judged.gate,
        Err(error) => {
            tracing::error!(%error, product, release, "the gate could not be worked out after evidence");
            return Ok(unknown("the gate could not be worked out; ask for the gate itself"));
        }
    };
    let total = Some(gate.reasons.len());
    let reasons = gate.reasons.into_iter().take(REASONS_MAX).map(BlockingReason::from).collect();
    Ok(Blocking { total, reasons, unknown: None })
}
