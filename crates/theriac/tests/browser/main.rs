//! The journeys of people, in a real browser against the real program.
//!
//! One file per journey; `session.rs` drives browser and program. `cargo xtask test` finds or installs Chromium and
//! its driver. A new journey is a file that starts a [`session::Server`] and a [`session::Browser`].
#![allow(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod accessible;
mod judging;
mod newcomer;
mod pipeline;
mod script;
mod session;
mod triage;
