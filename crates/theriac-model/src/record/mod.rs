//! What a record is: kinds that describe themselves, the content they allow, and how a revision is named.
//!
//! A kind is one file under `kinds/` and a line in [`crate::kinds::ALL`]. The mechanics (forms, validation, schema,
//! difference, import) are each one exhaustive `match` over [`FieldType`]; a new field type is a variant
//! there, and the compiler lists the places that must know it.

mod content;
mod diff;
mod field;
mod form;
mod kind;
mod revision;
mod schema;

pub use content::{Completeness, Content, FieldError, LIST_MAX, YEARS, direction_override};
pub use diff::FieldChange;
pub use field::{
    Choices, Field, FieldType, boolean, build, choice, clause, clauses, date, evidence, integer, markdown,
    person, refs, rows, scale, text, words,
};
pub use form::form_values;
pub(crate) use kind::no_further_rules;
pub use kind::{DateDuty, Family, Kind, LinkType, Scope, Upcaster, Workflow, out};
pub use revision::{Link, RecordRef, RevisionSeal};
