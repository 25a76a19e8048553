//! `…/findings/sign` and `…/findings/confirm`: signing judgements, many at once, and confirming what is carried over.
//!
//! Which signature the page gives follows from what the person may sign of what was chosen; the rest is named with the reason.

use axum::extract::{Path, Query, State};
use theriac_auth::{Permission, ProductId, Scope};
use theriac_model::Digest;
use theriac_service::findings::{
    self, Assessment, AssessmentSet, CONFIRMED, Finding, Signable, Signed, Standing,
};
use theriac_service::{ServiceError, products};

use super::sign::{Refused, SignPage, refused};
use super::{count, release};
use crate::http::{Answer, Form, Me, Web, with_toast};
use crate::parts::{Choice, Crumb, Fact, Facts, Note, NoteKind, Shell, SignForm};
use crate::{respond, urls};

/// Which signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    /// Of who judged, or of who accepts the risk.
    Judge,
    /// Of a clinical assessor.
    Clinical,
}

impl Act {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Judge => "judge",
            Self::Clinical => "clinical",
        }
    }
}

/// Most sets that are signed at once.
const SETS_MAX: usize = 200;

/// What is signed on the page, and what is not.
struct Chosen {
    act: Act,
    /// Signed by this signature; all of them where the person may sign none.
    sets: Vec<AssessmentSet>,
    /// Why the person may sign none of them; empty when they may.
    blocked: String,
    /// What of the chosen is not signed by this signature, each with the reason.
    left: Vec<String>,
    /// Whether the person may give the other signature on some of them.
    other: bool,
}

/// Shows what is signed: the sets that the address names, or those that the chosen findings belong to.
pub async fn show(
    State(web): State<Web>,
    me: Me,
    Path((product, release)): Path<(String, String)>,
    Query(asked): Query<Vec<(String, String)>>,
) -> Answer {
    let asked = Form::of(asked);
    if !asked.has("set") && !asked.has("finding") {
        return Ok(with_toast(&urls::release(&product, &release, "findings"), "Choose findings first"));
    }
    Ok(respond::page(&page(&web, &me, (&product, &release), &asked, Refused::default()).await?))
}

/// The sets that a form or an address names.
fn named(asked: &Form) -> Result<Vec<Digest>, ServiceError> {
    let parsed = |set: String| set.parse().map_err(|_| ServiceError::not_found("set of assessments", set));
    asked.all("set").into_iter().map(parsed).collect()
}

/// Sorts the sets, or the chosen findings, into what this person signs now and what not.
async fn chosen(
    web: &Web,
    me: &Me,
    (product, release): (&str, &str),
    scope: Scope,
    asked: &Form,
) -> Result<Chosen, ServiceError> {
    let (mut sets, mut left) = (named(asked)?, Vec::new());
    if sets.is_empty() {
        let selection =
            findings::selection(web.app(), me.who(), product, release, &asked.all("finding")).await?;
        let without = selection.rows.iter().filter_map(|row| {
            let why = match (&row.assessment, row.standing) {
                (_, Standing::Resolved) => "it is closed",
                (None, _) => "nobody has judged it",
                (Some(judged), Standing::Unconfirmed) if judged.carried_from.is_some() => {
                    "its judgement is carried over and waits to be confirmed"
                }
                (Some(judged), _) if judged.carried_from.is_some() => "its judgement is carried over",
                _ => return None,
            };
            Some(format!("{}: {why}.", row.finding.reference()))
        });
        left.extend(without);
        sets = selection.sets;
    }
    if sets.is_empty() {
        let text = format!("There is nothing to sign. {}", left.join(" "));
        return Err(ServiceError::rule(text));
    }
    if sets.len() > SETS_MAX {
        let text = format!("These findings were judged at more than {SETS_MAX} times; choose fewer.");
        return Err(ServiceError::rule(text));
    }
    let all = findings::signable(web.app(), me.who(), &sets).await?;
    if all.iter().any(|one| one.set.product != product || one.set.release != release) {
        return Err(ServiceError::not_found("set of assessments", sets[0].to_string()));
    }
    Ok(sorted(me, scope, asked, all, left))
}

