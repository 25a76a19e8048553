//! Judging findings: many at once, one judgement. It is a draft until it is signed (`sign.rs`).

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde_json::json;
use theriac_auth::Permission;
use theriac_conformity::facts::words::{Decision, PatientImpact, VexStatus};
use theriac_model::record::Content;
use theriac_model::record::direction_override;
use theriac_model::{Digest, Severity, canonical_json};
use theriac_store::tables::findings::{self as table, Assessment, Finding};
use theriac_store::tables::releases::Release;
use theriac_store::{Conn, tables};

use super::carry::{approved, commit_of, harm_elsewhere, limits};
use super::grounds::{EXPLOITED, Ground, RestedRecord, RestsOn};
use super::ids_of;
use super::mended::Mending;
use super::select::{Selected, select};
use crate::check::Checks;
use crate::people::organisation_in;
use crate::products::{find, find_in, scope_of};
use crate::{App, Result, ServiceError, Who};

/// Longest text of a judgement.
const TEXT_MAX: usize = 10_000;
/// Most paths and records that a judgement rests on.
const GROUNDS_MAX: usize = 50;

/// The product has no such component, whatever its SBOM lists.
const ABSENT: &str = "component not present";
/// Something else keeps the vulnerability from being used.
const MITIGATED: &str = "inline mitigations already exist";
/// Why a product is not affected, in the words of VEX.
pub const JUSTIFICATIONS: &[&str] = &[
    ABSENT,
    "vulnerable code not present",
    "vulnerable code not in execute path",
    "vulnerable code cannot be controlled by adversary",
    MITIGATED,
];
/// How exploitable a vulnerability is in the product's context, mildest first.
pub const EXPLOITABILITIES: &[&str] = &["not exploitable", "hard", "likely", EXPLOITED];

/// A judgement of findings of a release.
#[derive(Debug, Clone)]
pub struct AssessFindings {
    /// The product's key.
    pub product: String,
    /// The release's name.
    pub release: String,
    /// The findings: `FIND-7`.
    pub findings: Vec<String>,
    /// What [`selection`](super::selection) or [`page`](super::page) named the judgements that were shown.
    pub expected: Digest,
    /// The VEX status.
    pub status: VexStatus,
    /// Why it is not affected: one of [`JUSTIFICATIONS`].
    pub justification: Option<String>,
    /// What it rests on; the component in its version where nothing is named.
    pub rests_on: Vec<Ground>,
    /// Why, in words: the impact statement of VEX.
    pub explanation: String,
    /// One of [`EXPLOITABILITIES`].
    pub exploitability: Option<String>,
    /// Why that.
    pub exploitability_reason: String,
    /// What it can do to a patient.
    pub patient_safety_impact: PatientImpact,
    /// What is done; for what is affected.
    pub decision: Option<Decision>,
    /// Why that.
    pub decision_reason: String,
    /// The key of who mends it.
    pub fixer: Option<String>,
    /// By when; the organisation's limit where it is not said.
    pub due: Option<Date>,
}

/// A judgement that waits for its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessed {
    /// The findings, by number.
    pub findings: Vec<String>,
    /// Names the set: what [`sign`](super::sign) takes.
    pub set: Digest,
    /// Whether the risk is accepted by the signature, which takes a risk acceptor.
    pub accepts_risk: bool,
    /// Whether harm to a patient is possible, which takes a clinical signature as well.
    pub needs_clinical: bool,
}

