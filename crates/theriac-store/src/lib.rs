//! The main database: tables, migrations, unit of work, audit chain, blobs and jobs, on SQLite and PostgreSQL
//! behind one set of statements. Holds no rules.
//!
//! A use case opens one [`Write`], runs the functions of [`tables`] on it, says what it changed with
//! [`Write::audit`], and commits; reading ones open a [`Read`]. To extend: a domain table is a file in `tables/`
//! and a migration in `migrations/` with its line in `migrations.rs`.
//!
//! A use case must run to its end even when its client goes away: the service wraps each in [`to_the_end`],
//! so that dropping the request's future does not cut it off. A [`Write`] that is dropped rolls back.

mod args;
pub mod audit;
pub mod blobs;
mod conn;
mod error;
mod folder;
mod idempotency;
pub mod jobs;
mod migrations;
mod open;
mod row;
mod store;
pub mod tables;
#[cfg(feature = "testing")]
pub mod testing;
mod time;
mod write;

/// What is awaited in many places gives a future behind a pointer: without it, every crate that awaits it compiles the
/// whole of it once more.
use async_recursion::async_recursion as boxed;

pub use args::{Arg, Args, ToArg};
pub use conn::Conn;
pub use error::StoreError;
pub use folder::{is_open_to_others, make_private};
pub use idempotency::Earlier;
pub use open::{Access, Engine, Location};
pub use row::{FromColumn, Row};
pub use store::{Maintain, Read, Store, to_the_end};
pub use time::{as_of, current};
pub use write::{Act, Actor, Committed, JobSpec, Unique, Write};
