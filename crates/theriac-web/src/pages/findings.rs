//! `…/findings` (with a pane), `…/findings/{finding}`, `…/findings/assess` (many at once), and `/findings`.

use askama::Template;

use crate::parts::{
    Action, Due, Empty, Errors, Facts, Field, Filters, Link, Note, Pager, Shell, Signature, Status, TableHead,
};

/// One finding in the list.
#[derive(Debug, Clone)]
pub struct FindingRow {
    /// Number, such as "FIND-418"; value of the checkbox.
    pub number: String,
    /// Component and version, or "(static analysis)", leading to the finding.
    pub subject: Link,
    /// Vulnerability or rule, and what marks it, such as "CVE-2099-10432, exploited".
    pub about: String,
    /// Severity word with score, such as "8.2 high".
    pub severity: String,
    /// State of the assessment.
    pub state: Status,
    /// What else the state says, such as "carried over, confirm"; may be empty.
    pub state_note: String,
    /// By when it must be assessed or fixed.
    pub due: Option<Due>,
    /// Who owes it; may be empty.
    pub owner: String,
    /// Whether the pane shows it.
    pub current: bool,
    /// Product and version; only on the list over all releases.
    pub release: Option<Link>,
}

/// The assessment of one finding, or of many at once. Sends by POST: `csrf`, `expected`, `finding` (repeated),
/// `status`, `justification`, `rests_on` (repeated), `impact_statement`, `exploitability`,
/// `exploitability_reason`, `patient_safety_impact`, `decision`, `decision_reason`, `fixer`, `due`, and `then`
/// (`draft` or `sign`).
#[derive(Debug, Clone, Template)]
#[template(path = "macros/assessment_form.html")]
pub struct AssessmentForm {
    /// Heading, such as "Assessment for 2.4.0".
    pub heading: String,
    /// Where it goes.
    pub action: String,
    /// CSRF token.
    pub csrf: String,
    /// Digest of the assessments shown; refused when another was made meanwhile.
    pub expected: String,
    /// Numbers of the findings it judges.
    pub findings: Vec<String>,
    /// VEX status, justification, what it rests on.
    pub judgement: Vec<Field>,
    /// Exploitability in context and patient-safety impact.
    pub impact: Vec<Field>,
    /// Decision, its reason, who fixes, due date.
    pub decision: Vec<Field>,
    /// Why the person may not assess; empty when they may.
    pub blocked: String,
}

impl askama::filters::HtmlSafe for AssessmentForm {}

impl AssessmentForm {
    fn errors(&self) -> Errors {
        if !self.blocked.is_empty() {
            return Errors::default();
        }
        Errors::of(self.judgement.iter().chain(&self.impact).chain(&self.decision))
    }
}

/// What is known of a finding, and its assessment: the same in the pane and on its page.
#[derive(Debug, Clone, Template)]
#[template(path = "macros/finding.html")]
pub struct FindingView {
    /// Number.
    pub number: String,
    /// Component and version.
    pub subject: String,
    /// State.
    pub state: Status,
    /// What the vulnerability is, as plain text.
    pub summary: String,
    /// Vulnerability and aliases, component, CVSS, ranges, fixed versions, evidence, feed.
    pub facts: Facts,
    /// Carried over, no longer valid, exploited, resolved with reason.
    pub notes: Vec<Note>,
    /// The assessment form; `None` when there is nothing to judge any more.
    pub form: Option<AssessmentForm>,
    /// Signed assessments so far, newest first.
    pub assessments: Vec<Signature>,
}

impl askama::filters::HtmlSafe for FindingView {}

/// The triage list.
#[derive(Debug, Clone, Template)]
#[template(path = "findings.html")]
pub struct FindingsPage {
    /// Surroundings.
    pub shell: Shell,
    /// Such as "Findings of 2.4.0".
    pub heading: String,
    /// How many are in which state.
    pub counts: Vec<Status>,
    /// Such as "Export VEX", "Confirm 12 carried over".
    pub actions: Vec<Action>,
    /// What concerns the whole list, such as a stale feed.
    pub notes: Vec<Note>,
    /// Filter form.
    pub filters: Filters,
    /// Head: selection, component, severity, "State, due", owner; over all releases without selection but with
    /// the release as second column.
    pub head: TableHead,
    /// Worst for patients first, unless sorted otherwise.
    pub rows: Vec<FindingRow>,
    /// Paging.
    pub pager: Pager,
    /// Said instead when there is none.
    pub empty: Empty,
    /// Where "Assess selected" goes, by GET with `finding` repeated; empty on the list over all releases.
    pub assess_action: String,
    /// Where "Sign selected" goes, likewise.
    pub sign_action: String,
    /// Why the person may not assess; empty when they may.
    pub blocked: String,
    /// The finding beside the list, with the address of its page.
    pub pane: Option<(FindingView, String)>,
}

/// One finding on its own page, or the form for many.
#[derive(Debug, Clone, Template)]
#[template(path = "finding.html")]
pub struct FindingPage {
    /// Surroundings.
    pub shell: Shell,
    /// The finding.
    pub finding: FindingView,
    /// Actions, such as "Sign assessment".
    pub actions: Vec<Action>,
    /// The finding before in the list.
    pub previous: Option<Link>,
    /// The finding after.
    pub next: Option<Link>,
}

/// Many findings judged at once.
#[derive(Debug, Clone, Template)]
#[template(path = "assess.html")]
pub struct AssessPage {
    /// Surroundings.
    pub shell: Shell,
    /// Such as "Assess 3 findings of 2.4.0".
    pub heading: String,
    /// The findings, without checkboxes.
    pub rows: Vec<FindingRow>,
    /// The form.
    pub form: AssessmentForm,
}
