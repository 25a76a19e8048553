//! Rows about what can go wrong and what is done about it: software items, criteria, risks, measures, requirements. Filled
//! in `derive/risk.rs`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::record_row;
use crate::facts::words::{ItemClass, Origin, PatientHarm, Scope, Stage, State, Treatment};

record_row! {
    /// A part of the product.
    SoftwareItem {
        /// Where it comes from.
        origin: Option<Origin>,
        /// Its class.
        class: Option<ItemClass>,
        /// The class that promised users most while it was in force before, or that the record names.
        previous_class: Option<ItemClass>,
        /// Whether the class promises users less than that.
        downgraded: bool,
        /// Whether users are told what the class means for them, in other words than while it promised them more.
        user_information: bool,
        /// Whether a reason for the class is given.
        rationale: bool,
        /// Until when its supplier supports it.
        #[schemars(extend("format" = "date"))]
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
        /// How many other criteria of the same scope are in force beside these.
        rivals: i64,
        /// Pairs of likelihood and impact for which the matrix gives no level, or a level that is none.
        matrix_gaps: i64,
        /// From when they hold.
        #[schemars(extend("format" = "date"))]
        effective_date: Option<String>,
        /// When they are to be reviewed.
        #[schemars(extend("format" = "date"))]
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
        #[schemars(extend("format" = "date"))]
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
        /// The revisions of them that are read, `ID@digest`.
        measure_refs: Vec<String>,
    }
}
record_row! {
    /// What reduces risks.
    Measure {
        /// Whether its side effects on safety and effectiveness are judged.
        side_effects: bool,
        /// How many risks it mitigates.
        risks: i64,
        /// The requirements that implement it, `ID@digest` of the revision that is read; the id of one that is gone.
        implemented_by: Vec<String>,
        /// The evidence that verifies them, `EVID-n@digest`.
        evidence: Vec<String>,
        /// How many of them are approved requirements.
        requirements: i64,
        /// How many of their test cases failed, broke or were skipped on the candidate build.
        tests_failed: i64,
        /// The names of these, each once.
        failing_tests: Vec<String>,
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
        /// The names of these.
        failing_tests: Vec<String>,
        /// How many of them have no result on the candidate build.
        tests_missing: i64,
        /// How many of them were last run before this revision was written.
        tests_older: i64,
        /// Whether test cases or approved campaigns, none older than this revision, verify it, and all of them passed on the candidate build.
        verified_passed: bool,
        /// The evidence of the results, `EVID-n@digest`.
        evidence: Vec<String>,
        /// Whether an approved requirements review read this very revision and did not reject it.
        reviewed: bool,
        /// The reviews that did so, `ID@digest`.
        reviews: Vec<String>,
    }
}
