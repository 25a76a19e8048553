//! The REST interface in process, on both engines.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing helper fails its test")]

mod bodies;
mod client;
mod idempotency;
mod people;
mod products;
mod routes;
mod session;
mod tokens;
