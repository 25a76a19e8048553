//! SPDX 2.2 and 2.3, in JSON and tag-value. Packages become components; files are not read.

pub(crate) mod json;
pub(crate) mod tag_value;

use std::collections::HashSet;

use crate::bom::{Bom, Component, Dependency, Purl};
use crate::error::{ErrorKind, Place, ReadError, quote};
use crate::limits::Limits;
use crate::rules::Version;

/// What a document calls itself in relationships.
const DOCUMENT: &str = "SPDXRef-DOCUMENT";

/// The version that a document names (`SPDX-2.3`).
fn version(text: &str, place: Place) -> Result<Version, ReadError> {
    match text {
        "SPDX-2.2" => Ok(Version::V2_2),
        "SPDX-2.3" => Ok(Version::V2_3),
        other => {
            let reason = format!("SPDX version {} is not read; SPDX-2.2 and SPDX-2.3 are", quote(other));
            Err(ReadError::new(ErrorKind::Unsupported, place, reason))
        }
    }
}

/// SPDX writes "nothing known" as a word.
fn said(text: &str) -> Option<String> {
    let text = text.trim();
    (!matches!(text, "" | "NOASSERTION" | "NONE")).then(|| text.to_owned())
}

/// The party of `Organization: Example (mail)` or `Person: …`.
fn party(text: &str) -> Option<String> {
    let name = text.split_once(':').map_or(text, |(_, name)| name);
    said(name.split_once('(').map_or(name, |(name, _)| name))
}

/// A relationship as an edge from what needs to what is needed; `None` when it is of another sort.
fn edge<'a>(from: &'a str, kind: &str, to: &'a str) -> Option<(&'a str, &'a str)> {
    match kind {
        "DEPENDS_ON" | "CONTAINS" | "HAS_PREREQUISITE" => Some((from, to)),
        "DEPENDENCY_OF"
        | "CONTAINED_BY"
        | "RUNTIME_DEPENDENCY_OF"
        | "PREREQUISITE_FOR"
        | "OPTIONAL_DEPENDENCY_OF"
        | "PROVIDED_DEPENDENCY_OF"
        | "BUILD_DEPENDENCY_OF"
        | "DEV_DEPENDENCY_OF"
        | "TEST_DEPENDENCY_OF" => Some((to, from)),
        _ => None,
    }
}

/// The package that a relationship says the document describes; `None` when it says something else.
fn described<'a>(from: &'a str, kind: &str, to: &'a str) -> Option<&'a str> {
    match (from, kind, to) {
        (DOCUMENT, "DESCRIBES", package) | (package, "DESCRIBED_BY", DOCUMENT) => Some(package),
        _ => None,
    }
}

/// The type of an external reference: its short name, also where it is written as the address of its definition (SPDX 2.3,
/// annex F).
fn reference_type(text: &str) -> &str {
    text.strip_prefix("http://spdx.org/rdf/references/").unwrap_or(text)
}

/// What both forms of a document have in common once it is read: `further` names packages by index with purls that they
/// have beside the first one.
fn settle(bom: &mut Bom, further: Vec<(usize, Purl)>, limits: &Limits) -> Result<(), ReadError> {
    let mut seen = HashSet::new();
    for (index, purl) in further {
        let Some(package) = bom.components.get(index) else { continue };
        let known = package.purl.as_ref().is_some_and(|first| first.written == purl.written);
        if known || !seen.insert((index, purl.written.clone())) {
            continue;
        }
        if bom.components.len() >= limits.components {
            return Err(too_many(limits));
        }
        // A package under a second identity is looked up under both.
        let other = Component { bom_ref: None, purl: Some(purl), ..package.clone() };
        bom.components.push(other);
    }
    // The one package that a document describes is the product, and no part of itself. A document of one package is about
    // that package.
    if let ([subject], true) = (bom.metadata.describes.as_slice(), bom.components.len() > 1)
        && let Some(index) =
            bom.components.iter().position(|package| package.bom_ref.as_ref() == Some(subject))
    {
        bom.metadata.subject = Some(bom.components.remove(index));
    }
    Ok(())
}

fn too_many(limits: &Limits) -> ReadError {
    let reason = format!("the file lists more than {} packages", limits.components);
    ReadError::new(ErrorKind::Limit, Place::Whole, reason)
}

/// Edges gathered by the node they leave, in the order of the source.
#[derive(Default)]
struct Graph {
    index: std::collections::HashMap<String, usize>,
    nodes: Vec<Dependency>,
}

impl Graph {
    fn add(&mut self, from: &str, on: &str) {
        let next = self.nodes.len();
        let index = *self.index.entry(from.to_owned()).or_insert(next);
        if index == next {
            self.nodes.push(Dependency { from: from.to_owned(), on: Vec::new() });
        }
        self.nodes[index].on.push(on.to_owned());
    }
}
