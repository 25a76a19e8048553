//! Conformity from the outside: raw rows to facts, packs, every computed check to each verdict it can reach, the gate.

mod checks;
mod derive;
mod determinism;
mod gate;
mod golden;
mod pack;
mod sample;
