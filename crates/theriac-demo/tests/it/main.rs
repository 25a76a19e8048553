//! The story can be told, and what it leaves is what the journeys begin with.

#![allow(clippy::unwrap_used, reason = "a failing helper fails its test")]

mod story;
