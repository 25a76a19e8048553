//! The raw rows of one release at one moment, as set queries deliver them; [`Facts::build`](super::Facts::build) joins them.
//!
//! The service fills these structs and decides nothing: which revision of a record counts (the latest approved
//! one or the baseline's; the latest submitted one where none is approved), what was recorded by the moment asked
//! for, and whether a link is suspect, are questions of reading. Everything else is worked out in `derive`.
//! Days are days in the organisation's time zone. People are named by their ids, as text.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value};
use theriac_model::{Digest, Severity};

use super::words::{Decision, EvidenceKind, Outcome, PatientImpact, Route, Scope, State, VexStatus};

/// Everything that is known about one release at one moment.
#[derive(Debug, Clone)]
pub struct FactsInput {
    /// The day judged.
    pub at: Date,
    /// The audit sequence up to which rows were read.
    pub seq: i64,
    /// The product.
    pub product: ProductInput,
    /// The release.
    pub release: ReleaseInput,
    /// Packs adopted by signature and still in force.
    pub adoptions: Vec<AdoptionInput>,
    /// Every version of every person that matters: tests of independence read the day of the act.
    pub people: Vec<PersonInput>,
    /// Roles held at that moment on the organisation or the product.
    pub roles: Vec<RoleInput>,
    /// Records of the organisation, this product and this release; one revision each.
    pub records: Vec<RecordInput>,
    /// Revisions of responsibilities, software items and activities that were in force and no longer are, up to the one that counts.
    pub past: Vec<PastInput>,
    /// Builds of the release.
    pub builds: Vec<BuildInput>,
    /// Evidence of the release, whatever build it speaks of, and evidence of other releases that a record cites.
    pub evidence: Vec<EvidenceInput>,
    /// Test results of the candidate build.
    pub tests: Vec<TestInput>,
    /// Components of the candidate build's SBOMs.
    pub components: Vec<ComponentInput>,
    /// The feed in which the components were last looked up.
    pub feed: Option<FeedInput>,
    /// Findings of the release, open and resolved.
    pub findings: Vec<FindingInput>,
}

/// The product.
#[derive(Debug, Clone)]
pub struct ProductInput {
    /// Its key, as people type it.
    pub key: String,
    /// The route it takes.
    pub route: Route,
    /// Until when the manufacturer supports it.
    pub support_end: Option<Date>,
}

/// The release.
#[derive(Debug, Clone)]
pub struct ReleaseInput {
    /// Its name, as people type it ("2.1").
    pub name: String,
    /// The decided release it is based on.
    pub based_on: Option<String>,
    /// When it is planned to ship.
    pub planned_ship_date: Option<Date>,
    /// Who manages it: owes what nobody else owes.
    pub manager: Option<String>,
    /// Whether customers have it.
    pub fielded: bool,
    /// The release decision in force.
    pub decision: Option<DecisionInput>,
}

/// The release decision in force.
#[derive(Debug, Clone)]
pub struct DecisionInput {
    /// The day of the signature.
    pub on: Date,
    /// The moment of the signature.
    pub at: Timestamp,
    /// Who signed.
    pub by: String,
    /// Name and digest of each artefact that the decision pinned.
    pub artefacts: Vec<(String, Digest)>,
}

/// A pack adopted by the manufacturer.
#[derive(Debug, Clone)]
pub struct AdoptionInput {
    /// The digest of the pack.
    pub pack: Digest,
    /// Who signed.
    pub by: String,
    /// The day of the signature.
    pub on: Date,
}

/// One version of a person: valid on `from <= day < to`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PersonInput {
    /// The person's id.
    pub id: String,
    /// The department.
    pub department: Option<String>,
    /// The line manager's id.
    pub manager: Option<String>,
    /// Whether the person works for another organisation.
    pub external: bool,
    /// First day of validity.
    pub from: Date,
    /// First day on which this version no longer holds.
    pub to: Option<Date>,
}

/// A role that a person holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RoleInput {
    /// The person's id.
    pub person: String,
    /// The role's key ("security-officer").
    pub role: String,
}

