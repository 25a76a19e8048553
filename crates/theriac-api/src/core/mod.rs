//! What all operations share: who calls, bodies in, answers and problems out.

mod act;
mod caller;
mod files;
mod finish;
mod json;
mod problem;
mod query;
mod route;
pub(crate) mod schemas;
mod spool;
mod state;
mod upload;
mod view;

pub(crate) use act::{Act, ActOnFile, Call, Nothing, Unsigned};
pub(crate) use caller::{Caller, holds};
pub(crate) use files::{FilePart, Files, Parcel};
pub(crate) use finish::{describe, finish};
pub use problem::Cause;
pub(crate) use problem::{Problem, Shown};
pub(crate) use query::{Query, Segments};
pub use route::Needs;
pub(crate) use route::{Route, route};
pub(crate) use spool::Spool;
pub use state::{Api, ClientAddress};
pub(crate) use upload::{Upload, file, stream};
pub(crate) use view::{Listed, digest, paging, word};
