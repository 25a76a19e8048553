//! Canonical JSON (RFC 8785) without floats: one value, one text, one digest.

use serde::Serialize;
use serde_json::Value;

/// A value that has no canonical form here.
#[derive(Debug, thiserror::Error)]
pub enum CanonicalError {
    /// RFC 8785 orders floats by ECMAScript's rules; content has none, so they are refused instead.
    #[error("{at}: the number {number} is not a whole number; write it as text or in a smaller unit")]
    Float {
        /// JSON pointer to the number.
        at: String,
        /// The number as it stands.
        number: String,
    },
    /// The value cannot be written as JSON at all.
    #[error("the value cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// The canonical text of a value: members sorted by UTF-16 code units, no spaces, whole numbers only.
///
/// # Errors
/// When the value holds a number that is not a whole number, or cannot be written as JSON.
pub fn canonical_json<T: Serialize + ?Sized>(value: &T) -> Result<String, CanonicalError> {
    let value = serde_json::to_value(value)?;
    let mut out = String::new();
    write(&value, &mut String::new(), &mut out)?;
    Ok(out)
}

fn write(value: &Value, at: &mut String, out: &mut String) -> Result<(), CanonicalError> {
    match value {
        Value::Number(number) if !(number.is_i64() || number.is_u64()) => {
            return Err(CanonicalError::Float { at: at.clone(), number: number.to_string() });
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            out.push_str(&serde_json::to_string(value)?);
        }
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                within(at, &index.to_string(), |at| write(item, at, out))?;
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push('{');
            for (index, (key, member)) in members.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                out.push_str(&serde_json::to_string(key)?);
                out.push(':');
                within(at, key, |at| write(member, at, out))?;
            }
            out.push('}');
        }
    }
    Ok(())
}

fn within<T>(at: &mut String, step: &str, inner: impl FnOnce(&mut String) -> T) -> T {
    let length = at.len();
    at.push('/');
    at.push_str(step);
    let result = inner(at);
    at.truncate(length);
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn members_are_sorted_by_utf16_and_text_is_not_escaped_more_than_needed() {
        let value = json!({"\u{20ac}": 1, "\r": 2, "a": ["é", "\u{1}"], "\u{1f600}": null});
        assert_eq!(
            canonical_json(&value).unwrap(),
            "{\"\\r\":2,\"a\":[\"é\",\"\\u0001\"],\"\u{20ac}\":1,\"\u{1f600}\":null}"
        );
    }

    #[test]
    fn a_float_is_refused_with_its_place() {
        let error = canonical_json(&json!({"a": [1, 2.5]})).unwrap_err();
        assert_eq!(
            error.to_string(),
            "/a/1: the number 2.5 is not a whole number; write it as text or in a smaller unit"
        );
    }
}
