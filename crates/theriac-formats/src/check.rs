//! Walks a document along the tables of `rules` and says what does not fit, and where.

use std::collections::HashSet;

use crate::error::{Cursor, Defect, ErrorKind, Place, ReadError, list, quote};
use crate::limits::{Limits, Strictness};
use crate::rules::{Check, Kind, Member, Rule, Syntax, Type, Version, Words};
use crate::text;
use crate::tree::{Node, Value};

/// Collects what is wrong with one document, or stops at the first of it.
pub(crate) struct Report<'n> {
    cursor: Cursor<'n>,
    pub(crate) version: Version,
    pub(crate) syntax: Syntax,
    limits: Limits,
    path: Vec<Step<'n>>,
    /// The names given by `bom-ref` so far.
    pub(crate) names: HashSet<&'n str>,
    /// Those of the inventory, where each is given once.
    parts: HashSet<&'n str>,
    pub(crate) defects: Vec<Defect>,
}

/// One step of a JSON pointer.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step<'n> {
    Member(&'n str),
    Item(usize),
}

impl<'n> Report<'n> {
    pub(crate) fn new(source: &'n str, version: Version, syntax: Syntax, limits: &Limits) -> Self {
        Self {
            cursor: Cursor::new(source),
            version,
            syntax,
            limits: *limits,
            path: Vec::new(),
            names: HashSet::new(),
            parts: HashSet::new(),
            defects: Vec::new(),
        }
    }

    /// Something does not fit: an error, or one more listed defect.
    pub(crate) fn defect(&mut self, at: usize, reason: String) -> Result<(), ReadError> {
        let place = self.place(at);
        if self.limits.strictness == Strictness::Refuse {
            return Err(ReadError::new(ErrorKind::Structure, place, reason));
        }
        if self.defects.len() >= self.limits.defects {
            let reason = format!("more than {} defects; the last: {reason}", self.limits.defects);
            return Err(ReadError::new(ErrorKind::Limit, place, reason));
        }
        self.defects.push(Defect { place, reason });
        Ok(())
    }

    /// Where the walk is now: the path in JSON, line and column in XML.
    pub(crate) fn place(&mut self, at: usize) -> Place {
        match self.syntax {
            Syntax::Xml => self.cursor.place(at),
            Syntax::Json => Place::Pointer(pointer(&self.path)),
        }
    }

    /// Does something one step further down.
    pub(crate) fn within<T>(&mut self, step: Step<'n>, inner: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(step);
        let result = inner(self);
        self.path.pop();
        result
    }

    /// Checks an object and everything in it.
    pub(crate) fn object(&mut self, node: &'n Node<'_>, ty: &'static Type) -> Result<(), ReadError> {
        let Value::Object(members) = &node.value else {
            return self.defect(node.at, format!("{} is expected here, not {}", a(ty.name), node.noun()));
        };
        let mut present = 0_u64;
        let mut next = 0;
        for (name, value) in members {
            match find(ty, name, next, self.version, self.syntax) {
                Some(index) => {
                    present |= 1 << index;
                    next = index + 1;
                    let kind = &ty.members[index].kind;
                    self.within(Step::Member(name), |report| report.value(value, kind))?;
                }
                None if ty.open => {}
                None => {
                    let reason = self.unknown(ty, name);
                    self.within(Step::Member(name), |report| report.defect(value.at, reason))?;
                }
            }
        }
        self.missing(node, ty, present)?;
        ty.rules.iter().try_for_each(|rule| self.rule(node, ty, rule))
    }

    fn unknown(&self, ty: &Type, name: &str) -> String {
        let elsewhere = ty
            .members
            .iter()
            .find(|member| member.name == name && member.only.is_none_or(|only| only == self.syntax));
        match elsewhere {
            Some(member) if member.since > self.version => {
                format!(
                    "{} is allowed from version {} on, not in {}",
                    quote(name),
                    member.since,
                    self.version
                )
            }
            Some(member) => {
                format!("{} is allowed up to version {}, not in {}", quote(name), member.until, self.version)
            }
            None => {
                let known = self.known(ty);
                format!("{} is not known in {}; known are {known}", quote(name), a(ty.name))
            }
        }
    }

