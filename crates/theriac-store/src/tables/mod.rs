//! Domain tables, one file each: SQL and the plain rows it gives.
//!
//! A function takes the open transaction first (`&mut Conn`: a read or a write leads there; `&mut Write` where rows are
//! versioned and need its transaction id). Lists page by key and are bounded.

pub mod access;
pub mod organisation;
pub mod people;
pub mod products;
pub mod records;
pub mod releases;
pub mod signatures;
