//! From a component's purl to the package that the index knows.

use std::fmt;
use std::str::FromStr as _;

use packageurl::PackageUrl;

use crate::versions::Ecosystem;

/// A package in one version, named as the index names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Package {
    /// Where it comes from.
    pub ecosystem: Ecosystem,
    /// Its name as the ecosystem writes it (`@scope/name`, `github.com/owner/module`).
    pub name: String,
    /// Its version as the bill of materials writes it.
    pub version: String,
}

/// Why a component cannot be matched. Such components are listed apart, never dropped.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unmatched {
    /// The component has no purl.
    NoIdentity,
    /// Its purl cannot be read; the reason says why.
    BadPurl(String),
    /// Neither the purl nor the component says which version it is.
    NoVersion,
    /// Its purl type has no version order here.
    UnknownEcosystem(String),
    /// The index holds no record of its ecosystem.
    NoFeed(Ecosystem),
    /// The ecosystem's order cannot place its version.
    UnreadableVersion(Ecosystem, String),
}

impl Unmatched {
    /// A word that stays the same whatever the text says, for files and interfaces.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoIdentity => "no-identity",
            Self::BadPurl(_) => "bad-purl",
            Self::NoVersion => "no-version",
            Self::UnknownEcosystem(_) => "unknown-ecosystem",
            Self::NoFeed(_) => "no-feed",
            Self::UnreadableVersion(..) => "unreadable-version",
        }
    }
}

impl fmt::Display for Unmatched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoIdentity => f.write_str("no identity: the component has no purl"),
            Self::BadPurl(reason) => write!(f, "the purl cannot be read: {reason}"),
            Self::NoVersion => f.write_str("no version"),
            Self::UnknownEcosystem(kind) => write!(f, "unknown ecosystem: no version order for pkg:{kind}"),
            Self::NoFeed(ecosystem) => write!(f, "no feed: the index holds no record of {ecosystem}"),
            Self::UnreadableVersion(ecosystem, version) => {
                write!(f, "the version '{version}' is none of {ecosystem}")
            }
        }
    }
}

impl Package {
    /// The package that a purl names. The version of the component stands in where the purl has none.
    ///
    /// Qualifiers and subpath are left out: they do not change which package it is.
    ///
    /// # Errors
    /// The reason why it cannot be matched.
    pub fn from_purl(purl: &str, component_version: Option<&str>) -> Result<Self, Unmatched> {
        let parsed = parse(purl)?;
        let ecosystem = Ecosystem::from_purl_type(parsed.ty())
            .ok_or_else(|| Unmatched::UnknownEcosystem(parsed.ty().to_owned()))?;
        let name = match parsed.namespace() {
            Some(namespace) => format!("{namespace}/{}", parsed.name()),
            None => parsed.name().to_owned(),
        };
        let said = |version: &&str| !version.trim().is_empty();
        let version = parsed.version().filter(said).or_else(|| component_version.filter(said));
        let version = version.ok_or(Unmatched::NoVersion)?.to_owned();
        Ok(Self { ecosystem, name, version })
    }
}

/// The canonical purl without qualifiers and subpath: what a finding calls its component.
///
/// # Errors
/// [`Unmatched::BadPurl`] when it is no purl.
pub fn bare_purl(purl: &str) -> Result<String, Unmatched> {
    let mut parsed = parse(purl)?;
    parsed.clear_qualifiers();
    parsed.without_subpath();
    Ok(parsed.to_string())
}

fn parse(purl: &str) -> Result<PackageUrl<'static>, Unmatched> {
    PackageUrl::from_str(purl.trim()).map_err(|error| Unmatched::BadPurl(error.to_string()))
}
