//! CycloneDX XML into the shape of CycloneDX JSON, so that one table and one reader serve both.

use std::borrow::Cow;

use crate::check::Report;
use crate::error::{ReadError, quote};
use crate::rules::{Check, Kind, Member, Shape, Syntax, Type, Xml};
use crate::tree::{Node, Value};
use crate::xml::Element;

type Members<'n> = Vec<(Cow<'n, str>, Node<'n>)>;

/// Elements of one namespace; those of others are extensions and are passed over.
pub(super) struct Shaper<'r, 'n> {
    pub(super) report: &'r mut Report<'n>,
    /// The namespace of CycloneDX in this document.
    pub(super) space: usize,
}

/// What XML says of one object.
struct Source<'n> {
    at: usize,
    attributes: &'n [(Cow<'n, str>, Cow<'n, str>)],
    text: &'n str,
    children: &'n [Element<'n>],
}

impl<'n> Source<'n> {
    fn of(element: &'n Element<'n>) -> Self {
        Self {
            at: element.at,
            attributes: &element.attributes,
            text: element.text.trim(),
            children: &element.children,
        }
    }

    /// An object whose only child this is and that XML leaves out.
    fn around(element: &'n Element<'n>) -> Self {
        Self { at: element.at, attributes: &[], text: "", children: std::slice::from_ref(element) }
    }
}

