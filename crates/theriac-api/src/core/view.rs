//! Lists as they are answered.

use serde::Serialize;
use theriac_model::Digest;
use theriac_service::{MOST, Page, Paging, Result, ServiceError};
use utoipa::ToSchema;

use super::Problem;

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Listed<T> {
    /// The entries.
    pub(crate) items: Vec<T>,
    /// What to send as `after` for the next page; `null` on the last one.
    pub(crate) next: Option<String>,
}

impl<T, U: From<T>> From<Page<T>> for Listed<U> {
    fn from(page: Page<T>) -> Self {
        Self { items: page.items.into_iter().map(U::from).collect(), next: page.next }
    }
}

/// Which page was asked for.
pub(crate) fn paging(after: Option<String>, limit: Option<u32>) -> Result<Paging, Problem> {
    if limit.is_some_and(|limit| limit == 0 || limit > MOST) {
        return Err(Problem::malformed(
            "limit",
            format!("A page has 1 to {MOST} entries; 50 where limit is left out."),
        ));
    }
    Ok(Paging { after, limit: limit.unwrap_or(0) })
}

/// The digest that a field of a request holds.
pub(crate) fn digest(field: &str, text: &str) -> Result<Digest> {
    text.parse().map_err(|_| {
        ServiceError::field(field, "a digest is expected: 64 hexadecimal characters, as an answer gave it")
    })
}

/// The word that a value of a few words is written as.
pub(crate) fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