/// Judges findings. The same judgement is written for each of them.
///
/// # Errors
/// When a field is wrong, a finding does not exist or is closed, another judgement was made since they were shown, or the
/// actor may not assess.
#[crate::boxed]
pub async fn assess(app: &App, who: &Who, input: AssessFindings) -> Result<Assessed> {
    let action = "finding assess";
    let (product, _, read) =
        find(app, who, Permission::AssessFinding, action, &input.product, &input.release).await?;
    drop(read);
    who.require(app, Permission::AssessFinding, scope_of(&product), action).await?;
    let person = who.person()?;
    let mut write = who.write(app, action).await?;
    let (_, release) = find_in(&mut write, &input.product, &input.release).await?;
    let selected = select(&mut write, &release, &input.findings).await?;
    if selected.shown() != input.expected {
        return Err(ServiceError::Changed { what: "the findings".to_owned(), now: Some(selected.shown()) });
    }
    let today = app.today(&organisation_in(&mut write).await?.zone);
    let judgement = check(&mut write, &release, today, &input, &selected).await?;
    let elsewhere = harm_elsewhere(&mut write, &release, &selected).await?;
    let mut rows = Vec::with_capacity(selected.findings.len());
    for finding in &selected.findings {
        let id = write.id();
        let mut row = Assessment {
            id,
            finding: finding.id,
            status: input.status.to_string(),
            justification: judgement.justification.clone(),
            explanation: judgement.explanation.clone(),
            exploitability: judgement.exploitability.clone(),
            exploitability_reason: judgement.exploitability_reason.clone(),
            patient_safety_impact: input.patient_safety_impact.to_string(),
            decision: judgement.decision.map(|decision| decision.to_string()),
            decision_reason: judgement.decision_reason.clone(),
            due: judgement.due_of(finding),
            fixer: judgement.fixer,
            rests_on: judgement.rests_on_of(finding)?,
            assessor: person.0,
            at: write.now(),
            carried_from: None,
            root: id,
            changed: Vec::new(),
            harm_before: selected.harm_before(finding) || elsewhere.contains(&finding.id),
            digest: Digest::of(&[]),
            set: Digest::of(&[]),
        };
        row.digest = digest_of(&row, finding, None)?;
        rows.push(row);
    }
    let set = set_digest(&rows);
    rows.iter_mut().for_each(|row| row.set = set);
    table::add_assessments(&mut write, &rows).await?;
    for (finding, row) in selected.findings.iter().zip(&rows) {
        let before = selected.latest(finding).map(|before| before.digest);
        let detail = json!({ "status": row.status, "decision": row.decision });
        write.audit(finding.reference(), before, Some(row.digest), detail);
    }
    write.commit().await?;
    Ok(Assessed {
        findings: selected.findings.iter().map(Finding::reference).collect(),
        set,
        accepts_risk: rows.iter().any(accepts_risk),
        needs_clinical: rows.iter().any(needs_clinical),
    })
}

/// Whether signing it accepts the risk of a product that stays vulnerable.
pub(super) fn accepts_risk(assessment: &Assessment) -> bool {
    assessment.status == VexStatus::Affected.as_str()
        && assessment.decision.as_deref().is_some_and(|decision| decision != Decision::Fix.as_str())
}

/// Whether a clinical assessor signs: harm to a patient is possible, or was said to be and is so no longer.
#[must_use]
pub fn needs_clinical(assessment: &Assessment) -> bool {
    can_harm(assessment) || assessment.harm_before
}

/// Whether harm to a patient is possible.
pub(super) fn can_harm(assessment: &Assessment) -> bool {
    assessment.patient_safety_impact != PatientImpact::None.as_str()
}

/// Names an assessment: all that it says, and what it judges.
pub(crate) fn digest_of(row: &Assessment, finding: &Finding, carried: Option<Digest>) -> Result<Digest> {
    let mut said = json!({
        "finding": finding.reference(),
        "component": finding.component,
        "vulnerability": finding.known.vulnerability,
        "severity": finding.known.severity,
        "status": row.status,
        "justification": row.justification,
        "explanation": row.explanation,
        "exploitability": row.exploitability,
        "exploitability_reason": row.exploitability_reason,
        "patient_safety_impact": row.patient_safety_impact,
        "decision": row.decision,
        "decision_reason": row.decision_reason,
        "due": row.due,
        "fixer": row.fixer.map(|id| id.to_string()),
        "rests_on": row.rests_on,
        "assessor": row.assessor.to_string(),
        "at": row.at.as_millisecond(),
        "carried": carried,
        "changed": row.changed,
        "row": row.id.to_string(),
    });
    if row.harm_before {
        said["harm_before"] = json!(true);
    }
    Ok(Digest::of(canonical_json(&said)?.as_bytes()))
}

/// Names a set of assessments: what a signature covers.
pub(super) fn set_digest<'a>(assessments: impl IntoIterator<Item = &'a Assessment>) -> Digest {
    set_of(&assessments.into_iter().map(|assessment| assessment.digest).collect())
}

