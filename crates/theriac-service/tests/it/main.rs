//! What the use cases promise, through the service's public functions, on both engines.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing helper fails its test")]

mod carry;
mod evidence;
mod facts;
mod findings;
mod gate;
mod installed;
mod integrity;
mod inventory;
mod people;
mod products;
mod records;
mod story;
mod vex;
mod world;
