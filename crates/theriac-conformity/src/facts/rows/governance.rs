//! Rows about who does what by which rule: responsibilities, limits, documents, activities, clause assessments,
//! applicability, deviations. Filled in `derive/governance.rs`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::record_row;
use crate::facts::words::{DocumentForm, DocumentType, Independence, Scope, State, Verdict};

record_row! {
    /// Who answers for what.
    Responsibility {
        /// The clauses answered for.
        clauses: Vec<String>,
        /// Who answers.
        person: Option<String>,
        /// First day.
        #[schemars(extend("format" = "date"))]
        from: Option<String>,
        /// Last day.
        #[schemars(extend("format" = "date"))]
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
        #[schemars(extend("format" = "date"))]
        effective_date: Option<String>,
        /// When it is to be reviewed.
        #[schemars(extend("format" = "date"))]
        next_review: Option<String>,
        /// Whether it is approved, has a text, and holds on the day judged.
        in_force: bool,
        /// Days since its review was due, by its own date or the organisation's interval; 0 while none is.
        review_days_overdue: i64,
    }
}
record_row! {
    /// A planned security activity of the release.
    Activity {
        /// The clause it serves.
        clause: Option<String>,
        /// Who does it.
        assignee: Option<String>,
        /// First day, as it says now.
        #[schemars(extend("format" = "date"))]
        start_date: Option<String>,
        /// By when.
        #[schemars(extend("format" = "date"))]
        due: Option<String>,
        /// The day it was done.
        #[schemars(extend("format" = "date"))]
        done_on: Option<String>,
        /// Whether it is done on the day judged.
        done: bool,
        /// Days since it was due while it is not done; 0 otherwise.
        days_overdue: i64,
        /// Whether the revision of the plan that it is planned in (the first of any that serves 5.1.1 where it names none) was
        /// approved on or before the day it was done.
        planned_before_done: bool,
        /// Whether the activity itself was approved on or before the day it was done.
        approved_before_done: bool,
        /// Whether the outcome is said.
        outcome: bool,
        /// The revisions of the plans that it is planned in, `ID@digest`.
        plans: Vec<String>,
        /// The revisions of the records that it resulted in, `ID@digest`.
        resulted_in: Vec<String>,
        /// What it names and what does not show that it was done, each with the reason.
        unfit: Vec<String>,
        /// How many people answered for the clause on the day it was done (or the day judged); one is right.
        responsible_persons: i64,
        /// The evidence named, `EVID-n@digest`.
        evidence: Vec<String>,
        /// Evidence named that does not exist.
        evidence_missing: i64,
        /// Evidence named that is disqualified.
        evidence_disqualified: i64,
        /// Evidence named that was handed in for another release.
        evidence_elsewhere: i64,
        /// Evidence named that speaks of another build of the release than the candidate.
        evidence_other_build: i64,
        /// Records that it resulted in, in a revision that was approved since its first day and still counts.
        results: i64,
        /// Records that it resulted in otherwise: not approved, from before its first day, or moved on since.
        results_unusable: i64,
        /// Evidence named of which build, tool, its version or the day is not known.
        evidence_unbound: i64,
        /// Whether it was done before its first day, by its plan: what is moved back later, or once it is done, does not count.
        done_before_start: bool,
        /// Evidence named that was made before the activity's first day, by its plan.
        evidence_before_start: i64,
        /// Evidence named that was made after the day on which the activity was done.
        evidence_after_done: i64,
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
        #[schemars(extend("format" = "date"))]
        assessed_on: Option<String>,
        /// Days since then.
        assessed_days_ago: Option<i64>,
        /// Whether that is more than the organisation's maximum, or no maximum is set.
        too_old: bool,
        /// How many records it cites.
        cites: i64,
        /// The revisions that it cites, `ID@digest`.
        cited: Vec<String>,
        /// The ids of cited records of which another revision is in force, or which are gone.
        superseded: Vec<String>,
        /// The ids of cited records that are retired.
        retired: Vec<String>,
        /// The ids of cited records that are not approved.
        unapproved: Vec<String>,
        /// The ids of what is cited and came after the day of the judgement.
        later: Vec<String>,
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
        /// What it permits to be missing, each as it was when it was permitted: check, id and state, as the verdict names it.
        missing: Vec<String>,
        /// Whether a reason is given.
        reason: bool,
        /// Whether it says what compensates.
        compensating: bool,
        /// The last day on which it holds.
        #[schemars(extend("format" = "date"))]
        expires: Option<String>,
        /// Whether it is approved, says why and what compensates, names an end, and has not expired.
        in_force: bool,
    }
}
