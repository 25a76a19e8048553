//! The vocabulary of Theriac as plain types, without I/O and without `async`.
//!
//! Every other crate builds on this one, so it stays small: digests and canonical JSON (what is hashed),
//! the clock and the id source (what would else be ambient), and the words that people read.
//! A word that two crates share belongs here; a word of one crate stays there.

mod canonical;
mod clock;
mod digest;
mod independence;
mod severity;

pub mod kinds;
pub mod record;

pub use canonical::{CanonicalError, canonical_json};
pub use clock::{Clock, IdSource};
pub use digest::{Digest, DigestError};
pub use independence::{Independence, Place, independence_of};
pub use severity::{Severity, known_since};
