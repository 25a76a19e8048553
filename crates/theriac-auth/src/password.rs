//! Passwords: what is accepted, how they are kept, how they are checked.
//!
//! Kept as PHC strings of Argon2id version 19 with 19 MiB of memory, 2 passes, 1 lane and a 32-byte result
//! over a 16-byte salt (RFC 9106; the parameters are the second option of OWASP's password storage advice).
//! Old strings keep the parameters they were made with.
//!
//! [`hash`] and [`verify`] work for tens of milliseconds: call them on a thread that may block.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{Error, PasswordHasher, PasswordVerifier};
use theriac_model::IdSource;

/// Fewest characters of a new password.
pub const MIN_CHARS: usize = 12;
/// Most bytes of a password, so that nobody makes the server hash a book.
pub const MAX_BYTES: usize = 1024;

/// What attackers try first among passwords that are long enough; compared without case and blanks.
const DENIED: &[&str] = &[
    "administrator",
    "adminadminadmin",
    "changemechangeme",
    "changemenow1",
    "correcthorsebatterystaple",
    "iloveyouforever",
    "letmeinletmein",
    "letmeinplease",
    "mypassword123",
    "passw0rd1234",
    "password1234",
    "password12345",
    "password123456",
    "passwordpassword",
    "qwerty123456",
    "qwertyuiop12",
    "qwertyuiop123",
    "qwertyuiopasdf",
    "qwertzuiopasdf",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "123456789012",
    "1234567890123",
    "1234567891011",
    "123456789abc",
    "abcdefghijkl",
    "abcdefghijklm",
    "abc123abc123",
    "asdfghjkl123",
    "superpassword",
    "thisisapassword",
    "trustno1trustno1",
    "welcome12345",
    "welcome123456",
    "willkommen123",
    "passwort1234",
    "theriactheriac",
    "medicaldevice",
    "zaq12wsxcde3",
];

/// Compared against when the account is unknown, so that guessing names takes as long as guessing passwords.
const DUMMY: &str = "$argon2id$v=19$m=19456,t=2,p=1$dGhlcmlhYyBkdW1teSE$\
                     QSB2YWx1ZSB0aGF0IG5vIHBhc3N3b3JkIGhhcyBldmU";

/// A new password that is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Shorter than [`MIN_CHARS`].
    #[error(
        "the password has {0} characters; take at least {MIN_CHARS}, such as four words that do not belong together"
    )]
    TooShort(usize),
    /// Longer than [`MAX_BYTES`].
    #[error("the password is longer than {MAX_BYTES} bytes; take a shorter one")]
    TooLong,
    /// One of those that are tried first, or a short piece repeated.
    #[error("the password is among those that are guessed first; take one that nobody else has")]
    Guessable,
    /// Little more than the account's own name.
    #[error("the password is made of the account's name; take one that says nothing about the account")]
    AccountName,
}

/// The stored password is no PHC string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the stored password of this account cannot be read; let an administrator set a new one")]
pub struct BadHash;

/// Whether a new password is accepted: length, and not among those guessed first. No rules of composition
/// (NIST SP 800-63B, section 5.1.1.2).
///
/// # Errors
/// With what to change.
pub fn check(password: &str, account: &str) -> Result<(), WeakPassword> {
    let chars = password.chars().count();
    if chars < MIN_CHARS {
        return Err(WeakPassword::TooShort(chars));
    }
    if password.len() > MAX_BYTES {
        return Err(WeakPassword::TooLong);
    }
    let folded = fold(password);
    if DENIED.contains(&folded.as_str()) || repeats_short_piece(&folded) {
        return Err(WeakPassword::Guessable);
    }
    let names = [fold(account), fold(account.split('@').next().unwrap_or_default())];
    if names.iter().any(|name| name.len() >= 4 && made_of(&folded, name)) {
        return Err(WeakPassword::AccountName);
    }
    Ok(())
}

