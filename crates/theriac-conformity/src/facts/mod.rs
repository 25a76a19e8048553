//! Facts: the plain, serialisable view of one release at one moment that checks read, and nothing else.
//!
//! `input.rs` is what queries deliver, `rows` what checks read, `derive` the joins and date arithmetic
//! between the two, `words.rs` the closed sets of words. To add a fact: a documented field in `rows`, its
//! value in `derive`, a test in `tests/it/derive.rs`; then `cargo xtask generate` writes the schema anew.

pub(crate) mod derive;
pub mod input;
pub mod rows;
mod sound;
pub mod words;

pub use rows::{FACTS_VERSION, Facts};
pub use sound::Unsound;

/// Raw rows that cannot be joined to facts: a defect of what delivered them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FactsError {
    /// A field of a record's content is not what its kind says.
    #[error("{record}: the field '{field}' does not fit its kind: expected {expected}")]
    Content {
        /// The record's id.
        record: String,
        /// The field.
        field: String,
        /// What was expected.
        expected: String,
    },
    /// One id came twice.
    #[error("the {what} {id} comes twice")]
    Twice {
        /// What sort of row.
        what: &'static str,
        /// Its id.
        id: String,
    },
}

/// The JSON Schema of [`Facts`], generated from the types.
#[must_use]
pub fn facts_schema() -> serde_json::Value {
    schemars::schema_for!(Facts).to_value()
}
