//! Go: semantic versions with or without `v`, pseudo-versions (pre-releases by their form), `+incompatible`
//! (build metadata by its form), and the releases of Go itself (`go1.21.3`, `go1.22rc1`).

use super::{Scheme, Semver, Version};

pub(super) static SCHEME: Scheme = Scheme {
    osv: "Go",
    purl: "golang",
    name: normalise,
    spelling: normalise,
    version: read,
    advisory_version: read,
};

fn normalise(name: &str) -> String {
    // The purl specification writes Go paths in lower case; the vulnerability database keeps their case. Go builds no
    // program from two paths that differ in case alone, so nothing is confused.
    match name.to_lowercase().as_str() {
        "std" => "stdlib".to_owned(),
        name => name.to_owned(),
    }
}

fn read(text: &str) -> Option<Version> {
    let text = text.trim();
    let semver = match text.strip_prefix("go") {
        Some(release) => Semver::read(&go_release(release)),
        None => {
            Semver::read(text.strip_prefix('v').unwrap_or(text)).or_else(|| Semver::read(&go_release(text)))
        }
    };
    semver.map(Version::Semver)
}

/// A release of Go as a semantic version: `1.22rc1` is `1.22.0-rc.1`; what follows a space
/// (`1.22.1 X:loopvar`) names how it was built.
fn go_release(release: &str) -> String {
    let release = release.split_ascii_whitespace().next().unwrap_or_default();
    for word in ["rc", "beta", "alpha"] {
        if let Some((numbers, count)) = release.split_once(word) {
            let is_number = !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit());
            let dots = numbers.bytes().filter(|byte| *byte == b'.').count();
            if is_number && dots < 3 && numbers.ends_with(|c: char| c.is_ascii_digit()) {
                return format!("{numbers}{}-{word}.{count}", ".0".repeat(2_usize.saturating_sub(dots)));
            }
        }
    }
    release.to_owned()
}
