//! Reading a pack: every mistake that can be found without facts is found here, with file and line.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::str::FromStr;
use std::sync::{Arc, LazyLock};

use serde::de::DeserializeOwned;
use theriac_model::Digest;
use toml::Spanned;

use super::source::{CheckSource, ClauseFile, ClauseSource, PackFile, TodoSource};
use super::{Check, Clause, ClauseKind, Condition, Judges, Level, Pack};
use crate::expression::{Expression, Schema, Type};
use crate::facts::facts_schema;
use crate::facts::words::{Scope, Verdict};

/// The most files that a pack may have.
const MAX_FILES: usize = 200;
/// The largest file that a pack may have, in bytes.
const MAX_FILE: usize = 1 << 20;
/// The most mistakes that are told at once.
const MAX_ERRORS: usize = 100;
/// The file that describes the pack.
const PACK_FILE: &str = "pack.toml";
/// The word for a check that asks one question about the whole.
const ONCE: &str = "once";
/// What is wrong with empty judges.
const JUDGES: &str = "judges must say \"at release\", \"standing\" or both";
/// The list of the pack's own clauses.
pub(crate) const CLAUSES: &str = "clauses";

/// Something wrong with a pack.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {message}")]
pub struct PackError {
    /// The file, relative to the pack's folder.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong and what is expected.
    pub message: String,
}

/// The facts types, and the list of the pack's clauses with who answers for them.
static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let maybe_text = Type::Maybe(Arc::new(Type::Text));
    let clause = BTreeMap::from([
        ("ref".to_owned(), Type::Text),
        ("title".to_owned(), Type::Text),
        ("accountable".to_owned(), Type::Int),
        ("person".to_owned(), maybe_text),
        ("people".to_owned(), Type::List(Some(Arc::new(Type::Text)))),
        ("appointments".to_owned(), Type::List(Some(Arc::new(Type::Text)))),
    ]);
    Schema::of(&facts_schema()).with(CLAUSES, Type::List(Some(Arc::new(Type::Row(Arc::new(clause))))))
});

/// Reads a pack; a strict reader also asks for what older packs may lack.
pub(super) fn load(files: &[(&str, &str)], strict: bool) -> Result<Pack, Vec<PackError>> {
    let whole = |message: String| vec![PackError { file: PACK_FILE.to_owned(), line: 1, message }];
    if files.len() > MAX_FILES {
        return Err(whole(format!("the pack has {} files; at most {MAX_FILES} are read", files.len())));
    }
    let Some((_, text)) = files.iter().find(|(name, _)| *name == PACK_FILE) else {
        return Err(whole("the file is missing: it names the pack".to_owned()));
    };
    let mut errors = Vec::new();
    let pack: Option<PackFile> = File { name: PACK_FILE, text }.read(&mut errors);
    let mut loader = Loader {
        schema: &SCHEMA,
        strict,
        legend: pack.as_ref().map(|pack| &pack.confidence),
        errors,
        clauses: Vec::new(),
        places: HashMap::new(),
    };
    for (name, text) in files.iter().filter(|(name, _)| *name != PACK_FILE) {
        loader.file(File { name, text });
    }
    if loader.clauses.is_empty() && loader.errors.is_empty() {
        return Err(whole("the pack has no clauses: it would call everything conforming".to_owned()));
    }
    let (errors, mut clauses) = (loader.errors, loader.clauses);
    match pack {
        Some(pack) if errors.is_empty() => {
            clauses.sort_by_key(|clause| order(&clause.number));
            let parts = files.iter().flat_map(|(name, text)| [name.as_bytes(), text.as_bytes()]);
            let digest = Digest::of_parts(parts);
            Ok(Pack { id: pack.id, title: pack.title, digest, confidence: pack.confidence, clauses })
        }
        _ => Err(errors),
    }
}

/// Clause numbers in the order of a standard: 5.10 after 5.9, annexes after clauses.
fn order(number: &str) -> Vec<(u8, u32, String)> {
    let part = |part: &str| match u32::from_str(part) {
        Ok(number) => (0, number, String::new()),
        Err(_) => (1, 0, part.to_owned()),
    };
    number.split('.').map(part).collect()
}

/// One file of a pack.
#[derive(Clone, Copy)]
struct File<'a> {
    name: &'a str,
    text: &'a str,
}

impl File<'_> {
    fn read<T: DeserializeOwned>(&self, errors: &mut Vec<PackError>) -> Option<T> {
        if self.text.len() > MAX_FILE {
            errors.push(self.error(0, format!("the file is larger than {MAX_FILE} bytes")));
            return None;
        }
        match toml::from_str(self.text) {
            Ok(value) => Some(value),
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                errors.push(self.error(at, error.message().to_owned()));
                None
            }
        }
    }

    fn error(&self, at: usize, message: String) -> PackError {
        let line = 1 + self.text.bytes().take(at).filter(|byte| *byte == b'\n').count();
        PackError { file: self.name.to_owned(), line, message }
    }
}

