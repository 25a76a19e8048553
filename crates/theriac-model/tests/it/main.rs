//! What every kind of record promises, and what bad content is told.

#![allow(clippy::unwrap_used, reason = "a failing helper fails its test")]

mod content;
mod kinds;
