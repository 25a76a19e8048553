//! The index file: what it holds, how it is written, how it is read.
//!
//! Five sections of blocks. A block carries a check over its section, number and bytes, so that whatever is
//! damaged or moved is an error, never a missed vulnerability. Packages and ids sit in buckets by the hash
//! of their name, so that a lookup reads two places whatever the size of the file. Why so: `docs/adr/0003`.

mod blocks;
mod codec;
mod entries;
mod format;
mod read;
mod status;
mod write;

pub(crate) use entries::{AffectedEntry, PackageEntry, RecordEntry};
pub use read::{Advisory, Index};
pub use status::{EcosystemStatus, SourceStatus, Status};
pub(crate) use write::{Origin, write};
