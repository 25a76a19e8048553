//! The language in which the tables of a format say what it allows.
//!
//! A [`Type`] lists its [`Member`]s; a member says its name, what it holds ([`Kind`]), the versions it
//! belongs to, and how XML writes it. [`Rule`]s say what members mean to one another.
//! `check` walks a document along these tables, whatever syntax it was written in.
//! A member that changed has one line for each span of versions.

use std::fmt;

/// A version of a format; later ones are greater within one format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Version {
    /// The build manifest's.
    V1,
    V1_2,
    V1_3,
    V1_4,
    V1_5,
    V1_6,
    V1_7,
    /// SPDX 2.2.
    V2_2,
    /// SPDX 2.3.
    V2_3,
}

impl Version {
    const OLDEST: Self = Self::V1;
    const NEWEST: Self = Self::V2_3;
    pub(crate) const CYCLONEDX: [Self; 6] =
        [Self::V1_2, Self::V1_3, Self::V1_4, Self::V1_5, Self::V1_6, Self::V1_7];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "1",
            Self::V1_2 => "1.2",
            Self::V1_3 => "1.3",
            Self::V1_4 => "1.4",
            Self::V1_5 => "1.5",
            Self::V1_6 => "1.6",
            Self::V1_7 => "1.7",
            Self::V2_2 => "2.2",
            Self::V2_3 => "2.3",
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How a document was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Syntax {
    Json,
    Xml,
}

/// An object of a format: its members and the rules among them.
#[derive(Debug)]
pub(crate) struct Type {
    /// The word for it in messages.
    pub(crate) name: &'static str,
    pub(crate) members: &'static [Member],
    pub(crate) rules: &'static [Rule],
    /// Whether members that the table does not name are allowed.
    pub(crate) open: bool,
}

/// One member of an object.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) need: Need,
    pub(crate) since: Version,
    pub(crate) until: Version,
    /// The only syntax that knows this member, if there is one.
    pub(crate) only: Option<Syntax>,
    pub(crate) xml: Xml,
}

/// Whether a member must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    Optional,
    Required,
    /// Required in one syntax; the other has a default.
    RequiredIn(Syntax),
}

