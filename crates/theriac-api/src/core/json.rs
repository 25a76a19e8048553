//! JSON bodies, strictly: duplicate keys, deep nesting and numbers that no field takes are refused, with the place.

use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::Problem;

/// Deepest nesting of a body.
const DEPTH: usize = 32;
/// Most values of a body.
const VALUES: usize = 1_000_000;

/// Reads a body into an operation's input.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let value = parse(bytes)?;
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let place = if path == "." { String::new() } else { format!("/{}", path.replace('.', "/")) };
        let reason = plain(&error.into_inner().to_string());
        let at = if place.is_empty() { "The body".to_owned() } else { format!("The body at {place}") };
        Problem::malformed(place, format!("{at} is not what is expected: {reason}"))
    })
}

/// What a parser says, without the names of the program's types.
pub(super) fn plain(reason: &str) -> String {
    if let Some((found, _)) = reason.split_once("expected struct ") {
        return format!("{found}expected an object");
    }
    ["u32", "u64", "i64"].iter().fold(reason.to_owned(), |reason, name| {
        reason.replace(&format!("expected {name}"), "expected a whole number that fits")
    })
}

fn parse(bytes: &[u8]) -> Result<Value, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let place = format!("byte {}", error.valid_up_to());
        Problem::malformed(&*place, format!("The body is not UTF-8 at {place}; JSON is sent as UTF-8."))
    })?;
    if text.trim().is_empty() {
        return Err(Problem::malformed("body", "The body is empty; a JSON object is expected."));
    }
    let mut source = serde_json::Deserializer::from_str(text);
    let mut left = VALUES;
    let parsed = Strict { depth: 0, left: &mut left }
        .deserialize(&mut source)
        .and_then(|value| source.end().map(|()| value));
    parsed.map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        let text = error.to_string();
        let reason = text.rsplit_once(" at line ").map_or(&*text, |(reason, _)| reason);
        Problem::malformed(&*place, format!("The body is not the JSON that is taken, at {place}: {reason}."))
    })
}

struct Strict<'b> {
    depth: usize,
    left: &'b mut usize,
}

impl Strict<'_> {
    fn deeper(&mut self) -> Strict<'_> {
        Strict { depth: self.depth + 1, left: self.left }
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        if self.depth > DEPTH {
            return Err(D::Error::custom(format!("it is nested more than {DEPTH} levels deep")));
        }
        let left = self.left.checked_sub(1);
        *self.left = left.ok_or_else(|| D::Error::custom(format!("it holds more than {VALUES} values")))?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        match i64::try_from(number) {
            Ok(number) => Ok(Value::Number(number.into())),
            Err(_) => Err(E::custom("a number is larger than any field takes")),
        }
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        Number::from_f64(number).map(Value::Number).ok_or_else(|| E::custom("a number is out of range"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        if text.contains('\0') {
            return Err(E::custom("a text holds the character NUL (\\u0000), which no field takes"));
        }
        Ok(Value::String(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut source: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = source.next_element_seed(self.deeper())? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut source: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = source.next_key::<String>()? {
            if name.contains('\0') {
                return Err(A::Error::custom("a key holds the character NUL (\\u0000), which no field has"));
            }
            if members.contains_key(&name) {
                let name: String = name.chars().take(80).collect();
                return Err(A::Error::custom(format!("the key {name:?} stands twice in one object")));
            }
            let value = source.next_value_seed(self.deeper())?;
            members.insert(name, value);
        }
        Ok(Value::Object(members))
    }
}
