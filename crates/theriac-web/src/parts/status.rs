//! The status vocabulary: shape, word and colour of everything that has a state.

use askama::Template;

use super::{Icon, Shape};

/// One word of the status vocabulary. Its shape and colour are fixed here and nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusKind {
    /// Verdict: met.
    Met,
    /// Verdict: partly met.
    PartlyMet,
    /// Verdict: not met.
    NotMet,
    /// Verdict: not applicable; the reason stands beside it.
    NotApplicable,
    /// Finding without an assessment.
    New,
    /// Finding under investigation.
    UnderInvestigation,
    /// Finding: the product is affected.
    Affected,
    /// Finding: the product is not affected.
    NotAffected,
    /// Finding: fixed.
    Fixed,
    /// Finding: the risk was accepted.
    RiskAccepted,
    /// Finding: no longer open, with a reason.
    Resolved,
    /// Record: a working copy.
    Draft,
    /// Record: waits for approval.
    InReview,
    /// Record: approved.
    Approved,
    /// Record: sent back to its author.
    SentBack,
    /// Record: retired.
    Retired,
    /// Record: taken back before it was approved.
    Withdrawn,
    /// Link whose target has not changed since.
    Current,
    /// Link whose target was approved anew or retired since.
    Suspect,
    /// Signature that covers the content shown.
    Covers,
    /// Signature on another content than the one shown.
    NoLongerCovers,
    /// The release may not ship.
    GateClosed,
    /// The release may ship.
    GateOpen,
    /// The release was decided and ships.
    Shipped,
    /// A date to keep.
    Due,
    /// A date that was missed.
    Overdue,
    /// Component that could not be matched and awaits a disposal.
    Unmatched,
    /// Unmatched component that a person has disposed of.
    Disposed,
    /// In this list, not in the one compared with.
    Added,
    /// In the one compared with, not in this list.
    Removed,
    /// In both, but not the same.
    Changed,
    /// Evidence that supports verdicts.
    Accepted,
    /// Evidence found wrong; supports nothing.
    Disqualified,
}

impl StatusKind {
    /// Every word, in the order of the vocabulary.
    pub const ALL: [Self; 33] = [
        Self::Met,
        Self::PartlyMet,
        Self::NotMet,
        Self::NotApplicable,
        Self::New,
        Self::UnderInvestigation,
        Self::Affected,
        Self::NotAffected,
        Self::Fixed,
        Self::RiskAccepted,
        Self::Resolved,
        Self::Draft,
        Self::InReview,
        Self::Approved,
        Self::SentBack,
        Self::Retired,
        Self::Withdrawn,
        Self::Current,
        Self::Suspect,
        Self::Covers,
        Self::NoLongerCovers,
        Self::GateClosed,
        Self::GateOpen,
        Self::Shipped,
        Self::Due,
        Self::Overdue,
        Self::Unmatched,
        Self::Disposed,
        Self::Added,
        Self::Removed,
        Self::Changed,
        Self::Accepted,
        Self::Disqualified,
    ];

    /// Word, shape and colour class.
    const fn look(self) -> (&'static str, Shape, &'static str) {
        match self {
            Self::Met => ("Met", Shape::Tick, "good"),
            Self::PartlyMet => ("Partly met", Shape::Half, "warn"),
            Self::NotMet => ("Not met", Shape::Cross, "bad"),
            Self::NotApplicable => ("Not applicable", Shape::Dash, "calm"),
            Self::New => ("New", Shape::Ring, "info"),
            Self::UnderInvestigation => ("Under investigation", Shape::Lens, "info"),
            Self::Affected => ("Affected", Shape::Diamond, "bad"),
            Self::NotAffected => ("Not affected", Shape::Slash, "good"),
            Self::Fixed => ("Fixed", Shape::SquareTick, "good"),
            Self::RiskAccepted => ("Risk accepted", Shape::Flag, "warn"),
            Self::Resolved => ("Resolved", Shape::Archive, "calm"),
            Self::Draft => ("Draft", Shape::Pencil, "calm"),
            Self::InReview => ("In review", Shape::Eye, "info"),
            Self::Approved => ("Approved", Shape::Shield, "good"),
            Self::SentBack => ("Sent back", Shape::Back, "warn"),
            Self::Retired => ("Retired", Shape::Archive, "calm"),
            Self::Withdrawn => ("Withdrawn", Shape::Dash, "calm"),
            Self::Current => ("Current", Shape::Chain, "calm"),
            Self::Suspect => ("Suspect", Shape::BrokenChain, "doubt"),
            Self::Covers => ("Covers this content", Shape::SignedLine, "good"),
            Self::NoLongerCovers => ("No longer covers the current content", Shape::BrokenLine, "doubt"),
            Self::GateClosed => ("Gate closed", Shape::Lock, "bad"),
            Self::GateOpen => ("Gate open", Shape::OpenLock, "good"),
            Self::Shipped => ("Shipped", Shape::Out, "calm"),
            Self::Due => ("Due", Shape::Calendar, "calm"),
            Self::Overdue => ("Overdue", Shape::Alarm, "bad"),
            Self::Unmatched => ("Unmatched", Shape::Question, "warn"),
            Self::Disposed => ("Disposed of", Shape::Archive, "calm"),
            Self::Added => ("Added", Shape::Plus, "info"),
            Self::Removed => ("Removed", Shape::Minus, "bad"),
            Self::Changed => ("Changed", Shape::Change, "info"),
            Self::Accepted => ("Accepted", Shape::SquareTick, "good"),
            Self::Disqualified => ("Disqualified", Shape::Slash, "bad"),
        }
    }

    /// The word people read.
    #[must_use]
    pub const fn word(self) -> &'static str {
        self.look().0
    }

    /// The shape beside the word.
    #[must_use]
    pub const fn shape(self) -> Shape {
        self.look().1
    }

    /// The class that colours it: `good`, `warn`, `bad`, `calm`, `info` or `doubt`.
    #[must_use]
    pub const fn colour(self) -> &'static str {
        self.look().2
    }
}

/// A status as shown: the shape and colour of its kind, and its word or a phrase that contains it.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "macros/status.html")]
pub struct Status {
    /// What is said.
    pub kind: StatusKind,
    /// Phrase instead of the plain word, such as "5 not met".
    pub text: Option<String>,
    /// With a tinted background; only in headers of records and findings.
    pub boxed: bool,
}

impl askama::filters::HtmlSafe for Status {}

impl From<StatusKind> for Status {
    fn from(kind: StatusKind) -> Self {
        Self { kind, text: None, boxed: false }
    }
}

impl Status {
    /// A status that says more than its word, such as "5 not met".
    #[must_use]
    pub fn saying(kind: StatusKind, text: impl Into<String>) -> Self {
        Self { kind, text: Some(text.into()), boxed: false }
    }

    /// The same, with a tinted background.
    #[must_use]
    pub fn boxed(mut self) -> Self {
        self.boxed = true;
        self
    }

    /// What is read.
    #[must_use]
    pub fn words(&self) -> &str {
        self.text.as_deref().unwrap_or(self.kind.word())
    }

    fn icon(&self) -> Icon {
        self.kind.shape().into()
    }
}
