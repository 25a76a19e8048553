//! SPDX in JSON: what Theriac reads of it is checked, other members are passed over.

use std::collections::HashSet;

use super::{Graph, described, edge, party, reference_type, said, settle, too_many};
use crate::bom::{Bom, Component, Hash, Licence, Metadata, Purl, Tool};
use crate::check::{Report, Step};
use crate::error::{ErrorKind, Place, ReadError, quote};
use crate::limits::Limits;
use crate::recognise::Format;
use crate::rules::Check::{Any, DateTime, Length, SpdxId};
use crate::rules::Kind::{List, Object, Text, Word};
use crate::rules::{Rule, Syntax, Type, Version, Words, has, must};
use crate::tree::Node;

const ALGORITHMS: Words = &[
    (Version::V2_2, &["SHA256", "SHA1", "SHA384", "MD2", "MD4", "SHA512", "MD6", "MD5", "SHA224"]),
    (
        Version::V2_3,
        &[
            "SHA3-256",
            "SHA3-384",
            "SHA3-512",
            "BLAKE2b-256",
            "BLAKE2b-384",
            "BLAKE2b-512",
            "BLAKE3",
            "ADLER32",
        ],
    ),
];

static CHECKSUM: Type = Type {
    name: "checksum",
    members: &[must("algorithm", Word(ALGORITHMS)), must("checksumValue", Text(Length(1, 256)))],
    rules: &[],
    open: false,
};

static EXTERNAL_REFERENCE: Type = Type {
    name: "external reference",
    members: &[
        must("referenceCategory", Text(Length(1, 64))),
        must("referenceType", Text(Length(1, 1024))),
        must("referenceLocator", Text(Length(1, 4096))),
        has("comment", Text(Any)),
    ],
    rules: &[],
    open: false,
};

static PACKAGE: Type = Type {
    name: "package",
    members: &[
        must("SPDXID", Text(SpdxId)),
        must("name", Text(Length(1, 4096))),
        must("downloadLocation", Text(Any)),
        has("versionInfo", Text(Any)),
        has("supplier", Text(Any)),
        has("licenseConcluded", Text(Any)),
        has("licenseDeclared", Text(Any)),
        has("primaryPackagePurpose", Text(Any)).since(Version::V2_3),
        has("checksums", List(&Object(&CHECKSUM))),
        has("externalRefs", List(&Object(&EXTERNAL_REFERENCE))),
    ],
    rules: &[],
    open: true,
};

static RELATIONSHIP: Type = Type {
    name: "relationship",
    members: &[
        must("spdxElementId", Text(Length(1, 4096))),
        must("relatedSpdxElement", Text(Length(1, 4096))),
        must("relationshipType", Text(Length(1, 64))),
        has("comment", Text(Any)),
    ],
    rules: &[],
    open: false,
};

static CREATION: Type = Type {
    name: "creation info",
    members: &[
        must("created", Text(DateTime)),
        must("creators", List(&Text(Length(1, 4096)))),
        has("comment", Text(Any)),
        has("licenseListVersion", Text(Any)),
    ],
    rules: &[Rule::NotEmpty("creators")],
    open: false,
};

static DOCUMENT: Type = Type {
    name: "SPDX document",
    members: &[
        must("spdxVersion", Text(Any)),
        must("SPDXID", Text(SpdxId)),
        must("name", Text(Any)),
        must("dataLicense", Text(Any)),
        must("documentNamespace", Text(Length(1, 4096))),
        must("creationInfo", Object(&CREATION)),
        has("packages", List(&Object(&PACKAGE))),
        has("relationships", List(&Object(&RELATIONSHIP))),
        has("documentDescribes", List(&Text(Any))),
    ],
    rules: &[],
    open: true,
};

/// The SPDX version of a JSON document, or `None` when it is none.
pub(crate) fn version(root: &Node<'_>) -> Option<Result<Version, ReadError>> {
    if let Some(found) = root.get("spdxVersion") {
        let place = Place::Pointer("/spdxVersion".to_owned());
        return Some(super::version(found.as_text().unwrap_or_default(), place));
    }
    let is_three = root.text("@context").is_some_and(|context| context.contains("spdx.org"));
    is_three.then(|| {
        Err(ReadError::new(
            ErrorKind::Unsupported,
            Place::Pointer("/@context".to_owned()),
            "SPDX 3 is not read; SPDX-2.2 and SPDX-2.3 are",
        ))
    })
}

/// Reads a document of a known version.
pub(crate) fn read(text: &str, root: &Node<'_>, version: Version, limits: &Limits) -> Result<Bom, ReadError> {
    let mut report = Report::new(text, version, Syntax::Json, limits);
    report.object(root, &DOCUMENT)?;
    distinct_ids(&mut report, root)?;
    let creation = root.get("creationInfo");
    let creators = creation.map_or(&[][..], |node| node.list("creators"));
    let mut metadata = Metadata {
        timestamp: creation.and_then(|node| node.owned("created")),
        tools: creators.iter().filter_map(Node::as_text).filter_map(tool).collect(),
        ..Metadata::default()
    };
    root.list("documentDescribes").iter().filter_map(Node::as_text).for_each(|id| metadata.describe(id));
    relationships(root)
        .filter_map(|(from, kind, to)| described(from, kind, to))
        .for_each(|id| metadata.describe(id));
    let mut bom = Bom {
        format: Format::SpdxJson(version.into()),
        serial: root.owned("documentNamespace"),
        revision: None,
        metadata,
        components: packages(&mut report, root, limits)?,
        dependencies: graph(root).nodes,
        defects: report.defects,
    };
    settle(&mut bom, further_purls(root), limits)?;
    Ok(bom)
}