fn fold(text: &str) -> String {
    text.chars().filter(|char| !char.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// "aaaaaaaaaaaa", "abcabcabcabc", "12341234123".
fn repeats_short_piece(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    (1..=4).any(|length| chars.iter().skip(length).eq(chars.iter().take(chars.len().saturating_sub(length))))
}

/// The name with fewer than [`MIN_CHARS`]`/ 2` characters that are not it.
fn made_of(password: &str, name: &str) -> bool {
    password.contains(name) && password.replace(name, "").chars().count() < MIN_CHARS / 2
}

/// A password that could not be hashed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the password could not be hashed: {0}")]
pub struct HashError(Error);

/// The PHC string to store for a password. Blocks for tens of milliseconds.
///
/// # Errors
/// When memory for the hash is missing.
pub fn hash(password: &str, ids: &dyn IdSource) -> Result<String, HashError> {
    let mut salt = [0; 16];
    ids.fill(&mut salt);
    let hash: PasswordHash =
        Argon2::default().hash_password_with_salt(password.as_bytes(), &salt).map_err(HashError)?;
    Ok(hash.to_string())
}

/// Whether a password is the stored one. Takes as long for an account without a password or unknown
/// (`None`) as for a known one, and compares in constant time. Blocks for tens of milliseconds.
///
/// # Errors
/// When what is stored is no PHC string.
pub fn verify(stored: Option<&str>, given: &str) -> Result<bool, BadHash> {
    let hash = PasswordHash::new(stored.unwrap_or(DUMMY)).map_err(|_| BadHash)?;
    if hash.salt.is_none() || hash.hash.is_none() {
        return Err(BadHash);
    }
    let too_long = given.len() > MAX_BYTES;
    let given = if too_long { "" } else { given };
    match Argon2::default().verify_password(given.as_bytes(), &hash) {
        Ok(()) => Ok(stored.is_some() && !too_long),
        Err(Error::PasswordInvalid) => Ok(false),
        Err(_) => Err(BadHash),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Counting;

    #[test]
    fn a_password_is_kept_as_a_salted_phc_string_and_verified() {
        let ids = Counting::default();
        let first = hash("four words apart here", &ids).unwrap();
        let second = hash("four words apart here", &ids).unwrap();
        assert!(first.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{first}");
        assert_ne!(first, second, "the salt is fresh");
        assert_eq!(verify(Some(&first), "four words apart here"), Ok(true));
        assert_eq!(verify(Some(&first), "four words apart herE"), Ok(false));
        assert_eq!(verify(Some(&first), &"x".repeat(MAX_BYTES + 1)), Ok(false));
    }

    #[test]
    fn an_unknown_account_costs_the_same_work_and_never_verifies() {
        let ids = Counting::default();
        let real = hash("four words apart here", &ids).unwrap();
        let cost = |phc: &str| phc.split('$').take(4).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(cost(DUMMY), cost(&real));
        assert_eq!(DUMMY.len(), real.len() - 3, "a salt of 14 bytes stands for one of 16");
        assert_eq!(verify(None, "four words apart here"), Ok(false));
        assert_eq!(verify(None, ""), Ok(false));
    }

    #[test]
    fn a_stored_text_that_is_no_phc_string_is_an_error_not_a_wrong_password() {
        for stored in ["", "secret", "$argon2id$v=19$m=19456,t=2", "$bcrypt$v=98$r=10$c2FsdHNhbHQ$aGFzaA"] {
            assert_eq!(verify(Some(stored), "four words apart here"), Err(BadHash), "{stored}");
        }
    }

    #[test]
    fn length_is_what_counts_not_composition() {
        assert_eq!(check("elevenchars", "ada"), Err(WeakPassword::TooShort(11)));
        assert_eq!(check("zwölf zeich.", "ada"), Ok(()), "characters are counted, not bytes");
        assert_eq!(check("all lower case words", "ada"), Ok(()));
        assert_eq!(check(&"ab1 ".repeat(300), "ada"), Err(WeakPassword::TooLong));
    }

    #[test]
    fn what_is_guessed_first_is_refused() {
        for password in DENIED {
            assert_eq!(check(&password.to_uppercase(), "ada"), Err(WeakPassword::Guessable), "{password}");
        }
        for password in ["correct horse battery staple", "aaaaaaaaaaaa", "1234123412341", "abab abab abab"] {
            assert_eq!(check(password, "ada"), Err(WeakPassword::Guessable), "{password}");
        }
        for password in ["ada.lovelace1", "Ada.Lovelace@example.org", "ada.lovelaceada.lovelace"] {
            let account = "ada.lovelace@example.org";
            assert_eq!(check(password, account), Err(WeakPassword::AccountName), "{password}");
        }
    }

    #[test]
    fn the_deny_list_holds_only_what_length_would_let_through() {
        assert!(
            DENIED
                .iter()
                .all(|password| password.chars().count() >= MIN_CHARS && fold(password) == *password)
        );
    }
}
