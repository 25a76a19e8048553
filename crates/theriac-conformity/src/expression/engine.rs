//! Parsing and evaluating with the `cel` crate.

use std::sync::{Arc, LazyLock};

use cel::common::ast::{Expr, IdedExpr, SourceInfo, operators};
use cel::common::types::{CelBool, CelNull, CelString};
use cel::common::value::{CowVal, Val};
use cel::context::VariableResolver;
use cel::parser::Parser;
use cel::{Context, Env, Value};

use super::ExpressionError;
use super::values::{Subject, Values};

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

    /// Which of the parts that must all hold do not, by their place; one that cannot be evaluated alone does not.
    pub(crate) fn failing(&self, scope: &Scope<'_>) -> Vec<usize> {
        let mut parts = Vec::new();
        conjuncts(&self.tree, &mut parts);
        let holds = |part: &IdedExpr| {
            let mut context = Context::with_env(Arc::clone(&ENV));
            context.set_variable_resolver(scope);
            let value = Value::resolve_val(part, &context);
            value.is_ok_and(|value| {
                value.as_ref().downcast_ref::<CelBool>().is_some_and(|truth| *truth.inner())
            })
        };
        (0..parts.len()).filter(|place| !holds(parts[*place])).collect()
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

/// The parts of an expression that must all hold, from left to right.
fn conjuncts<'a>(node: &'a IdedExpr, parts: &mut Vec<&'a IdedExpr>) {
    if let Expr::Call(call) = &node.expr
        && let (operators::LOGICAL_AND, [left, right]) = (call.func_name.as_str(), call.args.as_slice())
    {
        conjuncts(left, parts);
        conjuncts(right, parts);
        return;
    }
    parts.push(node);
}

/// What an expression sees: the facts, and the subject as `r`.
pub(crate) struct Scope<'a> {
    values: &'a Values,
    subject: Option<Subject<'a>>,
}

impl<'a> Scope<'a> {
    pub(crate) const fn root(values: &'a Values) -> Self {
        Self { values, subject: None }
    }

    pub(crate) const fn subject(values: &'a Values, subject: Subject<'a>) -> Self {
        Self { values, subject: Some(subject) }
    }
}

impl VariableResolver for Scope<'_> {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        if variable == "r" {
            return self.subject.map(|subject| CowVal::Borrowed(subject.0));
        }
        self.values.root(variable).map(CowVal::Borrowed)
    }
}
