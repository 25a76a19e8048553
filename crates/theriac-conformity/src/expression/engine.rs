//! Parsing and evaluating with the `cel` crate. Facts become values once per evaluation; an expression then borrows them.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use cel::common::ast::{IdedExpr, SourceInfo};
use cel::common::traits::Indexer;
use cel::common::types::{CelBool, CelInt, CelList, CelNull, CelString, MAP_TYPE, Type as CelType};
use cel::common::value::{CowVal, Val};
use cel::context::VariableResolver;
use cel::parser::Parser;
use cel::{Context, Env, ExecutionError, Value};
use serde_json::Value as Json;

use super::ExpressionError;

/// The longest expression that is read, in bytes: the parser nests a chain of operators as deep as it is long, and that
/// must fit on any thread's stack.
const MAX_LENGTH: usize = 1_000;
/// The deepest nesting that is read.
const MAX_DEPTH: u16 = 64;

static ENV: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

/// A parsed expression.
#[derive(Debug)]
pub(crate) struct Expression {
    tree: IdedExpr,
    source: SourceInfo,
}

impl Expression {
    pub(crate) fn parse(text: &str) -> Result<Self, ExpressionError> {
        if text.len() > MAX_LENGTH {
            let message = format!("the expression is longer than {MAX_LENGTH} characters: split the check");
            return Err(ExpressionError { line: 0, message });
        }
        let parser = Parser::new().max_recursion_depth(MAX_DEPTH);
        let (tree, source) = parser.parse_with_source_info(text).map_err(|errors| {
            let first = errors.errors.first();
            let line = first.and_then(|error| usize::try_from(error.pos.0 - 1).ok()).unwrap_or(0);
            let message = first.map_or_else(|| "cannot be parsed".to_owned(), |error| error.msg.clone());
            ExpressionError { line, message: format!("the expression cannot be parsed: {message}") }
        })?;
        Ok(Self { tree, source })
    }

    pub(super) fn tree(&self) -> &IdedExpr {
        &self.tree
    }

    /// The number of lines before a node.
    pub(super) fn line_of(&self, node: u64) -> usize {
        let offset = self.source.offset_for(node).map_or(0, |(start, _)| start as usize);
        self.source.source.chars().take(offset).filter(|letter| *letter == '\n').count()
    }

    /// Yes or no; an error where the engine finds one, or the value is neither.
    pub(crate) fn truth(&self, scope: &Scope<'_>) -> Result<bool, String> {
        self.evaluate(scope, |value| value.downcast_ref::<CelBool>().map(|truth| *truth.inner()))?
            .ok_or_else(|| "the value is neither true nor false".to_owned())
    }

    /// Text, or none where the value is null.
    pub(crate) fn text(&self, scope: &Scope<'_>) -> Result<Option<String>, String> {
        self.evaluate(scope, |value| {
            if value.downcast_ref::<CelNull>().is_some() {
                return Some(None);
            }
            value.downcast_ref::<CelString<'_>>().map(|text| Some(text.inner().to_owned()))
        })?
        .ok_or_else(|| "the value is no text".to_owned())
    }

    fn evaluate<T>(
        &self,
        scope: &Scope<'_>,
        read: impl Fn(&dyn Val) -> Option<T>,
    ) -> Result<Option<T>, String> {
        let mut context = Context::with_env(Arc::clone(&ENV));
        context.set_variable_resolver(scope);
        let value = Value::resolve_val(&self.tree, &context).map_err(|error| error.to_string())?;
        Ok(read(value.as_ref()))
    }
}

/// JSON as values of the engine, made once per evaluation.
pub(crate) struct Values<'v>(Row<'v>);

impl<'v> Values<'v> {
    /// The members of a JSON object as root variables; anything else has none.
    pub(crate) fn of(json: &'v Json) -> Self {
        match json {
            Json::Object(members) => Self(Row::of(members, &mut Names::default())),
            _ => Self(Row(Vec::new())),
        }
    }

