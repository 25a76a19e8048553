//! JSON into a [`Node`] tree: duplicate keys refused, depth, number and length of values limited.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::error::{ErrorKind, Place, ReadError, quote};
use crate::limits::Limits;
use crate::tree::{Node, Value};

/// Beyond this many members an object's names are looked up by hash instead of one by one.
const SMALL: usize = 16;

/// serde_json itself stops at 128 levels.
const DEEPEST: usize = 120;

/// Parses a whole document.
pub(crate) fn parse<'a>(text: &'a str, limits: &Limits) -> Result<Node<'a>, ReadError> {
    let mut budget =
        Budget { values: limits.values, depth: limits.depth.min(DEEPEST), text: limits.text, hit: None };
    let mut source = serde_json::Deserializer::from_str(text);
    let parsed = Seed { depth: 0, budget: &mut budget }
        .deserialize(&mut source)
        .and_then(|node| source.end().map(|()| node));
    parsed.map_err(|error| explain(&error, budget.hit))
}

fn explain(error: &serde_json::Error, hit: Option<(ErrorKind, String)>) -> ReadError {
    let place = Place::Position { line: error.line(), column: error.column() };
    if let Some((kind, reason)) = hit {
        return ReadError::new(kind, place, reason);
    }
    if error.is_eof() {
        return ReadError::new(ErrorKind::Syntax, place, "the JSON ends too early; the file seems truncated");
    }
    let text = error.to_string();
    let reason = text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason);
    if reason.starts_with("recursion limit") {
        return ReadError::new(ErrorKind::Limit, place, "the JSON is nested too deeply");
    }
    ReadError::new(ErrorKind::Syntax, place, format!("this is not well-formed JSON: {reason}"))
}

/// What may still be read, and which limit was hit.
struct Budget {
    values: usize,
    depth: usize,
    text: usize,
    hit: Option<(ErrorKind, String)>,
}

impl Budget {
    fn fail<E: serde::de::Error>(&mut self, kind: ErrorKind, reason: String) -> E {
        self.hit = Some((kind, reason));
        E::custom("refused")
    }

    fn take<E: serde::de::Error>(&mut self) -> Result<(), E> {
        match self.values.checked_sub(1) {
            Some(left) => {
                self.values = left;
                Ok(())
            }
            None => Err(self.fail(ErrorKind::Limit, "the file holds more values than are read".to_owned())),
        }
    }

    fn text<'a, E: serde::de::Error>(&mut self, text: Cow<'a, str>) -> Result<Cow<'a, str>, E> {
        if text.len() > self.text {
            let reason = format!("a text is longer than {} bytes", self.text);
            return Err(self.fail(ErrorKind::Limit, reason));
        }
        Ok(text)
    }
}

struct Seed<'b> {
    depth: usize,
    budget: &'b mut Budget,
}

impl<'a> DeserializeSeed<'a> for Seed<'_> {
    type Value = Node<'a>;

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<Node<'a>, D::Error> {
        self.budget.take()?;
        if self.depth > self.budget.depth {
            let reason = format!("the JSON is nested more than {} levels deep", self.budget.depth);
            return Err(self.budget.fail(ErrorKind::Limit, reason));
        }
        deserializer.deserialize_any(self).map(|value| Node::new(0, value))
    }
}

impl<'a> Visitor<'a> for Seed<'_> {
    type Value = Value<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value<'a>, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value<'a>, E> {
        Ok(Value::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value<'a>, E> {
        Ok(Value::Integer(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value<'a>, E> {
        Ok(i64::try_from(number).map_or(Value::Number(number as f64), Value::Integer))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value<'a>, E> {
        Ok(whole(number).map_or(Value::Number(number), Value::Integer))
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, text: &'a str) -> Result<Value<'a>, E> {
        self.budget.text(Cow::Borrowed(text)).map(Value::Text)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Value<'a>, E> {
        self.budget.text(Cow::Owned(text.to_owned())).map(Value::Text)
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut source: A) -> Result<Value<'a>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) =
            source.next_element_seed(Seed { depth: self.depth + 1, budget: &mut *self.budget })?
        {
            items.push(item);
        }
        // Room to grow is most of what a tree of many small lists and objects takes.
        items.shrink_to_fit();
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'a>>(self, mut source: A) -> Result<Value<'a>, A::Error> {
        let mut members: Vec<(Cow<'a, str>, Node<'a>)> = Vec::new();
        let mut names = HashSet::new();
        while let Some(name) = source.next_key_seed(Name)? {
            let name = self.budget.text::<A::Error>(name)?;
            if is_duplicate(&members, &mut names, &name) {
                let reason = format!("the key {} stands twice in one object", quote(&name));
                return Err(self.budget.fail(ErrorKind::Syntax, reason));
            }
            let node = source.next_value_seed(Seed { depth: self.depth + 1, budget: &mut *self.budget })?;
            members.push((name, node));
        }
        members.shrink_to_fit();
        Ok(Value::Object(members))
    }
}

/// A float that is a whole number, as JSON Schema counts it (1.0 is an integer).
fn whole(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    (number.fract() == 0.0 && number.abs() < EXACT).then_some(number as i64)
}

fn is_duplicate<'a>(members: &[(Cow<'a, str>, Node<'a>)], names: &mut HashSet<String>, name: &str) -> bool {
    if members.len() < SMALL {
        return members.iter().any(|(other, _)| other == name);
    }
    if names.is_empty() {
        names.extend(members.iter().map(|(other, _)| other.clone().into_owned()));
    }
    !names.insert(name.to_owned())
}

struct Name;

impl<'a> DeserializeSeed<'a> for Name {
    type Value = Cow<'a, str>;

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<Cow<'a, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'a> Visitor<'a> for Name {
    type Value = Cow<'a, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, text: &'a str) -> Result<Cow<'a, str>, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Cow<'a, str>, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}
