//! Rows about what was made, tested and read: reviews, campaigns, tests, builds, artefacts, evidence. Filled in
//! `derive/verification.rs`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::record_row;
use crate::facts::words::{
    Conclusion, Discipline, EvidenceKind, Independence, Outcome, Scope, State, SubjectType, TestKind,
};

record_row! {
    /// A review.
    Review {
        /// What it looks at.
        subject_type: Option<SubjectType>,
        /// The day it was held.
        #[schemars(extend("format" = "date"))]
        held_on: Option<String>,
        /// Whether that day had come by the day judged, and by that of its approval.
        held_in_time: bool,
        /// The disciplines present; a person stands for one of them.
        disciplines: Vec<Discipline>,
        /// Those of the four that checks ask for and that nobody stood for.
        missing_disciplines: Vec<Discipline>,
        /// How many people attended.
        attendees: i64,
        /// How many rows name somebody once more.
        repeated_attendees: i64,
        /// How many of them are independent and wrote no revision of the subjects.
        independent_attendees: i64,
        /// Whether nobody but authors of the subjects attended.
        only_authors: bool,
        /// How many are called independent who wrote one of the subjects.
        false_independents: i64,
        /// Whether it says how independent the reviewers are.
        independence_stated: bool,
        /// Review points not closed.
        open_points: i64,
        /// Review points closed without a resolution.
        unresolved_points: i64,
        /// How it ended.
        conclusion: Option<Conclusion>,
        /// How many records it reviews.
        subjects: i64,
        /// The ids of those whose reviewed revision is not the one the release rests on.
        outdated_subjects: Vec<String>,
        /// How many of its subjects are the revisions that the release rests on.
        current_subjects: i64,
        /// Whether it has subjects and none is outdated.
        reviewed_current: bool,
        /// The ids of those whose reviewed revision was written after the review was held.
        later_subjects: Vec<String>,
        /// Whether no point of it is left, and a review of the same sort that was held later, or on the same day and approved
        /// later, is approved, looked at all its subjects and did not reject them.
        superseded: bool,
    }
}
record_row! {
    /// A test campaign.
    Campaign {
        /// What kind of test it is.
        test_kind: Option<TestKind>,
        /// The build tested.
        build: Option<String>,
        /// Whether that is the candidate.
        on_candidate: bool,
        /// Who tested.
        tester: Option<String>,
        /// First day.
        #[schemars(extend("format" = "date"))]
        from: Option<String>,
        /// Last day.
        #[schemars(extend("format" = "date"))]
        to: Option<String>,
        /// How independent the tester is said to be.
        independence: Option<Independence>,
        /// How independent the kind of test asks the tester to be, by the organisation's limits.
        required_independence: Option<Independence>,
        /// How independent the organisation chart and the authors of the release's builds show the tester to be on the first and
        /// on the last day; what is not shown is not assumed.
        shown_independence: Independence,
        /// Whether what is said is at least what is required.
        independence_enough: bool,
        /// Whether what is shown is at least what is said.
        independence_true: bool,
        /// Whether the tester is an author of a build of the release.
        tester_is_author: bool,
        /// Whether the tester wrote what the campaign verifies, or a document that serves 5.3 or 5.4.
        tester_is_design_author: bool,
        /// Whether the tester shared a line manager with an author on one of these days, or one managed the other.
        tester_shares_manager_with_author: bool,
        /// Whether the tester shared a department with an author on one of these days.
        tester_shares_department_with_author: bool,
        /// What ties the tester to those who developed, such as `shares the department of ben`.
        ties: Vec<String>,
        /// Authors of the release's builds whom nobody has matched to a person.
        unknown_authors: i64,
        /// Whether each build of the release has a manifest that says who wrote it, and all are known.
        authors_known: bool,
        /// Whether the scope is described.
        scope_described: bool,
        /// The evidence named, `EVID-n@digest`.
        evidence: Vec<String>,
        /// Evidence named that does not exist, is disqualified, speaks of another build, or does not say of which, by what tool
        /// and when.
        unusable_evidence: i64,
        /// Results in that evidence that passed.
        results_passed: i64,
        /// Results in that evidence that failed, broke or were skipped.
        results_failed: i64,
        /// Whether it has usable evidence, a passed result, and none that is not.
        passed: bool,
        /// How many requirements and measures it verifies.
        verifies: i64,
        /// Their ids.
        verifies_ids: Vec<String>,
        /// Those of them that have moved on since, so that it is not known whether they are still verified.
        suspect_ids: Vec<String>,
        /// Those of them whose present revision was written after what it tried, so that it cannot have tried that one.
        later_ids: Vec<String>,
        /// Whether its last day had come when it was approved, and by the day judged.
        held_in_time: bool,
        /// Whether its first day is before the build was made.
        before_build: bool,
    }
}

