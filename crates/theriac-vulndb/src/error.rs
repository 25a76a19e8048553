//! What can go wrong, said so that a person knows what to do.

use std::io;
use std::path::PathBuf;

/// Why an import failed. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A file or folder could not be read.
    #[error("{path}: cannot be read: {source}")]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// An archive or compressed file is damaged or of a form that is not read.
    #[error("{file}: the archive cannot be unpacked: {reason}")]
    Archive {
        /// The file, inside of archives with `/` between.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// An OSV record is wrong.
    #[error("{file}, {place}: {reason}; mend or remove the record, nothing was imported")]
    Record {
        /// The file, inside of archives with `/` between.
        file: String,
        /// Line and column, or the member.
        place: String,
        /// What is wrong.
        reason: String,
    },
    /// A named file holds no OSV record.
    #[error("{file}: {reason}; OSV records in JSON or YAML are expected")]
    NotOsv {
        /// The file.
        file: String,
        /// What it is.
        reason: String,
    },
    /// Folders and archives held no OSV record.
    #[error("no OSV record was found in the {files} files given ({example}); nothing was imported")]
    Empty {
        /// How many files were looked at.
        files: u64,
        /// The first of them and why it was skipped.
        example: String,
    },
    /// The input is larger than it may be.
    #[error("{file}: {reason}")]
    Limit {
        /// The file, inside of archives with `/` between.
        file: String,
        /// Which limit it breaks.
        reason: String,
    },
    /// Another import is under way.
    #[error("{path}: another import is writing this index; try again when it has ended")]
    Busy {
        /// The lock file.
        path: PathBuf,
    },
    /// The index that is to be renewed cannot be used.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The new index could not be written; the old one is untouched.
    #[error("{path}: the index cannot be written: {source}")]
    Write {
        /// The index file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Why an index cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// There is no such file.
    #[error("{path}: there is no vulnerability index; make one with 'theriac feed import'")]
    Missing {
        /// The index file.
        path: PathBuf,
    },
    /// The file could not be read.
    #[error("{path}: the vulnerability index cannot be read: {source}")]
    Read {
        /// The index file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is something else.
    #[error("{path}: this is no vulnerability index; name another file or remove it and import the feeds")]
    Foreign {
        /// The index file.
        path: PathBuf,
    },
    /// Another version of this program wrote the file.
    #[error(
        "{path}: the vulnerability index has format {found}, this program reads {expected}; remove it and import the feeds again"
    )]
    Format {
        /// The index file.
        path: PathBuf,
        /// The format of the file.
        found: u32,
        /// The format of this program.
        expected: u32,
    },
    /// Bytes are missing or were changed.
    #[error("{path}: the vulnerability index is damaged ({what}); remove it and import the feeds again")]
    Damaged {
        /// The index file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
}
