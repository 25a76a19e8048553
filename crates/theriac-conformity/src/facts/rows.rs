//! The facts themselves: what checks read, row by row, and nothing else.
//!
//! Every list is sorted by `ref`; what is absent is `null`, `""` never; dates are `YYYY-MM-DD`; counts and days are
//! whole numbers. A field that a check needs and that takes a join or date arithmetic is worked out in `derive.rs`
//! and documented here. To add one: add it here, fill it there, run `cargo xtask generate`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words::{
    Conclusion, Decision, Discipline, DocumentForm, DocumentType, EvidenceKind, Independence, ItemClass,
    Origin, Outcome, PatientHarm, PatientImpact, Route, Scope, SeverityWord, Stage, State, SubjectType,
    TestKind, Treatment, Verdict, VexStatus,
};

/// The version of the facts' shape; raised when a field changes its meaning or goes away.
pub const FACTS_VERSION: u32 = 1;

/// One release at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// The version of this shape.
    pub version: u32,
    /// The day judged, in the organisation's zone.
    pub at: String,
    /// The audit sequence up to which rows were read.
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
            pub approved_on: Option<String>,
            /// The day the record was approved for the first time.
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

record_row! {
    /// Who answers for what.
    Responsibility {
        /// The clauses answered for.
        clauses: Vec<String>,
        /// Who answers.
        person: Option<String>,
        /// First day.
        from: Option<String>,
        /// Last day.
        to: Option<String>,
        /// Whether it is approved and the day judged lies in it.
        in_force: bool,
    }
}
record_row! {
    /// The organisation's limits, in days.
    Limits {
        /// To assess a critical finding.
        assess_days_critical: Option<i64>,
        /// To assess a high finding.
        assess_days_high: Option<i64>,
        /// To assess a medium finding.
        assess_days_medium: Option<i64>,
        /// To assess a low finding.
        assess_days_low: Option<i64>,
        /// To fix a critical finding.
        fix_days_critical: Option<i64>,
        /// To fix a high finding.
        fix_days_high: Option<i64>,
        /// To fix a medium finding.
        fix_days_medium: Option<i64>,
        /// To fix a low finding.
        fix_days_low: Option<i64>,
        /// How long a carried assessment holds.
        max_age_carried_assessment: Option<i64>,
        /// How long a clause assessment holds.
        max_age_clause_assessment: Option<i64>,
        /// How old a vulnerability feed may be.
        max_age_feed: Option<i64>,
        /// How long a document holds without review.
        interval_document_review: Option<i64>,
        /// How long risk criteria hold without review.
        interval_criteria_review: Option<i64>,
        /// How independent the tester of requirements is to be.
        independence_requirements_tests: Option<Independence>,
        /// How independent the tester of threat mitigations is to be.
        independence_threat_mitigation: Option<Independence>,
        /// How independent the tester of malformed input is to be.
        independence_abuse_case: Option<Independence>,
        /// How independent the tester of the attack surface is to be.
        independence_attack_surface: Option<Independence>,
        /// How independent who scans for known vulnerabilities is to be.
        independence_vulnerability_scan: Option<Independence>,
        /// How independent who analyses the composition is to be.
        independence_composition_analysis: Option<Independence>,
        /// How independent the penetration tester is to be.
        independence_penetration: Option<Independence>,
    }
}
record_row! {
    /// A policy, procedure, plan, guideline or report.
    Document {
        /// What it is.
        document_type: Option<DocumentType>,
        /// The clauses it serves.
        clauses: Vec<String>,
        /// Where its text is.
        form: DocumentForm,
        /// From when it holds.
        effective_date: Option<String>,
        /// When it is to be reviewed.
        next_review: Option<String>,
        /// Whether it is approved, has a text, and holds on the day judged.
        in_force: bool,
        /// Days since its review was due, by its own date or the organisation's interval; 0 while none is.
        review_days_overdue: i64,
    }
}
record_row! {
    /// A part of the product.
    SoftwareItem {
        /// Where it comes from.
        origin: Option<Origin>,
        /// Its class.
        class: Option<ItemClass>,
        /// Its class before.
        previous_class: Option<ItemClass>,
        /// Whether the class promises users less than the one before.
        downgraded: bool,
        /// Whether users are told what the downgrade means for them.
        user_information: bool,
        /// Whether a reason for the class is given.
        rationale: bool,
        /// Until when its supplier supports it.
        support_end: Option<String>,
        /// Whether that is before the end of the product's support.
        support_ends_before_product: bool,
        /// How many approved risks affect it.
        risks: i64,
        /// How many components of the candidate belong to it.
        components: i64,
    }
}
record_row! {
    /// Scales and acceptance.
    RiskCriteria {
        /// How risks are scored.
        method: Option<String>,
        /// Levels of criticality, mildest first.
        criticality: Vec<String>,
        /// Levels of likelihood, mildest first.
        likelihood: Vec<String>,
        /// Levels of impact, mildest first.
        impact: Vec<String>,
        /// Levels acceptable without more.
        acceptable: Vec<String>,
        /// Pairs of likelihood and impact for which the matrix gives no level, or a level that is none.
        matrix_gaps: i64,
        /// From when they hold.
        effective_date: Option<String>,
        /// When they are to be reviewed.
        next_review: Option<String>,
        /// Whether they are approved and hold on the day judged.
        in_force: bool,
        /// Days since their review was due, by their own date or the organisation's interval; 0 while none is.
        review_days_overdue: i64,
        /// Whether the scales of the safety process are named.
        safety_scales: bool,
    }
}
record_row! {
    /// A security risk.
    Risk {
        /// The level it is given.
        criticality: Option<String>,
        /// How likely the attack is.
        likelihood: Option<String>,
        /// How bad it would be.
        impact: Option<String>,
        /// The CVSS vector.
        cvss: Option<String>,
        /// Whether it can harm a patient.
        patient_harm: Option<PatientHarm>,
        /// What is done about it.
        treatment: Option<Treatment>,
        /// Whether a reason for the treatment is given.
        reason: bool,
        /// The likelihood that remains.
        residual_likelihood: Option<String>,
        /// The impact that remains.
        residual_impact: Option<String>,
        /// The level that the matrix gives for what remains; the risk's own where it is accepted as it is.
        residual_level: Option<String>,
        /// Whether the criteria accept that level without more.
        residual_acceptable: bool,
        /// When it is to be reviewed.
        next_review: Option<String>,
        /// Days since its review was due; 0 while it is not.
        review_days_overdue: i64,
        /// The criteria under which it was scored.
        criteria: Option<String>,
        /// Whether it was scored under the revision of the criteria that is in force.
        criteria_in_force: bool,
        /// Whether those criteria were approved on or before the day the risk was.
        criteria_before_acceptance: bool,
        /// Whether likelihood and impact are levels of those criteria.
        scored: bool,
        /// Whether the criticality is the level that the matrix gives.
        criticality_by_matrix: bool,
        /// How many software items it affects.
        affects: i64,
        /// How many measures are linked.
        measures: i64,
        /// How many of them are approved.
        approved_measures: i64,
    }
}
record_row! {
    /// What reduces risks.
    Measure {
        /// Whether its side effects on safety and effectiveness are judged.
        side_effects: bool,
        /// How many risks it mitigates.
        risks: i64,
        /// The ids of the requirements that implement it.
        implemented_by: Vec<String>,
        /// How many of them are approved requirements.
        requirements: i64,
        /// Whether there is one, and each is verified on the candidate build.
        verified: bool,
    }
}
record_row! {
    /// A security requirement.
    Requirement {
        /// The stage of life to which it speaks.
        stage: Option<Stage>,
        /// Whether it says anything.
        text: bool,
        /// How many measures it implements.
        measures: i64,
        /// Names of the test cases that verify it.
        tests: Vec<String>,
        /// How many of them passed on the candidate build.
        tests_passed: i64,
        /// How many of them failed, broke or were skipped on the candidate build.
        tests_failed: i64,
        /// How many of them have no result on the candidate build.
        tests_missing: i64,
        /// Whether test cases or approved campaigns verify it, and all of them passed on the candidate build.
        verified_passed: bool,
        /// The evidence of the results, `EVID-n@digest`.
        evidence: Vec<String>,
        /// Whether an approved requirements review read this very revision and did not reject it.
        reviewed: bool,
    }
}
record_row! {
    /// A review.
    Review {
        /// What it looks at.
        subject_type: Option<SubjectType>,
        /// The day it was held.
        held_on: Option<String>,
        /// The disciplines present.
        disciplines: Vec<Discipline>,
        /// How many attended.
        attendees: i64,
        /// How many of them are independent and wrote none of the subjects.
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
        from: Option<String>,
        /// Last day.
        to: Option<String>,
        /// How independent the tester is said to be.
        independence: Option<Independence>,
        /// How independent the kind of test asks the tester to be, by the organisation's limits.
        required_independence: Option<Independence>,
        /// How independent the organisation chart and the authors of the release's builds show the tester to be on the first day:
        /// `organisation` when the tester has neither department nor line manager; what is not shown is not assumed.
        shown_independence: Independence,
        /// Whether what is said is at least what is required.
        independence_enough: bool,
        /// Whether what is shown is at least what is said.
        independence_true: bool,
        /// Whether the tester is an author of a build of the release.
        tester_is_author: bool,
        /// Whether the tester wrote what the campaign verifies, or a document that serves 5.3 or 5.4.
        tester_is_design_author: bool,
        /// Whether the tester shared a line manager with an author on the first day, or one managed the other.
        tester_shares_manager_with_author: bool,
        /// Whether the tester shared a department with an author on the first day.
        tester_shares_department_with_author: bool,
        /// Authors of the release's builds whom nobody has matched to a person.
        unknown_authors: i64,
        /// Whether the scope is described.
        scope_described: bool,
        /// The evidence named, `EVID-n@digest`.
        evidence: Vec<String>,
        /// Evidence named that does not exist, is disqualified, or speaks of another build.
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
    }
}
record_row! {
    /// A planned security activity of the release.
    Activity {
        /// The clause it serves.
        clause: Option<String>,
        /// Who does it.
        assignee: Option<String>,
        /// First day.
        start_date: Option<String>,
        /// By when.
        due: Option<String>,
        /// The day it was done.
        done_on: Option<String>,
        /// Whether it is done on the day judged.
        done: bool,
        /// Days since it was due while it is not done; 0 otherwise.
        days_overdue: i64,
        /// Whether the plan it is planned in (any that serves 5.1.1 where it names none) was approved on or before the
        /// day it was done.
        planned_before_done: bool,
        /// Whether the activity itself was approved on or before the day it was done.
        approved_before_done: bool,
        /// Whether the outcome is said.
        outcome: bool,
        /// How many people answered for the clause on the day it was done (or the day judged); one is right.
        responsible_persons: i64,
        /// The evidence named, `EVID-n@digest`.
        evidence: Vec<String>,
        /// Evidence named that does not exist.
        evidence_missing: i64,
        /// Evidence named that is disqualified.
        evidence_disqualified: i64,
        /// Evidence named that was made before the activity's first day.
        evidence_before_start: i64,
        /// Evidence named that was made or handed in after the release decision, of an activity that was done by then.
        evidence_after_decision: i64,
    }
}
record_row! {
    /// The signed judgement of a clause.
    ClauseAssessment {
        /// The clause.
        clause: String,
        /// The judgement.
        verdict: Option<Verdict>,
        /// Whether it says why.
        rationale: bool,
        /// Whether it says what was read.
        samples: bool,
        /// The day of the judgement.
        assessed_on: Option<String>,
        /// Days since then.
        assessed_days_ago: Option<i64>,
        /// Whether that is more than the organisation's maximum, or no maximum is set.
        too_old: bool,
        /// How many records it cites.
        cites: i64,
        /// The ids of cited records of which another revision is in force, or which are gone.
        superseded: Vec<String>,
        /// The ids of cited records that are retired.
        retired: Vec<String>,
        /// The ids of cited records that are not approved.
        unapproved: Vec<String>,
        /// The ids of cited records behind suspect links.
        suspect_citations: Vec<String>,
        /// The evidence named, `EVID-n@digest`.
        evidence: Vec<String>,
        /// Evidence named that does not exist or is disqualified.
        unusable_evidence: i64,
        /// Whether it is the one to read: the youngest approved one of its clause and scope, or the youngest of all
        /// where none is approved.
        latest: bool,
        /// Whether it is approved, says why and what was read, and none of the above has made it lapse.
        holds: bool,
    }
}
record_row! {
    /// Why a conditional clause does not apply.
    Applicability {
        /// The clause.
        clause: String,
        /// Whether a reason is given.
        reason: bool,
    }
}
record_row! {
    /// A permission to ship with something missing.
    Deviation {
        /// The clause.
        clause: String,
        /// The ids of what is missing.
        missing: Vec<String>,
        /// Whether a reason is given.
        reason: bool,
        /// Whether it says what compensates.
        compensating: bool,
        /// The last day on which it holds.
        expires: Option<String>,
        /// Whether it is approved, says why and what compensates, names an end, and has not expired.
        in_force: bool,
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
    /// Whether it speaks of the candidate; what speaks of another build counts for nothing.
    pub on_candidate: bool,
    /// The tool that made it.
    pub tool: Option<String>,
    /// The tool's version.
    pub tool_version: Option<String>,
    /// The digest of the rules used.
    pub rules: Option<String>,
    /// The day of the feed used.
    pub feed_on: Option<String>,
    /// Days from that feed to the day it was made (or handed in).
    pub feed_age_days: Option<i64>,
    /// The day it was made.
    pub performed_on: Option<String>,
    /// The day it was handed in.
    pub recorded_on: String,
    /// Whether build, tool, its version and the day it was made are known.
    pub bound: bool,
    /// Whether a signed record disqualifies it.
    pub disqualified: bool,
    /// Defects accepted when it was read.
    pub defects: i64,
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

/// A component of the candidate build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// The purl, or `name@version`.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The purl.
    pub purl: Option<String>,
    /// The name.
    pub name: String,
    /// The version.
    pub component_version: Option<String>,
    /// The id of its software item.
    pub item: Option<String>,
    /// The class it inherits.
    pub class: Option<ItemClass>,
    /// Whether that software item is approved.
    pub item_approved: bool,
    /// Who answers for it: the owner of its software item.
    pub owner: Option<String>,
    /// Whether it could be matched with vulnerabilities.
    pub matched: bool,
    /// Why not.
    pub unmatched_reason: Option<String>,
    /// The signed disposition of an unmatched component.
    pub disposition: Option<String>,
    /// The SBOM, `EVID-n@digest`.
    pub evidence: String,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// `FIND-n`.
    #[serde(rename = "ref")]
    pub reference: String,
    /// What it was found in.
    pub component: String,
    /// The vulnerability.
    pub vulnerability: String,
    /// How bad it is said to be.
    pub severity: SeverityWord,
    /// The day it was opened.
    pub opened_on: String,
    /// Days since then.
    pub age_days: i64,
    /// Whether it is still open.
    pub open: bool,
    /// Why it is closed.
    pub resolved: Option<String>,
    /// Whether a signed assessment that still holds exists.
    pub assessed: bool,
    /// The VEX status.
    pub status: Option<VexStatus>,
    /// The justification.
    pub justification: Option<String>,
    /// Whether there is a justification.
    pub justified: bool,
    /// How exploitable it is in context.
    pub exploitability: Option<String>,
    /// What it can do to a patient.
    pub patient_safety_impact: Option<PatientImpact>,
    /// What is done.
    pub decision: Option<Decision>,
    /// Who judged.
    pub assessor: Option<String>,
    /// Who signed.
    pub signer: Option<String>,
    /// Who mends it.
    pub fixer: Option<String>,
    /// Who owes what is missing: the fixer, the assessor, or the owner of the component's software item.
    pub owner: Option<String>,
    /// Whether the signer is the fixer.
    pub accepted_by_fixer: bool,
    /// Whether someone other than the fixer and the assessor signed for the patient.
    pub clinically_signed: bool,
    /// Whether harm to a patient is possible, and nobody signed for the patient.
    pub lacks_clinical_signature: bool,
    /// Whether the assessment comes from an earlier release.
    pub carried: bool,
    /// Whether the new release has still to confirm it.
    pub unconfirmed: bool,
    /// Whether the carried assessment is older than the organisation allows (or no limit is set).
    pub too_old: bool,
    /// What it rests on that has changed.
    pub changed: Vec<String>,
    /// By when it is to be assessed, from severity and limits.
    pub assess_due: Option<String>,
    /// Days since then while it is not assessed; 0 otherwise.
    pub assess_days_overdue: i64,
    /// By when it is to be mended: the assessment's date, or from severity and limits.
    pub fix_due: Option<String>,
    /// Days since then while it is affected and open; 0 otherwise.
    pub fix_days_overdue: i64,
    /// What is due next: the fix when affected, the assessment otherwise.
    pub due: Option<String>,
    /// Whether the product may ship with it: closed; or soundly assessed as fixed, or as not affected and justified; or
    /// affected with a justified decision other than *fix*, signed by someone other than the fixer; and signed for the
    /// patient where harm is possible.
    pub acceptable: bool,
}

/// A link whose target has moved on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SuspectLink {
    /// `source type target`: "RISK-1 mitigated-by MEAS-2".
    #[serde(rename = "ref")]
    pub reference: String,
    /// The id of the record it leaves from.
    pub source: String,
    /// The revision it leaves from.
    pub source_ref: String,
    /// The link's type.
    pub link: String,
    /// The id of its target.
    pub target: String,
    /// Who owes the look: the source's owner.
    pub owner: String,
}
