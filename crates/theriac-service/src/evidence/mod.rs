//! Evidence: files that machines deliver, kept byte for byte, and the rows read from them.
//!
//! [`add`] takes files. To add a format: read it in `theriac-formats`, give its rows in `file.rs`.

mod add;
mod file;
mod said;

pub use add::{AddEvidence, Added, AddedFile, FileInput, add};

/// A number such as the 3 in `EVID-3`.
pub(crate) fn number(prefix: &str, reference: &str) -> Option<i64> {
    reference.strip_prefix(prefix)?.strip_prefix('-')?.parse().ok().filter(|number| *number > 0)
}
