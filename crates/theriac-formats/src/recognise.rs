//! What a file is, told by its content; the name of the file says nothing.
//!
//! A new format: a variant of [`Format`], its line in [`Format::ACCEPTED`] and, for a bill of materials, in the list below
//! it, its test in `recognise`.

use std::borrow::Cow;
use std::fmt;

use crate::error::{ErrorKind, Place, ReadError, quote};
use crate::limits::Limits;
use crate::rules::Version;
use crate::tree::Node;
use crate::xml::Document;
use crate::{build_manifest, cyclonedx, json, junit, spdx, xml};

/// A format with its version where it has several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// CycloneDX in JSON.
    CycloneDxJson(FormatVersion),
    /// CycloneDX in XML.
    CycloneDxXml(FormatVersion),
    /// SPDX 2 in JSON.
    SpdxJson(FormatVersion),
    /// SPDX 2 in tag-value.
    SpdxTagValue(FormatVersion),
    /// Test results in JUnit's XML.
    JunitXml,
    /// Theriac's own build manifest, version 1.
    BuildManifest,
}

/// The version of a format, as the format writes it: `1.6`, `2.3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FormatVersion(&'static str);

impl FormatVersion {
    /// The version as text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl From<Version> for FormatVersion {
    fn from(version: Version) -> Self {
        Self(version.as_str())
    }
}

impl Format {
    /// What is accepted, as a message says it.
    pub const ACCEPTED: &'static str = "CycloneDX 1.2 to 1.7 (JSON or XML), SPDX 2.2 or 2.3 (JSON or tag-value), \
         JUnit XML, build manifest (JSON)";
    /// The same where bills of materials alone are taken.
    const BOMS: &'static str = "CycloneDX 1.2 to 1.7 (JSON or XML), SPDX 2.2 or 2.3 (JSON or tag-value)";

    /// Whether this is a software bill of materials.
    #[must_use]
    pub const fn is_bom(self) -> bool {
        !matches!(self, Self::JunitXml | Self::BuildManifest)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CycloneDxJson(version) => write!(f, "CycloneDX {} JSON", version.0),
            Self::CycloneDxXml(version) => write!(f, "CycloneDX {} XML", version.0),
            Self::SpdxJson(version) => write!(f, "SPDX {} JSON", version.0),
            Self::SpdxTagValue(version) => write!(f, "SPDX {} tag-value", version.0),
            Self::JunitXml => f.write_str("JUnit XML"),
            Self::BuildManifest => f.write_str("build manifest"),
        }
    }
}

/// A file parsed as far as telling its format needed.
pub(crate) enum Parsed<'a> {
    CycloneDxJson(Node<'a>, Version),
    CycloneDxXml(Document<'a>, Version),
    SpdxJson(Node<'a>, Version),
    SpdxTagValue(Version),
    Junit(Document<'a>),
    BuildManifest(Node<'a>),
}

impl Parsed<'_> {
    pub(crate) fn format(&self) -> Format {
        match self {
            Self::CycloneDxJson(_, version) => Format::CycloneDxJson((*version).into()),
            Self::CycloneDxXml(_, version) => Format::CycloneDxXml((*version).into()),
            Self::SpdxJson(_, version) => Format::SpdxJson((*version).into()),
            Self::SpdxTagValue(version) => Format::SpdxTagValue((*version).into()),
            Self::Junit(_) => Format::JunitXml,
            Self::BuildManifest(_) => Format::BuildManifest,
        }
    }
}

/// Tells the format of a file by its content, with the default limits.
///
/// # Errors
/// When it is none of [`Format::ACCEPTED`]; the reason says what it looks like instead.
pub fn recognise(bytes: &[u8]) -> Result<Format, ReadError> {
    let limits = Limits::default();
    let text = decode(bytes, &limits)?;
    parse(&text, &limits).map(|parsed| parsed.format())
}

/// The text of a file: UTF-8, or UTF-16 with a byte order mark.
pub(crate) fn decode<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Cow<'a, str>, ReadError> {
    if bytes.len() > limits.bytes {
        let reason = format!("the file has {} bytes; at most {} are read", bytes.len(), limits.bytes);
        return Err(ReadError::new(ErrorKind::Limit, Place::Whole, reason));
    }
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => match binary(bytes) {
            Some(what) => Err(unrecognised(&format!("this looks like {what}"))),
            None => utf8(bytes),
        },
    }
}

/// Files that are not text, by their first bytes.
fn binary(bytes: &[u8]) -> Option<&'static str> {
    const SIGNS: &[(&[u8], &str)] = &[
        (b"PK\x03\x04", "a zip archive; unpack it first"),
        (b"\x1f\x8b", "a gzip file; unpack it first"),
        (b"\x28\xb5\x2f\xfd", "a zstd file; unpack it first"),
        (b"\xfd7zXZ", "an xz file; unpack it first"),
        (b"%PDF", "a PDF"),
        (b"\x7fELF", "a program"),
        (b"MZ", "a program"),
    ];
    SIGNS.iter().find(|(sign, _)| bytes.starts_with(sign)).map(|(_, what)| *what)
}

