//! Components as they are answered.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use theriac_service::findings::{ComponentRow as Row, DispositionView as Disposition, ItemView as Item};
use utoipa::ToSchema;

/// What was said about a component that cannot be matched.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DispositionView {
    /// The word for it.
    disposition: String,
    /// Why.
    reason: String,
    /// The key of who said so.
    person: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Whether it was taken over from an earlier release.
    carried: bool,
}

impl From<Disposition> for DispositionView {
    fn from(said: Disposition) -> Self {
        Self {
            disposition: said.disposition,
            reason: said.reason,
            person: said.person,
            at: said.at,
            carried: said.carried,
        }
    }
}

/// The software item that covers a component.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ItemView {
    /// The record, such as `ITEM-3`.
    #[serde(rename = "ref")]
    reference: String,
    /// What it is called.
    title: String,
    /// Its class by clause 4.3: `maintained`, `supported` or `required`.
    class: String,
    /// The state of the record.
    state: String,
    /// When its support ends.
    #[schema(value_type = Option<String>, format = Date)]
    support_end: Option<Date>,
}

impl From<Item> for ItemView {
    fn from(item: Item) -> Self {
        Self {
            reference: item.reference,
            title: item.title,
            class: item.class,
            state: item.state,
            support_end: item.support_end,
        }
    }
}

/// A component of a release: once, however many bills of materials name it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComponentView {
    /// What names it: its purl without qualifiers, else its CPE, else `name@version`.
    component: String,
    /// Its purl as written.
    purl: Option<String>,
    /// Its CPE as written.
    cpe: Option<String>,
    /// `library`, `application` and the like.
    component_type: String,
    /// Group and name.
    name: String,
    /// Its version.
    version: Option<String>,
    /// Who supplies it.
    supplier: Option<String>,
    /// Licence ids, names and expressions.
    licences: Vec<String>,
    /// Algorithm and hash, with a blank between.
    hashes: Vec<String>,
    /// Whether the product needs it itself.
    direct: bool,
    /// The bill of materials that names it first.
    evidence: String,
    /// How many open findings it has.
    findings: i64,
    /// Why it could not be matched; `null` when it was.
    unmatched: Option<String>,
    /// What was said about that.
    disposition: Option<DispositionView>,
    /// The software item that covers it, whose class it has; `null` when none does.
    item: Option<ItemView>,
}

impl From<Row> for ComponentView {
    fn from(row: Row) -> Self {
        Self {
            component: row.key,
            purl: row.purl,
            cpe: row.cpe,
            component_type: row.component_type,
            name: row.name,
            version: row.version,
            supplier: row.supplier,
            licences: row.licences,
            hashes: row.hashes,
            direct: row.direct,
            evidence: row.evidence,
            findings: row.findings,
            unmatched: row.unmatched,
            disposition: row.disposition.map(DispositionView::from),
            item: row.item.map(ItemView::from),
        }
    }
}
