//! Semantic versioning (semver.org 2.0.0, clause 11) with numbers of any length, shared by three dialects.

use std::cmp::Ordering;
use std::fmt;

/// Longer texts are no versions; keeps comparison cheap whatever a file says.
const MAX_LENGTH: usize = 256;

/// A version in semantic order. Build metadata is dropped: it has no place in the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Semver {
    /// At least three numbers, with no trailing zeros beyond the third.
    numbers: Vec<Number>,
    /// Pre-release identifiers; empty for a release.
    pre: Vec<Identifier>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Identifier {
    // Numeric identifiers sort below words (clause 11.4.3), hence the order of the variants.
    Number(Number),
    Word(String),
}

/// A decimal number without leading zeros, of any length.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Number(Box<str>);

impl Number {
    fn read(text: &str) -> Option<Self> {
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let digits = text.trim_start_matches('0');
        Some(Self(if digits.is_empty() { "0".into() } else { digits.into() }))
    }

    fn is_zero(&self) -> bool {
        &*self.0 == "0"
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Semver {
    /// Reads `1.2.3-pre+build`. Missing minor or patch numbers count as zero and further numbers are kept,
    /// as OSV's own tools do, since advisories and lock files hold such versions.
    pub(super) fn read(text: &str) -> Option<Self> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        let (rest, build) = text.split_once('+').map_or((text, None), |(rest, build)| (rest, Some(build)));
        if build.is_some_and(|build| !is_dotted_words(build)) {
            return None;
        }
        let (numbers, pre) = rest.split_once('-').map_or((rest, None), |(rest, pre)| (rest, Some(pre)));
        let numbers = numbers.split('.').map(Number::read).collect::<Option<Vec<_>>>()?;
        let pre = match pre {
            Some(pre) if is_dotted_words(pre) => pre.split('.').map(Identifier::read).collect(),
            Some(_) => return None,
            None => Vec::new(),
        };
        Some(Self::new(numbers, pre))
    }

    fn new(mut numbers: Vec<Number>, pre: Vec<Identifier>) -> Self {
        while numbers.len() < 3 {
            numbers.push(Number("0".into()));
        }
        while numbers.len() > 3 && numbers.last().is_some_and(Number::is_zero) {
            numbers.pop();
        }
        Self { numbers, pre }
    }
}

impl Identifier {
    fn read(text: &str) -> Self {
        Number::read(text).map_or_else(|| Self::Word(text.to_owned()), Self::Number)
    }
}

fn is_dotted_words(text: &str) -> bool {
    let is_word_byte = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    text.split('.').all(|word| !word.is_empty() && word.bytes().all(is_word_byte))
}

impl Ord for Semver {
    fn cmp(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers).then_with(|| match (self.pre.is_empty(), other.pre.is_empty()) {
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            _ => self.pre.cmp(&other.pre),
        })
    }
}

impl PartialOrd for Semver {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Semver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, number) in self.numbers.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { "." })?;
            f.write_str(&number.0)?;
        }
        for (index, identifier) in self.pre.iter().enumerate() {
            f.write_str(if index == 0 { "-" } else { "." })?;
            match identifier {
                Identifier::Number(Number(text)) => f.write_str(text)?,
                Identifier::Word(text) => f.write_str(text)?,
            }
        }
        Ok(())
    }
}
