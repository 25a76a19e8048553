//! `…/findings/sign?set=` and `…/findings/confirm`: signing what was judged at once, and confirming what is carried over.

use axum::extract::{Path, Query, State};
use theriac_auth::{Permission, ProductId, Scope};
use theriac_conformity::facts::words::CLINICAL;
use theriac_model::Digest;
use theriac_service::findings::{self, Assessment, AssessmentSet, CONFIRMED, Finding, SIGNED, Signed};
use theriac_service::{ServiceError, people, products};

use super::sign::{Refused, SignPage, refused};
use super::{count, release};
use crate::http::{Answer, Form, Me, Web, see_other, with_toast};
use crate::parts::{Choice, Crumb, Fact, Facts, Note, NoteKind, Shell, SignForm};
use crate::{respond, urls};

/// Which signature on a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    /// Of who judged, or of who accepts the risk.
    Judge,
    /// Of a clinical assessor.
    Clinical,
}

/// Shows what is signed: the set that the address names, or the one that the chosen findings belong to.
pub async fn show(
    State(web): State<Web>,
    me: Me,
    Path((product, release)): Path<(String, String)>,
    Query(asked): Query<Vec<(String, String)>>,
) -> Answer {
    let asked = Form { pairs: asked, files: Vec::new() };
    let here = urls::release(&product, &release, "findings/sign");
    let Some(set) = asked.filled("set") else {
        let chosen = asked.all("finding");
        if chosen.is_empty() {
            return Ok(with_toast(&urls::release(&product, &release, "findings"), "Choose findings first"));
        }
        let sets = findings::selection(web.app(), me.who(), &product, &release, &chosen).await?.sets;
        let first = sets.first().ok_or_else(|| {
            ServiceError::rule("None of the chosen findings has a judgement of its own; assess them first.")
        })?;
        let others: Vec<String> = sets.iter().skip(1).map(ToString::to_string).collect();
        let mut pairs = vec![("set", first.to_string())];
        pairs.extend(others.into_iter().map(|other| ("other", other)));
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        return Ok(see_other(&urls::with_query(&here, &pairs)));
    };
    let set = read(&web, &me, &product, &release, &set).await?;
    Ok(respond::page(&page(&web, &me, &set, &asked, Refused::default()).await?))
}

/// The set, when it is one of this release.
async fn read(
    web: &Web,
    me: &Me,
    product: &str,
    release: &str,
    set: &str,
) -> Result<AssessmentSet, ServiceError> {
    let missing = || ServiceError::not_found("set of assessments", set);
    let digest: Digest = set.parse().map_err(|_| missing())?;
    let found = findings::set(web.app(), me.who(), digest).await?;
    if found.product != product || found.release != release {
        return Err(missing());
    }
    Ok(found)
}

/// The signature that is asked for, else the one that is missing and that the person may give.
fn act(me: &Me, set: &AssessmentSet, scope: Scope, asked: &Form) -> Act {
    let given = |meaning: &str| set.signatures.iter().any(|signature| signature.meaning == meaning);
    let theirs = given(SIGNED) || !me.may(judges(set), scope);
    let missing = set.needs_clinical && !given(CLINICAL);
    match asked.get("act") {
        "clinical" => Act::Clinical,
        "judge" => Act::Judge,
        _ if missing && theirs && me.may(Permission::SignClinical, scope) => Act::Clinical,
        _ => Act::Judge,
    }
}

const fn judges(set: &AssessmentSet) -> Permission {
    if set.accepts_risk { Permission::AcceptRisk } else { Permission::AssessFinding }
}