struct Loader<'a> {
    schema: &'a Schema,
    strict: bool,
    legend: Option<&'a BTreeMap<String, String>>,
    errors: Vec<PackError>,
    clauses: Vec<Clause>,
    /// Ids of clauses and checks, and the file each was first in.
    places: HashMap<String, String>,
}

impl Loader<'_> {
    fn file(&mut self, file: File<'_>) {
        let clauses: Option<ClauseFile> = file.read(&mut self.errors);
        for source in clauses.map(|file| file.clause).unwrap_or_default() {
            self.clause(file, source);
        }
    }

    fn fail(&mut self, file: File<'_>, span: Range<usize>, message: impl Into<String>) {
        self.fail_below(file, span, 0, message);
    }

    /// A mistake some lines below the start of a place.
    fn fail_below(&mut self, file: File<'_>, span: Range<usize>, lines: usize, message: impl Into<String>) {
        if self.errors.len() < MAX_ERRORS {
            let mut error = file.error(span.start, message.into());
            error.line += lines;
            self.errors.push(error);
        }
    }

    /// Notes an id; a second one of the same name is an error.
    fn once(&mut self, file: File<'_>, id: &Spanned<String>) {
        if let Some(before) = self.places.insert(id.get_ref().clone(), file.name.to_owned()) {
            self.fail(file, id.span(), format!("'{}' is already in {before}", id.get_ref()));
        }
    }

    fn clause(&mut self, file: File<'_>, source: ClauseSource) {
        self.once(file, &source.number);
        let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '.';
        if source.number.get_ref().is_empty() || !source.number.get_ref().chars().all(fits) {
            self.fail(
                file,
                source.number.span(),
                "a clause number has letters, digits and dots, as in 5.8.1",
            );
        }
        if source.routes.is_empty() {
            self.fail(file, source.number.span(), "routes must say \"full\", \"transitional\" or both");
        }
        self.confidence(file, &source.confidence);
        let condition = source.condition.and_then(|condition| {
            let applies = self.expression(file, &condition.applies, None, Wanted::Truth)?;
            Some(Condition { words: condition.words, applies })
        });
        self.checks_fit(
            file,
            &source.number,
            source.kind,
            &source.check,
            condition.is_some(),
            &source.judges,
        );
        self.max_age(file, source.kind, source.max_age_days.as_ref());
        let max_age_days = source.max_age_days.map(Spanned::into_inner);
        let number = source.number.into_inner();
        let mut checks = Vec::with_capacity(source.check.len());
        for check in source.check {
            checks.extend(self.check(file, &number, check, &source.judges));
        }
        if source.kind == ClauseKind::Attested {
            checks.extend(attestation(&number, source.level, &source.judges, max_age_days));
        }
        self.clauses.push(Clause {
            number,
            title: source.title,
            duty: source.duty,
            level: source.level,
            confidence: source.confidence.into_inner(),
            routes: source.routes,
            kind: source.kind,
            condition,
            checks,
        });
    }

    fn confidence(&mut self, file: File<'_>, letters: &Spanned<String>) {
        let unknown: Vec<_> = letters
            .get_ref()
            .chars()
            .filter(|letter| self.legend.is_some_and(|legend| !legend.contains_key(&letter.to_string())))
            .collect();
        if letters.get_ref().is_empty() || !unknown.is_empty() {
            self.fail(
                file,
                letters.span(),
                "confidence takes letters of the legend in pack.toml, as in \"PX\"",
            );
        }
    }

    fn max_age(&mut self, file: File<'_>, kind: ClauseKind, days: Option<&Spanned<u16>>) {
        let Some(days) = days else { return };
        if kind == ClauseKind::Computed {
            self.fail(file, days.span(), "max_age_days is for attested clauses: this one is computed");
        }
        if *days.get_ref() == 0 {
            self.fail(file, days.span(), "max_age_days must be at least 1");
        }
    }

    /// Whether the checks fit what the clause says of itself.
    fn checks_fit(
        &mut self,
        file: File<'_>,
        number: &Spanned<String>,
        kind: ClauseKind,
        checks: &[CheckSource],
        conditional: bool,
        judges: &[Judges],
    ) {
        if judges.is_empty() {
            self.fail(file, number.span(), JUDGES);
        }
        match kind {
            ClauseKind::Attested if !checks.is_empty() => {
                self.fail(
                    file,
                    checks[0].id.span(),
                    "an attested clause has no checks: its one question is made for it",
                );
            }
            ClauseKind::Computed if checks.is_empty() => {
                self.fail(file, number.span(), "a computed clause needs at least one check");
            }
            ClauseKind::Attested | ClauseKind::Computed => {}
        }
        for side in [Judges::AtRelease, Judges::Standing] {
            let judged = checks.iter().any(|check| check.judges.as_deref().unwrap_or(judges).contains(&side));
            if kind == ClauseKind::Computed && !checks.is_empty() && judges.contains(&side) && !judged {
                let side = if side == Judges::Standing { "standing" } else { "at release" };
                let message = format!("the clause judges \"{side}\", and none of its checks does");
                self.fail(file, number.span(), message);
            }
            let of_side = |check: &&CheckSource| check.judges.as_deref().unwrap_or(judges).contains(&side);
            let mut side_checks = checks.iter().filter(of_side).peekable();
            if let Some(first) = side_checks.peek().map(|check| check.none.span())
                && !conditional
                && side_checks.all(|check| *check.none.get_ref() == Verdict::NotApplicable)
            {
                let message = "the clause is unconditional, so one check must say what no subject means: \
                               none = \"met\" or \"not met\"";
                self.fail(file, first, message);
            }
        }
    }

    /// What a check says of itself, its expressions apart.
    fn check_head(&mut self, file: File<'_>, clause: &str, source: &CheckSource) {
        self.once(file, &source.id);
        if !source
            .id
            .get_ref()
            .strip_prefix(clause)
            .is_some_and(|rest| rest.len() > 1 && rest.starts_with('-'))
        {
            self.fail(
                file,
                source.id.span(),
                format!("the id of a check of {clause} is written \"{clause}-a\""),
            );
        }
        if *source.none.get_ref() == Verdict::PartlyMet {
            self.fail(file, source.none.span(), "no subject cannot be partly met");
        }
        if source.judges.as_ref().is_some_and(Vec::is_empty) {
            self.fail(file, source.id.span(), JUDGES);
        }
    }

    fn check(
        &mut self,
        file: File<'_>,
        clause: &str,
        source: CheckSource,
        judges: &[Judges],
    ) -> Option<Check> {
        self.check_head(file, clause, &source);
        let over = Some(source.over.get_ref().as_str()).filter(|over| *over != ONCE);
        if let Some(list) = over
            && !self.schema.lists().any(|known| known == list)
        {
            let lists: Vec<_> = self.schema.lists().collect();
            let message = format!("there is no list '{list}'; there are: once, {}", lists.join(", "));
            self.fail(file, source.over.span(), message);
            return None;
        }
        self.rests(file, over, &source.rests);
        self.todos(file, over, &source);
        let todos = self.cases(file, over, &source.todos);
        let mut parse = |text: &Option<Spanned<String>>, wanted| {
            text.as_ref()
                .map(|text| self.expression(file, text, over, wanted))
                .map_or(Ok(None), |read| read.map(Some).ok_or(()))
        };
        let filter = parse(&source.filter, Wanted::Truth);
        let owes = parse(&source.owes, Wanted::Text);
        let due = parse(&source.due, Wanted::Date);
        let pass = self.expression(file, &source.pass, over, Wanted::Truth)?;
        Some(Check {
            id: source.id.into_inner(),
            title: source.title,
            over: over.map(str::to_owned),
            todo: source.todo.into_inner(),
            todos,
            todo_none: source.todo_none.map(Spanned::into_inner),
            judges: source.judges.unwrap_or_else(|| judges.to_vec()),
            none: source.none.into_inner(),
            rests: source.rests.into_iter().map(Spanned::into_inner).collect(),
            filter: filter.ok()?,
            pass,
            partly: None,
            owes: owes.ok()?,
            due: due.ok()?,
        })
    }

    /// What is to be done in cases of their own.
    fn cases(
        &mut self,
        file: File<'_>,
        over: Option<&str>,
        cases: &[TodoSource],
    ) -> Vec<(Expression, String)> {
        let mut read = Vec::new();
        for case in cases {
            self.named(file, over, &case.todo);
            let when = self.expression(file, &case.when, over, Wanted::Truth);
            read.extend(when.map(|when| (when, case.todo.get_ref().clone())));
        }
        read
    }

    /// Whether the names in braces are fields of the subject that can be shown.
    fn named(&mut self, file: File<'_>, over: Option<&str>, todo: &Spanned<String>) {
        let row = over.and_then(|list| self.schema.variable(list)).and_then(Type::item);
        for field in placeholders(todo.get_ref()) {
            if !row.and_then(|row| row.field(field)).is_some_and(Type::may_be_shown) {
                let message =
                    format!("'{{{field}}}' names no field of the subject with text, texts or a number");
                self.fail(file, todo.span(), message);
            }
        }
    }

    /// Whether what is to be done can be said of each subject, and of none.
    fn todos(&mut self, file: File<'_>, over: Option<&str>, source: &CheckSource) {
        self.named(file, over, &source.todo);
        let may_be_empty = over.is_some() || source.filter.is_some();
        let fails = *source.none.get_ref() == Verdict::NotMet;
        match &source.todo_none {
            None if self.strict && may_be_empty && fails => {
                let message =
                    "todo_none is missing: the check fails where there is no subject, and todo speaks of one";
                self.fail(file, source.none.span(), message);
            }
            Some(text) if !may_be_empty || !fails => {
                let message = "todo_none is said where there is no subject and none = \"not met\"";
                self.fail(file, text.span(), message);
            }
            Some(text) if text.get_ref().contains('{') => {
                self.fail(
                    file,
                    text.span(),
                    "todo_none speaks of no subject, so it names none of its fields",
                );
            }
            _ => {}
        }
    }

    fn rests(&mut self, file: File<'_>, over: Option<&str>, fields: &[Spanned<String>]) {
        let row = over.and_then(|list| self.schema.variable(list)).and_then(Type::item);
        for field in fields {
            let kind = row.and_then(|row| row.field(field.get_ref()));
            let names =
                kind.is_some_and(|kind| kind.may_be_text() || kind.item().is_some_and(Type::may_be_text));
            if !names {
                self.fail(
                    file,
                    field.span(),
                    format!("'{}' is no field with text to rest on", field.get_ref()),
                );
            }
        }
    }

    /// Parses an expression and checks its type.
    fn expression(
        &mut self,
        file: File<'_>,
        text: &Spanned<String>,
        over: Option<&str>,
        wanted: Wanted,
    ) -> Option<Expression> {
        let read = Expression::parse(text.get_ref()).and_then(|expression| {
            let kind = self.schema.check(&expression, over)?;
            Ok((expression, kind))
        });
        match read {
            Ok((expression, kind)) if wanted.fits(&kind) => Some(expression),
            Ok((_, kind)) => {
                self.fail(file, text.span(), format!("expected {}, found {kind}", wanted.words()));
                None
            }
            Err(error) => {
                // A text of several lines starts after its quotes' line break.
                let quotes =
                    ["\'\'\'\n", "\"\"\"\n"].iter().any(|quotes| file.text[text.span()].starts_with(quotes));
                self.fail_below(file, text.span(), error.line + usize::from(quotes), error.message);
                None
            }
        }
    }
}

