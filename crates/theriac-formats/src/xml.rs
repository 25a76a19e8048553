//! XML into a tree of elements: no DTD, no entities of its own, depth and number limited.

use std::borrow::Cow;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

use crate::error::{ErrorKind, Place, ReadError, list, quote};
use crate::limits::Limits;

/// Attributes of one element; finding a duplicate among them takes quadratic time.
const MOST_ATTRIBUTES: usize = 256;

/// Namespace declarations of one document; resolving a prefix looks at each in force.
const MOST_NAMESPACES: usize = 512;

/// A parsed document.
#[derive(Debug)]
pub(crate) struct Document<'a> {
    /// The namespaces in use; [`Element::space`] is an index here. The first is "none".
    spaces: Vec<String>,
    pub(crate) root: Element<'a>,
}

/// The name and value of an attribute.
pub(crate) type Attribute<'a> = (Cow<'a, str>, Cow<'a, str>);

/// An element with its text and children.
#[derive(Debug)]
pub(crate) struct Element<'a> {
    /// Byte offset of its start tag.
    pub(crate) at: usize,
    pub(crate) space: usize,
    /// Name without prefix.
    pub(crate) name: Cow<'a, str>,
    /// Attributes without a namespace.
    pub(crate) attributes: Vec<Attribute<'a>>,
    /// All text directly inside, joined.
    pub(crate) text: Cow<'a, str>,
    pub(crate) children: Vec<Element<'a>>,
}

impl Element<'_> {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(attribute, _)| attribute == name).map(|(_, value)| value.as_ref())
    }
}

impl Document<'_> {
    /// The namespace of the root element; empty when it has none.
    pub(crate) fn root_space(&self) -> &str {
        self.spaces.get(self.root.space).map_or("", String::as_str)
    }
}

/// Parses a whole document.
pub(crate) fn parse<'a>(text: &'a str, limits: &Limits) -> Result<Document<'a>, ReadError> {
    let mut builder = Builder::new(text, limits);
    if let Some(at) = forbidden(text) {
        return Err(builder.error(ErrorKind::Syntax, at, FORBIDDEN.to_owned()));
    }
    let mut reader = NsReader::from_str(text);
    reader.config_mut().check_end_names = true;
    loop {
        let at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let event = reader.read_event().map_err(|error| {
            let at = usize::try_from(reader.error_position()).unwrap_or(usize::MAX);
            builder.error(ErrorKind::Syntax, at, format!("this is not well-formed XML: {error}"))
        })?;
        match event {
            Event::Start(start) => builder.open(at, &start, &reader)?,
            Event::Empty(start) => {
                builder.open(at, &start, &reader)?;
                builder.close();
            }
            Event::End(_) => builder.close(),
            Event::Text(part) if part.contains("]]>") => {
                let reason = "']]>' in a text is not well-formed XML; write ]]&gt;";
                return Err(builder.error(ErrorKind::Syntax, at, reason.to_owned()));
            }
            Event::Text(part) => builder.text(at, part.xml10_content())?,
            Event::CData(part) => builder.text(at, part.xml10_content())?,
            Event::GeneralRef(entity) => {
                let c = character(&entity).ok_or_else(|| builder.entity(at, &entity))?;
                builder.text(at, Cow::Owned(c.to_string()))?;
            }
            Event::DocType(_) => {
                return Err(builder.error(
                    ErrorKind::Syntax,
                    at,
                    "a document type declaration (DTD) is refused; remove it".to_owned(),
                ));
            }
            Event::Eof => return builder.finish(),
            Event::Decl(declaration) => {
                let encoding = declaration.encoding().and_then(Result::ok);
                if let Some(name) = encoding.filter(|name| !is_unicode(name) && !text.is_ascii()) {
                    let reason = format!("the file calls itself {}; save it as UTF-8", quote(&name));
                    return Err(builder.error(ErrorKind::Syntax, at, reason));
                }
            }
            Event::Comment(_) | Event::PI(_) => {}
        }
    }
}

