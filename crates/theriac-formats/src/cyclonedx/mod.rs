//! CycloneDX 1.2 to 1.7 in JSON and XML.
//!
//! Both are parsed into one tree (`shape` brings XML into the shape of JSON), checked along one table
//! (`types`), and read into a [`Bom`] by one reader (`read`).
//! A new version: its members in `types`, its number in [`Version`], its name in `NAMESPACES`.

mod read;
mod shape;
mod types;

use std::collections::HashSet;

use crate::bom::Bom;
use crate::check::{Report, Step};
use crate::error::{ErrorKind, Place, ReadError, quote};
use crate::limits::Limits;
use crate::recognise::Format;
use crate::rules::{Syntax, Version};
use crate::tree::Node;
use crate::xml::Document;

const NAMESPACE: &str = "http://cyclonedx.org/schema/bom/";

/// The version with this number.
fn version(number: &str, place: Place) -> Result<Version, ReadError> {
    Version::CYCLONEDX.into_iter().find(|version| version.as_str() == number).ok_or_else(|| {
        ReadError::new(
            ErrorKind::Unsupported,
            place,
            format!("CycloneDX {} is not read; versions 1.2 to 1.7 are", quote(number)),
        )
    })
}

/// The CycloneDX version of a JSON document, or `None` when it is none.
pub(crate) fn version_of_json(root: &Node<'_>) -> Option<Result<Version, ReadError>> {
    let looks_so = root.get("bomFormat").is_some() || root.get("specVersion").is_some();
    looks_so.then(|| {
        let place = Place::Pointer("/specVersion".to_owned());
        match root.get("specVersion").map(|node| (node.as_text(), node.noun())) {
            Some((Some(number), _)) => version(number, place),
            Some((None, noun)) => Err(ReadError::new(
                ErrorKind::Structure,
                place,
                format!("the version of CycloneDX is text (\"1.7\"), not {noun}"),
            )),
            None => Err(ReadError::new(
                ErrorKind::Structure,
                Place::Pointer(String::new()),
                "'specVersion' is missing; it says which version of CycloneDX this is (\"1.7\")",
            )),
        }
    })
}

/// The CycloneDX version of an XML document, or `None` when it is none.
pub(crate) fn version_of_xml(document: &Document<'_>, text: &str) -> Option<Result<Version, ReadError>> {
    let place = Place::of_offset(text, document.root.at);
    match document.root_space().strip_prefix(NAMESPACE) {
        Some(number) if document.root.name == "bom" => Some(version(number, place)),
        Some(_) => {
            let reason =
                format!("the root element of CycloneDX is 'bom', not {}", quote(&document.root.name));
            Some(Err(ReadError::new(ErrorKind::Structure, place, reason)))
        }
        None if document.root.name == "bom" => {
            let reason = format!(
                "the element 'bom' is in the namespace {}; {NAMESPACE}1.7 (or 1.2 to 1.6) is expected",
                quote(document.root_space())
            );
            Some(Err(ReadError::new(ErrorKind::Unsupported, place, reason)))
        }
        None => None,
    }
}

/// Reads a JSON document of a known version.
pub(crate) fn read_json(
    text: &str,
    root: &Node<'_>,
    version: Version,
    limits: &Limits,
) -> Result<Bom, ReadError> {
    let report = Report::new(text, version, Syntax::Json, limits);
    finish(report, root, Format::CycloneDxJson(version.into()), limits)
}

/// Reads an XML document of a known version.
pub(crate) fn read_xml(
    text: &str,
    document: &Document<'_>,
    version: Version,
    limits: &Limits,
) -> Result<Bom, ReadError> {
    let mut report = Report::new(text, version, Syntax::Xml, limits);
    let mut shaper = shape::Shaper { report: &mut report, space: document.root.space };
    let root = shaper.root(&document.root, &types::BOM)?;
    let mut checked = Report::new(text, version, Syntax::Xml, limits);
    checked.defects = report.defects;
    finish(checked, &root, Format::CycloneDxXml(version.into()), limits)
}

fn finish<'n>(
    mut report: Report<'n>,
    root: &'n Node<'_>,
    format: Format,
    limits: &Limits,
) -> Result<Bom, ReadError> {
    report.object(root, &types::BOM)?;
    references(&mut report, root)?;
    read::bom(report, root, format, limits)
}

/// Every end of a dependency names an element of this document, or of another one by its BOM-link.
fn references<'n>(report: &mut Report<'n>, root: &'n Node<'_>) -> Result<(), ReadError> {
    let names: HashSet<&str> = std::mem::take(&mut report.names);
    let is_known = |name: &str| names.contains(name) || name.starts_with("urn:cdx:");
    report.within(Step::Member("dependencies"), |report| {
        for (index, dependency) in root.list("dependencies").iter().enumerate() {
            let ends = dependency
                .get("ref")
                .into_iter()
                .chain(dependency.list("dependsOn"))
                .chain(dependency.list("provides"));
            for end in ends {
                let Some(name) = end.as_text().filter(|name| !is_known(name)) else { continue };
                let reason = format!("the dependency names {}, but no element has this bom-ref", quote(name));
                report.within(Step::Item(index), |report| report.defect(end.at, reason))?;
            }
        }
        Ok(())
    })
}
