//! Conformity from the outside: raw rows to facts, packs, every computed check to each verdict it can reach, the gate.

#![allow(clippy::unwrap_used, reason = "a failing helper fails its test")]

mod bad_packs;
mod book;
mod checks;
mod derive;
mod determinism;
mod explained;
mod gate;
mod golden;
mod kinds;
mod pack;
mod sample;
