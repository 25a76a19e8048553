//! crates.io: semantic versions. `-` and `_` are one letter in crate names, as the registry keeps them apart
//! in spelling only.

use super::{Scheme, Semver, Version};

pub(super) static SCHEME: Scheme = Scheme {
    osv: "crates.io",
    purl: "cargo",
    name: normalise,
    // Either of `-` and `_` may be the registry's; lock files carry that one.
    spelling: str::to_owned,
    version: read,
    advisory_version: read,
};

fn normalise(name: &str) -> String {
    name.to_lowercase().replace('_', "-")
}

fn read(text: &str) -> Option<Version> {
    Semver::read(text.trim()).map(Version::Semver)
}
