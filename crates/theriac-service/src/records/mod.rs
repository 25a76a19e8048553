//! Records: the mechanics that every kind shares.
//!
//! A record is begun ([`begin`]), its draft is saved as often as one likes ([`save_draft`]), [`submit`] mints a revision,
//! and [`approve`], [`sign_clinical`], [`send_back`], [`withdraw`] and [`retire`] move that revision on. Drafts change in place and are
//! nobody's evidence; revisions never change. A kind brings nothing here but its description.

pub(crate) use draft::content_of as content;
pub(crate) use rebuild::rebuild;

mod begin;
mod clauses;
mod clear;
mod draft;
mod exchange;
mod read;
mod rebuild;
mod search;
mod sign;
mod submit;
mod terms;
mod titles;
mod withdraw;

pub use begin::{
    Begin, Opened, ScopeInput, begin, begin_from_form, begin_hindrance, begun_from_form, kinds_to_write,
};
pub use clear::{ClearSuspect, clear_suspect};
pub use draft::{DraftInput, DraftLink, DraftSaved, DraftView, attach, detach, discard, edit, save_draft};
pub use exchange::{ExportFile, ExportedRecord, Import, Imported, Outcome, export, import};
pub use read::{Changed, RecordView, RevisionView, attachment, compare, history, record};
pub use search::{ListInput, Listing, Order, list, number};
pub use sign::{Approval, Giving, approve, hindrance, retire, send_back, sign_clinical};
pub use submit::{Submitted, levels, submit};
pub use theriac_store::tables::records::{Head, LinkRow, Listed, Record, Revision, StateChange};
pub use titles::titles;
pub use withdraw::withdraw;

use theriac_auth::{Permission, ProductId, Scope};
use theriac_model::Digest;
use theriac_model::record::Kind;
use theriac_store::{Conn, tables};

use crate::{App, Result, ServiceError, Who};

/// The states of a record as lists name them.
pub mod states {
    /// Only a draft exists.
    pub const DRAFT: &str = "draft";
    /// Submitted, not yet judged.
    pub const IN_REVIEW: &str = "in review";
    /// Approved by signature.
    pub const APPROVED: &str = "approved";
    /// Sent back to its author.
    pub const SENT_BACK: &str = "sent back";
    /// No longer in use.
    pub const RETIRED: &str = "retired";
    /// Taken back before it was approved.
    pub const WITHDRAWN: &str = "withdrawn";
    /// All, in the order of a record's life.
    pub const ALL: &[&str] = &[DRAFT, IN_REVIEW, APPROVED, SENT_BACK, RETIRED, WITHDRAWN];
}

/// A file that belongs to a draft or revision.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// Its name.
    pub name: String,
    /// The digest of its bytes.
    pub digest: Digest,
}

/// Where permissions for a record are asked for.
#[must_use]
pub fn scope_of(record: &Record) -> Scope {
    record.product.map_or(Scope::Organisation, |product| Scope::Product(ProductId(product)))
}

/// The record of a reference, if the actor may read it; what may not be read does not exist.
pub(crate) async fn find(
    app: &App,
    conn: &mut Conn,
    who: &Who,
    reference: &str,
) -> Result<(Record, &'static Kind)> {
    let missing = || ServiceError::not_found("record", reference);
    let record = tables::records::by_ref(conn, reference).await?.ok_or_else(missing)?;
    if !who.access().allows(Permission::Read, &scope_of(&record)) {
        return Err(missing());
    }
    let kind = app.kind(&record.kind).ok_or_else(|| {
        ServiceError::Internal(format!(
            "{reference} is of the kind '{}', which this program lacks",
            record.kind
        ))
    })?;
    Ok((record, kind))
}

/// What the one who acts is to a draft: a person, or 0 for machines, whose drafts any author may take over.
fn author(who: &Who) -> i64 {
    who.access().person().map_or(MACHINE, |person| person.0)
}

/// The author of drafts that machines made.
const MACHINE: i64 = 0;
