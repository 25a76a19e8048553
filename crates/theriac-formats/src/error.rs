//! What is wrong with a file, and where.

use std::fmt;

/// Where in a file something stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Place {
    /// The file as a whole.
    Whole,
    /// A JSON pointer (RFC 6901); empty for the document itself.
    Pointer(String),
    /// Line and column, both from 1; the column counts characters.
    Position {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
}

impl Place {
    /// The line and column of a byte offset.
    pub(crate) fn of_offset(text: &str, offset: usize) -> Self {
        Cursor::new(text).place(offset)
    }

    /// A line as a whole, from 1.
    pub(crate) const fn line(line: usize) -> Self {
        Self::Position { line, column: 1 }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("the file"),
            Self::Pointer(pointer) if pointer.is_empty() => f.write_str("the document"),
            Self::Pointer(pointer) => f.write_str(pointer),
            Self::Position { line, column } => write!(f, "line {line}, column {column}"),
        }
    }
}

/// Finds lines and columns; offsets asked for in order cost one pass over the text together.
pub(crate) struct Cursor<'t> {
    text: &'t str,
    offset: usize,
    line: usize,
    column: usize,
}

impl<'t> Cursor<'t> {
    pub(crate) const fn new(text: &'t str) -> Self {
        Self { text, offset: 0, line: 1, column: 1 }
    }

    pub(crate) fn place(&mut self, offset: usize) -> Place {
        let offset = self.text.floor_char_boundary(offset);
        if offset < self.offset {
            *self = Self::new(self.text);
        }
        for c in self.text[self.offset..offset].chars() {
            if c == '\n' {
                self.line += 1;
                self.column = 1;
            } else {
                self.column += 1;
            }
        }
        self.offset = offset;
        Place::Position { line: self.line, column: self.column }
    }
}

/// What sort of thing is wrong; only [`Structure`](Self::Structure) can be accepted as a listed defect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// Nothing that Theriac reads.
    Unrecognised,
    /// A known format in a version that is not read.
    Unsupported,
    /// Not text in UTF-8 or UTF-16.
    Encoding,
    /// Not well-formed: truncated, a duplicate key, an entity.
    Syntax,
    /// Beyond a limit on size, depth or number.
    Limit,
    /// Well-formed, but not as the format demands.
    Structure,
}

/// Why a file was not read. The caller adds the name of the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct ReadError {
    /// What sort of thing is wrong.
    pub kind: ErrorKind,
    /// Where.
    pub place: Place,
    /// What is wrong and what is expected instead.
    pub reason: String,
}

impl ReadError {
    pub(crate) fn new(kind: ErrorKind, place: Place, reason: impl Into<String>) -> Self {
        Self { kind, place, reason: reason.into() }
    }
}

/// Something wrong that an organisation chose to accept; it shows on the evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defect {
    /// Where.
    pub place: Place,
    /// What is wrong and what is expected instead.
    pub reason: String,
}

/// A text as a message may quote it: short, without control characters.
pub(crate) fn quote(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut short: String =
        text.chars().take(LONGEST).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(LONGEST).is_some() {
        short.push('…');
    }
    format!("'{short}'")
}

/// Words as a message lists them: "a, b or c", at most a dozen.
pub(crate) fn list<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    const MOST: usize = 12;
    let mut words: Vec<&str> = words.into_iter().collect();
    if words.len() > MOST {
        words.truncate(MOST);
        return format!("{}, …", words.join(", "));
    }
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        Some((only, _)) => (*only).to_owned(),
        None => String::new(),
    }
}