/// The one revision of a record that counts.
#[derive(Debug, Clone)]
pub struct RecordInput {
    /// The record's id ("RISK-12").
    pub id: String,
    /// The kind's id ("risk").
    pub kind: String,
    /// The record's scope.
    pub scope: Scope,
    /// The title.
    pub title: String,
    /// The revision's number, from 1.
    pub revision: u32,
    /// The revision's digest.
    pub digest: Digest,
    /// The revision's state.
    pub state: State,
    /// Who wrote the revision.
    pub author: String,
    /// The others who wrote a revision of the record, up to this one.
    pub earlier_authors: Vec<String>,
    /// The day the revision was submitted.
    pub written_on: Date,
    /// The moment it was submitted, which orders what happened on one day.
    pub written_at: Timestamp,
    /// Who approved it.
    pub approver: Option<String>,
    /// The day it was approved.
    pub approved_on: Option<Date>,
    /// The audit sequence of that approval, which orders what was approved on one day.
    pub approved_seq: Option<i64>,
    /// The day the record's first approved revision was approved.
    pub first_approved_on: Option<Date>,
    /// All signatures on the record's revision.
    pub signatures: Vec<SignatureInput>,
    /// The links that leave it.
    pub links: Vec<LinkInput>,
    /// Whether it has attached files.
    pub attachments: u32,
    /// The canonical content.
    pub content: Map<String, Value>,
}

/// A revision that was in force and no longer is: replaced by the next one, or retired. One that was so on the very day of
/// its approval is here too: it was in force at the end of no day.
#[derive(Debug, Clone)]
pub struct PastInput {
    /// The revision, as it was when it was approved.
    pub record: RecordInput,
    /// The first day at whose end it was in force: that of its approval.
    pub from: Date,
    /// The first day at whose end it was in force no more.
    pub until: Date,
}

impl PastInput {
    /// Whether it was in force at the end of a day.
    pub fn lasted(&self) -> bool {
        self.from < self.until
    }
}

/// A signature on a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureInput {
    /// Who signed.
    pub signer: String,
    /// What it means; the clinical second signature is [`CLINICAL`](super::words::CLINICAL).
    pub meaning: String,
    /// The day of the signature.
    pub on: Date,
    /// What was signed: another digest than the revision's covers nothing.
    pub digest: Digest,
}

/// A link between records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkInput {
    /// The link's type ("mitigated-by").
    pub link: String,
    /// The target's id ("MEAS-3").
    pub target: String,
    /// The target's revision against which the link was made: what was read, scored or judged. A clearance never moves it.
    pub pinned: Digest,
    /// The day that revision was approved.
    pub pinned_approved_on: Option<Date>,
    /// The audit sequence of that approval.
    pub pinned_approved_seq: Option<i64>,
    /// Whether the target is retired, or has a newer approved revision and no clearance.
    pub suspect: bool,
    /// The state of a target that is none of the records delivered, as a record of another release; `None` otherwise.
    pub elsewhere: Option<State>,
    /// What the pinned revision of a plan says, where another revision is read by now.
    pub pinned_content: Option<Map<String, Value>>,
}

/// A build.
#[derive(Debug, Clone)]
pub struct BuildInput {
    /// The build's name.
    pub name: String,
    /// The commit it was made from.
    pub commit: String,
    /// The build before it, by commit.
    pub predecessor: Option<String>,
    /// The ids of the people who wrote what changed since the release it is based on.
    pub authors: Vec<String>,
    /// Authors in the manifest whom nobody has matched to a person.
    pub unknown_authors: u32,
    /// Whether a manifest that nobody disqualified says who wrote it.
    pub manifest: bool,
    /// The number of changed paths.
    pub changed_paths: u32,
    /// Whether that manifest goes on from nothing, or from a commit whose history the product's manifests describe to its
    /// beginning.
    pub follows: bool,
    /// The evidence ids of the manifests.
    pub manifests: Vec<String>,
    /// Whether it is the release's candidate.
    pub candidate: bool,
    /// Artefacts, one row per manifest that names one.
    pub artefacts: Vec<ArtefactInput>,
}

/// An artefact as one build manifest names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ArtefactInput {
    /// The file's name.
    pub name: String,
    /// The file's digest.
    pub digest: Digest,
    /// How it was signed, where the manifest says so.
    pub signature: Option<ArtefactSignatureInput>,
    /// The manifest's evidence id ("EVID-3").
    pub evidence: String,
}

/// When an artefact was signed, and when the key that signed it was valid.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ArtefactSignatureInput {
    /// When it was signed.
    pub signed_at: Timestamp,
    /// From when the key was valid.
    pub valid_from: Timestamp,
    /// Until when the key was valid; none where it has no end.
    pub valid_to: Option<Timestamp>,
}

impl ArtefactSignatureInput {
    /// Whether the key was valid when it signed.
    pub fn key_was_valid(&self) -> bool {
        self.valid_from <= self.signed_at && self.valid_to.is_none_or(|end| self.signed_at <= end)
    }
}

