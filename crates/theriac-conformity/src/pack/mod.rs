//! Packs: a standard as data. A folder with `pack.toml` and TOML files of clauses, read strictly.
//!
//! `source.rs` is the shape of the files, `load.rs` the checks on them, `standard.rs` the packs that come with the
//! program. A clause or a check is added in a pack's files, never here; a new key of a check is added in `source.rs`.

mod load;
mod source;
mod standard;

use schemars::JsonSchema;
use serde::Serialize;
use theriac_model::Digest;

use crate::expression::Expression;
use crate::facts::words::{Route, Verdict};

pub use load::PackError;
pub(crate) use load::{CLAUSES, placeholders};
pub use standard::{IEC_81001_5_1_2021, iec_81001_5_1_2021};

/// A pack that has been read and checked.
#[derive(Debug)]
pub struct Pack {
    /// Its id: the name of its folder ("iec-81001-5-1-2021").
    pub id: String,
    /// The standard's designation.
    pub title: String,
    /// The digest of its files: what an adoption signs.
    pub digest: Digest,
    /// What the letters of a clause's confidence mean.
    pub confidence: std::collections::BTreeMap<String, String>,
    /// Clauses, in the order of the standard.
    pub clauses: Vec<Clause>,
}

/// At which level a clause is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Once for all products.
    Organisation,
    /// Once for all releases of a product.
    Product,
    /// For each release.
    Release,
    /// For each release that customers have.
    #[serde(rename = "fielded release")]
    FieldedRelease,
}

/// How a clause comes to its verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ClauseKind {
    /// Checks judge facts.
    Computed,
    /// A signed clause assessment says so.
    Attested,
}

/// Which of the two answers something bears on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, Serialize, JsonSchema)]
pub enum Judges {
    /// Frozen with the decision.
    #[serde(rename = "at release")]
    AtRelease,
    /// What must go on.
    #[serde(rename = "standing")]
    Standing,
}

/// A clause of a standard.
#[derive(Debug)]
pub struct Clause {
    /// Its number ("5.8.1").
    pub number: String,
    /// Its short title.
    pub title: String,
    /// The duty, in own words.
    pub duty: String,
    /// Where it is judged.
    pub level: Level,
    /// How sure the pack is of number, title and gist: letters of the pack's legend.
    pub confidence: String,
    /// Routes on which it applies.
    pub routes: Vec<Route>,
    /// Computed or attested.
    pub kind: ClauseKind,
    /// When it applies; `None` when always.
    pub condition: Option<Condition>,
    /// Its checks; an attested clause has the one made for it.
    pub checks: Vec<Check>,
}

/// When a conditional clause applies.
#[derive(Debug)]
pub struct Condition {
    /// In words, for people.
    pub words: String,
    pub(crate) applies: Expression,
}

/// One question that a clause raises.
#[derive(Debug)]
pub struct Check {
    /// Its id ("5.8.1-a").
    pub id: String,
    /// What it asks, as a statement that holds when the check is met.
    pub title: String,
    /// The list of facts it is over; `None` for one question about the whole.
    pub over: Option<String>,
    /// What to do about a subject that fails; `{field}` stands for what the subject has in a field.
    pub todo: String,
    /// What to do instead in cases of their own: the first that holds counts.
    pub(crate) todos: Vec<(Expression, String)>,
    /// What to do where there is no subject at all.
    pub todo_none: Option<String>,
    /// What it bears on.
    pub judges: Vec<Judges>,
    /// The verdict when there is no subject.
    pub none: Verdict,
    /// Fields that name what a subject rests on.
    pub rests: Vec<String>,
    pub(crate) filter: Option<Expression>,
    pub(crate) pass: Expression,
    pub(crate) partly: Option<Expression>,
    pub(crate) owes: Option<Expression>,
    pub(crate) due: Option<Expression>,
}

impl Check {
    /// Everything that it may say is to be done about a subject, fields in braces not yet filled in.
    pub fn todo_texts(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.todo.as_str()).chain(self.todos.iter().map(|(_, todo)| todo.as_str()))
    }
}

impl Pack {
    /// Reads a pack from its files: names relative to the pack's folder, and texts. The order does not matter.
    ///
    /// # Errors
    /// Everything that is wrong with the pack, each with file and line.
    pub fn load<N: AsRef<str>, T: AsRef<str>>(files: &[(N, T)]) -> Result<Self, Vec<PackError>> {
        let mut files: Vec<_> = files.iter().map(|(name, text)| (name.as_ref(), text.as_ref())).collect();
        files.sort_unstable();
        load::load(&files, false)
    }

    /// Reads a pack as [`Pack::load`] does, and asks for what a pack of today should have: a pack that was once in force
    /// stays readable without it.
    ///
    /// # Errors
    /// Everything that is wrong with the pack, each with file and line.
    pub fn check<N: AsRef<str>, T: AsRef<str>>(files: &[(N, T)]) -> Result<Self, Vec<PackError>> {
        let mut files: Vec<_> = files.iter().map(|(name, text)| (name.as_ref(), text.as_ref())).collect();
        files.sort_unstable();
        load::load(&files, true)
    }

    /// The pack as other things name it: `id@digest`.
    #[must_use]
    pub fn reference(&self) -> String {
        format!("{}@{}", self.id, self.digest)
    }

    /// A clause by its number.
    #[must_use]
    pub fn clause(&self, number: &str) -> Option<&Clause> {
        self.clauses.iter().find(|clause| clause.number == number)
    }
}
