//! Lists by pages: a page begins after a key and says where the next one begins.

use crate::{Result, ServiceError};

/// Most entries of a page.
pub const MOST: u32 = 200;
const USUAL: u32 = 50;

/// Which page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Paging {
    /// What the page before gave as `next`; `None` for the first.
    pub after: Option<String>,
    /// How many; at most [`MOST`], 50 where 0.
    pub limit: u32,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The entries.
    pub items: Vec<T>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<String>,
}

impl Paging {
    /// How many entries the page has.
    #[must_use]
    pub fn size(&self) -> u32 {
        if self.limit == 0 { USUAL } else { self.limit.min(MOST) }
    }

    /// One more than the page has: whether there is another page.
    pub(crate) fn fetch(&self) -> u32 {
        self.size() + 1
    }

    /// The text after which the page begins; empty for the first.
    pub(crate) fn after_text(&self) -> &str {
        self.after.as_deref().unwrap_or_default()
    }

    /// The row after which the page begins.
    pub(crate) fn after_id(&self) -> Result<Option<i64>> {
        let wrong = |_| {
            ServiceError::field("after", "this is not what the page before gave as next; begin without it")
        };
        self.after.as_deref().map(|text| text.parse().map_err(wrong)).transpose()
    }

    /// The page from one row more than it has; `key` gives what the next page begins after.
    pub(crate) fn page<T>(&self, mut rows: Vec<T>, key: impl Fn(&T) -> String) -> Page<T> {
        let size = usize::try_from(self.size()).unwrap_or(usize::MAX);
        let more = rows.len() > size;
        rows.truncate(size);
        let next = if more { rows.last().map(key) } else { None };
        Page { items: rows, next }
    }
}

impl<T> Page<T> {
    /// The same page with other entries.
    #[must_use]
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(change).collect(), next: self.next }
    }
}