/// Purls that packages have beside the first one, with the index of the package.
fn further_purls(root: &Node<'_>) -> Vec<(usize, Purl)> {
    let packages = root.list("packages").iter().enumerate();
    let beside =
        |(index, package)| locators(package, &["purl"]).skip(1).map(move |purl| (index, Purl::read(purl)));
    packages.flat_map(beside).collect()
}

/// The locators of a package's external references of these types.
fn locators<'n>(package: &'n Node<'_>, types: &'static [&'static str]) -> impl Iterator<Item = &'n str> {
    let of = |node: &Node<'_>| {
        node.text("referenceType").is_some_and(|kind| types.contains(&reference_type(kind)))
    };
    package
        .list("externalRefs")
        .iter()
        .filter(move |node| of(node))
        .filter_map(|node| node.text("referenceLocator"))
}

/// A tool among the creators, which SPDX writes as `Tool: NAME-VERSION` (SPDX 2.3, 6.8).
pub(super) fn tool(creator: &str) -> Option<Tool> {
    let said = said(creator.strip_prefix("Tool:")?)?;
    let (name, version) = match version_at(&said) {
        Some(at) => (said[..at].to_owned(), Some(said[at + 1..].to_owned())),
        None => (said, None),
    };
    Some(Tool { vendor: None, name, version })
}

/// Where the hyphen before the version stands: the first one that a number with a point follows, else the first before
/// nothing but numbers. Names and versions may have hyphens of their own.
fn version_at(said: &str) -> Option<usize> {
    let hyphens = || said.match_indices('-').map(|(at, _)| at).filter(|at| *at > 0);
    let after = |at: usize| said[at + 1..].strip_prefix('v').unwrap_or(&said[at + 1..]);
    let numbered = |at: &usize| after(*at).starts_with(|c: char| c.is_ascii_digit());
    let plain = |at: &usize| after(*at).chars().all(|c| c.is_ascii_digit() || "-_+".contains(c));
    let mut candidates = hyphens().filter(numbered);
    candidates
        .clone()
        .find(|at| after(*at).split('-').next().is_some_and(|number| number.contains('.')))
        .or_else(|| candidates.find(plain))
}

fn distinct_ids<'n>(report: &mut Report<'n>, root: &'n Node<'_>) -> Result<(), ReadError> {
    let mut seen = HashSet::new();
    report.within(Step::Member("packages"), |report| {
        for (index, package) in root.list("packages").iter().enumerate() {
            let Some(id) = package.text("SPDXID").filter(|id| !seen.insert(*id)) else { continue };
            let reason = format!("the SPDXID {} is given twice in this document", quote(id));
            report.within(Step::Item(index), |report| report.defect(0, reason))?;
        }
        Ok(())
    })
}

fn packages<'n>(
    report: &mut Report<'n>,
    root: &'n Node<'_>,
    limits: &Limits,
) -> Result<Vec<Component>, ReadError> {
    let packages = root.list("packages");
    if packages.len() > limits.components {
        return Err(ReadError { place: Place::Pointer("/packages".to_owned()), ..too_many(limits) });
    }
    Ok(report.within(Step::Member("packages"), |report| {
        packages
            .iter()
            .enumerate()
            .map(|(index, node)| {
                let place = report.within(Step::Item(index), |report| report.place(0));
                package(node, place)
            })
            .collect()
    }))
}

fn package(node: &Node<'_>, place: Place) -> Component {
    let licence = ["licenseConcluded", "licenseDeclared"].into_iter().find_map(|name| said(node.text(name)?));
    Component {
        bom_ref: node.owned("SPDXID"),
        kind: node.owned("primaryPackagePurpose").map_or("library".to_owned(), |kind| kind.to_lowercase()),
        group: None,
        name: node.owned("name").unwrap_or_default(),
        version: node.text("versionInfo").and_then(said),
        purl: locators(node, &["purl"]).next().map(Purl::read),
        cpe: locators(node, &["cpe23Type", "cpe22Type"]).next().map(str::to_owned),
        hashes: node.list("checksums").iter().filter_map(hash).collect(),
        licences: licence.map(Licence::Expression).into_iter().collect(),
        supplier: node.text("supplier").and_then(party),
        scope: None,
        parent: None,
        place,
    }
}

fn hash(node: &Node<'_>) -> Option<Hash> {
    Some(Hash { algorithm: node.owned("algorithm")?, value: node.owned("checksumValue")? })
}

/// From, type and to of each relationship.
fn relationships<'n>(root: &'n Node<'_>) -> impl Iterator<Item = (&'n str, &'n str, &'n str)> {
    root.list("relationships").iter().filter_map(|node| {
        Some((node.text("spdxElementId")?, node.text("relationshipType")?, node.text("relatedSpdxElement")?))
    })
}

fn graph(root: &Node<'_>) -> Graph {
    let mut graph = Graph::default();
    for (from, on) in relationships(root).filter_map(|(from, kind, to)| edge(from, kind, to)) {
        graph.add(from, on);
    }
    graph
}
