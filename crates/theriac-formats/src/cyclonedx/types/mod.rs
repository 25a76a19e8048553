//! What CycloneDX 1.2 to 1.7 allow, as one table of types for JSON and XML.
//!
//! A member says its name in JSON, what it holds, the versions it belongs to, and how XML writes it.
//! A new version of CycloneDX is a new [`crate::rules::Version`] and the members it brings.

mod assurance;
mod component;
mod core;
mod crypto;
mod formulation;
mod model;
mod service;
mod vulnerability;

pub(super) use core::BOM;
