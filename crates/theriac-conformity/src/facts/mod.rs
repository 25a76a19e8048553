//! Facts: the plain, serialisable view of one release at one moment that checks read, and nothing else.
//!
//! `input.rs` is what queries deliver, `rows.rs` what checks read, `derive.rs` the joins and date arithmetic
//! between the two, `words.rs` the closed sets of words. To add a fact: a documented field in `rows.rs`, its
//! value in `derive.rs`, a test there.

pub mod input;
pub mod rows;
pub mod words;

pub use rows::{FACTS_VERSION, Facts};

/// The JSON Schema of [`Facts`], generated from the types.
#[must_use]
pub fn facts_schema() -> serde_json::Value {
    schemars::schema_for!(Facts).to_value()
}
