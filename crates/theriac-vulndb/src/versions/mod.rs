//! Version orders: what "older" and "newer" mean in each ecosystem.
//!
//! One file per ecosystem holds its [`Scheme`]: how OSV and purl call it, how its package names are made
//! equal, how its versions are read. To add one: write the file, add a variant to [`Ecosystem`] and the
//! line in [`Ecosystem::scheme`] and [`Ecosystem::ALL`]; nothing else knows ecosystems by name.

use std::cmp::Ordering;
use std::fmt;

mod cargo;
mod go;
mod npm;
mod pypi;
mod semver;

pub(crate) use pypi::Python;
pub(crate) use semver::Semver;

/// An ecosystem whose version order is known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ecosystem {
    /// crates.io (purl type `cargo`).
    CratesIo,
    /// Go modules, the standard library and the toolchain (purl type `golang`).
    Go,
    /// npm (purl type `npm`).
    Npm,
    /// `PyPI` (purl type `pypi`).
    PyPi,
}

/// What has to be known of an ecosystem.
pub(crate) struct Scheme {
    /// Its name in OSV records.
    osv: &'static str,
    /// Its type in purls.
    purl: &'static str,
    /// The form of a package name under which equal packages are found.
    name: fn(&str) -> String,
    /// The one spelling of a package name, where the name alone gives it; else as it is written.
    spelling: fn(&str) -> String,
    /// Reads the version of a component.
    version: fn(&str) -> Option<Version>,
    /// Reads the version in an advisory; may accept more, never less.
    advisory_version: fn(&str) -> Option<Version>,
}

/// A version that an ecosystem's order can place. Versions of different ecosystems are never compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Version {
    /// Semantic versioning, in one of its dialects.
    Semver(Semver),
    /// Python's order.
    Python(Python),
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Semver(version) => version.fmt(f),
            Self::Python(version) => version.fmt(f),
        }
    }
}

impl Ecosystem {
    /// All ecosystems whose order is known.
    pub const ALL: [Self; 4] = [Self::CratesIo, Self::Go, Self::Npm, Self::PyPi];

    const fn scheme(self) -> &'static Scheme {
        match self {
            Self::CratesIo => &cargo::SCHEME,
            Self::Go => &go::SCHEME,
            Self::Npm => &npm::SCHEME,
            Self::PyPi => &pypi::SCHEME,
        }
    }

    /// The ecosystem that OSV records call so, for example `crates.io`.
    #[must_use]
    pub fn from_osv(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ecosystem| ecosystem.osv_name() == name)
    }

    /// The ecosystem of a purl type, for example `cargo`.
    #[must_use]
    pub fn from_purl_type(kind: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ecosystem| ecosystem.scheme().purl == kind)
    }

    /// The name in OSV records.
    #[must_use]
    pub const fn osv_name(self) -> &'static str {
        self.scheme().osv
    }

    /// The form of a package name under which equal packages are found (PEP 503 for `PyPI`, for example).
    #[must_use]
    pub fn normalise(self, name: &str) -> String {
        (self.scheme().name)(name)
    }

    /// The one spelling of a package name: as [`normalise`](Self::normalise) gives it, but for ecosystems where only
    /// the registry knows how a name is spelled (`serde_json` of crates.io).
    pub(crate) fn spelling(self, name: &str) -> String {
        (self.scheme().spelling)(name)
    }

    /// Whether a component's version can be placed in this order.
    #[must_use]
    pub fn reads(self, version: &str) -> bool {
        self.version(version).is_some()
    }

    /// How two versions stand to each other; `None` when one of them cannot be placed in this order.
    #[must_use]
    pub fn compare(self, a: &str, b: &str) -> Option<Ordering> {
        if !self.reads(a) || !self.reads(b) {
            return None;
        }
        Some(self.advisory_version(a)?.cmp(&self.advisory_version(b)?))
    }

    pub(crate) fn version(self, text: &str) -> Option<Version> {
        (self.scheme().version)(text)
    }

    pub(crate) fn advisory_version(self, text: &str) -> Option<Version> {
        (self.scheme().advisory_version)(text)
    }

    /// The text under which equal versions are found in an advisory's `versions` list.
    pub(crate) fn version_key(self, text: &str) -> String {
        self.advisory_version(text).map_or_else(|| text.trim().to_owned(), |version| version.to_string())
    }
}

impl fmt::Display for Ecosystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.osv_name())
    }
}