const FORBIDDEN: &str = "a character that XML does not allow, such as a control character";

/// Where the first character stands that XML 1.0 (section 2.2) does not allow.
fn forbidden(text: &str) -> Option<usize> {
    let control = text.bytes().position(|byte| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r'));
    control.or_else(|| text.find(['\u{fffe}', '\u{ffff}']))
}

/// Whether the characters that a file with this encoding has are those that its bytes gave.
fn is_unicode(encoding: &str) -> bool {
    ["utf-8", "utf8", "utf-16", "utf-16le", "utf-16be"].iter().any(|name| encoding.eq_ignore_ascii_case(name))
}

/// The character of a character reference or of one of XML's five own entities.
fn character(entity: &BytesRef<'_>) -> Option<char> {
    if entity.is_char_ref() {
        let c = entity.resolve_char_ref().ok().flatten();
        return c.filter(|c| forbidden(c.encode_utf8(&mut [0; 4])).is_none());
    }
    match entity.xml10_content().as_ref() {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => None,
    }
}

struct Builder<'a, 'l> {
    source: &'a str,
    limits: &'l Limits,
    left: usize,
    declared: usize,
    spaces: Vec<String>,
    open: Vec<Element<'a>>,
    root: Option<Element<'a>>,
}

impl<'a, 'l> Builder<'a, 'l> {
    fn new(source: &'a str, limits: &'l Limits) -> Self {
        Self {
            source,
            limits,
            left: limits.values,
            declared: 0,
            spaces: vec![String::new()],
            open: Vec::new(),
            root: None,
        }
    }

    fn error(&self, kind: ErrorKind, at: usize, reason: String) -> ReadError {
        ReadError::new(kind, Place::of_offset(self.source, at), reason)
    }

    fn entity(&self, at: usize, entity: &BytesRef<'_>) -> ReadError {
        let name = quote(&entity.xml10_content());
        self.error(
            ErrorKind::Syntax,
            at,
            format!("the entity {name} is refused; {} are known", list(["lt", "gt", "amp", "apos", "quot"])),
        )
    }

    fn take(&mut self, at: usize) -> Result<(), ReadError> {
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(self.error(
                ErrorKind::Limit,
                at,
                "the file holds more elements and attributes than are read".to_owned(),
            )),
        }
    }

    fn open(&mut self, at: usize, start: &BytesStart<'a>, reader: &NsReader<&[u8]>) -> Result<(), ReadError> {
        self.take(at)?;
        if self.open.len() >= self.limits.depth {
            let reason = format!("the XML is nested more than {} levels deep", self.limits.depth);
            return Err(self.error(ErrorKind::Limit, at, reason));
        }
        if self.open.is_empty() && self.root.is_some() {
            return Err(self.error(ErrorKind::Syntax, at, "a second root element".to_owned()));
        }
        let attributes = self.attributes(at, start)?;
        let name = start.name();
        let (space, local) = reader.resolver().resolve_element(name);
        let space = match space {
            ResolveResult::Unbound => 0,
            ResolveResult::Bound(namespace) => self.space(namespace.as_ref()),
            ResolveResult::Unknown(prefix) => {
                let reason = format!("the namespace prefix {} is not declared", quote(&prefix.to_string()));
                return Err(self.error(ErrorKind::Syntax, at, reason));
            }
        };
        self.open.push(Element {
            at,
            space,
            name: self.kept(local.as_ref()),
            attributes,
            text: Cow::Borrowed(""),
            children: Vec::new(),
        });
        Ok(())
    }

    fn attributes(&mut self, at: usize, start: &BytesStart<'a>) -> Result<Vec<Attribute<'a>>, ReadError> {
        let mut attributes = Vec::new();
        for (index, attribute) in start.attributes().enumerate() {
            self.take(at)?;
            if index >= MOST_ATTRIBUTES {
                let reason = format!("an element has more than {MOST_ATTRIBUTES} attributes");
                return Err(self.error(ErrorKind::Limit, at, reason));
            }
            let attribute = attribute.map_err(|error| {
                self.error(ErrorKind::Syntax, at, format!("an attribute is not well-formed: {error}"))
            })?;
            let key: &str = attribute.key.as_ref();
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| {
                self.error(ErrorKind::Syntax, at, format!("the attribute {} : {error}", quote(key)))
            })?;
            self.check_length(at, value.len())?;
            if attribute.value.contains('<') {
                let reason =
                    format!("'<' in the attribute {} is not well-formed XML; write &lt;", quote(key));
                return Err(self.error(ErrorKind::Syntax, at, reason));
            }
            if forbidden(&value).is_some() {
                let reason = format!("the attribute {} has {FORBIDDEN}", quote(key));
                return Err(self.error(ErrorKind::Syntax, at, reason));
            }
            if key == "xmlns" || key.starts_with("xmlns:") {
                self.declared += 1;
                if self.declared > MOST_NAMESPACES {
                    let reason = format!("more than {MOST_NAMESPACES} namespaces are declared");
                    return Err(self.error(ErrorKind::Limit, at, reason));
                }
            } else if !key.contains(':') {
                attributes.push((self.kept(key), self.kept(&value)));
            }
        }
        attributes.shrink_to_fit();
        Ok(attributes)
    }

    /// Text as the tree keeps it: where it stands in the source just so, that is pointed at, which takes no memory.
    fn kept(&self, text: &str) -> Cow<'a, str> {
        let offset = text.as_ptr().addr().checked_sub(self.source.as_ptr().addr());
        let there = offset.and_then(|offset| self.source.get(offset..offset.checked_add(text.len())?));
        match there {
            Some(there) if there == text => Cow::Borrowed(there),
            _ => Cow::Owned(text.to_owned()),
        }
    }

    fn space(&mut self, name: &str) -> usize {
        match self.spaces.iter().position(|space| space == name) {
            Some(index) => index,
            None => {
                self.spaces.push(name.to_owned());
                self.spaces.len() - 1
            }
        }
    }

    fn check_length(&self, at: usize, length: usize) -> Result<(), ReadError> {
        if length > self.limits.text {
            let reason = format!("a text is longer than {} bytes", self.limits.text);
            return Err(self.error(ErrorKind::Limit, at, reason));
        }
        Ok(())
    }

    fn text(&mut self, at: usize, part: Cow<'a, str>) -> Result<(), ReadError> {
        let is_blank = part.bytes().all(|byte| byte.is_ascii_whitespace());
        let Some(element) = self.open.last_mut() else {
            if is_blank || part == "\u{feff}" {
                return Ok(());
            }
            return Err(self.error(
                ErrorKind::Syntax,
                at,
                "there is text outside the root element".to_owned(),
            ));
        };
        if element.text.is_empty() {
            // Indentation before children is no content; keeping it would cost most of the memory.
            if !(is_blank && part.contains('\n')) {
                element.text = part;
            }
        } else {
            element.text.to_mut().push_str(&part);
        }
        let length = element.text.len();
        self.check_length(at, length)
    }

    fn close(&mut self) {
        let Some(mut element) = self.open.pop() else { return };
        element.children.shrink_to_fit();
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
    }

    fn finish(self) -> Result<Document<'a>, ReadError> {
        if let Some(unclosed) = self.open.last() {
            let reason = format!(
                "the XML ends inside the element {}; the file seems truncated",
                quote(&unclosed.name)
            );
            return Err(self.error(ErrorKind::Syntax, self.source.len(), reason));
        }
        match self.root {
            Some(root) => Ok(Document { spaces: self.spaces, root }),
            None => Err(ReadError::new(ErrorKind::Syntax, Place::Whole, "the XML has no element")),
        }
    }
}