    /// The rows of one root list.
    pub(crate) fn rows(&self, list: &str) -> &[Box<dyn Val + 'v>] {
        self.0
            .field(list)
            .and_then(|value| value.downcast_ref::<CelList<'_>>())
            .map_or(&[], |list| list.inner())
    }
}

/// What an expression sees: the facts, and the subject as `r`.
pub(crate) struct Scope<'a> {
    values: &'a Values<'a>,
    subject: Option<&'a (dyn Val + 'a)>,
}

impl<'a> Scope<'a> {
    pub(crate) fn root(values: &'a Values<'a>) -> Self {
        Self { values, subject: None }
    }

    pub(crate) fn subject(values: &'a Values<'a>, list: &str, index: usize) -> Self {
        Self { values, subject: values.rows(list).get(index).map(AsRef::as_ref) }
    }
}

impl VariableResolver for Scope<'_> {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        if variable == "r" {
            return self.subject.map(CowVal::Borrowed);
        }
        self.values.0.field(variable).map(CowVal::Borrowed)
    }
}

/// Each name of a field once: rows by the thousand then compare names that the processor's cache holds.
#[derive(Default)]
struct Names<'v>(HashSet<&'v str>);

impl<'v> Names<'v> {
    fn once(&mut self, name: &'v str) -> &'v str {
        if let Some(known) = self.0.get(name) {
            return known;
        }
        self.0.insert(name);
        name
    }
}

/// A JSON object: fields sorted by name.
#[derive(Debug)]
struct Row<'v>(Vec<(&'v str, Box<dyn Val + 'v>)>);

impl<'v> Row<'v> {
    fn of(members: &'v serde_json::Map<String, Json>, names: &mut Names<'v>) -> Self {
        let mut fields: Vec<_> =
            members.iter().map(|(name, member)| (names.once(name), convert(member, names))).collect();
        fields.sort_unstable_by_key(|(name, _)| *name);
        Self(fields)
    }

    fn field(&self, name: &str) -> Option<&(dyn Val + 'v)> {
        let position = self.0.binary_search_by_key(&name, |(name, _)| name).ok()?;
        Some(self.0[position].1.as_ref())
    }
}

fn convert<'v>(json: &'v Json, names: &mut Names<'v>) -> Box<dyn Val + 'v> {
    match json {
        Json::Bool(truth) => Box::new(CelBool::from(*truth)),
        // Facts hold whole numbers that fit, by their types.
        Json::Number(number) => match number.as_i64() {
            Some(number) => Box::new(CelInt::from(number)),
            None => Box::new(CelNull),
        },
        Json::String(text) => Box::new(CelString::from(text.as_str())),
        Json::Array(items) => {
            Box::new(CelList::from(items.iter().map(|item| convert(item, names)).collect::<Vec<_>>()))
        }
        Json::Object(members) => Box::new(Row::of(members, names)),
        Json::Null => Box::new(CelNull),
    }
}

impl Val for Row<'_> {
    fn get_type(&self) -> &CelType {
        <Self as Val>::cel_type()
    }

    fn cel_type() -> &'static CelType {
        &MAP_TYPE
    }

    fn as_indexer<'b, 'w>(&'b self) -> Option<&'b (dyn Indexer + 'w)>
    where
        Self: 'w,
    {
        Some(self)
    }

    fn clone_as_boxed<'w>(&self) -> Box<dyn Val + 'w>
    where
        Self: 'w,
    {
        Box::new(Row(self.0.iter().map(|(name, value)| (*name, value.clone())).collect()))
    }
}

impl Indexer for Row<'_> {
    fn get<'b, 'w>(&'b self, index: &dyn Val) -> Result<CowVal<'b, 'w>, ExecutionError>
    where
        Self: 'w,
    {
        let name = index.downcast_ref::<CelString<'_>>().map_or("", |name| name.inner());
        self.field(name)
            .map(|value| CowVal::Borrowed(value as &(dyn Val + 'w)))
            .ok_or_else(|| ExecutionError::no_such_key(name))
    }

    fn steal<'w>(self: Box<Self>, index: &dyn Val) -> Result<Box<dyn Val + 'w>, ExecutionError>
    where
        Self: 'w,
    {
        self.get(index).map(CowVal::into_owned)
    }
}
