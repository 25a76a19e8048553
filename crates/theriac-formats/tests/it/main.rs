//! What the readers promise, through their public surface.
#![allow(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod bounds;
mod data;
mod junit;
mod manifest;
mod small;
mod suite;
mod vex;