fn utf8(bytes: &[u8]) -> Result<Cow<'_, str>, ReadError> {
    std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|error| {
        let reason = format!("the file is not UTF-8 text from byte {} on", error.valid_up_to());
        ReadError::new(ErrorKind::Encoding, Place::Whole, reason)
    })
}

fn utf16<'a>(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Cow<'a, str>, ReadError> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let text = char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).collect::<Result<String, _>>();
    match text {
        Ok(text) if rest.is_empty() => Ok(Cow::Owned(text)),
        _ => {
            Err(ReadError::new(ErrorKind::Encoding, Place::Whole, "the file is not well-formed UTF-16 text"))
        }
    }
}

/// Parses a text and tells what it is.
pub(crate) fn parse<'a>(text: &'a str, limits: &Limits) -> Result<Parsed<'a>, ReadError> {
    match text.trim_start().as_bytes() {
        [] => Err(unrecognised("the file is empty")),
        [b'{', ..] => parse_json(text, limits),
        [b'<', ..] => parse_xml(text, limits),
        [b'[', ..] => Err(unrecognised("this is a JSON list")),
        _ => match spdx::tag_value::version(text) {
            Some(version) => version.map(Parsed::SpdxTagValue),
            None => Err(unrecognised("this is neither JSON nor XML nor SPDX tag-value")),
        },
    }
}

fn parse_json<'a>(text: &'a str, limits: &Limits) -> Result<Parsed<'a>, ReadError> {
    let root = json::parse(text, limits)?;
    if let Some(version) = cyclonedx::version_of_json(&root) {
        return version.map(|version| Parsed::CycloneDxJson(root, version));
    }
    if let Some(version) = spdx::json::version(&root) {
        return version.map(|version| Parsed::SpdxJson(root, version));
    }
    if build_manifest::is_marked(&root) {
        return Ok(Parsed::BuildManifest(root));
    }
    let names = root.members().iter().take(5).map(|(name, _)| quote(name)).collect::<Vec<_>>();
    Err(unrecognised(&format!("this is JSON of another sort (its first keys: {})", names.join(", "))))
}

fn parse_xml<'a>(text: &'a str, limits: &Limits) -> Result<Parsed<'a>, ReadError> {
    let start: String = text.trim_start().chars().take(15).collect::<String>().to_ascii_lowercase();
    if start.starts_with("<!doctype html") || start.starts_with("<html") {
        return Err(unrecognised("this looks like a web page (HTML)"));
    }
    let document = xml::parse(text, limits)?;
    if let Some(version) = cyclonedx::version_of_xml(&document, text) {
        return version.map(|version| Parsed::CycloneDxXml(document, version));
    }
    if junit::is_junit(&document) {
        return Ok(Parsed::Junit(document));
    }
    Err(unrecognised(&format!("this is XML with the root element {}", quote(&document.root.name))))
}

impl ReadError {
    /// The error as it is said where bills of materials alone are taken: it offers nothing else.
    #[must_use]
    pub fn for_boms(self) -> Self {
        Self { reason: self.reason.replace(Format::ACCEPTED, Format::BOMS), ..self }
    }
}

fn unrecognised(what: &str) -> ReadError {
    let reason = format!("{what}. Accepted are: {}", Format::ACCEPTED);
    ReadError::new(ErrorKind::Unrecognised, Place::Whole, reason)
}
