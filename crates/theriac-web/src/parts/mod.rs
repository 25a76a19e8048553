//! What several pages show alike: each part is a struct with a template of its own.
//!
//! Views hold parts, handlers fill them, page templates write them as `{{ part }}`. A part escapes its own
//! text, so a page never marks user text as safe.

mod action;
mod diff;
mod duty;
mod facts;
mod field;
mod icon;
mod link;
mod note;
mod reason_form;
mod shell;
mod signature;
mod status;
mod table;
mod timeline;
mod tree;
mod when;

pub use action::{Action, Does};
pub use diff::{Diff, DiffKind, DiffLine, Span};
pub use duty::Duty;
pub use facts::{Fact, Facts, Value};
pub use field::{Choice, Errors, Field, Input, Rows};
pub use icon::{Icon, Shape};
pub use link::{Crumb, Link};
pub use note::{Empty, Note, NoteKind};
pub use reason_form::ReasonForm;
pub use shell::{Area, Density, Shell, SideGroup, SideItem, SideNav, Theme, User};
pub use signature::{SignForm, Signature};
pub use status::{Status, StatusKind};
pub use table::{Column, DateFilter, Filters, Pager, Sort, TableHead};
pub use timeline::{Event, Timeline};
pub use tree::Node;
pub use when::{Due, When};
