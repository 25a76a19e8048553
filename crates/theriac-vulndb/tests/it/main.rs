//! What the vulnerability index promises, through its public surface.
#![allow(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod aliases;
mod bad_input;
mod desk;
mod import;
mod index;
mod matching;
mod names;
mod orders;
mod real;
mod suites;
