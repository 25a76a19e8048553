//! A submitted HTML form as content: names are field ids, `attendees.0.person` for a field in a row.

use serde_json::{Map, Value};

use super::{Field, FieldType, Kind};

/// The JSON object of a form's pairs, to be checked next. What cannot be read as its type stays text, so that
/// the check names it and the person sees what they typed.
#[must_use]
pub fn form_values(kind: &Kind, pairs: &[(String, String)]) -> Value {
    Value::Object(object(kind.fields, "", pairs))
}

fn object(fields: &[Field], prefix: &str, pairs: &[(String, String)]) -> Map<String, Value> {
    let mut map = Map::new();
    for field in fields {
        let name = format!("{prefix}{}", field.id);
        let given: Vec<&str> =
            pairs.iter().filter(|(key, _)| *key == name).map(|(_, value)| value.as_str()).collect();
        if let Some(value) = value(field, &name, &given, pairs) {
            map.insert(field.id.to_owned(), value);
        }
    }
    map
}

fn value(field: &Field, name: &str, given: &[&str], pairs: &[(String, String)]) -> Option<Value> {
    match field.field_type {
        FieldType::Text { .. }
        | FieldType::Markdown
        | FieldType::Choice(_)
        | FieldType::Date
        | FieldType::Person
        | FieldType::Build => given.last().map(|text| Value::String((*text).to_owned())),
        FieldType::Integer { .. } => given.last().filter(|text| !text.trim().is_empty()).map(|text| {
            text.trim().parse::<i64>().map_or_else(|_| Value::String((*text).to_owned()), Value::from)
        }),
        // A browser sends a ticked box only; the hidden twin says that the box was on the page at all.
        FieldType::Boolean => (!given.is_empty()).then(|| Value::Bool(given.contains(&"true"))),
        // References may hold blanks: names of test cases and components do.
        FieldType::Words | FieldType::Refs => (!given.is_empty()).then(|| split(given, &['\n'])),
        FieldType::Clauses | FieldType::Evidence => {
            (!given.is_empty()).then(|| split(given, &['\n', ',', ' ', ';']))
        }
        FieldType::Rows(fields) => Some(Value::Array(
            row_numbers(name, pairs)
                .into_iter()
                .map(|number| Value::Object(object(fields, &format!("{name}.{number}."), pairs)))
                .collect(),
        )),
    }
}

fn split(given: &[&str], separators: &[char]) -> Value {
    let parts = given.iter().flat_map(|text| text.split(separators));
    let texts = parts.map(str::trim).filter(|part| !part.is_empty());
    Value::Array(texts.map(|text| Value::String(text.to_owned())).collect())
}

/// The numbers of the rows that the form holds, in order; at most a thousand.
fn row_numbers(name: &str, pairs: &[(String, String)]) -> Vec<u32> {
    let mut numbers: Vec<u32> = pairs
        .iter()
        .filter_map(|(key, _)| key.strip_prefix(name)?.strip_prefix('.')?.split('.').next()?.parse().ok())
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers.truncate(1_000);
    numbers
}
