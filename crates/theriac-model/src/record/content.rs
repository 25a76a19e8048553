//! The content of a record: a JSON object of the shape that its kind's fields give.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Choices, Field, FieldType, Kind};
use crate::{CanonicalError, canonical_json};

const MARKDOWN_MAX: usize = 100_000;
/// Most entries of a list.
pub const LIST_MAX: usize = 1_000;
const WORD_MAX: usize = 500;

/// How much a content must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completeness {
    /// A draft: what is there is of the right shape.
    Draft,
    /// A revision: everything required is there too.
    Submitted,
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{field}: {message}")]
pub struct FieldError {
    /// The field's id; `attendees.0.person` for a field in a row.
    pub field: String,
    /// What is wrong and what is right.
    pub message: String,
}

impl FieldError {
    /// An error at a field.
    #[must_use]
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

/// Content that has been checked against its kind: empty values left out, lists trimmed, dates real.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Content(Map<String, Value>);

impl Content {
    /// Content as it was stored; it was checked when it was written.
    #[must_use]
    pub fn from_stored(map: Map<String, Value>) -> Self {
        Self(map)
    }

    /// Checks a JSON object against a kind.
    ///
    /// # Errors
    /// Every field that is unknown, of another shape, out of bounds or (for a revision) missing.
    pub fn check(kind: &Kind, value: &Value, completeness: Completeness) -> Result<Self, Vec<FieldError>> {
        let Value::Object(map) = value else {
            return Err(vec![FieldError::new("", "the content must be a JSON object of the kind's fields")]);
        };
        let mut errors = Vec::new();
        let content = Self(check_fields(kind.fields, map, "", completeness, &mut errors));
        if completeness == Completeness::Submitted && errors.is_empty() {
            (kind.validate)(&content, &mut errors);
        }
        if errors.is_empty() { Ok(content) } else { Err(errors) }
    }

    /// The canonical text (RFC 8785): what revisions are named by.
    ///
    /// # Errors
    /// Never for checked content; a stored float would be one.
    pub fn canonical(&self) -> Result<String, CanonicalError> {
        canonical_json(&self.0)
    }

    /// The JSON object.
    #[must_use]
    pub const fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    /// The JSON object.
    #[must_use]
    pub fn into_map(self) -> Map<String, Value> {
        self.0
    }

    /// The value of a field.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.0.get(field)
    }

    /// The same with another list of texts in a field.
    #[must_use]
    pub fn with_list(mut self, field: &str, texts: impl IntoIterator<Item = String>) -> Self {
        self.0.insert(field.to_owned(), texts.into_iter().map(Value::String).collect());
        self
    }

