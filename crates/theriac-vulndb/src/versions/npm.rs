//! npm: node-semver's rules for versions, loose ones included (`v1.2.3`, `=1.2.3`, `1.2.3beta`).

use super::{Scheme, Semver, Version};

pub(super) static SCHEME: Scheme = Scheme {
    osv: "npm",
    purl: "npm",
    // The purl specification writes npm names in lower case, so legacy names with capitals meet here too.
    name: str::to_lowercase,
    spelling: str::to_lowercase,
    version: read,
    advisory_version: read,
};

fn read(text: &str) -> Option<Version> {
    let text = text.trim().trim_start_matches(['v', '=', ' ']);
    Semver::read(text).or_else(|| Semver::read(&with_hyphen(text)?)).map(Version::Semver)
}

/// `1.2.3beta` as `1.2.3-beta`; only where three whole numbers stand before the word.
fn with_hyphen(text: &str) -> Option<String> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (numbers, word) = text.split_at(end);
    let is_complete = numbers.split('.').filter(|number| !number.is_empty()).count() == 3;
    (is_complete && word.starts_with(|c: char| c.is_ascii_alphabetic()) && !numbers.ends_with('.'))
        .then(|| format!("{numbers}-{word}"))
}