/// Names a set by the digests of its assessments.
pub(crate) fn set_of(digests: &BTreeSet<Digest>) -> Digest {
    Digest::of_parts(digests.iter().map(|digest| digest.as_bytes().as_slice()))
}

/// What is said, checked.
struct Judgement {
    justification: Option<String>,
    explanation: String,
    exploitability: Option<String>,
    exploitability_reason: String,
    decision: Option<Decision>,
    decision_reason: String,
    fixer: Option<i64>,
    due: Option<Date>,
    limits: Vec<(i64, Option<Date>)>,
    rests_on_component: bool,
    rests_on: RestsOn,
}

impl Judgement {
    /// By when a finding is mended: what was said, else the organisation's limit.
    fn due_of(&self, finding: &Finding) -> Option<Date> {
        let limit = || self.limits.iter().find(|(id, _)| *id == finding.id).and_then(|(_, limit)| *limit);
        match self.decision {
            None => None,
            Some(Decision::Accept | Decision::Defer) => self.due,
            Some(_) => self.due.or_else(limit),
        }
    }

    fn rests_on_of(&self, finding: &Finding) -> Result<String> {
        let component = self.rests_on_component.then(|| finding.component.clone());
        Ok(canonical_json(&RestsOn { component, ..self.rests_on.clone() })?)
    }
}

/// What people wrote, tidied.
struct Said {
    justification: Option<String>,
    explanation: String,
    exploitability: Option<String>,
    exploitability_reason: String,
    decision_reason: String,
}

fn said(checks: &mut Checks, input: &AssessFindings) -> Said {
    let text = |checks: &mut Checks, field: &str, text: &str| {
        if text.chars().count() > TEXT_MAX {
            checks.wrong(field, format!("is longer than {TEXT_MAX} characters"));
        }
        if text.contains('\0') {
            checks.wrong(field, "holds a NUL character");
        }
        if let Some(message) = direction_override(text) {
            checks.wrong(field, message);
        }
        text.trim().replace("\r\n", "\n")
    };
    let explanation = text(checks, "explanation", &input.explanation);
    let exploitability_reason = text(checks, "exploitability_reason", &input.exploitability_reason);
    let decision_reason = text(checks, "decision_reason", &input.decision_reason);
    let justification = word(checks, "justification", input.justification.as_deref(), JUSTIFICATIONS);
    let exploitability = word(checks, "exploitability", input.exploitability.as_deref(), EXPLOITABILITIES);
    Said { justification, explanation, exploitability, exploitability_reason, decision_reason }
}

/// What each status and decision asks for, and what it leaves no room for.
fn belongs_together(checks: &mut Checks, input: &AssessFindings, said: &Said) {
    let affected = input.status == VexStatus::Affected;
    if input.status == VexStatus::NotAffected && said.justification.is_none() {
        checks.wrong("justification", format!("say why it is not affected: {}", JUSTIFICATIONS.join(", ")));
    }
    if input.status != VexStatus::NotAffected && said.justification.is_some() {
        checks.wrong("justification", "belongs to the status 'not affected' alone");
    }
    if input.status != VexStatus::UnderInvestigation && said.explanation.is_empty() {
        checks.wrong("explanation", "say why");
    }
    if affected && said.exploitability.is_none() {
        checks.wrong("exploitability", format!("one of these is expected: {}", EXPLOITABILITIES.join(", ")));
    }
    if said.exploitability.is_some() && said.exploitability_reason.is_empty() {
        checks.wrong("exploitability_reason", "say why it is so exploitable here");
    }
    if affected && input.decision.is_none() {
        checks.wrong("decision", "say what is done");
    }
    if !affected && input.decision.is_some() {
        checks.wrong("decision", "there is nothing to decide unless it is affected");
    }
    let rests = |fits: fn(&Ground) -> bool| input.rests_on.iter().any(fits);
    if input.status == VexStatus::Fixed && !rests(|ground| matches!(ground, Ground::Path(_))) {
        let what = "the SBOM lists the component: name the path in which it was mended, as a build manifest names it";
        checks.wrong("rests_on", what);
    }
    let absent = said.justification.as_deref() == Some(ABSENT);
    if absent && !rests(|ground| !matches!(ground, Ground::Component)) {
        let what = "the SBOM lists the component: name the path, the configuration or the measure that shows otherwise";
        checks.wrong("rests_on", what);
    }
    if said.justification.as_deref() == Some(MITIGATED) && !rests(Ground::is_record) {
        checks.wrong("rests_on", "name the record of the mitigation: measure:MEAS-3, or a configuration");
    }
    if input.decision.is_some_and(|decision| decision != Decision::Fix) && said.decision_reason.is_empty() {
        checks.wrong("decision_reason", "say why it is not mended");
    }
}

