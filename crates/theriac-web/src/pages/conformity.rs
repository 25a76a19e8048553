//! `/products/{product}/releases/{release}/conformity`: the gate, the clauses, and who owes what by when.

use askama::Template;

use crate::parts::{Action, Duty, Icon, Link, Node, Note, Shape, Shell, Status, StatusKind, When};

/// How many clauses stand how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Met.
    pub met: u32,
    /// Partly met.
    pub partly_met: u32,
    /// Not met.
    pub not_met: u32,
    /// Not applicable.
    pub not_applicable: u32,
}

impl Counts {
    fn in_order(self) -> [(u32, StatusKind, &'static str, &'static str); 4] {
        [
            (self.not_met, StatusKind::NotMet, "not met", "m-bad"),
            (self.partly_met, StatusKind::PartlyMet, "partly met", "m-warn"),
            (self.not_applicable, StatusKind::NotApplicable, "not applicable", "m-calm"),
            (self.met, StatusKind::Met, "met", "m-good"),
        ]
    }

    /// What is counted, worst first, without zeros.
    #[must_use]
    pub fn statuses(self) -> Vec<Status> {
        let counted = self.in_order().into_iter().filter(|(count, ..)| *count > 0);
        counted.map(|(count, kind, words, _)| Status::saying(kind, format!("{count} {words}"))).collect()
    }

    /// All of them.
    #[must_use]
    pub fn total(self) -> u32 {
        self.met + self.partly_met + self.not_met + self.not_applicable
    }

    /// Bars of the meter on a width of 10,000: class, start, width.
    fn bars(self) -> Vec<(&'static str, u32, u32)> {
        let total = self.total().max(1);
        let mut from = 0;
        let mut bars = Vec::new();
        for (count, _, _, class) in self.in_order().into_iter().filter(|(count, ..)| *count > 0) {
            let to = from + count;
            let (start, end) = (from * 10_000 / total, to * 10_000 / total);
            bars.push((class, start, (end - start).saturating_sub(80)));
            from = to;
        }
        bars
    }
}

/// One clause in the list.
#[derive(Debug, Clone)]
pub struct ClauseRow {
    /// Number and address of its page.
    pub clause: Link,
    /// Short title in our own words.
    pub title: String,
    /// Verdict at release.
    pub verdict: Status,
    /// Verdict standing today, where it differs from the one at release.
    pub standing: Option<Status>,
    /// Subjects that pass, such as "2 of 4".
    pub passed: String,
    /// Whether a person attested it; the others are computed.
    pub attested: bool,
    /// Why it does not apply, or the deviation that covers it; may be empty.
    pub reason: String,
    /// What the clause asks for, in our own words.
    pub asks: String,
    /// The checks and what lies below them.
    pub checks: Vec<Node>,
    /// Whether the explanation is open from the start.
    pub open: bool,
}

/// The clauses under one heading of the standard.
#[derive(Debug, Clone)]
pub struct ClauseGroup {
    /// Number of the heading, such as "5".
    pub number: String,
    /// Title of the heading.
    pub title: String,
    /// Short title for the overview.
    pub short: String,
    /// How its clauses stand.
    pub counts: Counts,
    /// Clauses not met or partly met, worst first.
    pub gaps: Vec<ClauseRow>,
    /// Clauses that do not apply.
    pub not_applicable: Vec<ClauseRow>,
    /// Clauses met.
    pub met: Vec<ClauseRow>,
}

/// The gate as a sentence with its reasons in short.
#[derive(Debug, Clone, Template)]
#[template(path = "macros/gate.html")]
pub struct GateBanner {
    /// Gate closed, gate open or shipped.
    pub state: StatusKind,
    /// Such as "Gate closed: 2.4.0 may not ship".
    pub sentence: String,
    /// Reasons in short.
    pub text: String,
    /// When it can open, if every duty is done on its date.
    pub can_open: Option<When>,
    /// Planned ship date.
    pub ship: Option<When>,
    /// Such as "All reasons".
    pub actions: Vec<Action>,
}

impl askama::filters::HtmlSafe for GateBanner {}

impl GateBanner {
    fn icon(&self) -> Icon {
        match self.state {
            StatusKind::GateOpen => Shape::OpenLock,
            StatusKind::Shipped => Shape::Out,
            _ => Shape::Lock,
        }
        .into()
    }
}

/// The conformity of a release.
#[derive(Debug, Clone, Template)]
#[template(path = "conformity.html")]
pub struct ConformityPage {
    /// Surroundings.
    pub shell: Shell,
    /// Product and version.
    pub release: String,
    /// The standard, such as "IEC 81001-5-1:2021".
    pub pack: String,
    /// The candidate build; empty when there is none.
    pub build: String,
    /// When it was evaluated.
    pub evaluated: When,
    /// Sequence of the audit log it was evaluated for.
    pub sequence: u64,
    /// The facts: first digits of their digest, leading to them.
    pub facts: Link,
    /// Actions, such as "Export as JSON".
    pub actions: Vec<Action>,
    /// The form that asks for a past date: its value, or empty for now. Sends `at` by GET.
    pub at: String,
    /// Address of this page without a query.
    pub url: String,
    /// What makes the verdicts less than final: not adopted, stale evidence.
    pub notes: Vec<Note>,
    /// The gate.
    pub gate: GateBanner,
    /// The groups of clauses.
    pub groups: Vec<ClauseGroup>,
    /// How all clauses stand.
    pub counts: Counts,
    /// What is owed, soonest first.
    pub duties: Vec<Duty>,
}
