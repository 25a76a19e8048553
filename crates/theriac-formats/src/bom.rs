//! A bill of materials as Theriac works with it, whatever format it came in.

use std::collections::HashSet;
use std::str::FromStr;

use packageurl::PackageUrl;

use crate::error::{Defect, Place};
use crate::recognise::Format;

/// A bill of materials.
#[derive(Debug, Clone, PartialEq)]
pub struct Bom {
    /// Format and version as the file says.
    pub format: Format,
    /// Its identity: the serial number (CycloneDX) or the document namespace (SPDX).
    pub serial: Option<String>,
    /// The revision of a document with this serial number (CycloneDX `version`).
    pub revision: Option<u64>,
    /// What the file says of itself.
    pub metadata: Metadata,
    /// Components in the order of the source; nested ones follow the component that holds them.
    pub components: Vec<Component>,
    /// The dependency graph, in the order of the source.
    pub dependencies: Vec<Dependency>,
    /// Defects that were accepted ([`crate::Strictness::AcceptListedDefects`]); empty otherwise.
    pub defects: Vec<Defect>,
}

impl Bom {
    /// The components nested in the subject that have an identity of their own, a purl or a CPE, and that the inventory
    /// does not list again. They ship with the product like those of the inventory; the subject itself is not one.
    pub fn modules(&self) -> impl Iterator<Item = &Component> {
        let modules = &self.metadata.modules;
        // Most files have none, and large ones are to be read fast.
        let inventory = if modules.is_empty() { &[][..] } else { &self.components };
        let listed: HashSet<Identity<'_>> = inventory.iter().map(identity).collect();
        let named = modules.iter().filter(|module| module.purl.is_some() || module.cpe.is_some());
        named.filter(move |module| !listed.contains(&identity(module)))
    }
}

/// Purl, CPE and version as written.
type Identity<'a> = (Option<&'a str>, Option<&'a str>, Option<&'a str>);

fn identity(component: &Component) -> Identity<'_> {
    let purl = component.purl.as_ref().map(|purl| purl.written.as_str());
    (purl, component.cpe.as_deref(), component.version.as_deref())
}

/// What a bill of materials says of itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metadata {
    /// When it was made, as written (RFC 3339).
    pub timestamp: Option<String>,
    /// The tools that made it.
    pub tools: Vec<Tool>,
    /// What it describes: the product itself. It is not one of the components.
    pub subject: Option<Component>,
    /// Components nested in the subject: its own modules, mostly. They are not among [`Bom::components`]
    /// ([`Bom::modules`] gives those that are components of their own); [`Component::parent`] is an index into this list.
    pub modules: Vec<Component>,
    /// Who supplies what it describes.
    pub supplier: Option<String>,
    /// The ids of the packages that an SPDX document says it describes, each once; they are among [`Bom::components`].
    pub describes: Vec<String>,
}

impl Metadata {
    pub(crate) fn describe(&mut self, id: &str) {
        if !self.describes.iter().any(|known| known == id) {
            self.describes.push(id.to_owned());
        }
    }
}

impl Bom {
    /// The purl of what the document describes, where that is one thing and has one; `version` is added where the purl
    /// names none.
    #[must_use]
    pub fn subject_purl(&self, version: &str) -> Option<String> {
        let described = || match self.metadata.describes.as_slice() {
            [one] => self.components.iter().find(|component| component.bom_ref.as_ref() == Some(one)),
            _ => None,
        };
        let subject = self.metadata.subject.as_ref().or_else(described)?;
        let mut purl = PackageUrl::from_str(subject.purl.as_ref()?.written.trim()).ok()?;
        if purl.version().is_none() {
            purl.with_version(version).ok()?;
        }
        Some(purl.to_string())
    }
}

/// A tool that made a bill of materials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    /// Who makes the tool.
    pub vendor: Option<String>,
    /// Name.
    pub name: String,
    /// Version.
    pub version: Option<String>,
}

/// One component, package or file of a product.
#[derive(Debug, Clone, PartialEq)]
pub struct Component {
    /// Its name inside the document (CycloneDX `bom-ref`, SPDX id).
    pub bom_ref: Option<String>,
    /// What it is, in the words of the format: `library`, `application`, `operating-system`…
    pub kind: String,
    /// Group or namespace.
    pub group: Option<String>,
    /// Name; empty only as a listed defect.
    pub name: String,
    /// Version.
    pub version: Option<String>,
    /// Package URL.
    pub purl: Option<Purl>,
    /// CPE name as written.
    pub cpe: Option<String>,
    /// Digests.
    pub hashes: Vec<Hash>,
    /// Licences.
    pub licences: Vec<Licence>,
    /// Who supplies it.
    pub supplier: Option<String>,
    /// Whether it is needed at run time, as written (CycloneDX: `required`, `optional`, `excluded`).
    pub scope: Option<String>,
    /// The component that holds this one: an index into the list it stands in.
    pub parent: Option<usize>,
    /// Where it stands in the file.
    pub place: Place,
}

/// A digest of a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hash {
    /// Algorithm, as the format writes it (`SHA-256`, `SHA256`).
    pub algorithm: String,
    /// Hexadecimal digits as written.
    pub value: String,
}

/// A licence of a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Licence {
    /// An id of the SPDX licence list.
    Id(String),
    /// A name outside the list.
    Name(String),
    /// An SPDX licence expression.
    Expression(String),
}

/// A package URL: as written, and read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purl {
    /// As the file writes it.
    pub written: String,
    /// What it says, or why it cannot be read.
    pub parsed: Result<PurlParts, String>,
}

/// The parts of a package URL, decoded and normalised (purl specification).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurlParts {
    /// Type in lower case: `npm`, `pypi`, `cargo`, `golang`…
    pub kind: String,
    /// Namespace.
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
    /// Version.
    pub version: Option<String>,
    /// Subpath: a package inside a module (Go).
    pub subpath: Option<String>,
}

impl Purl {
    /// Reads a package URL; one that cannot be read keeps the reason.
    #[must_use]
    pub fn read(written: &str) -> Self {
        Self { written: written.to_owned(), parsed: PurlParts::from_str(written) }
    }
}

impl FromStr for PurlParts {
    type Err = String;

    fn from_str(written: &str) -> Result<Self, String> {
        let purl = PackageUrl::from_str(written)
            .map_err(|error| format!("{} is not a package URL: {error}", crate::error::quote(written)))?;
        Ok(Self {
            kind: purl.ty().to_owned(),
            namespace: purl.namespace().map(str::to_owned),
            name: purl.name().to_owned(),
            version: purl.version().map(str::to_owned),
            subpath: purl.subpath().map(str::to_owned),
        })
    }
}

/// One node of the dependency graph and what it needs directly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// The [`Component::bom_ref`] that depends.
    pub from: String,
    /// The references it depends on.
    pub on: Vec<String>,
}
