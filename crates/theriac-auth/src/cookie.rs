//! The session's cookie: its name and attributes, in one place for pages and API.

use crate::SessionId;

const PLAIN: &str = "theriac-session";
/// Browsers take this name only over TLS, for the whole host and for no other (RFC 6265bis, 4.1.3.2).
const SECURE: &str = "__Host-theriac-session";

/// How the session's cookie is sent; over TLS it is bound to the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionCookie {
    /// Whether browsers reach the server over TLS.
    pub secure: bool,
}

impl SessionCookie {
    const fn name(self) -> &'static str {
        if self.secure { SECURE } else { PLAIN }
    }

    const fn attributes(self) -> &'static str {
        if self.secure {
            "; Path=/; HttpOnly; SameSite=Lax; Secure"
        } else {
            "; Path=/; HttpOnly; SameSite=Lax"
        }
    }

    /// The value of `Set-Cookie` that begins a session.
    #[must_use]
    pub fn set(self, session: &SessionId) -> String {
        format!("{}={}{}", self.name(), session.cookie(), self.attributes())
    }

    /// The value of `Set-Cookie` that ends it in the browser.
    #[must_use]
    pub fn clear(self) -> String {
        format!("{}={}; Max-Age=0", self.name(), self.attributes())
    }

    /// The session's text in a `Cookie` header.
    #[must_use]
    pub fn find(self, header: &str) -> Option<&str> {
        header.split(';').find_map(|pair| pair.trim().strip_prefix(self.name())?.strip_prefix('='))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Counting;

    #[test]
    fn what_is_set_is_found_and_bound_to_the_host_over_tls() {
        let session = SessionId::new(&Counting::default());
        for secure in [false, true] {
            let cookie = SessionCookie { secure };
            let set = cookie.set(&session);
            assert!(set.contains("; HttpOnly; SameSite=Lax"), "{set}");
            assert_eq!(set.contains("; Secure"), secure);
            let pair = set.split(';').next().unwrap();
            let header = format!("theme=dark; {pair}; other=1");
            assert_eq!(cookie.find(&header), Some(&*session.cookie()));
            assert_eq!(SessionCookie { secure: !secure }.find(&header), None);
            assert_eq!(cookie.find(cookie.clear().as_str()), Some(""));
            assert!(cookie.clear().ends_with("Max-Age=0"));
        }
        assert_eq!(SessionCookie { secure: false }.find("theriac-session-2=x"), None);
    }
}