impl<'n> Shaper<'_, 'n> {
    /// The root element as the object of a type.
    pub(super) fn root(
        &mut self,
        element: &'n Element<'n>,
        ty: &'static Type,
    ) -> Result<Node<'n>, ReadError> {
        self.object(&Source::of(element), ty)
    }

    fn object(&mut self, source: &Source<'n>, ty: &'static Type) -> Result<Node<'n>, ReadError> {
        let mut members = Members::new();
        for (name, value) in source.attributes {
            if let Some(member) = self.member(ty, |member| takes_attribute(member, name)) {
                members.push((Cow::Borrowed(member.name), scalar(source.at, value, &member.kind)));
            }
        }
        self.content(source, ty, &mut members)?;
        for child in source.children {
            if child.space == self.space {
                self.child(child, ty, &mut members)?;
            } else if let Some(member) = self.member(ty, |member| is_foreign(member, &child.name)) {
                members.push((Cow::Borrowed(member.name), Node::new(child.at, Value::Null)));
            }
        }
        Ok(Node::new(source.at, Value::Object(members)))
    }

    fn member(&self, ty: &'static Type, mut wanted: impl FnMut(&Member) -> bool) -> Option<&'static Member> {
        let version = self.report.version;
        ty.members.iter().find(|member| wanted(member) && member.applies(version, Syntax::Xml))
    }

    fn content(
        &mut self,
        source: &Source<'n>,
        ty: &'static Type,
        members: &mut Members<'n>,
    ) -> Result<(), ReadError> {
        match self.member(ty, |member| matches!(member.xml, Xml::Content)) {
            Some(member) if !source.text.is_empty() || member.is_required(Syntax::Xml) => {
                members.push((Cow::Borrowed(member.name), scalar(source.at, source.text, &member.kind)));
                Ok(())
            }
            None if !source.text.is_empty() => {
                let reason = format!("the text {} is not expected in {}", quote(source.text), ty.name);
                self.report.defect(source.at, reason)
            }
            _ => Ok(()),
        }
    }

    fn child(
        &mut self,
        child: &'n Element<'n>,
        ty: &'static Type,
        members: &mut Members<'n>,
    ) -> Result<(), ReadError> {
        self.attributes_of(child, ty, members);
        let Some(member) = self.member(ty, |member| takes_element(member, &child.name)) else {
            return self.unknown(child, ty);
        };
        match member.xml {
            Xml::Items { item, .. } => match self.items_kind(child, item, &member.kind) {
                Some(kind) => {
                    let items = self.items(child, &[(item, Shape::Own)], kind)?;
                    append(members, member, child.at, items);
                    Ok(())
                }
                None => self.single(child, member, members),
            },
            Xml::Variants { items, .. } => {
                let items = self.items(child, items, item_kind(child, &member.kind))?;
                append(members, member, child.at, items);
                Ok(())
            }
            Xml::Repeated(_) if is_list(&member.kind) => {
                let item = self.value(child, item_kind(child, &member.kind))?;
                append(members, member, child.at, vec![item]);
                Ok(())
            }
            Xml::OneOf(names) => self.one_of(child, names, member, members),
            _ => self.single(child, member, members),
        }
    }

    /// Attributes that XML hangs on a child and JSON on the object.
    fn attributes_of(&self, child: &'n Element<'n>, ty: &'static Type, members: &mut Members<'n>) {
        let version = self.report.version;
        for member in ty.members.iter().filter(|member| member.applies(version, Syntax::Xml)) {
            let is_here = matches!(member.xml, Xml::AttributeOf(name) if name == child.name);
            if let (true, Some(value)) = (is_here, child.attribute(member.name)) {
                members.push((Cow::Borrowed(member.name), scalar(child.at, value, &member.kind)));
            }
        }
    }

    fn unknown(&mut self, child: &Element<'_>, ty: &'static Type) -> Result<(), ReadError> {
        let later = ty.members.iter().find(|member| takes_element(member, &child.name));
        let name = quote(&child.name);
        let version = self.report.version;
        let reason = match later {
            Some(member) if member.since > version => {
                format!("the element {name} is allowed from version {} on, not in {version}", member.since)
            }
            Some(member) => {
                format!("the element {name} is allowed up to version {}, not in {version}", member.until)
            }
            None => format!("the element {name} is not known in {}", ty.name),
        };
        self.report.defect(child.at, reason)
    }

    fn single(
        &mut self,
        child: &'n Element<'n>,
        member: &'static Member,
        members: &mut Members<'n>,
    ) -> Result<(), ReadError> {
        if members.iter().any(|(name, _)| name == member.name) {
            return self.report.defect(child.at, format!("{} stands twice", quote(&child.name)));
        }
        let node = self.value(child, &member.kind)?;
        members.push((Cow::Borrowed(member.name), node));
        Ok(())
    }

    fn one_of(
        &mut self,
        child: &'n Element<'n>,
        names: &[&str],
        member: &'static Member,
        members: &mut Members<'n>,
    ) -> Result<(), ReadError> {
        let variants: Vec<(&str, Shape)> = names.iter().map(|name| (*name, Shape::Own)).collect();
        let kind = if is_list(&member.kind) { item_kind(child, &member.kind) } else { &member.kind };
        let mut found = self.items(child, &variants, kind)?;
        if found.len() != 1 {
            let reason =
                format!("{} holds exactly one of {}", quote(&child.name), crate::error::list(names.to_vec()));
            return self.report.defect(child.at, reason);
        }
        if is_list(&member.kind) {
            append(members, member, child.at, found);
        } else if let Some(node) = found.pop() {
            members.push((Cow::Borrowed(member.name), node));
        }
        Ok(())
    }

    /// The kind of the items of a list element; `None` when the element is no list this time.
    fn items_kind(&self, list: &Element<'_>, item: &str, kind: &'static Kind) -> Option<&'static Kind> {
        let Kind::Either(kinds) = kind else { return Some(item_kind(list, kind)) };
        let is_items = list.children.iter().any(|child| child.space == self.space && child.name == item);
        let wanted = kinds.iter().find(|kind| is_list(kind))?;
        (is_items || list.children.is_empty()).then(|| item_kind(list, wanted))
    }

    fn items(
        &mut self,
        list: &'n Element<'n>,
        variants: &[(&str, Shape)],
        kind: &'static Kind,
    ) -> Result<Vec<Node<'n>>, ReadError> {
        let mut items = Vec::new();
        let space = self.space;
        for item in list.children.iter().filter(|item| item.space == space) {
            let Some(index) = variants.iter().position(|(name, _)| *name == item.name) else {
                let known = crate::error::list(variants.iter().map(|(name, _)| *name));
                let reason =
                    format!("{} is not expected in {}; {known} is", quote(&item.name), quote(&list.name));
                self.report.defect(item.at, reason)?;
                continue;
            };
            let kind = match kind {
                Kind::Either(kinds) if kinds.len() == variants.len() => &kinds[index],
                kind => kind,
            };
            items.push(match (variants[index].1, kind) {
                (Shape::Within, Kind::Object(ty)) => self.object(&Source::around(item), ty)?,
                _ => self.value(item, kind)?,
            });
        }
        Ok(items)
    }

    fn value(&mut self, element: &'n Element<'n>, kind: &'static Kind) -> Result<Node<'n>, ReadError> {
        let has_parts = element.children.iter().any(|child| child.space == self.space);
        match kind {
            Kind::Object(ty) => self.object(&Source::of(element), ty),
            Kind::Either(kinds) => {
                let is_object = has_parts || !element.attributes.is_empty();
                let fitting = kinds.iter().find(|kind| matches!(kind, Kind::Object(_)) == is_object);
                match fitting.or(kinds.first()) {
                    Some(kind) => self.value(element, kind),
                    None => Ok(Node::new(element.at, Value::Null)),
                }
            }
            Kind::Anything => Ok(Node::new(element.at, Value::Null)),
            _ => {
                if has_parts {
                    let reason = format!("{} holds text, not elements", quote(&element.name));
                    self.report.defect(element.at, reason)?;
                }
                Ok(scalar(element.at, text_of(element, kind), kind))
            }
        }
    }
}

