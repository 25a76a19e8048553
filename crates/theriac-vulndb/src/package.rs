//! From a component's purl to the package that the index knows.

use std::fmt;
use std::str::FromStr as _;

use packageurl::PackageUrl;

use crate::osv::shortened;
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
        let name = full_name(&parsed);
        let version = said(parsed.version()).or(said(component_version));
        let version = version.ok_or(Unmatched::NoVersion)?.to_owned();
        Ok(Self { ecosystem, name, version })
    }

    /// What is the same for every spelling of this package in this version: the names that the ecosystem takes for
    /// one another and the ways to write one version are folded.
    #[must_use]
    pub fn folded(&self) -> Self {
        let Self { ecosystem, name, version } = self;
        Self {
            ecosystem: *ecosystem,
            name: ecosystem.normalise(name),
            version: ecosystem.version_key(version),
        }
    }
}

/// A version that says something.
fn said(version: Option<&str>) -> Option<&str> {
    version.filter(|version| !version.trim().is_empty())
}

fn full_name(purl: &PackageUrl<'_>) -> String {
    match purl.namespace() {
        Some(namespace) => format!("{namespace}/{}", purl.name()),
        None => purl.name().to_owned(),
    }
}

/// The canonical purl without qualifiers and subpath, spelled as the file does: what a scan calls a component.
///
/// # Errors
/// [`Unmatched::BadPurl`] when it is no purl.
pub fn bare_purl(purl: &str) -> Result<String, Unmatched> {
    Ok(bare(purl)?.to_string())
}

/// The purl that names a component wherever it is named: without qualifiers and subpath, with the version of the
/// component where the purl has none, the package spelled as its ecosystem spells it (PEP 503 for `PyPI`, lower case
/// for npm and Go).
///
/// # Errors
/// [`Unmatched::BadPurl`] when it is no purl.
pub fn component_purl(purl: &str, component_version: Option<&str>) -> Result<String, Unmatched> {
    let mut named = spelled(bare(purl)?);
    if said(named.version()).is_none() {
        named.without_version();
        if let Some(version) = said(component_version) {
            named.with_version(version.to_owned()).map_err(bad)?;
        }
    }
    Ok(named.to_string())
}

/// Why a component's own version contradicts the one in its purl; `None` where they agree or one says nothing. Ways to
/// write one version agree; so does an epoch that only one of them has.
#[must_use]
pub fn contradiction(purl: &str, component_version: Option<&str>) -> Option<String> {
    let own = said(component_version)?.trim();
    // The usual case, without reading the purl.
    let bare = purl.split(['?', '#']).next().unwrap_or_default();
    if bare.strip_suffix(own).is_some_and(|rest| rest.ends_with('@')) {
        return None;
    }
    let parsed = parse(purl).ok()?;
    let in_purl = said(parsed.version())?.trim();
    // A repository is named at a commit, whatever the version of what is made from it.
    let is_repository = ["github", "bitbucket"].contains(&parsed.ty());
    let same = |ecosystem: Ecosystem| {
        let (one, other) = (ecosystem.version(in_purl), ecosystem.version(own));
        one.is_some() && one == other
    };
    let agree = is_repository
        || plain(in_purl) == plain(own)
        || Ecosystem::from_purl_type(parsed.ty()).is_some_and(same);
    (!agree).then(|| {
        let (own, in_purl) = (shortened(own, 100), shortened(in_purl, 100));
        format!("the version '{own}' contradicts the purl, which says '{in_purl}'; the purl counts")
    })
}

/// A version without what tools put before it: `v`, `go`, the epoch of a distribution.
fn plain(version: &str) -> String {
    let version = version.to_lowercase();
    let version = match version.split_once(':') {
        Some((epoch, rest)) if epoch.bytes().all(|byte| byte.is_ascii_digit()) => rest,
        _ => &version,
    };
    let digits = |rest: &&str| rest.starts_with(|c: char| c.is_ascii_digit());
    let bare = ["v", "go"].iter().find_map(|prefix| version.strip_prefix(prefix).filter(digits));
    bare.unwrap_or(version).to_owned()
}

fn bare(purl: &str) -> Result<PackageUrl<'static>, Unmatched> {
    let mut parsed = parse(purl)?;
    parsed.clear_qualifiers();
    parsed.without_subpath();
    Ok(parsed)
}

/// The purl with its package in the spelling of its ecosystem.
fn spelled(purl: PackageUrl<'static>) -> PackageUrl<'static> {
    let Some(ecosystem) = Ecosystem::from_purl_type(purl.ty()) else { return purl };
    let full = ecosystem.spelling(&full_name(&purl));
    let (namespace, name) = match full.rsplit_once('/') {
        Some((namespace, name)) if purl.namespace().is_some() => (Some(namespace), name),
        _ => (None, full.as_str()),
    };
    let respelled = || {
        let mut respelled = PackageUrl::new(purl.ty().to_owned(), name.to_owned())?;
        if let Some(namespace) = namespace {
            respelled.with_namespace(namespace.to_owned())?;
        }
        if let Some(version) = purl.version() {
            respelled.with_version(version.to_owned())?;
        }
        Ok::<_, packageurl::Error>(respelled)
    };
    respelled().unwrap_or_else(|_| purl.clone())
}

fn parse(purl: &str) -> Result<PackageUrl<'static>, Unmatched> {
    let parsed = PackageUrl::from_str(purl.trim()).map_err(bad)?;
    // Segments that are dots are dropped; with nothing left this is a path on somebody's disk.
    if parsed.namespace() == Some("") {
        return Err(Unmatched::BadPurl("its namespace is a path of dots, which names nothing".to_owned()));
    }
    Ok(parsed)
}

fn bad(error: packageurl::Error) -> Unmatched {
    Unmatched::BadPurl(error.to_string())
}