    fn known(&self, ty: &Type) -> String {
        list(
            ty.members
                .iter()
                .filter(|member| member.applies(self.version, self.syntax))
                .map(|member| member.name),
        )
    }

    fn missing(&mut self, node: &Node<'_>, ty: &'static Type, present: u64) -> Result<(), ReadError> {
        for (index, member) in ty.members.iter().enumerate() {
            let is_due = present & (1 << index) == 0
                && member.is_required(self.syntax)
                && member.applies(self.version, self.syntax);
            if is_due {
                self.defect(node.at, format!("{} lacks its {}", a(ty.name), quote(member.name)))?;
            }
        }
        Ok(())
    }

    fn value(&mut self, node: &'n Node<'_>, kind: &'static Kind) -> Result<(), ReadError> {
        match (kind, &node.value) {
            (Kind::Anything, _)
            | (Kind::Flag, Value::Flag(_))
            | (Kind::Number, Value::Integer(_) | Value::Number(_)) => Ok(()),
            (Kind::Text(check), Value::Text(found)) => self.text(node.at, *check, found),
            (Kind::Word(words), Value::Text(word)) => self.word(node.at, words, word),
            (Kind::Integer(from, to), Value::Integer(number)) if from <= number && number <= to => Ok(()),
            (Kind::Share, Value::Integer(0..=1)) => Ok(()),
            (Kind::Share, Value::Number(share)) if (0.0..=1.0).contains(share) => Ok(()),
            (Kind::OrNull(_), Value::Null) => Ok(()),
            (Kind::OrNull(kind), _) => self.value(node, kind),
            (Kind::Object(ty), _) => self.object(node, ty),
            (Kind::List(kind), Value::List(items)) => self.items(items, kind),
            (Kind::Set(kind), Value::List(items)) => {
                self.items(items, kind)?;
                self.distinct(items)
            }
            (Kind::Either(kinds), _) => match self.alternative(node, kinds) {
                Some(kind) => self.value(node, kind),
                None => self.mismatch(node, kind),
            },
            _ => self.mismatch(node, kind),
        }
    }

    fn mismatch(&mut self, node: &Node<'_>, kind: &Kind) -> Result<(), ReadError> {
        let found = match &node.value {
            Value::Text(text) => quote(text),
            Value::Integer(number) => number.to_string(),
            Value::Number(number) => number.to_string(),
            _ => node.noun().to_owned(),
        };
        self.defect(node.at, format!("{} is expected here, not {found}", expected(kind)))
    }

