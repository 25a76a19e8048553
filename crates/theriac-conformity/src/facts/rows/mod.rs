//! The facts themselves: what checks read, row by row, and nothing else.
//!
//! Every list is sorted by `ref`; what is absent is `null`, `""` never; dates are `YYYY-MM-DD`; counts and days are
//! whole numbers. A field that a check needs and that takes a join or date arithmetic is worked out in `derive`
//! and documented here. One file per part of the standard; this one has what is about the release as a whole. To add a
//! field: add it here, fill it there, run `cargo xtask generate`.

mod findings;
mod governance;
mod risk;
mod verification;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words::Route;

pub use findings::{Component, Feed, Finding, SuspectLink};
pub use governance::{
    Activity, Applicability, ClauseAssessment, Deviation, Document, Limits, Responsibility,
};
pub use risk::{Measure, Requirement, Risk, RiskCriteria, SoftwareItem};
pub use verification::{Artefact, Build, Campaign, Evidence, FailedTest, Review, TestKindRow};

/// The version of the facts' shape; raised when a field changes its meaning or goes away.
pub const FACTS_VERSION: u32 = 2;

/// One release at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// The version of this shape.
    pub version: u32,
    /// The day judged, in the organisation's zone.
    #[schemars(extend("format" = "date"))]
    pub at: String,
    /// The audit sequence up to which rows were read.
    #[schemars(range(min = 0))]
    pub seq: i64,
    /// The product.
    pub product: Product,
    /// The release.
    pub release: Release,
    /// The organisation's approved limits, if it has any.
    pub limits: Option<Limits>,
    /// Packs adopted by signature; `ref` is the pack's digest.
    pub adoptions: Vec<Adoption>,
    /// People on the day judged.
    pub people: Vec<Person>,
    /// Who answers for what.
    pub responsibilities: Vec<Responsibility>,
    /// Policies, procedures, plans, guidelines, reports.
    pub documents: Vec<Document>,
    /// Parts of the product.
    pub software_items: Vec<SoftwareItem>,
    /// Scales and acceptance.
    pub risk_criteria: Vec<RiskCriteria>,
    /// Security risks.
    pub risks: Vec<Risk>,
    /// What reduces risks.
    pub measures: Vec<Measure>,
    /// Security requirements.
    pub requirements: Vec<Requirement>,
    /// Reviews.
    pub reviews: Vec<Review>,
    /// Test campaigns.
    pub campaigns: Vec<Campaign>,
    /// The kinds of test, one row each: what campaigns cover them.
    pub test_kinds: Vec<TestKindRow>,
    /// Planned security activities of the release.
    pub activities: Vec<Activity>,
    /// Signed judgements of clauses by people.
    pub clause_assessments: Vec<ClauseAssessment>,
    /// Why conditional clauses do not apply.
    pub applicabilities: Vec<Applicability>,
    /// Permissions to ship with something missing.
    pub deviations: Vec<Deviation>,
    /// Builds of the release.
    pub builds: Vec<Build>,
    /// Artefacts of the candidate build and of the release decision, one row per name.
    pub artefacts: Vec<Artefact>,
    /// Files that machines delivered.
    pub evidence: Vec<Evidence>,
    /// Test cases of the candidate build that did not pass; `ref` is the case.
    pub failed_tests: Vec<FailedTest>,
    /// Components of the candidate build.
    pub components: Vec<Component>,
    /// The advisory feed in which the components were last looked up; empty while they never were.
    #[serde(default)]
    pub feeds: Vec<Feed>,
    /// Findings.
    pub findings: Vec<Finding>,
    /// Links in what the release rests on whose target has moved on.
    pub suspect_links: Vec<SuspectLink>,
}

/// The product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// Its key.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The route by which it conforms.
    pub route: Route,
    /// Until when it is supported.
    #[schemars(extend("format" = "date"))]
    pub support_end: Option<String>,
}

/// The release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// Its name.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The decided release it is based on.
    pub based_on: Option<String>,
    /// When it is planned to ship.
    #[schemars(extend("format" = "date"))]
    pub planned_ship_date: Option<String>,
    /// Days from the day judged to the planned ship date; negative when it is past.
    pub days_to_ship: Option<i64>,
    /// Who manages it.
    pub manager: Option<String>,
    /// Whether customers have it.
    pub fielded: bool,
    /// The name of its candidate build.
    pub candidate: Option<String>,
    /// Whether a release decision is in force.
    pub decided: bool,
    /// The day of the decision.
    #[schemars(extend("format" = "date"))]
    pub decided_on: Option<String>,
    /// Who decided.
    pub decided_by: Option<String>,
}

/// A pack adopted by the manufacturer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Adoption {
    /// The pack's digest.
    #[serde(rename = "ref")]
    pub reference: String,
    /// Who signed.
    pub by: String,
    /// The day of the signature.
    #[schemars(extend("format" = "date"))]
    pub on: String,
}

/// A person on the day judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The person's id.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The department.
    pub department: Option<String>,
    /// The line manager's id.
    pub manager: Option<String>,
    /// Whether the person works for another organisation.
    pub external: bool,
    /// The keys of the roles held on the organisation or the product.
    #[serde(default)]
    pub roles: Vec<String>,
}

/// A row that is a record: the fields common to all, flat beside its own.
macro_rules! record_row {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            /// `ID@digest` of the revision.
            #[serde(rename = "ref")]
            pub reference: String,
            /// The record's id.
            pub id: String,
            /// The record's scope.
            pub scope: Scope,
            /// The title.
            pub title: String,
            /// The revision's number.
            pub revision: i64,
            /// The revision's state; retired records are no facts.
            pub state: State,
            /// Whether the revision is approved, by someone other than its author, whose signature covers it.
            pub approved: bool,
            /// Who wrote the revision.
            pub author: String,
            /// Who approved it.
            pub approver: Option<String>,
            /// Whether author and approver are one person.
            pub self_approved: bool,
            /// Whether some signature covers the revision's digest.
            pub signed: bool,
            /// Whether a clinical signature by someone other than the author covers the revision's digest.
            pub clinically_signed: bool,
            /// The day the revision was approved.
            #[schemars(extend("format" = "date"))]
            pub approved_on: Option<String>,
            /// The day the record was approved for the first time.
            #[schemars(extend("format" = "date"))]
            pub first_approved_on: Option<String>,
            /// Days since the revision was approved.
            pub age_days: Option<i64>,
            /// How many of its links are suspect.
            pub suspect: i64,
            /// Who owes what is missing: the record's owner, or its author.
            pub owner: String,
            $($(#[$field_doc])* pub $field: $type,)*
        }
    };
}
use record_row;
