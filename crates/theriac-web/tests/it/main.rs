//! Every sample page held against the rules of the interface, and the assets against theirs.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may panic as tests do")]

mod admin_pages;
mod any_bytes;
mod assets;
mod bad_input;
mod baseline_pages;
mod component_pages;
mod evidence_pages;
mod finding_pages;
mod kept_pages;
mod pages;
mod plan_pages;
mod record_pages;
mod release_pages;
mod site;
