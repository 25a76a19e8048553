//! What single texts must look like: dates, identifiers, digests.

use std::sync::LazyLock;

use crate::rules::{Check, Syntax};

/// The ids of the SPDX licence list (and its exceptions), one a line and sorted.
static LICENCE_IDS: LazyLock<Vec<&str>> =
    LazyLock::new(|| include_str!("spdx/licence_ids.txt").lines().collect());

/// Whether this is an id of the SPDX licence list.
pub(crate) fn is_licence_id(id: &str) -> bool {
    LICENCE_IDS.binary_search(&id).is_ok()
}

/// What would be expected where the text does not fit; `None` when it does.
pub(crate) fn misfit(check: Check, text: &str, syntax: Syntax) -> Option<String> {
    let fits = match check {
        Check::Any => true,
        Check::Length(from, to) => {
            // A character takes one to four bytes, so most texts need no counting.
            let length = if text.len() <= to { text.len() } else { text.chars().count() };
            (from..=to).contains(&length)
        }
        Check::BomRef | Check::Ref => !text.is_empty(),
        Check::Uri => !text.contains(|c: char| c.is_control() || c.is_whitespace()),
        Check::Email => is_email(text),
        Check::DateTime => is_date_time(text, syntax),
        Check::Date => is_date(text),
        Check::SerialNumber => text.strip_prefix("urn:uuid:").is_some_and(is_uuid),
        Check::MimeType => is_mime_type(text),
        Check::HashContent => is_hex(text) && [32, 40, 64, 96, 128].contains(&text.len()),
        Check::Locale => is_locale(text),
        Check::OpenCre => is_open_cre(text),
        Check::PatentNumber => is_patent_number(text),
        Check::Jurisdiction => text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase()),
        Check::LicenceId => is_licence_id(text),
        Check::GitId => [40, 64].contains(&text.len()) && is_lower_hex(text),
        Check::Sha256 => text.len() == 64 && is_lower_hex(text),
        Check::SpdxId => text.strip_prefix("SPDXRef-").is_some_and(is_spdx_name),
    };
    (!fits).then(|| expectation(check))
}

fn expectation(check: Check) -> String {
    match check {
        Check::Any => "text",
        Check::Length(from, to) => return format!("{from} to {to} characters long"),
        Check::BomRef | Check::Ref => "a reference: at least one character is expected",
        Check::Uri => "a URI: it may not hold spaces or control characters",
        Check::Email => "an e-mail address (name@example.org)",
        Check::DateTime => "a date with time (2026-01-31T12:00:00Z)",
        Check::Date => "a date (2026-01-31)",
        Check::SerialNumber => {
            "a serial number: urn:uuid: and a UUID in lower case are expected \
             (urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79)"
        }
        Check::MimeType => "a media type in lower case (text/plain)",
        Check::HashContent => "a digest: 32, 40, 64, 96 or 128 hexadecimal digits are expected",
        Check::Locale => "a locale (en or en-GB)",
        Check::OpenCre => "an OpenCRE id (CRE:123-456)",
        Check::PatentNumber => "a patent number: 2 to 30 letters, digits, spaces and -/.() are expected",
        Check::Jurisdiction => "a jurisdiction: two capital letters are expected (WIPO ST.3)",
        Check::LicenceId => "an id of the SPDX licence list; a licence outside it is given by its name",
        Check::GitId => "the id of a git object: 40 or 64 hexadecimal digits in lower case are expected",
        Check::Sha256 => "a SHA-256 digest: 64 hexadecimal digits in lower case are expected",
        Check::SpdxId => "an SPDX id: SPDXRef- and letters, digits, . and - are expected",
    }
    .to_owned()
}

/// Hexadecimal digits that a digest of this algorithm has; `None` when it may have several lengths.
pub(crate) fn digest_length(algorithm: &str) -> Option<usize> {
    match algorithm {
        "MD5" => Some(32),
        "SHA-1" => Some(40),
        "SHA-256" | "SHA3-256" | "BLAKE2b-256" | "Streebog-256" => Some(64),
        "SHA-384" | "SHA3-384" | "BLAKE2b-384" => Some(96),
        "SHA-512" | "SHA3-512" | "BLAKE2b-512" | "Streebog-512" => Some(128),
        _ => None,
    }
}

pub(crate) fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_lower_hex(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}

fn is_spdx_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
}

fn is_mime_type(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| matches!(byte, b'-' | b'+' | b'.' | b'a'..=b'z' | b'0'..=b'9'))
    };
    text.split_once('/').is_some_and(|(first, second)| is_part(first) && is_part(second))
}

fn is_locale(text: &str) -> bool {
    match text.as_bytes() {
        [a, b] => a.is_ascii_lowercase() && b.is_ascii_lowercase(),
        [a, b, b'-', c, d] => {
            a.is_ascii_lowercase()
                && b.is_ascii_lowercase()
                && c.is_ascii_uppercase()
                && d.is_ascii_uppercase()
        }
        _ => false,
    }
}

fn is_open_cre(text: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.strip_prefix("CRE:")
        .and_then(|rest| rest.split_once('-'))
        .is_some_and(|(first, second)| is_number(first) && is_number(second))
}

fn is_patent_number(text: &str) -> bool {
    let is_inner =
        |byte: u8| byte.is_ascii_alphanumeric() || byte.is_ascii_whitespace() || b"-/.()".contains(&byte);
    let is_outer = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    (2..=30).contains(&text.len())
        && text.bytes().all(is_inner)
        && is_outer(text.bytes().next())
        && is_outer(text.bytes().last())
}

fn is_email(text: &str) -> bool {
    let is_part =
        |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c.is_control());
    text.rsplit_once('@').is_some_and(|(name, domain)| is_part(name) && is_part(domain))
}

/// Two digits as a number.
fn two(bytes: &[u8]) -> Option<u32> {
    match bytes {
        [a @ b'0'..=b'9', b @ b'0'..=b'9'] => Some(u32::from(a - b'0') * 10 + u32::from(b - b'0')),
        _ => None,
    }
}

/// Whether this is a day of the calendar, `YYYY-MM-DD`.
pub(crate) fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return false;
    }
    let (Some(century), Some(rest), Some(month), Some(day)) =
        (two(&bytes[0..2]), two(&bytes[2..4]), two(&bytes[5..7]), two(&bytes[8..10]))
    else {
        return false;
    };
    let year = century * 100 + rest;
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// RFC 3339; XML Schema lets the zone be left out.
pub(crate) fn is_date_time(text: &str, syntax: Syntax) -> bool {
    let Some((date, time)) = text.split_once(['T', 't']) else { return false };
    if !is_date(date) || time.len() < 8 {
        return false;
    }
    let bytes = time.as_bytes();
    let is_clock = bytes[2] == b':'
        && bytes[5] == b':'
        && two(&bytes[0..2]).is_some_and(|hour| hour < 24)
        && two(&bytes[3..5]).is_some_and(|minute| minute < 60)
        && two(&bytes[6..8]).is_some_and(|second| second <= 60);
    let mut rest = &bytes[8..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return false;
        }
        rest = &fraction[digits..];
    }
    is_clock && is_zone(rest, syntax)
}

fn is_zone(zone: &[u8], syntax: Syntax) -> bool {
    match zone {
        [] => syntax == Syntax::Xml,
        [b'Z' | b'z'] => true,
        [b'+' | b'-', clock @ ..] if clock.len() == 5 && clock[2] == b':' => {
            two(&clock[0..2]).is_some_and(|hour| hour < 24)
                && two(&clock[3..5]).is_some_and(|minute| minute < 60)
        }
        _ => false,
    }
}
