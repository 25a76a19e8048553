//! The type checker: walks an expression against the facts types, read from their JSON Schema.
//!
//! It is stricter than CEL on purpose. Nothing is dynamic; an unknown field, function or word is an error; a value that
//! may be null must be compared with null before it is ordered, added or looked into (`r.x != null && r.x < 3`).

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, IdedExpr, LiteralValue, SelectExpr, operators};
use serde_json::Value as Json;

use super::ExpressionError;
use super::engine::Expression;

/// The type of a value in an expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Type {
    /// True or false.
    Bool,
    /// A whole number.
    Int,
    /// Any text.
    Text,
    /// A day, as text.
    Date,
    /// One of a closed set of words; a text in an expression is a set of one.
    Word(Vec<String>),
    /// Nothing.
    Null,
    /// A value or nothing.
    Maybe(Arc<Type>),
    /// A list; of nothing known when it is written empty.
    List(Option<Arc<Type>>),
    /// An object with these fields.
    Row(Arc<BTreeMap<String, Type>>),
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("true or false"),
            Self::Int => f.write_str("a whole number"),
            Self::Text => f.write_str("text"),
            Self::Date => f.write_str("a date"),
            Self::Word(words) => match words.as_slice() {
                [word] => write!(f, "'{word}'"),
                words => write!(f, "one of {}", words.join(", ")),
            },
            Self::Null => f.write_str("null"),
            Self::Maybe(inner) => write!(f, "{inner}, or null"),
            Self::List(Some(item)) => write!(f, "a list of {item}"),
            Self::List(None) => f.write_str("an empty list"),
            Self::Row(_) => f.write_str("a row"),
        }
    }
}

impl Type {
    /// The type without null.
    fn known(&self) -> &Self {
        match self {
            Self::Maybe(inner) => inner,
            other => other,
        }
    }

    fn is_text(&self) -> bool {
        matches!(self, Self::Text | Self::Date | Self::Word(_))
    }

    /// Whether the value is text, or null too.
    pub(crate) fn may_be_text(&self) -> bool {
        self.known().is_text() || *self == Self::Null
    }

    /// Whether the value is a day, or null too.
    pub(crate) fn may_be_date(&self) -> bool {
        match self.known() {
            Self::Date | Self::Null => true,
            Self::Word(words) => words.iter().all(|word| word.parse::<jiff::civil::Date>().is_ok()),
            _ => false,
        }
    }

    /// Whether a text can show the value: it is text or a number, or null too.
    pub(crate) fn may_be_shown(&self) -> bool {
        self.known().is_text() || *self.known() == Self::Int || self.item().is_some_and(Self::may_be_text)
    }

    /// The type of the items of a list.
    pub(crate) fn item(&self) -> Option<&Self> {
        match self {
            Self::List(item) => item.as_deref(),
            _ => None,
        }
    }

    /// The type of a field of a row.
    pub(crate) fn field(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Row(fields) => fields.get(name),
            _ => None,
        }
    }

    /// Whether two values can be equal; the reason when they never are.
    fn comparable(&self, other: &Self) -> Result<(), String> {
        match (self, other) {
            (Self::Null, Self::Maybe(_) | Self::Null) | (Self::Maybe(_), Self::Null) => Ok(()),
            (Self::Null, known) | (known, Self::Null) => Err(format!("{known} is never null")),
            (Self::Maybe(a), b) => a.comparable(b.known()),
            (a, Self::Maybe(b)) => a.comparable(b),
            (Self::Word(a), Self::Word(b)) => match a.iter().any(|word| b.contains(word)) {
                true => Ok(()),
                false => Err(format!("{self} is never {other}")),
            },
            (a, b) if a.is_text() && b.is_text() => Ok(()),
            (Self::List(a), Self::List(b)) => match (a, b) {
                (Some(a), Some(b)) => a.comparable(b),
                _ => Ok(()),
            },
            (Self::Bool, Self::Bool) | (Self::Int, Self::Int) => Ok(()),
            _ => Err(format!("{self} cannot be compared with {other}")),
        }
    }
}

/// The root variables of expressions and their types.
#[derive(Debug, Clone)]
pub(crate) struct Schema(BTreeMap<String, Type>);