async fn check(
    conn: &mut Conn,
    release: &Release,
    today: Date,
    input: &AssessFindings,
    selected: &Selected,
) -> Result<Judgement> {
    let mut checks = Checks::default();
    if let Some(closed) = selected.findings.iter().find(|finding| finding.known.resolved.is_some()) {
        checks.wrong("findings", format!("{} is closed; there is nothing to judge", closed.reference()));
    }
    let said = said(&mut checks, input);
    belongs_together(&mut checks, input, &said);
    let fixer = fixer(conn, &mut checks, input).await?;
    let limits = due_limits(conn, selected).await?;
    due(&mut checks, input, today, selected, &limits);
    let rests_on = rests_on(conn, &mut checks, release, &input.rests_on).await?;
    if input.status == VexStatus::Fixed {
        are_mended(conn, &mut checks, release, &rests_on.paths, &selected.findings).await?;
    }
    checks.done()?;
    Ok(Judgement {
        justification: said.justification,
        explanation: said.explanation,
        exploitability: said.exploitability,
        exploitability_reason: said.exploitability_reason,
        decision: input.decision,
        decision_reason: said.decision_reason,
        fixer,
        due: input.due,
        limits,
        rests_on_component: input.rests_on.is_empty() || input.rests_on.contains(&Ground::Component),
        rests_on,
    })
}

fn word(checks: &mut Checks, field: &str, given: Option<&str>, words: &[&str]) -> Option<String> {
    let given = given.map(str::trim).filter(|given| !given.is_empty())?;
    if !words.contains(&given) {
        checks.wrong(field, format!("'{given}' is none of: {}", words.join(", ")));
    }
    Some(given.to_owned())
}

async fn fixer(conn: &mut Conn, checks: &mut Checks, input: &AssessFindings) -> Result<Option<i64>> {
    let given = input.fixer.as_deref().map(str::trim).filter(|key| !key.is_empty());
    let Some(key) = given else {
        match input.decision {
            Some(Decision::Fix) => checks.wrong("fixer", "say who mends it"),
            Some(Decision::Mitigate | Decision::ChangeOfUseEnvironment) => {
                checks.wrong("fixer", "say who sees to it; whoever that is does not accept the risk");
            }
            _ => {}
        }
        return Ok(None);
    };
    let person = tables::people::by_key(conn, key).await?;
    if person.is_none() {
        checks.wrong("fixer", format!("there is no person '{key}'"));
    }
    if input.decision.is_none() {
        checks.wrong("fixer", "nobody mends what is not affected");
    }
    Ok(person.map(|person| person.id))
}

/// By when each finding must be mended by the organisation's limits.
async fn due_limits(conn: &mut Conn, selected: &Selected) -> Result<Vec<(i64, Option<Date>)>> {
    let zone = organisation_in(conn).await?.zone;
    let limits = limits(conn).await?;
    let limit = |finding: &Finding| selected.limit(finding, limits.as_ref(), "fix", &zone);
    Ok(selected.findings.iter().map(|finding| (finding.id, limit(finding))).collect())
}

/// The days that the limits give for a severity, `to` assess or fix; unknown counts as high.
pub(super) fn days_to(limits: &Content, to: &str, severity: Severity) -> Option<i64> {
    let severity = match severity.treated_as() {
        Severity::None => Severity::Low,
        other => other,
    };
    limits.integer(&format!("{to}_days_{severity}"))
}