/// Why the person may not give a signature on a set; empty when they may.
fn hindrance(me: &Me, scope: Scope, one: &Signable, act: Act) -> String {
    let (permission, rule) = match act {
        Act::Judge if one.set.accepts_risk => (Permission::AcceptRisk, &one.judge),
        Act::Judge => (Permission::AssessFinding, &one.judge),
        Act::Clinical => (Permission::SignClinical, &one.clinical),
    };
    match rule {
        // What nobody can sign any more is said before who may sign it.
        Some(rule) => rule.clone(),
        None => me.cannot_sign(permission, scope).unwrap_or_default(),
    }
}

/// How many judgements a signature on one set covers, and why the person may not give it; empty when they may.
pub(super) async fn one_set(
    web: &Web,
    me: &Me,
    scope: Scope,
    set: Digest,
    clinical: bool,
) -> Result<(usize, String), ServiceError> {
    let act = if clinical { Act::Clinical } else { Act::Judge };
    let all = findings::signable(web.app(), me.who(), &[set]).await?;
    let one = all.first().map(|one| (one.set.rows.len(), hindrance(me, scope, one, act)));
    Ok(one.unwrap_or_default())
}

fn sorted(me: &Me, scope: Scope, asked: &Form, all: Vec<Signable>, mut left: Vec<String>) -> Chosen {
    let able = |act: Act| all.iter().any(|one| hindrance(me, scope, one, act).is_empty());
    let act = match asked.get("act") {
        "clinical" => Act::Clinical,
        "judge" => Act::Judge,
        _ if !able(Act::Judge) && able(Act::Clinical) => Act::Clinical,
        _ => Act::Judge,
    };
    let other = match act {
        Act::Judge => able(Act::Clinical),
        Act::Clinical => able(Act::Judge),
    };
    if !able(act) {
        let mut reasons: Vec<String> = all.iter().map(|one| hindrance(me, scope, one, act)).collect();
        reasons.sort_unstable();
        reasons.dedup();
        let sets = all.into_iter().map(|one| one.set).collect();
        return Chosen { act, sets, blocked: reasons.join(" "), left, other };
    }
    let mut sets = Vec::new();
    for one in all {
        let why = hindrance(me, scope, &one, act);
        if why.is_empty() {
            sets.push(one.set);
        } else {
            left.push(format!("{}: {why}", references(&one.set)));
        }
    }
    Chosen { act, sets, blocked: String::new(), left, other }
}