/// What a member holds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Text(Check),
    Word(Words),
    Flag,
    /// A whole number, from and to.
    Integer(i64, i64),
    Number,
    /// A number from 0 to 1.
    Share,
    Object(&'static Type),
    List(&'static Kind),
    /// A list without two equal items.
    Set(&'static Kind),
    /// The first that fits.
    Either(&'static [Kind]),
    OrNull(&'static Kind),
    Anything,
}

/// The words of an enumeration, each with the version that brought it.
pub(crate) type Words = &'static [(Version, &'static [&'static str])];

/// What a text must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Check {
    Any,
    /// Length in characters, from and to.
    Length(usize, usize),
    /// The name of an element, unique in the document.
    BomRef,
    /// The name of an element elsewhere: not empty.
    Ref,
    Uri,
    Email,
    DateTime,
    Date,
    SerialNumber,
    MimeType,
    HashContent,
    Locale,
    OpenCre,
    PatentNumber,
    Jurisdiction,
    /// An id of the SPDX licence list.
    LicenceId,
    /// An SPDX element id: `SPDXRef-` and letters, digits, dots, hyphens.
    SpdxId,
    /// The id of a git object in lower case.
    GitId,
    /// A SHA-256 digest in lower case.
    Sha256,
}

/// What members of one object mean to one another.
#[derive(Debug)]
pub(crate) enum Rule {
    /// Exactly one of these sets of members is complete.
    ExactlyOne(&'static [&'static [&'static str]]),
    AtLeastOne(&'static [&'static str]),
    /// The second may not stand beside the first.
    Excludes(&'static str, &'static str),
    /// The member needs the flag to be true.
    OnlyWhenTrue {
        member: &'static str,
        flag: &'static str,
    },
    /// An item of the list with this member is the only item, up to a version.
    Alone {
        list: &'static str,
        member: &'static str,
        until: Version,
    },
    NotEmpty(&'static str),
    /// The digest is as long as its algorithm says.
    DigestLength {
        algorithm: &'static str,
        digest: &'static str,
    },
}

/// How XML writes a member.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Xml {
    /// A child element of this name.
    Element(&'static str),
    Attribute(&'static str),
    /// An attribute of the element itself or of this child.
    AttributeOf(&'static str),
    AttributeOrElement,
    /// The text of the element itself.
    Content,
    /// A child element that holds one element for each item.
    Items {
        list: &'static str,
        item: &'static str,
    },
    /// The same with several sorts of item; they match the alternatives of [`Kind::Either`] in order.
    Variants {
        list: &'static str,
        items: &'static [(&'static str, Shape)],
    },
    /// One child element for each item.
    Repeated(&'static str),
    /// A child element that holds one element, named for the alternative of [`Kind::Either`] it is.
    OneOf(&'static [&'static str]),
    /// An element of this name in another namespace.
    Foreign(&'static str),
}

/// How an XML item becomes an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// The item is the object.
    Own,
    /// The item is the only child of the object, which XML leaves out.
    Within,
}

/// A member that may be left out; XML writes it as an element of the same name.
pub(crate) const fn has(name: &'static str, kind: Kind) -> Member {
    Member {
        name,
        kind,
        need: Need::Optional,
        since: Version::OLDEST,
        until: Version::NEWEST,
        only: None,
        xml: Xml::Element(name),
    }
}

/// A member that must be there.
pub(crate) const fn must(name: &'static str, kind: Kind) -> Member {
    Member { need: Need::Required, ..has(name, kind) }
}

impl Member {
    pub(crate) const fn since(self, version: Version) -> Self {
        Self { since: version, ..self }
    }

    pub(crate) const fn until(self, version: Version) -> Self {
        Self { until: version, ..self }
    }

    pub(crate) const fn needed_in_json(self) -> Self {
        Self { need: Need::RequiredIn(Syntax::Json), ..self }
    }

    pub(crate) const fn needed_in_xml(self) -> Self {
        Self { need: Need::RequiredIn(Syntax::Xml), ..self }
    }

    pub(crate) const fn outside_xml(self) -> Self {
        Self { only: Some(Syntax::Json), ..self }
    }

    pub(crate) const fn outside_json(self) -> Self {
        Self { only: Some(Syntax::Xml), ..self }
    }

    pub(crate) const fn element(self, name: &'static str) -> Self {
        Self { xml: Xml::Element(name), ..self }
    }

    pub(crate) const fn attribute(self) -> Self {
        Self { xml: Xml::Attribute(self.name), ..self }
    }

    pub(crate) const fn attribute_named(self, name: &'static str) -> Self {
        Self { xml: Xml::Attribute(name), ..self }
    }

    pub(crate) const fn attribute_of(self, child: &'static str) -> Self {
        Self { xml: Xml::AttributeOf(child), ..self }
    }

    pub(crate) const fn attribute_or_element(self) -> Self {
        Self { xml: Xml::AttributeOrElement, ..self }
    }

    pub(crate) const fn content(self) -> Self {
        Self { xml: Xml::Content, ..self }
    }

    pub(crate) const fn items(self, list: &'static str, item: &'static str) -> Self {
        Self { xml: Xml::Items { list, item }, ..self }
    }

    pub(crate) const fn variants(self, list: &'static str, items: &'static [(&'static str, Shape)]) -> Self {
        Self { xml: Xml::Variants { list, items }, ..self }
    }

    pub(crate) const fn repeated(self, name: &'static str) -> Self {
        Self { xml: Xml::Repeated(name), ..self }
    }

    pub(crate) const fn foreign(self, name: &'static str) -> Self {
        Self { xml: Xml::Foreign(name), ..self }
    }

    pub(crate) const fn one_of(self, names: &'static [&'static str]) -> Self {
        Self { xml: Xml::OneOf(names), ..self }
    }

    /// Whether this line of the table is for documents of this version and syntax.
    pub(crate) fn applies(&self, version: Version, syntax: Syntax) -> bool {
        self.since <= version && version <= self.until && self.only.is_none_or(|only| only == syntax)
    }

    pub(crate) fn is_required(&self, syntax: Syntax) -> bool {
        match self.need {
            Need::Optional => false,
            Need::Required => true,
            Need::RequiredIn(only) => only == syntax,
        }
    }
}