fn due(
    checks: &mut Checks,
    input: &AssessFindings,
    today: Date,
    selected: &Selected,
    limits: &[(i64, Option<Date>)],
) {
    checks.day("due", input.due);
    if input.due.is_some_and(|due| due < today) {
        checks.wrong("due", "has passed already");
    }
    match (input.decision, input.due) {
        (None, Some(_)) => checks.wrong("due", "nothing is due unless it is affected"),
        (Some(Decision::Defer), None) => checks.wrong("due", "say until when it is deferred"),
        (Some(Decision::Fix | Decision::Mitigate | Decision::ChangeOfUseEnvironment), Some(due)) => {
            // An extension beyond the limit is the decision to defer, with its reason.
            let late = selected
                .findings
                .iter()
                .zip(limits)
                .find(|(_, (_, limit))| limit.is_some_and(|limit| due > limit));
            if let Some((finding, (_, Some(limit)))) = late {
                checks.wrong(
                    "due",
                    format!(
                        "must not be later than {limit} for {} ({}); decide to defer it for more time",
                        finding.reference(),
                        finding.known.severity
                    ),
                );
            }
        }
        _ => {}
    }
}

async fn rests_on(
    conn: &mut Conn,
    checks: &mut Checks,
    release: &Release,
    grounds: &[Ground],
) -> Result<RestsOn> {
    if grounds.len() > GROUNDS_MAX {
        checks.wrong("rests_on", format!("at most {GROUNDS_MAX}"));
        return Ok(RestsOn::default());
    }
    let (mut paths, mut named): (BTreeSet<String>, BTreeSet<(&str, &String)>) = Default::default();
    for ground in grounds {
        match ground {
            Ground::Component => {}
            Ground::Path(path) if path.chars().any(char::is_control) || path.len() > 1_000 => {
                checks.wrong("rests_on", "a path is one line of at most 1000 bytes");
            }
            Ground::Path(path) => {
                paths.insert(path.clone());
            }
            Ground::Configuration(record) => {
                named.insert(("configuration", record));
            }
            Ground::Context(record) => {
                named.insert(("context", record));
            }
            Ground::Measure(record) => {
                named.insert(("measure", record));
            }
        }
    }
    let commit = if paths.is_empty() { None } else { commit_of(conn, release).await? };
    if commit.is_none() && !paths.is_empty() {
        checks.wrong(
            "rests_on",
            "this release has no build yet, so that nobody could say whether a path changed",
        );
    }
    let references: Vec<String> = named.iter().map(|(_, reference)| (*reference).clone()).collect();
    let approved = approved_here(conn, release, &references).await?;
    let mut records = Vec::new();
    for (role, reference) in named {
        match approved.iter().find(|(known, ..)| known == reference) {
            Some((_, kind, _)) if role == "measure" && kind != "measure" => {
                checks.wrong("rests_on", format!("{reference} is no risk control measure"));
            }
            Some((_, _, revision)) => records.push(RestedRecord {
                role: role.to_owned(),
                reference: reference.clone(),
                revision: *revision,
            }),
            None => {
                checks.wrong("rests_on", format!("there is no approved record {reference} of this product"))
            }
        }
    }
    Ok(RestsOn { component: None, commit, paths: paths.into_iter().collect(), records })
}

/// What was mended is in the build of the release, and was changed once the vulnerability had been found.
async fn are_mended(
    conn: &mut Conn,
    checks: &mut Checks,
    release: &Release,
    paths: &[String],
    findings: &[Finding],
) -> Result<()> {
    let mending = Mending::read(conn, release, paths, &ids_of(findings)).await?;
    for finding in findings {
        if let Some(path) = mending.lacks(paths, finding) {
            let message = format!(
                "no build manifest on the way to this release's build says that '{path}' changed since {} was found, so \
                 nothing shows that it was mended; what was mended before is not affected",
                finding.known.vulnerability
            );
            checks.wrong("rests_on", message);
            break;
        }
    }
    Ok(())
}

/// Reference, kind and revision in force of those records that are the organisation's or this product's.
async fn approved_here(
    conn: &mut Conn,
    release: &Release,
    references: &[String],
) -> Result<Vec<(String, String, Digest)>> {
    let revisions = approved(conn, release, references).await?;
    let rows = tables::records::by_refs(conn, references).await?;
    let here =
        rows.into_iter().filter(|row| row.record.product.is_none_or(|product| product == release.product));
    let here = here.filter_map(|row| {
        let revision = revisions.get(&row.record.reference).copied()?;
        Some((row.record.reference, row.record.kind, revision))
    });
    Ok(here.collect())
}
