//! What Theriac does: one use case, one function, one transaction.
//!
//! A use case takes the [`App`], who asks ([`Who`]) and its input; checks the permission first, reads, judges by
//! its rules, writes, says what changed ([`theriac_store::Write::audit`]) and commits. HTTP, command line and jobs are thin callers.
//! To add one: a function in the module of its noun, `#[crate::boxed]` where others await it. What needs several rows to be consistent lives in one function here,
//! SQL in `theriac_store::tables`.

mod app;
pub mod audit;
mod check;
mod error;
pub mod evidence;
pub mod findings;
pub mod gate;
pub mod jobs;
mod page;
pub mod people;
pub mod products;
pub mod records;
mod signature;
pub mod text;
mod who;

/// What may be awaited from outside gives a future behind a pointer: without it, every crate that awaits a use case compiles
/// the whole of it once more.
use async_recursion::async_recursion as boxed;

pub use app::{App, BYTES_AT_ONCE, FILES_AT_ONCE, LONGEST, Room};
pub use error::{Result, ServiceError};
pub use page::{MOST, Page, Paging};
pub use who::Who;
