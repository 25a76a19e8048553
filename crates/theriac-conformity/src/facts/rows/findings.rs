//! Rows about components, findings and suspect links. Filled in `derive/findings.rs` and `derive/mod.rs`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::facts::words::{Decision, ItemClass, PatientImpact, SeverityWord, VexStatus};

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
    /// The revision of it that is read, `ID@digest`.
    pub item_ref: Option<String>,
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
    /// Whether it has still to be looked up.
    pub waiting: bool,
    /// What a person disposed of an unmatched component as, with the reason.
    pub disposition: Option<String>,
    /// The SBOM, `EVID-n@digest`.
    pub evidence: String,
}

/// The advisory feed in which the components of the candidate were last looked up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Feed {
    /// `feed@digest` of its content.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The day it was imported.
    #[schemars(extend("format" = "date"))]
    pub imported_on: String,
    /// The day of the newest advisory in it.
    #[schemars(extend("format" = "date"))]
    pub newest_advisory_on: Option<String>,
    /// The day the components were looked up.
    #[schemars(extend("format" = "date"))]
    pub looked_up_on: String,
    /// Days from the import to the day judged.
    pub age_days: i64,
    /// Days from the import to the release decision; to the day judged while there is none.
    pub age_days_at_release: i64,
    /// How old it may be, by the organisation's limits.
    pub allowed_days: Option<i64>,
    /// These limits, `ID@digest`.
    pub limits: Option<String>,
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
    #[schemars(extend("format" = "date"))]
    pub opened_on: String,
    /// Days since then.
    pub age_days: i64,
    /// Whether it is still open.
    pub open: bool,
    /// Why it is closed.
    pub resolved: Option<String>,
    /// What names it among the advisories: `CVE-2026-1@digest` of each advisory's content.
    pub advisories: Vec<String>,
    /// The SBOM that names its component, `EVID-n@digest`.
    pub evidence: Option<String>,
    /// Its latest assessment, `FIND-n@digest`.
    pub assessment: Option<String>,
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
    /// Who owes what is missing: the fixer, or the assessor. What nobody judged is owed by who answers for the clause: not
    /// everybody who owns software may judge.
    pub owner: Option<String>,
    /// Whether the signer is or was to mend it.
    pub accepted_by_fixer: bool,
    /// Whether the one who judged accepted the risk of a product that stays vulnerable.
    pub accepted_by_assessor: bool,
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
    #[schemars(extend("format" = "date"))]
    pub assess_due: Option<String>,
    /// Days since then while it is not assessed; 0 otherwise.
    pub assess_days_overdue: i64,
    /// By when severity and limits want it mended; none where its risk is accepted.
    #[schemars(extend("format" = "date"))]
    pub fix_limit: Option<String>,
    /// Whether its assessment names a later day than that.
    pub extended: bool,
    /// By when it is to be mended: the assessment's date where that was signed in time, or from severity and limits.
    #[schemars(extend("format" = "date"))]
    pub fix_due: Option<String>,
    /// Days since then while it is affected and open; 0 otherwise.
    pub fix_days_overdue: i64,
    /// What is due next: the fix when affected, the assessment otherwise.
    #[schemars(extend("format" = "date"))]
    pub due: Option<String>,
    /// Whether the product may ship with it: closed; or soundly assessed as fixed, or as not affected and justified; or
    /// affected with a justified decision other than *fix*, signed by someone other than the fixer and the assessor; and signed for the
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