/// A file that a machine delivered.
#[derive(Debug, Clone)]
pub struct EvidenceInput {
    /// The evidence's id ("EVID-3").
    pub id: String,
    /// The digest of the bytes.
    pub digest: Digest,
    /// What it is.
    pub kind: EvidenceKind,
    /// Whether it was handed in for this release.
    pub own: bool,
    /// The name of the build it speaks of.
    pub build: Option<String>,
    /// The tool that made it.
    pub tool: Option<String>,
    /// The tool's version.
    pub version: Option<String>,
    /// The digest of the rules used.
    pub rules: Option<String>,
    /// The day of the feed used.
    pub feed_on: Option<Date>,
    /// The day it was made.
    pub performed_on: Option<Date>,
    /// The moment it was made, which orders what was made on one day.
    pub performed_at: Option<Timestamp>,
    /// The day it was handed in.
    pub recorded_on: Date,
    /// The moment it was handed in.
    pub recorded_at: Timestamp,
    /// Whether a signed record disqualifies it.
    pub disqualified: bool,
    /// Listed defects that were no reason to refuse it.
    pub defects: u32,
}

/// The result of one test case in one evidence.
#[derive(Debug, Clone)]
pub struct TestInput {
    /// The case, `classname.name` as in JUnit.
    pub case: String,
    /// How it ended.
    pub outcome: Outcome,
    /// The evidence's id ("EVID-4").
    pub evidence: String,
}

/// A component of the release.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ComponentInput {
    /// What names it in `ref`: the purl, or `name@version` without one; unique in the release.
    pub key: String,
    /// The purl.
    pub purl: Option<String>,
    /// The name.
    pub name: String,
    /// The version.
    pub version: Option<String>,
    /// The id of the software item it belongs to ("ITEM-2").
    pub item: Option<String>,
    /// Why it could not be matched with vulnerabilities; `None` when it was matched.
    pub unmatched: Option<String>,
    /// Whether it has still to be looked up.
    pub waiting: bool,
    /// The signed disposition of an unmatched component.
    pub disposition: Option<String>,
    /// The SBOM's evidence id.
    pub evidence: String,
}

/// The advisory feed in which the components were last looked up.
#[derive(Debug, Clone)]
pub struct FeedInput {
    /// Names its content.
    pub digest: Digest,
    /// The day it was imported.
    pub imported_on: Date,
    /// The day of the newest advisory in it.
    pub newest_advisory_on: Option<Date>,
    /// The day the components were looked up.
    pub looked_up_on: Date,
}

/// A finding of the release.
#[derive(Debug, Clone)]
pub struct FindingInput {
    /// The finding's id ("FIND-7").
    pub id: String,
    /// The component's key ([`ComponentInput::key`]) or what else it was found in.
    pub component: String,
    /// The vulnerability's id, or the rule or report.
    pub vulnerability: String,
    /// How bad it is said to be.
    pub severity: Severity,
    /// The day it was opened.
    pub opened_on: Date,
    /// The severities that it had, in order, each with the day on which it was known; empty where it has only had this one.
    pub severities: Vec<(Severity, Date)>,
    /// Why it is closed; `None` while it is open.
    pub resolved: Option<String>,
    /// The digests of the advisories that name it.
    pub advisories: Vec<Digest>,
    /// Its latest assessment.
    pub assessment: Option<AssessmentInput>,
}

/// The latest assessment of a finding.
#[derive(Debug, Clone)]
pub struct AssessmentInput {
    /// The digest that names it.
    pub digest: Digest,
    /// The VEX status.
    pub status: VexStatus,
    /// The VEX justification or its text.
    pub justification: Option<String>,
    /// How exploitable it is in the product's context.
    pub exploitability: Option<String>,
    /// What it can do to a patient.
    pub patient_safety_impact: PatientImpact,
    /// What is done.
    pub decision: Option<Decision>,
    /// By when.
    pub due: Option<Date>,
    /// Who judged.
    pub assessor: String,
    /// Who signed; `None` while nobody has.
    pub signer: Option<String>,
    /// Who signed for the patient.
    pub clinical_signer: Option<String>,
    /// Who mends it.
    pub fixer: Option<String>,
    /// Everybody whom a signed assessment ever named to mend it.
    pub fixers: Vec<String>,
    /// The day of the signature, or of the judgement while unsigned.
    pub on: Date,
    /// Whether it comes from an earlier release.
    pub carried: bool,
    /// Whether the new release confirmed it.
    pub confirmed: bool,
    /// What it rests on that has changed since; empty when nothing has.
    pub changed: Vec<String>,
    /// Whether an earlier signed judgement said that a patient can be harmed, and no clinical assessor has signed since
    /// that none can.
    pub harm_before: bool,
    /// The days that signed judgements of the finding ever named.
    pub terms: Vec<TermInput>,
}

/// By when a signed judgement says that a finding is mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TermInput {
    /// The day of the signature.
    pub signed_on: Date,
    /// The day that it names.
    pub due: Date,
}
