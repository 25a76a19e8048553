//! Domain tables, one file each: SQL and the plain rows it gives.
