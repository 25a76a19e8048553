//! The audit log: an append-only hash chain of who did what, when and from where.
//!
//! An entry is one line of canonical JSON (RFC 8785). Its hash is the SHA-256 of exactly these bytes, and the entry
//! holds the hash of the one before (`prev`), so `sha256sum` alone can follow the chain. Entry 0 is the genesis:
//! it names the installation and holds the digest of nothing as `prev`.

mod chain;
mod entry;

pub use chain::Broken;
pub(crate) use chain::{append, begin_chain};
pub use entry::Change;
pub(crate) use entry::Draft;