async fn page(
    web: &Web,
    me: &Me,
    set: &AssessmentSet,
    asked: &Form,
    refused: Refused,
) -> Result<SignPage, ServiceError> {
    let (product, release) = (&set.product, &set.release);
    let row = products::product(web.app(), me.who(), product).await?;
    let scope = Scope::Product(ProductId(row.id));
    let act = act(me, set, scope, asked);
    let (permission, word, meaning) = match act {
        Act::Judge if set.accepts_risk => (judges(set), "judge", "I accept the risk that stays"),
        Act::Judge => (judges(set), "judge", "I judged these findings"),
        Act::Clinical => (Permission::SignClinical, "clinical", "I judged what they can do to a patient"),
    };
    let blocked = me.blocked(permission, scope);
    let what = count(set.rows.len(), "assessment");
    let mut warnings: Vec<Note> = refused.note.into_iter().collect();
    if let Some(finding) = &set.replaced {
        let text = format!("{finding} was judged anew since; this set cannot be signed any more.");
        warnings.push(Note::new(NoteKind::Warn, "", text));
    }
    if set.needs_clinical && act == Act::Judge {
        let text = "Harm to a patient is possible; a clinical assessor must sign it too.";
        warnings.push(Note::new(NoteKind::Warn, "", text));
    }
    let here = urls::release(product, release, "findings/sign");
    let others = asked.all("other");
    if !others.is_empty() {
        let text = "The chosen findings were judged at several times. Each set is signed by itself:";
        let mut note = Note::new(NoteKind::Info, "", text);
        for (index, other) in others.iter().enumerate() {
            note = note.link(format!("Set {}", index + 2), urls::with_query(&here, &[("set", other)]));
        }
        warnings.push(note);
    }
    Ok(SignPage {
        shell: shell(me, (product, &row.name), release, "Sign"),
        heading: format!("Sign {what} of {release}"),
        content: set.rows.iter().map(|(finding, judged)| line(finding, judged)).collect(),
        changed: None,
        form: SignForm {
            action: here,
            csrf: me.csrf(),
            digest: set.set.to_string(),
            hidden: vec![("act".to_owned(), word.to_owned())],
            subject: Facts::from(vec![Fact::text("Set", format!("{what} of {} {release}", row.name))]),
            fields: Vec::new(),
            signer: me.session.name.clone(),
            signer_title: String::new(),
            meanings: vec![Choice::new(word, meaning, word)],
            warnings,
            blocked: (!blocked.is_empty()).then_some(blocked),
            password_error: refused.password,
            comment: String::new(),
            submit: format!("Sign {what}"),
            cancel: urls::release(product, release, "findings"),
        },
    })
}

fn shell(me: &Me, product: (&str, &str), release: &str, here: &str) -> Shell {
    let mut shell = release::shell(me, product, release, "findings");
    shell.title = format!("{here} findings of {} {release}", product.1);
    shell.crumbs.pop();
    shell.crumbs.push(Crumb::to("Findings", urls::release(product.0, release, "findings")));
    shell.crumbs.push(Crumb::here(here));
    shell
}

/// A judgement as it is signed: which finding, and all that is said of it.
fn line(finding: &Finding, judged: &Assessment) -> (String, String) {
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
    said.retain(|part| !part.is_empty());
    (what, said.join("; "))
}

/// Signs a set.
pub async fn sign(
    State(web): State<Web>,
    me: Me,
    Path((product, release)): Path<(String, String)>,
    sent: Form,
) -> Answer {
    let set = read(&web, &me, &product, &release, sent.get("digest")).await?;
    match give(&web, &me, &set, &sent).await {
        Ok(signed) => Ok(with_toast(&urls::release(&product, &release, "findings"), &signed_words(&signed))),
        Err(error) => {
            let (status, refused) = refused(error)?;
            Ok(respond::with_status(status, &page(&web, &me, &set, &sent, refused).await?))
        }
    }
}

async fn give(web: &Web, me: &Me, set: &AssessmentSet, sent: &Form) -> Result<Signed, ServiceError> {
    let door = web.door(me.visitor.address);
    let proof = people::prove(web.app(), &door, me.who(), sent.get("password")).await?;
    match sent.get("act") {
        "clinical" => findings::sign_clinical(web.app(), me.who(), &proof, set.set).await,
        _ => findings::sign(web.app(), me.who(), &proof, set.set).await,
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
    Ok(respond::page(&carried_page(&web, &me, &product, &release, Refused::default()).await?))
}

async fn carried_page(
    web: &Web,
    me: &Me,
    product: &str,
    release: &str,
    refused: Refused,
) -> Result<SignPage, ServiceError> {
    let row = products::product(web.app(), me.who(), product).await?;
    let carried = findings::carried(web.app(), me.who(), product, release).await?;
    let what = count(carried.rows.len(), "carried assessment");
    let mut blocked = me.blocked(Permission::AssessFinding, Scope::Product(ProductId(row.id)));
    if carried.rows.is_empty() {
        blocked = "No judgement of an earlier release waits to be confirmed.".to_owned();
    }
    Ok(SignPage {
        shell: shell(me, (product, &row.name), release, "Confirm"),
        heading: format!("Confirm {what} for {release}"),
        content: carried.rows.iter().map(|(finding, judged)| line(finding, judged)).collect(),
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
            blocked: (!blocked.is_empty()).then_some(blocked),
            password_error: refused.password,
            comment: String::new(),
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
            Ok(respond::with_status(status, &carried_page(&web, &me, &product, &release, refused).await?))
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
    let door = web.door(me.visitor.address);
    let proof = people::prove(web.app(), &door, me.who(), sent.get("password")).await?;
    findings::confirm_carried(web.app(), me.who(), &proof, product, release, set).await
}
