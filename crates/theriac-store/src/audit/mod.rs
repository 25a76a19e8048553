//! The audit log: an append-only hash chain of who did what, when and from where.
//!
//! An entry is one line of canonical JSON (RFC 8785). Its hash is the SHA-256 of exactly these bytes, and the entry
//! holds the hash of the one before (`prev`), so `sha256sum` alone can follow the chain. Entry 0 is the genesis:
//! it names the installation and its first signing key, and has the digest of nothing as `prev`.
//!
//! Three things guard it: the chain shows an edit, a gap or another order; signed checkpoints and the signed end of an
//! export show a rewritten or truncated log to who knows the key; an anchor file off the machine shows it even when
//! the key was misused.

mod chain;
mod check;
mod checkpoint;
mod entry;
mod export;
mod keys;
mod statement;

pub(crate) use chain::{Beside, append, begin_chain, compare_head, head, installation, installation_if_any};
pub use check::{Anchors, Broken, Verified};
pub(crate) use entry::Draft;
pub use entry::{Change, Entry};
pub use export::{NotVerified, verify_export};
pub use keys::PublicKey;
pub use statement::{Purpose, Signed, Statement};

/// The action of the entry that brings a new signing key.
pub(crate) const ROTATE: &str = "audit key rotate";
