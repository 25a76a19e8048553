//! The web pages of Theriac: templates, the plain views that fill them, and thin handlers.
//!
//! One page is one file in [`pages`] (the view, its template attribute, later its handler) and one file in
//! `templates/`. What several pages show alike is a *part* in [`parts`]: a small struct with a small template
//! in `templates/macros/`, compiled once and written in a template as `{{ part }}`.
//!
//! To add a page: a view in `pages/`, its template, its address in [`urls`], and an empty and a full sample in
//! [`samples`]. The tests and the gallery (`cargo run --example gallery`) then cover it.
//!
//! Rules that the tests hold: works without script, no inline script or style (the policy in [`security`]
//! forbids both), one `h1`, every input labelled, every status a shape and a word, user text escaped.

pub mod assets;
pub mod http;
pub mod markdown;
pub mod pages;
pub mod parts;
pub mod respond;
#[cfg(any(test, feature = "samples"))]
pub mod samples;
pub mod security;
pub mod urls;
