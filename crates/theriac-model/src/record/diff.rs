//! What changed between two contents, field by field, as people read it.

use serde_json::Value;

use super::{Content, Field, FieldType, Kind};

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// The field's id.
    pub field: &'static str,
    /// The field's label.
    pub label: &'static str,
    /// The text before; empty when the field was absent.
    pub before: String,
    /// The text after; empty when the field is absent.
    pub after: String,
}

impl Kind {
    /// The fields in which two contents differ, in the kind's order.
    #[must_use]
    pub fn changes(&self, before: &Content, after: &Content) -> Vec<FieldChange> {
        let differing = self.fields.iter().filter(|field| before.get(field.id) != after.get(field.id));
        differing
            .map(|field| FieldChange {
                field: field.id,
                label: field.label,
                before: field.display(before.get(field.id)),
                after: field.display(after.get(field.id)),
            })
            .collect()
    }
}

impl Field {
    /// A value of this field as a person reads it: one line for each entry of a list or row.
    #[must_use]
    pub fn display(&self, value: Option<&Value>) -> String {
        let Some(value) = value else { return String::new() };
        match self.field_type {
            FieldType::Boolean => if value == &Value::Bool(true) { "yes" } else { "no" }.to_owned(),
            FieldType::Integer { .. } => value.to_string(),
            FieldType::Text { .. }
            | FieldType::Markdown
            | FieldType::Choice(_)
            | FieldType::Date
            | FieldType::Person
            | FieldType::Build => value.as_str().unwrap_or_default().to_owned(),
            FieldType::Words | FieldType::Clauses | FieldType::Evidence | FieldType::Refs => {
                let items = value.as_array().into_iter().flatten().filter_map(Value::as_str);
                items.collect::<Vec<_>>().join("\n")
            }
            FieldType::Rows(fields) => {
                let items = value.as_array().into_iter().flatten();
                items.map(|row| display_row(fields, row)).collect::<Vec<_>>().join("\n")
            }
        }
    }
}

fn display_row(fields: &[Field], row: &Value) -> String {
    let cells = fields.iter().filter_map(|field| {
        let text = field.display(row.get(field.id));
        (!text.is_empty()).then(|| format!("{}: {text}", field.label))
    });
    cells.collect::<Vec<_>>().join("; ")
}
