//! The kinds of record: one file each, and a line in [`ALL`].
//!
//! To add one, copy the file that is nearest, change it, and add its line here. Form, API, difference, signature, export
//! and import follow from the description; a test drives every kind's samples through all of them.

mod activity;
mod applicability;
mod clause_assessment;
mod deviation;
mod document;
mod limits;
mod measure;
mod requirement;
mod responsibility;
mod review;
mod risk;
mod risk_criteria;
mod software_item;
mod test_campaign;

use crate::record::Kind;

pub use activity::ACTIVITY;
pub use applicability::APPLICABILITY;
pub use clause_assessment::CLAUSE_ASSESSMENT;
pub use deviation::DEVIATION;
pub use document::DOCUMENT;
pub use limits::LIMITS;
pub use measure::MEASURE;
pub use requirement::REQUIREMENT;
pub use responsibility::RESPONSIBILITY;
pub use review::REVIEW;
pub use risk::RISK;
pub use risk_criteria::RISK_CRITERIA;
pub use software_item::SOFTWARE_ITEM;
pub use test_campaign::TEST_CAMPAIGN;

/// Every kind, in the order of pages and the book.
pub static ALL: &[&Kind] = &[
    &RESPONSIBILITY,
    &DOCUMENT,
    &LIMITS,
    &SOFTWARE_ITEM,
    &RISK_CRITERIA,
    &RISK,
    &MEASURE,
    &REQUIREMENT,
    &REVIEW,
    &TEST_CAMPAIGN,
    &ACTIVITY,
    &CLAUSE_ASSESSMENT,
    &APPLICABILITY,
    &DEVIATION,
];

/// The kind of this id.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static Kind> {
    ALL.iter().copied().find(|kind| kind.id == id)
}

/// The kind whose records have this prefix.
#[must_use]
pub fn by_prefix(prefix: &str) -> Option<&'static Kind> {
    ALL.iter().copied().find(|kind| kind.prefix == prefix)
}