impl Schema {
    /// Reads the types from a JSON Schema as `schemars` writes it.
    pub(crate) fn of(schema: &Json) -> Self {
        let root = read(schema, schema);
        let fields = match root {
            Type::Row(fields) => (*fields).clone(),
            _ => BTreeMap::new(),
        };
        Self(fields)
    }

    pub(crate) fn with(mut self, name: &str, kind: Type) -> Self {
        self.0.insert(name.to_owned(), kind);
        self
    }

    /// The type of a root variable.
    pub(crate) fn variable(&self, name: &str) -> Option<&Type> {
        self.0.get(name)
    }

    /// The names of the lists of rows: what a check can be over.
    pub(crate) fn lists(&self) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(|(_, kind)| matches!(kind.item(), Some(Type::Row(_))))
            .map(|(name, _)| name.as_str())
    }

    /// The type of an expression, with `r` bound to a row of the list where one is given.
    pub(crate) fn check(&self, expression: &Expression, over: Option<&str>) -> Result<Type, ExpressionError> {
        let subject = over.and_then(|list| self.variable(list)).and_then(Type::item).cloned();
        let mut checker =
            Checker { schema: self, expression, locals: Vec::new(), known: Vec::new(), depth: 0 };
        if let Some(subject) = subject {
            checker.locals.push(("r".to_owned(), subject));
        }
        checker.visit(expression.tree())
    }
}

/// The type that a piece of JSON Schema describes.
fn read(root: &Json, schema: &Json) -> Type {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
        return read(root, &root["$defs"][name]);
    }
    if let Some(words) = words(schema) {
        return Type::Word(words);
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let null = |choice: &&Json| choice["type"] == "null";
        return match choices.iter().find(|choice| !null(choice)) {
            Some(known) => Type::Maybe(Arc::new(read(root, known))),
            None => Type::Null,
        };
    }
    let named = |name: &str| match name {
        "boolean" => Type::Bool,
        "integer" => Type::Int,
        "string" if schema["format"] == "date" => Type::Date,
        "string" => Type::Text,
        "array" => Type::List(Some(Arc::new(read(root, &schema["items"])))),
        "object" => Type::Row(Arc::new(fields(root, schema))),
        _ => Type::Null,
    };
    match &schema["type"] {
        Json::String(name) => named(name),
        Json::Array(names) => match names.iter().filter_map(Json::as_str).find(|name| *name != "null") {
            Some(name) => Type::Maybe(Arc::new(named(name))),
            None => Type::Null,
        },
        _ => Type::Null,
    }
}

fn fields(root: &Json, schema: &Json) -> BTreeMap<String, Type> {
    let properties = schema["properties"].as_object();
    properties.into_iter().flatten().map(|(name, property)| (name.clone(), read(root, property))).collect()
}

/// The words of a closed set, written as `enum` or as `oneOf` constants.
fn words(schema: &Json) -> Option<Vec<String>> {
    let texts = |items: &[Json], word: fn(&Json) -> Option<&str>| {
        items.iter().map(|item| word(item).map(str::to_owned)).collect::<Option<Vec<_>>>()
    };
    match (schema["enum"].as_array(), schema["oneOf"].as_array()) {
        (Some(items), _) => texts(items, Json::as_str),
        (None, Some(items)) => texts(items, |item| item["const"].as_str()),
        (None, None) => None,
    }
}

/// How deep an expression may nest: what is evaluated must fit on any thread's stack.
const MAX_DEPTH: usize = 32;

/// A walk over one expression.
struct Checker<'a> {
    schema: &'a Schema,
    expression: &'a Expression,
    locals: Vec<(String, Type)>,
    /// Paths known not to be null at this place.
    known: Vec<String>,
    depth: usize,
}

