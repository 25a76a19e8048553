//! Readers and writers of public formats, one module each; strict by rules of our own.
//!
//! [`recognise`] tells what a file is by its content, [`read_bom`], [`read_junit`] and
//! [`BuildManifest::read`] read it. Every reader takes any bytes: bad ones are an error that names the place
//! and what is expected, never a panic, and size, depth and number are limited by [`Limits`].
//! A new format is a module and its lines in `recognise`. What goes out to customers is written by [`Vex::write`].

mod bom;
mod build_manifest;
mod check;
mod cyclonedx;
mod error;
mod json;
mod junit;
mod limits;
mod recognise;
mod rules;
mod spdx;
mod text;
mod tree;
mod vex;
mod xml;

pub use bom::{Bom, Component, Dependency, Hash, Licence, Metadata, Purl, PurlParts, Tool};
pub use build_manifest::{
    Artefact, ArtefactSignature, Author, BuildManifest, ChangedPath, ManifestError, ManifestTool,
};
pub use error::{Defect, ErrorKind, Place, ReadError};
pub use junit::{Outcome, TestCase, TestReport, Totals, read_junit};
pub use limits::{Limits, Strictness};
pub use recognise::{Format, FormatVersion, recognise};
pub use vex::{
    Vex, VexFormat, VexJustification, VexProduct, VexResponse, VexStatement, VexStatus, release_purl,
};

use recognise::Parsed;

/// Reads a software bill of materials in any of the formats and versions that are recognised.
///
/// # Errors
/// When the file is none, cannot be parsed, is beyond a limit, or breaks a rule of its format; under
/// [`Strictness::AcceptListedDefects`] the last become [`Bom::defects`].
pub fn read_bom(bytes: &[u8], limits: &Limits) -> Result<Bom, ReadError> {
    let text = recognise::decode(bytes, limits)?;
    match recognise::parse(&text, limits)? {
        Parsed::CycloneDxJson(root, version) => cyclonedx::read_json(&text, &root, version, limits),
        Parsed::CycloneDxXml(document, version) => cyclonedx::read_xml(&text, &document, version, limits),
        Parsed::SpdxJson(root, version) => spdx::json::read(&text, &root, version, limits),
        Parsed::SpdxTagValue(version) => spdx::tag_value::read(&text, version, limits),
        other => Err(ReadError::new(
            ErrorKind::Unrecognised,
            Place::Whole,
            format!("this is a {}, not a bill of materials (CycloneDX or SPDX)", other.format()),
        )),
    }
}
