//! Session ids, API tokens and CSRF tokens: 256 bits of chance each. Only digests are stored.

use std::fmt;

use subtle::ConstantTimeEq;
use theriac_model::{Digest, IdSource};

const PREFIX: &str = "thr_";
const SECRET_CHARS: usize = 64;
const CHECK_CHARS: usize = 8;

/// A session's secret, as the cookie carries it: 64 hexadecimal characters.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionId([u8; 32]);

impl SessionId {
    /// A new session id.
    #[must_use]
    pub fn new(ids: &dyn IdSource) -> Self {
        Self(fresh(ids))
    }

    /// The id in a cookie; `None` when it cannot be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).ok().map(|()| Self(bytes))
    }

    /// The text for the cookie.
    #[must_use]
    pub fn cookie(&self) -> String {
        hex::encode(self.0)
    }

    /// What the database holds in its stead.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.0)
    }

    /// The CSRF token of this session, for its forms.
    #[must_use]
    pub fn csrf(&self) -> CsrfToken {
        CsrfToken(Digest::of_parts([b"theriac csrf".as_slice(), &self.0]))
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionId(…)")
    }
}

/// The token that a form of a session carries; good for that session only, stored nowhere.
pub struct CsrfToken(Digest);

impl CsrfToken {
    /// Whether the form came from a page of this session. Takes the same time for every wrong token.
    #[must_use]
    pub fn matches(&self, given: &str) -> bool {
        given.parse::<Digest>().is_ok_and(|given| self.0.as_bytes().ct_eq(given.as_bytes()).into())
    }
}

impl fmt::Display for CsrfToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for CsrfToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CsrfToken(…)")
    }
}

/// An API token: `thr_`, 64 hexadecimal characters of secret, 8 of checksum.
///
/// The prefix lets scanners find leaked tokens; the checksum tells a mistyped token from a revoked one
/// without asking the database.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiToken([u8; 32]);

/// The text is not an API token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// No token of ours at all.
    #[error("this is not a Theriac token: one begins with thr_ and has {chars} characters",
        chars = PREFIX.len() + SECRET_CHARS + CHECK_CHARS)]
    Form,
    /// The checksum does not fit the rest.
    #[error("the token was cut or mistyped: its checksum does not fit; copy it again in full")]
    Checksum,
}

impl ApiToken {
    /// A new token.
    #[must_use]
    pub fn new(ids: &dyn IdSource) -> Self {
        Self(fresh(ids))
    }

    /// The token that the text stands for.
    ///
    /// # Errors
    /// When the text has not the form of a token, or its checksum does not fit.
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        let rest = text.strip_prefix(PREFIX).ok_or(TokenError::Form)?;
        let mut bytes = [0; 32];
        let secret = rest.get(..SECRET_CHARS).ok_or(TokenError::Form)?;
        hex::decode_to_slice(secret, &mut bytes).map_err(|_| TokenError::Form)?;
        let token = Self(bytes);
        match rest.get(SECRET_CHARS..) {
            Some(check) if check == token.checksum() => Ok(token),
            _ => Err(TokenError::Checksum),
        }
    }

    /// The text, to be shown once.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}{}", hex::encode(self.0), self.checksum())
    }

    /// What the database holds in its stead.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.0)
    }

    fn checksum(&self) -> String {
        Digest::of_parts([PREFIX.as_bytes(), &self.0]).short()
    }
}

impl fmt::Debug for ApiToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiToken(…)")
    }
}

fn fresh(ids: &dyn IdSource) -> [u8; 32] {
    let mut bytes = [0; 32];
    ids.fill(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Counting;

    #[test]
    fn a_token_is_recognisable_and_round_trips() {
        let ids = Counting::default();
        let (token, other) = (ApiToken::new(&ids), ApiToken::new(&ids));
        let text = token.reveal();
        assert!(text.starts_with("thr_") && text.len() == 76, "{text}");
        assert_eq!(ApiToken::parse(&text), Ok(token.clone()));
        assert_ne!(token.digest(), other.digest());
        assert!(!text.contains(&token.digest().to_string()), "what is stored does not give the token away");
    }

    #[test]
    fn every_slip_in_a_token_is_noticed() {
        let text = ApiToken::new(&Counting::default()).reveal();
        for at in 0..text.len() {
            let other = if text.as_bytes()[at] == b'1' { "2" } else { "1" };
            let mut slip = text.clone();
            slip.replace_range(at..=at, other);
            assert!(ApiToken::parse(&slip).is_err(), "{slip}");
            assert!(ApiToken::parse(&text[..at]).is_err(), "cut at {at}");
        }
        assert_eq!(ApiToken::parse(&format!("{text}0")), Err(TokenError::Checksum));
        assert_eq!(ApiToken::parse("ghp_0000"), Err(TokenError::Form));
        assert_eq!(ApiToken::parse(&format!("thr_{}", "é".repeat(40))), Err(TokenError::Form));
        assert!(TokenError::Form.to_string().contains("76 characters"));
    }

    #[test]
    fn a_session_round_trips_through_its_cookie() {
        let session = SessionId::new(&Counting::default());
        assert_eq!(SessionId::parse(&session.cookie()), Some(session.clone()));
        assert_ne!(session.cookie(), session.digest().to_string());
        for text in ["", "00", "zz", &session.cookie()[1..]] {
            assert_eq!(SessionId::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_csrf_token_is_good_for_its_session_only() {
        let ids = Counting::default();
        let (session, other) = (SessionId::new(&ids), SessionId::new(&ids));
        let token = session.csrf().to_string();
        assert!(session.csrf().matches(&token));
        assert!(!other.csrf().matches(&token));
        assert!(!session.csrf().matches(""));
        assert!(
            !session.csrf().matches(&session.cookie())
                && !session.csrf().matches(&session.digest().to_string())
        );
    }

    #[test]
    fn secrets_are_not_printed_by_accident() {
        let ids = Counting::default();
        let (session, token) = (SessionId::new(&ids), ApiToken::new(&ids));
        let debug = format!("{session:?} {token:?} {:?}", session.csrf());
        assert_eq!(debug, "SessionId(…) ApiToken(…) CsrfToken(…)");
    }
}
