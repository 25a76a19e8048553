//! What an evaluation comes to: verdicts with what they rest on, and what is missing. Plain data, printed as it is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use theriac_model::Digest;

use crate::facts::words::{StandIn, Verdict};
use crate::pack::{ClauseKind, Judges, Level};

/// The version of the evaluator; raised when the same facts and pack may come to another answer.
pub const EVALUATOR_VERSION: u32 = 7;

/// The verdicts of one release at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Conformity {
    /// The day judged.
    pub at: String,
    /// The audit sequence up to which rows were read.
    pub seq: i64,
    /// The pack, `id@digest`.
    pub pack: String,
    /// Whether the manufacturer has still to adopt the pack.
    pub provisional: bool,
    /// The version of the facts' shape.
    pub facts_version: u32,
    /// The version of the evaluator.
    pub evaluator: u32,
    /// The product's key.
    pub product: String,
    /// The release's name.
    pub release: String,
    /// What was decided and when, by which pack: the verdicts at release are those; the rest speaks of how it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<DecidedBy>,
    /// Clause by clause, in the order of the standard.
    pub clauses: Vec<ClauseVerdict>,
    /// Evidence that was found wrong after the release was decided on it; what was decided stays.
    #[serde(default)]
    pub disqualified: Vec<Disqualified>,
}

/// What verdicts were decided on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecidedBy {
    /// The day judged.
    pub at: String,
    /// The audit sequence up to which rows were read.
    pub seq: i64,
    /// The pack, `id@digest`.
    pub pack: String,
    /// Whether the manufacturer had still to adopt the pack.
    pub provisional: bool,
    /// The version of the evaluator.
    pub evaluator: u32,
}

/// Evidence that a decision rests on and that was found wrong since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Disqualified {
    /// The evidence, `EVID-n@digest`.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The day on which it was disqualified.
    pub on: String,
    /// The key of who signed that.
    pub by: String,
    /// Why.
    pub reason: String,
    /// The clauses whose verdicts at release rest on it, in the order of the standard.
    pub clauses: Vec<String>,
}

/// The verdict of a clause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClauseVerdict {
    /// The clause's number.
    pub clause: String,
    /// Its short title.
    pub title: String,
    /// The verdict at release.
    pub verdict: Verdict,
    /// The verdict on what must go on.
    pub standing: Verdict,
    /// Computed or attested.
    pub kind: ClauseKind,
    /// Where it is judged.
    pub level: Level,
    /// How sure the pack is of it: letters of its legend.
    pub confidence: String,
    /// Why it does not apply, or how it could be shown not to.
    pub reason: Option<String>,
    /// Its checks; none where the clause does not apply.
    pub checks: Vec<CheckVerdict>,
    /// What is missing.
    pub missing: Vec<Missing>,
}

/// The verdict of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckVerdict {
    /// The check's id.
    pub check: String,
    /// What holds when it is met.
    pub title: String,
    /// Which answers it bears on.
    pub judges: Vec<Judges>,
    /// The verdict.
    pub verdict: Verdict,
    /// What is wrong with the check itself: a defect of the pack.
    pub error: Option<String>,
    /// Subjects that fail.
    pub failing: Vec<Subject>,
    /// Subjects that pass.
    pub passing: Vec<Subject>,
}

/// A subject of a check and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// The fact's `ref`.
    #[serde(rename = "ref")]
    pub reference: String,
    /// Revisions and evidence that it rests on.
    pub rests_on: Vec<String>,
}

/// Something missing: what to do, who owes it, by when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Missing {
    /// The failing subject's `ref`; the check's id where there is no subject.
    #[serde(rename = "ref")]
    pub reference: String,
    /// What to do.
    pub todo: String,
    /// Who owes it.
    pub owner: Option<String>,
    /// As whom they owe it where nobody is named for it: somebody is to be appointed.
    #[serde(default)]
    pub stand_in: Option<StandIn>,
    /// By when; without a planned ship date there may be no day.
    pub due: Option<String>,
    /// The check that misses it.
    pub check: String,
    /// Which answers it bears on.
    pub judges: Vec<Judges>,
    /// Names it as it is now, in 16 hexadecimal digits: another revision, check or cause has another state.
    #[serde(default)]
    pub state: String,
}

/// Longest part of an id in an entry, in characters.
const NAME_MAX: usize = 400;

impl Missing {
    /// The state of something that a check misses: of what fails in it, and of what it was judged by.
    pub(crate) fn state_of(check: &str, reference: &str, causes: impl IntoIterator<Item = String>) -> String {
        let parts: Vec<_> = [check, reference].map(str::to_owned).into_iter().chain(causes).collect();
        let mut state = Digest::of(parts.join("\0").as_bytes()).to_string();
        state.truncate(16);
        state
    }

    /// What a check misses in what, without the digest of a revision: `5.2.1-c REQ-3`, or the check alone. Long ones are cut.
    #[must_use]
    pub fn name(&self) -> String {
        match self.id() {
            id if id == self.check => id.to_owned(),
            id => format!("{} {}", self.check, id.chars().take(NAME_MAX).collect::<String>()),
        }
    }

    /// Its name with its state, by which a deviation permits it as it is and not as it may become:
    /// `5.2.1-c REQ-3 #0f1e2d3c4b5a6978`.
    #[must_use]
    pub fn entry(&self) -> String {
        format!("{} #{}", self.name(), self.state)
    }

    /// Whether a name given by a person means this item: its entry, its name, or its `ref` with or without the digest.
    #[must_use]
    pub fn is_named(&self, name: &str) -> bool {
        self.reference == name || self.id() == name || self.name() == name || self.entry() == name
    }

    /// The subject without the digest of its revision.
    #[must_use]
    pub fn id(&self) -> &str {
        let digest = |end: &str| end.parse::<Digest>().is_ok();
        self.reference.rsplit_once('@').filter(|(_, end)| digest(end)).map_or(&self.reference, |(id, _)| id)
    }
}

impl ClauseVerdict {
    /// Whether some check could not be evaluated.
    #[must_use]
    pub fn has_error(&self) -> bool {
        self.checks.iter().any(|check| check.error.is_some())
    }
}

/// One verdict from several; *not applicable* only where every one is.
#[must_use]
pub fn combine(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
    let applicable = verdicts.into_iter().filter(|verdict| *verdict != Verdict::NotApplicable);
    applicable
        .reduce(|one, other| if one == other { one } else { Verdict::PartlyMet })
        .unwrap_or(Verdict::NotApplicable)
}