impl Checker<'_> {
    fn error<T>(&self, node: &IdedExpr, message: impl Into<String>) -> Result<T, ExpressionError> {
        Err(ExpressionError { line: self.expression.line_of(node.id), message: message.into() })
    }

    fn visit(&mut self, node: &IdedExpr) -> Result<Type, ExpressionError> {
        if self.depth == MAX_DEPTH {
            return self.error(node, format!("it nests deeper than {MAX_DEPTH} levels: split the check"));
        }
        self.depth += 1;
        let kind = self.kind_of(node);
        self.depth -= 1;
        kind
    }

    fn kind_of(&mut self, node: &IdedExpr) -> Result<Type, ExpressionError> {
        match &node.expr {
            Expr::Literal(literal) => self.literal(node, literal),
            Expr::Ident(name) => self.ident(node, name),
            Expr::Select(select) => self.select(node, select),
            Expr::List(list) => {
                let mut item = None;
                for element in &list.elements {
                    let next = self.visit(element)?;
                    item = Some(match item {
                        None => next,
                        Some(before) => self.join(element, before, next)?,
                    });
                }
                Ok(Type::List(item.map(Arc::new)))
            }
            Expr::Call(call) => self.call(node, call),
            Expr::Comprehension(comprehension) => self.comprehension(node, comprehension),
            Expr::Map(_) | Expr::Struct(_) | Expr::Unspecified => {
                self.error(node, "maps and messages have no use in a check")
            }
        }
    }

    fn literal(&self, node: &IdedExpr, literal: &LiteralValue) -> Result<Type, ExpressionError> {
        match literal {
            LiteralValue::Boolean(_) => Ok(Type::Bool),
            LiteralValue::Int(_) => Ok(Type::Int),
            LiteralValue::Null => Ok(Type::Null),
            LiteralValue::String(text) => Ok(Type::Word(vec![text.inner().to_owned()])),
            LiteralValue::Bytes(_) | LiteralValue::Double(_) | LiteralValue::UInt(_) => self
                .error(node, "facts hold texts, whole numbers, true and false; other literals have no use"),
        }
    }

    fn ident(&self, node: &IdedExpr, name: &str) -> Result<Type, ExpressionError> {
        let local = self.locals.iter().rev().find(|(local, _)| local == name).map(|(_, kind)| kind);
        match local.or_else(|| self.schema.variable(name)) {
            Some(kind) => Ok(self.narrowed(node, kind)),
            None if name == "r" => self.error(node, "'r' is the subject, and a check over 'once' has none"),
            None => self.error(node, format!("'{name}' is no fact")),
        }
    }

    /// The type, without null where the place is known not to be.
    fn narrowed(&self, node: &IdedExpr, kind: &Type) -> Type {
        match path(node) {
            Some(path) if self.known.contains(&path) => kind.known().clone(),
            _ => kind.clone(),
        }
    }

    fn select(&mut self, node: &IdedExpr, select: &SelectExpr) -> Result<Type, ExpressionError> {
        if select.test {
            return self.error(node, "has() has no use: every field is there; compare it with null");
        }
        let operand = self.visit(&select.operand)?;
        match &operand {
            Type::Row(fields) => match fields.get(&select.field) {
                Some(kind) => Ok(self.narrowed(node, kind)),
                None => {
                    let names: Vec<_> = fields.keys().map(String::as_str).collect();
                    self.error(
                        node,
                        format!("there is no field '{}'; there are: {}", select.field, names.join(", ")),
                    )
                }
            },
            Type::Maybe(_) => self
                .error(node, format!("'{}' may be null: compare it with null first", shown(&select.operand))),
            other => self.error(node, format!("{other} has no field '{}'", select.field)),
        }
    }

    fn call(&mut self, node: &IdedExpr, call: &CallExpr) -> Result<Type, ExpressionError> {
        match (call.func_name.as_str(), call.target.as_deref(), call.args.as_slice()) {
            (operators::LOGICAL_AND, None, [left, right]) => self.logical(left, right, true),
            (operators::LOGICAL_OR, None, [left, right]) => self.logical(left, right, false),
            (operators::LOGICAL_NOT | operators::NOT_STRICTLY_FALSE, None, [operand]) => {
                self.expect(operand, &Type::Bool)
            }
            (operators::CONDITIONAL, None, [condition, yes, no]) => {
                self.expect(condition, &Type::Bool)?;
                let yes = self.visit_knowing(yes, condition, true)?;
                let other = self.visit_knowing(no, condition, false)?;
                self.join(no, yes, other)
            }
            (operators::EQUALS | operators::NOT_EQUALS, None, [left, right]) => {
                let (a, b) = (self.visit(left)?, self.visit(right)?);
                a.comparable(&b).map_or_else(|reason| self.error(node, reason), |()| Ok(Type::Bool))
            }
            (
                operators::LESS | operators::LESS_EQUALS | operators::GREATER | operators::GREATER_EQUALS,
                None,
                [left, right],
            ) => self.ordering(node, left, right),
            (operators::IN, None, [item, list]) => self.contains(node, item, list),
            (operators::ADD | operators::SUBSTRACT | operators::MULTIPLY, None, [left, right]) => {
                self.expect(left, &Type::Int)?;
                self.expect(right, &Type::Int)
            }
            (operators::NEGATE, None, [operand]) => self.expect(operand, &Type::Int),
            ("size", None, [operand]) | ("size", Some(operand), []) => match self.visit(operand)? {
                Type::List(_) | Type::Text | Type::Word(_) => Ok(Type::Int),
                other => self.error(node, format!("{other} has no size")),
            },
            ("startsWith" | "endsWith" | "contains", Some(operand), [argument]) => {
                self.expect(operand, &Type::Text)?;
                self.expect(argument, &Type::Text)?;
                Ok(Type::Bool)
            }
            (name, _, arguments) => {
                let count = arguments.len();
                self.error(node, format!("there is no function '{name}' with {count} arguments in checks"))
            }
        }
    }

    fn expect(&mut self, node: &IdedExpr, wanted: &Type) -> Result<Type, ExpressionError> {
        let kind = self.visit(node)?;
        if kind == *wanted || (*wanted == Type::Text && kind.is_text()) {
            return Ok(wanted.clone());
        }
        if matches!(kind, Type::Maybe(_)) && kind.known() == wanted {
            return self.error(node, format!("'{}' may be null: compare it with null first", shown(node)));
        }
        self.error(node, format!("expected {wanted}, found {kind}"))
    }

    fn logical(&mut self, left: &IdedExpr, right: &IdedExpr, and: bool) -> Result<Type, ExpressionError> {
        self.expect(left, &Type::Bool)?;
        match self.visit_knowing(right, left, and)? {
            Type::Bool => Ok(Type::Bool),
            other => self.error(right, format!("expected true or false, found {other}")),
        }
    }

    /// Visits a node that is reached only when a condition came out as said.
    fn visit_knowing(
        &mut self,
        node: &IdedExpr,
        condition: &IdedExpr,
        truth: bool,
    ) -> Result<Type, ExpressionError> {
        let before = self.known.len();
        learn(condition, truth, &mut self.known);
        let kind = self.visit(node);
        self.known.truncate(before);
        kind
    }

    fn ordering(
        &mut self,
        node: &IdedExpr,
        left: &IdedExpr,
        right: &IdedExpr,
    ) -> Result<Type, ExpressionError> {
        let (a, b) = (self.visit(left)?, self.visit(right)?);
        for (side, kind) in [(left, &a), (right, &b)] {
            if matches!(kind, Type::Maybe(_)) {
                return self
                    .error(node, format!("'{}' may be null: compare it with null first", shown(side)));
            }
        }
        match (&a, &b) {
            (Type::Int, Type::Int) => Ok(Type::Bool),
            // Dates are text, and sort as text; what is no date sorts among them without meaning.
            (Type::Date, other) | (other, Type::Date) if !other.may_be_date() => {
                self.error(node, format!("a date is expected beside a date, found {other}"))
            }
            (a, b) if a.is_text() && b.is_text() => Ok(Type::Bool),
            _ => self.error(node, format!("{a} and {b} have no order")),
        }
    }

    fn contains(
        &mut self,
        node: &IdedExpr,
        item: &IdedExpr,
        list: &IdedExpr,
    ) -> Result<Type, ExpressionError> {
        let wanted = self.visit(item)?;
        let Type::List(inner) = self.visit(list)? else {
            return self.error(node, "'in' needs a list on its right");
        };
        // Each word that is written down must be one that there is.
        if let (Type::Word(words), Expr::List(written)) = (wanted.known(), &list.expr) {
            for word in &written.elements {
                if let Type::Word(given) = self.visit(word)?
                    && let Some(unknown) = given.iter().find(|word| !words.contains(word))
                {
                    return self.error(word, format!("{} is never '{unknown}'", wanted.known()));
                }
            }
        }
        match inner.map_or(Ok(()), |inner| wanted.known().comparable(inner.known())) {
            Ok(()) => Ok(Type::Bool),
            Err(reason) => self.error(node, reason),
        }
    }

    fn join(&self, node: &IdedExpr, before: Type, next: Type) -> Result<Type, ExpressionError> {
        match (before, next) {
            (Type::Null, Type::Null) => Ok(Type::Null),
            (Type::Null, kind) | (kind, Type::Null) => Ok(match kind {
                Type::Maybe(_) => kind,
                kind => Type::Maybe(Arc::new(kind)),
            }),
            (Type::Maybe(a), b) | (b, Type::Maybe(a)) => {
                Ok(Type::Maybe(Arc::new(self.join(node, (*a).clone(), b.known().clone())?)))
            }
            (Type::Word(mut a), Type::Word(b)) => {
                a.extend(b);
                Ok(Type::Word(a))
            }
            (a, b) if a.is_text() && b.is_text() => Ok(Type::Text),
            (Type::List(None), Type::List(b)) | (Type::List(b), Type::List(None)) => Ok(Type::List(b)),
            (a, b) if a == b => Ok(a),
            (a, b) => self.error(node, format!("{a} and {b} are different types")),
        }
    }

    /// What `all`, `exists`, `map` and `filter` expand to.
    fn comprehension(&mut self, node: &IdedExpr, loop_: &ComprehensionExpr) -> Result<Type, ExpressionError> {
        let Type::List(item) = self.visit(&loop_.iter_range)? else {
            return self.error(&loop_.iter_range, "all, exists, map and filter need a list");
        };
        if loop_.iter_var2.is_some() || self.locals.iter().any(|(name, _)| *name == loop_.iter_var) {
            return self.error(node, format!("'{}' is already taken: use another name", loop_.iter_var));
        }
        let item = item.map_or(Type::Null, |item| (*item).clone());
        let start = self.visit(&loop_.accu_init)?;
        self.locals.push((loop_.iter_var.clone(), item));
        self.locals.push((loop_.accu_var.clone(), start.clone()));
        let result = self.steps(node, loop_, start);
        self.locals.truncate(self.locals.len() - 2);
        result
    }

    fn steps(
        &mut self,
        node: &IdedExpr,
        loop_: &ComprehensionExpr,
        start: Type,
    ) -> Result<Type, ExpressionError> {
        self.expect(&loop_.loop_cond, &Type::Bool)?;
        match start {
            Type::Bool | Type::Int => {
                self.expect(&loop_.loop_step, &start)?;
                self.expect(&loop_.result, &Type::Bool)
            }
            _ => self.error(node, "map and filter have no use in a check: use all, exists or exists_one"),
        }
    }
}

