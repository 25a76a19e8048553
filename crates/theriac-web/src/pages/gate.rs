//! `/products/{product}/releases/{release}/gate`: every reason, and the decision.

use askama::Template;

use super::conformity::GateBanner;
use crate::parts::{Due, Empty, Facts, Link, Shell, SignForm, Signature, Status};

/// One reason why the gate is closed.
#[derive(Debug, Clone)]
pub struct Reason {
    /// What is wrong, leading to where it is mended.
    pub what: Link,
    /// More about it.
    pub about: String,
    /// Verdict or state that makes it a reason.
    pub status: Status,
    /// The clause, the records or the findings it comes from, such as "5.8.1".
    pub from: String,
    /// Who owes it.
    pub owner: String,
    /// By when.
    pub due: Option<Due>,
}

/// A clause that is not met but covered.
#[derive(Debug, Clone)]
pub struct Covered {
    /// The deviation.
    pub deviation: Link,
    /// The clause, by number.
    pub clause: String,
    /// What it permits to be missing.
    pub missing: String,
    /// Until when.
    pub expires: Due,
}

/// The gate and the decision. The form is a [`SignForm`] with `decision` (`ship`, `postpone`, `withdraw`) and
/// `reason` before the signature.
#[derive(Debug, Clone, Template)]
#[template(path = "gate.html")]
pub struct GatePage {
    /// Surroundings.
    pub shell: Shell,
    /// Product and version.
    pub release: String,
    /// The gate, evaluated afresh for this page.
    pub gate: GateBanner,
    /// Every reason, worst first.
    pub reasons: Vec<Reason>,
    /// Said when there is none.
    pub no_reasons: Empty,
    /// What is covered by a deviation.
    pub covered: Vec<Covered>,
    /// Sequence, pack, facts, evaluator.
    pub facts: Facts,
    /// Decisions so far, newest first.
    pub decisions: Vec<Signature>,
    /// The form; says why not when the person may not decide.
    pub form: SignForm,
}
