//! Typed reading of a record's canonical content; what does not fit is an error that names record and field.

use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::facts::FactsError;
use crate::facts::input::{LinkInput, RecordInput};

/// The content of one record.
#[derive(Clone, Copy)]
pub(super) struct Content<'a> {
    id: &'a str,
    fields: &'a Map<String, Value>,
}

impl<'a> Content<'a> {
    pub(super) fn of(record: &'a RecordInput) -> Self {
        Self { id: &record.id, fields: &record.content }
    }

    /// The revision of a link's target that the link was made against; `None` where nothing is known of it.
    pub(super) fn pinned(link: &'a LinkInput, target: &'a RecordInput) -> Option<Self> {
        match target.digest == link.pinned {
            true => Some(Self::of(target)),
            false => link.pinned_content.as_ref().map(|fields| Self { id: &target.id, fields }),
        }
    }

    fn field(&self, name: &str) -> Option<&'a Value> {
        self.fields.get(name).filter(|value| !value.is_null())
    }

    fn wrong(&self, name: &str, expected: &str) -> FactsError {
        FactsError::Content {
            record: self.id.to_owned(),
            field: name.to_owned(),
            expected: expected.to_owned(),
        }
    }

    /// Text; nothing but white space is none.
    pub(super) fn text(&self, name: &str) -> Result<Option<&'a str>, FactsError> {
        match self.field(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.wrong(name, "text")),
        }
    }

    /// Text as a value of its own.
    pub(super) fn owned(&self, name: &str) -> Result<Option<String>, FactsError> {
        Ok(self.text(name)?.map(str::to_owned))
    }

    /// Whether there is anything: text, or a value that is not empty.
    pub(super) fn given(&self, name: &str) -> bool {
        match self.field(name) {
            None | Some(Value::Bool(false)) => false,
            Some(Value::String(text)) => !text.trim().is_empty(),
            Some(Value::Array(items)) => !items.is_empty(),
            Some(Value::Object(members)) => members.values().any(|member| !member.is_null()),
            Some(_) => true,
        }
    }

    /// A person's id.
    pub(super) fn person(&self, name: &str) -> Result<Option<String>, FactsError> {
        self.owned(name)
    }

    pub(super) fn date(&self, name: &str) -> Result<Option<Date>, FactsError> {
        self.text(name)?
            .map(|text| text.parse().map_err(|_| self.wrong(name, "a date, as in 2026-03-31")))
            .transpose()
    }

    pub(super) fn days(&self, name: &str) -> Result<Option<i64>, FactsError> {
        match self.field(name) {
            None => Ok(None),
            Some(value) => {
                let days = value.as_i64().filter(|days| (0..=36_525).contains(days));
                days.map(Some).ok_or_else(|| self.wrong(name, "whole days from 0 to 36525"))
            }
        }
    }

    /// One of a closed set of words.
    pub(super) fn word<T>(&self, name: &str) -> Result<Option<T>, FactsError>
    where
        T: std::str::FromStr<Err = String>,
    {
        self.text(name)?
            .map(|text| text.parse().map_err(|error: String| self.wrong(name, &error)))
            .transpose()
    }

    /// A list of texts.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<String>, FactsError> {
        match self.field(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| match item {
                    Value::String(text) => Ok(text.clone()),
                    _ => Err(self.wrong(name, "a list of texts")),
                })
                .collect(),
            Some(_) => Err(self.wrong(name, "a list of texts")),
        }
    }

    /// A list of rows.
    pub(super) fn rows(&self, name: &str) -> Result<Vec<Content<'a>>, FactsError> {
        match self.field(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| match item {
                    Value::Object(fields) => Ok(Content { id: self.id, fields }),
                    _ => Err(self.wrong(name, "a list of rows")),
                })
                .collect(),
            Some(_) => Err(self.wrong(name, "a list of rows")),
        }
    }

    /// Whether a yes-or-no field says yes.
    pub(super) fn yes(&self, name: &str) -> Result<bool, FactsError> {
        match self.field(name) {
            None => Ok(false),
            Some(Value::Bool(yes)) => Ok(*yes),
            Some(_) => Err(self.wrong(name, "true or false")),
        }
    }
}
