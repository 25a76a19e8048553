//! `PyPI`: PEP 440 versions and PEP 503 names.
//!
//! Versions from before PEP 440 (`2013-01-21T20:33`, `0.1-bulbasaur`) still stand in advisories. They sort
//! before every PEP 440 version, as `PyPI`'s own tools sorted them, and among themselves number by number and
//! word by word. A component with such a version is matched by `versions` lists only.

use std::fmt;
use std::str::FromStr as _;

use super::{Scheme, Version};

pub(super) static SCHEME: Scheme = Scheme {
    osv: "PyPI",
    purl: "pypi",
    name: normalise,
    spelling: normalise,
    // A local build of a version (`2.4.1+cu121`) is affected as that version is; PEP 440 compares so too.
    version: |text| Some(Version::Python(Python::Pep440(read_pep440(text)?.without_local()))),
    advisory_version: |text| Some(Version::Python(read_any(text))),
};

/// Longer texts are no versions.
const MAX_LENGTH: usize = 256;

/// A version in Python's order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Python {
    /// Not a PEP 440 version; the parts give the order, the text breaks ties.
    Legacy(Vec<Part>, String),
    /// A PEP 440 version.
    Pep440(pep440_rs::Version),
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Word(String),
    /// Digits without leading zeros: the longer number is the larger one.
    Number(usize, String),
}

fn normalise(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '-' | '_' | '.' if out.ends_with('-') => {}
            '-' | '_' | '.' => out.push('-'),
            c => out.extend(c.to_lowercase()),
        }
    }
    out
}

fn read_pep440(text: &str) -> Option<pep440_rs::Version> {
    if text.len() > MAX_LENGTH { None } else { pep440_rs::Version::from_str(text.trim()).ok() }
}

fn read_any(text: &str) -> Python {
    read_pep440(text).map_or_else(
        || Python::Legacy(parts(text), text.trim().chars().take(MAX_LENGTH).collect()),
        Python::Pep440,
    )
}

fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let text: String = text.chars().take(MAX_LENGTH).collect();
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c: char| class(c) != class(first)).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        match class(first) {
            Class::Digit => {
                let digits = run.trim_start_matches('0');
                parts.push(Part::Number(digits.len(), digits.to_owned()));
            }
            Class::Letter => parts.push(Part::Word(run.to_lowercase())),
            Class::Other => {}
        }
        rest = after;
    }
    parts
}

#[derive(PartialEq, Eq)]
enum Class {
    Digit,
    Letter,
    Other,
}

fn class(c: char) -> Class {
    if c.is_ascii_digit() {
        Class::Digit
    } else if c.is_alphabetic() {
        Class::Letter
    } else {
        Class::Other
    }
}

impl fmt::Display for Python {
    /// Equal versions give equal texts: trailing zeros of the release are dropped (`1.0` is `1`).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Legacy(_, text) => f.write_str(text),
            Self::Pep440(version) => {
                let release = version.release();
                let length = release.iter().rposition(|number| *number != 0).map_or(1, |last| last + 1);
                let shortest = version.clone().with_release(release.iter().take(length).copied());
                shortest.fmt(f)
            }
        }
    }
}