/// The findings of a set, the first few of them by number.
fn references(set: &AssessmentSet) -> String {
    let first: Vec<String> = set.rows.iter().take(5).map(|(finding, _)| finding.reference()).collect();
    match set.rows.len().saturating_sub(5) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

async fn page(
    web: &Web,
    me: &Me,
    (product, release): (&str, &str),
    asked: &Form,
    refused: Refused,
) -> Result<SignPage, ServiceError> {
    let row = products::product(web.app(), me.who(), product).await?;
    let scope = Scope::Product(ProductId(row.id));
    let chosen = chosen(web, me, (product, release), scope, asked).await?;
    let (sets, act) = (&chosen.sets, chosen.act);
    let accepts = sets.iter().any(|set| set.accepts_risk);
    let judges = sets.iter().any(|set| !set.accepts_risk);
    let meaning = match act {
        Act::Judge if accepts && judges => "I judged these findings, and accept the risk that stays",
        Act::Judge if accepts => "I accept the risk that stays",
        Act::Judge => "I judged these findings",
        Act::Clinical => "I judged what they can do to a patient",
    };
    let rows = sets.iter().flat_map(|set| &set.rows);
    let what = count(rows.clone().count(), "assessment");
    let here = urls::release(product, release, "findings/sign");
    let digests: Vec<String> = sets.iter().map(|set| set.set.to_string()).collect();
    let mut hidden: Vec<(String, String)> =
        digests.iter().map(|digest| ("set".to_owned(), digest.clone())).collect();
    hidden.push(("act".to_owned(), act.as_str().to_owned()));
    let whole = format!("{what} of {} {release}", row.name);
    let subject = match sets.as_slice() {
        [_] => vec![Fact::text("Set", whole)],
        several => {
            let text =
                format!("{}, judged at {} times; each set gets a signature of its own", whole, several.len());
            vec![Fact::text("Sets", text)]
        }
    };
    let several = sets.len() > 1;
    Ok(SignPage {
        shell: shell(me, (product, &row.name), release, "Sign"),
        heading: format!("Sign {what} of {release}"),
        content: rows.map(|(finding, judged)| line(finding, judged, several)).collect(),
        changed: None,
        form: SignForm {
            action: here.clone(),
            csrf: me.csrf(),
            digest: digests.join(" "),
            hidden,
            subject: Facts::from(subject),
            fields: Vec::new(),
            signer: me.session.name.clone(),
            signer_title: String::new(),
            meanings: vec![Choice::new(act.as_str(), meaning, act.as_str())],
            warnings: refused.note.into_iter().chain(warnings(&chosen, &here, asked)).collect(),
            blocked: (!chosen.blocked.is_empty()).then(|| chosen.blocked.clone()),
            password_error: refused.password,
            comment: Some(SignForm::comment(asked.get("comment"), &refused.comment)),
            submit: format!("Sign {what}"),
            cancel: urls::release(product, release, "findings"),
        },
    })
}

/// What the signer should know first.
fn warnings(chosen: &Chosen, here: &str, asked: &Form) -> Vec<Note> {
    let mut warnings = Vec::new();
    if !chosen.left.is_empty() {
        let mut note = Note::new(NoteKind::Info, "", "Not signed by you now:");
        note.items.clone_from(&chosen.left);
        warnings.push(note);
    }
    if asked.has("finding") {
        let asked = asked.all("finding");
        let rows = chosen.sets.iter().flat_map(|set| &set.rows);
        let more = rows.filter(|(finding, _)| !asked.contains(&finding.reference())).count();
        if more > 0 {
            let text =
                format!("{} judged together with what you chose is signed with it.", count(more, "finding"));
            warnings.push(Note::new(NoteKind::Info, "", text));
        }
    }
    if chosen.act == Act::Judge && chosen.sets.iter().any(|set| set.needs_clinical) {
        let text = "Harm to a patient is possible; a clinical assessor must sign it too.";
        warnings.push(Note::new(NoteKind::Warn, "", text));
    }
    if chosen.other {
        let (text, act) = match chosen.act {
            Act::Judge => ("Sign for the patient", "clinical"),
            Act::Clinical => ("Sign the judgement", "judge"),
        };
        let mut pairs: Vec<(&str, &str)> = asked
            .pairs
            .iter()
            .filter(|(name, _)| name == "set" || name == "finding")
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        pairs.push(("act", act));
        let note = Note::new(NoteKind::Info, "", "You may also give the other signature on some of them.");
        warnings.push(note.link(text, urls::with_query(here, &pairs)));
    }
    warnings
}

fn shell(me: &Me, product: (&str, &str), release: &str, here: &str) -> Shell {
    let mut shell = release::shell(me, product, release, "findings");
    shell.title = format!("{here} findings of {} {release}", product.1);
    shell.crumbs.pop();
    shell.crumbs.push(Crumb::to("Findings", urls::release(product.0, release, "findings")));
    shell.crumbs.push(Crumb::here(here));
    shell
}

/// A judgement as it is signed: which finding, all that is said of it, and its set where there are several.
fn line(finding: &Finding, judged: &Assessment, several: bool) -> (String, String) {
    let known = &finding.known;
    let what = format!("{} {} in {}", finding.reference(), known.vulnerability, finding.component);
    let mut said = vec![judged.status.clone()];
    said.extend(judged.justification.clone());
    said.push(judged.explanation.clone());
    if let Some(word) = &judged.exploitability {
        said.push(format!("exploitability {word}: {}", judged.exploitability_reason));
    }
    said.push(format!("patient-safety impact {}", judged.patient_safety_impact));
    if let Some(decision) = &judged.decision {
        said.push(format!("decision: {decision}"));
        said.push(judged.decision_reason.clone());
    }
    if let Some(day) = judged.due {
        said.push(format!("due {day}"));
    }
    if several {
        said.push(format!("set {}", judged.set.short()));
    }
    said.retain(|part| !part.is_empty());
    // What people wrote is shown as it is, with a full stop or without one.
    (what, said.join("; ").replace(".; ", ". "))
}

/// Signs sets.
pub async fn sign(
    State(web): State<Web>,
    me: Me,
    Path((product, release)): Path<(String, String)>,
    sent: Form,
) -> Answer {
    match give(&web, &me, (&product, &release), &sent).await {
        Ok(signed) => Ok(with_toast(&urls::release(&product, &release, "findings"), &signed_words(&signed))),
        Err(error) => {
            let (status, refused) = refused(error)?;
            let page = page(&web, &me, (&product, &release), &sent, refused).await?;
            Ok(respond::with_status(status, &page))
        }
    }
}

async fn give(web: &Web, me: &Me, place: (&str, &str), sent: &Form) -> Result<Signed, ServiceError> {
    let sets = named(sent)?;
    let all = findings::signable(web.app(), me.who(), &sets).await?;
    if all.iter().any(|one| (one.set.product.as_str(), one.set.release.as_str()) != place) {
        return Err(ServiceError::not_found("set of assessments", sent.get("set")));
    }
    let proof = me.prove(web, sent).await?;
    match sent.get("act") {
        "clinical" => findings::sign_clinical(web.app(), me.who(), &proof, &sets).await,
        _ => findings::sign(web.app(), me.who(), &proof, &sets).await,
    }
}

fn signed_words(signed: &Signed) -> String {
    let mut words = format!("{} signed", count(signed.findings.len(), "assessment"));
    for (waiting, whom) in [
        (signed.await_clinical.len(), "a clinical assessor"),
        (signed.await_signature.len(), "the signature of who judged"),
    ] {
        match waiting {
            0 => {}
            1 => words.push_str(&format!("; 1 waits for {whom}")),
            many => words.push_str(&format!("; {many} wait for {whom}")),
        }
    }
    words
}

/// Shows what is carried over and waits to be confirmed.
pub async fn show_carried(
    State(web): State<Web>,
    me: Me,
    Path((product, release)): Path<(String, String)>,
) -> Answer {
    Ok(respond::page(
        &carried_page(&web, &me, &product, &release, &Form::default(), Refused::default()).await?,
    ))
}

async fn carried_page(
    web: &Web,
    me: &Me,
    product: &str,
    release: &str,
    sent: &Form,
    refused: Refused,
) -> Result<SignPage, ServiceError> {
    let row = products::product(web.app(), me.who(), product).await?;
    let carried = findings::carried(web.app(), me.who(), product, release).await?;
    let what = count(carried.rows.len(), "carried assessment");
    let mut blocked = me.cannot_sign(Permission::AssessFinding, Scope::Product(ProductId(row.id)));
    if carried.rows.is_empty() {
        blocked = Some("No judgement of an earlier release waits to be confirmed.".to_owned());
    }
    Ok(SignPage {
        shell: shell(me, (product, &row.name), release, "Confirm"),
        heading: match carried.rows.len() {
            0 => format!("Nothing to confirm for {release}"),
            _ => format!("Confirm {what} for {release}"),
        },
        content: carried.rows.iter().map(|(finding, judged)| line(finding, judged, false)).collect(),
        changed: None,
        form: SignForm {
            action: urls::release(product, release, "findings/confirm"),
            csrf: me.csrf(),
            digest: carried.set.to_string(),
            hidden: Vec::new(),
            subject: Facts::from(vec![Fact::text("Set", format!("{what} of {} {release}", row.name))]),
            fields: Vec::new(),
            signer: me.session.name.clone(),
            signer_title: String::new(),
            meanings: vec![Choice::new(CONFIRMED, "They hold for this release, too", CONFIRMED)],
            warnings: refused.note.into_iter().collect(),
            blocked,
            password_error: refused.password,
            comment: Some(SignForm::comment(sent.get("comment"), &refused.comment)),
            submit: format!("Confirm {what}"),
            cancel: urls::release(product, release, "findings"),
        },
    })
}

/// Confirms what is carried over.
pub async fn confirm(
    State(web): State<Web>,
    me: Me,
    Path((product, release)): Path<(String, String)>,
    sent: Form,
) -> Answer {
    match confirm_set(&web, &me, &product, &release, &sent).await {
        Ok(number) => {
            let said = format!("{} confirmed", count(number, "carried assessment"));
            Ok(with_toast(&urls::release(&product, &release, "findings"), &said))
        }
        Err(error) => {
            let (status, refused) = refused(error)?;
            Ok(respond::with_status(
                status,
                &carried_page(&web, &me, &product, &release, &sent, refused).await?,
            ))
        }
    }
}

async fn confirm_set(
    web: &Web,
    me: &Me,
    product: &str,
    release: &str,
    sent: &Form,
) -> Result<usize, ServiceError> {
    let set = sent.get("digest");
    let set = set.parse().map_err(|_| ServiceError::not_found("set of assessments", set))?;
    let proof = me.prove(web, sent).await?;
    findings::confirm_carried(web.app(), me.who(), &proof, product, release, set).await
}