    fn items(&mut self, items: &'n [Node<'_>], kind: &'static Kind) -> Result<(), ReadError> {
        for (index, item) in items.iter().enumerate() {
            self.within(Step::Item(index), |report| report.value(item, kind))?;
        }
        Ok(())
    }

    /// Items with a name of their own differ by it already.
    fn distinct(&mut self, items: &'n [Node<'_>]) -> Result<(), ReadError> {
        let mut seen = HashSet::new();
        for (index, item) in items.iter().enumerate() {
            if item.text("bom-ref").is_none() && !seen.insert(item.content_hash()) {
                let reason = "the same item stands twice in this list".to_owned();
                self.within(Step::Item(index), |report| report.defect(item.at, reason))?;
            }
        }
        Ok(())
    }

    fn text(&mut self, at: usize, check: Check, found: &'n str) -> Result<(), ReadError> {
        if let Some(expected) = text::misfit(check, found, self.syntax) {
            return self.defect(at, format!("{} is not {expected}", quote(found)));
        }
        if check == Check::BomRef {
            self.names.insert(found);
            if self.is_inventory() && !self.parts.insert(found) {
                return self
                    .defect(at, format!("the bom-ref {} is given twice in this document", quote(found)));
            }
        }
        Ok(())
    }

    /// JSON repeats elements outside the inventory (the modules of the subject, annotators); the XML Schema forbids it everywhere.
    fn is_inventory(&self) -> bool {
        self.syntax == Syntax::Xml
            || matches!(self.path.first(), Some(Step::Member("components" | "services")))
    }

    fn word(&mut self, at: usize, words: &Words, word: &str) -> Result<(), ReadError> {
        let known = || words.iter().filter(|(since, _)| *since <= self.version).flat_map(|(_, words)| *words);
        if known().any(|known| *known == word) {
            return Ok(());
        }
        let later = words.iter().find(|(_, words)| words.contains(&word));
        let reason = match later {
            Some((since, _)) => {
                format!("{} is a word from version {since} on, not in {}", quote(word), self.version)
            }
            None => format!("{} is not one of {}", quote(word), list(known().copied())),
        };
        self.defect(at, reason)
    }

    /// The alternative whose shape and member names fit, else the first of the same shape.
    fn alternative(&self, node: &Node<'_>, kinds: &'static [Kind]) -> Option<&'static Kind> {
        kinds
            .iter()
            .find(|kind| self.fits(node, kind))
            .or_else(|| kinds.iter().find(|kind| same_shape(node, kind)))
    }

    fn fits(&self, node: &Node<'_>, kind: &Kind) -> bool {
        same_shape(node, kind)
            && match kind {
                Kind::List(item) | Kind::Set(item) => node.items().iter().all(|node| self.fits(node, item)),
                Kind::Either(kinds) => kinds.iter().any(|kind| self.fits(node, kind)),
                Kind::Object(ty) => self.names_fit(node, ty),
                _ => true,
            }
    }

    fn names_fit(&self, node: &Node<'_>, ty: &'static Type) -> bool {
        let known = |name: &str| find(ty, name, 0, self.version, self.syntax).is_some();
        ty.members
            .iter()
            .filter(|member| member.applies(self.version, self.syntax) && member.is_required(self.syntax))
            .all(|member| node.get(member.name).is_some())
            && (ty.open || node.members().iter().all(|(name, _)| known(name)))
    }

    fn rule(&mut self, node: &'n Node<'_>, ty: &'static Type, rule: &Rule) -> Result<(), ReadError> {
        match rule {
            Rule::ExactlyOne(sets) => self.exactly_one(node, ty, sets),
            Rule::AtLeastOne(names) => {
                if names.iter().any(|name| node.get(name).is_some()) {
                    return Ok(());
                }
                let names = list(names.iter().copied());
                self.defect(node.at, format!("{} lacks one of {names}", a(ty.name)))
            }
            Rule::Excludes(first, second) => match (node.get(first), node.get(second)) {
                (Some(_), Some(second_node)) => self.defect(
                    second_node.at,
                    format!("{} may not stand beside {}", quote(second), quote(first)),
                ),
                _ => Ok(()),
            },
            Rule::OnlyWhenTrue { member, flag } => match node.get(member) {
                Some(found) if node.flag(flag) != Some(true) => {
                    self.defect(found.at, format!("{} needs {} to be true", quote(member), quote(flag)))
                }
                _ => Ok(()),
            },
            Rule::Alone { list, member, until } => self.alone(node, list, member, *until),
            Rule::NotEmpty(name) => match node.get(name) {
                Some(found) if found.items().is_empty() => {
                    self.defect(found.at, format!("{} is empty; at least one item is expected", quote(name)))
                }
                _ => Ok(()),
            },
            Rule::DigestLength { algorithm, digest } => self.digest(node, algorithm, digest),
        }
    }

    fn exactly_one(&mut self, node: &Node<'_>, ty: &Type, sets: &[&[&str]]) -> Result<(), ReadError> {
        let complete = sets.iter().filter(|set| set.iter().all(|name| node.get(name).is_some())).count();
        if complete == 1 {
            return Ok(());
        }
        let choices: Vec<String> = sets.iter().map(|set| set.join(" with ")).collect();
        let choices = list(choices.iter().map(String::as_str));
        let how = if complete == 0 { "none" } else { "more than one" };
        self.defect(node.at, format!("{} has exactly one of {choices}; there is {how}", a(ty.name)))
    }

    fn alone(&mut self, node: &Node<'_>, name: &str, member: &str, until: Version) -> Result<(), ReadError> {
        let items = node.list(name);
        if self.version > until || items.len() < 2 {
            return Ok(());
        }
        match items.iter().find(|item| item.get(member).is_some()) {
            None => Ok(()),
            Some(item) => self.defect(
                item.at,
                format!(
                    "an item of {} with {} must be the only one up to version {until}",
                    quote(name),
                    quote(member)
                ),
            ),
        }
    }

    fn digest(&mut self, node: &Node<'_>, algorithm: &str, digest: &str) -> Result<(), ReadError> {
        let (Some(algorithm), Some(digest)) = (node.text(algorithm), node.text(digest)) else {
            return Ok(());
        };
        match text::digest_length(algorithm) {
            Some(length) if digest.len() != length => self.defect(
                node.at,
                format!("a digest of {algorithm} has {length} hexadecimal digits, not {}", digest.len()),
            ),
            _ => Ok(()),
        }
    }
}

