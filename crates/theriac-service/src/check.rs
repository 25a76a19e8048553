//! Checking what people type into the small forms: every field that is wrong is named at once.

use jiff::civil::Date;
use theriac_model::record::{FieldError, YEARS, direction_override};

use crate::{Result, ServiceError};

/// Most characters of a key: of a person, a product.
const KEY_MAX: usize = 40;
/// Most characters of an e-mail address (RFC 5321, 4.5.3.1.3).
const EMAIL_MAX: usize = 254;

/// Collects what is wrong.
#[derive(Debug, Default)]
pub(crate) struct Checks(Vec<FieldError>);

impl Checks {
    /// Notes that a field is wrong.
    pub(crate) fn wrong(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(FieldError::new(field, message));
    }

    /// A line of text, trimmed, of at most so many characters.
    pub(crate) fn line(&mut self, field: &str, text: &str, max: usize) -> String {
        let text = text.trim();
        if text.is_empty() {
            self.wrong(field, "is missing");
        } else if text.chars().count() > max {
            self.wrong(field, format!("is longer than {max} characters"));
        } else if text.chars().any(char::is_control) {
            self.wrong(field, "holds a control character; one line of text is expected");
        } else if let Some(message) = direction_override(text) {
            self.wrong(field, message);
        }
        text.to_owned()
    }

    /// A line of text that may be absent; an empty one is.
    pub(crate) fn line_or_none(&mut self, field: &str, text: Option<&str>, max: usize) -> Option<String> {
        let text = text.map(str::trim).filter(|text| !text.is_empty())?;
        Some(self.line(field, text, max))
    }

    /// A name that stands in addresses and on the command line, such as `2.4.0-rc.2`.
    pub(crate) fn name(&mut self, field: &str, text: &str, max: usize) -> String {
        let name = self.line(field, text, max);
        if name.contains(['/', '\\']) || name == "." || name == ".." {
            self.wrong(field, "must hold no slash and be more than dots, since it stands in addresses");
        }
        name
    }

    /// A key: lower-case letters, digits and single hyphens, beginning with a letter.
    pub(crate) fn key(&mut self, field: &str, text: &str) -> String {
        let text = text.trim();
        let words = text.split('-').all(|word| {
            !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        });
        if !words || !text.starts_with(|c: char| c.is_ascii_lowercase()) || text.len() > KEY_MAX {
            self.wrong(
                field,
                format!(
                    "a key has at most {KEY_MAX} lower-case letters and digits, in words joined by hyphens, \
                     and begins with a letter, such as 'infusion-pump'"
                ),
            );
        }
        text.to_owned()
    }

    /// An e-mail address, in lower case.
    pub(crate) fn email(&mut self, field: &str, text: &str) -> String {
        let email = normal_email(text);
        let parts: Vec<&str> = email.split('@').collect();
        let form = parts.len() == 2 && parts.iter().all(|part| !part.is_empty());
        let odd = |c: char| c.is_whitespace() || c.is_control();
        if !form || email.contains(odd) || email.len() > EMAIL_MAX {
            self.wrong(field, "an e-mail address is expected, such as maya@example.org");
        }
        email
    }

    /// A day that may be absent.
    pub(crate) fn day(&mut self, field: impl Into<String>, day: Option<Date>) {
        if day.is_some_and(|day| !YEARS.contains(&day.year())) {
            self.wrong(field, out_of_reach());
        }
    }

    /// Ends the checks.
    pub(crate) fn done(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(ServiceError::Invalid(self.0)) }
    }
}

/// What is said of a day in a year that nobody means.
pub(crate) fn out_of_reach() -> String {
    format!("a day in the years {} to {} is expected", YEARS.start(), YEARS.end())
}

/// An e-mail address as it is kept and compared.
pub(crate) fn normal_email(text: &str) -> String {
    text.trim().to_lowercase()
}
