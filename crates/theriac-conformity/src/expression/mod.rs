//! Expressions: the one place that knows the `cel` crate. `engine.rs` parses and evaluates, `types.rs` checks an
//! expression against the facts types when a pack is loaded, so that a slip of the pen never waits for a release.

mod engine;
mod types;

pub(crate) use engine::{Expression, Scope, Values};
pub(crate) use types::{Schema, Type};

/// What is wrong with an expression, and how many lines into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ExpressionError {
    /// Lines after the expression's first.
    pub(crate) line: usize,
    /// What is wrong.
    pub(crate) message: String,
}
