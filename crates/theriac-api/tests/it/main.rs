//! The REST interface in process, on both engines. Through it go the tests of every computed check, and of what is said of
//! days that have passed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing helper fails its test")]

mod audit;
mod bad_input;
mod bodies;
mod checks;
mod client;
mod components;
mod conformity;
mod described;
mod evidence;
mod findings;
mod idempotency;
mod past;
mod people;
mod products;
mod records;
mod routes;
mod session;
mod tokens;
