//! The REST interface in process, on both engines.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing helper fails its test")]

mod audit;
mod bad_input;
mod bodies;
mod client;
mod components;
mod conformity;
mod described;
mod evidence;
mod findings;
mod idempotency;
mod people;
mod products;
mod records;
mod routes;
mod session;
mod tokens;
