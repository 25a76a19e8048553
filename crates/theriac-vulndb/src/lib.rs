//! The vulnerability index: feeds in, version orders, matching. It knows nothing of the main database.
//!
//! [`import`] reads OSV records from files, folders and archives into one index file;
//! [`Index::open`] opens it; [`Package::from_purl`] says which package a component is, or why it cannot be
//! matched; [`Index::find`] gives its vulnerabilities; [`Index::advisories`] their canonical content.
//!
//! To add an ecosystem, see `versions/mod.rs`; an archive format, `import/source.rs`; what the index file
//! holds, `index/format.rs`.

mod error;
mod groups;
mod import;
mod index;
mod matching;
mod osv;
mod package;
mod ranges;
mod rating;
mod versions;

pub use error::{ImportError, IndexError};
pub use import::{ImportOptions, ImportReport, Limits, Progress, Skipped, import};
pub use index::{Advisory, EcosystemStatus, Index, SourceStatus, Status};
pub use matching::{Lookup, Match, MatchedRecord};
pub use package::{Package, Unmatched, bare_purl, component_purl, contradiction};
pub use rating::{cvss_score_tenths, is_cvss_vector};
pub use versions::Ecosystem;