/// A build of the release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Build {
    /// Its name.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The commit it was made from.
    pub commit: String,
    /// The commit of the build before.
    pub predecessor: Option<String>,
    /// The ids of the people who wrote what changed.
    pub authors: Vec<String>,
    /// Authors whom nobody has matched to a person.
    pub unknown_authors: i64,
    /// Whether the manifest goes on from nothing, or from a commit whose history sound manifests of the product describe to
    /// its beginning; else nothing says who wrote what was there before.
    pub follows: bool,
    /// Whether a manifest that nobody disqualified says who wrote it, goes on from what is known, and all are known.
    pub authors_known: bool,
    /// The manifests, `EVID-n@digest`.
    pub evidence: Vec<String>,
    /// How many paths changed.
    pub changed_paths: i64,
    /// How many artefacts it has.
    pub artefacts: i64,
    /// Whether it is the candidate.
    pub candidate: bool,
}

/// An artefact of the candidate build, or one that the release decision pinned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Artefact {
    /// `name@digest`; the first digest by order when manifests disagree, the decided one when none names it any more.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The file's name.
    pub name: String,
    /// The different digests that manifests give it.
    pub digests: Vec<String>,
    /// Whether all manifests give it one digest.
    pub agreed: bool,
    /// The digest that the release decision pinned.
    pub decided_digest: Option<String>,
    /// Whether the release decision pinned another digest, or the release is decided and it pinned none.
    pub differs_from_decision: bool,
    /// The manifests, `EVID-n@digest`.
    pub evidence: Vec<String>,
    /// Whether a manifest that is not disqualified names it.
    pub sound: bool,
    /// Whether a manifest says that it was signed.
    pub signed: bool,
    /// Whether, by each manifest that says how it was signed, the key was valid when it signed.
    pub signing_key_valid: bool,
}

/// A file that a machine delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// `EVID-n@digest`.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The evidence's id.
    pub id: String,
    /// What it is.
    pub kind: EvidenceKind,
    /// The build it speaks of.
    pub build: Option<String>,
    /// Whether it was handed in for this release.
    pub own: bool,
    /// Whether it speaks of the candidate; what speaks of another build counts for nothing.
    pub on_candidate: bool,
    /// The tool that made it.
    pub tool: Option<String>,
    /// The tool's version.
    pub tool_version: Option<String>,
    /// The digest of the rules used.
    pub rules: Option<String>,
    /// The day of the feed used.
    #[schemars(extend("format" = "date"))]
    pub feed_on: Option<String>,
    /// Days from that feed to the day it was made (or handed in).
    pub feed_age_days: Option<i64>,
    /// The day it was made.
    #[schemars(extend("format" = "date"))]
    pub performed_on: Option<String>,
    /// The day it was handed in.
    #[schemars(extend("format" = "date"))]
    pub recorded_on: String,
    /// Whether build, tool, its version and the day it was made are known, and there was such a build by then.
    pub bound: bool,
    /// Whether it is said to have been made before its build was.
    pub before_build: bool,
    /// Whether a signed record disqualifies it.
    pub disqualified: bool,
    /// Defects accepted when it was read.
    pub defects: i64,
    /// Test cases that it says were run, whatever came of them; known of evidence of the candidate only.
    pub tests_executed: i64,
}

/// A kind of test and how it is covered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TestKindRow {
    /// The kind.
    #[serde(rename = "ref")]
    pub reference: TestKind,
    /// How independent the tester is to be, by the organisation's limits.
    pub required_independence: Option<Independence>,
    /// Approved campaigns of this kind on the candidate build.
    pub campaigns: i64,
    /// How many of them passed.
    pub passed: i64,
    /// How many of them were held in time by a tester who is as independent as is asked and as is said.
    pub independent: i64,
    /// Those campaigns, `CAMP-n@digest`.
    pub campaign_refs: Vec<String>,
}

/// A test case of the candidate build that did not pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FailedTest {
    /// The case.
    #[serde(rename = "ref")]
    pub reference: String,
    /// How it ended, by the evidence made last.
    pub outcome: Outcome,
    /// That evidence, `EVID-n@digest`.
    pub evidence: String,
    /// The ids of the requirements it was to verify.
    pub requirements: Vec<String>,
}
