//! A document as a tree that borrows from its text, the same for JSON and XML.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A value and where it starts.
#[derive(Debug)]
pub(crate) struct Node<'a> {
    /// Byte offset in the text; zero in JSON, where the path says the place.
    pub(crate) at: usize,
    pub(crate) value: Value<'a>,
}

#[derive(Debug)]
pub(crate) enum Value<'a> {
    Null,
    Flag(bool),
    Integer(i64),
    /// Any other number.
    Number(f64),
    Text(Cow<'a, str>),
    List(Vec<Node<'a>>),
    /// Members in the order of the source, each name once.
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
}

impl<'a> Node<'a> {
    pub(crate) fn new(at: usize, value: Value<'a>) -> Self {
        Self { at, value }
    }

    pub(crate) fn members(&self) -> &[(Cow<'a, str>, Node<'a>)] {
        match &self.value {
            Value::Object(members) => members,
            _ => &[],
        }
    }

    pub(crate) fn items(&self) -> &[Node<'a>] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Node<'a>> {
        self.members().iter().find(|(member, _)| member == name).map(|(_, node)| node)
    }

    /// The items of a list member; nothing when it is absent or something else.
    pub(crate) fn list(&self, name: &str) -> &[Node<'a>] {
        self.get(name).map_or(&[], Node::items)
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Node::as_text)
    }

    /// The text of a member, owned; `None` when it is absent or empty.
    pub(crate) fn owned(&self, name: &str) -> Option<String> {
        self.text(name).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        match self.get(name)?.value {
            Value::Flag(flag) => Some(flag),
            _ => None,
        }
    }

    /// What the value is, for messages.
    pub(crate) fn noun(&self) -> &'static str {
        match &self.value {
            Value::Null => "null",
            Value::Flag(_) => "true or false",
            Value::Integer(_) | Value::Number(_) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Object(_) => "an object",
        }
    }

    /// A hash of the content that is the same for equal values, whatever the order of their members.
    pub(crate) fn content_hash(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        std::mem::discriminant(&self.value).hash(&mut hasher);
        match &self.value {
            Value::Null => {}
            Value::Flag(flag) => flag.hash(&mut hasher),
            Value::Integer(number) => number.hash(&mut hasher),
            Value::Number(number) => number.to_bits().hash(&mut hasher),
            Value::Text(text) => text.hash(&mut hasher),
            Value::List(items) => items.iter().for_each(|item| item.content_hash().hash(&mut hasher)),
            Value::Object(members) => members
                .iter()
                .fold(0_u64, |sum, (name, node)| {
                    let mut member = DefaultHasher::new();
                    (name, node.content_hash()).hash(&mut member);
                    sum.wrapping_add(member.finish())
                })
                .hash(&mut hasher),
        }
        hasher.finish()
    }
}