/// What an expression is to come to.
#[derive(Clone, Copy)]
enum Wanted {
    Truth,
    Text,
    Date,
}

impl Wanted {
    fn fits(self, kind: &Type) -> bool {
        match self {
            Self::Truth => *kind == Type::Bool,
            Self::Text => kind.may_be_text(),
            Self::Date => kind.may_be_date(),
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Truth => "true or false",
            Self::Text => "text or null",
            Self::Date => "a date or null",
        }
    }
}

/// The names in braces in a text; what is no name is left out.
pub(crate) fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}

/// The one check of an attested clause: the clause assessment of its level that counts, holds and says met.
fn attestation(number: &str, level: Level, judges: &[Judges], max_age_days: Option<u16>) -> Option<Check> {
    let scope = match level {
        Level::Organisation => Scope::Organisation,
        Level::Product => Scope::Product,
        Level::Release | Level::FieldedRelease => Scope::Release,
    };
    let parse = |text: &str| Expression::parse(text).ok();
    let young = max_age_days.map_or_else(String::new, |most| {
        format!(" && r.assessed_days_ago != null && r.assessed_days_ago <= {most}")
    });
    let assess = format!("Assess clause {number}, cite what was read, and have the assessment approved");
    let todos = [
        (
            "limits == null",
            "Have the limits of the organisation approved: they say how old an assessment may get".to_owned(),
        ),
        (
            "r.approved && r.unusable_evidence > 0",
            format!(
                "Cite evidence for clause {number} that is not disqualified and names its build, tool and day; for a release, of its \
             candidate"
            ),
        ),
    ];
    Some(Check {
        id: format!("{number}-attested"),
        title: "A signed assessment of this clause says met, and nothing it rests on has changed".to_owned(),
        over: Some("clause_assessments".to_owned()),
        todo: assess,
        todos: todos.into_iter().map(|(when, todo)| Some((parse(when)?, todo))).collect::<Option<_>>()?,
        todo_none: None,
        judges: judges.to_vec(),
        none: Verdict::NotMet,
        rests: ["cited", "evidence", "superseded", "retired", "unapproved", "suspect_citations"]
            .map(str::to_owned)
            .to_vec(),
        filter: Some(parse(&format!("r.latest && r.clause == '{number}' && r.scope == '{scope}'"))?),
        pass: parse(&format!("r.holds && r.verdict == 'met'{young}"))?,
        partly: Some(parse(&format!("r.holds && r.verdict == 'partly met'{young}"))?),
        owes: Some(parse("r.owner")?),
        due: None,
    })
}
