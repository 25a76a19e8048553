//! The address of every page, in one place. What comes from people is percent-encoded.

use std::fmt::Write as _;

/// One path segment or query value, percent-encoded (RFC 3986: all but unreserved characters).
#[must_use]
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// `path` with a query made of the pairs whose value is not empty.
#[must_use]
pub fn with_query(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut out = path.to_owned();
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        out.push(if out.contains('?') { '&' } else { '?' });
        out.push_str(&format!("{}={}", encode(name), encode(value)));
    }
    out
}

/// A product and its releases.
#[must_use]
pub fn product(product: &str) -> String {
    format!("/products/{}", encode(product))
}

/// A page of a release: `conformity`, `findings`, `components`, `evidence`, `baseline`, `gate`.
#[must_use]
pub fn release(of: &str, release: &str, page: &str) -> String {
    format!("{}/releases/{}/{page}", product(of), encode(release))
}

/// One clause of a release.
#[must_use]
pub fn clause(product: &str, release_name: &str, clause: &str) -> String {
    format!("{}/{}", release(product, release_name, "conformity"), encode(clause))
}

/// One finding of a release.
#[must_use]
pub fn finding(product: &str, release_name: &str, finding: &str) -> String {
    format!("{}/{}", release(product, release_name, "findings"), encode(finding))
}

/// Adopting a pack by signature.
#[must_use]
pub fn adoption(pack: &str) -> String {
    format!("/packs/{}/sign", encode(pack))
}

/// A record, in its latest revision.
#[must_use]
pub fn record(number: &str) -> String {
    format!("/records/{}", encode(number))
}

/// A page of a record: `edit`, `history`, `sign`, a revision `7`, a difference `6..7`.
#[must_use]
pub fn record_page(number: &str, page: &str) -> String {
    format!("/records/{}/{page}", encode(number))
}

/// A piece of evidence.
#[must_use]
pub fn evidence(number: &str) -> String {
    format!("/evidence/{}", encode(number))
}

/// A person.
#[must_use]
pub fn person(key: &str) -> String {
    format!("/people/{}", encode(key))
}

/// One entry of the audit log.
#[must_use]
pub fn audit_entry(sequence: u64) -> String {
    format!("/audit?from={sequence}#e{sequence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_stays_one_segment() {
        assert_eq!(release("a/b", "2.4.0 é?", "gate"), "/products/a%2Fb/releases/2.4.0%20%C3%A9%3F/gate");
    }

    #[test]
    fn empty_parameters_are_left_out() {
        assert_eq!(
            with_query("/records", &[("q", ""), ("sort", "due"), ("kind", "a&b")]),
            "/records?sort=due&kind=a%26b"
        );
    }
}