/// A chain of names as text: `r.limits.days`.
fn path(node: &IdedExpr) -> Option<String> {
    match &node.expr {
        Expr::Ident(name) => Some(name.clone()),
        Expr::Select(select) if !select.test => Some(format!("{}.{}", path(&select.operand)?, select.field)),
        _ => None,
    }
}

fn shown(node: &IdedExpr) -> String {
    path(node).unwrap_or_else(|| "the value".to_owned())
}

/// Adds the paths that are not null when a condition comes out as said.
fn learn(condition: &IdedExpr, truth: bool, known: &mut Vec<String>) {
    let Expr::Call(call) = &condition.expr else { return };
    match (call.func_name.as_str(), call.args.as_slice()) {
        (operators::NOT_EQUALS, [left, right]) if truth => learn_pair(left, right, known),
        (operators::EQUALS, [left, right]) if !truth => learn_pair(left, right, known),
        (operators::LOGICAL_NOT, [operand]) => learn(operand, !truth, known),
        (operators::LOGICAL_AND, [left, right]) if truth => {
            learn(left, true, known);
            learn(right, true, known);
        }
        (operators::LOGICAL_OR, [left, right]) if !truth => {
            learn(left, false, known);
            learn(right, false, known);
        }
        _ => {}
    }
}

fn learn_pair(left: &IdedExpr, right: &IdedExpr, known: &mut Vec<String>) {
    let null = |node: &IdedExpr| matches!(node.expr, Expr::Literal(LiteralValue::Null));
    if null(right) {
        known.extend(path(left));
    } else if null(left) {
        known.extend(path(right));
    }
}
