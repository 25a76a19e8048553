//! Expressions: the one place that knows the `cel` crate. `engine.rs` parses and evaluates, `values.rs` makes
//! what it reads, `types.rs` checks an
//! expression against the facts types when a pack is loaded, so that a slip of the pen never waits for a release.

mod engine;
mod types;
mod values;

pub(crate) use engine::{Expression, Scope};
pub(crate) use types::{Schema, Type};
pub use values::NoFact;
pub(crate) use values::{Subject as Row, Values};

/// What is wrong with an expression, and how many lines into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ExpressionError {
    /// Lines after the expression's first.
    pub(crate) line: usize,
    /// What is wrong.
    pub(crate) message: String,
}