    /// The text of a field that holds a string; empty when it is absent.
    #[must_use]
    pub fn text(&self, field: &str) -> &str {
        self.0.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    /// The number in a field.
    #[must_use]
    pub fn integer(&self, field: &str) -> Option<i64> {
        self.0.get(field).and_then(Value::as_i64)
    }

    /// The day in a field.
    #[must_use]
    pub fn date(&self, field: &str) -> Option<Date> {
        self.text(field).parse().ok()
    }

    /// The texts in a field that holds a list.
    #[must_use]
    pub fn list(&self, field: &str) -> Vec<&str> {
        let items = self.0.get(field).and_then(Value::as_array);
        items.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// Every person that the content names, with the field that does.
    #[must_use]
    pub fn people(&self, kind: &Kind) -> Vec<(String, String)> {
        self.named(kind.fields, |field_type| matches!(field_type, FieldType::Person))
    }

    /// Every evidence that the content cites, with the field that does.
    #[must_use]
    pub fn evidence(&self, kind: &Kind) -> Vec<(String, String)> {
        self.named(kind.fields, |field_type| matches!(field_type, FieldType::Evidence))
    }

    fn named(&self, fields: &[Field], wanted: fn(&FieldType) -> bool) -> Vec<(String, String)> {
        let mut found = Vec::new();
        collect_named(&self.0, fields, "", wanted, &mut found);
        found
    }
}

fn collect_named(
    map: &Map<String, Value>,
    fields: &[Field],
    prefix: &str,
    wanted: fn(&FieldType) -> bool,
    found: &mut Vec<(String, String)>,
) {
    for field in fields {
        let at = format!("{prefix}{}", field.id);
        match map.get(field.id) {
            Some(Value::String(text)) if wanted(&field.field_type) => found.push((at, text.clone())),
            Some(Value::Array(items)) => {
                if let FieldType::Rows(fields) = field.field_type {
                    for (index, row) in items.iter().enumerate() {
                        if let Value::Object(row) = row {
                            collect_named(row, fields, &format!("{at}.{index}."), wanted, found);
                        }
                    }
                } else if wanted(&field.field_type) {
                    let texts = items.iter().filter_map(Value::as_str);
                    found.extend(texts.map(|text| (at.clone(), text.to_owned())));
                }
            }
            _ => {}
        }
    }
}

fn check_fields(
    fields: &[Field],
    map: &Map<String, Value>,
    prefix: &str,
    completeness: Completeness,
    errors: &mut Vec<FieldError>,
) -> Map<String, Value> {
    for key in map.keys().filter(|key| !fields.iter().any(|field| field.id == key.as_str())) {
        let known: Vec<_> = fields.iter().map(|field| field.id).collect();
        errors.push(FieldError::new(
            format!("{prefix}{key}"),
            format!("unknown field; the fields are {}", known.join(", ")),
        ));
    }
    let mut checked = Map::new();
    for field in fields {
        let at = format!("{prefix}{}", field.id);
        let value = map.get(field.id).filter(|value| !is_empty(value));
        match value.map(|value| check_value(field, value, &at, completeness, errors)) {
            Some(Some(value)) => {
                checked.insert(field.id.to_owned(), value);
            }
            Some(None) => {}
            None if completeness == Completeness::Submitted && is_required(field, map) => {
                errors.push(FieldError::new(at, format!("{} is missing", field.label)));
            }
            None => {}
        }
    }
    checked
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.iter().all(is_empty),
        Value::Object(map) => map.values().all(is_empty),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn is_required(field: &Field, map: &Map<String, Value>) -> bool {
    let by_choice =
        field.required_if.is_some_and(|(choice, word)| map.get(choice).is_some_and(|value| value == word));
    field.required || by_choice
}

/// The value in its stored form, or an error pushed and nothing.
fn check_value(
    field: &Field,
    value: &Value,
    at: &str,
    completeness: Completeness,
    errors: &mut Vec<FieldError>,
) -> Option<Value> {
    let checked = match field.field_type {
        FieldType::Text { max } => line(value, max),
        FieldType::Markdown => text(value, MARKDOWN_MAX),
        FieldType::Person | FieldType::Build => line(value, 100),
        FieldType::Choice(Choices::Scale(_)) => line(value, 60),
        FieldType::Choice(Choices::Clauses) => line(value, 12),
        FieldType::Choice(Choices::Fixed(words)) => choice(value, words),
        FieldType::Integer { min, max } => integer(value, min, max),
        FieldType::Boolean => boolean(value),
        FieldType::Date => date(value),
        FieldType::Words | FieldType::Clauses | FieldType::Evidence | FieldType::Refs => {
            list(value, field.field_type)
        }
        FieldType::Rows(fields) => return check_rows(fields, value, at, completeness, errors),
    };
    checked.map_err(|message| errors.push(FieldError::new(at, message))).ok()
}

fn check_rows(
    fields: &[Field],
    value: &Value,
    at: &str,
    completeness: Completeness,
    errors: &mut Vec<FieldError>,
) -> Option<Value> {
    let Value::Array(items) = value else {
        errors.push(FieldError::new(at, "a list of rows is expected"));
        return None;
    };
    if items.len() > LIST_MAX {
        errors.push(FieldError::new(at, format!("{} rows are too many: at most {LIST_MAX}", items.len())));
        return None;
    }
    let mut checked = Vec::new();
    for (index, item) in items.iter().enumerate().filter(|(_, item)| !is_empty(item)) {
        match item {
            Value::Object(row) => {
                let row = check_fields(fields, row, &format!("{at}.{index}."), completeness, errors);
                checked.push(Value::Object(row));
            }
            _ => errors.push(FieldError::new(format!("{at}.{index}"), "a row is a JSON object")),
        }
    }
    Some(Value::Array(checked))
}

fn text(value: &Value, max: usize) -> Result<Value, String> {
    let Value::String(text) = value else {
        return Err("text is expected".to_owned());
    };
    let text = text.replace("\r\n", "\n");
    let text = text.trim();
    if let Some(bad) = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        return Err(format!("the control character U+{:04X} is not allowed", u32::from(bad)));
    }
    if let Some(message) = direction_override(text) {
        return Err(message);
    }
    let length = text.chars().count();
    if length > max {
        return Err(format!("{length} characters are too many: at most {max}"));
    }
    Ok(Value::String(text.to_owned()))
}

/// What is wrong with a text that overrides the direction of writing: people would read and sign something else than what
/// stands there. Languages that are written from right to left need no override.
#[must_use]
pub fn direction_override(text: &str) -> Option<String> {
    let (code, name) = text.chars().find_map(|c| match c {
        '\u{202d}' => Some(("U+202D", "left-to-right override")),
        '\u{202e}' => Some(("U+202E", "right-to-left override")),
        _ => None,
    })?;
    Some(format!(
        "the character {code} ({name}) is not allowed: what follows it reads otherwise than it stands"
    ))
}

fn line(value: &Value, max: usize) -> Result<Value, String> {
    let value = text(value, max)?;
    match value.as_str() {
        Some(text) if text.contains('\n') => Err("one line is expected, without a line break".to_owned()),
        _ => Ok(value),
    }
}

fn choice(value: &Value, words: &[&str]) -> Result<Value, String> {
    match value.as_str().map(str::trim) {
        Some(word) if words.contains(&word) => Ok(Value::String(word.to_owned())),
        _ => Err(format!("one of these is expected: {}", words.join(", "))),
    }
}

fn integer(value: &Value, min: i64, max: i64) -> Result<Value, String> {
    match value.as_i64() {
        Some(number) if (min..=max).contains(&number) => Ok(Value::from(number)),
        _ => Err(format!("a whole number from {min} to {max} is expected")),
    }
}

fn boolean(value: &Value) -> Result<Value, String> {
    value.as_bool().map(Value::Bool).ok_or_else(|| "true or false is expected".to_owned())
}

/// The years of days that people write; another one is a slip of the finger.
pub const YEARS: std::ops::RangeInclusive<i16> = 1900..=2999;

fn date(value: &Value) -> Result<Value, String> {
    let text = value.as_str().map(str::trim).unwrap_or_default();
    let day: Option<Date> = text.parse().ok();
    match day {
        Some(day) if day.to_string() == text && YEARS.contains(&day.year()) => {
            Ok(Value::String(text.to_owned()))
        }
        _ => Err(format!(
            "a day of the form 2026-11-24 is expected, in the years {} to {}",
            YEARS.start(),
            YEARS.end()
        )),
    }
}

fn list(value: &Value, field_type: FieldType) -> Result<Value, String> {
    let Value::Array(items) = value else {
        return Err("a list of texts is expected".to_owned());
    };
    if items.len() > LIST_MAX {
        return Err(format!("{} entries are too many: at most {LIST_MAX}", items.len()));
    }
    let mut checked: Vec<Value> = Vec::new();
    for item in items.iter().filter(|item| !is_empty(item)) {
        let item = line(item, WORD_MAX)?;
        entry(item.as_str().unwrap_or_default(), field_type)?;
        if checked.contains(&item) {
            return Err(format!("{item} stands there twice"));
        }
        checked.push(item);
    }
    Ok(Value::Array(checked))
}

fn entry(text: &str, field_type: FieldType) -> Result<(), String> {
    let fits = match field_type {
        FieldType::Clauses => is_clause(text),
        FieldType::Evidence => is_numbered(text, "EVID"),
        _ => true,
    };
    if fits {
        return Ok(());
    }
    Err(match field_type {
        FieldType::Clauses => format!("'{text}' is not a clause number such as 5.8.1"),
        _ => format!("'{text}' is not an evidence id such as EVID-3"),
    })
}

fn is_clause(text: &str) -> bool {
    let mut parts = text.split('.');
    let first = parts.next().unwrap_or_default();
    let named = first.len() == 1 && first.chars().all(|c| c.is_ascii_uppercase() || ('4'..='9').contains(&c));
    named && parts.all(|part| !part.is_empty() && part.len() <= 2 && part.chars().all(|c| c.is_ascii_digit()))
}

fn is_numbered(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('-'))
        .is_some_and(|number| !number.is_empty() && number.chars().all(|c| c.is_ascii_digit()))
}