/// The line of the table for a member; the search starts where the last one ended, as documents are written.
fn find(ty: &Type, name: &str, start: usize, version: Version, syntax: Syntax) -> Option<usize> {
    let is_it = |member: &Member| member.name == name && member.applies(version, syntax);
    let (before, after) = ty.members.split_at(start.min(ty.members.len()));
    after.iter().position(is_it).map(|index| index + before.len()).or_else(|| before.iter().position(is_it))
}

fn same_shape(node: &Node<'_>, kind: &Kind) -> bool {
    match (kind, &node.value) {
        (Kind::Anything, _)
        | (Kind::Object(_), Value::Object(_))
        | (Kind::List(_) | Kind::Set(_), Value::List(_))
        | (Kind::Text(_) | Kind::Word(_), Value::Text(_))
        | (Kind::Flag, Value::Flag(_))
        | (Kind::Integer(..) | Kind::Number | Kind::Share, Value::Integer(_) | Value::Number(_)) => true,
        (Kind::Either(kinds), _) => kinds.iter().any(|kind| same_shape(node, kind)),
        _ => false,
    }
}

fn expected(kind: &Kind) -> String {
    match kind {
        Kind::Anything => "anything".to_owned(),
        Kind::Text(_) | Kind::Word(_) => "text".to_owned(),
        Kind::Flag => "true or false".to_owned(),
        Kind::Integer(i64::MIN, _) => "a whole number".to_owned(),
        Kind::Integer(from, i64::MAX) => format!("a whole number from {from} on"),
        Kind::Integer(from, to) => format!("a whole number from {from} to {to}"),
        Kind::Number => "a number".to_owned(),
        Kind::Share => "a number from 0 to 1".to_owned(),
        Kind::Object(ty) => a(ty.name),
        Kind::List(_) | Kind::Set(_) => "a list".to_owned(),
        Kind::OrNull(kind) => format!("{} or null", expected(kind)),
        Kind::Either(kinds) => {
            let kinds: Vec<String> = kinds.iter().map(expected).collect();
            list(kinds.iter().map(String::as_str))
        }
    }
}

/// A noun with its article.
fn a(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    format!("{article} {noun}")
}

fn pointer(path: &[Step<'_>]) -> String {
    let mut pointer = String::new();
    for step in path {
        pointer.push('/');
        match step {
            Step::Item(index) => pointer.push_str(&index.to_string()),
            Step::Member(name) if name.contains(['~', '/']) => {
                pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
            }
            Step::Member(name) => pointer.push_str(name),
        }
    }
    pointer
}
