//! Whether a facts file is what its schema says beyond the types of its fields: days are days, numbers in their range,
//! each `ref` once in its list. A new rule is a keyword of the schema, looked at here.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde_json::Value;

use super::{Facts, facts_schema};

/// The most mistakes that are told at once.
const MAX_ERRORS: usize = 20;

/// Something in facts that is not what it is to be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct Unsound {
    /// Where: `findings[3].opened_on`.
    pub place: String,
    /// What is wrong, and what is expected.
    pub reason: String,
}

impl Facts {
    /// Looks whether every value is what the schema says.
    ///
    /// # Errors
    /// What is not, each with its place; at most 20.
    pub fn sound(&self) -> Result<(), Vec<Unsound>> {
        let schema = facts_schema();
        let mut walk = Walk { root: &schema, errors: Vec::new() };
        match serde_json::to_value(self) {
            Ok(facts) => walk.value("", &facts, &schema),
            Err(error) => walk.fail("", error.to_string()),
        }
        if walk.errors.is_empty() { Ok(()) } else { Err(walk.errors) }
    }
}

struct Walk<'a> {
    root: &'a Value,
    errors: Vec<Unsound>,
}

impl<'a> Walk<'a> {
    fn fail(&mut self, place: &str, reason: String) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(Unsound { place: place.to_owned(), reason });
        }
    }

    fn value(&mut self, place: &str, value: &Value, schema: &'a Value) {
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
            return self.value(place, value, &self.root["$defs"][name]);
        }
        if let Some(choices) = schema["anyOf"].as_array().filter(|_| !value.is_null()) {
            return choices.iter().for_each(|choice| self.value(place, value, choice));
        }
        match value {
            Value::String(text) if schema["format"] == "date" && text.parse::<Date>().is_err() => {
                self.fail(place, format!("'{text}' is no date; YYYY-MM-DD is expected"));
            }
            Value::Number(number) if below(number.as_i64(), &schema["minimum"]) => {
                self.fail(place, format!("{number} is less than {}", schema["minimum"]));
            }
            Value::Array(items) => {
                let mut seen = BTreeSet::new();
                for (number, item) in items.iter().enumerate() {
                    let place = format!("{place}[{number}]");
                    if let Some(name) = item["ref"].as_str().filter(|name| !seen.insert(*name)) {
                        self.fail(&place, format!("the ref '{name}' comes twice in its list"));
                    }
                    self.value(&place, item, &schema["items"]);
                }
            }
            Value::Object(fields) => {
                for (name, field) in fields {
                    let dot = if place.is_empty() { "" } else { "." };
                    self.value(&format!("{place}{dot}{name}"), field, &schema["properties"][name]);
                }
            }
            _ => {}
        }
    }
}

/// Whether a number is less than the least that may be.
fn below(number: Option<i64>, least: &Value) -> bool {
    number.zip(least.as_i64()).is_some_and(|(number, least)| number < least)
}
