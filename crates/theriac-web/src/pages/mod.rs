//! The pages, one file each: the view that the template is written against.
//!
//! A view holds what is shown, as words and parts; it knows nothing of the database or of rules. A handler
//! maps what the service answers to a view and sends it with [`crate::respond`].

pub mod account;
mod acts;
pub mod assess;
pub mod audit;
pub mod baseline;
pub mod clause;
pub mod components;
pub mod components_dispose;
pub mod components_everywhere;
pub mod conflict;
pub mod conformity;
pub mod error;
pub mod evidence;
pub mod evidence_list;
pub mod evidence_upload;
pub mod finding;
pub mod finding_judged;
pub mod findings;
pub mod findings_sign;
pub mod gate;
pub mod history;
pub mod job;
pub mod jobs;
pub mod kept;
pub mod my_work;
mod names;
pub mod organisation;
pub mod people;
pub mod person;
pub mod plan;
pub mod product;
pub mod products;
pub mod record;
pub mod record_edit;
pub mod record_new;
pub mod records;
pub mod release;
pub mod revision_diff;
pub mod search;
pub mod sign;
pub mod sign_in;

use theriac_service::ServiceError;

use crate::http::Form;

/// The day in a field of a form; `None` when it is empty.
fn day(sent: &Form, name: &str) -> Result<Option<jiff::civil::Date>, ServiceError> {
    let wrong = |_| ServiceError::field(name, "a day of the form 2026-11-24 is expected");
    sent.filled(name).map(|text| text.parse().map_err(wrong)).transpose()
}

/// What is wrong with a field; empty when nothing is.
fn error_at(errors: &[theriac_model::record::FieldError], name: &str) -> String {
    errors.iter().find(|error| error.field == name).map(|error| error.message.clone()).unwrap_or_default()
}

/// A number and its noun: `1 component`, `2 components`. The plural is made with an s.
fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