fn takes_attribute(member: &Member, name: &str) -> bool {
    match member.xml {
        Xml::Attribute(attribute) => attribute == name,
        Xml::AttributeOf(_) | Xml::AttributeOrElement => member.name == name,
        _ => false,
    }
}

fn is_foreign(member: &Member, name: &str) -> bool {
    matches!(member.xml, Xml::Foreign(foreign) if foreign == name)
}

fn takes_element(member: &Member, name: &str) -> bool {
    match member.xml {
        Xml::Element(element) | Xml::Repeated(element) => element == name,
        Xml::Items { list, .. } | Xml::Variants { list, .. } => list == name,
        Xml::AttributeOrElement | Xml::OneOf(_) => member.name == name,
        Xml::Attribute(_) | Xml::AttributeOf(_) | Xml::Content | Xml::Foreign(_) => false,
    }
}

fn is_list(kind: &Kind) -> bool {
    match kind {
        Kind::List(_) | Kind::Set(_) => true,
        Kind::Either(kinds) => kinds.iter().any(is_list),
        _ => false,
    }
}

/// The kind of one item of a list: with alternatives, the one that an element of this build can be.
fn item_kind(element: &Element<'_>, kind: &'static Kind) -> &'static Kind {
    match kind {
        Kind::List(item) | Kind::Set(item) => item,
        Kind::Either(kinds) => {
            let is_object = !element.children.is_empty();
            let items = || kinds.iter().filter(|kind| is_list(kind)).map(|kind| item_kind(element, kind));
            items()
                .find(|item| matches!(item, Kind::Object(_)) == is_object)
                .or_else(|| items().next())
                .unwrap_or(kind)
        }
        kind => kind,
    }
}

/// The text of an element; references stand in an attribute in many places.
fn text_of<'n>(element: &'n Element<'n>, kind: &Kind) -> &'n str {
    let text = element.text.trim();
    match kind {
        Kind::Text(Check::Ref) if text.is_empty() => element.attribute("ref").unwrap_or(text),
        _ => text,
    }
}

fn append<'n>(members: &mut Members<'n>, member: &'static Member, at: usize, items: Vec<Node<'n>>) {
    for (name, node) in members.iter_mut() {
        if let (true, Value::List(existing)) = (name == member.name, &mut node.value) {
            existing.extend(items);
            return;
        }
    }
    members.push((Cow::Borrowed(member.name), Node::new(at, Value::List(items))));
}

/// A text as the value its kind asks for; what does not convert stays text, and the check says so.
fn scalar<'n>(at: usize, text: &'n str, kind: &Kind) -> Node<'n> {
    let text = text.trim();
    let value = match kind {
        Kind::Flag => match text {
            "true" | "1" => Some(Value::Flag(true)),
            "false" | "0" => Some(Value::Flag(false)),
            _ => None,
        },
        Kind::Integer(..) => text.parse().ok().map(Value::Integer),
        Kind::Number | Kind::Share => text.parse().ok().filter(|n: &f64| n.is_finite()).map(Value::Number),
        _ => None,
    };
    Node::new(at, value.unwrap_or(Value::Text(Cow::Borrowed(text))))
}
