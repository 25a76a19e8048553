//! What the store promises, on both engines.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on must end here")]

mod audit;
mod blobs;
mod crash;
mod engine;
mod facts;
mod jobs;
mod schema;
