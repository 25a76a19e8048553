//! Conformity: packs (a standard as data), facts (what checks read) and the evaluator that joins them to verdicts.
//!
//! Nothing here reads a disk, a database or a clock: facts and pack texts come in, verdicts and the gate go out.
//! To add a check, a clause or a pack see `docs/developer/adding-a-check.md`; to add a fact see [`facts`].

mod evaluate;
mod expression;
pub mod facts;
mod gate;
mod owner;
pub mod pack;
mod verdict;

pub use evaluate::evaluate;
pub use expression::NoFact;
pub use facts::{Facts, FactsError, facts_schema};
pub use gate::{Covered, Gate, Lapsed, Reason, ReasonKind, Undated, gate};
pub use owner::Owner;
pub use pack::{Pack, PackError};
pub use verdict::{
    CheckVerdict, ClauseVerdict, Conformity, DecidedBy, Disqualified, EVALUATOR_VERSION, Missing, Subject,
    combine,
};
