//! Heads, filters and pagers of tables. Rows are written by each page.

use askama::Template;

use super::{Choice, Icon, Link, Shape};

/// Whether a table is sorted by a column, and the address that sorts it so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sort {
    /// Cannot be sorted by this column.
    No,
    /// Not sorted by it; the address sorts by it.
    Other(String),
    /// Sorted by it, smallest first; the address turns it round.
    Ascending(String),
    /// Sorted by it, greatest first; the address turns it round.
    Descending(String),
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Heading; also what a cell calls itself on narrow screens.
    pub label: String,
    /// Sorting.
    pub sort: Sort,
    /// Class: empty, `num` (right, tabular) or `grow` (takes the room).
    pub class: &'static str,
    /// Heading only for assistive technology, as over buttons.
    pub hidden: bool,
}

impl Column {
    /// A plain column.
    #[must_use]
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), sort: Sort::No, class: "", hidden: false }
    }

    /// Of numbers.
    #[must_use]
    pub fn num(mut self) -> Self {
        self.class = "num";
        self
    }

    /// Takes the room that is left.
    #[must_use]
    pub fn grow(mut self) -> Self {
        self.class = "grow";
        self
    }

    /// With a heading for assistive technology only.
    #[must_use]
    pub fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }

    /// Sortable.
    #[must_use]
    pub fn sort(mut self, sort: Sort) -> Self {
        self.sort = sort;
        self
    }
}

/// The head row. Sortable headings are links; the sorted one says so to assistive technology.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "macros/table_head.html")]
pub struct TableHead {
    /// At most seven columns.
    pub columns: Vec<Column>,
}

impl askama::filters::HtmlSafe for TableHead {}

impl TableHead {
    /// A head with these columns.
    #[must_use]
    pub fn new(columns: Vec<Column>) -> Self {
        Self { columns }
    }
}

impl Column {
    fn up(&self) -> Icon {
        Shape::Up.into()
    }

    fn down(&self) -> Icon {
        Shape::Down.into()
    }
}

/// The foot of a list: how much of it is shown, and the next part. Keyset paging has no page numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Template)]
#[template(path = "macros/pager.html")]
pub struct Pager {
    /// Such as "12 of 214, by name".
    pub shown: String,
    /// Back to the first part, when this is not the first.
    pub first: Option<String>,
    /// The next part, such as "Next 50".
    pub next: Option<Link>,
    /// Downloads of the whole list.
    pub exports: Vec<Link>,
}

impl askama::filters::HtmlSafe for Pager {}

/// The filter form above a list: GET, so that a filtered list has an address; script applies it on change.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "macros/filters.html")]
pub struct Filters {
    /// Address of the list without its query.
    pub action: String,
    /// Name of the list for assistive technology, such as "components".
    pub of: String,
    /// Value of the search field `q`.
    pub q: String,
    /// What `q` looks in, as placeholder.
    pub placeholder: String,
    /// Drop-downs: parameter name, label, choices (the first one means all).
    pub selects: Vec<(String, String, Vec<Choice>)>,
    /// A day, after the drop-downs.
    pub date: Option<DateFilter>,
    /// Parameters to keep, such as the sort order.
    pub keep: Vec<(String, String)>,
    /// Address without filters, when any is set.
    pub clear: Option<String>,
}

impl askama::filters::HtmlSafe for Filters {}

/// A day by which a list is filtered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateFilter {
    /// Parameter name.
    pub name: String,
    /// What is written before it.
    pub label: String,
    /// The day; empty for none.
    pub value: String,
    /// A day that is asked for often, such as "Since yesterday".
    pub quick: Option<Link>,
}
