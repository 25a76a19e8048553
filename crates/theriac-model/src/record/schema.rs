//! The JSON Schema (draft 2020-12) of a kind's content, for the API and for files.

use serde_json::{Value, json};

use super::{Choices, Field, FieldType, Kind};

impl Kind {
    /// The schema of complete content.
    #[must_use]
    pub fn json_schema(&self) -> Value {
        let mut schema = object(self.fields);
        schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
        schema["title"] = json!(self.title);
        schema["description"] = json!(self.purpose);
        schema
    }
}

fn object(fields: &[Field]) -> Value {
    let properties: serde_json::Map<_, _> =
        fields.iter().map(|field| (field.id.to_owned(), field_schema(field))).collect();
    let required: Vec<_> = fields.iter().filter(|field| field.required).map(|field| field.id).collect();
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
        "required": required,
    })
}

fn field_schema(field: &Field) -> Value {
    let mut schema = match field.field_type {
        FieldType::Text { max } => json!({"type": "string", "maxLength": max}),
        FieldType::Markdown => {
            json!({"type": "string", "maxLength": 100_000, "contentMediaType": "text/markdown"})
        }
        FieldType::Choice(Choices::Fixed(words)) => json!({"enum": words}),
        FieldType::Choice(Choices::Scale(_)) => json!({"type": "string", "maxLength": 60}),
        FieldType::Choice(Choices::Clauses) => json!({"type": "string", "maxLength": 12}),
        FieldType::Person | FieldType::Build => json!({"type": "string", "maxLength": 100}),
        FieldType::Words | FieldType::Refs => {
            json!({"type": "array", "items": {"type": "string"}, "uniqueItems": true})
        }
        FieldType::Integer { min, max } => json!({"type": "integer", "minimum": min, "maximum": max}),
        FieldType::Boolean => json!({"type": "boolean"}),
        FieldType::Date => json!({"type": "string", "format": "date"}),
        FieldType::Clauses => json!({
            "type": "array", "uniqueItems": true,
            "items": {"type": "string", "pattern": "^[4-9A-Z](\\.[0-9]{1,2})*$"},
        }),
        FieldType::Evidence => json!({
            "type": "array", "uniqueItems": true,
            "items": {"type": "string", "pattern": "^EVID-[0-9]+$"},
        }),
        FieldType::Rows(fields) => json!({"type": "array", "items": object(fields)}),
    };
    schema["title"] = json!(field.label);
    if !field.help.is_empty() {
        schema["description"] = json!(field.help);
    }
    schema
}
