//! What somebody sent after their session had ended, or from a page of an earlier one: carried by the pages that ask
//! who they are, then sent again by one press. Nothing of it is stored, and nothing of it stands in an address.
//!
//! It is kept only when the form came from a page of this installation: what another site sent would otherwise wait
//! behind the sign-in for a press by whoever signs in.

use axum::http::{HeaderMap, Uri, header};
use theriac_auth::SessionId;

use super::{Form, Web, me};

/// The value of a form that is never carried on.
pub const SECRET: &str = "password";
const TO: &str = "kept-to";
const LOST: &str = "kept-lost";
const VALUE: &str = "kept:";
/// How many files are named that could not be kept.
const FILES_NAMED: usize = 5;

/// A form that waits to be sent again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// Where it goes: a path of this installation.
    pub to: String,
    /// What it held, without the token.
    pub pairs: Vec<(String, String)>,
    /// What it held that is not kept, in words.
    pub lost: Vec<String>,
}

impl Kept {
    /// What was sent to an address; `None` where sending it again makes no sense.
    #[must_use]
    pub fn new(to: &Uri, sent: Form) -> Option<Self> {
        let path = to.path();
        let to = local(to.path_and_query()?.as_str())?.to_owned();
        if path.starts_with("/sign-") || path.starts_with("/account/") {
            return None;
        }
        let mut lost: Vec<String> =
            sent.files.iter().take(FILES_NAMED).map(|file| format!("the file {}", file.name)).collect();
        if sent.files.len() > FILES_NAMED {
            lost.push(format!("{} more files", sent.files.len() - FILES_NAMED));
        }
        if !sent.get(SECRET).is_empty() {
            lost.push("the password".to_owned());
        }
        let keep = |(name, _): &(String, String)| name != "csrf" && name != SECRET;
        Some(Self { to, pairs: sent.pairs.into_iter().filter(keep).collect(), lost })
    }

    /// What a page carries along.
    #[must_use]
    pub fn carried(sent: &Form) -> Option<Self> {
        let to = local(sent.get(TO))?.to_owned();
        let value = |(name, value): &(String, String)| {
            Some((name.strip_prefix(VALUE)?.to_owned(), value.clone())).filter(|(name, _)| name != SECRET)
        };
        Some(Self { to, pairs: sent.pairs.iter().filter_map(value).collect(), lost: sent.all(LOST) })
    }

    /// The hidden values by which a page carries it along.
    #[must_use]
    pub fn carry(&self) -> Vec<(String, String)> {
        let mut values = vec![(TO.to_owned(), self.to.clone())];
        values.extend(self.lost.iter().map(|what| (LOST.to_owned(), what.clone())));
        values.extend(self.pairs.iter().map(|(name, value)| (format!("{VALUE}{name}"), value.clone())));
        values
    }
}

/// A path of this installation; `None` for everything that could lead elsewhere. Browsers drop tabs and line breaks
/// and read `\` as `/`, so that only visible characters pass.
#[must_use]
pub fn local(to: &str) -> Option<&str> {
    let visible = to.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    (visible && to.starts_with('/') && !to.starts_with("//")).then_some(to)
}

/// Whether a form that carries this token came from a page of this installation: from one of the session, ended or not,
/// that the cookie names, or by what the browser says of where it came from.
pub(super) fn is_ours(web: &Web, headers: &HeaderMap, csrf: &str) -> bool {
    let session = me::session_cookie(web, headers).and_then(|text| SessionId::parse(&text));
    session.is_some_and(|session| session.csrf().matches(csrf)) || is_same_origin(headers)
}

/// Whether the browser says that a page of this origin asked. Browsers set both headers themselves; the first is sent
/// over TLS and on the machine itself only.
pub(super) fn is_same_origin(headers: &HeaderMap) -> bool {
    let said = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = said("sec-fetch-site") {
        return site == "same-origin";
    }
    let origin = said("origin").and_then(|origin| origin.split_once("://"));
    origin.zip(said(header::HOST.as_str())).is_some_and(|((_, origin), host)| origin == host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_installation_are_led_to() {
        for good in ["/", "/records/RISK-1/edit?a=b&c=%2F", "/products/a%20b"] {
            assert_eq!(local(good), Some(good));
        }
        for evil in [
            "",
            "records",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "/\n/x",
            "javascript:x",
            "/é",
        ] {
            assert_eq!(local(evil), None, "{evil:?}");
        }
    }

    #[test]
    fn the_browser_says_where_a_form_came_from() {
        let headers = |pairs: &[(&'static str, &'static str)]| -> HeaderMap {
            pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
        };
        let host = ("host", "theriac.example:8443");
        assert!(is_same_origin(&headers(&[("sec-fetch-site", "same-origin")])));
        assert!(is_same_origin(&headers(&[host, ("origin", "https://theriac.example:8443")])));
        for other in [
            &[host][..],
            &[host, ("origin", "null")],
            &[host, ("origin", "https://evil.example")],
            &[("origin", "https://theriac.example:8443")],
            &[host, ("origin", "https://theriac.example:8443"), ("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
        ] {
            assert!(!is_same_origin(&headers(other)), "{other:?}");
        }
    }
}
